"""Cases of cash sent between offices for the tests over everything (``cases.registry``)."""

from __future__ import annotations

from typing import Any

from cases.registry import done, reached
from counterfoil.facts import remittances as f
from counterfoil.facts.record import Fact
from counterfoil.office.remittances import asks as ask
from counterfoil.operations.desk import Desk, Request
from counterfoil.products.claim_codes import code_hash
from counterfoil.testing import offices as o
from counterfoil.testing.builders import CLERK, OFFICE, SUPERVISOR, House, counter, taken

CODE = "K7QM-2F9D-XW3P"
DETAILS = bytes([5]) * 32


def send(house: House, amount: int = 12_000, **more: Any) -> Request:
    """Cash sent from T1."""
    given = {
        "till": "T1", "amount": amount, "fee": 300 if amount <= 20_000 else 500, "office": OFFICE,
        "code": code_hash(CODE), "details": DETAILS, **more,
    }  # fmt: skip
    return house.request("cash-send", **given)


def sent(amount: int = 12_000, **more: Any) -> tuple[House, str]:
    """An office that has sent cash, and the transfer's number."""
    house = counter()
    return house, str(taken(house.desk.one(send(house, amount, **more))).result()["case"])


def check(house: House, case: str, code: str = CODE) -> None:
    house.do("claim-check", till="T1", case=case, claim_code=code)


def claim(house: House, case: str, amount: int = 12_000, **more: Any) -> Request:
    given = {"till": "T1", "case": case, "amount": amount, "identification": "passport", **more}
    return house.request("cash-claim", **given)


def cancel(house: House, case: str, amount: int = 12_000, fee: int = 300, **more: Any) -> Request:
    given = {"till": "T1", "case": case, "amount": amount, "fee": fee, "identification": "passport", **more}
    return house.request("cash-send-cancel", **given)


def blocked() -> tuple[House, str]:
    house, case = sent()
    for _ in range(3):
        check(house, case, "0000-0000-0000")
    return house, case


def sound(desk: Desk, number: int) -> None:
    """Cash that waits to be claimed, for tests that look at every table."""
    sent = {"till": o.TILL, "amount": 100, "fee": 300, "currency": "USD", "office": desk.state.place}
    hashes = {"code": bytes(32), "details": bytes(range(32))}
    o.done(desk, o.ask(desk, number, "cash-send", by=[o.clerk("102")], **sent, **hashes))


@done("cash-send", "CashSent")
def _() -> tuple[House, Request]:
    house = counter()
    return house, send(house, presented_by=house.customer, identification="passport")


@done("claim-check", "ClaimChecked")
def _() -> tuple[House, Request]:
    house, case = sent()
    return house, house.request("claim-check", till="T1", case=case, claim_code=CODE)


@done("cash-claim", "CashClaimed")
def _() -> tuple[House, Request]:
    house, case = sent()
    check(house, case)
    return house, claim(house, case)


@done("cash-send-cancel", "CashSendCanceled")
def _() -> tuple[House, Request]:
    house, case = sent()
    return house, cancel(house, case)


@done("claim-unblock", "ClaimUnblocked")
def _() -> tuple[House, Request]:
    house, case = blocked()
    return house, house.request(
        "claim-unblock", by=SUPERVISOR, approve=[CLERK], case=case, code=code_hash("AAAA" * 3), details=DETAILS
    )


@reached("send.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, claim(house, "R9-9")


@reached("send.office")
def _() -> tuple[House, Request]:
    house = counter()
    return house, send(house, office="0555")


@reached("send.limit")
def _() -> tuple[House, Request]:
    house = counter()
    return house, send(house, 50_001)


@reached("send.fee")
def _() -> tuple[House, Request]:
    house = counter()
    return house, send(house, fee=299)


@reached("send.state")
def _() -> tuple[House, Request]:
    house, case = sent()
    house.desk.one(cancel(house, case))
    return house, claim(house, case)


@reached("send.amount")
def _() -> tuple[House, Request]:
    house, case = sent()
    return house, cancel(house, case, 12_001)


@reached("send.payer")
def _() -> tuple[House, Request]:
    house, case = sent()
    return house, cancel(house, case, account=house.account)


@reached("send.sender")
def _() -> tuple[House, Request]:
    house = counter()
    case = str(taken(house.desk.one(send(house, presented_by=house.customer))).result()["case"])
    return house, cancel(house, case)


@reached("claim.blocked")
def _() -> tuple[House, Request]:
    house, case = blocked()
    return house, house.request("claim-check", till="T1", case=case, claim_code=CODE)


@reached("claim.code")
def _() -> tuple[House, Request]:
    house, case = sent()
    return house, claim(house, case)


@reached("claim.papers")
def _() -> tuple[House, Request]:
    house, case = sent()
    check(house, case)
    return house, claim(house, case, identification="library-card")


@reached("claim.not_blocked")
def _() -> tuple[House, Request]:
    house, case = sent()
    return house, house.request(
        "claim-unblock", by=SUPERVISOR, approve=[CLERK], case=case, code=bytes(32), details=DETAILS
    )


A = "4000000002"
WHERE = f"customer:{A}:0417"
SENT = ("R1-1", "T1", 500, 3, "2026-03-02", "0417", "2026-04-01", 30, b"c", b"d")
GOLDEN: dict[tuple[str, int, int], tuple[str, str]] = {
    ("CashSent", 145, 1): (
        "83189101b1016974657874203120c3b1026974657874203220c3b1031903eb041903ec056974657874203520c3b106697465"
        "7874203620c3b1076974657874203720c3b1081903f009430909090a430a0a0a0b6a7465787420313120c3b10c6a74657874"
        "20313220c3b10d6a7465787420313320c3b10e6a7465787420313420c3b10f6a7465787420313520c3b1104310101011a164"
        "3137303011",
        "83189101ab016974657874203120c3b1026974657874203220c3b1031903eb041903ec056974657874203520c3b106697465"
        "7874203620c3b1076974657874203720c3b1081903f009430909090a430a0a0a0b6a7465787420313120c3b1",
    ),
    ("CashClaimed", 146, 1): (
        "83189201a8016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1076974657874203720c3b108a16338303008",
        "83189201a6016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1",
    ),
    ("CashSendCanceled", 147, 1): (
        "83189301aa016974657874203120c3b1026974657874203220c3b1031903eb041903ec056974657874203520c3b106697465"
        "7874203620c3b1076974657874203720c3b1086974657874203820c3b1096974657874203920c3b10a6a7465787420313020"
        "c3b1",
        "83189301a8016974657874203120c3b1026974657874203220c3b1031903eb041903ec056974657874203520c3b106697465"
        "7874203620c3b1076974657874203720c3b1086974657874203820c3b1",
    ),
    ("CashSendExpired", 148, 1): (
        "83189401a4016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b1",
        "83189401a3016974657874203120c3b1021903ea036974657874203320c3b1",
    ),
    ("ClaimChecked", 149, 1): (
        "83189501a5016974657874203120c3b1026974657874203220c3b103f5041903ec05f5",
        "83189501a5016974657874203120c3b1026974657874203220c3b103f5041903ec05f5",
    ),
    ("ClaimUnblocked", 150, 1): (
        "83189601a3016974657874203120c3b102430202020343030303",
        "83189601a3016974657874203120c3b102430202020343030303",
    ),
}
"""Fact → canonical bytes with every field, and with only those that are never absent."""
LEGS: list[tuple[Fact, list[tuple[str, str, int]]]] = [
    (f.CashSent(*SENT), [("till:T1", "cash-sent", 500), ("till:T1", "house:fee-cash-sent", 3)]),
    (f.CashSent(*SENT, account=A), [(WHERE, "cash-sent", 500), (WHERE, "house:fee-cash-sent", 3)]),
    (f.CashClaimed("R1-1", "T1", 500, "2026-03-02", "passport"), [("cash-sent", "till:T1", 500)]),
    (
        f.CashSendCanceled("R1-1", "T1", 500, 3, "2026-03-02", "sent", "passport"),
        [("cash-sent", "till:T1", 500), ("house:fee-cash-sent", "till:T1", 3)],
    ),
    (
        f.CashSendCanceled("R1-1", "T1", 500, 0, "2026-03-02", "unclaimed", "passport"),
        [("cash-unclaimed", "till:T1", 500)],
    ),
    (
        f.CashSendCanceled("R1-1", "T1", 500, 0, "2026-03-02", "sent", "passport", account=A),
        [("cash-sent", WHERE, 500)],
    ),
    (f.CashSendExpired("R1-1", 500, "2026-04-02"), [("cash-sent", "cash-unclaimed", 500)]),
    (f.CashSendExpired("R1-1", 500, "2026-04-02", A), [("cash-sent", WHERE, 500)]),
]
"""Fact → its legs: debit, credit, amount."""
NOTHING: set[str] = {"ClaimChecked", "ClaimUnblocked"}
"""Facts that book nothing."""
RIGHT: dict[int, Any] = {id(ask.CLAIM_CODE): bytes(32)}
"""id(reader) → a value that it takes."""
KNOWN: dict[str, Any] = {}
"""Field of a fact → a value that its receipt can say."""
LISTS: dict[str, list[Any]] = {}
"""Field of a fact that is a list → a value that its receipt can say."""
