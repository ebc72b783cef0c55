"""Cases of mail products for the tests over everything (``cases.registry``)."""

from __future__ import annotations

from typing import Any

from cases.registry import done, reached
from counterfoil.facts import mail as f
from counterfoil.facts.record import Fact
from counterfoil.operations.desk import Request
from counterfoil.testing.builders import CLERK, NEXT_DAY, OTHER, SUPERVISOR, House, counter, edition

NEW_PRICE = {"face_is_78": "face = 82"}


def with_stamps() -> House:
    """Forty forever stamps at T1, sixty and ten postcards in the reserve."""
    house = counter()
    house.do("stock-in", by=SUPERVISOR, approve=[CLERK], item="forever", quantity=100)
    house.do("stock-in", by=SUPERVISOR, approve=[CLERK], item="postcard", quantity=10)
    house.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=40)
    return house


def mail(house: House, amount: int, **items: int) -> Request:
    return house.request("mail-sale", till="T1", items=items, amount=amount)


def at_a_new_price() -> House:
    """The next day: forever stamps cost 0.82, and forty lie in T1 at 0.78."""
    house = with_stamps()
    house.do("policy-edition", by=SUPERVISOR, approve=[CLERK], content=edition(NEXT_DAY, **NEW_PRICE))
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    house.at(f"{NEXT_DAY}T08:00")
    house.date = NEXT_DAY
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count={"10000": 20})
    return house


@done("mail-sale", "MailSold")
def _() -> tuple[House, Request]:
    house = with_stamps()
    return house, mail(house, 780 + 530, forever=10, certified=1)


@done("stock-revalue", "StockRevalued")
def _() -> tuple[House, Request]:
    house = at_a_new_price()
    return house, house.request("stock-revalue", approve=[SUPERVISOR], till="T1", item="forever", quantity=40)


@done("stock-spoiled", "StockSpoiled")
def _() -> tuple[House, Request]:
    house = with_stamps()
    return house, house.request(
        "stock-spoiled", approve=[SUPERVISOR], till="T1", item="forever", quantity=2, reason="coffee"
    )


@done("stamp-refund", "StampsRefunded")
def _() -> tuple[House, Request]:
    house = with_stamps()
    return house, house.request(
        "stamp-refund", till="T1", item="forever", quantity=2, amount=156, reason="stuck together"
    )


@reached("mail.total")
def _() -> tuple[House, Request]:
    house = with_stamps()
    return house, mail(house, 779, forever=10)


@reached("mail.limit")
def _() -> tuple[House, Request]:
    house = with_stamps()
    return house, house.request("mail-sale", till="T1", items={"box-half-year": 3}, amount=29_400)


@reached("mail.price_since")
def _() -> tuple[House, Request]:
    house = with_stamps()
    entry = house.desk.size
    house.desk.one(mail(house, 780, forever=10))
    house.do("policy-edition", by=SUPERVISOR, approve=[CLERK], content=edition(house.date, **NEW_PRICE))
    house.do("stock-revalue", approve=[SUPERVISOR], till="T1", item="forever", quantity=30)
    return house, house.request("reversal", entry=entry)


@reached("stock.old_price")
def _() -> tuple[House, Request]:
    house = at_a_new_price()
    return house, mail(house, 82, forever=1)


@reached("stock.quantity")
def _() -> tuple[House, Request]:
    house = at_a_new_price()
    return house, house.request("stock-revalue", approve=[SUPERVISOR], till="T1", item="forever", quantity=39)


@reached("stock.same_price")
def _() -> tuple[House, Request]:
    house = with_stamps()
    return house, house.request("stock-revalue", approve=[SUPERVISOR], till="T1", item="forever", quantity=40)


DAY = "2026-03-02"
GOLDEN: dict[tuple[str, int, int], tuple[str, str]] = {
    ("MailSold", 210, 1): (
        "8318d201a8016974657874203120c3b1021903ea031903eb046974657874203420c3b105a1633530300506a1633630300607"
        "a1633730300708a16338303008",
        "8318d201a7016974657874203120c3b1021903ea031903eb046974657874203420c3b105a1633530300506a1633630300607"
        "a16337303007",
    ),
    ("StockRevalued", 211, 1): (
        "8318d301a7016974657874203120c3b1021903ea031903eb041903ec051903ed066974657874203620c3b1076974657874203720c3b1",
        "8318d301a6016974657874203120c3b1021903ea031903eb041903ec051903ed066974657874203620c3b1",
    ),
    ("StockSpoiled", 212, 1): (
        "8318d401a7016974657874203120c3b1021903ea031903eb041903ec056974657874203520c3b1066974657874203620c3b1"
        "076974657874203720c3b1",
        "8318d401a6016974657874203120c3b1021903ea031903eb041903ec056974657874203520c3b1066974657874203620c3b1",
    ),
    ("StampsRefunded", 213, 1): (
        "8318d501a8016974657874203120c3b1026974657874203220c3b1031903eb041903ec051903ed066974657874203620c3b1"
        "076974657874203720c3b1086974657874203820c3b1",
        "8318d501a8016974657874203120c3b1026974657874203220c3b1031903eb041903ec051903ed066974657874203620c3b1"
        "076974657874203720c3b1086974657874203820c3b1",
    ),
    ("MailTakenBack", 214, 1): (
        "8318d601a3016974657874203120c3b102a1633230300203a16333303003",
        "8318d601a3016974657874203120c3b102a1633230300203a16333303003",
    ),
}
"""Fact → canonical bytes with every field, and with only those that are never absent."""
LEGS: list[tuple[Fact, list[tuple[str, str, int]]]] = [
    (
        f.MailSold("T1", 686, 156, DAY, {"forever": 2}, {"certified": 1}, {"forever": 78, "certified": 530}),
        [("till:T1", "stock:T1", 156), ("till:T1", "house:fee-mail", 530)],
    ),
    (f.MailSold("T1", 156, 156, DAY, {"forever": 2}, {}, {"forever": 78}), [("till:T1", "stock:T1", 156)]),
    (f.MailSold("T1", 530, 0, DAY, {}, {"certified": 1}, {"certified": 530}), [("till:T1", "house:fee-mail", 530)]),
    (
        f.StockRevalued("forever", 10, 78, 82, 40, DAY, "T1"),
        [("stock:T1", "house:stock-revaluation", 40)],
    ),
    (f.StockRevalued("forever", 10, 78, 75, -30, DAY), [("house:stock-revaluation", "stock-reserve", 30)]),
    (f.StockRevalued("forever", 0, 78, 75, 0, DAY), []),
    (f.StockSpoiled("forever", 2, 78, 156, DAY, "coffee", "T1"), [("house:stock-spoiled", "stock:T1", 156)]),
    (f.StockSpoiled("forever", 2, 78, 156, DAY, "coffee"), [("house:stock-spoiled", "stock-reserve", 156)]),
    (f.StampsRefunded("T1", "forever", 2, 78, 156, DAY, "torn"), [("house:stock-spoiled", "till:T1", 156)]),
]
"""Fact → its legs: debit, credit, amount."""
NOTHING: set[str] = {"MailTakenBack"}
"""Facts that book nothing."""
RIGHT: dict[int, Any] = {}
"""id(reader) → a value that it takes."""
KNOWN: dict[str, Any] = {}
"""Field of a fact → a value that its receipt can say."""
LISTS: dict[str, list[Any]] = {}
"""Field of a fact that is a list → a value that its receipt can say."""
