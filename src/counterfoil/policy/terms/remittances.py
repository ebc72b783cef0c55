"""Terms of cash sent from one office to another in an edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from counterfoil.policy.tables import BadValue, Minor, Names, Tables, Text, Whole
from counterfoil.policy.terms.profile import within_identification


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFee:
    """Amounts of at most ``up_to`` cost ``fee``."""

    up_to: Minor
    fee: Minor
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceTerms:
    """``free_minutes``: a sender may cancel whole, fee too, for so long (12 CFR 1005.34: 30). ``tries``: of a code."""

    each_max: Minor
    identification_from: Minor
    identification: Names
    approval_above: Minor
    free_minutes: Whole
    keep_days: Whole
    tries: Whole
    source: Text
    fees: tuple[SendFee, ...]


def check(terms: RemittanceTerms, tables: Mapping[type, Any]) -> None:
    """The fee table covers every amount; the right to cancel is not below the rule's."""
    within = "remittances"
    if not terms.identification:
        raise BadValue("identification", "at least one paper is named", within=within)
    within_identification(tables, terms.identification_from, "identification_from", within)
    if terms.free_minutes < 30:
        raise BadValue("free_minutes", "a sender may cancel for 30 minutes at least (12 CFR 1005.34)", within=within)
    if not terms.tries or not terms.keep_days:
        raise BadValue("tries" if not terms.tries else "keep_days", "at least 1 is needed", within=within)
    if not terms.fees or terms.fees[-1].up_to < terms.each_max:
        raise BadValue("fees", "the last fee covers each_max", within=within)
    if any(later.up_to <= row.up_to for row, later in pairwise(terms.fees)):
        raise BadValue("fees", "fees stand with up_to rising", within=within)


TABLES: Tables = {"remittances": (RemittanceTerms, check)}
