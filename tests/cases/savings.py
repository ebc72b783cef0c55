"""Cases of savings and everyday accounts for the tests over everything (``cases.registry``)."""

from __future__ import annotations

from typing import Any

from cases.registry import done, reached
from counterfoil.facts import savings as f
from counterfoil.facts.record import Fact
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.desk import Request
from counterfoil.testing import offices as o
from counterfoil.testing.builders import EDITION, NEXT_DAY, SUPERVISOR, House, counter

GOLDEN: dict[tuple[str, int, int], tuple[str, str]] = {
    ("InterestAccrued", 220, 1): (
        "8318dc01a6016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1061903ee",
        "8318dc01a6016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1061903ee",
    ),
    ("InterestCredited", 221, 1): (
        "8318dd01a7016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1051903ed061903ee"
        "076974657874203720c3b1",
        "8318dd01a6016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1051903ed061903ee",
    ),
    ("InterestPaid", 222, 1): (
        "8318de01a6016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1051903ed061903ee",
        "8318de01a6016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1051903ed061903ee",
    ),
    ("InterestSettled", 223, 1): (
        "8318df01a4016974657874203120c3b1026974657874203220c3b1031903eb041903ec",
        "8318df01a4016974657874203120c3b1026974657874203220c3b1031903eb041903ec",
    ),
    ("AccountDormant", 224, 1): (
        "8318e001a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
        "8318e001a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
    ),
    ("EscheatDue", 225, 1): (
        "8318e101a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
        "8318e101a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
    ),
    ("AccountEscheated", 226, 1): (
        "8318e201a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
        "8318e201a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
    ),
    ("DepositDetailsTold", 227, 1): (
        "8318e301a2016974657874203120c3b1026974657874203220c3b1",
        "8318e301a2016974657874203120c3b1026974657874203220c3b1",
    ),
}
"""Fact → canonical bytes with every field, and with only those that are never absent."""
A = "4000000002"
LEGS: list[tuple[Fact, list[tuple[str, str, int]]]] = [
    (
        f.InterestAccrued("passbook", "2026-03-02", 1, "1/36500", "7/2", 4),
        [("house:interest-expense", "house:interest-payable-passbook", 4)],
    ),
    (
        f.InterestAccrued("passbook", "2026-03-02", 1, "1/36500", "7/2", -4),
        [("house:interest-payable-passbook", "house:interest-expense", 4)],
    ),
    (f.InterestAccrued("passbook", "2026-03-02", 0, "1/36500", "0", 0), []),
    (
        f.InterestCredited(A, "passbook", 9, "2026-03-31", 1, 1),
        [("house:interest-payable-passbook", f"customer:{A}:0417", 9)],
    ),
    (f.InterestCredited(A, "passbook", 0, "2026-03-31", 1, 1), []),
    (
        f.InterestPaid(A, "passbook", 9, "2026-03-30", 1, 1),
        [("house:interest-payable-passbook", f"customer:{A}:0417", 9)],
    ),
    (
        f.InterestSettled("passbook", "2026-03-31", 900, 1),
        [("house:interest-expense", "house:interest-payable-passbook", 1)],
    ),
    (
        f.InterestSettled("passbook", "2026-03-31", 900, -1),
        [("house:interest-payable-passbook", "house:interest-expense", 1)],
    ),
    (f.InterestSettled("passbook", "2026-03-31", 900, 0), []),
    (f.AccountEscheated(A, "co", 9, "CO-1"), [(f"customer:{A}:0417", "house:unclaimed-co", 9)]),
]
"""Fact → its legs: debit, credit, amount."""
NOTHING: set[str] = {"AccountDormant", "EscheatDue", "DepositDetailsTold"}
"""Facts that book nothing."""
RIGHT: dict[int, Any] = {}
"""id(reader) → a value that it takes."""
KNOWN: dict[str, Any] = {}
"""Field of a fact → a value that its receipt can say."""
LISTS: dict[str, list[Any]] = {}
"""Field of a fact that is a list → a value that its receipt can say."""


def with_interest() -> tuple[House, str]:
    """A passbook with 1,000.00 whose first day has ended: ten cents wait."""
    house = counter()
    account = str(house.do("account-open", customer=house.customer, product="passbook").result()["account"])
    house.do("deposit", till="T1", account=account, amount=100_000, approve=[SUPERVISOR])
    DayEnd(lambda call: call(house.desk)).run(house.date)
    return house, account


def unclaimed() -> tuple[House, str]:
    """An account with 1,000.00 for which nobody has come in two years, enough by the terms here; tills are closed."""
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=100_000, approve=[SUPERVISOR])
    house.close_tills(("T1", "102"), ("T2", "103"))
    house.close_day()
    house.clock = house.desk.clock = Later("file", house.clock.now())  # type: ignore[assignment]  # as a clock should be
    house.at("2028-04-01T08:00")
    house.date = "2028-04-01"
    house.do("day-open", by=SUPERVISOR)
    DayEnd(lambda call: call(house.desk), together=8).run()
    return house, house.account


class Later(o.KindClock):
    """A file's clock that may run years ahead of this machine's."""

    def set(self, ms: int) -> None:
        self.ms = ms


def sent(house: House, account: str) -> Request:
    return house.request("account-escheat", approve=[SUPERVISOR], account=account, state="mt", reference="MT-2028-7")


@done("interest-pay", "InterestPaid")
def _() -> tuple[House, Request]:
    house, account = with_interest()
    return house, house.request("interest-pay", account=account)


@done("account-escheat", "AccountEscheated")
def _() -> tuple[House, Request]:
    house, account = unclaimed()
    return house, sent(house, account)


@done("direct-deposit", "DepositDetailsTold")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("direct-deposit", account=house.account)


@reached("interest.nothing")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("interest-pay", account=house.account)


@reached("interest.waits")
def _() -> tuple[House, Request]:
    house, account = with_interest()
    house.close_tills(("T1", "102"), ("T2", "103"))
    house.close_day()
    house.at(f"{NEXT_DAY}T08:00")
    house.date = NEXT_DAY
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count={})
    house.do("cash-from-vault", approve=[SUPERVISOR], till="T1", amount=200_000)
    house.do("withdrawal", till="T1", account=account, amount=80_000, approve=[SUPERVISOR])
    house.do("withdrawal", till="T1", account=account, amount=20_000, approve=[SUPERVISOR])
    return house, house.request("account-close", account=account, reason="moves away")


@reached("deposit.no_routing")
def _() -> tuple[House, Request]:
    house = counter(content=EDITION.replace(b'routing = "307083911"\n', b""))
    return house, house.request("direct-deposit", account=house.account)


@reached("account.least")
def _() -> tuple[House, Request]:
    house = counter()
    account = str(house.do("account-open", customer=house.customer, product="passbook").result()["account"])
    return house, house.request("deposit", till="T1", account=account, amount=99)


@reached("escheat.not_due")
def _() -> tuple[House, Request]:
    house = counter()
    return house, sent(house, house.account)
