from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.codec import UnknownVersion, encode
from counterfoil.journal import base45
from counterfoil.journal.checkpoint import checkpoint_text
from counterfoil.journal.cosignature import Cosignature
from counterfoil.journal.hashing import leaf_hash
from counterfoil.journal.note import Note, NoteSignature, SignatureInvalid, cosigner, note_signer, sign_note
from counterfoil.journal.proof import (
    HEADER,
    CompactProof,
    ProofMalformed,
    TlogProof,
    compact,
    expand,
    parse_compact,
    parse_qr,
    parse_tlog_proof,
    verify_compact,
    verify_tlog_proof,
)
from counterfoil.journal.tree import LeafHashes, ProofInvalid, frontier_at, inclusion_proof
from counterfoil.journal.trust import Log, TrustPolicy, Witness
from counterfoil.kernel.limits import NOTE_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed
from unit.journal.keys import log_key, private, witness_key

ENTRIES = [b"entry %d" % number for number in range(300)]
READ = LeafHashes([leaf_hash(entry) for entry in ENTRIES])
NAME = "post.example/office/417/node/1/1"
UNION, AUDITOR = "union.example", "auditor.example"
POLICY = TrustPolicy(
    (Log(log_key("post.example/other")), Log(log_key(NAME))),
    (Witness("union", witness_key(UNION)), Witness("auditor", witness_key(AUDITOR))),
    quorum="union",
)


def proof_of(index: int, size: int, witnesses: tuple[str, ...] = (), extensions: str = "") -> TlogProof:
    text = checkpoint_text(NAME, size, frontier_at(size, READ).root()) + extensions
    signers = [note_signer(NAME, private(NAME))]
    signers += [cosigner(name, private(name), time=1_700_000_000 + at) for at, name in enumerate(witnesses)]
    note = sign_note(Note(text, ()), signers)
    path = tuple(inclusion_proof(index, size, READ))
    return TlogProof(index, path, note.to_bytes().decode(), ENTRIES[index])


SAMPLE = proof_of(5, 11, (UNION, AUDITOR))


@pytest.mark.parametrize("size", [1, 2, 3, 8, 11, 300])
@pytest.mark.parametrize("witnesses", [(), (UNION,), (AUDITOR, UNION)])
def test_a_proof_reads_back_and_verifies(size: int, witnesses: tuple[str, ...]) -> None:
    for index in {0, size // 2, size - 1}:
        proof = proof_of(index, size, witnesses)
        assert parse_tlog_proof(proof.to_bytes()) == proof
        endorsed = verify_tlog_proof(proof, POLICY)
        assert endorsed.checkpoint.size == size
        assert endorsed.quorum is (UNION in witnesses)


@pytest.mark.parametrize("size", [1, 2, 3, 8, 11, 300])
@pytest.mark.parametrize("witnesses", [(), (UNION,), (AUDITOR, UNION)])
def test_the_qr_form_is_lossless(size: int, witnesses: tuple[str, ...]) -> None:
    for index in {0, size // 2, size - 1}:
        proof = proof_of(index, size, witnesses)
        small = compact(proof, POLICY)
        text = small.to_qr()
        assert text.startswith("CF2:")
        assert parse_qr(text) == small
        assert parse_compact(small.to_bytes()) == small
        assert expand(parse_qr(text), POLICY).to_bytes() == proof.to_bytes()
        assert verify_compact(parse_qr(text), POLICY) == verify_tlog_proof(proof, POLICY)


def test_the_layout_of_the_qr_form() -> None:
    small = compact(SAMPLE, POLICY)
    cosignatures = [cosignature.to_bytes() for cosignature in small.cosignatures]
    assert small.to_bytes() == encode(
        [2, ENTRIES[5], log_key(NAME).key_id, 5, 11, b"".join(SAMPLE.hashes), small.signature, cosignatures]
    )
    assert [len(cosignature) for cosignature in cosignatures] == [76, 76]


def test_the_leaf_may_stand_beside_the_proof() -> None:
    bare = TlogProof(SAMPLE.index, SAMPLE.hashes, SAMPLE.checkpoint)
    assert verify_tlog_proof(bare, POLICY, leaf=ENTRIES[5]).quorum
    with pytest.raises(ProofInvalid):
        verify_tlog_proof(bare, POLICY)
    with pytest.raises(ProofInvalid):
        verify_tlog_proof(SAMPLE, POLICY, leaf=ENTRIES[6])


def test_what_the_qr_form_would_lose_is_not_made() -> None:
    stranger = proof_of(5, 11, ("stranger.example",))
    unknown_beside = NoteSignature("rsa.example", bytes(4), bytes(70)).line()
    log_last = "\n\n".join(
        [SAMPLE.checkpoint.split("\n\n")[0], "\n".join([*SAMPLE.checkpoint.split("\n\n")[1].split("\n")[-2::-1], ""])]
    )
    for proof in [
        stranger,
        proof_of(5, 11, extensions="extension\n"),
        TlogProof(5, SAMPLE.hashes, SAMPLE.checkpoint + unknown_beside, ENTRIES[5]),
        TlogProof(5, SAMPLE.hashes, log_last, ENTRIES[5]),
    ]:
        assert verify_tlog_proof(proof, POLICY).checkpoint.size == 11
        with pytest.raises(ProofMalformed):
            compact(proof, POLICY)
    with pytest.raises(Malformed):
        compact(TlogProof(5, SAMPLE.hashes, SAMPLE.checkpoint), POLICY)


def test_a_cosignature_of_an_unknown_witness_is_ignored_or_named() -> None:
    small = compact(SAMPLE, POLICY)
    less = TrustPolicy(POLICY.logs, POLICY.witnesses[:1], quorum="union")
    assert verify_compact(small, less).cosigned == {"union": 1_700_000_000}
    with pytest.raises(ProofInvalid, match=witness_key(AUDITOR).key_id.hex()):
        expand(small, less)


def test_a_false_cosignature_spoils_the_qr_form() -> None:
    small = compact(SAMPLE, POLICY)
    first, second = small.cosignatures
    forged = Cosignature(first.key_id, first.time + 1, first.signature)
    with pytest.raises(SignatureInvalid):
        verify_compact(
            CompactProof(
                small.leaf, small.key_id, small.index, small.size, small.hashes, small.signature, (forged, second)
            ),
            POLICY,
        )


def test_no_log_of_the_policy() -> None:
    with pytest.raises(ProofInvalid, match=log_key(NAME).key_id.hex()):
        verify_compact(compact(SAMPLE, POLICY), TrustPolicy(POLICY.logs[:1]))


def test_every_changed_byte_of_a_qr_form_is_refused() -> None:
    data = compact(proof_of(2, 3, (UNION,)), POLICY).to_bytes()
    for place in range(len(data)):
        for change in (1, 0x20, 0x80):
            changed = data[:place] + bytes((data[place] ^ change,)) + data[place + 1 :]
            try:
                endorsed = verify_compact(parse_compact(changed), POLICY)
            except Malformed:
                continue
            # All that can be changed unseen is which witness a cosignature claims to be of: then it is no one's.
            assert not endorsed.quorum


def test_every_changed_byte_of_a_text_proof_is_refused() -> None:
    data = proof_of(2, 3).to_bytes()
    for place in range(len(data)):
        for change in (1, 0x20, 0x80):
            changed = data[:place] + bytes((data[place] ^ change,)) + data[place + 1 :]
            with pytest.raises(Malformed):
                verify_tlog_proof(parse_tlog_proof(changed), POLICY)


H = "rzFuy5Go7nrpkhBwKy1HWPMM3eO/YePY54fXRoH5Cm4="


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wrong-header\nindex 0\n\ncheckpoint\n",
        f"{HEADER}\n",
        f"{HEADER}\n\ncheckpoint\n",
        f"{HEADER}\n\n\ncheckpoint\n",
        f"{HEADER} \nindex 0\n\ncheckpoint\n",
        f"{HEADER}\r\nindex 0\r\n\r\ncheckpoint\r\n",
        f"{HEADER}\nindex notanumber\n\ncheckpoint\n",
        f"{HEADER}\nindex -5\n\ncheckpoint\n",
        f"{HEADER}\nindex 00\n\ncheckpoint\n",
        f"{HEADER}\nindex 01\n\ncheckpoint\n",
        f"{HEADER}\nindex {2**64}\n\ncheckpoint\n",
        f"{HEADER}\nindex  0\n\ncheckpoint\n",
        f"{HEADER}\nindex 0\nindex 0\n\ncheckpoint\n",
        f"{HEADER}\nindex 0\nextra AAAA\n\ncheckpoint\n",
        f"{HEADER}\nextra !!notbase64!!\nindex 0\n\ncheckpoint\n",
        f"{HEADER}\nextra AB==\nindex 0\n\ncheckpoint\n",
        f"{HEADER}\nextra \nindex 0\n\ncheckpoint\n",
        f"{HEADER}\nextra\nindex 0\n\ncheckpoint\n",
        f"{HEADER}\nextra AAAA\nextra AAAA\nindex 0\n\ncheckpoint\n",
        f"{HEADER}\nindex 0\n!!notbase64!!\n\ncheckpoint\n",
        f"{HEADER}\nindex 0\nAAAA\n\ncheckpoint\n",
        f"{HEADER}\nindex 0\n {H}\n\ncheckpoint\n",
        f"{HEADER}\nindex 0\n" + f"{H}\n" * 65 + "\ncheckpoint\n",
        f"{HEADER}\nindex 0\n{H}\n",
        f"{HEADER}\nindex 0\n{H}\n\n",
        f"{HEADER}\nindex 0\n{H}\ncheckpoint\n",
        f"{HEADER}\nindex 0\n\n" + "a" * NOTE_BYTES_MAX,
        f"{HEADER}\nindex 0\n" + "a" * 66_000 + "\n\ncheckpoint\n",
        "\ud800",
    ],
)
def test_text_refused(text: str) -> None:
    with pytest.raises(ProofMalformed) as caught:
        parse_tlog_proof(text.encode("utf-8", "surrogatepass"))
    assert len(str(caught.value)) < 500


@given(st.binary(max_size=200))
def test_any_bytes_are_a_proof_or_malformed(data: bytes) -> None:
    for whole in (data, HEADER.encode() + b"\nindex 0\n" + data):
        try:
            proof = parse_tlog_proof(whole)
        except ProofMalformed:
            continue
        assert proof.to_bytes() == whole


@given(st.data())
def test_mutated_texts_read_back_or_are_malformed(data: st.DataObject) -> None:
    whole = SAMPLE.to_bytes()
    start, end = sorted((data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, len(whole)))))
    changed = whole[:start] + data.draw(st.binary(max_size=6)) + whole[end:]
    try:
        proof = parse_tlog_proof(changed)
        assert proof.to_bytes() == changed
        verify_tlog_proof(proof, POLICY)
    except Malformed:
        return


@given(st.text(max_size=200))
def test_any_text_is_a_qr_form_or_malformed(text: str) -> None:
    for whole in (text, "CF2:" + text):
        with pytest.raises(Malformed):
            parse_qr(whole)


@settings(max_examples=300)
@given(st.data())
def test_mutated_qr_forms_are_malformed_or_read_back(data: st.DataObject) -> None:
    whole = compact(SAMPLE, POLICY).to_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = min(len(whole), start + data.draw(st.integers(0, 4)))
    changed = whole[:start] + data.draw(st.binary(max_size=6)) + whole[end:]
    try:
        proof = parse_compact(changed)
        assert proof.to_bytes() == changed
        verify_compact(proof, POLICY)
    except Malformed:
        return


SIGNATURE = bytes(64)
GOOD = [2, b"leaf", bytes(4), 0, 1, b"", SIGNATURE, []]


def changed_at(place: int, value: object) -> list[object]:
    return [*GOOD[:place], value, *GOOD[place + 1 :]]


@pytest.mark.parametrize(
    "value",
    [
        7,
        [],
        {1: 2},
        ["2"],
        GOOD[:-1],
        [*GOOD, 0],
        changed_at(0, True),
        changed_at(1, b""),
        changed_at(1, bytes(1_025)),
        changed_at(1, "leaf"),
        changed_at(2, bytes(5)),
        changed_at(3, -1),
        changed_at(3, True),
        changed_at(3, 1),
        changed_at(4, 0),
        changed_at(5, bytes(31)),
        changed_at(5, bytes(65 * 32)),
        changed_at(6, bytes(63)),
        changed_at(7, {}),
        changed_at(7, [bytes(75)]),
        changed_at(7, ["x" * 76]),
        changed_at(7, [bytes(76)] * 33),
    ],
)
def test_qr_refused(value: object) -> None:
    with pytest.raises(Malformed):
        parse_compact(encode(value))


def test_the_smallest_qr_form_is_read() -> None:
    assert parse_compact(encode(GOOD)).leaf == b"leaf"


@pytest.mark.parametrize("version", [0, 1, 3, 2**63 - 1])
def test_another_version_is_refused_by_name(version: int) -> None:
    with pytest.raises(UnknownVersion, match=str(version)):
        parse_compact(encode(changed_at(0, version)))


def test_another_encoding_of_the_same_proof_is_refused() -> None:
    data = compact(SAMPLE, POLICY).to_bytes()
    assert data[:2] == b"\x88\x02"
    with pytest.raises(Malformed):
        parse_compact(b"\x88\x18\x02" + data[2:])
    with pytest.raises(Malformed):
        parse_qr("CF2:" + base45.encode(data) + " ")
    with pytest.raises(Malformed):
        parse_qr("CF1:" + base45.encode(data))
    with pytest.raises(Malformed):
        parse_qr("CF2:" + "0" * 10_000)


def test_what_no_qr_code_holds_is_refused() -> None:
    large = CompactProof(bytes(1_000), bytes(4), 0, 1, (bytes(32),) * 64, SIGNATURE)
    with pytest.raises(ProofMalformed, match="text form"):
        large.to_qr()
    most = CompactProof(
        bytes(300), bytes(4), 0, 2**37, (bytes(32),) * 37, SIGNATURE, (Cosignature(bytes(4), 0, SIGNATURE),) * 15
    )
    assert len(most.to_qr()) <= 4_296  # Version 40-L, alphanumeric.
    assert parse_qr(most.to_qr()) == most


@pytest.mark.parametrize(
    ("index", "hashes", "checkpoint"),
    [(-1, (), "c"), (2**64, (), "c"), (0, (bytes(31),), "c"), (0, (bytes(32),) * 65, "c"), (0, (), "")],
)
def test_a_proof_cannot_be_built_wrong(index: int, hashes: tuple[bytes, ...], checkpoint: str) -> None:
    with pytest.raises(ProofMalformed):
        TlogProof(index, hashes, checkpoint)
