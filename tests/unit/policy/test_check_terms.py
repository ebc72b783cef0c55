"""Terms of checks: fees to the cent, within every cap, and a broken table refused with its line."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.policy.edition import BrokenEdition, read_edition
from counterfoil.policy.tables import BadValue
from counterfoil.policy.terms.checks import CheckSort, CheckTerms, check
from counterfoil.policy.terms.states import CheckCashingCap, Served, StateCaps
from counterfoil.testing.builders import EDITION

SORT = CheckSort(percent=Fraction(1), each=60_000, least=100, free_below=5_000, source="for tests")


@pytest.mark.parametrize(
    ("amount", "fee"),
    [(1, 0), (4_999, 0), (5_000, 100), (10_000, 100), (10_099, 100), (10_100, 101), (10_199, 101), (60_000, 600)],
)
def test_a_fee_to_the_cent(amount: int, fee: int) -> None:
    assert SORT.fee(amount) == fee


def test_a_fee_is_never_more_than_the_check() -> None:
    assert CheckSort(percent=Fraction(1), least=100, source="x").fee(40) == 40


def edition_with(**changed: str) -> bytes:
    text = EDITION.decode()
    head, mark, rest = text.partition("[checks]")
    for before, after in changed.items():
        old = before.replace("_is_", " = ")
        assert old in rest, old
        rest = rest.replace(old, after, 1)
    return (head + mark + rest).encode()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"cutoff_hour_is_14": "cutoff_hour = 13"}, "cut-off"),
        ({"stale_months_is_12": "stale_months = 13"}, "1 to 12 months"),
        ({"new_account_days_is_9": "new_account_days = 0"}, "business days"),
        ({"[checks.sorts.treasury]": "[checks.sorts.travelers]"}, "not a sort of check"),
        ({"at_once_is_10000": "at_once = 1.5"}, "minor units"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(changed: dict[str, str], reason: str) -> None:
    with pytest.raises(BrokenEdition, match=reason) as error:
        read_edition(edition_with(**changed))
    new = next(iter(changed.values()))
    assert new in edition_with(**changed).decode().splitlines()[error.value.line - 1]


def terms_with(sort: CheckSort) -> CheckTerms:
    kept = read_edition(EDITION).terms(CheckTerms)
    assert kept is not None
    return CheckTerms(
        sorts={"payroll": sort}, holds=kept.holds, day_most=1, day_number=1, papers_above=1, papers=(),
        approval_above=1, agree_days=1, source="for tests",
    )  # fmt: skip


def capped(percent: Fraction) -> dict[type, object]:
    caps = StateCaps(check_cashing={"wv": CheckCashingCap(payroll=percent)}, source="for tests")
    return {Served: Served(("WV", "MT")), StateCaps: caps}


def test_a_fee_above_a_states_cap_is_refused_with_its_line() -> None:
    with pytest.raises(BadValue, match=r"above the cap of WV, 0\.99") as error:
        check(terms_with(SORT), capped(Fraction(99, 100)))
    assert (error.value.key, error.value.within) == ("percent", "checks.sorts.payroll")
    with pytest.raises(BadValue, match="a check of 5000 would cost 100, and WV allows 50") as error:
        check(terms_with(SORT), capped(Fraction(1)))
    assert error.value.key == "least"
    check(terms_with(SORT), capped(Fraction(2)))
    check(terms_with(SORT), {Served: Served(("MT",)), StateCaps: capped(Fraction(1))[StateCaps]})


percents = st.integers(0, 1_500).map(lambda hundredths: Fraction(hundredths, 100))


@given(
    percent=percents, cap=percents, least=st.integers(0, 500), free=st.integers(0, 50_000),
    amount=st.integers(1, 1_000_000),
)  # fmt: skip
def test_a_fee_within_the_caps_is_so_for_every_amount(
    percent: Fraction, cap: Fraction, least: int, free: int, amount: int
) -> None:
    sort = CheckSort(percent=percent, each=1, least=least, free_below=free, source="x")
    try:
        check(terms_with(sort), capped(cap))
    except BadValue:
        smallest = [sort.fee(one) * 10_000 > cap * 100 * one for one in (max(free, 1), 1_000_000_000_000)]
        assert any(smallest), "it is refused only where some check would cost too much"
    else:
        assert sort.fee(amount) * 100 <= cap * amount
