"""The office's report: figures of the books, by kind of service, and no clerk in it."""

from __future__ import annotations

import json
from datetime import date

import pytest

from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.office_report import office_report
from scenarios.test_demo_season import LAST, season


def test_a_report_says_what_the_books_say() -> None:
    house, made = season()
    found = office_report(house.store, date(2026, 1, 1), LAST)
    accepted = {row["kind"]: row["number"] for row in found["services"]}
    asked = [kind for kind, _ in made.asked]
    refused = sum(made.refused.values())
    assert 0 <= asked.count("deposit") - accepted["deposit"] <= refused
    fees = {name: -balance for name, balance in house.figures().items() if name.startswith("house:fee-")}
    assert {row["source"]: row["amount"] for row in found["income"] if row["source"].startswith("fee-")} == {
        name.removeprefix("house:"): amount for name, amount in fees.items()
    }
    assert found["income_in_all"] == sum(row["amount"] for row in found["income"])
    assert (found["customers"], found["new_customers"]) == (20, 20)
    assert found["money_services"] + found["mail_services"] == sum(accepted.values())
    text = json.dumps(found)
    assert not any(f'"{clerk}"' in text for clerk in ("101", "102", "103"))


def test_a_period_counts_only_its_own_days() -> None:
    house, _ = season(days=6, people=8)
    whole = office_report(house.store, date(2026, 1, 1), LAST)
    days = sorted(row.date for row in house.desk.state.day.rows.values())
    parts = [office_report(house.store, date.fromisoformat(one), date.fromisoformat(one)) for one in days]
    for name in ("money_services", "mail_services", "income_in_all", "new_customers"):
        assert sum(part[name] for part in parts) == whole[name]
    with pytest.raises(Malformed, match="before it begins"):
        office_report(house.store, LAST, date(2026, 1, 1))
