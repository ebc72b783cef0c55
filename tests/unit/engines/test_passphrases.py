"""Customers' secrets at rest."""

from __future__ import annotations

import re

import pytest

from counterfoil.engines.keys.sealed import FAST_FOR_TESTS
from counterfoil.engines.passphrases import ALPHABET, Argon

SECRETS = Argon(FAST_FOR_TESTS)


def test_only_the_same_secret_opens() -> None:
    record = SECRETS.seal("blue kettle seven owls")
    assert SECRETS.opens(record, "blue kettle seven owls")
    assert not SECRETS.opens(record, "blue kettle seven owl")
    assert not SECRETS.opens(record, "")
    assert b"kettle" not in record
    assert record != SECRETS.seal("blue kettle seven owls"), "each record has a salt of its own"


@pytest.mark.parametrize("typed", ["Blue kettle seven owls", " blue  kettle seven owls ", "BLUE KETTLE SEVEN OWLS"])
def test_what_a_phone_changes_does_no_harm(typed: str) -> None:
    assert SECRETS.opens(SECRETS.seal("blue kettle seven owls"), typed)


@pytest.mark.parametrize("record", [b"", b"no record", b"\xff\xfe", b"$argon2id$v=19$m=8,t=1,p=1$AAAA"])
def test_a_damaged_record_opens_nothing(record: bytes) -> None:
    assert not SECRETS.opens(record, "blue kettle seven owls")


def test_codes_are_read_off_paper() -> None:
    codes = {SECRETS.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(f"[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}", code) for code in codes)
    assert not set("01ILOU") & set(ALPHABET)


def test_the_cost_is_that_of_the_clerks_keys() -> None:
    assert b"m=65536,t=3,p=4" in Argon().seal("blue kettle seven owls")
