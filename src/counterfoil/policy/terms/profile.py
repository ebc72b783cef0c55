"""What a profile says of its country besides prices: tax, identification, and words that are not a product's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil.policy.tables import BadValue, Minor, Tables, Text, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxTerms:
    """``[tax]``: what is told of a year's interest, to the customer and to the tax office."""

    interest_form: Text
    interest_from: Minor
    """Interest of a year at or above this is reported."""
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentificationRules:
    """``[identification]``: what is asked of a person, and from which sums of cash a day."""

    before_account: Texts
    """What is written down before an account is opened."""
    cash_report_over: Minor
    """Cash of one person in one day above this is reported."""
    instruments_from: Minor
    """Money orders for cash of one person in one day at or above this are logged."""
    transfer_record_from: Minor
    """A transfer of money at or above this is recorded with both names."""
    source: Text


def within_identification(tables: Mapping[type, Any], value: int, key: str, within: str) -> None:
    """A product asks for papers no later than the profile's lines do: ``value`` is from where it asks."""
    rules: IdentificationRules | None = tables.get(IdentificationRules)
    if rules is None:
        return
    line = min(rules.instruments_from, rules.transfer_record_from)
    if value > line:
        raise BadValue(key, f"papers are asked for from {value} on, and [identification] from {line}", within=within)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words of one language that stand on papers of every product."""

    insured: Text
    """Whether deposits are insured, and by whom."""
    complaints: Text
    """Where to complain; at the foot of every receipt of a service too."""
    receipt: Text | None = None
    """A further line at the foot of every receipt of a service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTexts:
    """``[texts]``: words by language. ``source`` says who answers for them."""

    languages: Mapping[str, Words]
    source: Text


def words_of(texts: ProfileTexts | None, language: str) -> Words | None:
    """What the operator says in a language; None where its edition is silent."""
    return texts.languages.get(language) if texts is not None else None


LANGUAGES = ("en", "es")
"""Languages that every edition with texts must have: those of the receipts."""


def check_texts(texts: ProfileTexts, tables: Mapping[type, object]) -> None:
    """Nothing is said in one language only."""
    for language in LANGUAGES:
        if language not in texts.languages:
            raise BadValue("texts", f"the texts have no {language!r}", within="texts")


TABLES: Tables = {
    "tax": (TaxTerms, None),
    "identification": (IdentificationRules, None),
    "texts": (ProfileTexts, check_texts),
}
