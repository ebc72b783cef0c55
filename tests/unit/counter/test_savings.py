"""Savings at one office, through the real desk: what is credited, when days were missed, put right late, or an account
closes. In the edition for tests 100.00 in a passbook earn a cent a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.facts.alike import Alike
from counterfoil.facts.record import Fact
from counterfoil.facts.savings import AccountDormant, DepositDetailsTold, EscheatDue, InterestCredited
from counterfoil.office.savings.interest import earned_by, fraction
from counterfoil.office.state import Place
from counterfoil.operations import bulk, queries
from counterfoil.operations.audit import Asked, audit
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.desk import load_state
from counterfoil.operations.house import house_movement
from counterfoil.operations.store import OfficeStore
from counterfoil.policy.terms.profile import TaxTerms
from counterfoil.products.interest import ZERO, unpack_moved
from counterfoil.products.savings import DailyTerms, daily_balance
from counterfoil.testing.builders import (
    CLERK,
    DAY,
    EDITION,
    NEXT_DAY,
    OTHER,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    House,
    bare_office,
    counter,
    facts_of,
    outcome_of,
    taken,
)
from counterfoil.testing.offices import KindClock

START = date.fromisoformat(DAY)


def saver(product: str = "passbook", *, amount: int = 0) -> tuple[House, str]:
    """An office with one account of that product."""
    house = counter()
    account = str(house.do("account-open", customer=house.customer, product=product).result()["account"])
    if amount:
        house.do("deposit", till="T1", account=account, amount=amount, approve=[SUPERVISOR])
    return house, account


def on(house: House, day: date) -> None:
    """It is that day now, and it is open; the days between were not."""
    if house.desk.state.today is not None:
        if house.date == day.isoformat():
            return
        open_tills = [row for row in house.desk.state.till.all() if row.state != "closed"]
        house.close_tills(*[(row.till, row.clerk) for row in open_tills])
        house.close_day()
    house.at(f"{day}T08:00")
    house.date = day.isoformat()
    house.do("day-open", by=SUPERVISOR)


def window(house: House) -> None:
    """Till T1 is open with cash."""
    row = house.desk.state.till.get("T1")
    if row is None or row.state == "closed":
        house.do("till-open", till="T1", count={})
        house.do("cash-from-vault", approve=[SUPERVISOR], till="T1", amount=200_000)


class Years(KindClock):
    """A file's clock that may run years ahead of this machine's."""

    def set(self, ms: int) -> None:
        self.ms = ms


def years(house: House) -> None:
    house.clock = house.desk.clock = Years("file", house.clock.now())  # type: ignore[assignment]  # as a clock should be


def end(house: House, through: date | None = None) -> None:
    DayEnd(lambda call: call(house.desk), together=4).run(through.isoformat() if through else None)


def sound(house: House) -> None:
    house.check()
    assert audit(house.store, Asked(signatures=True, office_key=house.office_key, workers=0)).findings == ()
    agree(house)


def agree(house: House) -> None:
    """Each product as a whole has earned what its accounts have, exactly; what is booked is that, rounded."""
    state = house.desk.state
    for pool in state.pool.all():
        rows = [row for row in state.saving.all() if state.holding.rows[row.account,].product == pool.product]
        exact = sum((earned_by(state, row, pool.product, pool.through).exact for row in rows), ZERO)
        assert abs(exact - fraction(pool.exact) - fraction(pool.carried)) < Fraction(1, 10**20)
        assert sum((fraction(row.carried) for row in rows), ZERO) == fraction(pool.carried)
        assert -house.balance(f"house:interest-payable-{pool.product}") == pool.booked
        later = [d.moved for d in state.pool_day.all() if d.product == pool.product and d.day > pool.through]
        assert pool.balance + sum(later) == sum(house.owed(row.account) for row in rows)


def move(house: House, account: str, amount: int) -> None:
    """Money in or out by the house, on the open day."""
    asked = house_movement(
        house.new_id(), account=account, amount=abs(amount), currency="USD", house="test",
        direction="in" if amount > 0 else "out", what="test", date=house.date, clock="file",
    )  # fmt: skip
    taken(house.desk.one(asked))


# --- editions in the middle of a period ------------------------------------------------------------------------------

_BOOK = "[savings.accounts.passbook]"
_AT = '\nsource = "tests"\nleast_to_open = 100\nrate_percent = "3.65"\ncompounding = "monthly"\ncrediting = "monthly"\n'


def another(effective: str, book: str | None) -> bytes:
    """An edition in which the passbook's table reads so; None: it is not offered any more."""
    kept = EDITION.replace(b"for tests", effective.encode(), 1).replace(b"2026-01-01", effective.encode(), 1).decode()
    assert _BOOK + _AT in kept
    if book is None:
        return kept.replace(_BOOK + _AT + "dormant_after_months = 12\n", "").encode()
    return kept.replace(_BOOK + _AT, f"{_BOOK}{book}").encode()


@pytest.mark.parametrize(
    ("editions", "earned"),
    [
        ([("2026-03-11", _AT.replace("3.65", "0"))], 90),
        ([("2026-03-11", None)], 90),
        ([("2026-03-11", _AT.replace("3.65", "7.30"))], 90 + 21 * 20),
        ([("2026-03-11", _AT.replace("3.65", "0")), ("2026-03-21", _AT)], 90 + 11 * 10),
        ([("2026-03-02", _AT.replace("3.65", "7.30")), ("2026-03-02", _AT.replace("3.65", "1"))], 82),
        ([("2026-04-01", _AT.replace("3.65", "0"))], 300),  # from the first day of the next period on
    ],
)
def test_what_was_earned_is_credited_whatever_the_edition_says_since(
    editions: list[tuple[str, str | None]], earned: int
) -> None:
    """$1,000.00 at ten cents a day: the rate falls to nothing, passbooks are offered no more, two editions on a day."""
    house, account = saver(amount=100_000)
    for effective, book in editions:
        house.do("policy-edition", by=SUPERVISOR, approve=[SECOND_SUPERVISOR], content=another(effective, book))
    on(house, START + timedelta(days=32))
    end(house)
    assert house.owed(account) == 100_000 + earned
    assert house.balance("house:interest-expense") - earned == -house.balance("house:interest-payable-passbook")
    sound(house)


def test_an_edition_is_not_of_a_day_whose_interest_is_booked() -> None:
    house, _ = saver(amount=100_000)
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    end(house, START)
    asked: dict[str, Any] = {"by": SUPERVISOR, "approve": [SECOND_SUPERVISOR]}
    today, tomorrow = another(DAY, _AT.replace("3.65", "1")), another(NEXT_DAY, _AT.replace("3.65", "1"))
    refused = house.decide("policy-edition", **asked, content=today)
    assert outcome_of(refused) == "edition.past"
    assert NEXT_DAY in refused.sentence()  # type: ignore[union-attr]  # a refusal, as the line above says
    assert outcome_of(house.decide("policy-edition", **asked, content=tomorrow)) == "accepted"


def test_the_way_of_counting_is_kept_for_accounts_that_have_earned() -> None:
    lowest = _AT.replace("monthly", "annual") + 'method = "lowest-of-month"\n'
    asked: dict[str, Any] = {"by": SUPERVISOR, "approve": [SECOND_SUPERVISOR], "content": another("2026-04-01", lowest)}
    house, _ = saver(amount=100_000)
    assert outcome_of(house.decide("policy-edition", **asked)) == "accepted", "nothing was earned yet"
    on(house, START + timedelta(days=1))
    end(house)
    assert outcome_of(house.decide("policy-edition", **asked)) == "edition.method"


def test_a_december_that_is_ended_in_january_is_decembers() -> None:
    """The figures of a year do not hang on the evening on which somebody ended its days."""
    house = bare_office()
    years(house)
    on(house, date(2026, 12, 30))
    house.customer = house.new_customer("full", identification="passport")
    account = str(house.do("account-open", customer=house.customer, product="passbook").result()["account"])
    move(house, account, 100_000)
    on(house, date(2027, 1, 4))
    end(house)
    (of_2026,) = queries.interest_totals(house.store, 2026)
    assert of_2026["interest"] == house.owed(account) - 100_000 == 20
    assert queries.interest_totals(house.store, 2027) == []
    house.do("interest-pay", account=account)  # the first three days of January, paid at the window
    (of_2027,) = queries.interest_totals(house.store, 2027)
    assert of_2027["interest"] == house.owed(account) - 100_020 == 30
    payee = queries.payee(house.store, queries.interest_by_customer([of_2026], TAX)[0])
    assert payee == ((), None, ("name", "lives", "identification")), "no details are kept in this office"
    friend = house.new_customer()
    house.do("owner-add", account=account, customer=friend, survivorship=True)
    certificate = {"died": "2026-12-30", "papers": "death certificate"}
    house.do("death-note", customer=house.customer, **certificate, approve=[SUPERVISOR])
    assert queries.payee(house.store, queries.interest_by_customer([of_2026], TAX)[0])[:2] == ((friend,), "2026-12-30")


TAX = TaxTerms(interest_form="1099-INT", interest_from=1_000, source="tests")


# --- lines in a row --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def five() -> tuple[OfficeStore, list[str]]:
    """Five savers and an everyday account in the books, one saver with a movement to come; never changed."""
    house, first = saver(amount=100_000)
    accounts = [first, house.account]
    for amount in (50_000, 0, 77_777, 10_001):
        account = str(house.do("account-open", customer=house.customer, product="passbook").result()["account"])
        accounts.append(account)
        if amount:
            house.do("deposit", till="T1", account=account, amount=amount, approve=[SUPERVISOR])
    return house.store, accounts


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_many_lines_at_once_are_each_line_by_itself(five: tuple[OfficeStore, list[str]], data: st.DataObject) -> None:
    store, accounts = five
    one, many = load_state(store), load_state(store)
    row = one.current
    assert row is not None
    days = {account: one.saving.rows[account,] for account in accounts}
    chosen = data.draw(st.lists(st.sampled_from([*accounts, "4999999999"]), min_size=1, max_size=8))
    on_day = data.draw(st.sampled_from([START, START - timedelta(days=1), START + timedelta(days=29)]))
    facts: list[Fact] = []
    for account in chosen:
        known = days.get(account)
        right = sum(amount * 30 for _, amount in unpack_moved(known.moved)) if known else 0
        facts.append(
            InterestCredited(
                account, data.draw(st.sampled_from(["passbook", "everyday"])), data.draw(st.integers(0, 5)),
                (START + timedelta(days=29)).isoformat() if data.draw(st.booleans()) else on_day.isoformat(),
                data.draw(st.sampled_from([right, 0])), 30, data.draw(st.sampled_from([None, None, "-1/3"])),
            )
        )  # fmt: skip
    at = Place(1, 50, "day-step-posted", bytes(16), 1, False, one.now, {"date": DAY})
    for fact in facts:
        one.fold(fact, at)
    many.fold_many(facts, at)
    assert many.drain() == one.drain()
    assert {name: fold.rows for name, fold in many.tables().items()} == {
        name: fold.rows for name, fold in one.tables().items()
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_many_are_booked_as_each_by_itself(five: tuple[OfficeStore, list[str]], data: st.DataObject) -> None:
    store, accounts = five
    state = load_state(store)
    chosen = data.draw(st.lists(st.sampled_from(accounts), min_size=1, max_size=8))
    days, least = data.draw(st.sampled_from([[DAY], [DAY, START.isoformat()]])), data.draw(st.integers(0, 1))
    facts: list[Fact] = [
        InterestCredited(account, "passbook", data.draw(st.integers(least, 2)), data.draw(st.sampled_from(days)), 1, 1)
        for account in chosen
    ]
    at = Place(1, 50, "day-step-posted", bytes(16), 1, False, state.now, {"date": DAY})
    plain = [one for made in state.transfers_of(facts, at) for one in made]
    many = state.transfers_of_all(Alike.made_of(facts), at)
    if many is None:  # They have two value dates, or there is nothing to book.
        assert len({one.value for one in plain}) != 1 or len(days) > 1
    else:
        assert many == plain


# --- a month ---------------------------------------------------------------------------------------------------------


def test_a_month_in_a_passbook() -> None:
    house, account = saver(amount=100_000)
    on(house, date(2026, 4, 1))
    end(house)
    assert house.owed(account) == 100_000 + 300  # 1,000.00 earn 10 cents a day, from 2 to 31 March.
    assert house.balance("house:interest-expense") == 300
    assert house.balance("house:interest-payable-passbook") == 0
    (made,) = [one for one in house.store.all_transfers() if one.code == 221]
    assert (made.booked, made.value) == (date(2026, 4, 1).toordinal(), date(2026, 3, 31).toordinal())
    sound(house)


def test_credited_is_the_expense_to_the_cent() -> None:
    house, _ = saver()
    accounts = []
    for number in range(7):
        accounts.append(str(house.do("account-open", customer=house.customer, product="passbook").result()["account"]))
        move(house, accounts[-1], 1_111 + 337 * number)
    on(house, date(2026, 4, 1))
    end(house)
    credited = sum(house.owed(account) for account in accounts) - sum(1_111 + 337 * n for n in range(7))
    assert house.balance("house:interest-expense") == credited > 0
    assert house.balance("house:interest-payable-passbook") == 0
    sound(house)


def test_the_interest_of_a_year_by_account() -> None:
    house, account = saver(amount=100_000)
    on(house, date(2026, 4, 1))
    end(house)
    assert queries.interest_totals(house.store, 2026) == [
        {"account": account, "customer": house.customer, "interest": 300}
    ]
    assert queries.interest_totals(house.store, 2025) == []


def opening(house: House, account: str, *amounts: int) -> str:
    """What a visit of deposits into one account comes to."""
    services = [{"kind": "deposit", "till": "T1", "account": account, "amount": amount} for amount in amounts]
    return outcome_of(house.decide("visit", till="T1", tendered=sum(amounts), services=services))


def test_the_first_money_into_a_passbook_is_a_dollar_or_more() -> None:
    house, book = saver()
    everyday = house.account
    assert opening(house, everyday, 1) == "accepted", "its terms ask for nothing"
    assert (opening(house, book, 99), opening(house, book, 100)) == ("account.least", "accepted")
    assert opening(house, book, 100, 1) == "accepted", "the second deposit of a visit sees the first"
    assert opening(house, book, 1, 100) == "account.least"
    house.do("deposit", till="T1", account=everyday, amount=500)
    moved = {"account": everyday, "to": book}
    assert outcome_of(house.decide("transfer", **moved, amount=99)) == "account.least", "however it comes"
    first = house.do("transfer", **moved, amount=100).entries[0].sequence
    assert opening(house, book, 1) == "accepted", "later sums may be of any size"
    house.do("reversal", entry=first, account=everyday, amount=100, currency="USD")
    assert opening(house, book, 1) == "accepted", "it was opened, and the mistake was ours"


def test_one_line_a_day_and_product() -> None:
    house, _ = saver(amount=10_000)
    on(house, date(2026, 3, 6))
    end(house)
    accrued = [one for one in house.store.all_transfers() if one.code == 220]
    assert [one.amount for one in accrued] == [1] * 4  # The daily product has no money yet: nothing is booked for it.
    assert [date.fromordinal(one.value) for one in accrued] == [date(2026, 3, day) for day in (2, 3, 4, 5)]
    sound(house)


def test_every_movement_counts_whatever_moved_it() -> None:
    house, account = saver(amount=100_000)
    on(house, date(2026, 3, 12))
    window(house)
    house.do("transfer", account=account, to=house.account, amount=20_000)
    on(house, date(2026, 3, 22))
    window(house)
    house.do("withdrawal", till="T1", account=account, amount=30_000)
    on(house, date(2026, 4, 1))
    end(house)
    assert house.owed(account) == 50_000 + (10 * 10 + 10 * 8 + 10 * 5)
    sound(house)


def test_money_that_is_held_earns() -> None:
    house, account = saver(amount=100_000)
    house.do("legal-hold", account=account, amount=60_000, authority="court", approve=[SUPERVISOR])
    on(house, date(2026, 4, 1))
    end(house)
    assert house.owed(account) == 100_300
    sound(house)


# --- missed days -----------------------------------------------------------------------------------------------------


def test_missed_days_give_the_same_figures() -> None:
    def played(days_of_ending: Sequence[int]) -> tuple[Any, Any]:
        house, account = saver(amount=123_457)
        second = str(house.do("account-open", customer=house.customer, product="daily").result()["account"])
        for day in range(1, 75):
            today = START + timedelta(days=day)
            house.at(f"{today}T07:00")
            if today.weekday() < 5:
                on(house, today)
                move(house, account if day % 3 else second, 1_000 * day - (500 if day % 7 else 0))
            if day in days_of_ending:
                end(house, today - timedelta(days=1))
        on(house, START + timedelta(days=76))
        end(house, START + timedelta(days=74))
        sound(house)
        books = queries.books(house.store)
        return sorted(books["accounts"], key=lambda one: str(one["name"])), books["trial"]

    daily = played(range(1, 75))
    assert played([30, 31, 74]) == daily
    assert played([]) == daily


def test_sundays_and_holidays_earn() -> None:
    house, account = saver(amount=100_000)
    on(house, date(2026, 3, 30))
    end(house)
    on(house, date(2026, 4, 6))  # The quarter's last days, and Easter, were never opened.
    end(house)
    assert house.owed(account) == 100_300
    sound(house)


# --- put right late --------------------------------------------------------------------------------------------------


def test_a_back_dated_reversal_earns_as_if_it_had_not_been() -> None:
    """Within a period to the cent; across a crediting with what was credited on it taken back at the next."""
    house, account = saver(amount=100_000)
    wrong = house.do("deposit", till="T1", account=account, amount=50_000).entries[0].sequence
    on(house, date(2026, 3, 20))
    end(house)
    window(house)
    house.do("reversal", entry=wrong, approve=[SUPERVISOR])
    agree(house)
    on(house, date(2026, 4, 1))
    end(house)
    assert house.owed(account) == 100_300
    sound(house)


def test_a_reversal_after_the_crediting_is_carried_to_the_next() -> None:
    house, account = saver(amount=100_000)
    wrong = house.do("deposit", till="T1", account=account, amount=50_000).entries[0].sequence
    on(house, date(2026, 4, 10))
    end(house)
    assert house.owed(account) == 150_450
    window(house)
    house.do("reversal", entry=wrong, approve=[SUPERVISOR])
    agree(house)
    on(house, date(2026, 5, 1))
    end(house)
    once, _ = saver(amount=100_000)
    on(once, date(2026, 5, 1))
    end(once)
    assert house.owed(account) == 100_300 + 301
    assert once.balance("house:interest-expense") == 601 == house.balance("house:interest-expense")
    sound(house)


def test_what_was_credited_too_much_is_never_taken_below_nothing() -> None:
    house, account = saver()
    wrong = house.do("deposit", till="T1", account=account, amount=200_000, approve=[SUPERVISOR]).entries[0].sequence
    move(house, account, 100)
    on(house, date(2026, 4, 1))
    end(house)
    window(house)
    house.do("reversal", entry=wrong, approve=[SUPERVISOR])
    owed = house.owed(account)
    on(house, date(2026, 5, 1))
    end(house)
    row = house.desk.state.saving.get(account)
    assert row is not None
    assert house.owed(account) == owed == 700
    assert fraction(row.carried) < -590
    sound(house)


# --- a rate that changes, the lowest balance, closing ----------------------------------------------------------------


def test_a_new_edition_changes_the_rate_in_the_middle_of_a_period() -> None:
    house, account = saver(amount=100_000)
    on(house, date(2026, 3, 11))
    changed = house.content.decode().replace("2026-01-01", "2026-03-12", 1).replace('"3.65"', '"7.30"', 1)
    house.do("policy-edition", by=SUPERVISOR, approve=[SECOND_SUPERVISOR], content=changed.encode())
    on(house, date(2026, 4, 1))
    end(house)
    assert house.owed(account) == 100_000 + 10 * 10 + 20 * 20
    sound(house)


def test_the_lowest_balance_of_each_month() -> None:
    house, account = saver("lowest", amount=100_000)
    years(house)
    on(house, date(2026, 4, 15))
    move(house, account, -40_000)
    on(house, date(2026, 6, 2))
    move(house, account, 90_000)
    on(house, date(2027, 1, 4))
    end(house)
    months = 1_000 + 600 + 600 + 600 + 6 * 1_500  # March; April and May after the withdrawal; June before the deposit.
    assert house.owed(account) == 150_000 + months
    assert house.balance("house:interest-expense") == months
    sound(house)


def test_closing_an_account_pays_the_interest_to_the_day() -> None:
    house, account = saver(amount=100_000)
    on(house, date(2026, 3, 12))
    window(house)
    end(house)
    assert outcome_of(house.decide("account-close", account=account, reason="moves away")) == "account.not_empty"
    paid = house.do("interest-pay", account=account).result()
    assert (paid["amount"], paid["value_date"]) == (100, "2026-03-11")
    assert outcome_of(house.decide("interest-pay", account=account)) == "interest.nothing"
    agree(house)
    for amount in (80_000, 20_100):
        house.do("withdrawal", till="T1", account=account, amount=amount, approve=[SUPERVISOR])
    house.do("account-close", account=account, reason="moves away")
    on(house, date(2026, 4, 1))
    end(house)
    assert house.balance("house:interest-expense") == 100
    assert house.balance("house:interest-payable-passbook") == 0
    sound(house)


def test_an_account_does_not_close_on_interest_that_waits() -> None:
    house, account = saver(amount=50_000)
    on(house, date(2026, 3, 12))
    window(house)
    end(house)
    house.do("withdrawal", till="T1", account=account, amount=50_000, approve=[SUPERVISOR])
    assert outcome_of(house.decide("account-close", account=account, reason="moves away")) == "interest.waits"
    house.do("interest-pay", account=account)
    house.do("withdrawal", till="T1", account=account, amount=50)
    house.do("account-close", account=account, reason="moves away")
    sound(house)


# --- nobody comes ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_account_that_nobody_comes_for() -> None:
    house, account = saver(amount=100_000)
    years(house)
    on(house, date(2027, 4, 1))
    end(house)
    assert set(house.desk.state.dormant.rows) == {(account,), (house.account,), (house.second_account,)}
    house.do("balance-told", account=house.account)
    row = house.desk.state.dormant.get(house.account)
    assert row is not None
    assert row.state == "back"
    on(house, date(2030, 4, 1))
    end(house)
    row = house.desk.state.dormant.get(account)
    assert row is not None
    assert row.state == "due"
    early = house.decide("account-escheat", account=account, state="co", reference="CO-2030-7", approve=[SUPERVISOR])
    assert outcome_of(early) == "escheat.not_due"
    on(house, date(2031, 4, 1))
    end(house)
    assert (
        outcome_of(house.decide("account-escheat", account=account, state="co", reference="CO-2031-7"))
        == "second.needed"
    )
    owed = house.owed(account)
    told = house.do(
        "account-escheat", account=account, state="co", reference="CO-2031-7", approve=[SUPERVISOR]
    ).result()
    assert told["amount"] == owed == -house.balance("house:unclaimed-co")
    assert house.owed(account) == 0
    sound(house)


def test_direct_deposit_is_told_with_the_right_routing_number() -> None:
    house, account = saver("everyday")
    (told,) = facts_of(house.decide("direct-deposit", account=account))
    assert told == DepositDetailsTold(account, "307083911")


# --- against the plain rule ------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from([("passbook", 1), ("daily", 0)]),
    st.lists(st.tuples(st.integers(0, 70), st.integers(-60_000, 90_000)), min_size=1, max_size=8),
    st.sets(st.integers(1, 80), max_size=5),
)
def test_random_histories_are_credited_as_the_plain_rule_says(
    product: tuple[str, int], history: list[tuple[int, int]], endings: set[int]
) -> None:
    house, account = saver(product[0])
    balance, moved = 0, []
    plan: dict[int, list[int]] = {}
    for day, amount in sorted(history):
        plan.setdefault(day, []).append(amount)
    terms = DailyTerms(Fraction(365, 10_000), 365, Fraction(1, 100), product[1], 1, 1, True)
    for day in range(81):
        today = START + timedelta(days=day)
        for amount in plan.get(day, []):
            on(house, today)
            take = max(amount, -balance)  # Without the interest, which may not be credited yet.
            if take:
                move(house, account, take)
                balance += take
                moved.append((today, Fraction(take, 100)))
        if day in endings:
            on(house, today)
            end(house)
    on(house, START + timedelta(days=81))
    end(house)
    wanted = daily_balance(terms, Fraction(0), moved, START + timedelta(days=80)) if moved else ()
    assert house.owed(account) - balance == sum((one.interest for one in wanted), Fraction(0)) * 100
    sound(house)


@pytest.mark.parametrize("step", ["credit-interest", "settle-interest"])
def test_a_movement_between_two_steps_is_not_lost(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reversal of a March deposit comes while March is being credited: the next crediting puts it right."""
    monkeypatch.setattr(bulk, "CHUNK_LINES", 1)
    house, account = saver(amount=100_000)
    wrong = house.do("deposit", till="T1", account=account, amount=50_000).entries[0].sequence
    on(house, date(2026, 4, 1))
    window(house)
    done: list[object] = []

    def told(day: str, name: str, lines: int, of: int) -> None:
        if (day, name) == ("2026-03-31", step) and not done:
            done.append(house.do("reversal", entry=wrong, approve=[SUPERVISOR]))

    DayEnd(lambda call: call(house.desk), told=told).run()
    assert done
    on(house, date(2026, 5, 1))
    end(house)
    assert house.owed(account) == 100_601
    assert house.balance("house:interest-expense") == 601
    sound(house)


def test_kinds_of_lines_of_dormancy() -> None:
    assert (AccountDormant.number, EscheatDue.number) == (224, 225)
