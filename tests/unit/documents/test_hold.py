from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.compliance import holds
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.documents.hold import Hold, hold_of, hold_paper
from counterfoil.operations.documents.paper import Head, Table, Words, texts

HEAD = Head("Elk Fork · 0417", date(2026, 3, 2))
MONDAY = date(2026, 3, 2)


def hold(cents: int = 2_000_00, *, kind: str = "local_check", exception: str = "", why: str = "") -> Hold:
    deposit = holds.Deposit(MONDAY, "teller", (holds.Item(kind, cents),), exception=exception)
    return hold_of(HEAD, "4000004821", deposit, item="No. 2219", why=why)


def said(one: Hold) -> str:
    return "\n".join(texts(hold_paper(one, Words())))


def test_what_waits_is_named() -> None:
    one = hold()
    assert one.deposit == 2_000_00
    assert one.held == 1_725_00  # all but the 275.00 of the next business day
    assert "You paid in $2,000.00. You can use $1,725.00 of it later than usual." in said(one)
    table = next(block for block in hold_paper(one, Words()).blocks if isinstance(block, Table))
    assert table.rows == (
        ("Mar 3, 2026", "$275.00", "$275.00"),
        ("Mar 4, 2026", "$550.00", "$825.00"),
        ("Mar 5, 2026", "$1,175.00", "$2,000.00"),
    )


def test_what_the_house_gives_at_once_is_said_first() -> None:
    one = replace(hold(), at_once=100_00)
    table = next(block for block in hold_paper(one, Words()).blocks if isinstance(block, Table))
    assert table.rows[0] == ("Mar 2, 2026", "$100.00", "$100.00")
    assert one.deposit == 2_100_00


@given(st.integers(1, 20_000_00), st.sampled_from(["local_check", "cash", "us_treasury_check", "on_us_check"]))
def test_the_days_add_up_to_the_deposit(cents: int, kind: str) -> None:
    one = hold(cents, kind=kind)
    assert one.deposit == cents
    table = next(block for block in hold_paper(one, Words()).blocks if isinstance(block, Table))
    assert table.rows[-1][-1] == Words().money(cents)


@pytest.mark.parametrize(
    ("exception", "words"),
    [
        ("", "We need more time to find out whether the check is paid."),
        ("none", "We need more time"),
        ("large_deposit", "more than $6,725.00 in all"),
        ("redeposited", "came back unpaid before"),
        ("repeated_overdraft", "overdrawn many times"),
        ("reasonable_cause", "The reason: the bank of the check is shut"),
        ("emergency", "There is an emergency"),
    ],
)
def test_the_reason_is_said(exception: str, words: str) -> None:
    assert words in said(hold(exception=exception, why="the bank of the check is shut"))


def test_a_new_account() -> None:
    assert "not older than 30 days" in said(hold(kind="us_treasury_check", exception="new_account"))


def test_only_the_end_of_the_account_is_printed() -> None:
    assert "4000004821" not in said(hold())
    assert "4821" in said(hold())


AVAILABLE = holds.Available


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"days": ()}, "days"),
        ({"days": (AVAILABLE(MONDAY, 0),)}, "days"),
        ({"days": (AVAILABLE(date(2026, 3, 4), 1), AVAILABLE(date(2026, 3, 3), 1))}, "days"),
        ({"days": (AVAILABLE(date(2026, 3, 1), 1),)}, "days"),
        ({"exception": "because"}, "exception"),
        ({"exception": "reasonable_cause"}, "why"),
        ({"at_once": -1}, "at_once"),
        ({"account": ""}, "account"),
        ({"item": "\u202e"}, "item"),
    ],
)
def test_a_notice_that_is_none(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as refused:
        replace(hold(), **changed)
    assert refused.value.field == field
