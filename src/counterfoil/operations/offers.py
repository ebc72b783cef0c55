"""What an office offers: the kinds of request that its edition sells, so that a screen shows nobody what is not sold.

Always true (``tests/unit/operations/test_offers.py``): a kind of a product that the edition does not sell is not
offered (``test_what_is_not_sold_is_not_offered``), unless the office has something of it left to settle, and then
nothing new is begun (``test_what_is_left_of_a_product_can_be_settled``); every kind of a product's own module is one of
its kinds (``test_every_kind_of_a_product_is_its_own``).

Not here: whether a request is accepted. The desk decides that, whatever a screen shows.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from counterfoil.office.requests import ASKS
from counterfoil.office.state import State
from counterfoil.policy.edition import Edition
from counterfoil.policy.terms.bills import BillTerms
from counterfoil.policy.terms.checks import CheckTerms
from counterfoil.policy.terms.loans import LoanTerms
from counterfoil.policy.terms.mail import MailTerms
from counterfoil.policy.terms.money_orders import MoneyOrderTerms
from counterfoil.policy.terms.people import PeopleTerms
from counterfoil.policy.terms.remittances import RemittanceTerms


class Product(NamedTuple):
    """The kinds of one product. ``begin``: those that sell it; ``settle``: those that bring to an end what was sold.
    ``left``: the fold whose rows say that something may be left of it; "" where nothing can be."""

    terms: type[Any]
    begin: tuple[str, ...]
    settle: tuple[str, ...] = ()
    left: str = ""


PRODUCTS = (
    Product(
        CheckTerms, ("check-cash", "check-deposit"),
        ("check-settle", "check-return", "check-recover", "check-write-off", "check-agree", "check-give-back"),
        "check_item",
    ),
    Product(
        MoneyOrderTerms, ("order-sale", "order-stock-in", "order-stock-to-till", "order-replace"),
        ("order-cash", "order-refund", "order-stop", "order-stop-lift", "order-trace", "order-clear", "order-void",
         "order-count", "order-stock-from-till"),
        "money_order",
    ),
    Product(
        BillTerms, ("bill-pay",),
        ("bill-confirm", "bill-return", "bill-refund", "bill-cancel", "bill-stop", "bill-unmatched"),
        "bill_item",
    ),
    Product(
        RemittanceTerms, ("cash-send",), ("claim-check", "cash-claim", "cash-send-cancel", "claim-unblock"), "cash_send"
    ),
    Product(
        LoanTerms, ("loan-apply", "loan-open"),
        ("loan-pay", "loan-dues", "loan-defer", "loan-charge-off", "loan-recover"), "loan",
    ),
    Product(MailTerms, ("mail-sale", "stock-revalue", "stock-spoiled", "stamp-refund")),
    Product(
        PeopleTerms,
        ("owner-add", "owner-remove", "mandate-give", "mandate-end", "minor-mark", "benefit-credit", "death-note",
         "death-take-back", "estate-name", "estate-pay", "levy", "levy-pay", "levy-release"),
    ),
)  # fmt: skip
"""Each product that an edition has a table of terms for."""

OPENING = ("account-open", "account-reopen")
ACCOUNTS = (
    "deposit", "withdrawal", "transfer", "balance-told", "account-close", "account-freeze", "account-unfreeze",
    "legal-hold", "legal-hold-release", "interest-pay", "account-escheat", "direct-deposit",
)  # fmt: skip
"""What is done with accounts: offered where the edition names kinds of account, or some are still open."""
NEEDS_ACCOUNTS = ("check-deposit", *next(one.begin for one in PRODUCTS if one.terms is PeopleTerms))
"""Kinds of other products that are done on an account."""


def offered(state: State) -> frozenset[str]:
    """The kinds that this office's screens show under the edition in force."""
    edition = state.policy
    if edition is None:
        return frozenset(ASKS)
    hidden = set()
    for product in PRODUCTS:
        if edition.terms(product.terms) is None:
            hidden |= {*product.begin}
            if not product.left or not getattr(state, product.left).rows:
                hidden |= {*product.settle}
    if not edition.products:
        hidden |= {*OPENING}
        if not state.holding.rows:
            hidden |= {*ACCOUNTS, *NEEDS_ACCOUNTS}
    return frozenset(ASKS) - hidden - _stamps(edition)


def _stamps(edition: Edition) -> frozenset[str]:
    return frozenset() if edition.stock else frozenset({"stamp-sale", "stock-in", "stock-to-till", "stock-from-till"})
