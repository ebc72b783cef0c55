"""What people come for in the demo season: one function a habit, each a request or two at a window.

Always true: a habit asks for what a person would ask for, at the price of the edition in force, and the desk
decides; what it refuses is part of the day (``test_every_product_is_used``).
"""

from __future__ import annotations

from datetime import date, timedelta

from counterfoil.counter import loans
from counterfoil.demo.season import Habit, Season
from counterfoil.office import rules
from counterfoil.office.money_orders.forms import forms_at
from counterfoil.policy.terms.bills import BillTerms
from counterfoil.policy.terms.checks import CheckTerms
from counterfoil.policy.terms.loans import LoanTerms
from counterfoil.policy.terms.mail import MailTerms
from counterfoil.policy.terms.money_orders import MoneyOrderTerms
from counterfoil.policy.terms.remittances import RemittanceTerms
from counterfoil.products.money_orders import order_fee

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


def buys_a_money_order(s: Season, till: str, clerk: str) -> None:
    """Rent, by money order."""
    terms, forms = rules.edition(s.desk.state).terms(MoneyOrderTerms), forms_at(s.desk.state, till)
    taken = {body.get("serial") for kind, body in s.asked[-60:] if kind == "order-sale"}
    free = [serial for serial in forms if serial not in taken]
    if terms is None or not free:
        return
    amount = s.between(40, 900) * 100
    others = [one for one in s.signers if one != clerk][:1] if amount > terms.approval_above else []
    s.money(
        "order-sale", clerk, amount, *others, till=till, serial=free[0], fee=order_fee(terms, amount, s.date),
        presented_by=s.someone().customer,
    )  # fmt: skip


def cashes_an_order(s: Season, till: str, clerk: str) -> None:
    """Somebody was paid with one of our orders."""
    s.send()
    sold = [row for row in s.desk.state.money_order.all() if row.state == "sold" and row.sold and row.sold < s.date]
    if sold:
        row = sold[s.below(len(sold))]
        s.money("order-cash", clerk, row.amount, till=till, serial=row.serial, identification="driver-license")


def pays_a_bill(s: Season, till: str, clerk: str) -> None:
    """The water bill, in cash or from the account."""
    terms = rules.edition(s.desk.state).terms(BillTerms)
    biller = terms.billers.get("valley-water") if terms else None
    if biller is None:
        return
    holder, amount = s.someone(), s.between(18, 96) * 100
    paid = {"account": holder.account} if s.owed(holder.account) > amount + biller.fee and s.one_in(2) else {}
    reference = f"{s.between(1_000_000, 9_999_999)}"
    s.money("bill-pay", clerk, amount, till=till, biller="valley-water", reference=reference, fee=biller.fee, **paid)


def buys_mail(s: Season, till: str, clerk: str) -> None:
    """A certified letter, or whatever the price list has."""
    terms = rules.edition(s.desk.state).terms(MailTerms)
    if terms is None or not terms.services:
        return
    name = sorted(terms.services)[s.below(len(terms.services))]
    s.money("mail-sale", clerk, terms.services[name].price, till=till, items={name: 1})


def sends_cash(s: Season, till: str, clerk: str) -> None:
    """Cash for somebody who will come for it, against a claim code."""
    terms, holder = rules.edition(s.desk.state).terms(RemittanceTerms), s.someone()
    if terms is None:
        return
    amount = s.between(20, 300) * 100
    fee = next(row.fee for row in terms.fees if amount <= row.up_to)
    s.money(
        "cash-send", clerk, amount, till=till, fee=fee, office=s.desk.state.place, presented_by=holder.customer,
        details={"name": s.someone().person.name},
    )  # fmt: skip


HABITS: tuple[tuple[int, Habit], ...] = (
    (10, brings), (8, takes), (4, pays), (4, stamps), (2, asks), (4, cashes_a_check), (1, borrows), (3, pays_back),
    (4, buys_a_money_order), (1, cashes_an_order), (3, pays_a_bill), (2, buys_mail), (1, sends_cash),
)  # fmt: skip
"""(weight, habit): how often chance brings it."""
