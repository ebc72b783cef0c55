"""The ledger benchmark at a small size: what it does is checked, how fast it is never is."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from counterfoil.bench.ledger import DATABASE, Settings, Workload, report, run
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.kernel.outcomes import Malformed
from counterfoil.ledger.transfers import LINKED, Transfer

SMALL = {1: 40, 100: 1_000, 8_189: 3_000}


def small(**more: Any) -> Settings:
    return Settings(accounts=100, existing=2_000, groups=SMALL, **more)


def test_the_small_benchmark_is_sound(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    result = run(small(keep=kept, folder=tmp_path))
    part = result["sqlite"]
    assert [row["group"] for row in part["groups"]] == list(SMALL)
    accepted = sum(row["accepted"] for row in part["groups"])
    assert part["read_back"] == {
        "transfers": 2_000 + accepted,
        "acknowledged": 2_000 + accepted,
        "differences": 0,
        "sound": True,
    }
    for row in part["groups"]:
        assert row["answered"] == sum(row["outcomes"].values()) >= SMALL[row["group"]]
        assert row["fsync"] >= row["commits"] - (row["answered"] - row["accepted"]), "each kept group is synced"
    assert part["readings"]["synchronous"] == 2
    assert json.loads(json.dumps(result)) == result
    assert "read back: " in report(result)
    store = SqliteStore.open_read_only(kept / DATABASE)
    assert sum(1 for _ in store.all_transfers()) == 2_000 + accepted
    store.close()
    assert [one.name for one in tmp_path.iterdir()] == ["kept"], "nothing else is left"


@pytest.mark.slow
def test_a_seed_gives_the_same_outcomes(tmp_path: Path) -> None:
    def outcomes(seed: int) -> list[dict[str, int]]:
        return [row["outcomes"] for row in run(small(seed=seed, folder=tmp_path))["sqlite"]["groups"]]

    assert outcomes(5) == outcomes(5) != outcomes(6)


@pytest.mark.pg
def test_postgres_judges_alike_and_leaves_nothing(tmp_path: Path, fresh_database: str) -> None:
    import psycopg

    result = run(small(folder=tmp_path, postgres=fresh_database))
    assert result["postgres"]["read_back"]["sound"]
    assert [row["outcomes"] for row in result["postgres"]["groups"]] == [
        row["outcomes"] for row in result["sqlite"]["groups"]
    ]
    assert fresh_database not in json.dumps(result), "a URL may hold a password"
    with psycopg.connect(fresh_database) as connection:
        left = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bench%'").fetchall()
    assert left == []


def test_the_workload_has_the_shares_it_claims() -> None:
    workload = Workload(Settings(accounts=1_000, existing=0))
    workload.plain(1_000)
    groups = list(workload.groups(1_000, 50_000))
    total = workload.kinds.total()
    shares = {kind: count / total for kind, count in workload.kinds.items()}
    assert sum(map(len, groups)) == total
    assert shares["pending"] + shares["post"] + shares["void"] == pytest.approx(0.10, abs=0.01)
    assert shares["linked"] == pytest.approx(0.05, abs=0.005)
    assert shares["to be refused"] == pytest.approx(0.02, abs=0.004)
    assert shares["repeated"] == pytest.approx(0.01, abs=0.004)


def test_chains_stay_in_one_group_and_accounts_follow_zipf() -> None:
    groups = list(Workload(Settings(accounts=1_000)).groups(7, 20_000))
    assert all(len(group) <= 7 and not group[-1].flags & LINKED for group in groups)
    transfers: list[Transfer] = [one for group in groups for one in group]
    used = Counter(one.debit for one in transfers) + Counter(one.credit for one in transfers)
    most = [times for _, times in used.most_common()]
    assert most[0] > 5 * most[20] > 20 * most[500]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"groups": {}}, "groups"),
        ({"groups": {0: 5}}, "groups"),
        ({"groups": {8_190: 5}}, "groups"),
        ({"accounts": 9}, "accounts"),
        ({"existing": -1}, "accounts"),
    ],
)
def test_settings_that_cannot_be_run(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as caught:
        Settings(**wrong)
    assert caught.value.field == field
