"""Terms that no account can be kept by are refused with the key."""

from __future__ import annotations

import pytest

from counterfoil.policy.edition import BrokenEdition, read_edition
from counterfoil.policy.terms.savings import SavingsTerms
from counterfoil.testing.builders import EDITION


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ('rate_percent = "3.65"', 'rate_percent = "20.01"', "slip of the pen"),
        ('compounding = "monthly"', 'compounding = "annual"', "compounds when it is credited, or more often"),
        ('crediting = "annual"', 'crediting = "semiannual"', "credited annually|compounds when"),
        ('routing = "307083911"', 'routing = "307083912"', "not a routing number"),
        ('rate_percent = "3.65"', 'rate_percent = "3.65"\nyear_begins = 13', "a month is 1 to 12"),
        ('rate_percent = "3.65"', 'rate_percent = "3.65"\nday_count = "30/360 US"', "one of Actual/365 Fixed"),
    ],
)
def test_a_slip_is_refused(before: str, after: str, why: str) -> None:
    with pytest.raises(BrokenEdition, match=why):
        read_edition(EDITION.decode().replace(before, after, 1).encode())


def test_interest_that_compounds_more_slowly_than_it_is_credited_is_refused() -> None:
    text = EDITION.decode().replace(
        'compounding = "monthly"\ncrediting = "monthly"', 'compounding = "quarterly"\ncrediting = "monthly"', 1
    )
    with pytest.raises(BrokenEdition, match="interest compounds when it is credited"):
        read_edition(text.encode())


def test_the_first_of_the_states_decides_when_to_look() -> None:
    terms = read_edition(EDITION).terms(SavingsTerms)
    assert terms is not None
    assert {state: one.years for state, one in terms.unclaimed.items()} == {"ny": 3, "co": 5, "mt": 1}
    assert terms.earliest == 1
