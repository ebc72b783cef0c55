"""A customer's details: as people write them, apart from the journal, which holds their salted hash alone."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from counterfoil import codec
from counterfoil.customers.details import FIELDS, LANGUAGES, details_hash, details_value
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.readers import text


def test_a_name_is_one_text_and_home_and_mail_are_two_places() -> None:
    given = {
        "name": "María José de la Cruz Ñandú",
        "lives": "third house past the mill",
        "mail": "PO Box 12",
        "language": "es",
    }
    assert details_value(given, text) == given


def test_someone_with_one_name_and_no_address_is_a_customer() -> None:
    assert details_value({"name": "Sukarno"}, text) == {"name": "Sukarno"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "details.name"),
        ({"lives": "here"}, "details.name"),
        ({"name": ""}, "details.name"),
        ({"name": "n" * 1_000_000}, "details.name"),
        ({"name": "a\u202eb"}, "details.name"),
        ({"name": ["María"]}, "details.name"),
        ({"name": "M", "first_name": "M"}, "details.first_name"),
        ({"name": "M", "born": "1980"}, "details.born"),
        ({"name": "M", "born": "1980-02-30"}, "details.born"),
        ({"name": "M", "language": "fr"}, "details.language"),
        ({"name": "M", "x" * 1_000: "y"}, "details." + "x" * 40),
    ],
)
def test_bad_details_name_their_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as error:
        details_value(given, text)
    assert error.value.field == field
    assert len(str(error.value)) < 300


def test_the_hash_is_of_salt_and_canonical_details() -> None:
    salt = bytes(range(16))
    one = {"name": "Ana", "lives": "here"}
    assert details_hash(salt, one) == hashlib.sha256(salt + codec.encode({"name": "Ana", "lives": "here"})).digest()
    assert details_hash(salt, {"lives": "here", "name": "Ana"}) == details_hash(salt, one), "order does not matter"
    assert details_hash(bytes(16), one) != details_hash(salt, one)
    assert details_hash(salt, {"name": "Ana"}) != details_hash(salt, one)


def test_every_language_of_a_customer_is_one_the_office_speaks() -> None:
    from counterfoil.engines.texts import LANGUAGES as SPOKEN

    assert set(LANGUAGES) == set(SPOKEN)
    assert "language" in FIELDS
