"""Outcomes: every answer the ledger gives, one enum, in order of precedence.

Always true:

1. When several outcomes apply to one event, the one with the lowest number is given
   (``test_outcomes_table.py::test_of_two_that_apply_the_first_wins``).
2. The enum, the rules in ``ledger.machine`` and the table in docs/reference/ledger-outcomes.md stand in the same order
   (``test_the_page_shows_the_enum``, ``test_the_rules_stand_in_order_of_precedence``).
3. What the id alone decides comes first, so a repeated id is answered before any rule is, in a broken chain too.
4. Only ``CREATED`` changes anything. Any other answer leaves no trace in the ledger.

Names are stable for ever; numbers only give the order and are never stored. Vocabulary: TigerBeetle,
reference/requests/create_transfers.
"""

from __future__ import annotations

from enum import IntEnum


class Outcome(IntEnum):
    """What became of one event (a transfer, or an account to be added); the number is its place in the precedence."""

    event: str
    when: str

    def __new__(cls, place: int, event: str, when: str) -> Outcome:
        member = int.__new__(cls, place)
        member._value_ = place
        member.event = event
        member.when = when
        return member

    CREATED = 0, "both", "Accepted: kept, and its counters moved."
    ID_MUST_BE_16_BYTES = 1, "transfer", "The id is not 16 bytes long."
    ID_MUST_NOT_BE_ZERO = 2, "transfer", "The id is 16 zero bytes."
    ID_MUST_NOT_BE_MAX = 3, "transfer", "The id is 16 bytes of 255."
    ACCOUNT_ID_OUT_OF_RANGE = 4, "account", "The account id is not from 1 to 2^63 - 1."
    ID_REPEATED_IN_CHAIN = 5, "transfer", "The same id stands earlier in the same linked chain."
    EXISTS_WITH_DIFFERENT_FLAGS = 6, "both", "The id is kept with other flags (closed is not compared)."
    EXISTS_WITH_DIFFERENT_NAME = 7, "account", "The id is kept with another name."
    EXISTS_WITH_DIFFERENT_CURRENCY = 8, "account", "The id is kept with another currency."
    EXISTS_WITH_DIFFERENT_PENDING = 9, "transfer", "The id is kept with another pending id."
    EXISTS_WITH_DIFFERENT_DEBIT = 10, "transfer", "The id is kept with another debit account."
    EXISTS_WITH_DIFFERENT_CREDIT = 11, "transfer", "The id is kept with another credit account."
    EXISTS_WITH_DIFFERENT_AMOUNT = 12, "transfer", "The id is kept with another amount."
    EXISTS_WITH_DIFFERENT_CODE = 13, "both", "The id is kept with another code."
    EXISTS_WITH_DIFFERENT_BOOKED = 14, "transfer", "The id is kept with another booking date."
    EXISTS_WITH_DIFFERENT_VALUE = 15, "transfer", "The id is kept with another value date."
    EXISTS_WITH_DIFFERENT_EXPIRES = 16, "transfer", "The id is kept with another expiry time."
    EXISTS_WITH_DIFFERENT_LIMIT = 17, "account", "The id is kept with another limit."
    EXISTS = 18, "both", "The id is kept with the same body: it was accepted before, and nothing is done again."
    LINKED_EVENT_CHAIN_OPEN = 19, "transfer", "It is the last of the batch and still linked to a next one."
    LINKED_EVENT_FAILED = 20, "transfer", "Another event of its linked chain was not accepted, so this one is not kept."
    FLAGS_UNKNOWN = 21, "both", "A flag is set that has no meaning here (an account cannot be added closed)."
    FLAGS_MUTUALLY_EXCLUSIVE = 22, "both", "Two of pending, post, void and expire; or both guards of an account."
    NAME_MALFORMED = 23, "account", "The name is empty, longer than 200 characters, or holds a control character."
    CURRENCY_MALFORMED = 24, "account", "The currency is not three capital letters A to Z."
    PENDING_ID_MUST_BE_EMPTY = 25, "transfer", "A pending id is given, and the transfer is no post, void or expiry."
    PENDING_ID_MUST_BE_16_BYTES = 26, "transfer", "A post, void or expiry whose pending id is not 16 bytes long."
    EXPIRES_MUST_BE_ZERO = 27, "transfer", "An expiry time is given, and the transfer is not pending."
    EXPIRES_OUT_OF_RANGE = 28, "transfer", "The expiry time is negative or over 2^63 - 1 ms."
    AMOUNT_MUST_NOT_BE_ZERO = 29, "transfer", "The amount is zero."
    AMOUNT_MUST_NOT_BE_NEGATIVE = 30, "transfer", "The amount is below zero."
    AMOUNT_OVER_INT64 = 31, "transfer", "The amount is over 2^63 - 1 minor units."
    CODE_OUT_OF_RANGE = 32, "both", "The code is not from 0 to 65535."
    LIMIT_OUT_OF_RANGE = 33, "account", "The limit is not from 0 to 2^63 - 1 minor units."
    BOOKED_OUT_OF_RANGE = 34, "transfer", "The booking date is no day of the years 1 to 9999."
    VALUE_OUT_OF_RANGE = 35, "transfer", "The value date is no day of the years 1 to 9999."
    NAME_TAKEN = 36, "account", "Another account has this name."
    ACCOUNTS_MUST_BE_DIFFERENT = 37, "transfer", "The same account is debited and credited."
    DEBIT_ACCOUNT_NOT_FOUND = 38, "transfer", "There is no such debit account."
    CREDIT_ACCOUNT_NOT_FOUND = 39, "transfer", "There is no such credit account."
    CURRENCIES_MUST_MATCH = 40, "transfer", "The two accounts are of different currencies."
    PENDING_NOT_FOUND = 41, "transfer", "There is no transfer with that pending id."
    PENDING_NOT_PENDING = 42, "transfer", "The transfer with that pending id is not a pending one."
    PENDING_HAS_DIFFERENT_DEBIT = 43, "transfer", "The pending transfer debits another account."
    PENDING_HAS_DIFFERENT_CREDIT = 44, "transfer", "The pending transfer credits another account."
    EXCEEDS_PENDING_AMOUNT = 45, "transfer", "A post of more than the pending amount."
    PENDING_HAS_DIFFERENT_AMOUNT = 46, "transfer", "A void or expiry that does not name the whole pending amount."
    PENDING_ALREADY_POSTED = 47, "transfer", "The pending transfer was posted before, in whole or in part."
    PENDING_ALREADY_VOIDED = 48, "transfer", "The pending transfer was voided before."
    PENDING_ALREADY_EXPIRED = 49, "transfer", "The pending transfer was expired before, by an entry."
    PENDING_PAST_EXPIRY = 50, "transfer", "A post at or after the pending transfer's expiry time."
    PENDING_NOT_YET_EXPIRED = 51, "transfer", "An expiry before the expiry time, or of one that never expires."
    DEBIT_ACCOUNT_CLOSED = 52, "transfer", "The debit account is closed (a void or expiry still releases)."
    CREDIT_ACCOUNT_CLOSED = 53, "transfer", "The credit account is closed (a void or expiry still releases)."
    PERIOD_CLOSED = 54, "transfer", "The booking date lies in a closed period."
    OVERFLOWS_DEBITS = 55, "transfer", "Posted and pending debits of the debit account would pass 2^63 - 1."
    OVERFLOWS_CREDITS = 56, "transfer", "Posted and pending credits of the credit account would pass 2^63 - 1."
    EXCEEDS_CREDITS = 57, "transfer", "The guarded debit account's debits would pass its credits and limit."
    EXCEEDS_DEBITS = 58, "transfer", "The guarded credit account's credits would pass its debits and limit."

    @property
    def code(self) -> str:
        """The stable name: ``exceeds_credits``."""
        return self.name.lower()


def outcome_table() -> str:
    """The table of docs/reference/ledger-outcomes.md (Markdown, one line an outcome, in order of precedence)."""
    lines = ["| # | outcome | event | when |", "|---|---|---|---|"]
    lines += [f"| {one.value} | `{one.code}` | {one.event} | {one.when} |" for one in Outcome]
    return "\n".join(lines)
