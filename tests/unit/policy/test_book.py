"""The policy book read aloud: every value is a line, and what differs is found."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil.engines.editions import demonstration, names
from counterfoil.policy.book import Change, differences, lines_of
from counterfoil.policy.edition import read_edition
from counterfoil.testing.builders import EDITION

LEFT_OUT = {"edition.effective"}


def paths(table: Any, within: str = "") -> Iterator[str]:
    """Where each value of a TOML file stands."""
    for key, value in table.items():
        path = f"{within}.{key}" if within else key
        if isinstance(value, dict):
            yield from paths(value, path)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, row in enumerate(value, start=1):
                yield from paths(row, f"{path}.{number}")
        else:
            yield path


@pytest.mark.parametrize("content", [EDITION, *map(demonstration, names())], ids=["tests", *names()])
def test_every_value_is_a_line(content: bytes) -> None:
    edition = read_edition(content)
    said = [line.path for line in lines_of(edition)]
    assert len(said) == len(set(said))
    empty = {"edition.authority", "edition.products"} if not edition.products else set()
    assert set(paths(tomllib.loads(content.decode()))) - set(said) <= empty


def test_values_are_said_as_people_read_them() -> None:
    said = dict(lines_of(read_edition(demonstration("us-postal-bank"))))
    assert said["till.cash_max"] == "$20,000.00"
    assert said["limits.deposit.each"] == "$10,000.00"
    assert said["state_caps.check_cashing.ca.payroll"] == "3.5 %"
    assert said["edition.authority"] == "DEMONSTRATION, NONE"
    assert said["stock.forever.title"] == "Forever stamp"
    assert said["calendar.every_day"] == "no"


def test_what_differs() -> None:
    first = read_edition(EDITION)
    assert differences(first, first) == []
    text = EDITION.decode().replace("effective = 2026-01-01", "effective = 2026-05-01", 1)
    later = read_edition(text.replace("each = 200000", "each = 100000", 1).encode())
    assert differences(first, later) == [
        Change("edition.effective", "2026-01-01", "2026-05-01"),
        Change("limits.deposit.each", "$2,000.00", "$1,000.00"),
    ]


def test_what_is_new_and_what_is_gone() -> None:
    first = read_edition(EDITION)
    text = EDITION.decode().replace("[stock.postcard]", "[stock.flat]").replace("till_day = 12000\n", "")
    changed = {(one.path, one.before, one.after) for one in differences(first, read_edition(text.encode()))}
    assert ("stock.postcard.face", "$0.61", None) in changed
    assert ("stock.flat.face", None, "$0.61") in changed
    assert ("limits.stamp-sale.till_day", "$120.00", None) in changed
