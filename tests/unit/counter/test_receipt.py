from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.counter.receipt import Receipt, Style, rows, shown, text_lines, width, wrapped
from counterfoil.kernel.outcomes import Malformed

COLUMNS = st.sampled_from([16, 32, 42, 48])
TEXTS = st.text(max_size=120)
RECEIPTS = st.builds(
    Receipt,
    language=st.just("en"),
    office=TEXTS,
    title=TEXTS,
    lines=st.lists(st.tuples(TEXTS, TEXTS), max_size=4).map(tuple),
    notes=st.lists(TEXTS, max_size=2).map(tuple),
    slip=st.sampled_from(["", "CF1:A B"]),
    copy=st.booleans(),
    practice=st.booleans(),
    number=TEXTS,
    when=TEXTS,
    more_slips=st.sampled_from([(), ("CF1:C",)]),
)
DEPOSIT = Receipt(
    language="en",
    office="Green Hollow Post Office · 0417",
    title="Cash deposit",
    lines=(("Account", "•••• 0745"), ("Deposit", "$1,250.00"), ("Balance after", "$2,004.10")),
    notes=("For: Íñigo Núñez",),
    slip="CF1:A B",
    number="entry 12 · epoch 1",
    when="2026-11-23 09:05",
)


@given(RECEIPTS, COLUMNS)
def test_no_line_is_ever_wider_than_the_paper(receipt: Receipt, columns: int) -> None:
    for line in text_lines(receipt, columns=columns):
        assert width(line) <= columns
        assert all(character.isprintable() or character == " " for character in line)


@given(RECEIPTS, COLUMNS)
def test_nothing_is_left_out(receipt: Receipt, columns: int) -> None:
    there = "".join("".join(text_lines(receipt, columns=columns)).split())
    given_texts = [receipt.office, receipt.title, receipt.when, receipt.number, *receipt.notes]
    for text in (*given_texts, *(text for line in receipt.lines for text in line)):
        for word in shown(text).split():
            assert word in there


@given(st.text(), COLUMNS)
def test_wrapping_keeps_every_word_in_order(text: str, columns: int) -> None:
    assert "".join(wrapped(text, columns)).replace(" ", "") == "".join(shown(text).split())


@pytest.mark.parametrize(
    ("text", "columns"),
    [("año", 3), (unicodedata.normalize("NFD", "año"), 3), ("日本", 4), ("ｆｕｌｌ", 8), ("a\u200db", 2), ("", 0)],
)
def test_widths(text: str, columns: int) -> None:
    assert width(text) == columns


def test_a_wide_character_is_never_cut_in_two() -> None:
    assert wrapped("日" * 9, 5) == ["日日"] * 4 + ["日"]


def test_a_mark_stays_on_its_letter() -> None:
    letter = "x\u0301"
    assert wrapped(letter * 5, 2) == [letter * 2, letter * 2, letter]


@pytest.mark.parametrize("steering", ["\x1b@", "\x00", "\x1d", "\x9b", "\r", "\u2028", "\ud800"])
def test_control_characters_are_shown_as_a_mark(steering: str) -> None:
    assert shown(f"a{steering[0]}b") == "a\ufffdb"


def test_direction_marks_do_not_reach_the_paper() -> None:
    assert shown("100\u202e.00\u2066 ok") == "100.00 ok"


def test_amounts_stand_at_the_right_edge() -> None:
    lines = text_lines(DEPOSIT)
    assert all(len(line) == 42 for line in lines if "$" in line)
    receipt = Receipt("en", "", "", lines=(("Service", "an amount that is far too long for this paper"),))
    assert text_lines(receipt, columns=32)[1:] == (
        "Service",
        "  an amount that is far too long",
        "                  for this paper",
    )


@pytest.mark.parametrize(("copy", "practice"), [(True, False), (False, True), (True, True)])
def test_a_copy_says_so_at_both_ends(copy: bool, practice: bool) -> None:
    lines = text_lines(Receipt("en", "Office", "Title", slip="CF1:A", copy=copy, practice=practice), columns=32)
    bands = [text for text, said in (("COPY", copy), ("PRACTICE", practice)) if said]
    for band, first, last in zip(bands, lines, lines[-len(bands) :], strict=False):
        assert band in first
        assert band in last
    plain = text_lines(Receipt("en", "Office", "Title", slip="CF1:A"), columns=32)
    assert not any("COPY" in line or "PRACTICE" in line for line in plain)


def test_every_service_has_its_code() -> None:
    receipt = Receipt("en", "Office", "Visit", slip="CF1:A", more_slips=("CF1:B", "CF1:C"))
    assert [row.text for row in rows(receipt) if row.style is Style.CODE] == ["CF1:A", "CF1:B", "CF1:C"]
    assert [line.strip() for line in text_lines(receipt) if "Code" in line] == [
        "Code 1 of 3",
        "Code 2 of 3",
        "Code 3 of 3",
    ]


def test_a_paper_without_a_code_does_not_speak_of_one() -> None:
    assert not any("code" in line for line in text_lines(Receipt("en", "Office", "Balance")))


def test_the_fixed_texts_are_translated() -> None:
    receipt = Receipt("xx", "Office", "Title", slip="CF1:A", more_slips=("CF1:B",), copy=True)
    lines = " ".join(
        text_lines(receipt, lambda text: text.upper().replace("{PART}", "{part}").replace("{COUNT}", "{count}"))
    )
    assert "CODE 1 OF 2" in lines
    assert "KEEP THIS PAPER" in lines


def test_paper_too_narrow_is_refused() -> None:
    with pytest.raises(Malformed, match="too few"):
        rows(DEPOSIT, columns=15)
