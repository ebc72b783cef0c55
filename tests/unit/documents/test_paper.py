"""What every paper has in common: dates, amounts, words that a seventh grader reads, and texts in both languages."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest

from counterfoil.engines.texts import catalog
from counterfoil.kernel.money import USD, currency
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.documents.paper import (
    Column,
    Head,
    Points,
    Table,
    Text,
    Words,
    as_plain,
    bounded,
    not_below_zero,
    paper_of,
    texts,
)  # fmt: skip
from counterfoil.operations.documents.reading import KINDS
from unit.documents.samples import EVERY, paper

MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
}
HEAD = Head("Elk Fork · 0417", date(2026, 3, 2))


@pytest.mark.parametrize("language", MONTHS)
def test_a_date_names_its_month(language: str) -> None:
    words = Words(language, USD, catalog(language))
    for number, name in enumerate(MONTHS[language].split(), start=1):
        assert words.day(date(2026, number, 9)) == (f"{name} 9, 2026" if language == "en" else f"9 {name} 2026")


@pytest.mark.parametrize(
    ("code", "minor", "shown"),
    [("USD", 125_000, "$1,250.00"), ("USD", -1, "-$0.01"), ("JPY", 1_250, "¥1,250"), ("KWD", 1, "0.001 KWD")],
)
def test_every_amount_is_exact(code: str, minor: int, shown: str) -> None:
    assert Words(currency=currency(code)).money(minor) == shown


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_paper_is_plain_json(kind: str, language: str) -> None:
    made = paper(kind, language)
    plain = json.loads(json.dumps(as_plain(made)))
    assert plain["kind"] == kind
    assert plain["language"] == language
    assert plain["on"] == made.on.isoformat()
    assert len(plain["blocks"]) == len(made.blocks) > 1
    assert as_plain(paper(kind, language)) == as_plain(made)


@pytest.mark.parametrize("kind", KINDS)
def test_spanish_is_said_in_spanish(kind: str) -> None:
    """Every text that is ours differs between the languages; a customer's own words and figures are the same."""
    english, spanish = texts(paper(kind)), texts(paper(kind, "es"))
    assert len(english) == len(spanish)
    theirs = re.compile(r"[^A-Za-z]*$|.*\d|.*\$|Deposit|Withdrawal|Interest$|Consul.*|Library.*|Elk.*|Clerk 101.*"
                        r"|Valley.*|Rosa.*|Rent.*|Three.*|us-village.*|weak.*|Account, for.*|Check into.*"
                        r"|Forever.*")  # fmt: skip
    same = [one for one, other in zip(english, spanish, strict=True) if one == other and not theirs.match(one)]
    assert same == []


# Plain words

REQUIRED = (
    "The amount of credit provided to you or on your behalf.",
    "The amount you will have paid after you have made all payments as scheduled.",
)
"""The words of the rule's own model forms."""
GRADE_MAX = 7


def syllables(word: str) -> int:
    """As a reader would clap them, nearly: groups of vowels, without a silent e."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = re.search(r"[^aeiouyl]e$|[^aeiouytd]ed$|[^aeiouylsxzcgh]es$", word.lower())
    return max(1, groups - bool(silent))


def grade(sentences: list[str]) -> float:
    """The school grade of Flesch and Kincaid."""
    words = [word for one in sentences for word in re.findall(r"[A-Za-z']+", one)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def sentences(kind: str) -> list[str]:
    found = []
    for block in paper(kind).blocks:
        told = block.texts if isinstance(block, Points) else (block.text,) if isinstance(block, Text) else ()
        found += [part for one in told for part in re.split(r"(?<=[.?!:])\s+", one) if part not in REQUIRED]
    return [one for one in found if len(re.findall(r"[A-Za-z]{2,}", one)) > 3]


@pytest.mark.parametrize("kind", ["loan", "savings", "hold", "statement", "identity"])
def test_a_seventh_grader_can_read_it(kind: str) -> None:
    told = sentences(kind)
    assert len(told) >= 3
    assert grade(told) <= GRADE_MAX, told
    assert max(len(one.split()) for one in told) <= 26, "a sentence is too long to be read in one breath"


def test_a_hard_text_would_be_noticed() -> None:
    assert grade(["Notwithstanding prepayment, the obligation's acceleration remains discretionary."]) > GRADE_MAX
    assert [syllables(word) for word in ("pay", "money", "interest", "made", "used", "needed", "table")] == [
        1, 2, 3, 1, 1, 2, 2,
    ]  # fmt: skip


# What is no paper


def test_a_row_without_its_columns() -> None:
    with pytest.raises(Malformed):
        Table((Column("a"), Column("b")), (("1",),))


@pytest.mark.parametrize("wrong", [{"office": ""}, {"customer": "\u202e"}, {"number": "x" * 201}, {"currency": "XXX"}])
def test_a_head_that_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        Head(**{"office": "Elk Fork", "on": date(2026, 3, 2), **wrong})


def test_bounds() -> None:
    bounded(range(2_000), "rows")
    with pytest.raises(Malformed, match="2001 rows"):
        bounded(range(2_001), "rows")
    assert not_below_zero(0, "fees") == 0
    with pytest.raises(Malformed, match="fees"):
        not_below_zero(-1, "fees")
    with pytest.raises(Malformed, match="napkin"):
        paper_of("loan", HEAD, Words(), [], title="What this loan costs", size="napkin")
