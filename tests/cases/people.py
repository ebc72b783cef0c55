"""Cases of people around an account for the tests over everything (``cases.registry``)."""

from __future__ import annotations

from typing import Any

from cases.registry import done, reached
from counterfoil.facts import people as f
from counterfoil.facts.record import Fact
from counterfoil.office.people import asks
from counterfoil.operations.desk import Desk, Request
from counterfoil.testing import offices as o
from counterfoil.testing.builders import CLERK, DAY, SUPERVISOR, House, counter

A, B, WHO, OTHER_WHO = "4000000002", "4000000010", "7000000005", "7000000013"
DIGEST = bytes(range(32))

GOLDEN: dict[tuple[str, int, int], tuple[str, str]] = {
    ("OwnerAdded", 185, 1): (
        "8318b901a3016974657874203120c3b1026974657874203220c3b103f5",
        "8318b901a3016974657874203120c3b1026974657874203220c3b103f5",
    ),
    ("OwnerRemoved", 186, 1): (
        "8318ba01a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
        "8318ba01a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
    ),
    ("MandateGiven", 187, 1): (
        "8318bb01a7016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b105"
        "6974657874203520c3b1066974657874203620c3b1076974657874203720c3b1",
        "8318bb01a6016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1046974657874203420c3b105"
        "6974657874203520c3b1066974657874203620c3b1",
    ),
    ("MandateEnded", 188, 1): (
        "8318bc01a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
        "8318bc01a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
    ),
    ("DeathNoted", 189, 1): (
        "8318bd01a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
        "8318bd01a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
    ),
    ("DeathTakenBack", 190, 1): (
        "8318be01a2016974657874203120c3b1026974657874203220c3b1",
        "8318be01a2016974657874203120c3b1026974657874203220c3b1",
    ),
    ("RepresentativeNamed", 191, 1): (
        "8318bf01a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
        "8318bf01a3016974657874203120c3b1026974657874203220c3b1036974657874203320c3b1",
    ),
    ("EstatePaid", 192, 1): (
        "8318c001aa016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1076974657874203720c3b1086974657874203820c3b1096974657874203920c3b10aa164"
        "313030300a",
        "8318c001a6016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1",
    ),
    ("MinorMarked", 193, 1): (
        "8318c101a5016974657874203120c3b102f40343030303046974657874203420c3b1051903ed",
        "8318c101a3016974657874203120c3b102f40343030303",
    ),
    ("BenefitCredited", 195, 1): (
        "8318c301a5016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b1056974657874203520c3b1",
        "8318c301a5016974657874203120c3b1021903ea036974657874203320c3b1046974657874203420c3b1056974657874203520c3b1",
    ),
    ("LevyReviewed", 196, 1): (
        "8318c401a9016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1076974657874203720c3b1081903f0091903f1",
        "8318c401a9016974657874203120c3b1026974657874203220c3b1031903eb046974657874203420c3b10569746578742035"
        "20c3b1066974657874203620c3b1076974657874203720c3b1081903f0091903f1",
    ),
    ("LevyPaid", 197, 1): (
        "8318c501a4016974657874203120c3b1026974657874203220c3b1031903eb0443040404",
        "8318c501a4016974657874203120c3b1026974657874203220c3b1031903eb0443040404",
    ),
    ("LevyReleased", 198, 1): (
        "8318c601a5016974657874203120c3b1026974657874203220c3b1031903eb0443040404056974657874203520c3b1",
        "8318c601a5016974657874203120c3b1026974657874203220c3b1031903eb0443040404056974657874203520c3b1",
    ),
}
"""Fact → canonical bytes with every field, and with only those that are never absent."""
LEGS: list[tuple[Fact, list[tuple[str, str, int]]]] = [
    (
        f.EstatePaid(A, 300, DAY, "T1", OTHER_WHO, WHO, "out"),
        [(f"customer:{A}:0417", "till:T1", 300)],
    ),
    (
        f.EstatePaid(A, 300, DAY, "T1", OTHER_WHO, WHO, to_account=B),
        [(f"customer:{A}:0417", f"customer:{B}:0417", 300)],
    ),
    (f.BenefitCredited(A, 90_000, DAY, "ssa", "1"), [("house:benefits-due", f"customer:{A}:0417", 90_000)]),
    (
        f.LevyReviewed("L1-1", A, 500, "County court 12", DAY, "2026-01-01", "2026-03-01", 100, 400),
        [(f"customer:{A}:0417", "held:L1-1", 400)],
    ),
    (f.LevyReviewed("L1-1", A, 500, "County court 12", DAY, "2026-01-01", "2026-03-01", 100, 0), []),
    (
        f.LevyPaid("L1-1", A, 400, b"p" * 16),
        [(f"customer:{A}:0417", "held:L1-1", 400), ("held:L1-1", "house:levies-due", 400)],
    ),
    (f.LevyReleased("L1-1", A, 400, b"p" * 16, "paid"), [(f"customer:{A}:0417", "held:L1-1", 400)]),
]
"""Fact → its legs: debit, credit, amount."""
NOTHING: set[str] = {
    "OwnerAdded", "OwnerRemoved", "MandateGiven", "MandateEnded", "DeathNoted", "DeathTakenBack",
    "RepresentativeNamed", "MinorMarked",
}  # fmt: skip
"""Facts that book nothing."""
RIGHT: dict[int, Any] = {id(asks.ROLE): "payee", id(asks.SCOPE): "draw"}
"""id(reader) → a value that it takes."""
KNOWN: dict[str, Any] = {"scope": "draw"}
"""Field of a fact → a value that its receipt can say."""
LISTS: dict[str, list[Any]] = {}
"""Field of a fact that is a list → a value that its receipt can say."""

TWO: dict[str, Any] = {"by": CLERK, "approve": [SUPERVISOR]}
"""Two sign, one a supervisor."""
PAPERS = "probate 12/2026"


def house_with(amount: int = 50_000) -> House:
    """A counter with ``amount`` on the first account, and a second customer (``names["other"]``)."""
    house = counter()
    house.names["other"] = house.new_customer("full", identification="passport")
    if amount:
        house.do("deposit", **(TWO if amount > 50_000 else {}), till="T1", account=house.account, amount=amount)
    return house


def joint(*, survivorship: bool = True, amount: int = 50_000) -> House:
    """The first account owned by both customers."""
    house = house_with(amount)
    house.do("owner-add", account=house.account, customer=house.names["other"], survivorship=survivorship)
    return house


def dead(house: House | None = None) -> House:
    """The first customer is noted as dead."""
    house = house or house_with()
    house.do("death-note", **TWO, customer=house.customer, died="2026-02-20", papers="certificate 77")
    return house


def estate() -> House:
    """The second customer is named for the estate of the first."""
    house = dead()
    house.do("estate-name", **TWO, customer=house.customer, representative=house.names["other"], papers=PAPERS)
    return house


def mandated(role: str = "attorney", scope: str = "draw", **more: Any) -> House:
    """The second customer may act on the first account; its number in ``names["case"]``."""
    house = house_with()
    given = {"account": house.account, "customer": house.names["other"], "role": role, "scope": scope, **more}
    house.names["case"] = str(house.do("mandate-give", **TWO, papers="letter 5", **given).result()["case"])
    return house


def child() -> House:
    """The first customer is under age."""
    house = house_with()
    house.do("minor-mark", customer=house.customer, details=DIGEST, minor=True)
    return house


def levied(amount: int = 20_000) -> House:
    """A levy holds money of the first account; its number in ``names["case"]``."""
    house = house_with()
    told = house.do("levy", **TWO, account=house.account, amount=amount, authority="County court 12").result()
    house.names["case"] = str(told["case"])
    return house


def sound(desk: Desk, number: int) -> None:
    """A second owner, one who acts for them, a child, a benefit, a levy and a death, for tests that look at every
    table."""
    ana, ben = o.clerk("101"), o.clerk("102")
    account = o.account_of(desk)

    def person(at: int) -> str:
        opened = o.ask(desk, number + at, "customer-open", by=[ben], tier="known", details=bytes([at + 1]) * 32)
        return str(o.done(desk, opened).result()["customer"])

    two, late = person(0), person(1)
    asked: list[tuple[str, dict[str, Any]]] = [
        ("owner-add", {"account": account, "customer": two, "survivorship": True}),
        ("mandate-give", {"account": account, "customer": late, "role": "attorney", "scope": "draw", "papers": "a"}),
        ("minor-mark", {"customer": two, "details": bytes([9]) * 32, "minor": True}),
        ("benefit-credit", {"account": account, "amount": 900, "currency": "USD", "agency": "ssa", "reference": "m"}),
        ("levy", {"account": account, "amount": 100, "currency": "USD", "authority": "County court 12/9"}),
        ("death-note", {"customer": late, "died": o.DAY, "papers": "county certificate 77"}),
    ]
    for place, (kind, fields) in enumerate(asked, start=2):
        o.done(desk, o.ask(desk, number + place, kind, by=[ana, ben], **fields))


@done("owner-add", "OwnerAdded")
def _() -> tuple[House, Request]:
    house = house_with()
    return house, house.request("owner-add", account=house.account, customer=house.names["other"], survivorship=True)


@done("owner-remove", "OwnerRemoved")
def _() -> tuple[House, Request]:
    house = joint()
    return house, house.request(
        "owner-remove", **TWO, account=house.account, customer=house.names["other"], reason="divorced"
    )


@done("mandate-give", "MandateGiven")
def _() -> tuple[House, Request]:
    house = house_with()
    return house, house.request(
        "mandate-give", **TWO, account=house.account, customer=house.names["other"], role="attorney", scope="draw",
        papers="letter 5", ends="2026-12-31",
    )  # fmt: skip


@done("mandate-end", "MandateEnded")
def _() -> tuple[House, Request]:
    house = mandated()
    return house, house.request("mandate-end", case=house.names["case"], reason="called back")


@done("death-note", "DeathNoted")
def _() -> tuple[House, Request]:
    house = house_with()
    return house, house.request("death-note", **TWO, customer=house.customer, died=DAY, papers="certificate 77")


@done("death-take-back", "DeathTakenBack")
def _() -> tuple[House, Request]:
    house = dead()
    return house, house.request("death-take-back", **TWO, customer=house.customer, reason="another of that name")


@done("estate-name", "RepresentativeNamed")
def _() -> tuple[House, Request]:
    house = dead()
    return house, house.request(
        "estate-name", **TWO, customer=house.customer, representative=house.names["other"], papers=PAPERS
    )


@done("estate-pay", "EstatePaid")
def _() -> tuple[House, Request]:
    house = estate()
    return house, house.request(
        "estate-pay", **TWO, account=house.account, amount=50_000, presented_by=house.names["other"], till="T1",
        identification="passport",
    )  # fmt: skip


@reached("minor.majority")
def _() -> tuple[House, Request]:
    house = house_with()
    child: dict[str, Any] = {"customer": house.customer, "details": DIGEST, "minor": True}
    return house, house.request("minor-mark", **child, state="al")


@done("minor-mark", "MinorMarked")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("minor-mark", customer=house.customer, details=DIGEST, minor=True)


@done("benefit-credit", "BenefitCredited")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request(
        "benefit-credit", **TWO, account=house.account, amount=90_000, agency="ssa", reference="2026-03"
    )


@done("levy", "LevyReviewed")
def _() -> tuple[House, Request]:
    house = house_with()
    return house, house.request("levy", **TWO, account=house.account, amount=20_000, authority="County court 12")


@done("levy-pay", "LevyPaid")
def _() -> tuple[House, Request]:
    house = levied()
    return house, house.request("levy-pay", **TWO, case=house.names["case"])


@done("levy-release", "LevyReleased")
def _() -> tuple[House, Request]:
    house = levied()
    return house, house.request("levy-release", **TWO, case=house.names["case"], reason="order lifted")


def drawing(house: House, amount: int = 1_000, **more: Any) -> Request:
    """A withdrawal of the first account."""
    return house.request("withdrawal", till="T1", account=house.account, amount=amount, **more)


@reached("account.presenter")
def _() -> tuple[House, Request]:
    house = child()
    return house, drawing(house)


@reached("account.not_hers")
def _() -> tuple[House, Request]:
    house = house_with()
    return house, drawing(house, presented_by=house.names["other"])


@reached("account.estate")
def _() -> tuple[House, Request]:
    house = dead()
    return house, drawing(house)


@reached("minor.limit")
def _() -> tuple[House, Request]:
    house = child()
    return house, drawing(house, 2_001, presented_by=house.customer)


@reached("minor.same")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("minor-mark", customer=house.customer, details=DIGEST, minor=False)


@reached("owner.already")
def _() -> tuple[House, Request]:
    house = joint()
    return house, house.request("owner-add", account=house.account, customer=house.names["other"])


@reached("owner.unknown")
def _() -> tuple[House, Request]:
    house = house_with()
    return house, house.request(
        "owner-remove", **TWO, account=house.account, customer=house.customer, reason="she asks"
    )


@reached("mandate.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("mandate-end", case="M9-9", reason="called back")


@reached("mandate.past")
def _() -> tuple[House, Request]:
    house = house_with()
    return house, house.request(
        "mandate-give", **TWO, account=house.account, customer=house.names["other"], role="payee", scope="draw",
        papers="letter 5", ends="2026-03-01",
    )  # fmt: skip


@reached("death.noted")
def _() -> tuple[House, Request]:
    house = dead()
    return house, house.request("death-note", **TWO, customer=house.customer, died=DAY, papers="certificate 77")


@reached("death.none")
def _() -> tuple[House, Request]:
    house = house_with()
    return house, house.request("death-take-back", **TWO, customer=house.customer, reason="a mistake")


@reached("death.date")
def _() -> tuple[House, Request]:
    house = house_with()
    return house, house.request(
        "death-note", **TWO, customer=house.customer, died="2026-03-03", papers="certificate 77"
    )


@reached("estate.none")
def _() -> tuple[House, Request]:
    house = house_with()
    return house, house.request(
        "estate-pay", **TWO, account=house.account, amount=1, presented_by=house.names["other"], till="T1"
    )


@reached("estate.representative")
def _() -> tuple[House, Request]:
    house = dead()
    return house, house.request(
        "estate-pay", **TWO, account=house.account, amount=1, presented_by=house.names["other"], till="T1"
    )


@reached("benefit.agency")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request(
        "benefit-credit", **TWO, account=house.account, amount=1, agency="irs", reference="2026-03"
    )


@reached("levy.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("levy-pay", **TWO, case="L9-9")
