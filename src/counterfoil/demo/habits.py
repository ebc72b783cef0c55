"""What people come for in the demo season: one function a habit, each a request or two at a window.

Always true: a habit asks for what a person would ask for, at the price of the edition in force, and the desk
decides; what it refuses is part of the day (``test_every_product_is_used``).
"""

from __future__ import annotations

from datetime import date, timedelta

from counterfoil.counter import loans
from counterfoil.demo.season import Habit, Season
from counterfoil.office import rules
from counterfoil.policy.terms.checks import CheckTerms
from counterfoil.policy.terms.loans import LoanTerms

_ROUTING = "021000021"
_MAKERS = (("payroll", "Elk Fork Mill"), ("payroll", "Bitter Creek School District"), ("treasury", "U.S. Treasury"))


def brings(s: Season, till: str, clerk: str) -> None:
    """Cash into an account."""
    holder = s.someone()
    account = holder.passbook if holder.passbook and s.one_in(3) else holder.account
    s.money("deposit", clerk, s.between(2, 100) * 250, till=till, account=account)


def takes(s: Season, till: str, clerk: str) -> None:
    """Cash out of an account."""
    holder = s.someone()
    most = min(s.owed(holder.account), 40_000) // 500
    if most:
        s.money("withdrawal", clerk, s.between(1, most) * 500, till=till, account=holder.account)


def pays(s: Season, till: str, clerk: str) -> None:
    """From one account to another."""
    holder, to = s.someone(), s.someone()
    most = min(s.owed(holder.account), 20_000) // 100
    if most and to.account != holder.account:
        words = ("rent", "hay", "gas", "thank you", "préstamo", "for the calf")
        amount = s.between(1, most) * 100
        s.money("transfer", clerk, amount, account=holder.account, to=to.account, reference=words[s.below(6)])


def stamps(s: Season, till: str, clerk: str) -> None:
    """Stamps at face value."""
    stock = rules.edition(s.desk.state).stock
    item = sorted(stock)[s.below(len(stock))]
    quantity = s.between(1, 20)
    s.money("stamp-sale", clerk, stock[item].face * quantity, till=till, item=item, quantity=quantity)


def asks(s: Season, till: str, clerk: str) -> None:
    """Only how much there is."""
    s.ask("balance-told", clerk, account=s.someone().account, till=till)


def cashes_a_check(s: Season, till: str, clerk: str) -> None:
    """Payday: a check turned into cash, or put into the account."""
    terms, holder = rules.edition(s.desk.state).terms(CheckTerms), s.someone()
    if terms is None:
        return
    sort, maker = _MAKERS[s.below(3)]
    amount = s.between(1_800, 7_200) * 10 + s.below(10)
    dated = date.fromisoformat(s.date) - timedelta(days=s.below(4))
    check = {"sort": sort, "check_date": dated.isoformat(), "till": till}
    micr = f"⑈{s.between(100_000, 999_999)}⑈ ⑆{_ROUTING}⑆ {s.between(10**8, 10**9 - 1)}⑈"
    details = {"micr": micr, "payee": holder.person.name, "maker": maker}
    others = [one for one in s.signers if one != clerk][:1]
    if s.one_in(3):
        s.money("check-deposit", clerk, amount, account=holder.account, details=details, **check)
        return
    papers = {"identification": holder.person.papers} if holder.person.papers else {}
    fee = terms.sorts[sort].fee(amount)
    s.money("check-cash", clerk, amount, *others, customer=holder.customer, fee=fee, details=details, **papers, **check)


def borrows(s: Season, till: str, clerk: str) -> None:
    """A small loan: asked for, decided from what is left of a month, agreed on the terms shown."""
    terms, holder = rules.edition(s.desk.state).terms(LoanTerms), s.someone()
    if terms is None:
        return
    amount, number = s.between(4, 20) * 2_500, s.between(3, 10)
    income, rent = s.between(110, 260) * 1_000, s.between(30, 80) * 1_000
    flow = {"income": f"{income // 100}.00", "rent": f"{rent // 100}.00", "dues": f"{s.between(100, 500)}.00"}
    s.send()
    told = s.told(
        "loan-apply", clerk, customer=holder.customer, amount=amount, currency="USD", every="biweekly",
        number_of_payments=number, details=flow,
    )  # fmt: skip
    if told["decision"] != "yes":
        return
    shown = loans.first_quote(terms, amount, "biweekly", number, s.date, None)
    s.money(
        "loan-open", clerk, amount, till=till, customer=holder.customer, case=told["case"], every="biweekly",
        number_of_payments=number, first_due=shown.first_due.isoformat(), apr=shown.apr_text, payment=shown.payment,
        total=shown.total,
    )  # fmt: skip


def pays_back(s: Season, till: str, clerk: str) -> None:
    """A payment on a loan that is nearly due. Some come late, and are put off once at no cost."""
    s.send()
    owing = [row for row in s.desk.state.loan.all() if row.state == "open"]
    due = [row for row in owing if loans.next_due(row) <= date.fromisoformat(s.date) + timedelta(days=3)]
    for row in due[:6]:
        if not s.one_in(9):
            s.money("loan-pay", clerk, loans.next_payment(row, s.date), till=till, loan=row.loan)


HABITS: tuple[tuple[int, Habit], ...] = (
    (10, brings), (8, takes), (4, pays), (4, stamps), (2, asks), (4, cashes_a_check), (1, borrows), (3, pays_back),
)  # fmt: skip
"""(weight, habit): how often chance brings it."""
