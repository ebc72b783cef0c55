"""Tokens: kept hashed, shown once, ended at once; request ids that follow from client and key."""

from __future__ import annotations

import hashlib

import pytest

from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.clients import Client, Tokens, idempotency_key, request_id_of
from counterfoil.operations.roles import Question, may_read
from counterfoil.testing.builders import counter


def test_a_token_is_kept_hashed() -> None:
    house = counter()
    token, row = Tokens(house.desk).add("till-7", ["read", "write", "read"], house.entropy)
    assert row.hash == hashlib.sha256(token.encode()).digest()
    assert row.scopes == "read write"
    kept = repr(list(house.store.scan("token")))
    assert token not in kept
    assert token.removeprefix("cft_") not in kept
    found = Tokens(house.reopened().desk).find(token)
    assert found == Client(row.client, "till-7", frozenset({"read", "write"}))


def test_a_second_token_of_one_name_is_the_same_client() -> None:
    house = counter()
    tokens = Tokens(house.desk)
    _, first = tokens.add("till-7", ["read"], house.entropy)
    _, second = tokens.add("till-7", ["write"], house.entropy)
    _, other = tokens.add("till-8", ["write"], house.entropy)
    assert first.client == second.client != other.client


def test_a_revoked_token_opens_nothing() -> None:
    house = counter()
    tokens = Tokens(house.desk)
    one, row = tokens.add("till-7", ["read"], house.entropy)
    two, _ = tokens.add("till-7", ["read"], house.entropy)
    assert [ended.hash for ended in tokens.revoke(row.hash.hex()[:8])] == [row.hash]
    assert tokens.find(one) is None
    assert tokens.find(two) is not None
    assert len(tokens.revoke("till-7")) == 1
    assert tokens.find(two) is None
    assert Tokens(house.reopened().desk).find(two) is None
    assert len(tokens.all()) == 2
    with pytest.raises(Malformed):
        tokens.revoke("till-7")


@pytest.mark.parametrize(
    ("name", "scopes"),
    [("", ["read"]), ("a" * 41, ["read"]), ("a/b", ["read"]), ("a", []), ("a", ["all"]), ("a", ["write:no-such"]),
     ("a", ["write:"]), ("a", ["read write"]), (" a", ["read"]), ("a", ["role:clerk"]), ("a", ["read", "role:boss"]),
     ("a", ["read", "role:customer"]), ("a", ["read", "of:7"]), ("a", ["read", "role:clerk", "of:7000000005"]),
     ("a", ["read", "role:clerk", "role:auditor"]), ("a", ["write", "of:7000000005"]),
     ("a", ["read", "write:deposit", "of:7000000005"])],
)  # fmt: skip
def test_a_name_or_scope_that_is_none_is_refused(name: str, scopes: list[str]) -> None:
    house = counter()
    with pytest.raises(Malformed):
        Tokens(house.desk).add(name, scopes, house.entropy)
    assert list(house.store.scan("token")) == []


@pytest.mark.parametrize(
    ("scopes", "scope", "may"),
    [({"write"}, "write:deposit", True), ({"write:deposit"}, "write:deposit", True),
     ({"write:deposit"}, "write", False), ({"write:deposit"}, "write:withdrawal", False),
     ({"read"}, "personal", False), ({"read"}, "read", True)],
)  # fmt: skip
def test_what_a_scope_reaches(scopes: set[str], scope: str, may: bool) -> None:
    assert Client(bytes(16), "x", frozenset(scopes)).may(scope) is may


def test_request_ids_are_of_one_client_each() -> None:
    assert request_id_of(b"a" * 16, "key") == hashlib.sha256(b"a" * 16 + b"key").digest()[:16]
    assert request_id_of(b"a" * 16, "key") != request_id_of(b"b" * 16, "key")


@pytest.mark.parametrize(("given", "key"), [("a", "a"), ('"a b"', None), ('"ab"', "ab"), ("~" * 64, "~" * 64),
                                            ("~" * 65, None), ("", None), ('""', None), ("a b", None), ("ä", None),
                                            ('a"b', None), (7, None), (None, None), ("a\n", None)])  # fmt: skip
def test_idempotency_keys(given: object, key: str | None) -> None:
    if key is None:
        with pytest.raises(Malformed) as error:
            idempotency_key(given)
        assert error.value.field == "Idempotency-Key"
    else:
        assert idempotency_key(given) == key


@pytest.mark.parametrize(
    ("words", "role", "customer"),
    [(["read"], "operations", ""), (["read", "role:clerk"], "clerk", ""), (["personal", "role:auditor"], "auditor", ""),
     (["read", "of:7000000005"], "customer", "7000000005")],
)  # fmt: skip
def test_a_token_reads_as_one_role(words: list[str], role: str, customer: str) -> None:
    house = counter()
    token, _ = Tokens(house.desk).add("a", words, house.entropy)
    found = Tokens(house.desk).find(token)
    assert found is not None
    assert (found.role, found.customer) == (role, customer)
    assert found.may("read") is ("read" in words)
    assert [question for question in Question if found.reads(question)] == [
        question for question in Question if may_read(role, question, own=bool(customer))
    ]
