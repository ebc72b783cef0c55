"""The $375 loan, told whole: asked for, agreed, paid, a payment missed and put off, one given up and recovered.

On a real folder (SQLite), through the desk and the end of the day, with what the books and the papers say after it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cases.loans import agreement, opened, row_of, shown, to_day
from counterfoil.counter.loans import next_due
from counterfoil.engines.disk import RealDisk
from counterfoil.engines.editions import demonstration
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.engines.texts import catalog
from counterfoil.kernel.outcomes import Malformed, untranslated
from counterfoil.operations import loans as asked
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.documents.kept import language_of_loan, loan_of_books
from counterfoil.operations.documents.reading import write
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.products.loans import Quote
from counterfoil.testing.builders import CLERK, DAY, SUPERVISOR, House, counter, line_id, refusal


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An office on SQLite, on the shipped edition of a postal bank."""
    store = SqliteStore.create(tmp_path / "office.db", EXTRA_TABLES)
    house = counter(store, RealDisk(), folder=str(tmp_path), content=demonstration("us-postal-bank"))
    yield house
    house.store.close()


def ended(house: House) -> None:
    """Every day up to the open one has ended."""
    DayEnd(lambda call: call(house.desk)).run(house.date)


def asked_for(house: House, **details: str) -> dict[str, Any]:
    """An application as a line of a request file, with what she earns and owes in the clear beside it."""
    line = {
        "kind": "loan-apply", "id": line_id(900 + len(house.desk.state.loan_application.rows)), "clerk": CLERK,
        "customer": house.customer, "amount": 37_500, "currency": "USD", "every": "biweekly",
        "number_of_payments": 12, "details": details,
    }  # fmt: skip
    (told,) = house.player().play([json.dumps(line)])
    return told


def test_the_375_loan_from_application_to_payoff(house: House) -> None:
    # She is shown what it costs here and at the payday lender, before anything is signed.
    found = asked.offer(house.desk.state, 37_500, "biweekly", 12)
    assert isinstance(found, tuple)
    quote, beside = found
    assert isinstance(quote, Quote)
    assert (quote.payment, quote.total, quote.interest, quote.apr_text) == (3_347, 40_171, 2_671, "27.94")
    said = "\n".join(beside.lines(untranslated))
    assert "Here: $26.71." in said
    assert "a payday lender: $56.25 for 14 days; taken 12 times, $675.00" in said

    # The first answer is no, with its reason and what would fit; the figure for the rent had been wrong.
    first = asked_for(house, income="1450.00", rent="1100.00", dues="300.00", shown="two pay slips")
    assert (first["outcome"], first["decision"], first["reasons"]) == ("accepted", "no", ["cash-flow"])
    assert 0 < first["most"] < 37_500
    second = asked_for(house, income="1450.00", rent="700.00", dues="300.00", shown="two pay slips and the lease")
    assert (second["decision"], second["reasons"]) == ("yes", [])
    details = [row for row in house.store.scan("details") if row[1] == house.customer]
    assert len(details) == 2, "two statements of her month: in the side table and nowhere else"

    # Agreed and paid out in one visit; the paper in her hand says the same figures.
    loan_terms = agreement(house, quote, second["case"])
    told = house.do("visit", till="T1", services=[{"kind": "loan-open", **loan_terms}]).result()
    loan = told["loan"]
    assert (house.balance(f"loan:{loan}"), house.till("T1")) == (37_500, 200_000 - 37_500)
    language, values = language_of_loan(house.store, loan), loan_of_books(house.store, loan)
    paper = write("loan", values, language, catalog(language))
    assert values.apr_percent == told["apr"]
    assert "payday" in repr(paper)

    # Six payments on their days, each to the cent as the paper says.
    for row in quote.rows[:6]:
        to_day(house, row.due.isoformat())
        paid = house.do("loan-pay", till="T1", loan=loan, amount=row.payment).result()
        assert (paid["principal"], paid["interest"]) == (row.principal, row.interest)
    assert row_of(house, loan).owed == quote.rows[5].balance
    ended(house)
    assert house.balance("house:loan-allowance") == -387  # 2 % of 193.70, half up

    # A tax refund comes: the rest is paid off early, free, to the exact figure that was told before.
    to_day(house, "2026-05-29")
    figure = asked.payoff(house.store, loan, "2026-06-01")
    assert figure["principal"] == quote.rows[5].balance
    to_day(house, "2026-06-01")
    over = refusal(house.ask("loan-pay", till="T1", loan=loan, amount=figure["payoff"] + 1))
    assert over.code == "loan.overpaid"
    last = house.do("loan-pay", till="T1", loan=loan, amount=figure["payoff"])
    assert (last.result()["left"], row_of(house, loan).state) == (0, "paid")
    assert house.balance("house:loan-interest") == -(sum(row.interest for row in quote.rows[:6]) + figure["interest"])
    ended(house)
    assert house.balance("house:loan-allowance") == 0
    with pytest.raises(Malformed, match="before the last business day"):
        asked.payoff(house.store, loan, "2026-05-31")
    house.check()


def test_a_missed_payment_is_put_off_free(house: House) -> None:
    loan = opened(house)
    to_day(house, "2026-03-18")  # two days after the first due date
    ended(house)
    assert row_of(house, loan).bucket == "1-29"
    owed = asked.payoff(house.store, loan)["payoff"]
    house.do("loan-defer", loan=loan, until="2026-03-30")
    assert asked.payoff(house.store, loan)["payoff"] == owed, "putting a payment off costs nothing"
    to_day(house, "2026-03-30")
    ended(house)
    assert row_of(house, loan).bucket == "current"
    while row_of(house, loan).state == "open":
        row = row_of(house, loan)
        if next_due(row).isoformat() > house.date:
            to_day(house, next_due(row).isoformat())
        house.do("loan-pay", till="T1", loan=loan, amount=min(3_347, asked.payoff(house.store, loan)["payoff"]))
    assert row_of(house, loan).owed == 0
    house.check()


def test_payments_taken_from_her_account_as_long_as_she_wants(house: House) -> None:
    # The loan is agreed first; then, because she is paid into her account, she asks to have the payments taken there.
    loan = opened(house)
    house.do("deposit", till="T1", account=house.account, amount=40_000)
    agreed = house.do("loan-dues", loan=loan, account=house.account, presented_by=house.customer)
    assert agreed.result()["account"] == house.account
    to_day(house, "2026-03-16")
    ended(house)
    assert (house.owed(), row_of(house, loan).paid) == (40_000 - 3_347, 3_347)
    # Next time the rent has eaten it. Nothing is taken and nothing is charged; she is offered to put it off.
    house.do("withdrawal", till="T1", account=house.account, amount=36_000, approve=[SUPERVISOR])
    to_day(house, "2026-03-31")
    ended(house)
    assert (house.owed(), row_of(house, loan).missed) == (653, "2026-03-30")
    house.do("loan-defer", loan=loan, until="2026-04-13")
    house.do("loan-dues", loan=loan)
    whats = [one["what"] for one in asked.statement(house.store, loan)["entries"]]
    assert whats == ["lent", "dues-from", "collected", "missed", "late", "deferred", "dues-ended"]
    assert asked.statement(house.store, loan)["entries"][-1]["balance"] == house.balance(f"loan:{loan}")
    house.check()


def test_a_statement_ends_at_what_the_books_hold(house: House) -> None:
    loan = opened(house)
    to_day(house, "2026-03-20")
    ended(house)
    entry = house.do("loan-pay", till="T1", loan=loan, amount=5_000).entries[0].sequence
    house.do("reversal", approve=[SUPERVISOR], entry=entry)
    house.do("loan-pay", till="T1", loan=loan, amount=4_000)
    found = asked.statement(house.store, loan)
    whats = [one["what"] for one in found["entries"]]
    assert whats == ["lent", "missed", "late", "paid", "reversed", "paid"]
    assert found["entries"][-1]["balance"] == found["owed"] == house.balance(f"loan:{loan}")
    with pytest.raises(Malformed, match="there is no loan"):
        asked.statement(house.store, "5000000009")


def test_a_loan_given_up_as_lost_and_recovered_later(house: House) -> None:
    loan = opened(house)
    to_day(house, "2026-03-16")
    house.do("loan-pay", till="T1", loan=loan, amount=3_347)
    to_day(house, "2026-06-28")  # a Sunday, 90 days after the second due date
    ended(house)
    row = row_of(house, loan)
    assert row.bucket == "90+"
    assert house.balance("house:loan-allowance") == -(row.owed * 90 + 50) // 100
    early = refusal(house.ask("loan-recover", till="T1", loan=loan, amount=100))
    assert early.code == "loan.not_lost"
    lost = house.do("loan-charge-off", by=SUPERVISOR, approve=[CLERK], loan=loan, reason="no answer to three letters")
    assert house.balance(f"loan:{loan}") == 0
    assert house.balance("house:loan-loss") > 0
    told = lost.result()
    # The debt stays, and no interest runs: eight weeks later the same figure is owed, and she comes to pay it.
    to_day(house, "2026-08-24")
    assert asked.payoff(house.store, loan)["payoff"] == told["amount"] + told["interest"]
    house.do("loan-recover", till="T1", loan=loan, amount=10_000)
    assert refusal(house.ask("loan-open", **agreement(house, shown(house), "L9-9"))).code == "loan.application"
    house.do("loan-recover", till="T1", loan=loan, amount=told["amount"] + told["interest"] - 10_000)
    assert row_of(house, loan).state == "recovered"
    ended(house)
    # What was set aside came back; what is left as loss less what was recovered is the interest that was never booked.
    assert house.balance("house:loan-allowance") == 0
    assert house.balance("house:loan-loss") == told["amount"]
    assert house.balance("house:loan-recovery") == -(told["amount"] + told["interest"])
    house.check()
    assert house.date > DAY
