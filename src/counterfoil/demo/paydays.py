"""Two stories of the demo day: checks, of which one comes back, and bills, of which one does.

They keep the day's plain sums like its other stories: what the customer's account, the till and the vault hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from counterfoil.demo.day import _Day as Day

_RUTH, _BEN, _THA = "101", "102", "103"
_MILL, _FRIEND, _TREASURY, _STORE = (
    "⑈004417⑈ ⑆021000021⑆ 77004210⑈",
    "⑆021000021⑆ 123456789⑈ 0101",
    "⑈00901122⑈ ⑆000000518⑆ 4410⑈",
    "⑈000812⑈ ⑆021000021⑆ 5550001⑈",
)
_POWER, _PHONE = "411-111-1110", "0210000210"


def _check(day: Day, line: str, payee: str, maker: str, *, on: str = "2026-02-27", **more: Any) -> dict[str, Any]:
    """The fields of a check on the counter, its details salted from the seed."""
    details = {"micr": line, "payee": payee, "maker": maker}
    return {"till": "T1", "check_date": on, "details": details, "salt": day.chance.id(), **more}


def checks(day: Day) -> None:
    """Pay into cash, a Treasury check into the account, and a friend's check that comes back."""
    account = next(one for one in day.free() if one.person.tier == "full")
    day.resting.add(account.made)
    who, name = f"@{account.customer}", account.person.name
    day.money("cash-from-vault", _BEN, 150_000, approve=_RUTH, till="T1")
    day.till["T1"], day.vault = day.till["T1"] + 150_000, day.vault - 150_000
    pay = _check(day, _MILL, name, "Elk Fork Mill", customer=who, sort="payroll", fee=512)
    day.money("check-cash", _BEN, 51_240, **pay)
    day.money("check-cash", _THA, 51_240, **{**pay, "till": "T2"}, expect="check.twice")
    treasury = _check(day, _TREASURY, name, "US Treasury", account=account.at, sort="treasury")
    benefit = day.money("check-deposit", _BEN, 60_000, **treasury)
    day.balance[account.made] += 60_000
    day.ask("check-settle", _RUTH, case=f"@{benefit}")
    lent = _check(day, _FRIEND, name, "Bo Lind", customer=who, sort="personal", fee=80)
    friend = day.money("check-cash", _BEN, 8_000, **lent)
    day.till["T1"] -= 51_240 - 512 + 8_000 - 80
    day.ask("check-return", _RUTH, case=f"@{friend}", reason="A")
    more = _check(day, _STORE, name, "Prairie Store", customer=who, sort="payroll", fee=90)
    day.money("check-cash", _BEN, 9_000, **more, expect="check.owed")
    day.ask("check-agree", _BEN, case=f"@{friend}", until="2026-04-01")
    day.money("check-recover", _BEN, 5_000, case=f"@{friend}", till="T1")
    day.till["T1"] += 5_000
    day.ask("check-write-off", _RUTH, approve=_BEN, case=f"@{friend}", reason="the house bears the rest")
    store = _check(day, _STORE, name, "Prairie Store", account=account.at, sort="payroll")
    kept = day.money("check-deposit", _BEN, 9_000, **store)
    day.ask("check-give-back", _BEN, case=f"@{kept}", reason="she wanted it in cash")


def bills(day: Day) -> None:
    """A misread number, a bill called back, one that arrives the same day, and comes back from there."""
    power = {"biller": "elk-fork-power", "till": "T1", "fee": 100}
    day.money("bill-pay", _BEN, 8_740, **power, reference="411-111-7110", expect="bill.reference")
    called = day.money("bill-pay", _BEN, 8_740, **power, reference=_POWER)
    day.ask("bill-stop", _RUTH, case=f"@{called}", reason="it may have been paid already", until="2026-03-20")
    day.ask("bill-cancel", _BEN, case=f"@{called}", till="T1")
    phone = day.money("bill-pay", _BEN, 4_500, biller="prairie-phone", till="T1", fee=100, reference=_PHONE)
    day.ask("bill-confirm", _RUTH, case=f"@{phone}")
    day.ask("bill-return", _RUTH, case=f"@{phone}", reason="this number has no contract any more")
    day.ask("bill-refund", _BEN, case=f"@{phone}", till="T1")
    day.money("bill-unmatched", _RUTH, 700, tag="phone-2026-02")
    day.money("bill-pay", _BEN, 6_310, **power, reference=_POWER)
    day.till["T1"] += 6_410
