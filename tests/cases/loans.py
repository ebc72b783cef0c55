"""Cases of small loans for the tests over everything (``cases.registry``)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cases.registry import done, reached
from counterfoil.counter.loans import first_quote, next_due
from counterfoil.facts import loans as f
from counterfoil.facts.record import Fact
from counterfoil.office.loans import asks
from counterfoil.office.loans.rows import LoanRow
from counterfoil.operations.desk import Desk, Request
from counterfoil.policy.terms.loans import LoanTerms
from counterfoil.products.loans import Quote
from counterfoil.testing import offices as o
from counterfoil.testing.builders import CLERK, DAY, EDITION, SUPERVISOR, House, counter, pieces

NO_LOAN = "5000000009"
AMOUNT, EVERY, NUMBER = 37_500, "biweekly", 12


def shown(house: House, *, amount: int = AMOUNT, every: str = EVERY, number: int = NUMBER) -> Quote:
    """What the screen shows the customer today."""
    return quoted(house.desk, house.date, amount=amount, every=every, number=number)


def quoted(desk: Desk, on: str, *, amount: int = AMOUNT, every: str = EVERY, number: int = NUMBER) -> Quote:
    """A loan on the terms of the edition in force."""
    policy = desk.state.policy
    terms = policy.terms(LoanTerms) if policy else None
    assert terms is not None
    return first_quote(terms, amount, every, number, on, None)


def application(house: House, **changed: Any) -> dict[str, Any]:
    """The fields of an application that is approved."""
    given: dict[str, Any] = {
        "customer": house.customer, "amount": AMOUNT, "every": EVERY, "number_of_payments": NUMBER,
        "details": bytes(32), "left": 60_000,
    }  # fmt: skip
    return {**given, **changed}


def agreement(house: House, quote: Quote, of: str, /, **changed: Any) -> dict[str, Any]:
    """The fields of a loan on the terms that were shown."""
    given: dict[str, Any] = {
        "customer": house.customer, "case": of, "amount": quote.amount, "every": quote.every,
        "number_of_payments": quote.number, "first_due": quote.first_due.isoformat(), "apr": quote.apr_text,
        "payment": quote.payment, "total": quote.total, "till": "T1",
    }  # fmt: skip
    given |= changed
    return {name: value for name, value in given.items() if value is not None}


def applied(house: House, **changed: Any) -> str:
    """The case of an application."""
    return str(house.do("loan-apply", **application(house, **changed)).result()["case"])


def opened(house: House, **terms: Any) -> str:
    """A loan in cash at T1: its number."""
    quote = shown(house, **terms)
    case = applied(house, amount=quote.amount, every=quote.every, number_of_payments=quote.number)
    return str(house.do("loan-open", **agreement(house, quote, case)).result()["loan"])


def row_of(house: House, loan: str) -> LoanRow:
    """How a loan stands."""
    row = house.desk.state.loan.get(loan)
    assert row is not None
    return row


def to_day(house: House, day: str) -> None:
    """Closes the day and opens ``day``, with T1 and T2 as they were."""
    tills = [(till, clerk) for till, clerk in (("T1", CLERK), ("T2", "103"))]
    cash = {till: house.till(till) for till, _ in tills}
    house.close_tills(*tills)
    house.close_day()
    house.at(f"{day}T09:00")
    house.date = day
    house.do("day-open", by=SUPERVISOR)
    for till, clerk in tills:
        house.do("till-open", by=clerk, till=till, count=pieces(cash[till]))


def later(days: int, since: str = DAY) -> str:
    """The ISO date so many days later."""
    return (date.fromisoformat(since) + timedelta(days=days)).isoformat()


def late_loan(days: int) -> tuple[House, str]:
    """A loan of which nothing was paid, ``days`` past its first due date."""
    house = counter()
    loan = opened(house)
    to_day(house, later(14 + days))
    return house, loan


def lost_loan() -> tuple[House, str]:
    """A loan given up as lost."""
    house, loan = late_loan(90)
    house.do("loan-charge-off", by=SUPERVISOR, approve=[CLERK], loan=loan, reason="moved away")
    return house, loan


def with_dues(amount: int = 50_000, **more: Any) -> tuple[House, str]:
    """A loan whose payments of 33.47 are taken from the borrower's account, which holds ``amount``."""
    house = counter()
    if amount:
        house.do("deposit", till="T1", account=house.account, amount=amount, **more)
    loan = opened(house)
    house.do("loan-dues", loan=loan, account=house.account)
    return house, loan


@done("loan-dues", "LoanDuesAgreed")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-dues", loan=opened(house), account=house.account, presented_by=house.customer)


@reached("loan.dues_account")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-dues", loan=opened(house), account=house.new_account(house.new_customer()))


@reached("loan.dues_none")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-dues", loan=opened(house))


def sound(desk: Desk, number: int) -> None:
    """A loan agreed and paid on, for tests that look at every table. ``number``: the first free request number."""
    ben, customer = [o.clerk("102")], desk.state.customer.all()[0].customer
    quote = quoted(desk, o.DAY)
    wish = {"customer": customer, "amount": AMOUNT, "every": EVERY, "number_of_payments": NUMBER, "currency": "USD"}
    case = o.done(desk, o.ask(desk, number, "loan-apply", by=ben, **wish, details=bytes(32), left=60_000)).result()
    shown_terms = {
        "case": case["case"], "first_due": quote.first_due.isoformat(), "apr": quote.apr_text,
        "payment": quote.payment, "total": quote.total, "till": o.TILL,
    }  # fmt: skip
    loan = o.done(desk, o.ask(desk, number + 1, "loan-open", by=ben, **wish, **shown_terms)).result()["loan"]
    o.done(desk, o.ask(desk, number + 2, "loan-pay", by=ben, till=o.TILL, loan=loan, amount=100, currency="USD"))


# How each kind is asked and accepted


@done("loan-apply", "LoanApplied")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-apply", **application(house))


@done("loan-open", "LoanOpened")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-open", **agreement(house, shown(house), applied(house)))


@done("loan-pay", "LoanPaid")
def _() -> tuple[House, Request]:
    house, loan = late_loan(0)
    return house, house.request("loan-pay", till="T1", loan=loan, amount=3_347, count=pieces(3_347))


@done("loan-defer", "LoanDeferred")
def _() -> tuple[House, Request]:
    house, loan = late_loan(3)
    return house, house.request("loan-defer", loan=loan, until=later(28))


@done("loan-charge-off", "LoanChargedOff")
def _() -> tuple[House, Request]:
    house, loan = late_loan(90)
    return house, house.request("loan-charge-off", by=SUPERVISOR, approve=[CLERK], loan=loan, reason="moved away")


@done("loan-recover", "LoanRecovered")
def _() -> tuple[House, Request]:
    house, loan = lost_loan()
    return house, house.request("loan-recover", till="T1", loan=loan, amount=5_000)


# How each rule is reached


@reached("loan.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-pay", till="T1", loan=NO_LOAN, amount=100)


@reached("loan.settled")
def _() -> tuple[House, Request]:
    house = counter()
    loan = opened(house)
    house.do("loan-pay", till="T1", loan=loan, amount=AMOUNT)
    return house, house.request("loan-pay", till="T1", loan=loan, amount=1)


@reached("loan.lost")
def _() -> tuple[House, Request]:
    house, loan = lost_loan()
    return house, house.request("loan-pay", till="T1", loan=loan, amount=100)


@reached("loan.not_lost")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-recover", till="T1", loan=opened(house), amount=100)


@reached("loan.minor")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("minor-mark", customer=house.customer, details=bytes(32), minor=True)
    return house, house.request("loan-apply", **application(house))


@reached("loan.amount")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-apply", **application(house, amount=50_001))


@reached("loan.term")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-apply", **application(house, number_of_payments=14))


@reached("loan.period")
def _() -> tuple[House, Request]:
    fewer = EDITION.replace(b'["weekly", "biweekly", "semimonthly", "monthly"]', b'["monthly"]')
    house = counter(content=fewer)
    return house, house.request("loan-apply", **application(house))


@reached("loan.first_due")
def _() -> tuple[House, Request]:
    house = counter()
    fields = agreement(house, shown(house), applied(house), first_due=later(28))
    return house, house.request("loan-open", **fields)


@reached("loan.first_day")
def _() -> tuple[House, Request]:
    house = counter()
    fields = agreement(house, shown(house), applied(house), first_due="2026-03-14")
    return house, house.request("loan-open", **fields)


@reached("loan.application")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-open", **agreement(house, shown(house), "L9-9"))


@reached("loan.declined")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-open", **agreement(house, shown(house), applied(house, left=0)))


@reached("loan.used")
def _() -> tuple[House, Request]:
    house = counter()
    opened(house)
    case = next(iter(house.desk.state.loan_application.rows))[0]
    return house, house.request("loan-open", **agreement(house, shown(house), case))


@reached("loan.stale")
def _() -> tuple[House, Request]:
    house = counter()
    case = applied(house)
    to_day(house, later(31))
    return house, house.request("loan-open", **agreement(house, shown(house), case))


@reached("loan.open_already")
def _() -> tuple[House, Request]:
    house = counter()
    case = applied(house)
    opened(house, amount=5_000)
    return house, house.request("loan-open", **agreement(house, shown(house), case))


@reached("loan.rollover")
def _() -> tuple[House, Request]:
    house = counter()
    case = applied(house)
    house.do("loan-pay", till="T1", loan=opened(house, amount=5_000), amount=5_000)
    return house, house.request("loan-open", **agreement(house, shown(house), case))


@reached("loan.year")
def _() -> tuple[House, Request]:
    house = counter()
    case = applied(house)
    for day in (1, 2):
        house.do("loan-pay", till="T1", loan=opened(house, amount=50_000), amount=50_000)
        to_day(house, later(day))
    return house, house.request("loan-open", **agreement(house, shown(house), case))


@reached("loan.ability")
def _() -> tuple[House, Request]:
    house = counter()
    case = applied(house, amount=2_000, left=2_000)
    return house, house.request("loan-open", **agreement(house, shown(house), case))


@reached("loan.terms")
def _() -> tuple[House, Request]:
    house = counter()
    fields = agreement(house, shown(house), applied(house), apr="27.93")
    return house, house.request("loan-open", **fields)


@reached("loan.overpaid")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-pay", till="T1", loan=opened(house), amount=AMOUNT + 1)


@reached("loan.twice")
def _() -> tuple[House, Request]:
    house = counter()
    service = {"kind": "loan-pay", "till": "T1", "loan": opened(house), "amount": 100}
    return house, house.request("visit", till="T1", tendered=200, services=[service, service])


@reached("loan.not_due")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("loan-defer", loan=opened(house), until=later(28))


@reached("loan.deferred")
def _() -> tuple[House, Request]:
    house, loan = late_loan(30)
    for _ in range(2):
        until = next_due(row_of(house, loan)._replace(deferred=row_of(house, loan).deferred + 1))
        house.do("loan-defer", loan=loan, until=until.isoformat())
    return house, house.request("loan-defer", loan=loan, until=later(56))


@reached("loan.until")
def _() -> tuple[House, Request]:
    house, loan = late_loan(3)
    return house, house.request("loan-defer", loan=loan, until=later(29))


@reached("loan.too_early")
def _() -> tuple[House, Request]:
    house, loan = late_loan(89)
    return house, house.request("loan-charge-off", by=SUPERVISOR, approve=[CLERK], loan=loan, reason="moved away")


GOLDEN: dict[tuple[str, int, int], tuple[str, str]] = {
    ("LoanApplied", 160, 1): (
        "8318a001ac016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1051903ed06697465"
        "7874203620c3b10743070707081903f0091903f10a1903f20b6a7465787420313120c3b10c820c8361784179f5",
        "8318a001ac016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1051903ed06697465"
        "7874203620c3b10743070707081903f0091903f10a1903f20b6a7465787420313120c3b10c820c8361784179f5",
    ),
    ("LoanOpened", 161, 1): (
        "8318a101b5016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1061903ee076974657874203720c3b1081903f0096974657874203920c3b10a1903f20b1903f30c1903f40d6a746578"
        "7420313320c3b10e6a7465787420313420c3b10f6a7465787420313520c3b1106a7465787420313620c3b1116a7465787420"
        "313720c3b1126a7465787420313820c3b1136a7465787420313920c3b114a1643230303014156a7465787420323120c3b1",
        "8318a101ae016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1061903ee076974657874203720c3b1081903f0096974657874203920c3b10a1903f20b1903f30c1903f40d6a746578"
        "7420313320c3b10e6a7465787420313420c3b1",
    ),
    ("LoanPaid", 162, 1): (
        "8318a201ad016974657874203120c3b1021903ea031903eb041903ec051903ed066974657874203620c3b107697465787420"
        "3720c3b1086974657874203820c3b1096974657874203920c3b10a6a7465787420313020c3b10b6a7465787420313120c3b1"
        "0c6a7465787420313220c3b10da164313330300d",
        "8318a201a7016974657874203120c3b1021903ea031903eb041903ec051903ed066974657874203620c3b1076974657874203720c3b1",
    ),
    ("LoanDeferred", 163, 1): (
        "8318a301a4016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b1",
        "8318a301a4016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b1",
    ),
    ("LoanChargedOff", 164, 1): (
        "8318a401a6016974657874203120c3b1021903ea031903eb041903ec056974657874203520c3b1066974657874203620c3b1",
        "8318a401a6016974657874203120c3b1021903ea031903eb041903ec056974657874203520c3b1066974657874203620c3b1",
    ),
    ("LoanRecovered", 165, 1): (
        "8318a501ab016974657874203120c3b1021903ea031903eb046974657874203420c3b1056974657874203520c3b106697465"
        "7874203620c3b1076974657874203720c3b1086974657874203820c3b1096974657874203920c3b10a6a7465787420313020"
        "c3b10ba164313130300b",
        "8318a501a5016974657874203120c3b1021903ea031903eb046974657874203420c3b1056974657874203520c3b1",
    ),
    ("LoanMissed", 166, 1): (
        "8318a601a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
        "8318a601a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
    ),
    ("LoanAged", 167, 1): (
        "8318a701a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
        "8318a701a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
    ),
    ("LoansProvided", 168, 1): (
        "8318a801a3011903e9021903ea036974657874203320c3b1",
        "8318a801a3011903e9021903ea036974657874203320c3b1",
    ),
    ("LoanDuesAgreed", 169, 1): (
        "8318a901a4016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b1",
        "8318a901a2016974657874203120c3b1026974657874203220c3b1",
    ),
    ("LoanCollected", 170, 1): (
        "8318aa01a7016974657874203120c3b1026974657874203220c3b1031903eb041903ec051903ed061903ee076974657874203720c3b1",
        "8318aa01a7016974657874203120c3b1026974657874203220c3b1031903eb041903ec051903ed061903ee076974657874203720c3b1",
    ),
}
"""Fact → canonical bytes with every field, and with only those that are never absent."""

L, A = "loan:5000000009", "customer:4000000002:0417"


def _open(**way: Any) -> f.LoanOpened:
    return f.LoanOpened(
        "5000000009", "7000000005", 100, "L1-1", DAY, 2_800, "weekly", 4, later(7), 26, 25, 103, "27.93", "T1", **way
    )


LEGS: list[tuple[Fact, list[tuple[str, str, int]]]] = [
    (_open(), [(L, "till:T1", 100)]),
    (_open(account="4000000002"), [(L, A, 100)]),
    (f.LoanPaid("5000000009", 9, 9, 0, 91, DAY, "T1"), [("till:T1", L, 9)]),
    (f.LoanPaid("5000000009", 9, 7, 2, 93, DAY, "T1"), [(L, "house:loan-interest", 2), ("till:T1", L, 9)]),
    (f.LoanPaid("5000000009", 2, 0, 2, 9, DAY, "T1", "4000000002"), [(L, "house:loan-interest", 2), (A, L, 2)]),
    (f.LoanCollected("5000000009", "4000000002", 9, 7, 2, 93, DAY), [(L, "house:loan-interest", 2), (A, L, 9)]),
    (f.LoanCollected("5000000009", "4000000002", 9, 9, 0, 91, DAY), [(A, L, 9)]),
    (f.LoanChargedOff("5000000009", 90, 3, 91, "moved away", DAY), [("house:loan-loss", L, 90)]),
    (f.LoanRecovered("5000000009", 5, 88, DAY, "T1"), [(L, "house:loan-recovery", 5), ("till:T1", L, 5)]),
    (f.LoansProvided(7, 5, DAY), [("house:loan-loss", "house:loan-allowance", 2)]),
    (f.LoansProvided(4, 5, DAY), [("house:loan-allowance", "house:loan-loss", 1)]),
    (f.LoansProvided(5, 5, DAY), []),
]
"""Fact → its legs: debit, credit, amount."""
NOTHING: set[str] = {"LoanApplied", "LoanDeferred", "LoanMissed", "LoanAged", "LoanDuesAgreed"}
"""Facts that book nothing."""
RIGHT: dict[int, Any] = {id(asks.PERIOD): "biweekly", id(asks.NUMBER): 12, id(asks.APR): "27.94"}
"""id(reader) → a value that it takes."""
KNOWN: dict[str, Any] = {"every": "biweekly", "decision": "no", "bucket": "30-59"}
"""Field of a fact → a value that its receipt can say."""
LISTS: dict[str, list[Any]] = {"reasons": ["cash-flow", "year"]}
"""Field of a fact that is a list → a value that its receipt can say."""
