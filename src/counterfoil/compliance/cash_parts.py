"""Whose cash a movement is: who stood at the window, and for whom it was (31 CFR 1010.311 to 1010.313).

Always true:

1. Both count: whoever conducted it and whoever it was for; each once, with her part in it
   (``test_who_conducts_and_for_whom_both_count``).
2. What is paid into a joint account is presumed to be for all who own it; what an owner takes out, for her alone.
3. Where nobody was named at the window, it was the account's owner, as the counter's rules say too.

Nobody's name stands here: customers by number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from counterfoil.kernel.outcomes import mark

OWN, FOR_ANOTHER, BY_ANOTHER = "own", "for-another", "by-another"
"""On her own behalf; for somebody else; somebody else did it for her. The form asks for these three."""

ITEMS: Mapping[str, tuple[str, str]] = {
    "deposit": ("deposits", "other"),
    "withdrawal": ("other", "withdrawals"),
    "estate-pay": ("other", "withdrawals"),
    "cash-exchange": ("currency exchanges", "currency exchanges"),
    "order-sale": ("purchases of negotiable instruments", "other"),
    "order-cash": ("other", "negotiable instruments cashed"),
    "order-refund": ("other", "negotiable instruments cashed"),
    "check-cash": ("other", "negotiable instruments cashed"),
    "check-deposit": ("other", "negotiable instruments cashed"),
    "check-recover": ("payments", "other"),
    "cash-send": ("funds transfers out", "other"),
    "cash-send-cancel": ("other", "funds transfers out, given back"),
    "cash-claim": ("other", "funds transfers in"),
    "bill-pay": ("payments", "other"),
    "bill-refund": ("other", "payments given back"),
    "bill-cancel": ("other", "payments given back"),
    "loan-pay": ("payments", "other"),
    "loan-recover": ("payments", "other"),
    "loan-open": ("other", "advances on credit"),
}
"""Kind of service → how the form calls its cash in and its cash out."""
NOT_KEPT = (
    mark("the person's work or trade"),
    mark("the tax number, and the number and the state or country of the paper shown, if the details do not say them"),
    mark("the office's own data: name, address and numbers of the bank, who watches over it, whom to ask"),
)
"""What the form asks besides, and these books do not know."""


def parts(direction: str, presenter: str | None, behalf: str | None, owners: Sequence[str]) -> dict[str, str]:
    """Everyone a movement counts for, with her part. ``owners``: of the account it touches, the first one first."""
    conducts = presenter or (owners[0] if owners else behalf)
    if behalf is not None:
        whose: Sequence[str] = (behalf,)
    elif direction == "cash_in" and owners:
        whose = owners
    elif owners and conducts not in owners:
        whose = owners[:1]
    else:
        whose = (conducts,) if conducts else ()
    found = {one: OWN if one == conducts else BY_ANOTHER for one in whose}
    if conducts and conducts not in found:
        found[conducts] = FOR_ANOTHER
    return found


def item(kind: str, direction: str) -> str:
    """How the form calls the cash of a kind of service."""
    return ITEMS.get(kind, ("other", "other"))[direction == "cash_out"]
