"""When deposited money must be available: Regulation CC, 12 CFR 229.10, 229.12, 229.13 and 229.19.

Always true:

1. The amounts of the answer add up to the deposit, each once (``test_every_dollar_is_available_once``).
2. Each day is the *latest* the rule allows. A house may be faster; it may not be slower.
3. Days are business days counted from the banking day of deposit; a deposit after the cut-off, or on a day that is not
   a banking day, is made on the next one. No cut-off before 14:00 (12:00 at a machine) counts
   (``test_no_cut_off_before_the_lawful_hour``).

Worked examples. A local check of 2,000 on a Monday: 275 on Tuesday, 550 more by 17:00 on Wednesday (the withdrawal in
cash of 229.12(d)), the rest on Thursday. Cash of 2,000 and a local check of 9,000 (229.13(b), comment 2): 2,275 on
Tuesday, 6,450 on Wednesday, and the 2,275 above the large-deposit line five business days later. With that exception
the cash-withdrawal ladder is not used, as the comment does not use it.

Where the text leaves a choice, docs/decisions/0013-funds-availability.md says what was chosen and why. Money: cents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from counterfoil.kernel.outcomes import Malformed, short
from counterfoil.products.calendar import FED, Calendar, add_banking_days, banking_day_from

NEW_ACCOUNT_DAYS = 30
NINTH_DAY = 9
ITEMS_MAX = 1_000

_NEXT, _SECOND, _FIFTH = 1, 2, 5


class Thresholds(NamedTuple):
    """The dollar lines in cents: least next-day amount, cash withdrawal, new account, large deposit."""

    next_day: int
    cash: int
    new_account: int
    large: int


_DATED: tuple[tuple[date, Thresholds], ...] = (
    (date(2025, 7, 1), Thresholds(275_00, 550_00, 6_725_00, 6_725_00)),
    (date(2020, 7, 1), Thresholds(225_00, 450_00, 5_525_00, 5_525_00)),
    (date(2011, 7, 21), Thresholds(200_00, 400_00, 5_000_00, 5_000_00)),
    (date(1990, 9, 1), Thresholds(100_00, 400_00, 5_000_00, 5_000_00)),
)
"""From when which lines are in force (the CPI adjustments of 12 CFR 229.11); the next is due on 2030-07-01."""


def thresholds_on(day: date) -> Thresholds:
    """The lines in force on a banking day of deposit. ``Malformed`` before the schedules of 1990."""
    for since, lines in _DATED:
        if day >= since:
            return lines
    raise Malformed("the schedules of Regulation CC are kept from 1990-09-01", field="deposit_date")


class Item(NamedTuple):
    """One part of a deposit: kind, cents above zero, and the conditions of next-day availability."""

    kind: str
    cents: int
    to_payee: bool = True
    special_slip: bool = True
    same_state: bool = True


class Available(NamedTuple):
    """So many cents that must be available on a day."""

    on: date
    cents: int


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit as the rule sees it. ``minute``: minutes since midnight, local; None: before any cut-off."""

    on: date
    where: str
    items: tuple[Item, ...]
    minute: int | None = None
    cutoff: int | None = None
    banking_day: date | None = None
    account_age_days: int | None = None
    exception: str = ""
    emergency_ended: date | None = None
    lines: Thresholds | None = None
    cash_ladder: bool = True
    calendar: Calendar = FED
    """Of the house: its banking days. Business days, in which holds are counted, leave out none of its own."""


IN_PERSON = ("teller",)
MACHINES = ("atm", "contractual_branch", "off_premises", "remote", "nonproprietary_atm")
PLACES = (*IN_PERSON, *MACHINES, "night_depository", "mail")

_GROUPS: Mapping[str, tuple[str, ...]] = {
    "cash": ("cash",),
    "electronic": ("electronic_payment", "electronic", "ach_credit", "direct_deposit", "wire", "wire_transfer"),
    "treasury": ("us_treasury_check", "treasury_check"),
    "postal": ("usps_money_order", "postal_money_order"),
    "reserve": ("federal_reserve_check", "federal_reserve_bank_check", "fhlb_check"),
    "government": (
        "state_government_check", "local_government_check", "state_local_government_check",
        "state_or_local_government_check", "state_check",
    ),
    "bank": ("cashiers_check", "cashier_check", "certified_check", "tellers_check", "teller_check"),
    "travelers": ("travelers_check",),
    "on_us": ("on_us_check", "on_us"),
    "redeposited": ("redeposited_check",),
    "other": ("local_check", "check", "personal_check", "payroll_check", "business_check", "money_order"),
}  # fmt: skip
KINDS: Mapping[str, str] = {kind: group for group, kinds in _GROUPS.items() for kind in kinds}
"""The kinds of items, as spelled in a deposit, and what each is to the rule."""

ORDINARY_EXCEPTIONS = ("redeposited", "repeated_overdraft", "reasonable_cause", "emergency")
EXCEPTIONS = ("", "none", "large_deposit", "new_account", *ORDINARY_EXCEPTIONS)
_EXTENSION = {"local": 5, "on_us": 1, "machine": 6}
"""229.13(h)(4): business days that a reasonable extension may add."""


class _Due(NamedTuple):
    """An item on its schedule: business days after the banking day of deposit, and its class.

    ``cash`` (electronic payments too), ``special`` (229.10(c)(1)(i) to (v)), ``on_us``, ``machine``, ``local``: others.
    """

    item: Item
    days: int
    group: str


def availability(deposit: Deposit) -> tuple[Available, ...]:
    """Day by day, in order, what must be available. ``Malformed`` where the rule sets no day or input is unclear."""
    _sensible(deposit)
    banking_day = banking_day_of(deposit)
    lines = deposit.lines or thresholds_on(banking_day)
    dues = [_due(item, deposit.where) for item in deposit.items]
    if _is_new(deposit):
        held: list[_Due] = []
        shares = _new_account(dues, lines)
    else:
        held = _held(dues, deposit.exception)
        shares = _kept([due for due in dues if due not in held], lines, ladder=deposit.cash_ladder)
    sums: dict[date, int] = {}
    for days, cents in shares:
        on = add_banking_days(banking_day, days, deposit.calendar.of_the_law())
        sums[on] = sums.get(on, 0) + cents
    for due in held:
        on = _held_until(due, banking_day, deposit)
        sums[on] = sums.get(on, 0) + due.item.cents
    return tuple(Available(on, sums[on]) for on in sorted(sums) if sums[on])


def banking_day_of(deposit: Deposit) -> date:
    """The banking day of deposit (229.19(a)): the day of receipt, or the next banking day after the cut-off.

    A stated day is used where it is one and not before the receipt: a night box or a far machine counts when emptied.
    """
    if deposit.banking_day is not None:
        if (
            deposit.banking_day < deposit.on
            or banking_day_from(deposit.banking_day, deposit.calendar) != deposit.banking_day
        ):
            raise Malformed("the banking day of deposit is a banking day, not before the receipt", field="banking_day")
        return deposit.banking_day
    earliest = 12 * 60 if deposit.where in MACHINES else 14 * 60
    cutoff = max(deposit.cutoff, earliest) if deposit.cutoff is not None else None
    late = deposit.minute is not None and cutoff is not None and deposit.minute > cutoff
    return banking_day_from(deposit.on + timedelta(days=1) if late else deposit.on, deposit.calendar)


def _sensible(deposit: Deposit) -> None:
    if deposit.where not in PLACES:
        raise Malformed(f"{short(deposit.where)} is not a place of deposit: {', '.join(PLACES)}", field="where")
    if deposit.exception not in EXCEPTIONS:
        raise Malformed(f"{short(deposit.exception)} is not an exception of 229.13", field="exception")
    if not 0 < len(deposit.items) <= ITEMS_MAX:
        raise Malformed(f"a deposit has 1 to {ITEMS_MAX} items", field="items")
    for item in deposit.items:
        if item.kind not in KINDS:
            raise Malformed(f"{short(item.kind)} is not a kind of item known to Regulation CC", field="kind")
        if item.cents <= 0:
            raise Malformed("an item is above zero", field="amount")


def _is_new(deposit: Deposit) -> bool:
    """229.13(a)(2): during the first 30 calendar days after the account is opened."""
    age = deposit.account_age_days
    return deposit.exception == "new_account" or (age is not None and age <= NEW_ACCOUNT_DAYS)


def _due(item: Item, where: str) -> _Due:
    """The schedule of one item where it was deposited (229.10, 229.12)."""
    kind, in_person = KINDS[item.kind], where in IN_PERSON
    if kind == "electronic":
        return _Due(item, _NEXT, "cash")
    if where == "nonproprietary_atm":
        return _Due(item, _FIFTH, "cash" if kind == "cash" else "machine")
    if kind == "cash":
        return _Due(item, _NEXT if in_person else _SECOND, "cash")
    if kind == "treasury" and item.to_payee:
        return _Due(item, _NEXT, "special")
    if kind == "on_us" and where not in ("off_premises", "remote"):
        return _Due(item, _NEXT, "on_us")
    if _is_special(item, kind):
        return _Due(item, _NEXT if in_person else _SECOND, "special")
    return _Due(item, _SECOND, "local")


def _is_special(item: Item, kind: str) -> bool:
    """229.10(c)(1)(ii) to (v), but for the deposit in person: 229.10(c)(2) makes those second-day items."""
    slip = kind not in ("government", "bank") or item.special_slip
    state = kind != "government" or item.same_state
    return kind in ("postal", "reserve", "government", "bank") and item.to_payee and slip and state


def _held(dues: Sequence[_Due], exception: str) -> list[_Due]:
    """The checks that an exception other than the large deposit takes off their schedule. Cash never is."""
    checks = [due for due in dues if due.group != "cash"]
    again = [due for due in checks if KINDS[due.item.kind] == "redeposited"]
    if exception in ORDINARY_EXCEPTIONS and not (exception == "redeposited" and again):
        return checks
    return again


def _extended(group: str) -> int:
    """229.13(h): next-day checks wait as if they were local ones, (h)(2); then the extension of (h)(4)."""
    scheduled = {"on_us": _NEXT, "machine": _FIFTH}.get(group, _SECOND)
    return scheduled + _EXTENSION.get(group, _EXTENSION["local"])


def _held_until(due: _Due, banking_day: date, deposit: Deposit) -> date:
    """The day a held check is available. After an emergency: its schedule, or the extension from its end, if later."""
    law = deposit.calendar.of_the_law()
    if deposit.exception == "emergency" and deposit.emergency_ended:
        ended = add_banking_days(deposit.emergency_ended, _EXTENSION.get(due.group, _EXTENSION["local"]), law)
        return max(add_banking_days(banking_day, due.days, law), ended)
    return add_banking_days(banking_day, _extended(due.group), law)


_Share = tuple[int, int]
"""(business days after the banking day of deposit, cents)."""


def _kept(dues: Sequence[_Due], lines: Thresholds, *, ladder: bool) -> list[_Share]:
    """The ordinary schedules, and above the large-deposit line the extended ones."""
    shares = [(due.days, due.item.cents) for due in dues if due.group == "cash"]
    checks = sorted((due for due in dues if due.group != "cash"), key=lambda due: due.days)
    room, next_day, local = lines.large, lines.next_day, 0
    # What is due first counts first toward the line: the bank may choose (229.13(b), comment), and this holds least.
    for due in checks:
        kept = min(due.item.cents, room)
        room -= kept
        shares.append((_extended(due.group), due.item.cents - kept))
        if due.group == "local":
            first = min(kept, next_day)
            next_day, local = next_day - first, local + kept - first
            shares.append((_NEXT, first))
        else:
            shares.append((due.days, kept))
    large = sum(due.item.cents for due in checks) > lines.large
    on_second = min(local, lines.cash) if ladder and not large else local
    return [*shares, (_SECOND, on_second), (_SECOND + 1, local - on_second)]


def _new_account(dues: Sequence[_Due], lines: Thresholds) -> list[_Share]:
    """229.13(a): cash as ever; special checks up to the line, the excess on the ninth day; none for ordinary ones."""
    room, shares = lines.new_account, []
    for due in sorted(dues, key=lambda due: due.days):
        special = due.group == "special" or KINDS[due.item.kind] == "travelers"
        if due.group != "cash" and not special:
            raise Malformed(
                "not computable: in a new account the rule sets no day for ordinary and on-us checks, nor for checks "
                "at another bank's machine, 229.13(a)(1)(iii)",
                field="account_age_days",
            )
        kept = min(due.item.cents, room) if special else due.item.cents
        room -= kept if special else 0
        days = _NEXT if KINDS[due.item.kind] == "travelers" else due.days
        shares += [(days, kept), (NINTH_DAY, due.item.cents - kept)]
    return shares
