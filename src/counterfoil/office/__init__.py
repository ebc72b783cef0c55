"""One office: what may be asked of it, the rules that say no, and the state its facts add up to.

``requests`` and ``refusals`` are the vocabulary that counter and closing share; ``state``, ``rows`` and ``folds`` are a
fold of the journal: they can be dropped and made again, and audit does exactly that; ``rules`` are the checks that
more than one decision asks.
"""

from counterfoil.office.bills import asks as bills_asks
from counterfoil.office.bills import refusals as bills_refusals
from counterfoil.office.checks import asks as checks_asks
from counterfoil.office.checks import refusals as checks_refusals
from counterfoil.office.day_end import asks as day_end_asks
from counterfoil.office.day_end import refusals as day_end_refusals
from counterfoil.office.loans import asks as loans_asks
from counterfoil.office.loans import refusals as loans_refusals
from counterfoil.office.mail import asks as mail_asks
from counterfoil.office.mail import refusals as mail_refusals
from counterfoil.office.money_orders import asks as money_orders_asks
from counterfoil.office.money_orders import refusals as money_orders_refusals
from counterfoil.office.people import asks as people_asks
from counterfoil.office.people import refusals as people_refusals
from counterfoil.office.remittances import asks as remittances_asks
from counterfoil.office.remittances import refusals as remittances_refusals
from counterfoil.office.savings import asks as savings_asks
from counterfoil.office.savings import refusals as savings_refusals

PRODUCTS = (
    savings_asks, savings_refusals, checks_asks, checks_refusals, money_orders_asks, money_orders_refusals, bills_asks,
    bills_refusals, remittances_asks, remittances_refusals, loans_asks, loans_refusals, people_asks, people_refusals,
    mail_asks, mail_refusals, day_end_asks, day_end_refusals,
)  # fmt: skip
"""Importing them registers their requests and refusals: whoever sees the office sees them all."""
