"""The end of the day as an engine, with steps made for the test: every account gets 7, pays 5, and cannot pay 500."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

import pytest

from counterfoil.facts.day_end import AccountSetAside, BalancesChecked, BulkEntered, BulkPosted
from counterfoil.facts.money import HouseMoved
from counterfoil.facts.record import Fact
from counterfoil.facts.savings import InterestCredited
from counterfoil.journal.tree import root_of
from counterfoil.kernel.outcomes import Malformed, Unavailable
from counterfoil.ledger.trial import trial_balance
from counterfoil.office.deciding import Step, each
from counterfoil.office.state import State
from counterfoil.operations import bulk, day_end, queries
from counterfoil.operations.audit import Asked, audit, rebuild
from counterfoil.operations.day_end import DayEnd, Report, booking_date, is_time, standing
from counterfoil.operations.desk import Desk, read_entry
from counterfoil.operations.sequencer import Sequencer
from counterfoil.operations.store import Commit, OfficeStore
from counterfoil.testing.builders import (
    CLERK,
    DAY,
    NEXT_DAY,
    SUPERVISOR,
    House,
    counter,
    edition,
    everything,
    open_office,
    taken,
)
from counterfoil.testing.faulty_store import FAILURES, Failure, FaultyStore

T = TypeVar("T")


def paid(s: State, day: str) -> Iterator[Fact | None]:
    """7 to each account that has not had them for this day: idempotent by the step alone."""
    for (account,) in sorted(s.holding.rows):
        yield HouseMoved(account, "interest", 7, "in", "test")


def charged(s: State, day: str) -> Iterator[Fact | None]:
    """5 from each, then 500.00 that nobody has."""
    for (account,) in sorted(s.holding.rows):
        yield HouseMoved(account, "fees", 5, "out", "test")
        yield HouseMoved(account, "fees", 50_000, "out", "test")


def nothing(s: State, day: str) -> Iterator[Fact | None]:
    yield from ()


STEPS = (Step("pay", "day-step", paid), Step("none", "day-step", nothing), Step("charge", "day-step", charged))


def ended(house: House, through: str | None = None, *, steps: tuple[Step, ...] = STEPS, together: int = 1) -> Report:
    return DayEnd(lambda call: call(house.desk), steps=steps, together=together).run(through)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of two lines."""
    monkeypatch.setattr(bulk, "CHUNK_LINES", 2)


def kinds(house: House) -> list[str]:
    from counterfoil.facts.kinds import kind_numbered

    rows = house.store.entries(1, 0, house.desk.size)
    return [kind_numbered(read_entry(row).core.kind).name for row in rows]


def sound(house: House) -> None:
    """State, store and a rebuild agree, and an audit with every signature finds nothing."""
    house.check()
    report = audit(house.store, Asked(signatures=True, office_key=house.office_key, workers=0))
    assert report.findings == ()


# --- what a run does -------------------------------------------------------------------------------------------------


def test_every_account_has_its_line_and_the_books_are_sound(small: None) -> None:
    house = counter()
    report = ended(house, DAY)
    assert house.figures()["house:interest"] == 14
    assert house.figures()["house:fees"] == -10
    assert [(one.step, one.lines, one.aside) for one in report.days[0].steps] == [("pay", 2, 0), ("charge", 4, 2)]
    assert kinds(house)[-8:] == [
        "day-step", "day-step-posted", "day-step", "day-step-posted", "day-step-posted",
        "line-set-aside", "line-set-aside", "day-end",
    ]  # fmt: skip
    sound(house)


@pytest.mark.parametrize("piece", [1, 3, 5])
def test_lines_are_booked_in_pieces_beside_a_counter(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK_LINES", 4)

    def lines(s: State, day: str) -> Iterator[Fact | None]:
        for amount in range(1, 11):
            yield HouseMoved(house.account, "interest", amount, "in", "test")

    house = counter()
    step = Step("pay", "day-step", lines)
    DayEnd(lambda call: call(house.desk), steps=(step,), piece=piece).run(DAY)
    assert house.owed() == 55
    booked = [fact for row in house.store.entries(1, 0, house.desk.size) for fact in read_entry(row).facts]
    counts = [fact.count for fact in booked if isinstance(fact, BulkPosted)]
    assert sum(counts) == 10
    assert max(counts) == min(piece, 4)
    sound(house)


@pytest.mark.parametrize("handed", [0, 1, 512])
def test_lines_in_memory_are_those_that_were_kept(small: None, monkeypatch: pytest.MonkeyPatch, handed: int) -> None:
    for most in ("HANDED_CHUNKS", "HANDED_ALIKE"):
        monkeypatch.setattr(day_end, most, handed)
    house = counter()
    read, book = bulk.read_own, bulk.book
    read_back: list[Fact] = []
    booked: list[Fact] = []

    def reading(data: bytes) -> Sequence[Fact]:
        read_back.extend(read(data))
        return read(data)

    def booking(state: State, facts: Sequence[Fact], *more: Any) -> list[bulk.Aside]:
        booked.extend(facts)
        return book(state, facts, *more)

    with monkeypatch.context() as patched:
        patched.setattr(bulk, "read_own", reading)
        patched.setattr(bulk, "book", booking)
        ended(house, DAY, together=3)
    kept = [fact for row in house.store.scan("bulk_lines") for fact in read(row[3])]  # type: ignore[arg-type]  # a blob, as its column says
    assert sorted(map(repr, booked)) == sorted(map(repr, kept))
    assert len(read_back) == {0: 6, 1: 2, 512: 0}[handed]  # Of two steps: a chunk of two lines, and two chunks.
    sound(house)


def test_a_refused_line_is_set_aside(small: None) -> None:
    house = counter()
    report = ended(house, DAY)
    accounts = sorted(row[0] for row in house.desk.state.holding.rows)
    assert [(one.line, one.reason, one.about) for one in report.set_aside] == [
        (1, "exceeds_credits", accounts[0]),
        (3, "exceeds_credits", accounts[1]),
    ]
    assert [row.entered for row in house.desk.state.set_aside.all()] == [1, 1]
    assert [house.owed(account) for account in accounts] == [2, 2]


def test_a_second_run_does_nothing(small: None) -> None:
    house = counter()
    ended(house, DAY)
    before = everything(house.store)
    assert ended(house, DAY).days == []
    assert everything(house.store) == before


def test_what_cannot_be_computed_is_set_aside_and_the_rest_goes_on() -> None:
    house = counter()
    bad = min(house.account, house.second_account)

    def lines(s: State, day: str) -> Iterator[Fact | None]:
        def one(account: str) -> list[Fact]:
            if account == bad:
                raise Malformed("its terms are gone")
            return [HouseMoved(account, "interest", 7, "in", "test")]

        return each(sorted(row[0] for row in s.holding.rows), day, str, one)

    ended(house, DAY, steps=(Step("pay", "day-step", lines),))
    row = house.desk.state.bulk.get(DAY, "pay")
    assert row is not None
    kept = house.store.get("bulk_lines", (row.lines, 0))
    assert kept is not None
    first, second = bulk.read_own(kept[3])  # type: ignore[arg-type]  # a blob, as its column says
    assert first == AccountSetAside(bad, "its terms are gone", DAY)
    assert isinstance(second, HouseMoved)
    sound(house)


def test_a_step_sees_that_days_edition_and_the_counter_todays() -> None:
    house = counter()
    seen: list[tuple[str, str]] = []

    def lines(s: State, day: str) -> Iterator[Fact | None]:
        assert s.policy is not None
        seen.append((day, s.policy.name))
        yield None
        seen.append((day, s.policy.name))

    later = edition(NEXT_DAY, name="the next one")
    house.desk.state.take_edition(later, at_nowhere(house), NEXT_DAY)
    DayEnd(lambda call: call(house.desk), steps=(Step("look", "day-step", lines),)).run(DAY)
    assert seen == [(DAY, "for tests")] * 2
    assert house.desk.state.policy is not None
    assert house.desk.state.policy.name == "for tests"


def at_nowhere(house: House) -> Any:
    from counterfoil.office.state import Place

    return Place(1, 0, "policy-edition", bytes(16), 1, False, house.desk.state.now, {})


def test_it_is_booked_today_with_the_value_of_its_day() -> None:
    house = counter()
    house.close_tills(("T1", CLERK), ("T2", "103"))
    house.close_day()
    house.at("2026-03-03T08:00")
    house.date = NEXT_DAY
    house.do("day-open", by=SUPERVISOR)

    def lines(s: State, day: str) -> Iterator[Fact | None]:
        yield InterestCredited(house.account, "everyday", 7, day, 1, 1)

    ended(house, steps=(Step("pay", "day-step", lines),))
    made = list(house.store.all_transfers())[-1]
    assert (made.booked, made.value) == (date(2026, 3, 3).toordinal(), date(2026, 3, 2).toordinal())


# --- which days ------------------------------------------------------------------------------------------------------


def test_an_open_day_ends_once_it_is_counted() -> None:
    house = counter()
    assert standing(house.desk).due == ()
    house.close_tills(("T1", CLERK), ("T2", "103"))
    house.do("vault-count", by=SUPERVISOR, approve=[CLERK], count={"10000": 60})
    assert standing(house.desk).due == (DAY,)
    house.do("day-close", by=SUPERVISOR)
    assert standing(house.desk).due == (DAY,)
    assert booking_date(house.desk) == NEXT_DAY
    house.at("2026-03-06T08:00")
    assert standing(house.desk).due == (DAY, NEXT_DAY, "2026-03-04", "2026-03-05")
    ended(house)
    assert standing(house.desk) == ("2026-03-05", (), ())
    sound(house)


def test_the_hour_of_the_edition() -> None:
    house = counter()
    assert not is_time(house.desk)
    house.close_tills(("T1", CLERK), ("T2", "103"))
    house.do("vault-count", by=SUPERVISOR, approve=[CLERK], count={"10000": 60})
    house.at(f"{DAY}T20:59")
    assert not is_time(house.desk)
    house.at(f"{DAY}T21:00")
    assert is_time(house.desk)
    house.do("day-close", by=SUPERVISOR)
    house.at(f"{NEXT_DAY}T06:00")  # Yesterday is overdue at any hour.
    assert is_time(house.desk)
    ended(house)
    assert not is_time(house.desk)


def test_a_day_that_has_not_come_is_refused() -> None:
    house = counter()
    with pytest.raises(Malformed, match="2026-03-03 has not come yet here: today is 2026-03-02"):
        ended(house, NEXT_DAY)
    with pytest.raises(Malformed, match="'soon' is not a date"):
        ended(house, "soon")


def test_one_run_over_five_days_is_five_runs(small: None) -> None:
    def run(*through: str) -> dict[str, Any]:
        house = counter()
        house.do("deposit", till="T1", account=house.account, amount=12_500)
        house.close_tills(("T1", CLERK), ("T2", "103"))
        house.close_day()
        house.at("2026-03-09T08:00")
        for day in through:
            ended(house, day)
        sound(house)
        return queries.books(house.store)

    days = [(date(2026, 3, 2) + timedelta(days=n)).isoformat() for n in range(5)]
    assert run(days[-1]) == run(*days)


# --- cut short -------------------------------------------------------------------------------------------------------


class Cut(BaseException):
    """The power is gone."""


class CutStore(FaultyStore):
    """Loses power at the n-th commit: before it, or after it was kept."""

    def __init__(self, store: OfficeStore, after: int, *, kept: bool) -> None:
        super().__init__(store)
        self.after, self.kept = after, kept

    def commit(self, commit: Commit) -> None:
        self.commits += 1
        if self.commits == self.after:
            if self.kept:
                self.store.commit(commit)
            raise Cut
        self.store.commit(commit)


def whole_run() -> tuple[dict[str, Any], int]:
    house = counter()
    store = FaultyStore(house.store)
    house.desk.store = store
    ended(house, DAY)
    return queries.books(house.store), store.commits


@pytest.mark.parametrize("kept", [False, True])
def test_killed_at_every_commit_is_never_killed(small: None, kept: bool) -> None:
    books, commits = whole_run()
    assert commits > 8
    for after in range(1, commits + 1):
        house = counter()
        house.desk.store = CutStore(house.store, after, kept=kept)
        with pytest.raises(Cut):
            ended(house, DAY)
        house.reopened()
        ended(house, DAY)
        assert queries.books(house.store) == books
        sound(house)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_commit_is_taken_up_by_the_next_run(small: None, failure: Failure) -> None:
    books, commits = whole_run()
    for after in range(1, commits + 1):
        house = counter()
        store = FaultyStore(house.store)
        store.fail(failure, after=after)
        house.desk.store = store
        for _ in range(3):
            try:
                ended(house, DAY)
                break
            except Unavailable:
                continue
        assert queries.books(house.store) == books
        sound(house)


def many(s: State, day: str) -> Iterator[Fact | None]:
    """Eleven lines, the eighth of which the ledger refuses."""
    for number, account in enumerate(sorted(s.holding.rows) * 6):
        if number < 11:
            amount, way = (9_999_999, "out") if number == 7 else (1 + number, "in")
            yield HouseMoved(account[0], "fees", amount, way, "test")


def in_turn(house: House) -> None:
    """Six chunks in three commits, one after another: each is kept while the next is worked out."""
    ended(house, DAY, steps=(Step("pay", "day-step", many),), together=2)


@pytest.mark.parametrize("kept", [False, True])
def test_killed_while_another_group_is_worked_out_is_never_killed(small: None, kept: bool) -> None:
    plain, whole = counter(), counter()
    ended(plain, DAY, steps=(Step("pay", "day-step", many),))
    store = FaultyStore(whole.store)
    whole.desk.store = store
    in_turn(whole)
    one, other = everything(whole.store), everything(plain.store)
    assert one.pop("head") != other.pop("head")  # A root for each commit, of which there are fewer.
    assert one == other
    assert len(whole.desk.state.set_aside.rows) == 1
    for after in range(1, store.commits + 1):
        house = counter()
        house.desk.store = CutStore(house.store, after, kept=kept)
        with pytest.raises(Cut):
            in_turn(house)
        house.reopened()
        in_turn(house)
        assert queries.books(house.store) == queries.books(plain.store)
        sound(house)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_commit_that_fails_takes_what_came_after_it_along(small: None, failure: Failure) -> None:
    whole = counter()
    store = FaultyStore(whole.store)
    whole.desk.store = store
    in_turn(whole)
    for after in range(1, store.commits + 1):
        house = counter()
        store = FaultyStore(house.store)
        store.fail(failure, after=after)
        house.desk.store = store
        for _ in range(3):
            try:
                in_turn(house)
                break
            except Unavailable:
                continue
        assert queries.books(house.store) == queries.books(whole.store)
        sound(house)


def test_what_is_unfinished_is_shown_and_finished(small: None) -> None:
    house = counter()
    house.desk.store = CutStore(house.store, 7, kept=True)  # Of the second step one chunk of two is booked.
    with pytest.raises(Cut):
        ended(house, DAY)
    house.reopened()
    (row,) = standing(house.desk, DAY).unfinished
    assert (row.step, row.posted, row.size) == ("charge", 2, 4)
    assert audit(house.store, Asked(workers=0)).clean
    assert DayEnd(lambda call: call(house.desk), steps=STEPS).resume() == [f"{DAY} charge"]
    assert standing(house.desk, DAY).unfinished == ()
    assert ended(house, DAY).resumed == []
    sound(house)


# --- tampering -------------------------------------------------------------------------------------------------------


def tampered(house: House, change: Callable[[list[Any]], None]) -> set[str]:
    table = house.store._kept.tables["bulk_lines"]  # type: ignore[attr-defined]  # a hand in the memory store
    key = sorted(table.rows)[0]
    row = list(table.rows[key])
    change(row)
    table.rows[key] = tuple(row)
    return {finding.code for finding in audit(house.store, Asked(workers=0)).findings}


def test_a_changed_line_is_found() -> None:
    house = counter()
    ended(house, DAY)

    def more(row: list[Any]) -> None:
        pairs = bulk.unpack(row[3])
        fact = bulk.read_line(pairs[0][1])
        assert isinstance(fact, HouseMoved)
        mine = HouseMoved(fact.account, fact.house, fact.amount + 1_000, fact.direction, fact.what)
        facts = [bulk.encode_line(mine), *(one for _, one in pairs[1:])]
        row[2:] = bulk.pack(row[0], row[1], facts, b"".join(blind for blind, _ in pairs))[2:]

    assert {"bulk.root"} <= tampered(house, more)


def test_a_torn_chunk_is_found_and_nothing_is_rebuilt_from_it() -> None:
    house = counter()
    ended(house, DAY)

    def cut(row: list[Any]) -> None:
        row[3] = row[3][:-1]

    assert "bulk.lines" in tampered(house, cut)
    assert rebuild(house.store, Asked(workers=0)).rows == {}


def test_a_rebuild_gives_the_same_books(small: None) -> None:
    house = counter()
    ended(house, DAY)
    before = queries.books(house.store)
    tables = house.store._kept.tables  # type: ignore[attr-defined]  # a hand in the memory store
    for name in ("transfer", "account", "bulk", "set_aside", "ended_day", "statement"):
        for key in list(tables[name].rows):
            tables[name].put(key, None)
    assert rebuild(house.store, Asked(workers=0)).rows
    assert queries.books(house.store) == before
    sound(house)


# --- lines -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 511, 512, 513, 1_024, 1_300])
def test_the_root_is_that_of_the_plain_tree(count: int) -> None:
    facts = [bulk.encode_line(HouseMoved("4000000002", "fees", n + 1, "in", "test")) for n in range(count)]
    chance = bytes(range(256)) * (count // 16 + 1)
    tree = bulk.LinesTree()
    for chunk, start in enumerate(range(0, count, bulk.CHUNK_LINES)):
        part = facts[start : start + bulk.CHUNK_LINES]
        made = bulk.pack(b"l" * 16, chunk, part, chance[start * 16 :])
        assert [fact for _, fact in bulk.unpack(made.data)] == part
        tree.add(made.root, len(part))
    leaves = [bulk.line_hash(chance[n * 16 : n * 16 + 16], fact) for n, fact in enumerate(facts)]
    assert (tree.size, tree.root()) == (count, root_of(leaves))


def test_entries_name_lines_and_root(small: None) -> None:
    house = counter()
    ended(house, DAY)
    facts = [fact for row in house.store.entries(1, 0, house.desk.size) for fact in read_entry(row).facts]
    entered = next(fact for fact in facts if isinstance(fact, BulkEntered) and fact.step == "charge")
    posted = [fact for fact in facts if isinstance(fact, BulkPosted) and fact.step == "charge"]
    assert entered.count == 4
    assert [(fact.first, fact.count) for fact in posted] == [(0, 2), (2, 2)]
    assert entered.edition == house.desk.state.policy_on(DAY).digest  # type: ignore[union-attr]  # there is one


# --- beside the counter ----------------------------------------------------------------------------------------------


def test_the_counter_is_served_between_chunks(small: None) -> None:
    house = counter()
    sequencer = Sequencer(house.desk)
    served: list[int] = []

    def told(day: str, step: str, done: int, of: int) -> None:
        request = house.request("deposit", till="T1", account=house.account, amount=100)
        taken(sequencer.submit(request).result(5))
        served.append(done)

    def at_desk(call: Callable[[Desk], T]) -> T:
        return sequencer.call(lambda: call(house.desk))

    worker = threading.Thread(target=lambda: DayEnd(at_desk, steps=STEPS, told=told).run(DAY))
    worker.start()
    worker.join(20)
    assert not worker.is_alive()
    sequencer.close()
    assert len(served) > 5
    assert house.owed() == 2 + 100 * len(served)
    sound(house)


def test_an_office_without_a_day_has_nothing_to_end() -> None:
    from counterfoil.testing.builders import bare_office

    assert standing(bare_office().desk).due == ()
    house = open_office()
    assert ended(house, DAY).days[0].steps == ()


def test_the_end_of_a_day_stands_for_every_balance(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last entry of a day says the trial balance; if it says another one, audit names it."""
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=12_345)
    DayEnd(lambda call: call(house.desk)).run(house.date)
    sums = trial_balance(house.desk.state.machine.accounts())[0]
    entry = read_entry(house.store.entries(1, house.desk.size - 1, 1)[0])
    said = next(fact for fact in entry.facts if isinstance(fact, BalancesChecked))
    assert (said.debits, said.credits, said.accounts) == (sums.debits_posted, sums.credits_posted, sums.accounts)
    assert audit(house.store).findings == ()

    house = counter()
    true = bulk.balances
    monkeypatch.setattr(bulk, "balances", lambda state, day: replace(true(state, day), debits=1))
    DayEnd(lambda call: call(house.desk)).run(house.date)
    monkeypatch.setattr(bulk, "balances", true)
    assert [one.code for one in audit(house.store).findings] == ["bulk.balances"]
