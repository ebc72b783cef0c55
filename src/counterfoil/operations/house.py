"""What the office does with a customer's money by itself: interest, fees, transfers in and out through the house.

Always true: such an entry is made by the system actor and says so, never touches a till or the vault, and is decided
by the same rules as a clerk's (day, currency, account, funds), in the same order; what is refused is remembered
(``test_a_house_movement_is_refused_like_the_counter``).

An account opened here belongs to no customer of this office's own register: its number comes with the request.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from counterfoil.facts.customers import AccountOpened
from counterfoil.facts.money import HouseMoved
from counterfoil.kernel.outcomes import Malformed, Refusal
from counterfoil.office import readers as read
from counterfoil.office import refusals as no
from counterfoil.office import rules
from counterfoil.office.rules import Part, Sitting
from counterfoil.office.state import State
from counterfoil.operations.desk import SystemRequest

Direction = Literal["in", "out"]
"""``in`` pays the customer; ``out`` takes from the customer."""


def house_movement(
    request_id: bytes,
    *,
    account: str,
    amount: int,
    currency: str,
    house: str,
    direction: Direction,
    what: str,
    date: str,
    clock: str,
) -> SystemRequest:
    """Moves ``amount`` (minor units, > 0) between a customer's account and ``house:HOUSE``; ``what`` says why.

    ``date``: the open business day; ``clock``: the desk's kind of clock. Raises ``Malformed`` naming the field.
    """
    body: dict[str, Any] = {
        "kind": "house-movement",
        "date": read.DATE.read(date, "date"),
        "account": read.ACCOUNT.read(account, "account"),
        "amount": read.AMOUNT.read(amount, "amount"),
        "currency": read.CURRENCY.read(currency, "currency"),
        "house": read.CODE.read(house, "house"),
        "direction": _direction(direction),
        "what": read.CODE.read(what, "what"),
    }
    moved = HouseMoved(account, house, amount, direction, what)

    def decide(state: State) -> Sequence[Part] | Refusal:
        refused = rules.open_day(state, date, _sitting(clock)) or rules.in_currency(state, currency)
        if not refused and direction == "in":
            refused = rules.paying_in(state, account) or rules.below_ceiling(state, account, amount)
        elif not refused:
            refused = rules.paying_out(state, account) or rules.enough(state, account, amount)
        return refused or [Part("house-movement", (moved,))]

    return SystemRequest(request_id, body, decide)


def house_account(request_id: bytes, *, account: str, product: str, date: str, clock: str) -> SystemRequest:
    """Opens ``account`` (a number with its check digit) without a customer of this office's register.

    Raises ``Malformed`` naming the field; deciding it does so too if the number is taken.
    """
    body: dict[str, Any] = {
        "kind": "account-open",
        "date": read.DATE.read(date, "date"),
        "account": read.ACCOUNT.read(account, "account"),
        "product": read.CODE.read(product, "product"),
    }

    def decide(state: State) -> Sequence[Part] | Refusal:
        refused: Refusal | None = rules.open_day(state, date, _sitting(clock))
        if not refused and product not in rules.edition(state).products:
            refused = no.ProductUnknown(product)
        if refused:
            return refused
        if state.holding.get(account) is not None:
            raise Malformed(f"account {account} is open already: choose another number", field="account")
        return [Part("account-open", (AccountOpened(account, product),))]

    return SystemRequest(request_id, body, decide)


def _direction(value: str) -> str:
    if value not in ("in", "out"):
        raise Malformed(f"direction is {read.short(value)}: in or out is needed", field="direction")
    return value


def _sitting(clock: str) -> Sitting:
    """Nobody sits: only the clock is of use to the rules asked here."""
    return Sitting((), 0, "", clock, b"")
