"""Further stories of the demo day: a small loan, money orders, cash sent, mail, and people around an account.

They keep the day's plain sums like its other stories: what the customer's account, the till and the shelf hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from counterfoil.demo.day import _Account as Account
    from counterfoil.demo.day import _Day as Day

_RUTH, _BEN, _THA = "101", "102", "103"
_FORMS = [f"{number}{sum(map(int, str(number))) % 9}" for number in range(4_170_000_001, 4_170_000_061)]
"""Serials of a block of blank money orders: ten digits, and their sum mod 9."""
_AT_T1 = 20


def _rests(day: Day, tier: str) -> Account:
    """An account of someone of that tier; from then on only the story moves it."""
    found = next(one for one in day.free() if one.person.tier == tier)
    day.resting.add(found.made)
    return found


def loan(day: Day) -> None:
    """$375 for twelve payments: no while rent eats the pay, yes once the lease is shown, $20 paid back early, and the
    rest to be taken from the account on the due dates."""
    borrower = _rests(day, "full")
    who = f"@{borrower.customer}"
    wish = {"customer": who, "every": "biweekly", "number_of_payments": 12}
    flow = {"income": "1450.00", "rent": "1100.00", "dues": "300.00", "shown": "two pay slips"}
    day.money("loan-apply", _BEN, 37_500, **wish, details=flow, salt=day.chance.id())
    lease = {**flow, "rent": "700.00", "shown": "two pay slips and the lease"}
    asked = day.money("loan-apply", _BEN, 37_500, **wish, details=lease, salt=day.chance.id())
    shown = {"first_due": "2026-03-16", "apr": "27.94", "payment": 3_347, "total": 40_171}
    agreed = {**wish, "till": "T1", "case": f"@{asked}"}
    day.money("loan-open", _BEN, 37_500, **agreed, **{**shown, "payment": 3_348}, expect="loan.terms")
    lent = day.money("loan-open", _BEN, 37_500, **agreed, **shown)
    day.money("loan-pay", _BEN, 2_000, till="T1", loan=f"@{lent}")
    day.ask("loan-dues", _BEN, loan=f"@{lent}", account=borrower.at, presented_by=who)
    day.till["T1"] += 2_000 - 37_500


def money_orders(day: Day) -> None:
    """The rent and the light bill; one is cashed at the other window, one comes back, one is torn by the printer."""
    day.ask("order-stock-in", _RUTH, approve=_BEN, first=_FORMS[0], quantity=len(_FORMS))
    day.ask("order-stock-to-till", _BEN, approve=_RUTH, till="T1", first=_FORMS[0], quantity=_AT_T1 + 5)
    day.ask("order-stock-from-till", _BEN, approve=_RUTH, till="T1", first=_FORMS[_AT_T1], quantity=5)
    who = f"@{_rests(day, 'full').customer}"
    sold = {"till": "T1", "presented_by": who}
    day.money("order-sale", _BEN, 62_500, serial=_FORMS[0], fee=360, **sold)
    day.money("order-sale", _BEN, 8_140, serial=_FORMS[1], fee=255, **sold)
    day.money("order-sale", _BEN, 8_140, serial=_FORMS[1], fee=255, **sold, expect="order.not_here")
    day.money("order-sale", _BEN, 2_000, serial=_FORMS[2], fee=255, **sold)
    day.money("order-sale", _BEN, 5_000, serial=_FORMS[3], fee=255, **sold)
    day.till["T1"] += 62_860 + 8_395 + 2_255 + 5_255
    shown = {"identification": "passport", "presented_by": who}
    day.ask("order-trace", _BEN, serial=_FORMS[0])
    day.ask("order-stop", _BEN, serial=_FORMS[0], reason="she thought it was lost")
    day.ask("order-stop-lift", _BEN, approve=_RUTH, serial=_FORMS[0], reason="it was in her other coat")
    day.money("order-cash", _THA, 62_500, till="T2", serial=_FORMS[0], **shown)
    day.till["T2"] -= 62_500
    day.money("order-refund", _BEN, 8_140, till="T1", serial=_FORMS[1], fee=255, reason="the wrong amount", **shown)
    day.till["T1"] -= 8_395
    damaged = {"till": "T1", "serial": _FORMS[2], "new_serial": _FORMS[4], "fee": 0, "in_hand": True}
    day.money("order-replace", _BEN, 2_000, approve=_RUTH, **damaged, **shown)
    day.money("order-clear", _RUTH, 5_000, approve=_BEN, serial=_FORMS[3], through="First Bank of Cut Bank")
    day.ask("order-void", _BEN, serial=_FORMS[5], in_hand=True, reason="torn by the printer")


def count_orders(day: Day) -> None:
    """Before a drawer closes its blank forms are counted, as ranges of serials."""
    day.ask("order-count", _BEN, till="T1", forms=[{"first": _FORMS[6], "quantity": _AT_T1 - 6}])


def cash_sent(day: Day) -> None:
    """Sent to a daughter, with a wrong code tried for it; sent to a son, and called back at once, whole."""
    who = f"@{_rests(day, 'full').customer}"
    for name, called_back in (("Lucía Ñandú", False), ("Anselmo Ñandú", True)):
        sent = day.money(
            "cash-send", _BEN, 12_000, till="T1", fee=300, office="0417", presented_by=who, details={"name": name},
            salt=day.chance.id(),
        )  # fmt: skip
        back = {"case": f"@{sent}", "till": "T1"}
        if called_back:
            day.money("cash-send-cancel", _BEN, 12_000, fee=300, identification="passport", presented_by=who, **back)
        else:
            day.ask("claim-check", _BEN, claim_code="0000-0000-0000", **back)
            day.till["T1"] += 12_300


def mail(day: Day) -> None:
    """A certified letter with its return receipt; stamps that coffee ran over, on the shelf and in a hand."""
    day.money("mail-sale", _BEN, 970, till="T1", items={"certified": 1, "return-receipt": 1})
    day.till["T1"] += 970
    day.ask("stock-spoiled", _RUTH, approve=_BEN, item="postcard", quantity=5, reason="coffee")
    day.stock["reserve", "postcard"] -= 5
    day.money("stamp-refund", _BEN, 156, till="T1", item="forever", quantity=2, reason="stuck together")
    day.till["T1"] -= 156


def people(day: Day) -> None:
    """A couple, a helper, a grandchild, a levy that was lifted, a death noted in error, and an estate."""
    first, other, late = _rests(day, "full"), _rests(day, "full"), _rests(day, "weak-paper")
    her, him = {"account": first.at}, f"@{other.customer}"
    day.ask("direct-deposit", _BEN, **her, expect="deposit.no_routing")
    day.money("benefit-credit", _RUTH, 40_000, approve=_BEN, agency="ssa", reference="2026-03", **her)
    day.balance[first.made] += 40_000
    day.ask("owner-add", _BEN, approve=_RUTH, customer=him, survivorship=True, **her)
    day.ask("owner-remove", _BEN, approve=_RUTH, customer=him, reason="they parted", **her)
    power = {"customer": him, "role": "attorney", "scope": "draw", "papers": "power of attorney of 2026-02-01"}
    given = day.ask("mandate-give", _BEN, approve=_RUTH, **power, **her)
    day.ask("mandate-end", _BEN, case=f"@{given}", reason="she asks to")
    born = {"born": "2014-06-01", "shown": "birth certificate 4410"}
    day.ask("minor-mark", _BEN, approve=_RUTH, customer=him, details=born, salt=day.chance.id())
    levied = day.money("levy", _RUTH, 10_000, approve=_BEN, authority="County Court 12-77", **her)
    day.ask("levy-release", _RUTH, approve=_BEN, case=f"@{levied}", reason="paid otherwise")
    day.ask("death-note", _RUTH, approve=_BEN, customer=him, died="2026-02-20", papers="a letter")
    day.ask("death-take-back", _RUTH, approve=_BEN, customer=him, reason="it was his father")
    gone, heir = f"@{late.customer}", f"@{first.customer}"
    day.deposit(late, "T1", 5_000)
    day.ask("death-note", _RUTH, approve=_BEN, customer=gone, died="2026-02-27", papers="county certificate 77")
    day.ask("estate-name", _RUTH, approve=_BEN, customer=gone, representative=heir, papers="probate 12/2026")
    left = day.balance[late.made]
    day.money("estate-pay", _BEN, left, approve=_RUTH, till="T1", account=late.at, presented_by=heir)
    day.till["T1"] -= left
    day.balance[late.made] = 0
