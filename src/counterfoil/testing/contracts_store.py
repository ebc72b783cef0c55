"""The test that every office store must pass: subclass ``OfficeStoreContract`` and give it a ``maker``.

Engines differ in where the bytes lie, never in an outcome. What only one engine can show (a trigger met by plain SQL,
a power cut, a lost connection) stands in that engine's own tests.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Protocol

import pytest

from counterfoil.kernel.idents import transfer_id
from counterfoil.kernel.outcomes import Fault
from counterfoil.ledger.accounts import Counters
from counterfoil.ledger.transfers import EXPIRE, LINKED, PENDING, POST, VOID, Transfer
from counterfoil.operations.store import (
    ACCOUNT,
    BUILT_IN,
    Commit,
    OfficeStore,
    Row,
    StoredEntry,
    StoreMoved,
    TableSpec,
)

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
NOTE = TableSpec("note", "side", (("who", "text"), ("place", "int"), ("said", "blob?"), ("seen", "int?")), 2, "Notes.")
SEEN = TableSpec("seen", "side", (("id", "blob"), ("answer", "text")), 1, "Never changed.", append_only=True)
WORD = TableSpec("word", "cache", (("word", "text"),), 1, "A table that is all key.")
TALLY = TableSpec("tally", "fold", (("day", "int"), ("sum", "int")), 1, "A fold.")
FACT = TableSpec("fact", "fold", (("id", "blob"), ("line", "int"), ("text", "text")), 2, "A fold.", append_only=True)
TABLES = (NOTE, SEEN, WORD, TALLY, FACT)


class StoreMaker(Protocol):
    """Makes an office on its first call and opens it again on every later one."""

    def __call__(self, tables: Sequence[TableSpec] = TABLES) -> OfficeStore: ...


def entry(sequence: int, *, epoch: int = 1, leaf: bytes = b"leaf") -> StoredEntry:
    """An entry that differs from its neighbors in every part."""
    number = b"%d/%d" % (epoch, sequence)
    return StoredEntry(epoch, sequence, leaf + number, b"facts" + number, b"blind" + number, b"approvals" + number)


def account(number: int, *, name: str | None = None, debits: int = 0, credits: int = 0) -> Row:
    """A whole ``account`` row."""
    return (number, name or f"customer:{number}", "USD", 1, 0, 0, debits, credits, 0, 0)


def transfer(
    sequence: int, leg: int = 0, *, amount: int = 100, flags: int = 0, debit: int = 1, credit: int = 2,
    booked: int = 10, value: int = 10, pending: bytes = b"",
) -> Transfer:  # fmt: skip
    """A transfer from account 1 to account 2."""
    ident = transfer_id(1, sequence, leg)
    return Transfer(ident, debit, credit, amount, 7, flags, pending, booked, value, 0)


class OfficeStoreContract:
    """What holds for every engine, in the order of the promises in ``operations.store``."""

    @pytest.fixture
    def maker(self) -> StoreMaker:
        raise NotImplementedError("a subclass says how its store is made")

    @pytest.fixture
    def store(self, maker: StoreMaker) -> Iterator[OfficeStore]:
        opened = maker()
        yield opened
        opened.close()

    # Atomic

    def test_a_commit_keeps_every_part(self, maker: StoreMaker, store: OfficeStore) -> None:
        pending = (transfer_id(1, 0, 1), 1, 2, 5, 99, 0)
        store.commit(
            Commit(
                (1, 0),
                entries=[entry(0), entry(1)],
                transfers=[transfer(0), transfer(0, 1, flags=PENDING)],
                accounts=[account(1, debits=100), account(2, credits=100)],
                pendings=[pending],
                upserts={"note": [("ana", 1, b"hello", None)], "tally": [(3, -4)]},
            )
        )
        store.close()
        again = maker()
        assert again.size(1) == 2
        assert again.entries(1, 0, 9) == [entry(0), entry(1)]
        assert list(again.all_transfers()) == [transfer(0), transfer(0, 1, flags=PENDING)]
        assert list(again.scan("account")) == [account(1, debits=100), account(2, credits=100)]
        assert again.pendings([pending[0]]) == {pending[0]: pending}
        assert list(again.scan("note")) == [("ana", 1, b"hello", None)]
        assert again.get("tally", (3,)) == (3, -4)
        again.close()

    @pytest.mark.parametrize(
        "bad",
        [
            Commit((1, 1), entries=[entry(2)]),  # a gap
            Commit((1, 1), entries=[entry(1), entry(1)]),
            Commit((1, 1), entries=[entry(1, epoch=2)]),
            Commit((1, 1), transfers=[transfer(0)]),  # an id that stands
            Commit((1, 1), transfers=[transfer(4), transfer(4)]),
            Commit((1, 1), accounts=[account(9, name="customer:1")]),  # a name that stands
            Commit((1, 1), accounts=[account(8, name="new"), account(9, name="new")]),
            Commit((1, 1), counters=[Counters(77, 1, 1, 1, 1)]),  # an account that does not stand
            Commit((1, 1), counters=[Counters(1, INT_MAX + 1, 0, 0, 0)]),
            Commit((1, 1), accounts=[account(INT_MAX + 1)]),
            Commit((1, 1), upserts={"note": [("ana", 1, b"")]}),  # too short a row
            Commit((1, 1), upserts={"note": [("ana", "1", b"", 0)]}),  # a text for a number
            Commit((1, 1), upserts={"note": [("ana", 1, "text", 0)]}),
            Commit((1, 1), upserts={"note": [(None, 1, b"", 0)]}),
            Commit((1, 1), upserts={"note": [("a\0b", 1, b"", 0)]}),
            Commit((1, 1), upserts={"note": [("ana", INT_MIN - 1, b"", 0)]}),
            Commit((1, 1), upserts={"seen": [(b"1", "other")]}),  # append-only
            Commit((1, 1), upserts={"nowhere": [(1,)]}),
            Commit((1, 1), upserts={"entry": [tuple(entry(0))]}),
            Commit((1, 1), deletes={"tally": [(3,)]}),  # a fold
            Commit((1, 1), deletes={"seen": [(b"1",)]}),
            Commit((1, 1), deletes={"note": [("ana",)]}),  # half a key
        ],
    )
    def test_a_commit_with_one_bad_row_keeps_nothing(self, store: OfficeStore, bad: Commit) -> None:
        store.commit(
            Commit(
                (1, 0), entries=[entry(0)], transfers=[transfer(0)], accounts=[account(1), account(2)],
                upserts={"seen": [(b"1", "once")], "tally": [(3, 3)], "note": [("ana", 1, None, 5)]},
            )
        )  # fmt: skip
        before = everything(store)
        good = Commit(
            (1, 1),
            entries=[*bad.entries] or [entry(1)],
            transfers=[transfer(1), *bad.transfers],
            accounts=[account(3), account(1, name="renamed"), account(1, name="customer:1"), *bad.accounts],
            counters=[Counters(2, 5, 5, 5, 5), *bad.counters],
            pendings=[(transfer_id(1, 9, 9), 1, 2, 3, 4, 0)],
            upserts={"word": [("kept",)], **bad.upserts},
            deletes={"word": [("gone",)], **bad.deletes},
        )
        with pytest.raises(Fault):
            store.commit(good)
        assert everything(store) == before
        store.commit(Commit((1, 1), entries=[entry(1)], accounts=[account(3)]))
        assert store.size(1) == 2

    # One writer

    def test_a_late_writer_is_turned_away_and_leaves_no_mark(self, store: OfficeStore) -> None:
        store.commit(Commit((1, 0), entries=[entry(0)]))
        for expected in (0, 2):
            late = Commit((1, expected), entries=[entry(expected, leaf=b"late")], upserts={"tally": [(1, 1)]})
            with pytest.raises(StoreMoved):
                store.commit(late)
        assert store.entries(1, 0, 9) == [entry(0)]
        assert list(store.scan("tally")) == []

    def test_a_commit_without_entries_still_asks_for_the_size(self, store: OfficeStore) -> None:
        store.commit(Commit((1, 0), entries=[entry(0)]))
        with pytest.raises(StoreMoved):
            store.commit(Commit((1, 0), upserts={"tally": [(1, 1)]}))
        store.commit(Commit((1, 1), upserts={"tally": [(1, 2)]}))
        assert store.get("tally", (1,)) == (1, 2)

    def test_an_empty_commit_is_one(self, store: OfficeStore) -> None:
        store.commit(Commit((1, 0)))
        assert store.size(1) == 0

    # The journal

    def test_each_epoch_has_its_own_journal(self, store: OfficeStore) -> None:
        store.commit(Commit((2, 0), entries=[entry(0, epoch=2)]))
        store.commit(Commit((1, 0), entries=[entry(0), entry(1)]))
        store.commit(Commit((65_535, 0), entries=[entry(0, epoch=65_535)]))
        assert store.epochs() == [1, 2, 65_535]
        assert [store.size(epoch) for epoch in (0, 1, 2, 3, 65_535)] == [0, 2, 1, 0, 1]
        assert store.entries(1, 0, 9) == [entry(0), entry(1)]
        assert store.entries(2, 0, 9) == [entry(0, epoch=2)]
        assert [row[:2] for row in store.scan("entry")] == [(1, 0), (1, 1), (2, 0), (65_535, 0)]

    @pytest.mark.parametrize(
        ("start", "count", "found"), [(0, 3, [0, 1, 2]), (1, 1, [1]), (2, 9, [2]), (3, 1, []), (0, 0, []), (9, 9, [])]
    )
    def test_entries_are_read_from_start_up_to_count(
        self, store: OfficeStore, start: int, count: int, found: list[int]
    ) -> None:
        store.commit(Commit((1, 0), entries=[entry(n) for n in range(3)]))
        wanted = [entry(n) for n in found]
        assert store.entries(1, start, count) == wanted
        assert store.read_back(1, start, count) == wanted

    def test_what_is_committed_is_read_back_at_once(self, store: OfficeStore) -> None:
        for number in range(20):
            store.commit(Commit((1, number), entries=[entry(number)]))
            assert store.read_back(1, number, 9) == [entry(number)]

    @pytest.mark.parametrize("size", [0, 1, 1_000, 4_095, 4_096, 65_536, 1_048_576])
    def test_parts_of_any_size_come_back_whole(self, store: OfficeStore, size: int) -> None:
        part = bytes(range(256)) * (size // 256 + 1)
        big = StoredEntry(1, 0, part[:size], part[1 : size + 1], part[2:34], part[3 : size + 3])
        store.commit(Commit((1, 0), entries=[big]))
        assert store.read_back(1, 0, 1) == [big]
        assert store.get("entry", (1, 0)) == tuple(big)

    # Transfers

    def test_transfers_are_found_by_id_and_walked_in_order(self, store: OfficeStore) -> None:
        assert store.highest_transfer() == bytes(16)
        all_of_them = [transfer(n, leg, amount=n + leg + 1) for n in range(30) for leg in range(5)]
        store.commit(Commit((1, 0), transfers=all_of_them))
        assert list(store.all_transfers()) == all_of_them
        assert store.highest_transfer() == all_of_them[-1].id
        asked = [all_of_them[7].id, transfer_id(1, 999, 0), all_of_them[0].id, all_of_them[7].id]
        assert store.transfers(asked) == {all_of_them[0].id: all_of_them[0], all_of_them[7].id: all_of_them[7]}
        assert store.transfers([]) == {}

    def test_every_field_of_a_transfer_comes_back(self, store: OfficeStore) -> None:
        edge = Transfer(b"\xff" * 16, INT_MAX, 0, INT_MAX, 65_535, POST | LINKED, b"\0" * 16, 3_652_059, 1, INT_MAX)
        store.commit(Commit((1, 0), transfers=[edge]))
        assert list(store.all_transfers()) == [edge]
        assert isinstance(store.transfers([edge.id])[edge.id], Transfer)

    def test_a_full_batch_is_one_commit(self, store: OfficeStore) -> None:
        batch = [transfer(0, leg, debit=leg % 7, credit=100 + leg % 11) for leg in range(8_189)]
        store.commit(Commit((1, 0), transfers=batch))
        assert sum(1 for _ in store.all_transfers()) == len(batch)
        assert list(store.all_transfers())[-1] == batch[-1]

    def test_pendings_are_replaced_and_the_open_ones_listed(self, store: OfficeStore) -> None:
        rows = [(transfer_id(1, n, 0), 1, 2, n + 1, 50, 0) for n in range(4)]
        store.commit(Commit((1, 0), pendings=rows))
        posted = (*rows[1][:5], 1)
        store.commit(Commit((1, 0), pendings=[posted]))
        assert list(store.open_pendings()) == [rows[0], rows[2], rows[3]]
        assert store.pendings([rows[1][0], rows[2][0], bytes(16)]) == {rows[1][0]: posted, rows[2][0]: rows[2]}

    @pytest.mark.parametrize(
        ("through", "by", "moved"),
        [
            (9, "booked", []),
            (10, "booked", [(1, 100, 0), (2, 0, 100)]),
            (11, "booked", [(1, 110, 5), (2, 5, 110)]),
            (12, "booked", [(1, 110, 5), (2, 5, 110), (3, 7, 0), (4, 0, 7)]),
            (10, "value", [(1, 110, 0), (2, 0, 110)]),
            (INT_MAX, "value", [(1, 110, 5), (2, 5, 110), (3, 7, 0), (4, 0, 7)]),
        ],
    )
    def test_movements_count_what_was_posted_by_each_date(
        self, store: OfficeStore, through: int, by: str, moved: list[tuple[int, int, int]]
    ) -> None:
        held = transfer_id(1, 0, 1)
        store.commit(
            Commit(
                (1, 0),
                transfers=[
                    transfer(0, 0, amount=100, flags=LINKED),
                    transfer(0, 1, amount=55, flags=PENDING),  # nothing is posted yet
                    transfer(1, 0, amount=10, flags=POST, pending=held, booked=11, value=10),  # a part of it is
                    transfer(2, 0, amount=5, debit=2, credit=1, booked=11, value=11),
                    transfer(3, 0, amount=9, flags=VOID, pending=held, booked=11, value=1),
                    transfer(3, 1, amount=9, flags=EXPIRE, pending=held, booked=11, value=1),
                    transfer(4, 0, amount=7, debit=3, credit=4, booked=12, value=12),
                ],
            )
        )
        assert store.movements(through, by) == moved  # type: ignore[arg-type]  # a parametrized literal

    def test_movements_beyond_int64_are_shown_not_refused(self, store: OfficeStore) -> None:
        store.commit(Commit((1, 0), transfers=[transfer(n, amount=INT_MAX) for n in range(3)]))
        assert store.movements(10, "value") == [(1, 3 * INT_MAX, 0), (2, 0, 3 * INT_MAX)]

    # Accounts

    def test_counters_change_and_all_else_stays(self, store: OfficeStore) -> None:
        store.commit(Commit((1, 0), accounts=[account(1), account(2)]))
        store.commit(Commit((1, 0), counters=[Counters(1, INT_MAX, 2, 3, 4)]))
        assert list(store.scan("account")) == [(*account(1)[:6], INT_MAX, 2, 3, 4), account(2)]

    def test_an_account_is_replaced_whole_and_never_takes_a_name(self, store: OfficeStore) -> None:
        store.commit(Commit((1, 0), accounts=[account(1), account(2)]))
        frozen = (1, "customer:1", "USD", 1, 4, 99, 7, 8, 9, 10)
        store.commit(Commit((1, 0), accounts=[frozen]))
        assert store.get("account", (1,)) == frozen
        with pytest.raises(Fault):
            store.commit(Commit((1, 0), upserts={"account": [account(1, name="customer:2")]}))
        assert list(store.scan("account")) == [frozen, account(2)]

    # Other tables

    def test_an_upsert_inserts_or_replaces(self, store: OfficeStore) -> None:
        store.commit(Commit((1, 0), upserts={"note": [("ana", 1, b"a", None), ("ana", 1, None, 2)]}))
        assert store.get("note", ("ana", 1)) == ("ana", 1, None, 2)
        store.commit(Commit((1, 0), upserts={"note": [("ana", 1, b"", 3)], "word": [("same",)]}))
        store.commit(Commit((1, 0), upserts={"word": [("same",), ("other",)]}))
        assert list(store.scan("note")) == [("ana", 1, b"", 3)]
        assert list(store.scan("word")) == [("other",), ("same",)]

    def test_a_delete_removes_one_row_and_an_absent_row_is_no_error(self, store: OfficeStore) -> None:
        store.commit(Commit((1, 0), upserts={"note": [("ana", 1, None, 1), ("ana", 2, None, 2)]}))
        store.commit(Commit((1, 0), deletes={"note": [("ana", 1), ("ben", 1)]}))
        assert list(store.scan("note")) == [("ana", 2, None, 2)]
        assert store.get("note", ("ana", 1)) is None

    def test_an_append_only_row_stands_for_ever(self, store: OfficeStore) -> None:
        store.commit(Commit((1, 0), upserts={"seen": [(b"1", "first")], "fact": [(b"x", 0, "t")]}))
        for rows in ([(b"1", "first")], [(b"2", "new"), (b"2", "new")]):
            with pytest.raises(Fault):
                store.commit(Commit((1, 0), upserts={"seen": rows}))
        assert list(store.scan("seen")) == [(b"1", "first")]

    @pytest.mark.parametrize("number", [INT_MIN, -1, 0, 1, INT_MAX])
    def test_int64_edges(self, store: OfficeStore, number: int) -> None:
        store.commit(Commit((1, 0), upserts={"note": [("edge", number, None, number)], "tally": [(number, number)]}))
        assert store.get("note", ("edge", number)) == ("edge", number, None, number)
        assert store.get("tally", (number,)) == (number, number)

    TEXTS = ("", " ", "José Núñez", "e\u0301", "\u202eevil", "\U0001f4ee", "\x01\x7f", "'\";--")

    @pytest.mark.parametrize("text", TEXTS)
    def test_texts_come_back_as_they_were_written(self, store: OfficeStore, text: str) -> None:
        store.commit(Commit((1, 0), accounts=[account(1, name=text or "-")], upserts={"note": [(text, 0, None, 0)]}))
        assert list(store.scan("note", (text,))) == [(text, 0, None, 0)]
        assert store.get("account", (1,)) == account(1, name=text or "-")

    # Order

    KEYS: tuple[tuple[str, int], ...] = (
        ("", 0), ("A", -5), ("A", 0), ("A", 5), ("a", 0), ("aa", INT_MIN), ("é", 0), ("\uffee", 0), ("\U0001f4ee", 1),
    )  # fmt: skip

    @pytest.fixture
    def ordered(self, store: OfficeStore) -> OfficeStore:
        store.commit(Commit((1, 0), upserts={"note": [(*key, None, 0) for key in reversed(self.KEYS)]}))
        return store

    def test_a_scan_is_in_key_order_texts_by_code_point(self, ordered: OfficeStore) -> None:
        assert [row[:2] for row in ordered.scan("note")] == list(self.KEYS)
        assert [row[:2] for row in ordered.scan("note", descending=True)] == list(reversed(self.KEYS))

    def test_a_scan_begins_after_a_key_whether_or_not_it_stands(self, ordered: OfficeStore) -> None:
        for at, key in enumerate(self.KEYS):
            assert [row[:2] for row in ordered.scan("note", after=key)] == list(self.KEYS[at + 1 :])
            down = ordered.scan("note", after=key, descending=True)
            assert [row[:2] for row in down] == list(reversed(self.KEYS[:at]))
        assert [row[:2] for row in ordered.scan("note", after=("A", 1), limit=2)] == [("A", 5), ("a", 0)]

    @pytest.mark.parametrize(
        ("after", "descending", "found"),
        [
            (None, False, [-5, 0, 5]), (None, True, [5, 0, -5]), (("A", 0), False, [5]), (("A", 0), True, [-5]),
            (("A", 5), False, []), (("", 9), False, [-5, 0, 5]), (("", 9), True, []), (("a", 0), False, []),
            (("a", 0), True, [5, 0, -5]),
        ],
    )  # fmt: skip
    def test_a_prefix_bounds_the_scan(
        self, ordered: OfficeStore, after: Row | None, descending: bool, found: list[int]
    ) -> None:
        rows = ordered.scan("note", ("A",), after=after, descending=descending)
        assert [row[1] for row in rows] == found

    def test_a_whole_key_as_prefix_finds_its_row(self, ordered: OfficeStore) -> None:
        assert list(ordered.scan("note", ("A", 0))) == [("A", 0, None, 0)]
        assert list(ordered.scan("note", ("A", 1))) == []
        assert list(ordered.scan("note", ("A", 0), after=("A", 0))) == []

    @pytest.mark.parametrize("limit", [0, 1, 8, 9, 10])
    def test_a_limit_bounds_the_scan(self, ordered: OfficeStore, limit: int) -> None:
        assert len(list(ordered.scan("note", limit=limit))) == min(limit, len(self.KEYS))

    def test_the_journal_is_scanned_like_any_table(self, store: OfficeStore) -> None:
        store.commit(Commit((1, 0), entries=[entry(n) for n in range(3)]))
        store.commit(Commit((3, 0), entries=[entry(0, epoch=3)]))
        assert [row[:2] for row in store.scan("entry", (1,), after=(1, 0))] == [(1, 1), (1, 2)]
        assert [row[:2] for row in store.scan("entry", after=(1, 1))] == [(1, 2), (3, 0)]
        assert [row[:2] for row in store.scan("entry", descending=True, limit=2)] == [(3, 0), (1, 2)]
        assert [row[:2] for row in store.scan("entry", (2,))] == []
        assert list(store.scan("entry", (1, 1))) == [tuple(entry(1))]
        assert [row[:2] for row in store.scan("entry", (3,), after=(1, 1))] == [(3, 0)]

    def test_blobs_sort_by_bytes(self, store: OfficeStore) -> None:
        keys = [b"", b"\0", b"\0\0", b"\x01", b"\x7f", b"\x80", b"\xff", b"\xff\0"]
        store.commit(Commit((1, 0), upserts={"seen": [(key, "") for key in reversed(keys)]}))
        assert [row[0] for row in store.scan("seen")] == keys

    def test_a_walk_survives_commits_and_never_repeats(self, store: OfficeStore) -> None:
        store.commit(Commit((1, 0), upserts={"tally": [(n, n) for n in range(2_500)]}))
        walked = []
        for number, row in enumerate(store.scan("tally")):
            walked.append(row[0])
            if number % 500 == 0:
                store.commit(Commit((1, 0), upserts={"tally": [(0, number), (2_499, number)]}))
        assert walked == list(range(2_500))

    def test_several_rows_are_found_in_one_question(self, store: OfficeStore) -> None:
        rows: dict[Row, Row] = {(f"{n:05}", n): (f"{n:05}", n, None, n) for n in range(600)}
        store.commit(Commit((1, 0), upserts={"note": list(rows.values())}))
        assert store.several("note", []) == {}
        assert store.several("note", [("none", 1), ("00003", 4)]) == {}
        assert store.several("note", [*rows, ("none", 1), ("00003", 3)]) == rows

    @pytest.mark.parametrize("descending", [False, True])
    def test_a_long_walk_is_whole(self, store: OfficeStore, descending: bool) -> None:
        numbers = range(3_001)
        store.commit(Commit((1, 0), upserts={"note": [(f"{n:05}", n, None, 0) for n in numbers]}))
        found = [row[1] for row in store.scan("note", descending=descending)]
        assert found == sorted(numbers, reverse=descending)

    @pytest.mark.parametrize(("table", "key"), [("note", ("ana",)), ("nowhere", (1,)), ("note", ("ana", "1"))])
    def test_a_wrong_table_or_key_is_our_bug(self, store: OfficeStore, table: str, key: Row) -> None:
        with pytest.raises(Fault):
            store.get(table, key)
        with pytest.raises(Fault):
            store.several(table, [key])
        with pytest.raises(Fault):
            list(store.scan(table, after=key))

    # Rebuild

    def test_a_rebuild_replaces_whole_folds_and_leaves_the_rest(self, store: OfficeStore) -> None:
        store.commit(
            Commit(
                (1, 0), entries=[entry(0)], transfers=[transfer(0)], accounts=[account(1), account(2)],
                upserts={"tally": [(1, 1)], "fact": [(b"a", 0, "old")], "note": [("ana", 1, None, 1)]},
            )
        )  # fmt: skip
        rows: dict[str, list[Row]] = {
            "transfer": [tuple(transfer(5)), tuple(transfer(6))],
            "account": [account(2, name="customer:1")],
            "fact": [(b"b", n, "new") for n in range(1_500)],
            "pending": [],
        }
        store.rebuild({name: iter(found) for name, found in rows.items()})
        for name, found in rows.items():
            assert list(store.scan(name)) == found
        assert list(store.scan("tally")) == [(1, 1)]
        assert list(store.scan("note")) == [("ana", 1, None, 1)]
        store.commit(Commit((1, 1), entries=[entry(1)], accounts=[account(7)], upserts={"fact": [(b"c", 0, "n")]}))
        with pytest.raises(Fault):
            store.commit(Commit((1, 2), upserts={"fact": [(b"c", 0, "again")]}))

    @pytest.mark.parametrize(
        "rows",
        [
            {"tally": [(1, 1), (1, 2)]},
            {"account": [account(1, name="x"), account(2, name="x")]},
            {"tally": [(5, 5)], "entry": []},
            {"tally": [(5, 5)], "note": []},
            {"tally": [(5, "5")]},
        ],
    )
    def test_a_rebuild_that_fails_changes_nothing(self, store: OfficeStore, rows: dict[str, list[Row]]) -> None:
        store.commit(Commit((1, 0), accounts=[account(1)], upserts={"tally": [(9, 9)], "fact": [(b"a", 0, "old")]}))
        before = everything(store)
        with pytest.raises(Fault):
            store.rebuild({"fact": [], **rows})
        assert everything(store) == before
        with pytest.raises(Fault):
            store.commit(Commit((1, 0), upserts={"fact": [(b"a", 0, "changed")]}))

    # Life

    def test_a_table_that_a_later_build_adds_is_made_when_the_office_is_opened(self, maker: StoreMaker) -> None:
        older = maker([NOTE])
        older.commit(Commit((1, 0), upserts={"note": [("ana", 1, None, 1)]}))
        older.close()
        newer = maker([NOTE, TALLY])
        newer.commit(Commit((1, 0), upserts={"tally": [(1, 1)]}))
        assert list(newer.scan("note")) == [("ana", 1, None, 1)]
        assert list(newer.scan("tally")) == [(1, 1)]
        newer.close()

    def test_calls_from_several_threads_never_see_half_a_commit(self, store: OfficeStore) -> None:
        store.commit(Commit((1, 0), accounts=[account(1), account(2)]))
        torn: list[list[Row]] = []
        done = threading.Event()

        def watch() -> None:
            while not done.is_set():
                rows = list(store.scan("account"))
                if rows[0][6] != rows[1][7]:
                    torn.append(rows)

        watcher = threading.Thread(target=watch)
        watcher.start()
        for number in range(1, 60):
            store.commit(Commit((1, 0), counters=[Counters(1, number, 0, 0, 0), Counters(2, 0, number, 0, 0)]))
        done.set()
        watcher.join()
        assert torn == []

    def test_closing_twice_is_safe(self, maker: StoreMaker) -> None:
        store = maker()
        store.close()
        store.close()

    def test_the_built_in_accounts_table_is_scanned_in_order(self, store: OfficeStore) -> None:
        numbers = [5, 1, 1_000_000, 3]
        store.commit(Commit((1, 0), accounts=[account(n) for n in numbers]))
        assert [row[0] for row in store.scan(ACCOUNT.name)] == sorted(numbers)


def everything(store: OfficeStore) -> dict[str, list[Row]]:
    """Every row of every table the contract uses."""
    names = [spec.name for spec in (*BUILT_IN, *TABLES)]
    found: dict[str, list[Row]] = {}
    for name in names:
        with suppress(KeyError):
            found[name] = list(store.scan(name))
    return found
