from __future__ import annotations

import hmac
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from counterfoil import codec
from counterfoil.journal import entry
from counterfoil.journal.checkpoint import checkpoint_text
from counterfoil.journal.entry import Approval, Core
from counterfoil.kernel.limits import SLIP_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed

NODE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FULL = Core(
    node=3,
    epoch=1,
    sequence=70_000,
    request_id=bytes(range(16)),
    part=(2, 3),
    kind=83,
    actor_kind=0,
    actor_key_id=bytes(range(8)),
    time_ms=1_795_420_800_000,
    amount=12_500,
    currency="USD",
    account_commitment=bytes(range(16, 32)),
    facts_commitment=bytes(range(32)),
    approvals_hash=bytes(range(32, 64)),
    build=bytes(range(64, 80)),
    edition=bytes(range(80, 96)),
    center=(9, bytes(range(96, 112))),
    salt=bytes(range(112, 128)),
    reverses=(3, 1, 69_999),
)
LEAST = Core(
    node=1,
    epoch=1,
    sequence=0,
    request_id=bytes(16),
    kind=1,
    actor_kind=3,
    actor_key_id=bytes(8),
    time_ms=0,
    facts_commitment=bytes(32),
    build=bytes(16),
    salt=bytes(16),
)
GOLDEN_CORE = (
    "b4010102030301041a000111700550000102030405060708090a0b0c0d0e0f068202030718530800094800010203040506070a1b000001a2"
    "076b44000b1930d40c635553440d50101112131415161718191a1b1c1d1e1f0e5820000102030405060708090a0b0c0d0e0f101112131415"
    "161718191a1b1c1d1e1f0f5820202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f1050404142434445464748"
    "494a4b4c4d4e4f1150505152535455565758595a5b5c5d5e5f12820950606162636465666768696a6b6c6d6e6f1350707172737475767778"
    "797a7b7c7d7e7f148303011a0001116f"
)
GOLDEN_SIGNATURE = (
    "6e482fa8af3179704aa5a3a17390e91048d40d0ba3e133ddb8078ed90bdb6b5552b94ce6e605a1fc186af25340102145724bc9227e220520"
    "f897fcc15ddbdd06"
)
GOLDEN_APPROVAL = (
    "636f756e746572666f696c2f617070726f76616c2f7631008650000102030405060708090a0b0c0d0e0f5820000102030405060708090a0b"
    "0c0d0e0f101112131415161718191a1b1c1d1e1f6430343137016a323032362d31312d3233480001020304050607"
)


def message(**changed: Any) -> bytes:
    values: dict[str, Any] = {
        "request_id": bytes(range(16)),
        "body_hash": bytes(range(32)),
        "office": "0417",
        "epoch": 1,
        "business_date": "2026-11-23",
        "key_id": bytes(range(8)),
    }
    return entry.approval_message(**{**values, **changed})


def cores() -> st.SearchStrategy[Core]:
    size = st.binary
    wide = st.integers(1, 65_535)
    money = st.tuples(st.integers(1, 2**63 - 1), st.from_regex("[A-Z]{3}", fullmatch=True)) | st.just((None, None))
    parts = st.integers(2, 23).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n)))
    sequence = st.integers(0, 2**40 - 1)

    def build(money: tuple[int | None, str | None], **values: Any) -> Core:
        return Core(amount=money[0], currency=money[1], **values)

    return st.builds(
        build,
        money=money,
        node=wide,
        epoch=wide,
        sequence=sequence,
        request_id=size(min_size=16, max_size=16),
        kind=st.integers(0, 65_535),
        actor_kind=st.integers(0, 5),
        actor_key_id=size(min_size=8, max_size=8),
        time_ms=st.integers(0, 2**63 - 1),
        facts_commitment=size(min_size=32, max_size=32),
        build=size(min_size=16, max_size=16),
        salt=size(min_size=16, max_size=16),
        part=st.none() | parts,
        account_commitment=st.none() | size(min_size=16, max_size=16),
        approvals_hash=st.none() | size(min_size=32, max_size=32),
        edition=st.none() | size(min_size=16, max_size=16),
        center=st.none() | st.tuples(st.integers(0, 2**40), size(min_size=16, max_size=16)),
        reverses=st.none() | st.tuples(wide, wide, sequence),
    )


def test_golden_bytes() -> None:
    """Frozen: these bytes are on paper in people's hands. A change here is a new format version, never an edit."""
    core = entry.encode_core(FULL)
    assert core.hex() == GOLDEN_CORE
    signature = entry.sign_core(core, NODE_KEY)
    assert signature.hex() == GOLDEN_SIGNATURE
    assert entry.encode_leaf(core, signature).hex() == f"82{GOLDEN_CORE}5840{GOLDEN_SIGNATURE}"
    assert message().hex() == GOLDEN_APPROVAL
    assert entry.clerk_key_id(bytes(range(32))).hex() == "e5b0eff174a20d8e"
    commitment = entry.account_commitment(bytes(range(32)), "1000000008", bytes(16))
    assert commitment.hex() == "dcae8c814cf31b59d0c5c3699c90aed0"
    blinded = "564c784d23037eb0f25e43183a395818445555a1d2dbbf21d7369eb446416ac2"
    assert entry.facts_commitment(bytes(32), b"facts").hex() == blinded


@given(cores())
def test_the_fast_path_is_the_canonical_encoding(core: Core) -> None:
    data = entry.encode_core(core)
    assert data == codec.encode(cbor2.loads(data)) == cbor2.dumps(cbor2.loads(data), canonical=True)
    assert entry.core_bytes(**{f.name: getattr(core, f.name) for f in fields(core)}) == data
    assert len(data) <= entry.CORE_BYTES_MAX <= SLIP_BYTES_MAX
    signature = bytes(64)
    assert entry.encode_leaf(data, signature) == codec.encode([cbor2.loads(data), signature])


@given(cores())
def test_a_core_has_one_encoding(core: Core) -> None:
    data = entry.encode_core(core)
    assert entry.decode_core(data) == core
    leaf = entry.decode_leaf(entry.encode_leaf(data, bytes(64)))
    assert (leaf.core, leaf.core_bytes, leaf.signature) == (core, data, bytes(64))


def test_the_golden_approval_is_canonical() -> None:
    data = message().removeprefix(entry.APPROVAL_DOMAIN)
    assert codec.encode(codec.decode(data)) == data


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"node": 0}, "node"),
        ({"node": 65_536}, "node"),
        ({"node": True}, "node"),
        ({"epoch": 0}, "epoch"),
        ({"sequence": -1}, "sequence"),
        ({"sequence": 2**40}, "sequence"),
        ({"request_id": bytes(15)}, "request id"),
        ({"request_id": "0" * 16}, "request id"),
        ({"kind": -1}, "kind"),
        ({"actor_kind": 6}, "actor kind"),
        ({"actor_key_id": bytes(9)}, "actor key id"),
        ({"time_ms": -1}, "time"),
        ({"time_ms": 2**63}, "time"),
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 2**63}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": None}, "currency"),
        ({"currency": None}, "currency"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "USDX"}, "currency"),
        ({"part": (1, 1)}, "number of parts"),
        ({"part": (0, 2)}, "part"),
        ({"part": (3, 2)}, "part"),
        ({"part": (1, 24)}, "number of parts"),
        ({"facts_commitment": bytes(31)}, "facts commitment"),
        ({"account_commitment": bytes(17)}, "account commitment"),
        ({"approvals_hash": b""}, "approvals hash"),
        ({"build": bytes(15)}, "build"),
        ({"edition": bytes(15)}, "policy edition"),
        ({"salt": bytes(8)}, "salt"),
        ({"center": (-1, bytes(16))}, "center size"),
        ({"center": (1, bytes(32))}, "center root"),
        ({"reverses": (0, 1, 1)}, "reversed node"),
        ({"reverses": (1, 1, 2**40)}, "reversed sequence"),
    ],
)
def test_a_core_cannot_be_built_wrong(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as refused:
        replace(FULL, **changed)
    assert refused.value.field == field


@pytest.mark.parametrize("key", range(1, 21))
def test_a_core_without_a_key_it_must_have(key: int) -> None:
    value = cbor2.loads(entry.encode_core(FULL))
    del value[key]
    if key in (6, 13, 15, 17, 18, 20):
        assert entry.decode_core(codec.encode(value)) != FULL
    else:
        with pytest.raises(Malformed):
            entry.decode_core(codec.encode(value))


def test_a_core_of_another_version_is_refused_by_name() -> None:
    value = cbor2.loads(entry.encode_core(FULL))
    with pytest.raises(codec.UnknownVersion, match="core version 2"):
        entry.decode_core(codec.encode({**value, 1: 2}))
    with pytest.raises(Malformed, match="unknown keys"):
        entry.decode_core(codec.encode({**value, 21: 0}))
    others: list[Any] = [[], {}, {"1": 1}, 7]
    for wrong in others:
        with pytest.raises(Malformed):
            entry.decode_core(codec.encode(wrong))
    for key in (6, 18, 20):
        for shape in (7, [1], [1, 2, 3, 4]):
            with pytest.raises(Malformed):
                entry.decode_core(codec.encode({**value, key: shape}))


@given(st.binary(max_size=300))
def test_random_bytes_are_no_core_or_leaf(data: bytes) -> None:
    for read in (entry.decode_core, entry.decode_leaf):
        with pytest.raises(Malformed):
            read(data)


def test_a_leaf_of_another_shape() -> None:
    core = cbor2.loads(entry.encode_core(LEAST))
    for wrong in ([core], [core, bytes(63)], [core, bytes(64), 1], [entry.encode_core(LEAST), bytes(64)], {1: core}):
        with pytest.raises(Malformed):
            entry.decode_leaf(codec.encode(wrong))
    with pytest.raises(Malformed):
        entry.encode_leaf(entry.encode_core(LEAST), bytes(63))


def test_approvals_come_back_in_order() -> None:
    given = [Approval(bytes([n] * 8), bytes([n] * 64)) for n in (5, 2, 9)]
    assert entry.decode_approvals(entry.encode_approvals(given)) == tuple(given)
    assert entry.encode_approvals([]) == b""
    assert entry.decode_approvals(b"") == ()
    assert entry.approvals_hash(b"") is None
    data = entry.encode_approvals(given)
    assert data == codec.encode(codec.decode(data))
    assert entry.approvals_hash(data) == sha256(data).digest()
    with pytest.raises(Malformed, match="twice"):
        entry.encode_approvals([given[0], given[0]])
    with pytest.raises(Malformed, match="limit"):
        entry.encode_approvals([Approval(bytes([n] * 8), bytes(64)) for n in range(17)])


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {},
        7,
        [[bytes(8)]],
        [[bytes(7), bytes(64)]],
        [[bytes(8), bytes(63)]],
        [[bytes(8), bytes(64)]] * 2,
        [bytes(8)],
    ],
)
def test_wrong_approvals(wrong: Any) -> None:
    with pytest.raises(Malformed):
        entry.decode_approvals(codec.encode(wrong))


def test_an_approval_binds_everything() -> None:
    """Any other request, body, office, epoch, date or signer is another message."""
    messages = [
        message(),
        message(request_id=bytes(16)),
        message(body_hash=bytes(32)),
        message(office="0418"),
        message(epoch=2),
        message(business_date="2026-11-24"),
        message(key_id=bytes(8)),
    ]
    assert len(set(messages)) == len(messages)
    approval = entry.sign_approval(
        NODE_KEY,
        request_id=bytes(16),
        body_hash=bytes(32),
        office="0417",
        epoch=1,
        business_date="2026-11-23",
    )
    assert approval.key_id == entry.clerk_key_id(NODE_KEY.public_key().public_bytes_raw())
    signed = message(request_id=bytes(16), body_hash=bytes(32), key_id=approval.key_id)
    NODE_KEY.public_key().verify(approval.signature, signed)


def test_domains_are_apart() -> None:
    domains = (entry.CORE_DOMAIN, entry.APPROVAL_DOMAIN, entry.CLERK_KEY_DOMAIN)
    assert len(set(domains)) == 3
    assert all(domain.endswith(b"\0") and domain.count(b"\0") == 1 for domain in domains)
    assert entry.core_message(b"core") == b"counterfoil/core/v1\0core"
    assert b"\0" not in checkpoint_text("post.example/office/0417/node/3/1", 7, bytes(32)).encode()


def test_commitments() -> None:
    key, salt = bytes(range(32)), bytes(range(16))
    told = entry.account_commitment(key, "1000000008", salt)
    assert len(told) == 16
    assert told != entry.account_commitment(key, "1000000016", salt)
    assert told != entry.account_commitment(key, "1000000008", bytes(16))
    assert told != entry.account_commitment(bytes(32), "1000000008", salt)
    assert entry.facts_commitment(bytes(32), b"x") != entry.facts_commitment(bytes(31) + b"\1", b"x")
    for wrong in ((b"", "1", salt), (key, "1", b"")):
        with pytest.raises(Malformed):
            entry.account_commitment(*wrong)
    with pytest.raises(Malformed):
        entry.facts_commitment(b"", b"x")
    assert entry.body_hash(b"x") == sha256(b"x").digest()


@given(st.binary(min_size=32, max_size=32), st.text(max_size=20), st.binary(min_size=16, max_size=16))
def test_an_account_commitment_is_an_hmac(key: bytes, account: str, salt: bytes) -> None:
    whole = hmac.digest(key, account.encode() + salt, "sha256")
    assert entry.account_commitment(key, account, salt) == whole[:16]
