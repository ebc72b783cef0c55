"""The demo season: what a new user finds in the window is sound books, made as at a counter."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from counterfoil import bootstrap
from counterfoil.demo import seeded
from counterfoil.demo.habits import HABITS
from counterfoil.demo.office import Place
from counterfoil.demo.season import Season
from counterfoil.engines.clock import FileClock, local_ms
from counterfoil.engines.editions import demonstration
from counterfoil.engines.keys.sealed import FAST_FOR_TESTS
from counterfoil.engines.memory import MemoryDisk, MemoryStore
from counterfoil.engines.passphrases import Argon
from counterfoil.kernel.days import local_time
from counterfoil.kernel.outcomes import Unavailable
from counterfoil.operations.audit import audit
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import CLERK, OTHER, SUPERVISOR, ZONE, House

LAST = date(2026, 3, 28)


def season(last: date = LAST, days: int = 12, people: int = 20) -> tuple[House, Season]:
    house = House(MemoryStore(EXTRA_TABLES), MemoryDisk(), content=demonstration("us-postal-bank"))
    house.clock = house.desk.clock = FileClock(start=local_ms(local_time("2026-01-05T07:00"), ZONE))
    house.open_log().enrol(CLERK, OTHER)
    made = Season(
        house.desk, house.clock, {c: house.signer(c) for c in (SUPERVISOR, CLERK, OTHER)}, zone=ZONE, habits=HABITS
    )
    made.play(last, lambda done, of: None, days=days, people=people)
    return house, made


@pytest.fixture(scope="module")
def played() -> tuple[House, Season]:
    return season()


def test_the_season_is_sound(played: tuple[House, Season]) -> None:
    house, made = played
    house.check()
    assert len(made.people) == 20
    assert {row.state for row in house.desk.state.day.rows.values()} == {"closed"}
    assert max(house.desk.state.day.rows)[0] == LAST.isoformat()
    assert sum(made.refused.values()) < len(made.asked) // 10


def test_one_difference_waits_and_one_is_disputed(played: tuple[House, Season]) -> None:
    found = played[0].desk.state.difference.all()
    assert sorted((row.till, row.state, row.amount) for row in found) == [("T1", "open", 200), ("T2", "disputed", -500)]


def test_the_same_seed_asks_the_same(played: tuple[House, Season]) -> None:
    assert season()[1].asked == played[1].asked
    assert season(date(2026, 3, 27))[1].asked != played[1].asked


def test_every_product_is_used(played: tuple[House, Season]) -> None:
    asked = {kind for kind, _ in season(days=40, people=60)[1].asked}
    assert {"check-cash", "check-deposit", "check-settle", "loan-apply", "loan-open", "loan-pay"} <= asked


def test_a_seeded_office_is_made_once(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    place = Place(tmp_path / "office")
    assert seeded.make(place, lambda done, of: heard.append((done, of)), last=LAST, days=6, people=8)
    assert heard[-1][0] == heard[-1][1] > 0
    assert not seeded.make(place, lambda done, of: heard.append((-1, of)), last=LAST, days=6, people=8)
    assert heard[-1][0] > 0
    store = bootstrap.open_store(place.folder, bootstrap.read_settings(place.folder), read_only=True)
    try:
        assert audit(store).findings == ()
        assert {str(row[1]) for row in store.scan("clerk")} == {"supervisor", "clerk", "operations", "auditor"}
        logins = list(store.scan("customer_login"))
    finally:
        store.close()
    assert len(logins) == 1
    assert logins[0][1] is None, "her code has served"
    assert Argon(FAST_FOR_TESTS).opens(bytes(logins[0][4]), seeded.PASSPHRASE.upper())  # type: ignore[arg-type]  # a column of bytes
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("mine")
    with pytest.raises(Unavailable, match="not made by the demo"):
        seeded.make(Place(tmp_path / "mine"), lambda done, of: None, last=LAST, days=6, people=8)
