"""What the facts of checks do to the fold tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from counterfoil import codec
from counterfoil.facts import checks as f
from counterfoil.facts.money import Reversed
from counterfoil.kernel.idents import transfer_id
from counterfoil.ledger.booked.checks import first_hold_leg
from counterfoil.office.checks import rows as r
from counterfoil.office.folding import Folders, Undo

if TYPE_CHECKING:
    from counterfoil.office.state import Place, State


def plan_of(row: r.CheckPlanRow | None) -> dict[str, int]:
    """What a plan row says."""
    found: dict[str, int] = codec.decode(row.plan, what="plan of a banking day") if row is not None else {}
    return found


def _seen(s: State, fingerprint: bytes, case: str) -> None:
    row = s.check_seen.get(fingerprint)
    s.check_seen.put(r.CheckSeenRow(fingerprint, case, (row.times if row else 0) + 1))


def _forgotten(s: State, row: r.CheckItemRow, state: str) -> None:
    """The check goes back as if it had not been taken: it may be presented again."""
    s.check_item.put(row._replace(state=state))
    seen = s.check_seen.get(row.fingerprint)
    if seen:
        s.check_seen.put(seen._replace(case="", times=seen.times - 1))


def _day(s: State, customer: str, date: str, number: int, amount: int) -> None:
    row = s.check_day.get(customer, date) or r.CheckDayRow(customer, date, 0, 0)
    s.check_day.put(r.CheckDayRow(customer, date, row.number + number, row.amount + amount))


def _cashed(s: State, fact: f.CheckCashed, at: Place) -> None:
    s.check_item.put(
        r.CheckItemRow(
            fact.case, "collecting", "cashed", fact.sort, fact.customer, None, fact.amount, fact.fee, fact.date,
            fact.fingerprint, None, at.epoch, at.sequence,
        )
    )  # fmt: skip
    _seen(s, fact.fingerprint, fact.case)
    _day(s, fact.customer, fact.date, 1, fact.amount)
    s.total(fact.till, fact.date, at.kind, 0, fact.paid)


def _deposited(s: State, fact: f.CheckDeposited, at: Place) -> None:
    debtor = fact.customer or fact.account
    s.check_item.put(
        r.CheckItemRow(
            fact.case, "collecting", "deposited", fact.sort, debtor, fact.account, fact.amount, 0, fact.date,
            fact.fingerprint, None, at.epoch, at.sequence,
        )
    )  # fmt: skip
    _seen(s, fact.fingerprint, fact.case)
    first = first_hold_leg(fact)
    for part, (day, cents) in enumerate(fact.holds):
        pending = transfer_id(at.epoch, at.sequence, first + part)
        s.check_part.put(r.CheckPartRow(fact.case, part, day, fact.account, cents, pending, "held"))
    if fact.doubt is None:  # A doubted check waits by itself, and takes nothing from what the others are owed.
        plan = plan_of(s.check_plan.get(debtor, fact.banking_day))
        for what, cents in f.planned(fact).items():
            plan[what] = plan.get(what, 0) + cents
        s.check_plan.put(r.CheckPlanRow(debtor, fact.banking_day, codec.encode(plan)))
    s.total(fact.till, fact.date, at.kind, 0, fact.cash)


def _free_all(s: State, case: str) -> None:
    part = 0
    while (row := s.check_part.get(case, part)) is not None:
        if row.state == "held":
            s.check_part.put(row._replace(state="free"))
        part += 1


def _settled(s: State, fact: f.CheckSettled, at: Place) -> None:
    row = s.check_item.get(fact.case)
    if row:
        s.check_item.put(row._replace(state="settled"))
    _free_all(s, fact.case)


def _returned(s: State, fact: f.CheckReturned, at: Place) -> None:
    row = s.check_item.get(fact.case)
    if row:
        s.check_item.put(row._replace(state="returned", reason=fact.reason))
    _free_all(s, fact.case)
    if fact.due:
        s.check_due.put(r.CheckDueRow(fact.case, fact.debtor, fact.due, fact.due, fact.date, None))
        known = s.check_debtor.get(fact.debtor)
        s.check_debtor.put(r.CheckDebtorRow(fact.debtor, (known.returns if known else 0) + 1))


def _recovered(s: State, fact: f.CheckRecovered, at: Place) -> None:
    row = s.check_due.get(fact.case)
    if row and fact.lost:
        s.check_due.put(row._replace(lost=row.lost - fact.amount))
    elif row:
        s.check_due.put(row._replace(due=row.due - fact.amount))
    s.total(fact.till, fact.date, at.kind, 0 if fact.account else fact.amount, 0)


def _written_off(s: State, fact: f.CheckWrittenOff, at: Place) -> None:
    row, due = s.check_item.get(fact.case), s.check_due.get(fact.case)
    if row:
        s.check_item.put(row._replace(state="written-off"))
    if due:
        s.check_due.put(due._replace(due=due.due - fact.amount, lost=due.lost + fact.amount))


def _released(s: State, fact: f.CheckHoldReleased, at: Place) -> None:
    row = s.check_part.get(fact.case, fact.part)
    if row:
        s.check_part.put(row._replace(state="free"))


def _agreed(s: State, fact: f.CheckAgreed, at: Place) -> None:
    row = s.check_due.get(fact.case)
    if row:
        s.check_due.put(row._replace(until=fact.until))


def _given_back(s: State, fact: f.CheckGivenBack, at: Place) -> None:
    row = s.check_item.get(fact.case)
    _free_all(s, fact.case)
    if row:
        _forgotten(s, row, "given-back")


def _case_of(fact: Reversed, family: str) -> str:
    """The case in the account names of a reversed entry's legs."""
    names = [name for leg in fact.legs for name in leg[:2]]
    return next((name.partition(":")[2] for name in names if name.startswith(family)), "")


def _undo_cashed(s: State, fact: Reversed, at: Place) -> None:
    row = s.check_item.get(_case_of(fact, "checks:"))
    if row:
        _forgotten(s, row, "reversed")
        _day(s, row.debtor, row.date, -1, -row.amount)


def _undo_recovered(s: State, fact: Reversed, at: Place) -> None:
    case = _case_of(fact, "check-due:")
    row, name = s.check_due.get(case), f"check-due:{case}"
    if row:
        paid = sum(leg[2] for leg in fact.legs if leg[1] == name)
        if any(leg[0] == name for leg in fact.legs):  # It passed through to what had been borne by the house.
            s.check_due.put(row._replace(lost=row.lost + paid))
        else:
            s.check_due.put(row._replace(due=row.due + paid))


FOLDERS: Folders = {
    (100, 1): _cashed,
    (101, 1): _deposited,
    (102, 1): _settled,
    (103, 1): _returned,
    (104, 1): _recovered,
    (105, 1): _written_off,
    (106, 1): _released,
    (107, 1): _agreed,
    (108, 1): _given_back,
}

UNDO: Undo = {"check-cash": _undo_cashed, "check-recover": _undo_recovered}
"""Kind of a reversed entry → what its reversal does to the tables of this product."""
