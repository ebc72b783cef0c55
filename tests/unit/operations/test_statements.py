"""Statements' periods: cut once a month for every account, whenever the day is ended, and led to by the movements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kernel.money import currency
from counterfoil.kernel.outcomes import Fault, untranslated
from counterfoil.operations import bulk
from counterfoil.operations.day_end import _Later
from counterfoil.operations.documents import kept
from counterfoil.operations.documents.cuts import Cut, Moved, cuts_of, periods
from counterfoil.operations.documents.paper import Words
from counterfoil.operations.documents.statement import Earned, Statement, statement_paper
from counterfoil.policy.terms.day_end import StatementTerms
from counterfoil.testing.builders import SUPERVISOR, House
from unit.counter.test_savings import end, move, on, saver, sound, window, years

MARCH = (date(2026, 3, 2), date(2026, 3, 31))
APRIL = (date(2026, 4, 1), date(2026, 4, 30))
MAY = (date(2026, 5, 1), date(2026, 5, 31))


def played(days_of_ending: Sequence[date]) -> tuple[House, list[str]]:
    """A passbook, an everyday account that is closed in April, and one opened in May; ended on these days only."""
    house, account = saver(amount=100_000)
    years(house)
    accounts = [account, house.account]
    for day, moved in {
        date(2026, 4, 1): [(account, 5_000), (house.account, 700)],
        date(2026, 4, 20): [(account, -2_000), (house.account, -700)],
        date(2026, 5, 4): [(account, 1)],
        date(2026, 6, 1): [(account, 40)],
    }.items():
        on(house, day)
        if day in days_of_ending:
            end(house)
        for one, amount in moved:
            move(house, one, amount)
        if day == date(2026, 4, 20):
            window(house)
            house.do("account-close", account=house.account, reason="moves away")
        if day == date(2026, 5, 4):
            accounts.append(
                str(house.do("account-open", customer=house.customer, product="everyday").result()["account"])
            )
    end(house)
    return house, accounts


def statement(house: House, account: str, period: tuple[date, date]) -> Statement:
    return kept.statement_of(house.store, account, untranslated, since=period[0], until=period[1])


def shown(found: Sequence[Cut]) -> list[tuple[tuple[date, date], int]]:
    return [((one.since, one.until), one.balance) for one in found]


def test_missed_months_are_cut_with_the_same_balances() -> None:
    every, accounts = played([date(2026, 4, 1), date(2026, 4, 20), date(2026, 5, 4), date(2026, 6, 1)])
    once, again = played([])
    savers, everyday, new = accounts
    # 100.00 earn a cent a day, credited on the last of each month: 3.00 in March.
    assert shown(cuts_of(every.store, savers)) == [(MARCH, 100_300), (APRIL, 103_614), (MAY, 103_936)]
    assert shown(cuts_of(every.store, everyday)) == [(MARCH, 0), (APRIL, 0)]
    assert shown(cuts_of(every.store, new)) == [((date(2026, 5, 4), MAY[1]), 0)]
    for account, other in zip(accounts, again, strict=True):  # The office's chance had gone on: another number.
        assert shown(cuts_of(once.store, other)) == shown(cuts_of(every.store, account))
        for one in cuts_of(once.store, other):
            said, other_said = statement(every, account, one[:2]), statement(once, other, one[:2])
            assert (said.movements, said.earned, said.closing) == (other_said.movements, other_said.earned, one.balance)
    once.check()


def test_a_movement_of_a_month_that_is_over_is_on_the_next_statement() -> None:
    house, account = saver(amount=100_000)
    wrong = house.do("deposit", till="T1", account=account, amount=2_500).entries[0].sequence
    on(house, date(2026, 4, 1))
    end(house)
    window(house)
    house.do("reversal", approve=[SUPERVISOR], epoch=1, entry=wrong, reason="another account")
    on(house, date(2026, 5, 1))
    end(house)
    march, april = statement(house, account, MARCH), statement(house, account, APRIL)
    assert [one.amount for one in march.movements][:2] == [100_000, 2_500]
    assert [(one.on, one.what, one.amount) for one in april.movements] == [
        (MARCH[0], "Reversal", -2_500),
        (APRIL[1], "Interest paid", 293),
    ]
    assert april.opening == march.closing
    assert len(kept.movements_of(house.store, account, untranslated)) == len(march.movements) + len(april.movements)


def test_a_cut_is_found_among_many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK_LINES", 2)
    house, _ = saver(amount=100_000)
    for _ in range(4):
        house.do("account-open", customer=house.customer, product="passbook")
    on(house, date(2026, 4, 1))
    end(house)
    accounts = sorted(row.account for row in house.desk.state.holding.all())
    row = house.desk.state.bulk.get("2026-03-31", "statements")
    assert row is not None
    assert (len(accounts), row.size) == (7, 7)
    for account in accounts:
        ((since, until, balance, at),) = cuts_of(house.store, account)
        assert ((since, until), at) == (MARCH, (row.epoch, row.sequence))
        assert balance == house.owed(account)
    for nobody in ("0000000000", "4999999999", accounts[3][:-1] + "x"):
        assert cuts_of(house.store, nobody) == []
    assert not [one for one in house.store.scan("statement") if one[1:] == (row.epoch, row.sequence)]
    sound(house)


def test_a_statement_says_what_was_earned() -> None:
    house, account = saver(amount=100_000)
    on(house, date(2026, 4, 1))
    end(house)
    on(house, date(2026, 5, 1))
    end(house)
    words = Words("en", currency(house.currency), untranslated)
    march, april = statement(house, account, MARCH), statement(house, account, APRIL)
    assert (march.earned, april.earned) == (Earned(300, 100_000, 31), Earned(301, 100_300, 30))
    assert april.earned is not None
    assert april.earned.apy(30) == "3.71"  # Part II.A: 301 of 100,300 in 30 days.
    assert Earned(3_090, 103_000, 91).apy(30) == "41.81"  # Part II.B: 3,090 of 103,000, compounded every 91 days.
    assert "Annual percentage yield earned" in str(statement_paper(april, words))
    assert statement(house, house.account, APRIL).earned is None
    assert statement(house, account, MAY).earned is None


DAYS = st.integers(1, 90)
HISTORY = st.lists(st.tuples(DAYS, st.integers(0, 40), st.integers(-500, 500).filter(bool)), max_size=14)


@given(HISTORY, st.sets(st.sampled_from([20, 40, 60, 80]), min_size=1), st.integers(0, 2))
def test_each_movement_is_on_one_statement(history: list[tuple[int, int, int]], ends: set[int], racing: int) -> None:
    """``history``: (day of entry, days back, amount). ``racing``: movements entered while the last lines were made."""
    start = date(2026, 1, 1)
    moved = [
        Moved((1, number), start + timedelta(day), start + timedelta(max(0, day - back)), "", amount, False)
        for number, (day, back, amount) in enumerate(sorted(history))
    ]
    made, since = [], start
    for end_day in sorted(ends):
        until = start + timedelta(end_day)
        at = sum(1 for one in moved if one.booked <= until)
        known = [one for one in moved[:at] if one.value <= until]
        in_time = known[: len(known) - racing] if end_day == max(ends) else known
        made.append(Cut(since, until, sum(one.amount for one in in_time), (1, at)))
        since = until + timedelta(1)
    try:
        found = periods(made, moved)
    except Fault:  # Only where a movement that raced had been on the statement before.
        assert racing
        return
    told = [one for period in found for one in period.moved]
    assert len(set(told)) == len(told)
    balance = 0
    for period, cut in zip(found, made, strict=True):
        assert period.opening == balance
        balance += sum(one.amount for one in period.moved)
        assert balance == cut.balance
        assert all(one.value <= cut.until and one.at < cut.at for one in period.moved)


def test_a_balance_that_nothing_leads_to_is_found() -> None:
    house, account = saver(amount=100_000)
    on(house, date(2026, 4, 1))
    end(house)
    (cut,) = cuts_of(house.store, account)
    with pytest.raises(Fault, match="do not give the balance that was cut"):
        periods([cut._replace(balance=cut.balance + 1)], kept._moved_of(house.store, account, untranslated))


def test_what_moved_later_is_read_a_bounded_number_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counterfoil.operations.day_end.LATER_ROWS", 2)
    house, account = saver(amount=100_000)
    on(house, date(2026, 4, 1))
    for amount in (1, 2, 4, 8, 16):
        move(house, account, amount)
    later, looks = _Later(house.desk, "2026-03-31"), 1
    while not later.seen(house.desk):
        looks += 1
    assert looks == 3
    number = house.desk.state.account_ids[f"customer:{account}:0417"]
    assert later.moved[number] == 31
    move(house, account, 100)
    assert later.seen(house.desk)
    assert later.moved[number] == 131


def test_a_quarterly_statement() -> None:
    terms = StatementTerms(every="quarterly", source="a test")
    assert terms.since(date(2026, 3, 31)) == date(2026, 1, 1)
    assert terms.since(date(2026, 2, 28)) is None
    assert StatementTerms(every="monthly", source="a test").since(date(2028, 2, 29)) == date(2028, 2, 1)
