"""Cases of money orders for the tests over everything (``cases.registry``)."""

from __future__ import annotations

from typing import Any

from cases.registry import done, reached
from counterfoil.facts import money_orders as o
from counterfoil.facts.record import Fact
from counterfoil.office.money_orders import asks as ask
from counterfoil.operations.desk import Desk, Request
from counterfoil.products.money_orders import serials
from counterfoil.testing import offices
from counterfoil.testing.builders import CLERK, OTHER, SUPERVISOR, House, counter, edition, pieces

FIRST = "10000000001"
BLOCK = serials(FIRST, 100)
"""A block of a hundred forms: the first ten go to till T1, the next five to T2."""
NOT_OURS = "99999999990"


def with_forms() -> House:
    """Forms at T1 (ten) and T2 (five), the rest in the reserve."""
    house = counter()
    house.do("order-stock-in", by=SUPERVISOR, approve=[CLERK], first=FIRST, quantity=100)
    house.do("order-stock-to-till", approve=[SUPERVISOR], till="T1", first=BLOCK[0], quantity=10)
    house.do("order-stock-to-till", by=OTHER, approve=[SUPERVISOR], till="T2", first=BLOCK[10], quantity=5)
    return house


def sale(house: House, number: int = 0, amount: int = 37_500, **more: Any) -> Request:
    """A sale at T1."""
    given = {"till": "T1", "serial": BLOCK[number], "amount": amount, "fee": 255 if amount <= 50_000 else 360, **more}
    return house.request("order-sale", **given)


def sold(number: int = 0, amount: int = 37_500, **more: Any) -> House:
    """An office that has sold one order."""
    house = with_forms()
    house.desk.one(sale(house, number, amount, **more))
    return house


def order(house: House, kind: str, number: int = 0, amount: int = 37_500, **more: Any) -> Request:
    """A request about an order that was sold, at T1."""
    given = {"till": "T1", "serial": BLOCK[number], "amount": amount, "identification": "passport", **more}
    return house.request(kind, **given)


def sound(desk: Desk, number: int) -> None:
    """Forms received, one sold and stopped, the rest counted, for tests that look at every table."""
    ana, ben = offices.clerk("101"), offices.clerk("102")
    offices.done(desk, offices.ask(desk, number, "order-stock-in", by=[ana, ben], first=BLOCK[0], quantity=4))
    offices.done(
        desk,
        offices.ask(
            desk, number + 1, "order-stock-to-till", by=[ben, ana], till=offices.TILL, first=BLOCK[0], quantity=2
        ),
    )
    sold = {"till": offices.TILL, "serial": BLOCK[0], "amount": 100, "fee": 255, "currency": "USD"}
    offices.done(desk, offices.ask(desk, number + 2, "order-sale", by=[ben], **sold))
    offices.done(desk, offices.ask(desk, number + 3, "order-stop", by=[ben], serial=BLOCK[0], reason="lost on the bus"))
    left = [{"first": BLOCK[1], "quantity": 1}]
    offices.done(desk, offices.ask(desk, number + 4, "order-count", by=[ben], till=offices.TILL, forms=left))


@done("order-stock-in", "OrdersReceived")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("order-stock-in", by=SUPERVISOR, approve=[CLERK], first=FIRST, quantity=100)


@done("order-stock-to-till", "OrdersToTill")
def _() -> tuple[House, Request]:
    house = with_forms()
    return house, house.request("order-stock-to-till", approve=[OTHER], till="T1", first=BLOCK[20], quantity=80)


@done("order-stock-from-till", "OrdersFromTill")
def _() -> tuple[House, Request]:
    house = with_forms()
    return house, house.request("order-stock-from-till", approve=[OTHER], till="T1", first=BLOCK[0], quantity=10)


@done("order-sale", "OrderSold")
def _() -> tuple[House, Request]:
    house = with_forms()
    return house, sale(house, count=pieces(37_500), presented_by=house.customer, identification="passport")


@done("order-cash", "OrderCashed")
def _() -> tuple[House, Request]:
    house = sold()
    return house, order(house, "order-cash", presented_by=house.customer, count=pieces(37_500))


@done("order-refund", "OrderRefunded")
def _() -> tuple[House, Request]:
    house = sold()
    return house, order(house, "order-refund", fee=255, reason="misprinted")


@done("order-replace", "OrderReplaced")
def _() -> tuple[House, Request]:
    house = sold()
    return house, order(house, "order-replace", approve=[SUPERVISOR], new_serial=BLOCK[1], fee=0, in_hand=True)


@done("order-stop", "OrderStopped")
def _() -> tuple[House, Request]:
    house = sold()
    return house, house.request("order-stop", serial=BLOCK[0], reason="lost on the bus")


@done("order-trace", "OrderTraced")
def _() -> tuple[House, Request]:
    house = sold()
    return house, house.request("order-trace", serial=BLOCK[0])


@done("order-void", "OrderVoided")
def _() -> tuple[House, Request]:
    house = with_forms()
    return house, house.request("order-void", serial=BLOCK[0], in_hand=True, reason="torn by the printer")


@done("order-stop-lift", "OrderStopLifted")
def _() -> tuple[House, Request]:
    house = stopped()
    return house, house.request("order-stop-lift", approve=[SUPERVISOR], serial=BLOCK[0], reason="found again")


@done("order-clear", "OrderCleared")
def _() -> tuple[House, Request]:
    house = sold()
    return house, house.request(
        "order-clear", by=SUPERVISOR, approve=[OTHER], serial=BLOCK[0], amount=37_500, through="First Bank of Elk Fork"
    )


@done("order-count", "OrdersCounted")
def _() -> tuple[House, Request]:
    house = with_forms()
    return house, house.request("order-count", till="T1", forms=[{"first": BLOCK[0], "quantity": 9}])


def stopped() -> House:
    house = sold()
    house.do("order-stop", serial=BLOCK[0], reason="lost on the bus")
    return house


@reached("order.unknown")
def _() -> tuple[House, Request]:
    house = with_forms()
    return house, house.request("order-cash", till="T1", serial=NOT_OURS, amount=100, identification="passport")


@reached("order.known")
def _() -> tuple[House, Request]:
    house = with_forms()
    return house, house.request("order-stock-in", by=SUPERVISOR, approve=[CLERK], first=BLOCK[99], quantity=2)


@reached("order.not_here")
def _() -> tuple[House, Request]:
    house = with_forms()
    return house, sale(house, 10)


@reached("order.state")
def _() -> tuple[House, Request]:
    house = with_forms()
    return house, order(house, "order-cash", 1)


@reached("order.cashed")
def _() -> tuple[House, Request]:
    house = sold()
    house.desk.one(order(house, "order-cash"))
    return house, order(house, "order-cash")


@reached("order.stopped")
def _() -> tuple[House, Request]:
    house = stopped()
    return house, order(house, "order-cash")


@reached("order.not_stopped")
def _() -> tuple[House, Request]:
    house = sold()
    return house, house.request("order-stop-lift", approve=[SUPERVISOR], serial=BLOCK[0], reason="found again")


@reached("order.amount")
def _() -> tuple[House, Request]:
    house = sold()
    return house, order(house, "order-cash", amount=97_500)


@reached("order.limit")
def _() -> tuple[House, Request]:
    house = with_forms()
    return house, sale(house, amount=100_001)


def bought(house: House, *amounts: int, **more: Any) -> None:
    """The customer buys orders at T1, one request each, with her papers."""
    for number, amount in enumerate(amounts):
        shown = {"presented_by": house.customer, "identification": "passport", "approve": [SUPERVISOR], **more}
        house.desk.one(sale(house, number, amount, **shown))


@reached("order.day_limit")
def _() -> tuple[House, Request]:
    house = with_forms()
    house.do("cash-to-vault", approve=[SUPERVISOR], till="T1", amount=200_000)
    bought(house, 100_000, 100_000, 100_000, 100_000)
    return house, sale(house, 4, 100, presented_by=house.customer, identification="passport")


@reached("order.papers")
def _() -> tuple[House, Request]:
    house = with_forms()
    shown = {"buyer": bytes([7]) * 32, "details": bytes([8]) * 32}
    house.desk.one(sale(house, 0, 75_000, **shown))
    return house, sale(house, 1, 75_000, **shown)


@reached("order.identification")
def _() -> tuple[House, Request]:
    house = sold()
    return house, order(house, "order-cash", identification="library-card")


@reached("order.fee")
def _() -> tuple[House, Request]:
    house = with_forms()
    return house, sale(house, fee=254)


@reached("order.wait")
def _() -> tuple[House, Request]:
    house = stopped()
    return house, order(
        house, "order-replace", approve=[SUPERVISOR], new_serial=BLOCK[1], fee=2_100, in_hand=False, bond="signed"
    )


@reached("order.bond")
def _() -> tuple[House, Request]:
    house = stopped()
    house.do(
        "policy-edition",
        by=SUPERVISOR,
        approve=[CLERK],
        content=edition(house.date, replace_after_days_is_60="replace_after_days = 0"),
    )
    return house, order(house, "order-replace", approve=[SUPERVISOR], new_serial=BLOCK[1], fee=2_100, in_hand=False)


@reached("order.uncounted")
def _() -> tuple[House, Request]:
    house = with_forms()
    house.do("till-count", till="T1", count=pieces(200_000))
    return house, house.request("till-close", till="T1")


A = "4000000002"
WHERE = f"customer:{A}:0417"
GOLDEN: dict[tuple[str, int, int], tuple[str, str]] = {
    ("OrdersReceived", 120, 1): (
        "83187801a2016974657874203120c3b1021903ea",
        "83187801a2016974657874203120c3b1021903ea",
    ),
    ("OrdersToTill", 121, 1): (
        "83187901a3016974657874203120c3b1026974657874203220c3b1031903eb",
        "83187901a3016974657874203120c3b1026974657874203220c3b1031903eb",
    ),
    ("OrdersFromTill", 122, 1): (
        "83187a01a3016974657874203120c3b1026974657874203220c3b1031903eb",
        "83187a01a3016974657874203120c3b1026974657874203220c3b1031903eb",
    ),
    ("OrderSold", 123, 1): (
        "83187b01ad016974657874203120c3b1026974657874203220c3b1031903eb041903ec056974657874203520c3b106697465"
        "7874203620c3b1076974657874203720c3b1086974657874203820c3b1096974657874203920c3b10a6a7465787420313020"
        "c3b10b430b0b0b0ca164313230300c0d430d0d0d",
        "83187b01a6016974657874203120c3b1026974657874203220c3b1031903eb041903ec056974657874203520c3b106697465"
        "7874203620c3b1",
    ),
    ("OrderCashed", 124, 1): (
        "83187c01aa016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1076974657874203720c3b1086974657874203820c3b1096974657874203920c3b10aa164"
        "313030300a",
        "83187c01a6016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1",
    ),
    ("OrderRefunded", 125, 1): (
        "83187d01aa016974657874203120c3b1026974657874203220c3b1031903eb041903ec056974657874203520c3b106697465"
        "7874203620c3b1076974657874203720c3b1086974657874203820c3b1096974657874203920c3b10a6a7465787420313020"
        "c3b1",
        "83187d01a8016974657874203120c3b1026974657874203220c3b1031903eb041903ec056974657874203520c3b106697465"
        "7874203620c3b1076974657874203720c3b1086974657874203820c3b1",
    ),
    ("OrderReplaced", 126, 1): (
        "83187e01ab016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1041903ec051903ed06697465"
        "7874203620c3b107f5086974657874203820c3b1096974657874203920c3b10a6a7465787420313020c3b10b6a7465787420"
        "313120c3b1",
        "83187e01a9016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1041903ec051903ed06697465"
        "7874203620c3b107f5086974657874203820c3b10b6a7465787420313120c3b1",
    ),
    ("OrderStopped", 127, 1): (
        "83187f01a4016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b1",
        "83187f01a4016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b1",
    ),
    ("OrderTraced", 128, 1): (
        "83188001a7016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b105"
        "f5061903ee076974657874203720c3b1",
        "83188001a6016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b105"
        "f5061903ee",
    ),
    ("OrderVoided", 129, 1): (
        "83188101a4016974657874203120c3b1026974657874203220c3b103f5046974657874203420c3b1",
        "83188101a4016974657874203120c3b1026974657874203220c3b103f5046974657874203420c3b1",
    ),
    ("OrderStopLifted", 130, 1): (
        "83188201a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
        "83188201a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
    ),
    ("OrderCleared", 131, 1): (
        "83188301a4016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b1",
        "83188301a4016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b1",
    ),
    ("OrdersCounted", 132, 1): (
        "83188401a8016974657874203120c3b1026974657874203220c3b1031903eb041903ec0582058361784179f5068206836178"
        "4179f5076974657874203720c3b1086974657874203820c3b1",
        "83188401a6016974657874203120c3b1026974657874203220c3b1031903eb041903ec0582058361784179f50682068361784179f5",
    ),
}
"""Fact → canonical bytes with every field, and with only those that are never absent."""
LEGS: list[tuple[Fact, list[tuple[str, str, int]]]] = [
    (
        o.OrderSold(FIRST, "T1", 500, 3, "2026-03-02"),
        [("till:T1", "money-orders", 500), ("till:T1", "house:fee-money-orders", 3)],
    ),
    (o.OrderSold(FIRST, "T1", 500, 0, "2026-03-02"), [("till:T1", "money-orders", 500)]),
    (
        o.OrderSold(FIRST, "T1", 500, 3, "2026-03-02", account=A),
        [(WHERE, "money-orders", 500), (WHERE, "house:fee-money-orders", 3)],
    ),
    (o.OrderCashed(FIRST, "T1", 500, "2026-03-02", "passport"), [("money-orders", "till:T1", 500)]),
    (o.OrderCashed(FIRST, "T1", 500, "2026-03-02", "passport", account=A), [("money-orders", WHERE, 500)]),
    (
        o.OrderRefunded(FIRST, "T1", 500, 3, "2026-03-02", "passport", "misprint"),
        [("money-orders", "till:T1", 500), ("house:fee-money-orders", "till:T1", 3)],
    ),
    (
        o.OrderRefunded(FIRST, "T1", 500, 0, "2026-03-02", "passport", "not needed", account=A),
        [("money-orders", WHERE, 500)],
    ),
    (o.OrderReplaced(FIRST, BLOCK[1], "T1", 500, 0, "2026-03-02", True, "passport"), []),
    (
        o.OrderReplaced(FIRST, BLOCK[1], "T1", 500, 21, "2026-03-02", False, "passport", "bond"),
        [("till:T1", "house:fee-money-orders", 21)],
    ),
    (o.OrderCleared(FIRST, 500, "2026-03-02", "First Bank"), [("money-orders", "center", 500)]),
]
"""Fact → its legs: debit, credit, amount."""
NOTHING: set[str] = {
    "OrdersReceived", "OrdersToTill", "OrdersFromTill", "OrderStopped", "OrderTraced", "OrderVoided", "OrderStopLifted",
    "OrdersCounted",
}  # fmt: skip
"""Facts that book nothing."""
RIGHT: dict[int, Any] = {
    id(ask.SERIAL): FIRST,
    id(ask.FORMS): 1,
    id(ask.RANGES): [{"first": FIRST, "quantity": 2}],
}
"""id(reader) → a value that it takes."""
KNOWN: dict[str, Any] = {"quantity": 7}
"""Field of a fact → a value that its receipt can say."""
LISTS: dict[str, list[Any]] = {"missing": [FIRST], "extra": [BLOCK[5]]}
"""Field of a fact that is a list → a value that its receipt can say."""
