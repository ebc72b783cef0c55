from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.documents.paper import Head, Table, Words, texts
from counterfoil.operations.documents.statement import (
    PASSBOOK_LINES,
    Earned,
    Movement,
    Passbook,
    Statement,
    passbook_paper,
    statement_paper,
)  # fmt: skip

HEAD = Head("Elk Fork · 0417", date(2026, 3, 31))
MOVED = (
    Movement(date(2026, 3, 2), "Deposit", 125_00, 175_00),
    Movement(date(2026, 3, 9), "Withdrawal", -40_00, 135_00),
)
MARCH = Statement(HEAD, "4000004821", date(2026, 3, 1), date(2026, 3, 31), 50_00, MOVED)
PAGE = Passbook(HEAD, "4000004821", 2, 50_00, MOVED)


def said(one: Statement) -> str:
    return "\n".join(texts(statement_paper(one, Words())))


def test_balances_follow_from_the_movements() -> None:
    assert MARCH.closing == 135_00
    assert replace(MARCH, movements=()).closing == 50_00
    with pytest.raises(Malformed, match="line 2 leaves 13500"):
        replace(MARCH, movements=(MOVED[0], replace(MOVED[1], balance=135_01)))
    with pytest.raises(Malformed, match="line 1"):
        replace(PAGE, carried=49_99)


def test_the_sums_and_every_line() -> None:
    text = said(MARCH)
    for words in ("Came in\n$125.00", "Went out\n$40.00", "Balance at the end\n$135.00", "Fees in this period\n$0.00",
                  "Mar 1, 2026 to Mar 31, 2026, 31 days", "within 60 days"):  # fmt: skip
        assert words in text
    table = next(block for block in statement_paper(MARCH, Words()).blocks if isinstance(block, Table))
    assert table.rows[1:] == (
        ("Mar 2, 2026", "Deposit", "+$125.00", "$175.00"),
        ("Mar 9, 2026", "Withdrawal", "-$40.00", "$135.00"),
    )
    assert "Nothing came in" in said(replace(MARCH, movements=()))
    assert "4000004821" not in text


@pytest.mark.parametrize(
    ("interest", "average", "shown"),
    [
        (5_25, 1_000_00, "6.58%"),  # appendix A part II.A(1): 5.25 on 1,000 in 30 days
        (0, 1_000_00, "0.00%"),
        (0, 0, None),
    ],
)
def test_the_yield_earned_is_that_of_the_rule(interest: int, average: int, shown: str | None) -> None:
    april = Statement(HEAD, "4000004821", date(2026, 4, 1), date(2026, 4, 30), 0, (), earned=Earned(interest, average))
    assert f"Interest earned\n{Words().money(interest)}" in said(april)
    assert ("yield earned" in said(april)) == (shown is not None)
    assert shown is None or f"Annual percentage yield earned\n{shown}" in said(april)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"since": date(2026, 4, 1)}, "since"),
        ({"until": date(2026, 3, 8)}, "movements"),
        ({"fees": -1}, "fees"),
        ({"account": ""}, "account"),
    ],
)
def test_a_statement_that_is_none(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as refused:
        replace(MARCH, **changed)
    assert refused.value.field == field


@pytest.mark.parametrize("wrong", [{"interest": -1, "average_balance": 0}, {"interest": 0, "average_balance": -1}])
def test_earnings_below_zero(wrong: dict[str, int]) -> None:
    with pytest.raises(Malformed):
        Earned(**wrong)


def test_a_line_holds_whole_minor_units_and_words() -> None:
    with pytest.raises(Malformed):
        replace(MOVED[0], amount=True)
    with pytest.raises(Malformed):
        replace(MOVED[0], what="")


def test_a_page_of_the_passbook() -> None:
    text = "\n".join(texts(passbook_paper(PAGE, Words())))
    for words in ("Carried forward", "+$125.00", "-$40.00", "$135.00", "Page of the book\n2"):
        assert words in text
    day = date(2026, 3, 2)
    full = tuple(Movement(day, "Deposit", 1, 50_00 + n) for n in range(1, PASSBOOK_LINES + 1))
    assert replace(PAGE, movements=full).movements == full
    with pytest.raises(Malformed, match="14 lines"):
        replace(PAGE, movements=(*full, Movement(day, "Deposit", 1, 50_00 + PASSBOOK_LINES + 1)))


@pytest.mark.parametrize("page", [0, 10_000, True])
def test_a_page_that_is_none(page: int) -> None:
    with pytest.raises(Malformed):
        replace(PAGE, page=page)
