"""What the same service costs elsewhere: arithmetic on figures that were found, and no others."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from counterfoil.engines.editions import demonstration
from counterfoil.kernel.money import USD, currency
from counterfoil.policy.edition import BrokenEdition, read_edition
from counterfoil.policy.profiles import PROFILES
from counterfoil.policy.terms.elsewhere import Elsewhere, Habit, PriceElsewhere, Who
from counterfoil.products.elsewhere import compared, cost_of


def row(value: str, how: str, **more: Any) -> PriceElsewhere:
    given: dict[str, Any] = {
        "kind": "loan-open", "who": Who(en="a lender", es="un prestamista"), "value": Fraction(value), "how": how,
        "unit": "USD", "as_of": "2020", "source": "a test", "status": "read", **more,
    }  # fmt: skip
    return PriceElsewhere(**given)


def table(*rows: PriceElsewhere, times: int | None = None) -> Elsewhere:
    habits = {"loan-open": Habit(times_a_year=times, source="a test")} if times is not None else {}
    return Elsewhere(prices=rows, habits=habits, source="a test")


@pytest.mark.parametrize(
    ("value", "how", "amount", "unit", "cost"),
    [
        ("15", "per-100", 37_500, "USD", 5_625),
        ("15", "per-100", 37_503, "USD", 5_625),  # 5,625.45
        ("15", "per-100", 30_003, "USD", 4_500),  # 4,500.45
        ("15", "per-100", 30_005, "USD", 4_501),  # 4,500.75
        ("3.5", "percent", 50_000, "USD", 1_750),
        ("3.5", "percent", 100, "USD", 4),  # 3.5, half up
        ("5.95", "each", 50_000, "USD", 595),
        ("5.95", "each", 0, "KWD", 5_950),
        ("300", "each", 0, "JPY", 300),
        ("5", "a-month", 0, "USD", 500),
        ("391", "percent-a-year", 37_500, "USD", None),
    ],
)
def test_what_others_take(value: str, how: str, amount: int, unit: str, cost: int | None) -> None:
    assert cost_of(row(value, how), amount, currency(unit)) == cost


def test_a_loan_that_is_renewed_meanwhile() -> None:
    """A payday loan of $375, where ours is paid back in 22 weeks."""
    (there,), times = compared("loan-open", 2_210, table(row("15", "per-100", days=14), times=1), USD,
                               amount=37_500, days=154)  # fmt: skip
    assert (there.cost, there.renewed, there.saving, times) == (5_625, (11, 61_875), 59_665, 1)
    (once,), _ = compared("loan-open", 0, table(row("15", "per-100", days=14)), USD, amount=37_500, days=14)
    assert (once.renewed, once.saving) == (None, None)


def test_a_dearer_price_of_ours_is_told_too() -> None:
    (there,), _ = compared("loan-open", 800, table(row("5.95", "each"), times=10), USD, amount=1)
    assert there.saving == (595 - 800) * 10


def test_a_year_of_an_account() -> None:
    (there,), _ = compared("loan-open", 0, table(row("5", "a-month")), USD)
    assert there.saving == 6_000


@pytest.mark.parametrize(
    ("more", "amount", "said", "found"),
    [
        ({"over": 50_000, "up_to": 100_000}, 50_000, {}, 0),
        ({"over": 50_000, "up_to": 100_000}, 50_001, {}, 1),
        ({"over": 50_000, "up_to": 100_000}, 100_000, {}, 1),
        ({"over": 50_000, "up_to": 100_000}, 100_001, {}, 0),
        ({"only": "sort=payroll|cashier"}, 1, {"sort": "cashier"}, 1),
        ({"only": "sort=payroll|cashier"}, 1, {"sort": "personal"}, 0),
        ({"only": "sort=payroll"}, 1, {}, 0),
        ({"kind": "check-cash"}, 1, {}, 0),
        ({"unit": "INR"}, 1, {}, 0),
    ],
)
def test_a_figure_is_for_what_it_was_found_for(more: Any, amount: int, said: Any, found: int) -> None:
    rows, _ = compared("loan-open", 0, table(row("1", "each", **more)), USD, amount=amount, said=said)
    assert len(rows) == found


def test_without_a_table_there_is_nothing_to_compare_with() -> None:
    assert compared("loan-open", 0, None, USD) == ((), None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('value = "5.95"', 'value = "about 6"'),
        ("up_to = 100000\nwho", "up_to = 50000\nwho"),
        ('only = "sort=payroll"', 'only = "payroll only"'),
        ('how = "percent"', 'how = "guessed"'),
        ('status = "read"', 'status = "estimated"'),
    ],
)
def test_a_figure_that_cannot_be_used_is_refused_with_its_line(old: str, new: str) -> None:
    text = demonstration("us-existing-authority").decode()
    assert old in text
    changed = text.replace(old, new, 1)
    with pytest.raises(BrokenEdition) as error:
        read_edition(changed.encode())
    assert changed.split("\n")[error.value.line - 1] == new.split("\n")[0]


@pytest.mark.parametrize("profile", PROFILES)
def test_the_shipped_figures_are_those_that_were_found(profile: str, data_dir: Path) -> None:
    """Every figure is a row of the table of reference prices, or of the table of states' caps; none is our own."""
    with (data_dir / "domain/reference_prices.csv").open(encoding="utf-8", newline="") as file:
        found = {(r["value"], r["as_of"], r["source"], r["status"]) for r in csv.DictReader(file)}
    with (data_dir / "domain/us_state_cheque_cashing_caps.csv").open(encoding="utf-8", newline="") as file:
        caps = {r["state"]: r for r in csv.DictReader(file)}
    california = {caps["California"][f"{kind}_pct_max"] for kind in ("personal", "payroll", "government")}
    given = read_edition(demonstration(profile)).terms(Elsewhere)
    assert given is not None
    shown = demonstration(profile).decode()
    for one in given.prices:
        if one.source.startswith("a table of the states' caps"):
            assert one.value in {Fraction(cap) for cap in california}
            assert (one.as_of, one.status) == ("2022", "secondary")
        else:
            same = {value for value, *rest in found if rest == [one.as_of, one.source, one.status]}
            assert one.value in {Fraction(value) for value in same if value.replace(".", "").isdigit()}
            assert any(f'value = "{value}"' in shown for value in same)
