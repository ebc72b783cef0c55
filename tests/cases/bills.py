"""Cases of bills for the tests over everything (``cases.registry``)."""

from __future__ import annotations

from typing import Any

from cases.registry import done, reached
from counterfoil.facts import bills as f
from counterfoil.facts.record import Fact
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.desk import Desk, Request
from counterfoil.testing import offices as o
from counterfoil.testing.builders import DAY, SUPERVISOR, House, counter, pieces

A = "4000000002"
POWER, WATER = "411-111-1110", "VW 00417"
"""Customer numbers that the two billers of the edition for tests can have."""

GOLDEN: dict[tuple[str, int, int], tuple[str, str]] = {
    ("BillPaid", 135, 1): (
        "83188701b1016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b105"
        "1903ed061903ee076974657874203720c3b1086974657874203820c3b1096974657874203920c3b10a6a7465787420313020"
        "c3b10bf50c6a7465787420313220c3b10d6a7465787420313320c3b10e6a7465787420313420c3b10f6a7465787420313520"
        "c3b1106a7465787420313620c3b111a1643137303011",
        "83188701ac016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b105"
        "1903ed061903ee076974657874203720c3b1086974657874203820c3b1096974657874203920c3b10a6a7465787420313020"
        "c3b10bf50c6a7465787420313220c3b1",
    ),
    ("BillConfirmed", 136, 1): (
        "83188801a3016974657874203120c3b1021903ea036974657874203320c3b1",
        "83188801a3016974657874203120c3b1021903ea036974657874203320c3b1",
    ),
    ("BillReturned", 137, 1): (
        "83188901a6016974657874203120c3b1021903ea031903eb046974657874203420c3b1056974657874203520c3b106697465"
        "7874203620c3b1",
        "83188901a5016974657874203120c3b1021903ea031903eb046974657874203420c3b1056974657874203520c3b1",
    ),
    ("BillRefunded", 138, 1): (
        "83188a01a9016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1076974657874203720c3b1086974657874203820c3b1096974657874203920c3b1",
        "83188a01a5016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b1056974657874203520c3b1",
    ),
    ("BillCancelled", 139, 1): (
        "83188b01aa016974657874203120c3b1021903ea031903eb046974657874203420c3b1056974657874203520c3b106697465"
        "7874203620c3b1076974657874203720c3b1086974657874203820c3b1096974657874203920c3b10a6a7465787420313020"
        "c3b1",
        "83188b01a6016974657874203120c3b1021903ea031903eb046974657874203420c3b1056974657874203520c3b106697465"
        "7874203620c3b1",
    ),
    ("BillSent", 140, 1): (
        "83188c01a3016974657874203120c3b1021903ea036974657874203320c3b1",
        "83188c01a3016974657874203120c3b1021903ea036974657874203320c3b1",
    ),
    ("BillMoneyUnknown", 141, 1): (
        "83188d01a3011903e9026974657874203220c3b1036974657874203320c3b1",
        "83188d01a3011903e9026974657874203220c3b1036974657874203320c3b1",
    ),
    ("BillStopped", 142, 1): (
        "83188e01a6016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b10569746578742035"
        "20c3b106f4",
        "83188e01a4016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b1",
    ),
}
"""Fact → canonical bytes with every field, and with only those that are never absent."""
LEGS: list[tuple[Fact, list[tuple[str, str, int]]]] = [
    (
        f.BillPaid("B1-1", "power", "Elk Fork Power", POWER, 900, 150, "T1", DAY, DAY, DAY, False),
        [("till:T1", "bills:B1-1", 900), ("till:T1", "house:fee-bills", 150)],
    ),
    (
        f.BillPaid("B1-1", "water", "Valley Water", WATER, 900, 0, "T1", DAY, DAY, DAY, True, account=A),
        [(f"customer:{A}:0417", "bills:B1-1", 900), ("bills:B1-1", "house:bill-settlement", 900)],
    ),
    (f.BillSent("B1-1", 900, DAY), [("bills:B1-1", "house:bill-settlement", 900)]),
    (
        f.BillReturned("B1-1", 900, 150, "no such customer", DAY),
        [("house:bill-settlement", "bills:B1-1", 900), ("house:fee-bills", "bills:B1-1", 150)],
    ),
    (f.BillReturned("B1-1", 900, 0, "closed", DAY, "ref-77"), [("house:bill-unmatched", "bills:B1-1", 900)]),
    (f.BillReturned("B1-1", 900, 0, "closed", DAY), [("house:bill-settlement", "bills:B1-1", 900)]),
    (f.BillRefunded("B1-1", 1_050, "T1", DAY), [("bills:B1-1", "till:T1", 1_050)]),
    (f.BillRefunded("B1-1", 1_050, "T1", DAY, account=A), [("bills:B1-1", f"customer:{A}:0417", 1_050)]),
    (
        f.BillCancelled("B1-1", 900, 150, "T1", DAY),
        [("bills:B1-1", "till:T1", 900), ("house:fee-bills", "till:T1", 150)],
    ),
    (f.BillCancelled("B1-1", 900, 0, "T1", DAY, account=A), [("bills:B1-1", f"customer:{A}:0417", 900)]),
    (f.BillMoneyUnknown(900, "ref-77", DAY), [("house:bill-settlement", "house:bill-unmatched", 900)]),
]
"""Fact → its legs: debit, credit, amount."""
NOTHING: set[str] = {"BillConfirmed", "BillStopped"}
"""Facts that book nothing."""
RIGHT: dict[int, Any] = {}
"""id(reader) → a value that it takes."""
KNOWN: dict[str, Any] = {}
"""Field of a fact → a value that its receipt can say."""
LISTS: dict[str, list[Any]] = {}
"""Field of a fact that is a list → a value that its receipt can say."""


def bill(amount: int = 9_000, **more: Any) -> dict[str, Any]:
    """A bill of the power company, as a screen fills it in."""
    return {"biller": "power", "reference": POWER, "amount": amount, "fee": 150, "till": "T1", **more}


def paid(house: House, amount: int = 9_000, **more: Any) -> str:
    """A bill paid at the window; its case."""
    return str(house.do("bill-pay", **bill(amount, **more)).result()["case"])


def end_of_day(house: House) -> None:
    """The end of the open day."""
    DayEnd(lambda call: call(house.desk)).run(house.date)


def came_back(house: House, amount: int = 9_000, **more: Any) -> str:
    """A bill that was sent and came back; its case."""
    case = paid(house, amount, **more)
    end_of_day(house)
    house.do("bill-return", by=SUPERVISOR, case=case, reason="no such customer")
    return case


def sound(desk: Desk, number: int) -> None:
    """A bill that was paid and money of one that nobody knows, for tests that look at every table. ``number``: the
    first free request number."""
    o.done(desk, o.ask(desk, number, "bill-pay", by=[o.clerk("102")], **bill(), currency="USD"))
    unknown = {"amount": 900, "tag": "ref-77", "currency": "USD"}
    o.done(desk, o.ask(desk, number + 1, "bill-unmatched", by=[o.clerk("101")], **unknown))


@done("bill-pay", "BillPaid")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-pay", **bill(count=pieces(9_150), presented_by=house.customer))


@done("bill-confirm", "BillConfirmed")
def _() -> tuple[House, Request]:
    house = counter()
    case = paid(house)
    end_of_day(house)
    return house, house.request("bill-confirm", by=SUPERVISOR, case=case)


@done("bill-return", "BillReturned")
def _() -> tuple[House, Request]:
    house = counter()
    case = paid(house)
    end_of_day(house)
    return house, house.request("bill-return", by=SUPERVISOR, case=case, reason="no such customer")


@done("bill-refund", "BillRefunded")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-refund", case=came_back(house), till="T1")


@done("bill-cancel", "BillCancelled")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=9_150)
    case = paid(house, account=house.account)
    return house, house.request("bill-cancel", case=case, till="T1", account=house.account)


@done("bill-unmatched", "BillMoneyUnknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-unmatched", by=SUPERVISOR, amount=900, tag="ref-77")


@done("bill-stop", "BillStopped")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-stop", case=paid(house), reason="she moved out", until="2026-03-20")


@reached("bill.until")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-stop", case=paid(house), reason="she moved out", until="2026-03-01")


@reached("bill.unmatched")
def _() -> tuple[House, Request]:
    house = counter()
    case = paid(house)
    end_of_day(house)
    return house, house.request("bill-return", by=SUPERVISOR, case=case, reason="no such customer", tag="ref-77")


@reached("bill.biller")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-pay", **bill(biller="gas"))


@reached("bill.reference")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-pay", **bill(reference="411-111-1114"))


@reached("bill.day")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-pay", **bill(on="2026-03-01"))


@reached("bill.fee")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-pay", **bill(fee=149))


@reached("bill.limit")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-pay", **bill(499))


@reached("bill.papers")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-pay", approve=[SUPERVISOR], **bill(50_001, identification="passport"))


@reached("bill.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-cancel", case="B9-9", till="T1")


@reached("bill.state")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("bill-refund", case=paid(house), till="T1")


@reached("bill.account")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=9_150)
    return house, house.request("bill-cancel", case=paid(house, account=house.account), till="T1")
