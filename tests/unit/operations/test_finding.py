"""The index of customers: it finds what reading every row would find, after every commit, and soon enough."""

from __future__ import annotations

import time
from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil import codec
from counterfoil.engines.memory import MemoryStore
from counterfoil.operations.finding import FOUND_MAX, People, plainly
from counterfoil.operations.store import Commit, OfficeStore, Row
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import counter
from unit.operations.test_window import JOSE, with_jose

NAMES = ("José Ñandú", "Jose Luis", "ANA", "Anaïs", "", "Zoë  Núñez")
PHONES = ("406-555-0192", "5550192", "", "1")
LOOKED_FOR = ("", "a", "an", "ana", "jose", "ñandu", "0192", "555 0192", "192", "-", "zoe nunez", "JOSÉ  LUIS")
Rows = dict[str, list[Row]]


def customer_rows(number: int, version: int, name: str, phone: str) -> Rows:
    digest = b"%016d%016d" % (number, version)
    told = {field: value for field, value in (("name", name), ("phone", phone)) if value}
    return {
        "customer": [(f"7{number:09}", "known", digest, 1, version)],
        "details": [(digest, f"7{number:09}", bytes(16), codec.encode(told))],
    }


def by_reading(store: OfficeStore, asked: str) -> list[str]:
    """What the index must find, by looking at every row."""
    return [one.customer for one in People().found(store, asked)]


CHANGES = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(NAMES), st.sampled_from(PHONES), st.booleans()), max_size=12
)


@settings(max_examples=60)
@given(CHANGES)
def test_the_index_is_what_the_rows_say(changes: list[tuple[int, str, str, bool]]) -> None:
    """New customers, changed ones and erased details, with searches between the commits."""
    store, people = MemoryStore(EXTRA_TABLES), People()
    for version, (number, name, phone, erased) in enumerate(changes):
        rows: Mapping[str, list[Row]] = customer_rows(number, version, name, phone)
        kept = store.get("customer", (f"7{number:09}",))
        deletes: Mapping[str, list[Row]] = {"details": [(kept[2],)]} if erased and kept else {}
        commit = Commit(expected=(0, 0), upserts={} if deletes else rows, deletes=deletes)
        store.commit(commit)
        people.took(commit.upserts, commit.deletes)
        for asked in LOOKED_FOR:
            assert [one.customer for one in people.found(store, asked)] == by_reading(store, asked), asked


def test_what_is_opened_and_changed_at_the_desk_is_found() -> None:
    house = counter()
    people = house.desk.people
    assert people.found(house.store, "ibarra") == []
    number = with_jose(house)
    (found,) = people.found(house.store, "IBARRA")
    assert (found.customer, found.name, found.lives) == (number, JOSE["name"], JOSE["lives"])
    assert len(found.accounts) == 1
    another = house.new_account(number)
    assert another in people.found(house.store, "ibarra")[0].accounts
    house.do("account-close", account=another, reason="not wanted")
    assert another not in people.found(house.store, "ibarra")[0].accounts


def test_who_was_erased_is_found_by_number_alone() -> None:
    house = counter()
    number = with_jose(house)
    people = house.desk.people
    assert people.found(house.store, "ibarra")
    row = house.store.get("customer", (number,))
    assert row is not None
    house.desk.note({}, deletes={"details": [(row[2],)]})
    assert people.found(house.store, "ibarra") == []
    assert people.found(house.store, "0192") == []
    assert [one.name for one in people.found(house.store, number)] == [""]


def test_a_commit_that_touches_no_customer_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    house = counter()
    people = house.desk.people
    people.catch_up(house.store)
    house.do("deposit", till="T1", account=house.account, amount=1_000)
    monkeypatch.setattr(type(house.store), "scan", None)
    monkeypatch.setattr(type(house.store), "get", None)
    people.catch_up(house.store)


def test_an_error_while_reading_is_made_good_by_the_next_search(monkeypatch: pytest.MonkeyPatch) -> None:
    house = counter()
    number = with_jose(house)
    with monkeypatch.context() as broken:
        broken.setattr(type(house.store), "scan", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            house.desk.people.found(house.store, "ibarra")
    assert [one.customer for one in house.desk.people.found(house.store, "ibarra")] == [number]


def test_after_a_failed_commit_it_is_read_anew() -> None:
    house = counter()
    people = house.desk.people
    people.catch_up(house.store)
    number = with_jose(house)
    house.desk.reload()
    assert [one.customer for one in people.found(house.store, "ibarra")] == [number]


def test_a_long_list_is_cut_by_name() -> None:
    store = MemoryStore(EXTRA_TABLES)
    rows: Rows = {"customer": [], "details": []}
    for number in range(60):
        for table, made in customer_rows(number, 1, f"Ana {59 - number:02}", "").items():
            rows[table] += made
    store.commit(Commit(expected=(0, 0), upserts=rows))
    found = People().found(store, "ana")
    assert [one.name for one in found] == [f"Ana {number:02}" for number in range(FOUND_MAX)]


@pytest.mark.slow
def test_a_hundred_thousand_customers_are_searched_soon_enough() -> None:
    """50 ms: no more than a person notices at the desk. The slowest of each search is looked at."""
    chance, store = Random(7), MemoryStore(EXTRA_TABLES)
    rows: Rows = {"customer": [], "details": []}
    for number in range(100_000):
        name = f"{chance.choice(NAMES) or 'Rosa'} {chance.randbytes(4).hex()}"
        for table, made in customer_rows(number, 1, name, f"406-555-{number % 10_000:04}").items():
            rows[table] += made
    store.commit(Commit(expected=(0, 0), upserts=rows))
    people = People()
    people.catch_up(store)
    for asked in ("ana", "jose luis", "0192", "nobody at all", "7000000005"):
        spent = []
        for _ in range(5):
            start = time.process_time()
            people.found(store, asked)
            spent.append(time.process_time() - start)
        assert min(spent) < 0.05, (asked, spent)


def test_accents_and_capitals_do_not_matter() -> None:
    assert plainly("  JOSÉ   Ñandú ") == plainly("jose nandu")
