"""Promises of the pages that no other test holds: nothing ranks or scores clerks, one price everywhere, no partner."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest

from counterfoil.office.refusals import REFUSALS
from counterfoil.office.requests import ASKS, fields_of
from counterfoil.operations.tables import ALL_TABLES, FOLD_TABLES
from docs.pages import PROJECT
from docs.test_cli_reference import COMMANDS

SCORES = re.compile(r"rank|scor(e|ing)|rating|perform|productiv|league|leaderboard|target|quota|per_clerk|clerk_total")
BANKS_AND_CLOUDS = re.compile(r"boto|aws|azure|google|gcloud|stripe|plaid|twilio|sentry|datadog")


def names() -> Iterator[str]:
    """Whatever can be stored of a clerk, asked of her or shown about her: tables, columns, fields, codes, options."""
    for table in ALL_TABLES:
        yield table.name
        yield from (f"{table.name}.{column}" for column, _ in table.columns)
    for kind, ask in ASKS.items():
        yield kind
        yield from (f"{kind}.{field}" for field in fields_of(ask))
    yield from REFUSALS
    for name, command in COMMANDS.items():
        if not name.startswith("bench"):  # It measures machines.
            yield f"{name} {' '.join(option for one in command.params for option in one.opts)}"


def scored(found: Iterator[str]) -> list[str]:
    return [name for name in found if SCORES.search(name)]


def test_nothing_ranks_or_scores_clerks() -> None:
    assert scored(names()) == []
    sums = [
        table.name
        for table in FOLD_TABLES
        if any(column == "clerk" for column, _ in table.columns[: table.key])
        and any(kind == "int" and column not in ("active",) for column, kind in table.columns)
    ]
    assert sums == [], "a fold that adds something up for each clerk is a score in waiting"


@pytest.mark.parametrize("name", ["clerk.rank", "clerk_score", "till_total.per_clerk", "top --rating"])
def test_a_score_would_be_noticed(name: str) -> None:
    assert scored(iter([name, "till_total.number"])) == [name]


def test_limits_and_prices_name_no_office_and_no_person() -> None:
    """One price and one limit at every office: an edition has no place where it could say otherwise."""
    files = sorted((PROJECT / "src/counterfoil/policy/editions").glob("*.toml"))
    assert files
    for file in files:
        edition = tomllib.loads(file.read_text("utf-8"))
        assert not {"office", "offices", "till", "clerk", "customer"} & (set(edition) - {"till"}), file.name
        assert set(edition.get("till", {})) <= {"cash_max", "blind_count", "source"}, file.name


def test_no_vendor_is_needed() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    assert wanted
    assert [one for one in wanted if BANKS_AND_CLOUDS.search(one.lower())] == []
