"""Who may ask what: one row for every kind of request and for every question, none by default.

Always true: a kind or a question without a row is nobody's (``test_every_kind_has_its_row``,
``test_every_question_has_its_row``); an auditor asks nothing and signs nothing, and reads all; a customer reads only
her own (``test_a_customer_reads_only_her_own``). The desk asks ``may_ask`` of whoever asks and ``may_sign`` of
whoever signs too, before it decides (``test_every_role_and_every_kind_at_the_desk``); faces ask ``may_read``.

Not here: how many must sign, and which of them a supervisor: that depends on amounts and is part of each decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from counterfoil.office.readers import ROLES

CLERK, SUPERVISOR, POSTMASTER, OPERATIONS, AUDITOR = ROLES
CUSTOMER = "customer"
EVERY_ROLE = (*ROLES, CUSTOMER)

WINDOW = frozenset({CLERK, SUPERVISOR, POSTMASTER})
"""Whatever touches a till, a vault or a customer at the window: people of the office."""
OFFICE = WINDOW | {OPERATIONS}
"""What a back office may set in motion too: it moves no cash."""
LEADERS = frozenset({SUPERVISOR, POSTMASTER, OPERATIONS})
READERS = OFFICE | {AUDITOR}

ASK: Mapping[str, frozenset[str]] = {
    "policy-edition": LEADERS,
    "clerk-enrol": LEADERS,
    "clerk-rotate": READERS,
    "clerk-revoke": READERS,
    "day-open": WINDOW,
    "vault-count": WINDOW,
    "day-close": WINDOW,
    "till-open": WINDOW,
    "cash-from-vault": WINDOW,
    "cash-to-vault": WINDOW,
    "till-handover": WINDOW,
    "surprise-count": WINDOW,
    "pouch-out": WINDOW,
    "pouch-in": WINDOW,
    "pouch-lost": WINDOW,
    "stock-in": WINDOW,
    "stock-to-till": WINDOW,
    "stock-from-till": WINDOW,
    "till-report": WINDOW,
    "till-count": WINDOW,
    "till-close": WINDOW,
    "till-count-absent": WINDOW,
    "difference-dispute": WINDOW,
    "difference-accept": WINDOW,
    "customer-open": WINDOW,
    "customer-change": OFFICE,
    "account-open": WINDOW,
    "account-close": WINDOW,
    "account-reopen": WINDOW,
    "account-freeze": OFFICE,
    "account-unfreeze": OFFICE,
    "legal-hold": OFFICE,
    "legal-hold-release": OFFICE,
    "balance-told": WINDOW,
    "deposit": WINDOW,
    "withdrawal": WINDOW,
    "transfer": WINDOW,
    "cash-exchange": WINDOW,
    "suspect-note": WINDOW,
    "stamp-sale": WINDOW,
    "order-stock-in": WINDOW,
    "order-stock-to-till": WINDOW,
    "order-stock-from-till": WINDOW,
    "order-sale": WINDOW,
    "order-cash": WINDOW,
    "order-refund": WINDOW,
    "order-replace": WINDOW,
    "order-stop": OFFICE,
    "order-trace": OFFICE,
    "order-void": WINDOW,
    "order-stop-lift": OFFICE,
    "order-clear": OFFICE,
    "order-count": WINDOW,
    "cash-send": WINDOW,
    "claim-check": WINDOW,
    "cash-claim": WINDOW,
    "cash-send-cancel": WINDOW,
    "claim-unblock": WINDOW,
    "mail-sale": WINDOW,
    "stock-revalue": WINDOW,
    "stock-spoiled": WINDOW,
    "stamp-refund": WINDOW,
    "reversal": WINDOW,
    "visit": WINDOW,
    "bill-pay": WINDOW,
    "bill-confirm": OFFICE,
    "bill-return": OFFICE,
    "bill-refund": WINDOW,
    "bill-cancel": WINDOW,
    "bill-unmatched": OFFICE,
    "bill-stop": OFFICE,
    "check-cash": WINDOW,
    "check-deposit": WINDOW,
    "check-settle": OFFICE,
    "check-return": OFFICE,
    "check-recover": WINDOW,
    "check-write-off": OFFICE,
    "check-agree": WINDOW,
    "check-give-back": WINDOW,
    "owner-add": WINDOW,
    "owner-remove": OFFICE,
    "mandate-give": OFFICE,
    "mandate-end": OFFICE,
    "death-note": OFFICE,
    "death-take-back": OFFICE,
    "estate-name": OFFICE,
    "estate-pay": WINDOW,
    "minor-mark": OFFICE,
    "benefit-credit": OFFICE,
    "levy": OFFICE,
    "levy-pay": OFFICE,
    "levy-release": OFFICE,
    "loan-apply": WINDOW,
    "loan-open": WINDOW,
    "loan-pay": WINDOW,
    "loan-defer": WINDOW,
    "loan-charge-off": OFFICE,
    "loan-recover": WINDOW,
    "loan-dues": WINDOW,
    "interest-pay": WINDOW,
    "account-escheat": OFFICE,
    "direct-deposit": WINDOW,
}
"""Kind → the roles that may ask it. An auditor may renew or end her own key and nothing else."""

OWN_KEY = ("clerk-rotate", "clerk-revoke")
"""Kinds that an auditor may ask, about her own key alone; she signs nobody else's."""


class Question(StrEnum):
    """What may be read. A face names the question it asks, so that the answer is given to those who may have it."""

    OFFICE = "office"
    DAY = "day"
    TILLS = "tills"
    FIND = "find"
    CUSTOMER = "customer"
    ACCOUNT = "account"
    RECEIPT = "receipt"
    OUTCOME = "outcome"
    ENTRIES = "entries"
    BOOKS = "books"
    DIFFERENCES = "differences"
    EVENTS = "events"
    LOOKED = "looked"
    PEOPLE = "people"
    POLICY = "policy"
    JOURNAL = "journal"
    DAY_END = "day-end"
    INSTRUMENTS = "instruments"


EVERYONE = frozenset(EVERY_ROLE)

READ: Mapping[Question, frozenset[str]] = {
    Question.OFFICE: EVERYONE,
    Question.DAY: READERS,
    Question.TILLS: READERS,
    Question.FIND: READERS,
    Question.CUSTOMER: EVERYONE,
    Question.ACCOUNT: EVERYONE,
    Question.RECEIPT: EVERYONE,
    Question.OUTCOME: READERS,
    Question.ENTRIES: READERS,
    Question.BOOKS: LEADERS | {AUDITOR},
    Question.DIFFERENCES: READERS,
    Question.EVENTS: READERS,
    Question.LOOKED: LEADERS | {AUDITOR},
    Question.PEOPLE: READERS,
    Question.POLICY: EVERYONE,
    Question.JOURNAL: READERS,
    Question.DAY_END: READERS,
    Question.INSTRUMENTS: READERS,
}
"""Question → the roles that may ask it."""

OWN = (Question.CUSTOMER, Question.ACCOUNT, Question.RECEIPT)
"""Questions about one customer: she herself reads only what is hers."""


def may_ask(role: str, kind: str) -> bool:
    """Whether this role may ask this kind of request at all."""
    return role in ASK.get(kind, frozenset())


def may_sign(role: str) -> bool:
    """Whether this role may sign as the second person of another's request."""
    return role in OFFICE


def may_confirm_clock(role: str) -> bool:
    """Whether this role may say that the machine's date and time are right, after they jumped."""
    return role in (SUPERVISOR, POSTMASTER)


def may_give_code(role: str) -> bool:
    """Whether this role may give a customer at the window a code for her own pages."""
    return role in WINDOW


def may_read(role: str, question: Question, *, own: bool = False) -> bool:
    """Whether this role may have the answer. ``own``: it is about the reader herself, which faces find out first."""
    return role in READ.get(question, frozenset()) and (role != CUSTOMER or question not in OWN or own)
