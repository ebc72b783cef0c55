"""A real bank's books through our desk: every balance must be the bank's own (``counterfoil bench day``)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from counterfoil.bench import day
from counterfoil.bench.command import bench

FIRST = 2_000


@pytest.fixture
def books(data_dir: Path) -> Path:
    path = data_dir / "bank1993" / "operations.csv.gz"
    if not path.is_file():
        pytest.skip(f"no {path}")
    return path


def expected(books: Path, limit: int | None) -> dict[str, int]:
    """What the file itself says, by a plain walk: no ledger, no desk."""
    stopped: set[str] = set()
    found = {"operations": 0, "refused": 0, "left_out": 0, "compared": 0}
    for one in day.read_operations(books, limit):
        found["operations"] += 1
        if one.account in stopped:
            found["left_out"] += 1
        elif one.balance < 0:
            found["refused"] += 1
            stopped.add(one.account)
        else:
            found["compared"] += 1
    return found


def check(books: Path, limit: int | None) -> None:
    arguments = ["day", str(books), "--json", *(["--operations", str(limit)] if limit else [])]
    done = CliRunner().invoke(bench, arguments, standalone_mode=False)
    assert done.exception is None
    result = json.loads(done.stdout)
    wanted = expected(books, limit)
    assert {name: result[name] for name in wanted} == wanted
    assert result["equal"] == result["compared"] == result["accepted"], result["wrong"]
    assert (result["mismatches"], result["trial_errors"], result["audit"]["findings"]) == (0, [], [])
    assert done.return_value == 0


def test_the_books_of_a_real_bank(books: Path) -> None:
    check(books, FIRST)


@pytest.mark.slow
def test_all_the_books_of_a_real_bank(books: Path) -> None:
    check(books, None)
