"""Which decision answers which kind of request. A kind without a row here cannot be asked
(``test_every_kind_is_decided``)."""

from __future__ import annotations

from collections.abc import Callable

from counterfoil.closing import day, drawer, people
from counterfoil.counter import (
    accounts,
    bills,
    cash,
    checks,
    day_end,
    loans,
    mail,
    money_orders,
    remittances,
    savings,
    services,
)
from counterfoil.counter import people as around_an_account
from counterfoil.office.deciding import Step
from counterfoil.office.rules import Decision

Decide = Callable[..., Decision]
"""(ask, state, sitting) → facts or one refusal."""

DECIDE: dict[str, Decide] = {
    "policy-edition": people.decide_edition,
    "clerk-enrol": people.decide_enrol,
    "clerk-rotate": people.decide_rotate,
    "clerk-revoke": people.decide_revoke,
    "day-open": day.decide_open_day,
    "vault-count": day.decide_count_vault,
    "day-close": day.decide_close_day,
    "till-open": cash.decide_open_till,
    "cash-from-vault": cash.decide_from_vault,
    "cash-to-vault": cash.decide_to_vault,
    "till-handover": cash.decide_hand_over,
    "surprise-count": cash.decide_surprise,
    "pouch-out": cash.decide_send_pouch,
    "pouch-in": cash.decide_receive_pouch,
    "pouch-lost": cash.decide_lose_pouch,
    "stock-in": cash.decide_receive_stock,
    "stock-to-till": cash.decide_stock_to_till,
    "stock-from-till": cash.decide_stock_from_till,
    "till-report": drawer.decide_report,
    "till-count": drawer.decide_count,
    "till-close": drawer.decide_close,
    "till-count-absent": drawer.decide_count_absent,
    "difference-dispute": drawer.decide_dispute,
    "difference-accept": drawer.decide_accept,
    "customer-open": accounts.decide_open_customer,
    "customer-change": accounts.decide_change_customer,
    "account-open": accounts.decide_open_account,
    "account-close": accounts.decide_close_account,
    "account-reopen": accounts.decide_reopen_account,
    "account-freeze": accounts.decide_freeze,
    "account-unfreeze": accounts.decide_unfreeze,
    "legal-hold": accounts.decide_place_hold,
    "legal-hold-release": accounts.decide_release_hold,
    "visit": services.decide_visit,
    **services.SERVICES,
}
"""Every kind but ``reversal``, whose original the desk fetches first."""
for _product in (savings, checks, money_orders, bills, remittances, loans, around_an_account, mail, day_end):
    DECIDE |= _product.DECISIONS

STEPS: tuple[Step, ...] = ()
"""The steps of the end of a day, in order."""
for _product in (savings, loans, checks, bills, money_orders, remittances, around_an_account, mail, day_end):
    STEPS += _product.STEPS

NEEDS_NO_DAY = ("policy-edition", "clerk-enrol", "clerk-rotate", "clerk-revoke", "day-open")
"""Kinds that may be asked while no business day is open."""
