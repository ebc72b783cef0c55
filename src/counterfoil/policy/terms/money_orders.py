"""Terms of money orders in an edition: the fee table by amount and date, limits, papers, replacement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from counterfoil.policy.tables import BadValue, Day, Minor, Names, Tables, Text, Whole
from counterfoil.policy.terms.profile import within_identification


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFee:
    """Orders of at most ``up_to`` cost ``fee``. ``since``: rows of a later day replace all earlier ones from then
    on."""

    up_to: Minor
    fee: Minor
    source: Text
    since: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyOrderTerms:
    """``identification_from``: one person's purchases of a day at which papers are needed (31 CFR 1010.415).

    ``watch_from``: at or above it, a person's purchases below that line stand in the instrument log as near it.
    """

    each_max: Minor
    day_max: Minor
    identification_from: Minor
    watch_from: Minor
    identification: Names
    approval_above: Minor
    replace_fee: Minor
    replace_after_days: Whole
    source: Text
    fees: tuple[OrderFee, ...]


def check(terms: MoneyOrderTerms, tables: Mapping[type, Any]) -> None:
    """The fee table covers every amount on every day; the lines stand in order."""
    within = "money_orders"
    if not terms.identification:
        raise BadValue("identification", "at least one paper is named", within=within)
    if not terms.watch_from <= terms.identification_from <= terms.day_max:
        raise BadValue("identification_from", "watch_from, identification_from, day_max: in that order", within=within)
    within_identification(tables, terms.identification_from, "identification_from", within)
    groups: dict[object, list[OrderFee]] = {}
    for row in terms.fees:
        groups.setdefault(row.since, []).append(row)
    if not groups or None not in groups:
        raise BadValue("fees", "fees without a day (since) are needed: they hold from the edition's own", within=within)
    for rows in groups.values():
        if any(later.up_to <= row.up_to for row, later in pairwise(rows)):
            raise BadValue("fees", "fees stand with up_to rising", within=within)
        if rows[-1].up_to < terms.each_max:
            raise BadValue("fees", "the last fee covers each_max", within=within)


TABLES: Tables = {"money_orders": (MoneyOrderTerms, check)}
