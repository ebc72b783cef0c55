"""Papers whose values the books of an office hold: a statement, a passbook's page, the price list, a loan, a hold.

Always true: every movement of the account in the books stands on its statement once, and the last balance is the
books' own (``test_a_statement_from_the_books_ends_at_their_balance``); a loan's paper says the amounts and the rate of
its entry and no others (``test_the_paper_of_a_loan_is_its_entrys``), and a notice the days of its deposit
(``test_the_notice_of_a_deposit_is_its_entrys``). Nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from counterfoil import codec
from counterfoil.compliance.holds import Available
from counterfoil.facts.checks import CheckDeposited
from counterfoil.facts.day_end import BulkPosted
from counterfoil.facts.kinds import kind_numbered
from counterfoil.facts.loans import LoanOpened
from counterfoil.facts.office import EditionTaken
from counterfoil.kernel.days import day
from counterfoil.kernel.money import currency
from counterfoil.kernel.outcomes import Fault, Malformed, Translate, Unavailable
from counterfoil.ledger.booked.savings import payable
from counterfoil.office.checks.rows import CheckItemRow
from counterfoil.office.day_end.rows import BulkRow
from counterfoil.office.loans.rows import LoanRow
from counterfoil.office.rows import DayRow, EditionRow, EpochRow
from counterfoil.operations import queries
from counterfoil.operations.desk import load_state, read_entry
from counterfoil.operations.documents.cuts import Moved, cuts_of, periods
from counterfoil.operations.documents.fees import Elsewhere, Fees, fees_of
from counterfoil.operations.documents.hold import Hold
from counterfoil.operations.documents.loan import Conditions, Due, Loan, Payday
from counterfoil.operations.documents.paper import Head, Words
from counterfoil.operations.documents.savings import Savings
from counterfoil.operations.documents.statement import PASSBOOK_LINES, Earned, Movement, Passbook, Statement
from counterfoil.operations.receipts import TITLES
from counterfoil.operations.store import OfficeStore
from counterfoil.policy.edition import read_edition
from counterfoil.policy.terms.elsewhere import Elsewhere as Elsewheres
from counterfoil.policy.terms.savings import DAILY_BALANCE, LOWEST_OF_MONTH, AccountTerms, SavingsTerms
from counterfoil.products import loans as rule
from counterfoil.products.exact import rounded_half_up
from counterfoil.products.interest import Rates, accrued_in, whole

PAYABLE = payable("")
"""What every ledger account begins with that interest is credited from."""


def statement_of(
    store: OfficeStore, account: str, translate: Translate, *, since: date | None = None, until: date | None = None
) -> Statement:
    """The statement of a customer's account, both days included: as it was cut where the end of the day has cut that
    period, else of what was booked in it. A savings account's says what it earned.

    ``until``: the last business day if left out; ``since``: the first day of that month.
    """
    last = until or last_day(store)
    first = since or last.replace(day=1)
    if first > last:
        raise Malformed("the period begins before it ends", field="from")
    moved = _moved_of(store, account, translate)
    found = next((one for one in periods(cuts_of(store, account), moved) if one.cut[:2] == (first, last)), None)
    if found is not None:
        known = [one for one in moved if one.at < found.cut.at]
        opening, shown = found.opening, _led(found.opening, [(one.value, one) for one in found.moved])
    else:
        known = moved
        opening = sum(one.amount for one in moved if one.booked < first)
        shown = _led(opening, [(one.booked, one) for one in moved if first <= one.booked <= last])
    return Statement(
        head=_head(store, account, last), account=account, since=first, until=last, opening=opening, movements=shown,
        earned=_earned(store, account, known, first, last),
    )  # fmt: skip


def _earned(store: OfficeStore, account: str, moved: Sequence[Moved], since: date, until: date) -> Earned | None:
    """What an account earned in a period that is over; None where it bears no interest or has not moved by then."""
    holding = store.get("holding", (account,))
    rates = _rates_of(store, str(holding[2])) if holding is not None else None
    if rates is None or not rates.ever or until > last_day(store):
        return None
    earning = sorted((one.value.toordinal() + one.interest, one.amount) for one in moved)
    if not earning or earning[0][0] > until.toordinal():
        return None
    first, last = since.toordinal(), until.toordinal()
    exact, balance_days = accrued_in(rates, earning, first, last)
    low = high = last
    while low > 1 and not rates.compounds(low - 1) and last - low < 366:
        low -= 1
    while not rates.compounds(high) and high - last < 366:
        high += 1
    average = whole(Fraction(balance_days, last - first + 1))
    return Earned(max(0, whole(exact)), max(0, average), high - low + 1)


def _rates_of(store: OfficeStore, product: str) -> Rates:
    """The terms of a product in every edition that took effect."""
    found: list[tuple[int, AccountTerms | None]] = []
    rows = map(EditionRow._make, store.scan("edition"))
    for row in sorted(rows, key=lambda row: (row.effective, row.epoch, row.sequence)):
        facts = read_entry(store.entries(row.epoch, row.sequence, 1)[0]).facts
        content = next(fact.content for fact in facts if isinstance(fact, EditionTaken))
        table = read_edition(content).terms(SavingsTerms)
        found.append((day(row.effective).toordinal(), table.accounts.get(product) if table is not None else None))
    return Rates(found)


def _led(opening: int, moved: Sequence[tuple[date, Moved]]) -> tuple[Movement, ...]:
    """Movements as they are shown, each with the balance after it."""
    found, balance = [], opening
    for on, one in moved:
        balance += one.amount
        found.append(Movement(on, one.what, one.amount, balance))
    return tuple(found)


def passbook_of(store: OfficeStore, account: str, translate: Translate, *, page: int | None = None) -> Passbook:
    """A page of the account's passbook; the last one if ``page`` is left out. Pages are filled one after another."""
    lines = movements_of(store, account, translate)
    pages = max(1, -(-len(lines) // PASSBOOK_LINES))
    number = pages if page is None else page
    if not 0 < number <= pages:
        raise Malformed(f"the book of this account has {pages} pages", field="page")
    start = (number - 1) * PASSBOOK_LINES
    return Passbook(
        head=_head(store, account, last_day(store)),
        account=account,
        page=number,
        carried=lines[start - 1].balance if start else 0,
        movements=tuple(lines[start : start + PASSBOOK_LINES]),
    )


def prices_of(
    store: OfficeStore,
    language: str,
    translate: Translate,
    elsewhere: Mapping[str, tuple[Elsewhere, ...]] | None = None,
) -> Fees:
    """The price list of the edition in force."""
    state = load_state(store)
    if state.policy is None:
        raise Unavailable("no policy edition is in force in this office")
    words = Words(language, state.policy.currency, translate)
    return fees_of(_office(store, last_day(store)), state.policy, words, elsewhere)


_EVERY = {"weekly": (1, "WEEKS"), "biweekly": (2, "WEEKS"), "semimonthly": (1, "HALF-MONTHS"), "monthly": (1, "MONTHS")}


def loan_of_books(store: OfficeStore, number: str) -> Loan:
    """The disclosure of a loan as it was agreed, with the payday price of the edition it cites. ``Malformed`` if there
    is no loan of that number."""
    row = store.get("loan", (number,))
    if row is None:
        raise Malformed(f"there is no loan {number!r} in these books", field="loan")
    kept = LoanRow._make(row)
    entry = read_entry(store.entries(kept.epoch, kept.sequence, 1)[0])
    fact = next(fact for fact in entry.facts if isinstance(fact, LoanOpened))
    opened, first = day(fact.date), day(fact.first_due)
    rows = rule.schedule(fact.amount, fact.every, fact.number_of_payments, opened, first, fact.rate)
    if (rows[0].payment, rows[-1].payment) != (fact.payment, fact.last_payment):
        raise Fault(f"loan {number}: its payments are not those of its terms: run an audit")
    every, unit = _EVERY[fact.every]
    return Loan(
        head=_head_of(store, fact.customer, opened),
        given=opened,
        dues=tuple(Due(one.due, one.principal, one.interest, 0, one.balance) for one in rows),
        every=every,
        unit=unit,
        rate_percent=rounded_half_up(Fraction(fact.rate, 100), 2),
        conditions=Conditions(payday=_payday(store, entry.core.edition), dues_from=fact.dues_from or ""),
        agreed_apr=fact.apr,
    )


def _payday(store: OfficeStore, edition: bytes | None) -> Payday | None:
    """What a payday lender takes, as the edition says it was found; None if it says nothing."""
    cited = load_state(store).editions.get(edition or b"")
    table = cited.terms(Elsewheres) if cited else None
    for one in table.prices if table else ():
        if cited and one.kind == "loan-open" and one.how == "per-100" and one.days:
            units = 10**cited.currency.exponent
            fee = one.value * units
            if fee.denominator == 1:
                return Payday(fee.numerator, 100 * units, one.days, one.source, one.as_of)
    return None


_HOLD_REASONS = {
    "schedule": "", "new-account": "new_account", "large": "large_deposit", "again": "redeposited",
    "returns": "repeated_overdraft", "doubt": "reasonable_cause",
}  # fmt: skip


def hold_of_books(store: OfficeStore, case: str) -> Hold:
    """The notice of a deposited check's holds. ``Malformed`` if no check of that case was deposited and held."""
    row = store.get("check_item", (case,))
    if row is None:
        raise Malformed(f"there is no check {case!r} in these books", field="case")
    kept = CheckItemRow._make(row)
    entry = read_entry(store.entries(kept.epoch, kept.sequence, 1)[0])
    fact = next((fact for fact in entry.facts if isinstance(fact, CheckDeposited)), None)
    if fact is None or not fact.holds:
        raise Malformed(f"nothing of check {case} was held: there is no notice to print", field="case")
    return Hold(
        head=_head(store, fact.account, day(fact.date)),
        account=fact.account,
        paid_in=day(fact.date),
        banking_day=day(fact.banking_day),
        days=tuple(Available(day(on), cents) for on, cents in fact.holds),
        exception=_HOLD_REASONS[fact.reason],
        at_once=fact.at_once,
        why=fact.doubt or "",
    )


_METHODS = {DAILY_BALANCE: "DAILY_BALANCE", LOWEST_OF_MONTH: "MINIMUM_BALANCE_OF_MONTH"}


def savings_of_books(store: OfficeStore, account: str) -> Savings:
    """The disclosure of an account by the terms of the edition in force. ``Malformed`` if it is no account of the
    register, or one for which the edition has no terms."""
    row = store.get("holding", (account,))
    if row is None:
        raise Malformed(f"{account!r} is not a customer's account", field="account")
    product, edition = str(row[2]), load_state(store).policy
    table = edition.terms(SavingsTerms) if edition else None
    terms = table.accounts.get(product) if table else None
    if edition is None or terms is None:
        raise Malformed(f"the edition in force has no terms of savings for {product}", field="account")
    owner = store.get("customer", (row[1],)) if isinstance(row[1], str) else None
    tier = edition.tiers.get(str(owner[1])) if owner else None
    return Savings(
        head=_head(store, account, last_day(store)),
        rate_percent=rounded_half_up(terms.rate_percent, 2),
        compounding=terms.compounding.upper(),
        crediting=terms.crediting.upper(),
        method=_METHODS[terms.method],
        least_to_open=terms.least_to_open,
        ceiling=tier.balance_max if tier else None,
    )


def last_day(store: OfficeStore) -> date:
    """The last business day that was opened; ``Unavailable`` if none was."""
    row = next(iter(store.scan("day", descending=True, limit=1)), None)
    if row is None:
        raise Unavailable("no day was opened in this office yet, so there is nothing to print")
    return day(DayRow._make(row).date)


def movements_of(store: OfficeStore, account: str, translate: Translate) -> list[Movement]:
    """Every movement of a customer's account as the customer sees it, in the order of the books."""
    return list(_led(0, [(one.booked, one) for one in _moved_of(store, account, translate)]))


def _moved_of(store: OfficeStore, account: str, translate: Translate) -> list[Moved]:
    book = queries.account_book(store, account)
    if book["holding"] is None:
        raise Malformed(f"{account!r} is not a customer's account", field="account")
    kinds: dict[tuple[int, int], str] = {}
    found, balance = [], 0
    for line in book["transfers"]:
        left = -line["balance"]  # What the house owes the customer stands in the books as credit.
        if left == balance:
            continue  # Reserved or released: the balance did not move.
        at = (line["epoch"], line["entry"])
        if at not in kinds:
            kinds[at] = _title(store, at, translate)
        interest = line["other"].startswith(PAYABLE)
        found.append(Moved(at, day(line["booked"]), day(line["value"]), kinds[at], left - balance, interest))
        balance = left
    return found


def language_of(store: OfficeStore, account: str) -> str:
    """The language that the account's owner has told; English where there is none."""
    return str(_details(store, account).get("language", "en"))


def language_of_loan(store: OfficeStore, number: str) -> str:
    """The language that the borrower has told; English where there is none."""
    row = store.get("loan", (number,))
    return str(_details_of(store, row[1] if row else None).get("language", "en"))


_STEPS = {"credit-interest": TITLES["interest-pay"]}
"""Steps of the end of a day whose lines have a name of their own for whoever reads a statement."""


def _title(store: OfficeStore, at: tuple[int, int], translate: Translate) -> str:
    """What made the movement: the entry's kind, or, for a line of the day's end, its step, or the kind of that."""
    read = read_entry(store.entries(at[0], at[1], 1)[0])
    posted = next((fact for fact in read.facts if isinstance(fact, BulkPosted)), None)
    if posted is not None and posted.step in _STEPS:
        return translate(_STEPS[posted.step])
    row = store.get("bulk", (posted.value_date, posted.step)) if posted is not None else None
    if row is not None:
        step = BulkRow(*row)  # type: ignore[arg-type]  # the store keeps the columns of the row class
        read = read_entry(store.entries(step.epoch, step.sequence, 1)[0])
    return translate(TITLES[kind_numbered(read.core.kind).name])


def _head(store: OfficeStore, account: str, on: date) -> Head:
    head = _office(store, on)
    name = str(_details(store, account).get("name", ""))
    return Head(head.office, on, head.currency, customer=name)


def _head_of(store: OfficeStore, customer: str, on: date) -> Head:
    head = _office(store, on)
    return Head(head.office, on, head.currency, customer=str(_details_of(store, customer).get("name", "")))


def _office(store: OfficeStore, on: date) -> Head:
    rows = [EpochRow._make(row) for row in store.scan("epoch")]
    return Head(f"{rows[-1].place} · {rows[-1].office}", on, currency(rows[-1].currency).code)


def _details(store: OfficeStore, account: str) -> Mapping[str, Any]:
    """The owner's details as they are now; none if there is no owner or they were erased."""
    holding = store.get("holding", (account,))
    return _details_of(store, holding[1] if holding else None)


def _details_of(store: OfficeStore, number: object) -> Mapping[str, Any]:
    customer = store.get("customer", (number,)) if isinstance(number, str) else None
    row = store.get("details", (customer[2],)) if customer and isinstance(customer[2], bytes) else None
    return codec.decode(row[3], what="details") if row is not None and isinstance(row[3], bytes) else {}
