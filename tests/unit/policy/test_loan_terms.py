"""Terms of small loans: no edition asks more than the caps, and each mistake is found at its line."""

from __future__ import annotations

from fractions import Fraction

import pytest

from counterfoil.engines.editions import demonstration
from counterfoil.policy.edition import BrokenEdition, read_edition
from counterfoil.policy.profiles import POSTAL_BANK
from counterfoil.policy.terms.loans import LoanTerms, allowing_less
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


CAPS = """
[state_caps]
source = "tests"
[state_caps.check_cashing]
wv = {{ payroll = "1" }}
[state_caps.small_loan]
mt = {{ apr = "{}", source = "a law" }}
nc = {{ apr = "16", source = "a law" }}
"""


@pytest.mark.parametrize(
    ("cap", "more", "fine"),
    [
        ("28.00", "", True),  # at the cap
        ("27.99", "", False),  # one hundredth above it
        ("27.99", 'preempted_by = "an act"\n', True),
    ],
)
def test_a_loan_is_lawful_in_every_state_that_is_served(cap: str, more: str, fine: bool) -> None:
    text = TEXT.replace("[loans]\n", f"[loans]\n{more}") + CAPS.format(cap)
    if fine:
        found = read_edition(text.encode())
        assert allowing_less(found.tables) == ([("MT", Fraction(2799, 100))] if more else []), "NC is not served"
        return
    with pytest.raises(BrokenEdition, match=r"above what MT allows, 27\.99 percent") as error:
        read_edition(text.encode())
    start = line_of(text, "[loans]")
    assert error.value.line == next(
        n for n, line in enumerate(text.split("\n"), start=1) if n > start and line.startswith("apr_max")
    )


def test_the_shipped_price_is_refused_where_state_law_binds() -> None:
    text = demonstration(POSTAL_BANK).decode()
    bound = "\n".join(line for line in text.split("\n") if not line.startswith("preempted_by"))
    with pytest.raises(BrokenEdition, match=r"above what NC allows, 16\.00 percent"):
        read_edition(bound.encode())
    less = allowing_less(read_edition(text.encode()).tables)
    assert [state for state, _ in less] == ["NC", "AR", "VT", "HI", "NY", "DC", "PA"], "it is told, not hidden"


@pytest.mark.parametrize("rate", ["36.00", "0.00", "28.00"])
def test_the_edge_itself_is_lawful(rate: str) -> None:
    text = TEXT.replace('rate = "28.00"', f'rate = "{rate}"').replace('apr_max = "28.00"', 'apr_max = "36.00"')
    terms = read_edition(text.encode()).terms(LoanTerms)
    assert terms is not None
    assert terms.rate_hundredths == int(rate.replace(".", ""))
