"""Cases of checks for the tests over everything (``cases.registry``)."""

from __future__ import annotations

from typing import Any

from cases.registry import done, reached
from counterfoil.facts import checks as f
from counterfoil.facts.record import Fact
from counterfoil.office.checks import asks
from counterfoil.operations.desk import Desk, Request
from counterfoil.products.micr import FINGERPRINT_BYTES, Line, fingerprint
from counterfoil.testing import offices as o
from counterfoil.testing.builders import CLERK, DAY, SUPERVISOR, House, counter, pieces

ROUTING, A, WHO = "021000021", "4000000002", "7000000005"
ASIDE, PART = [[0, 5, b"p" * 16]], [["2026-03-04", 5], ["2026-03-05", 6]]

GOLDEN: dict[tuple[str, int, int], tuple[str, str]] = {
    ("CheckCashed", 100, 1): (
        "83186401b2016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b105"
        "1903ed061903ee071903ef086974657874203820c3b109430909090a430a0a0a0b6a7465787420313120c3b10c6a74657874"
        "20313220c3b10d1903f50e6a7465787420313420c3b10f6a7465787420313520c3b1106a7465787420313620c3b1116a7465"
        "787420313720c3b112a1643138303012",
        "83186401ae016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b105"
        "1903ed061903ee071903ef086974657874203820c3b109430909090a430a0a0a0b6a7465787420313120c3b10c6a74657874"
        "20313220c3b10d1903f50e6a7465787420313420c3b1",
    ),
    ("CheckDeposited", 101, 1): (
        "83186501b5016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b105"
        "1903ed066974657874203620c3b107430707070843080808096974657874203920c3b10a6a7465787420313020c3b10b6a74"
        "65787420313120c3b10c1903f40d820d8361784179f50e6a7465787420313420c3b10f1903f7106a7465787420313620c3b1"
        "116a7465787420313720c3b1126a7465787420313820c3b1136a7465787420313920c3b1146a7465787420323020c3b1156a"
        "7465787420323120c3b1",
        "83186501b0016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b105"
        "1903ed066974657874203620c3b107430707070843080808096974657874203920c3b10a6a7465787420313020c3b10b6a74"
        "65787420313120c3b10c1903f40d820d8361784179f50e6a7465787420313420c3b10f1903f7106a7465787420313620c3b1",
    ),
    ("CheckSettled", 102, 1): (
        "83186601a5016974657874203120c3b1021903ea036974657874203320c3b10482048361784179f5056974657874203520c3b1",
        "83186601a4016974657874203120c3b1021903ea036974657874203320c3b10482048361784179f5",
    ),
    ("CheckReturned", 103, 1): (
        "83186701ab016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b10569746578742035"
        "20c3b1061903ee071903ef081903f009f50a820a8361784179f50b6a7465787420313120c3b1",
        "83186701aa016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b10569746578742035"
        "20c3b1061903ee071903ef081903f009f50a820a8361784179f5",
    ),
    ("CheckRecovered", 104, 1): (
        "83186801ac016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1041903ec0569746578742035"
        "20c3b1066974657874203620c3b1076974657874203720c3b1086974657874203820c3b1096974657874203920c3b10a6a74"
        "65787420313020c3b10ba164313130300b0cf4",
        "83186801a6016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1041903ec0569746578742035"
        "20c3b1066974657874203620c3b1",
    ),
    ("CheckWrittenOff", 105, 1): (
        "83186901a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
        "83186901a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
    ),
    ("CheckHoldReleased", 106, 1): (
        "83186a01a6016974657874203120c3b1021903ea036974657874203320c3b1041903ec0543050505066974657874203620c3b1",
        "83186a01a6016974657874203120c3b1021903ea036974657874203320c3b1041903ec0543050505066974657874203620c3b1",
    ),
    ("CheckAgreed", 107, 1): (
        "83186b01a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
        "83186b01a4016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b1",
    ),
    ("CheckGivenBack", 108, 1): (
        "83186c01a6016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b10682068361784179f5",
        "83186c01a6016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b10682068361784179f5",
    ),
}
"""Fact → canonical bytes with every field, and with only those that are never absent."""
LEGS: list[tuple[Fact, list[tuple[str, str, int]]]] = [
    (
        f.CheckCashed("K1-1", "payroll", WHO, "T1", 50_000, 500, 49_500, ROUTING, b"f", b"d", DAY, DAY, 50_000),
        [("checks:K1-1", "till:T1", 49_500), ("checks:K1-1", "house:fee-checks", 500)],
    ),
    (
        f.CheckCashed("K1-1", "payroll", WHO, "T1", 4_000, 0, 4_000, ROUTING, b"f", b"d", DAY, DAY, 4_000),
        [("checks:K1-1", "till:T1", 4_000)],
    ),
    (
        f.CheckDeposited(
            "K1-1", "payroll", A, "T1", 20, ROUTING, b"f", b"d", DAY, DAY, DAY, 9, PART, "schedule", 3
        ),
        [
            ("checks:K1-1", f"customer:{A}:0417", 20), (f"customer:{A}:0417", "till:T1", 3),
            (f"customer:{A}:0417", "held:K1-1", 5), (f"customer:{A}:0417", "held:K1-1", 6),
        ],
    ),
    (
        f.CheckDeposited(
            "K1-1", "payroll", A, "T1", 11, ROUTING, b"f", b"d", DAY, DAY, DAY, 0, PART, "new-account", 0
        ),
        [
            ("checks:K1-1", f"customer:{A}:0417", 11),
            (f"customer:{A}:0417", "held:K1-1", 5), (f"customer:{A}:0417", "held:K1-1", 6),
        ],
    ),
    (
        f.CheckRecovered("K1-1", WHO, "T1", 300, DAY, lost=True),
        [("check-due:K1-1", "house:check-recovery", 300), ("till:T1", "check-due:K1-1", 300)],
    ),
    (f.CheckSettled("K1-1", 20, DAY, []), [("house:check-settlement", "checks:K1-1", 20)]),
    (
        f.CheckSettled("K1-1", 20, DAY, ASIDE, A),
        [(f"customer:{A}:0417", "held:K1-1", 5), ("house:check-settlement", "checks:K1-1", 20)],
    ),
    (
        f.CheckReturned("K1-1", 50_000, "A", DAY, WHO, 500, 0, 49_500, False, []),
        [("check-due:K1-1", "checks:K1-1", 49_500), ("house:fee-checks", "checks:K1-1", 500)],
    ),
    (
        f.CheckReturned("K1-1", 20, "C", DAY, WHO, 0, 20, 0, False, ASIDE, A),
        [(f"customer:{A}:0417", "held:K1-1", 5), (f"customer:{A}:0417", "checks:K1-1", 20)],
    ),
    (
        f.CheckReturned("K1-1", 20, "Z", DAY, WHO, 0, 8, 12, True, [], A),
        [(f"customer:{A}:0417", "house:check-settlement", 8), ("check-due:K1-1", "house:check-settlement", 12)],
    ),
    (f.CheckRecovered("K1-1", WHO, "T1", 12, DAY), [("till:T1", "check-due:K1-1", 12)]),
    (f.CheckRecovered("K1-1", WHO, "T1", 12, DAY, account=A), [(f"customer:{A}:0417", "check-due:K1-1", 12)]),
    (f.CheckWrittenOff("K1-1", WHO, 12, "moved away"), [("house:check-loss", "check-due:K1-1", 12)]),
    (f.CheckHoldReleased("K1-1", 0, A, 5, b"p" * 16, DAY), [(f"customer:{A}:0417", "held:K1-1", 5)]),
    (
        f.CheckGivenBack("K1-1", A, 20, DAY, "wrong account", ASIDE),
        [(f"customer:{A}:0417", "held:K1-1", 5), (f"customer:{A}:0417", "checks:K1-1", 20)],
    ),
]  # fmt: skip
"""Fact → its legs: debit, credit, amount."""
NOTHING: set[str] = {"CheckAgreed"}
"""Facts that book nothing."""
RIGHT: dict[int, Any] = {
    id(asks.ROUTING): ROUTING,
    id(asks.FINGERPRINT): bytes(FINGERPRINT_BYTES),
    id(asks.RETURN): "A",
}
"""id(reader) → a value that it takes."""
KNOWN: dict[str, Any] = {"sort": "payroll"}
"""Field of a fact → a value that its receipt can say."""
LISTS: dict[str, list[Any]] = {"holds": PART, "freed": ASIDE}
"""Field of a fact that is a list → a value that its receipt can say."""


def paper(amount: int, *, number: int = 1, sort: str = "payroll", dated: str = DAY, **more: Any) -> dict[str, Any]:
    """The fields of a check as a screen fills them; each ``number`` is another check."""
    line = Line(ROUTING, "7700421", str(number))
    made = fingerprint(line.routing, line.account, line.serial, amount)
    details = number.to_bytes(32, "big")
    return {
        "sort": sort, "amount": amount, "check_date": dated, "routing": ROUTING, "fingerprint": made,
        "details": details, "till": "T1", **more,
    }  # fmt: skip


def cashing(house: House, amount: int, **more: Any) -> dict[str, Any]:
    """The fields of a payroll check turned into cash at the fee of the edition for tests, passport shown."""
    given = paper(amount, **{"customer": house.customer, "identification": "passport", **more})
    fees = {"treasury": amount // 200, "personal": amount // 50}
    ours = fees.get(given["sort"], 0 if amount < 5_000 else max(100, amount // 100))
    return {"fee": ours, **given}


def cashed(house: House, amount: int = 40_000, **more: Any) -> str:
    """A check turned into cash; its case."""
    return str(house.do("check-cash", **cashing(house, amount, **more)).result()["case"])


def deposited(house: House, amount: int = 40_000, **more: Any) -> str:
    """A check deposited into the first account; its case."""
    given = paper(amount, **{"account": house.account, **more})
    return str(house.do("check-deposit", **given).result()["case"])


def came_back(house: House, amount: int = 40_000, **more: Any) -> str:
    """A check turned into cash that came back unpaid; its case."""
    case = cashed(house, amount, **more)
    house.do("check-return", by=SUPERVISOR, case=case, reason="A")
    return case


def sound(desk: Desk, number: int) -> None:
    """A check that came back and one that is held, for tests that look at every table. ``number``: the first free
    request number."""
    ben, customer = [o.clerk("102")], desk.state.customer.all()[0].customer
    cash = {**paper(4_000, number=1), "currency": "USD", "customer": customer, "fee": 0}
    case = o.done(desk, o.ask(desk, number, "check-cash", by=ben, **cash)).result()["case"]
    o.done(desk, o.ask(desk, number + 1, "check-return", by=[o.clerk("101")], case=case, reason="A"))
    held = {**paper(5_000, number=2), "currency": "USD", "account": o.account_of(desk)}
    o.done(desk, o.ask(desk, number + 2, "check-deposit", by=ben, **held))


@done("check-cash", "CheckCashed")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-cash", **cashing(house, 40_000, count=pieces(39_600)))


@done("check-deposit", "CheckDeposited")
def _() -> tuple[House, Request]:
    house = counter()
    given = paper(40_000, sort="treasury", account=house.account, presented_by=house.customer)
    return house, house.request("check-deposit", **given)


@done("check-settle", "CheckSettled")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-settle", by=SUPERVISOR, case=deposited(house))


@done("check-return", "CheckReturned")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-return", by=SUPERVISOR, case=cashed(house), reason="A")


@done("check-recover", "CheckRecovered")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-recover", case=came_back(house), till="T1", amount=39_600)


@done("check-write-off", "CheckWrittenOff")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request(
        "check-write-off", by=SUPERVISOR, approve=[CLERK], case=came_back(house), reason="she has died"
    )


@done("check-agree", "CheckAgreed")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-agree", case=came_back(house), until="2026-04-01")


@done("check-give-back", "CheckGivenBack")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-give-back", case=deposited(house), reason="not her account")


@reached("check.sort")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-cash", **cashing(house, 40_000, sort="traveler"))


@reached("check.future")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-cash", **cashing(house, 40_000, dated="2026-03-03"))


@reached("check.stale")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-cash", **cashing(house, 40_000, dated="2025-09-01"))


@reached("check.twice")
def _() -> tuple[House, Request]:
    house = counter()
    cashed(house, 20_000)
    return house, house.request("check-deposit", **paper(20_000, account=house.account))


@reached("check.returned")
def _() -> tuple[House, Request]:
    house = counter()
    came_back(house, 20_000)
    return house, house.request("check-cash", **cashing(house, 20_000))


@reached("check.owed")
def _() -> tuple[House, Request]:
    house = counter()
    came_back(house, 20_000)
    return house, house.request("check-cash", **cashing(house, 20_000, number=2))


@reached("check.fee")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-cash", **cashing(house, 40_000, fee=401))


@reached("check.limit")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-cash", **cashing(house, 60_001))


@reached("check.day")
def _() -> tuple[House, Request]:
    house = counter()
    cashed(house, 50_000)
    return house, house.request("check-cash", approve=[SUPERVISOR], **cashing(house, 40_001, number=2))


@reached("check.many")
def _() -> tuple[House, Request]:
    house = counter()
    for number in (1, 2, 3):
        cashed(house, 5_000, number=number)
    return house, house.request("check-cash", **cashing(house, 5_000, number=4))


@reached("check.papers")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-cash", **cashing(house, 30_001, identification="library-card"))


@reached("check.cash")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-deposit", **paper(40_000, account=house.account, cash=1))


@reached("check.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-settle", by=SUPERVISOR, case="K9-9")


@reached("check.state")
def _() -> tuple[House, Request]:
    house = counter()
    case = cashed(house)
    house.do("check-settle", by=SUPERVISOR, case=case)
    return house, house.request("check-settle", by=SUPERVISOR, case=case)


@reached("check.nothing_due")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-recover", case=cashed(house), till="T1", amount=100)


@reached("check.too_much")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-recover", case=came_back(house), till="T1", amount=39_601)


@reached("check.until")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-agree", case=came_back(house), until="2026-05-02")


@reached("check.cashed")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("check-give-back", case=cashed(house), reason="a mistake")
