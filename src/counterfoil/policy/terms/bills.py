"""Terms of bills in an edition: the directory of billers, each with its numbers, its fee and its days.

[bills.billers.elk-fork-power]
title = "Elk Fork Power"
forms = ["999-999-9999"]       # how its customers' numbers look: 9 a digit, A a letter, X either
check = "luhn"                 # none, luhn, 371 or mod97
fee = 150
most = 200000
days = 1                       # banking days until the biller has it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from counterfoil.policy.tables import BadValue, Flag, Minor, Names, Tables, Text, Texts, Whole, one_of
from counterfoil.policy.terms.profile import within_identification

CHECKS = ("none", "luhn", "371", "mod97")
FORM_SIGNS = frozenset("9AX./ -")
FORMS_MAX, FORM_LENGTHS, DAYS_MAX, AHEAD_MAX = 10, range(3, 41), 10, 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Biller:
    """One biller. ``same_day``: on a banking day before the cut-off it has the money the same day."""

    title: Text
    forms: Texts
    check: Annotated[str, one_of(*CHECKS)] = "none"
    fee: Minor
    least: Minor = 1
    most: Minor
    days: Whole
    same_day: Flag = False
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class BillTerms:
    """``cutoff_hour``: later ones go the next banking day. ``ahead_days``: how far ahead a bill may be dated. From
    ``papers_above`` on who pays is a customer who shows one of ``papers`` (31 CFR 1010.410(e): $3,000)."""

    billers: Mapping[str, Biller]
    cutoff_hour: Whole
    ahead_days: Whole
    papers_above: Minor
    papers: Names
    approval_above: Minor
    source: Text


def check(terms: BillTerms, tables: Mapping[type, Any]) -> None:
    """What a directory may not say."""
    if not 0 < terms.cutoff_hour < 24:
        raise BadValue("cutoff_hour", "an hour from 1 to 23", within="bills")
    if terms.ahead_days > AHEAD_MAX:
        raise BadValue("ahead_days", f"at most {AHEAD_MAX} days", within="bills")
    within_identification(tables, terms.papers_above + 1, "papers_above", "bills")
    for name, biller in terms.billers.items():
        within = f"bills.billers.{name}"
        if not 0 < len(biller.forms) <= FORMS_MAX:
            raise BadValue("forms", f"1 to {FORMS_MAX} forms of a number", within=within)
        for form in biller.forms:
            if not set(form) <= FORM_SIGNS or len(form) not in FORM_LENGTHS:
                raise BadValue("forms", f"{form!r}: 3 to 40 of 9, A, X, - / . and the blank", within=within)
            if biller.check != "none" and "9" not in form:
                raise BadValue("check", f"{form!r} has no digit to check", within=within)
        if not 0 < biller.least <= biller.most:
            raise BadValue("most", "from the least amount, above zero, to the most", within=within)
        if biller.days > DAYS_MAX:
            raise BadValue("days", f"at most {DAYS_MAX} banking days", within=within)


TABLES: Tables = {"bills": (BillTerms, check)}
