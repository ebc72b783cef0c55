"""A typed client of the API: it signs with a clerk's own key, and asks again with the same key when an answer is lost.

Worked example::

    from counterfoil.client import ClerkKey, Client

    with Client("http://127.0.0.1:8417", token) as office:
        clerk = ClerkKey.load("clerk-105.key")
        done = office.ask("deposit", {"till": "T1", "account": number, "amount": 2500, "currency": "USD"}, by=[clerk])
        print(done.entries[0].slip)

Always true: a key never leaves this machine, only signatures do (``test_a_key_never_leaves_the_client``); one call of
``ask`` does a thing at most once, however often the line breaks (``test_a_lost_answer_is_asked_for_again``); what the
client signs is what the office books (``test_what_the_client_signs_is_what_is_booked``).
"""

from counterfoil.client.calls import (
    Accepted,
    BatchItem,
    Client,
    Entered,
    Office,
    ProblemError,
    Refused,
    Unreachable,
)
from counterfoil.client.keys import (
    ClerkKey,
    Draft,
    Enrolment,
    Signed,
    Signs,
    draft,
    enrolment,
    filled,
    new_key,
    sign_draft,
    signed,
)

__all__ = [
    "Accepted",
    "BatchItem",
    "ClerkKey",
    "Client",
    "Draft",
    "Enrolment",
    "Entered",
    "Office",
    "ProblemError",
    "Refused",
    "Signed",
    "Signs",
    "Unreachable",
    "draft",
    "enrolment",
    "filled",
    "new_key",
    "sign_draft",
    "signed",
]
