"""Terms of small loans: no edition asks more than the caps, and each mistake is found at its line."""

from __future__ import annotations

import pytest

from counterfoil.policy.edition import BrokenEdition, read_edition
from counterfoil.policy.terms.loans import LoanTerms
from counterfoil.testing.builders import EDITION

TEXT = EDITION.decode()
STATE = '\n[loans.state_caps.xx]\napr_max = "{}"\nsource = "a law"\n'


def with_state(apr: str) -> str:
    head, mark, rest = TEXT.partition("[loans]\n")
    own, source, tail = rest.partition('source = "made up"\n')
    return head + mark + own + source + STATE.format(apr) + tail


def line_of(text: str, wanted: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), start=1) if line.startswith(wanted))


@pytest.mark.parametrize(
    ("before", "after", "at"),
    [
        ('apr_max = "28.00"', 'apr_max = "36.01"', "apr_max"),
        ('rate = "28.00"', 'rate = "36.01"', "rate"),
        ('rate = "28.00"', 'rate = "27.999"', "rate"),
        ("amount_max = 50000\nyear_max", "amount_max = 1999\nyear_max", "amount_max"),
        ("year_max = 100000", "year_max = 49999", "year_max"),
        ("weeks_max = 26", "weeks_max = 3", "weeks_max"),
        ("weeks_max = 26", "weeks_max = 105", "weeks_max"),
        ("amount_min = 2000", "amount_min = 999", "amount_min"),
        ('of_left_max = "50.00"', 'of_left_max = "100.01"', "of_left_max"),
        ('["interest", "principal"]', '["interest"]', "allocation"),
        ('["interest", "principal"]', '["interest", "interest"]', "allocation"),
        ('"semimonthly", "monthly"]', '"yearly"]', "every = ["),
        ('{ bucket = "90+", percent = "90.00" }', '{ bucket = "91+", percent = "90.00" }', "allowance"),
        ('{ bucket = "90+", percent = "90.00" }', '{ bucket = "90+", percent = "100.01" }', "allowance"),
    ],
)
def test_an_edition_above_a_cap_is_refused_with_its_line(before: str, after: str, at: str) -> None:
    assert TEXT.count(before) == 1, before
    text = TEXT.replace(before, after)
    with pytest.raises(BrokenEdition) as error:
        read_edition(text.encode())
    start = line_of(text, "[loans]")
    assert error.value.line == next(
        n for n, line in enumerate(text.split("\n"), start=1) if n > start and line.startswith(at)
    )


@pytest.mark.parametrize(("apr", "fine"), [("36.00", True), ("28.00", True), ("27.99", False)])
def test_an_edition_above_the_cap_of_a_served_state_is_refused(apr: str, fine: bool) -> None:
    text = with_state(apr)
    if fine:
        terms = read_edition(text.encode()).terms(LoanTerms)
        assert terms is not None
        assert terms.state_caps["xx"].source == "a law"
        return
    with pytest.raises(BrokenEdition, match="xx allows less") as error:
        read_edition(text.encode())
    assert error.value.line == line_of(text, "[loans.state_caps.xx]") + 1


@pytest.mark.parametrize("rate", ["36.00", "0.00", "28.00"])
def test_the_edge_itself_is_lawful(rate: str) -> None:
    text = TEXT.replace('rate = "28.00"', f'rate = "{rate}"').replace('apr_max = "28.00"', 'apr_max = "36.00"')
    terms = read_edition(text.encode()).terms(LoanTerms)
    assert terms is not None
    assert terms.rate_hundredths == int(rate.replace(".", ""))
