"""Booking: what the ledger says of one fact. Chosen by the fact's number and version, and never changed.

Always true: a fact's legs are equal debits and credits by construction; the same fact gives the same legs for ever
(``test_booking_keeps_its_legs``), so a rebuild gives the same transfers; customer money is named in one place only,
``customer_account`` (holder and place).

Accounts (debit balance unless said):

    vault                   cash in the vault             till:N            cash in till N
    in-transit:TOKEN        cash in a pouch               over-short        the house's over/short account
    customer:A:PLACE        customer A's money at PLACE (credit)
    held:CASE               where a legal hold's pending transfer points (credit)
    advance:CASE            what the house lent to undo an entry
    stock:N, stock-reserve  stamps at face value          stock-supply      owed for stamps received (credit)
    center                  where cash comes from and goes to (credit)
    pouch-loss              cash lost in transit          house:NAME        interest, fees and the like
"""

from __future__ import annotations

from counterfoil.facts.alike import Alike
from counterfoil.facts.counter import (
    CashFromVault,
    CashToVault,
    PouchLost,
    PouchReceived,
    PouchSent,
    StampsSold,
    StockFromTill,
    StockReceived,
    StockToTill,
    TillClosed,
    TillHandedOver,
    TillOpened,
)
from counterfoil.facts.customers import LegalHoldPlaced, LegalHoldReleased
from counterfoil.facts.money import CashDeposited, CashWithdrawn, HouseAdvanced, HouseMoved, Reversed, Transferred
from counterfoil.facts.office import VaultCounted
from counterfoil.facts.record import Fact
from counterfoil.ledger.accounts import CREDITS_MUST_NOT_EXCEED_DEBITS, DEBITS_MUST_NOT_EXCEED_CREDITS
from counterfoil.ledger.booked import bills, checks, day_end, loans, mail, money_orders, people, remittances, savings
from counterfoil.ledger.legs import (
    CENTER,
    OVER_SHORT,
    POUCH_LOSS,
    RESERVE,
    SUPPLY,
    VAULT,
    AccountRule,
    Booked,
    Families,
    Leg,
    ManyLegs,
)
from counterfoil.ledger.legs import customer_account as customer_account
from counterfoil.ledger.legs import stock_account as stock_account
from counterfoil.ledger.legs import till_account as till_account
from counterfoil.ledger.transfers import PENDING, VOID

_PRODUCTS = (savings, checks, money_orders, bills, remittances, loans, people, mail, day_end)

_RULES: Families = {
    "vault": AccountRule(1, CREDITS_MUST_NOT_EXCEED_DEBITS),
    "till": AccountRule(2, CREDITS_MUST_NOT_EXCEED_DEBITS),
    "in-transit": AccountRule(3, CREDITS_MUST_NOT_EXCEED_DEBITS),
    "stock": AccountRule(4, CREDITS_MUST_NOT_EXCEED_DEBITS),
    "stock-reserve": AccountRule(5, CREDITS_MUST_NOT_EXCEED_DEBITS),
    "advance": AccountRule(6, CREDITS_MUST_NOT_EXCEED_DEBITS),
    "over-short": AccountRule(7, 0),
    "pouch-loss": AccountRule(8, 0),
    "customer": AccountRule(20, DEBITS_MUST_NOT_EXCEED_CREDITS),
    "held": AccountRule(21, 0),
    "center": AccountRule(30, 0),
    "stock-supply": AccountRule(31, 0),
    "house": AccountRule(32, 0),
}
for _product in _PRODUCTS:
    _RULES |= _product.FAMILIES


def account_rule(name: str) -> AccountRule:
    """The rule of the family that ``name`` belongs to."""
    return _RULES[name.partition(":")[0]]


def legs_of(fact: Fact, place: str) -> list[Leg]:
    """The legs of ``fact`` in order; most facts that move no money have none. ``place`` is the office's own number."""
    book = _BOOKED.get((fact.number, fact.version))
    return book(fact, place) if book else []


def legs_of_all(facts: Alike, place: str) -> ManyLegs | None:
    """The legs of facts of one kind at once; None where they are to be asked for one by one."""
    many = savings.BOOKED_MANY.get((facts.of.number, facts.of.version))
    return many(facts, place) if many else None


def moves(fact: Fact | type[Fact]) -> bool:
    """Whether facts of this kind may have legs at all."""
    return (fact.number, fact.version) in _BOOKED


def _difference(holder: str, difference: int, code: int) -> list[Leg]:
    if difference > 0:
        return [Leg(holder, OVER_SHORT, difference, code)]
    if difference < 0:
        return [Leg(OVER_SHORT, holder, -difference, code)]
    return []


def _till_opened(f: TillOpened, place: str) -> list[Leg]:
    return _difference(till_account(f.till), f.counted - f.expected, f.number)


def _vault_counted(f: VaultCounted, place: str) -> list[Leg]:
    return _difference(VAULT, f.counted - f.expected, f.number)


def _till_closed(f: TillClosed, place: str) -> list[Leg]:
    return _difference(till_account(f.till), f.counted - f.expected, f.number) + _difference(
        stock_account(f.till), f.stock_counted - f.stock_expected, f.number
    )


def _from_vault(f: CashFromVault, place: str) -> list[Leg]:
    return [Leg(till_account(f.till), VAULT, f.amount, f.number)]


def _to_vault(f: CashToVault, place: str) -> list[Leg]:
    return [Leg(VAULT, till_account(f.till), f.amount, f.number)]


def _handed_over(f: TillHandedOver, place: str) -> list[Leg]:
    return [Leg(till_account(f.to_till), till_account(f.till), f.amount, f.number)]


def _pouch_sent(f: PouchSent, place: str) -> list[Leg]:
    return [Leg(f"in-transit:{f.token}", VAULT, f.amount, f.number)]


def _pouch_received(f: PouchReceived, place: str) -> list[Leg]:
    transit = f"in-transit:{f.token}"
    legs = [] if f.returned else [Leg(transit, CENTER, f.declared, f.number)]
    if f.counted > f.declared:  # More than was declared: the surplus is the house's question, not a clerk's gain.
        legs.append(Leg(VAULT, OVER_SHORT, f.counted - f.declared, f.number))
    if min(f.counted, f.declared):
        legs.append(Leg(VAULT, transit, min(f.counted, f.declared), f.number))
    return legs


def _pouch_lost(f: PouchLost, place: str) -> list[Leg]:
    return [Leg(POUCH_LOSS, f"in-transit:{f.token}", f.amount, f.number)]


def _stock_received(f: StockReceived, place: str) -> list[Leg]:
    return [Leg(RESERVE, SUPPLY, f.value, f.number)]


def _stock_to_till(f: StockToTill, place: str) -> list[Leg]:
    return [Leg(stock_account(f.till), RESERVE, f.value, f.number)]


def _stock_from_till(f: StockFromTill, place: str) -> list[Leg]:
    return [Leg(RESERVE, stock_account(f.till), f.value, f.number)]


def _stamps_sold(f: StampsSold, place: str) -> list[Leg]:
    return [Leg(till_account(f.till), stock_account(f.till), f.amount, f.number)]


def _deposited(f: CashDeposited, place: str) -> list[Leg]:
    return [Leg(till_account(f.till), customer_account(f.account, place), f.amount, f.number)]


def _withdrawn(f: CashWithdrawn, place: str) -> list[Leg]:
    return [Leg(customer_account(f.account, place), till_account(f.till), f.amount, f.number)]


def _transferred(f: Transferred, place: str) -> list[Leg]:
    return [Leg(customer_account(f.account, place), customer_account(f.to_account, place), f.amount, f.number)]


def _reversed(f: Reversed, place: str) -> list[Leg]:
    return [Leg(credit, debit, amount, f.number) for debit, credit, amount, _ in f.legs]


def _advanced(f: HouseAdvanced, place: str) -> list[Leg]:
    return [Leg(f"advance:{f.case}", customer_account(f.account, place), f.amount, f.number)]


def _moved(f: HouseMoved, place: str) -> list[Leg]:
    customer, house = customer_account(f.account, place), f"house:{f.house}"
    return [
        Leg(house, customer, f.amount, f.number) if f.direction == "in" else Leg(customer, house, f.amount, f.number)
    ]


def _hold_placed(f: LegalHoldPlaced, place: str) -> list[Leg]:
    return [Leg(customer_account(f.account, place), f"held:{f.case}", f.amount, f.number, PENDING)]


def _hold_released(f: LegalHoldReleased, place: str) -> list[Leg]:
    return [Leg(customer_account(f.account, place), f"held:{f.case}", f.amount, f.number, VOID, f.pending)]


_BOOKED: Booked = {
    (21, 1): _vault_counted,
    (30, 1): _till_opened,
    (31, 1): _from_vault,
    (32, 1): _to_vault,
    (33, 1): _handed_over,
    (39, 1): _till_closed,
    (43, 1): _pouch_sent,
    (44, 1): _pouch_received,
    (45, 1): _pouch_lost,
    (50, 1): _stock_received,
    (51, 1): _stock_to_till,
    (52, 1): _stock_from_till,
    (53, 1): _stamps_sold,
    (67, 1): _hold_placed,
    (68, 1): _hold_released,
    (80, 1): _deposited,
    (81, 1): _withdrawn,
    (82, 1): _transferred,
    (83, 1): _reversed,
    (84, 1): _advanced,
    (85, 1): _moved,
}
for _product in _PRODUCTS:
    _BOOKED |= _product.BOOKED
