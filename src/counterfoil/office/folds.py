"""What each fact does to the fold tables. Chosen by number and version, and never changed for a released version."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from counterfoil import codec
from counterfoil.facts import counter as c
from counterfoil.facts import customers as p
from counterfoil.facts import day_end as d
from counterfoil.facts import money as m
from counterfoil.facts import office as o
from counterfoil.facts.alike import Alike
from counterfoil.facts.record import Fact
from counterfoil.journal.entry import clerk_key_id
from counterfoil.kernel.idents import transfer_id
from counterfoil.ledger.booking import moves
from counterfoil.office import rows as r
from counterfoil.office.bills import folds as bills_folds
from counterfoil.office.checks import folds as checks_folds
from counterfoil.office.day_end import folds as day_end_folds
from counterfoil.office.folding import Folders, Undo
from counterfoil.office.loans import folds as loans_folds
from counterfoil.office.mail import folds as mail_folds
from counterfoil.office.money_orders import folds as money_orders_folds
from counterfoil.office.people import folds as people_folds
from counterfoil.office.remittances import folds as remittances_folds
from counterfoil.office.savings import folds as savings_folds

if TYPE_CHECKING:
    from counterfoil.office.state import Place, State

_PRODUCTS = (
    savings_folds,
    checks_folds,
    money_orders_folds,
    bills_folds,
    remittances_folds,
    loans_folds,
    people_folds,
    mail_folds,
    day_end_folds,
)

_WITH_STATEMENT = ("customer:", "loan:")
RESERVE_PLACE = "reserve"
"""Where the office's own stamp stock lies, as a ``stock`` place (tills have their own numbers)."""


def accounts_of(fact: Fact) -> list[str]:
    """Customers' accounts and loans that a fact is about, each once: whose statements show its entry."""
    if isinstance(fact, m.Reversed):
        names = [name for leg in fact.legs for name in leg[:2]]
        found = [name.split(":")[1] for name in names if isinstance(name, str) and name.startswith(_WITH_STATEMENT)]
        return list(dict.fromkeys(found))
    fields = _about(type(fact))
    if len(fields) == 1:
        account = getattr(fact, fields[0])
        return [account] if account else []
    return list(dict.fromkeys(one for one in (getattr(fact, name) for name in fields) if one))


def accounts_of_all(facts: Alike) -> Iterable[str]:
    """``accounts_of`` of each, one after another."""
    fields = _about(facts.of)
    if len(fields) == 1 and facts.of is not m.Reversed:
        return filter(None, facts.column(fields[0]))
    return [account for fact in facts for account in accounts_of(fact)]


def changes_tables(kind: type[Fact], by_clerk: bool) -> bool:
    """Whether facts of this kind do anything to the fold tables. Lines that only say something do not."""
    known = (kind.number, kind.version) in FOLDERS
    return known or by_clerk or moves(kind) or bool(_about(kind)) or kind is m.Reversed


def _about(cls: type[Fact]) -> tuple[str, ...]:
    """The fields of a kind of fact that name accounts and loans. That a statement's period has ended is none of the
    entries that the statement shows."""
    found = _ABOUT.get(cls)
    if found is None:
        names = () if cls is d.StatementCut else ("account", "to_account", "loan")
        found = _ABOUT[cls] = tuple(name for name in names if hasattr(cls, name))
    return found


_ABOUT: dict[type[Fact], tuple[str, ...]] = {}


def _epoch_opened(s: State, f: o.EpochOpened, at: Place) -> None:
    node = int(f.origin.rsplit("/", 2)[-2])
    for key in list(s.clerk_key.rows.values()):  # A key holds in a new log only if its opening entries restate it.
        if key.valid:
            s.clerk_key.put(key._replace(valid=0))
    row = r.EpochRow(at.epoch, node, f.origin, f.node_key, f.office, f.place, f.currency, f.zone, 1)
    s.epoch.put(row)
    s.current = row


def _edition_taken(s: State, f: o.EditionTaken, at: Place) -> None:
    s.take_edition(f.content, at, f.effective)


def _clerk_enrolled(s: State, f: o.ClerkEnrolled, at: Place) -> None:
    for key in list(s.clerk_key.rows.values()):
        if key.clerk == f.clerk and key.valid:
            s.clerk_key.put(key._replace(valid=0))
    s.clerk.put(r.ClerkRow(f.clerk, f.role, 1))
    key_id = clerk_key_id(f.public_key)
    s.clerk_key.put(r.KeyRow(key_id, f.clerk, f.public_key, f.role, f.custody, f.how, at.epoch, at.sequence, 1))


def _key_revoked(s: State, f: o.KeyRevoked, at: Place) -> None:
    key = s.clerk_key.get(f.key_id)
    if key:
        s.clerk_key.put(key._replace(valid=0))
    clerk = s.clerk.get(f.clerk)
    if clerk and f.leaves:
        s.clerk.put(clerk._replace(active=0))


def _day_opened(s: State, f: o.DayOpened, at: Place) -> None:
    s.set_day(r.DayRow(f.date, "open", f.clock, at.epoch, at.sequence, None))
    s.choose_policy()


def _vault_counted(s: State, f: o.VaultCounted, at: Place) -> None:
    if s.today is not None and all(till.state == "closed" for till in s.till.rows.values()):
        s.set_day(s.today._replace(state="counted"))
    difference = f.counted - f.expected
    if difference:
        case = f"V{at.epoch}-{at.sequence}"
        s.difference.put(r.DifferenceRow(case, "vault", f.date, None, difference, 0, "open", at.epoch, at.sequence))


def _day_closed(s: State, f: o.DayClosed, at: Place) -> None:
    day = s.day.get(f.date)
    if day:
        s.set_day(day._replace(state="closed", closed=at.sequence))
    s.closed_through = date.fromisoformat(f.date).toordinal()
    s.machine.close_period(s.closed_through)


def _till_opened(s: State, f: c.TillOpened, at: Place) -> None:
    before = s.till.get(f.till)
    reports = before.reports if before else 0
    s.till.put(r.TillRow(f.till, "open", int(f.shared), f.clerk, f.date, reports, None, None, None))
    s.cash_moved()
    difference = f.counted - f.expected
    if difference:
        s.difference.put(
            r.DifferenceRow(
                f"O{at.epoch}-{at.sequence}", f.till, f.date, None, difference, 0, "open", at.epoch, at.sequence
            )
        )


def _till_counted(s: State, f: c.TillCounted, at: Place) -> None:
    till = s.till.get(f.till)
    if till:
        stock = None if f.stock is None else codec.encode(f.stock)
        s.till.put(till._replace(state="counted", counted=f.counted, stock_counted=f.stock_counted, stock=stock))


def _till_closed(s: State, f: c.TillClosed, at: Place) -> None:
    till = s.till.get(f.till)
    if till:
        if till.stock is not None:  # The pieces follow the count, as their value does in the ledger.
            s.stock_counted(f.till, codec.decode(till.stock, what="stock count"))
        s.till.put(till._replace(state="closed", reports=f.report, counted=None, stock_counted=None, stock=None))
    if f.case:
        state = {"accept": "accepted", "dispute": "disputed"}.get(f.answer, "open")
        s.difference.put(
            r.DifferenceRow(
                f.case, f.till, f.date, f.clerk, f.counted - f.expected, f.stock_counted - f.stock_expected, state,
                at.epoch, at.sequence,
            )
        )  # fmt: skip


def _difference_answered(state: str) -> Callable[[State, Any, Place], None]:
    def folded(s: State, f: c.DifferenceDisputed | c.DifferenceAccepted, at: Place) -> None:
        row = s.difference.get(f.case)
        if row:
            s.difference.put(row._replace(state=state))

    return folded


def _pouch_sent(s: State, f: c.PouchSent, at: Place) -> None:
    s.pouch.put(r.PouchRow(f.token, "out", f.office, f.amount, 0, "sent", at.epoch, at.sequence))
    s.cash_moved()


def _pouch_received(s: State, f: c.PouchReceived, at: Place) -> None:
    state = "returned" if f.returned else "received" if f.condition == "whole" else f.condition
    direction = "out" if f.returned else "in"
    received = min(f.counted, f.declared)
    s.pouch.put(r.PouchRow(f.token, direction, f.office, f.declared, received, state, at.epoch, at.sequence))
    s.cash_moved()


def _pouch_lost(s: State, f: c.PouchLost, at: Place) -> None:
    pouch = s.pouch.get(f.token)
    if pouch:
        s.pouch.put(pouch._replace(state="lost"))


def _cash_from_vault(s: State, f: c.CashFromVault, at: Place) -> None:
    s.total(f.till, at.body["date"], at.kind, f.amount, 0)


def _cash_to_vault(s: State, f: c.CashToVault, at: Place) -> None:
    s.total(f.till, at.body["date"], at.kind, 0, f.amount)


def _handed_over(s: State, f: c.TillHandedOver, at: Place) -> None:
    s.total(f.till, at.body["date"], at.kind, 0, f.amount)
    s.total(f.to_till, at.body["date"], at.kind, f.amount, 0)


def _exchanged(s: State, f: c.CashExchanged, at: Place) -> None:
    s.total(f.till, at.body["date"], at.kind, 0, 0)


def _suspect(s: State, f: c.SuspectNoteKept, at: Place) -> None:
    s.total(f.till, at.body["date"], at.kind, 0, 0)


def _stock_received(s: State, f: c.StockReceived, at: Place) -> None:
    s.stock_moved(RESERVE_PLACE, f.item, f.quantity, f.face)


def _stock_to_till(s: State, f: c.StockToTill, at: Place) -> None:
    s.stock_moved(RESERVE_PLACE, f.item, -f.quantity, f.face)
    s.stock_moved(f.till, f.item, f.quantity, f.face)


def _stock_from_till(s: State, f: c.StockFromTill, at: Place) -> None:
    s.stock_moved(f.till, f.item, -f.quantity, f.face)
    s.stock_moved(RESERVE_PLACE, f.item, f.quantity, f.face)


def _stamps_sold(s: State, f: c.StampsSold, at: Place) -> None:
    s.stock_moved(f.till, f.item, -f.quantity, f.face)
    s.total(f.till, f.date, at.kind, f.amount, 0)


def _customer_opened(s: State, f: p.CustomerOpened, at: Place) -> None:
    s.customer.put(r.CustomerRow(f.customer, f.tier, f.details, at.epoch, at.sequence))


def _customer_changed(s: State, f: p.CustomerChanged, at: Place) -> None:
    row = s.customer.get(f.customer)
    if row:
        s.customer.put(row._replace(details=f.details))


def _account_opened(s: State, f: p.AccountOpened, at: Place) -> None:
    opened = str(at.body.get("date", ""))
    s.holding.put(r.HoldingRow(f.account, f.customer, f.product, "open", at.epoch, at.sequence, opened))


def _account_state(state: str) -> Callable[[State, Any, Place], None]:
    def folded(
        s: State, f: p.AccountClosed | p.AccountReopened | p.AccountFrozen | p.AccountUnfrozen, at: Place
    ) -> None:
        row = s.holding.get(f.account)
        if row:
            if (row.state == "closed") != (state == "closed"):
                s.set_account_closed(f.account, state == "closed")
            s.holding.put(row._replace(state=state))

    return folded


def _hold_placed(s: State, f: p.LegalHoldPlaced, at: Place) -> None:
    pending = transfer_id(at.epoch, at.sequence, 0)
    s.legal_hold.put(r.HoldRow(f.case, f.account, f.amount, pending, "held", f.authority))


def _hold_released(s: State, f: p.LegalHoldReleased, at: Place) -> None:
    row = s.legal_hold.get(f.case)
    if row:
        s.legal_hold.put(row._replace(state="released"))


def _deposited(s: State, f: m.CashDeposited, at: Place) -> None:
    s.total(f.till, f.date, at.kind, f.amount, 0)


def _withdrawn(s: State, f: m.CashWithdrawn, at: Place) -> None:
    s.total(f.till, f.date, at.kind, 0, f.amount)


def _reversed(s: State, f: m.Reversed, at: Place) -> None:
    s.reversal.put(r.ReversalRow(f.epoch, f.sequence, at.epoch, at.sequence))
    if f.till:
        cash = f"till:{f.till}"
        given = sum(leg[2] for leg in f.legs if leg[0] == cash)
        taken = sum(leg[2] for leg in f.legs if leg[1] == cash)
        s.total(f.till, at.body["date"], at.kind, taken, given)
        if f.item and f.quantity and f.face:  # The stamps of a reversed sale lie in the drawer again.
            s.stock_moved(f.till, f.item, f.quantity, f.face)
    undo = UNDO.get(f.kind)
    if undo:
        undo(s, f, at)


FOLDERS: Folders = {
    (1, 1): _epoch_opened,
    (3, 1): _edition_taken,
    (4, 1): _clerk_enrolled,
    (6, 1): _key_revoked,
    (20, 1): _day_opened,
    (21, 1): _vault_counted,
    (22, 1): _day_closed,
    (30, 1): _till_opened,
    (31, 1): _cash_from_vault,
    (32, 1): _cash_to_vault,
    (33, 1): _handed_over,
    (34, 1): _exchanged,
    (35, 1): _suspect,
    (38, 1): _till_counted,
    (39, 1): _till_closed,
    (40, 1): _difference_answered("disputed"),
    (42, 1): _difference_answered("accepted"),
    (43, 1): _pouch_sent,
    (44, 1): _pouch_received,
    (45, 1): _pouch_lost,
    (50, 1): _stock_received,
    (51, 1): _stock_to_till,
    (52, 1): _stock_from_till,
    (53, 1): _stamps_sold,
    (60, 1): _customer_opened,
    (61, 1): _customer_changed,
    (62, 1): _account_opened,
    (63, 1): _account_state("closed"),
    (64, 1): _account_state("open"),
    (65, 1): _account_state("frozen"),
    (66, 1): _account_state("open"),
    (67, 1): _hold_placed,
    (68, 1): _hold_released,
    (80, 1): _deposited,
    (81, 1): _withdrawn,
    (83, 1): _reversed,
}
UNDO: Undo = {}
for _product in _PRODUCTS:
    FOLDERS |= _product.FOLDERS
    UNDO |= _product.UNDO
