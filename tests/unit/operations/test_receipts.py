from __future__ import annotations

import dataclasses
from typing import Any, get_type_hints

import pytest

from cases import PRODUCTS
from counterfoil.counter.receipt import text_lines
from counterfoil.engines.texts import LANGUAGES, catalog
from counterfoil.facts import counter as c
from counterfoil.facts import money as m
from counterfoil.facts.kinds import KINDS
from counterfoil.facts.record import Count, Fact, every_fact
from counterfoil.kernel.money import USD, Money
from counterfoil.operations.receipts import LINES, TITLES, Around, Printed, lines_of, receipt_of, title

KNOWN = {
    "answer": "dispute", "condition": "partial", "custody": "stick", "direction": "in", "kind": "deposit",
    "how": 2, "role": "clerk", "clock": "machine", "face": 78,
}  # fmt: skip
LISTS: dict[str, list[Any]] = {
    "keys": [[b"k" * 8]], "tills": [["T1", 500]], "totals": [["deposit", 2, 300, 0], ["withdrawal", 1, 0, 700]],
    "what": ["name", "lives"], "legs": [["till:T1", "customer:A:1", 12_345, 80]],
}  # fmt: skip
for _product in PRODUCTS:
    KNOWN |= _product.KNOWN
    LISTS |= _product.LISTS
AMOUNTS = ("amount", "value", "counted", "expected", "declared", "balance", "available")

PRINTABLE: list[type[Fact]] = [cls for _, cls in sorted(every_fact().items()) if cls is not m.VisitSettled]


def sample(cls: type[Fact]) -> Any:
    """A fact of that class with every field filled."""
    hints, values = get_type_hints(cls), {}
    for place, field in enumerate(dataclasses.fields(cls), start=1):
        hint = hints[field.name]
        if field.name in KNOWN:
            values[field.name] = KNOWN[field.name]
        elif field.name in LISTS:
            values[field.name] = LISTS[field.name]
        elif hint in (Count, Count | None):
            values[field.name] = {"2000": 3, "25": 4}
        elif hint in (int, int | None):
            values[field.name] = 1_000 * place + 7
        elif hint in (bytes, bytes | None):
            values[field.name] = bytes([place]) * 32
        elif hint in (bool, bool | None):
            values[field.name] = True
        else:
            values[field.name] = f"{field.name}-4821"
    return cls(**values)


def around(language: str = "en", **more: Any) -> Around:
    return Around("Elk Fork · 0417", USD, language, catalog(language), "2026-03-02 09:05", "2026-03-02", **more)


def printed(kind: str, *facts: Fact, sequence: int = 12, slip: str = "CF1:A") -> Printed:
    return Printed(1, sequence, kind, facts, slip)


def texts(entry: Printed, **more: Any) -> str:
    return "\n".join(text_lines(receipt_of([entry], around(**more)), columns=42))


def test_every_kind_and_fact_has_its_words() -> None:
    assert set(TITLES) == {kind.name for kind in KINDS}
    assert set(LINES) == set(every_fact().values()) - {m.VisitSettled}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cls", PRINTABLE)
def test_every_fact_can_be_printed(cls: type[Fact], language: str) -> None:
    lines = lines_of(printed("deposit", sample(cls)), around(language))
    assert lines
    assert all("{" not in left + right for left, right in lines)


@pytest.mark.parametrize("cls", PRINTABLE)
def test_a_receipt_shows_the_amount_of_its_entry(cls: type[Fact]) -> None:
    fact = sample(cls)
    shown = {right for _, right in lines_of(printed("deposit", fact), around())}
    due = {str(Money(getattr(fact, name), USD)) for name in AMOUNTS if hasattr(fact, name)}
    assert due <= shown


def test_titles_of_all_kinds_differ() -> None:
    """Two kinds under one title could not be told apart on paper."""
    for language in LANGUAGES:
        titles = [title(kind.name, around(language)) for kind in KINDS]
        assert len(set(titles)) == len(titles)


def test_a_deposit_shows_the_end_of_the_account_and_not_the_whole() -> None:
    paper = texts(printed("deposit", m.CashDeposited("4648469262", "T1", 12_500, "2026-03-02")), clerks=("102",))
    assert "9262" in paper
    assert "4648469262" not in paper
    assert "$125.00" in paper
    assert "102" in paper


def test_a_visit_has_one_code_a_service() -> None:
    first = printed("deposit", m.CashDeposited("4648469262", "T1", 5_000, "2026-03-02"), slip="CF1:A")
    sale = c.StampsSold("T1", "forever", 10, 78, 780, "2026-03-02")
    second = printed("stamp-sale", sale, m.VisitSettled(5_780, 6_000, 220, 2), sequence=13, slip="CF1:B")
    made = receipt_of([first, second], around(stock={"forever": "Forever stamp"}))
    assert made.slips == ("CF1:A", "CF1:B")
    assert made.number == "entries 12 to 13 · epoch 1"
    assert ("Your change", "$2.20") in made.lines
    assert ("10 × Forever stamp at $0.78", "") in made.lines


@pytest.mark.parametrize(
    ("net", "line"), [(5_780, ("To pay in cash", "$57.80")), (-5_220, ("Cash paid to you", "$52.20"))]
)
def test_a_visits_payment_has_its_direction(net: int, line: tuple[str, str]) -> None:
    last = printed("balance-told", m.VisitSettled(net, 0, 0, 1))
    assert line in receipt_of([last], around()).lines


@pytest.mark.parametrize(
    ("answer", "shown"),
    [("accept", "Accept"), ("dispute", "Dispute"), ("absent", "not yet: Accept or Dispute")],
)
def test_a_closed_till_shows_both_answers(answer: str, shown: str) -> None:
    closed = c.TillClosed("T1", "2026-03-02", 900, 1_000, 0, 0, answer, 4, [], "D1-4", "102")
    made = receipt_of([printed("till-close", closed)], around())
    assert ("Answer", shown) in made.lines
    assert ("Difference", "-$1.00") in made.lines
    assert ("Case", "D1-4") in made.lines
    assert any("Accept and Dispute" in note and "never a debt" in note for note in made.notes)


def test_a_till_without_a_difference_asks_nothing() -> None:
    closed = c.TillClosed("T1", "2026-03-02", 900, 900, 0, 0, "none", 4, [])
    made = receipt_of([printed("till-close", closed)], around())
    assert made.notes == ()
    assert "Case" not in dict(made.lines)


def test_an_absent_clerks_till_is_shown_once() -> None:
    count = c.TillCounted("T2", "103", 2_000, 1_900, {"2000": 1}, 0, 0)
    closed = c.TillClosed("T2", "2026-03-02", 2_000, 1_900, 0, 0, "absent", 1, [], "D1-1", "103", "went home ill")
    lines = receipt_of([printed("till-count-absent", count, closed)], around()).lines
    assert [line for line in lines if line[0] == "Counted"] == [("Counted", "$20.00")]
    assert ("1 × $20.00", "$20.00") in lines


def test_a_clerk_gets_her_keys_fingerprint() -> None:
    from counterfoil.facts.office import BY_SUPERVISOR, ClerkEnrolled
    from counterfoil.journal.entry import clerk_key_id

    fact = ClerkEnrolled("102", bytes(32), "clerk", "stick", BY_SUPERVISOR)
    lines = dict(receipt_of([printed("clerk-enrol", fact)], around()).lines)
    assert lines["Key fingerprint"].replace(" ", "") == clerk_key_id(bytes(32)).hex()


def test_a_customer_can_see_how_her_name_was_written() -> None:
    from counterfoil.facts.customers import CustomerOpened

    details = {"name": "Nguyễn Thị Hoa", "lives": "31 Main Street", "mail": "PO Box 40"}
    paper = texts(printed("customer-open", CustomerOpened("7740130948", "full", bytes(32))), details=details)
    assert all(text in paper for text in details.values())


def test_an_entry_whose_code_cannot_be_made_says_so() -> None:
    made = receipt_of([printed("deposit", m.CashDeposited("4648469262", "T1", 1, "2026-03-02"), slip="")], around())
    assert made.slips == ()
    assert "Ask for a proof" in made.notes[-1]


def test_the_business_day_is_shown_when_the_clock_is_past_it() -> None:
    late = dataclasses.replace(around(), when="2026-03-03 00:10")
    told = printed("stamp-sale", c.StampsSold("T1", "forever", 1, 78, 78, "2026-03-02"))
    assert ("Business day", "2026-03-02") in receipt_of([told], late).lines
    assert "Business day" not in dict(receipt_of([told], around()).lines)
