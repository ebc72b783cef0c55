"""Proofs that an entry is in a log: the text form of record, and a QR form that fits on paper.

*Text* (``c2sp.org/tlog-proof@v1``): a header line, optionally ``extra <base64>``, ``index <n>``, the audit path one
Base64 hash a line from the leaf's sibling up, an empty line, and the signed checkpoint verbatim. Here ``extra`` carries
the leaf, so that the proof names what it proves; nothing signs the extra line, so it is believed only once its hash,
with the path, gives the checkpoint's root.

*QR form*: ``CF2:`` and the Base45 of canonical CBOR

    [2, leaf, key id (4), index, size, path (the hashes joined), checkpoint signature (64), [cosignature (76), …]]

where leaf is a byte string. Origin, root and witness names are left out: the root follows from leaf and path, the
names from the key ids and the trust policy. So the QR form expands to the very text it was made from, or is not made
(``test_the_qr_form_is_lossless``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from counterfoil.codec import UnknownVersion, decode, encode
from counterfoil.journal import base45
from counterfoil.journal.checkpoint import checkpoint_text, parse_checkpoint, parse_decimal
from counterfoil.journal.cosignature import Cosignature, cosignature_from_bytes
from counterfoil.journal.hashing import HASH_BYTES, KEY_ID_BYTES, leaf_hash
from counterfoil.journal.note import (
    Note,
    NoteSignature,
    SignatureInvalid,
    VerifierKey,
    parse_note,
)
from counterfoil.journal.strictbase64 import from_base64, to_base64
from counterfoil.journal.tree import (
    PROOF_HASHES_MAX,
    SIZE_MAX,
    ProofInvalid,
    root_from_inclusion,
    verify_inclusion,
)
from counterfoil.journal.trust import Endorsed, TrustPolicy, open_endorsed
from counterfoil.kernel.limits import LEAF_BYTES_MAX, NOTE_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed

HEADER = "c2sp.org/tlog-proof@v1"
QR_PREFIX = "CF2:"
QR_VERSION = 2
QR_BYTES_MAX = 2_860
"""CBOR bytes that one QR code (version 40-L, 4,296 alphanumeric characters) can carry after the prefix."""
COSIGNATURES_MAX = 32
_SIGNATURE_BYTES = 64
_INT64_MAX = 2**63 - 1


class ProofMalformed(Malformed):
    """The bytes are not a proof of either form."""


@dataclass(frozen=True, slots=True)
class TlogProof:
    """The text form. ``hashes`` 32 bytes each; ``checkpoint`` is the signed note, unread; ``extra`` empty if absent."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def __post_init__(self) -> None:
        if type(self.index) is not int or not 0 <= self.index <= SIZE_MAX:
            raise ProofMalformed(f"{self.index!r} is not an index: 0 to {SIZE_MAX}", field="index")
        if len(self.hashes) > PROOF_HASHES_MAX:
            raise ProofMalformed(f"a path of {len(self.hashes)} hashes is over {PROOF_HASHES_MAX}", field="hashes")
        for value in self.hashes:
            if len(value) != HASH_BYTES:
                raise ProofMalformed(f"a hash of the path has {len(value)} bytes, not {HASH_BYTES}", field="hashes")
        if not self.checkpoint:
            raise ProofMalformed("the checkpoint is missing", field="checkpoint")

    def to_bytes(self) -> bytes:
        """The text, as kept in a ``.tlog-proof`` file."""
        head = [HEADER, *([f"extra {to_base64(self.extra)}"] if self.extra else []), f"index {self.index}"]
        return ("\n".join([*head, *[to_base64(value) for value in self.hashes]]) + "\n\n" + self.checkpoint).encode()


@dataclass(frozen=True, slots=True)
class CompactProof:
    """The QR form. Sizes in bytes: ``key_id`` 4, each of ``hashes`` 32, ``signature`` 64; ``size`` in leaves."""

    leaf: bytes
    key_id: bytes
    index: int
    size: int
    hashes: tuple[bytes, ...]
    signature: bytes
    cosignatures: tuple[Cosignature, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.leaf) <= LEAF_BYTES_MAX:
            raise ProofMalformed(f"a leaf has 1 to {LEAF_BYTES_MAX} bytes, not {len(self.leaf)}", field="leaf")
        if len(self.key_id) != KEY_ID_BYTES or len(self.signature) != _SIGNATURE_BYTES:
            raise ProofMalformed("a proof has a key id of 4 bytes and a signature of 64", field="signature")
        if not 0 <= self.index < self.size <= _INT64_MAX:
            raise ProofMalformed(f"a log of {self.size} has no leaf {self.index}", field="index")
        if len(self.hashes) > PROOF_HASHES_MAX or any(len(value) != HASH_BYTES for value in self.hashes):
            raise ProofMalformed(f"a path has at most {PROOF_HASHES_MAX} hashes of {HASH_BYTES} bytes", field="hashes")
        if len(self.cosignatures) > COSIGNATURES_MAX:
            raise ProofMalformed(f"over {COSIGNATURES_MAX} cosignatures", field="cosignatures")

    def to_bytes(self) -> bytes:
        """The canonical CBOR."""
        cosignatures = [cosignature.to_bytes() for cosignature in self.cosignatures]
        path = b"".join(self.hashes)
        return encode([QR_VERSION, self.leaf, self.key_id, self.index, self.size, path, self.signature, cosignatures])

    def to_qr(self) -> str:
        """The characters of the QR code (alphanumeric mode); ``Malformed`` if no QR code holds them."""
        data = self.to_bytes()
        if len(data) > QR_BYTES_MAX:
            raise ProofMalformed(f"{len(data)} bytes do not fit one QR code: give the text form instead", field="proof")
        return QR_PREFIX + base45.encode(data)


def parse_tlog_proof(data: bytes) -> TlogProof:
    """Reads the text form, at most ``NOTE_BYTES_MAX`` bytes. The checkpoint inside is not read yet."""
    if len(data) > NOTE_BYTES_MAX:
        raise ProofMalformed(f"a proof of {len(data)} bytes is over the limit of {NOTE_BYTES_MAX}", field="proof")
    try:
        head, _, checkpoint = data.decode().partition("\n\n")
    except UnicodeDecodeError as error:
        raise ProofMalformed(f"a proof that is not UTF-8 at byte {error.start}", field="proof") from None
    lines = head.split("\n")
    if lines.pop(0) != HEADER:
        raise ProofMalformed(f"a proof starts with the line {HEADER}", field="proof")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = _base64(lines.pop(0)[len("extra ") :], "extra")
        if not extra:
            raise ProofMalformed("an extra line without data is left out", field="extra")
    if not lines or not lines[0].startswith("index "):
        raise ProofMalformed("the index line is missing", field="index")
    try:
        index = parse_decimal(lines.pop(0)[len("index ") :], what="index")
    except Malformed as error:
        raise ProofMalformed(str(error), field="index") from None
    if len(lines) > PROOF_HASHES_MAX:
        raise ProofMalformed(f"a path of {len(lines)} hashes is over {PROOF_HASHES_MAX}", field="hashes")
    return TlogProof(index, tuple([_base64(line, "hashes") for line in lines]), checkpoint, extra)


def parse_compact(data: bytes) -> CompactProof:
    """Reads the CBOR of the QR form strictly; another version is refused by name."""
    value = decode(data, limit=QR_BYTES_MAX, what="proof")
    if type(value) is not list or not value or type(value[0]) is not int:
        raise ProofMalformed("a proof is an array that starts with its version", field="proof")
    if value[0] != QR_VERSION:
        raise UnknownVersion("proof", value[0])
    if [type(item) for item in value] != [int, bytes, bytes, int, int, bytes, bytes, list]:
        raise ProofMalformed("a proof of version 2 has eight elements of fixed types", field="proof")
    _, leaf, key_id, index, size, path, signature, cosignatures = value
    if len(path) % HASH_BYTES or any(type(item) is not bytes for item in cosignatures):
        raise ProofMalformed("the path is not whole hashes, or a cosignature is not bytes", field="hashes")
    if len(cosignatures) > COSIGNATURES_MAX:
        raise ProofMalformed(f"over {COSIGNATURES_MAX} cosignatures", field="cosignatures")
    hashes = tuple([path[at : at + HASH_BYTES] for at in range(0, len(path), HASH_BYTES)])
    return CompactProof(
        leaf, key_id, index, size, hashes, signature, tuple([cosignature_from_bytes(item) for item in cosignatures])
    )


def parse_qr(text: str) -> CompactProof:
    """Reads the characters of the QR code. One trailing newline is the caller's to cut; blanks are data."""
    if not text.startswith(QR_PREFIX):
        raise ProofMalformed(f"the QR form of a proof starts with {QR_PREFIX}", field="proof")
    if len(text) > len(QR_PREFIX) + QR_BYTES_MAX // 2 * 3 + 3:
        raise ProofMalformed("longer than one QR code", field="proof")
    return parse_compact(base45.decode(text[len(QR_PREFIX) :]))


def verify_tlog_proof(proof: TlogProof, policy: TrustPolicy, *, leaf: bytes | None = None) -> Endorsed:
    """Returns who stands behind it if a trusted log holds ``leaf`` (by default the ``extra`` data) at the index.

    ``Malformed`` if not. Whether the quorum cosigned is said in the answer, and is the caller's to insist on.
    """
    if leaf is None and not proof.extra:
        raise ProofInvalid("the proof does not carry its leaf: give the leaf beside it", field="extra")
    endorsed = open_endorsed(proof.checkpoint.encode(), policy)
    checkpoint = endorsed.checkpoint
    data = proof.extra if leaf is None else leaf
    verify_inclusion(leaf_hash(data), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return endorsed


def compact(proof: TlogProof, policy: TrustPolicy) -> CompactProof:
    """The QR form of a proof that carries its leaf and verifies; ``Malformed`` if anything would be lost.

    What is not carried: extension lines, signatures the policy does not know, an order other than log first.
    """
    endorsed = verify_tlog_proof(proof, policy)
    first, *others = parse_note(proof.checkpoint.encode()).signatures
    try:
        cosignatures = tuple([cosignature_from_bytes(other.key_id + other.signature) for other in others])
        small = CompactProof(
            proof.extra,
            first.key_id,
            proof.index,
            endorsed.checkpoint.size,
            proof.hashes,
            first.signature,
            cosignatures,
        )
        same = expand(small, policy) == proof
    except Malformed as error:
        raise ProofMalformed(f"the QR form cannot carry this proof: {error}", field="proof") from None
    if not same:
        raise ProofMalformed("the QR form would lose part of this proof: give the text form instead", field="proof")
    return small


def expand(proof: CompactProof, policy: TrustPolicy, *, unknown: Literal["refuse", "drop"] = "refuse") -> TlogProof:
    """The text form of a QR form, found with the policy's keys. The log's signature has then been verified.

    ``unknown`` says what happens to a cosignature by a witness that the policy does not list: its name is not known,
    so its line cannot be written.
    """
    root = root_from_inclusion(leaf_hash(proof.leaf), proof.index, proof.size, proof.hashes)
    log, text = _signed_by(proof, policy, root)
    lines = [NoteSignature(log.name, proof.key_id, proof.signature)]
    for cosignature in proof.cosignatures:
        known = policy.witnesses_with_key_id(cosignature.key_id)
        inner = cosignature.to_bytes()[KEY_ID_BYTES:]
        witness = next((key for key in known if key.signed_note(text, inner)), None)
        if witness is not None:
            lines.append(NoteSignature(witness.name, cosignature.key_id, inner))
        elif known:
            raise SignatureInvalid(f"the cosignature of {known[0].name!r} does not verify", field="cosignatures")
        elif unknown == "refuse":
            named = cosignature.key_id.hex()
            raise ProofInvalid(f"no witness of the policy has the key id {named}", field="cosignatures")
    return TlogProof(proof.index, proof.hashes, Note(text, tuple(lines)).to_bytes().decode(), proof.leaf)


def verify_compact(proof: CompactProof, policy: TrustPolicy) -> Endorsed:
    """As ``verify_tlog_proof``, for the QR form. Cosignatures by unknown witnesses are ignored."""
    return verify_tlog_proof(expand(proof, policy, unknown="drop"), policy)


def _signed_by(proof: CompactProof, policy: TrustPolicy, root: bytes) -> tuple[VerifierKey, str]:
    """The log of the policy that signed the checkpoint with this root, and the checkpoint's text."""
    logs = policy.logs_with_key_id(proof.key_id)
    for log in logs:
        text = checkpoint_text(log.name, proof.size, root)
        if log.signed_note(text, proof.signature):
            parse_checkpoint(text)
            return log, text
    if not logs:
        raise ProofInvalid(f"no log of the policy has the key id {proof.key_id.hex()}", field="key_id")
    raise ProofInvalid(f"the log {logs[0].name!r} did not sign what leaf and path give", field="signature")


def _base64(text: str, field: str) -> bytes:
    try:
        return from_base64(text, what=field)
    except Malformed as error:
        raise ProofMalformed(str(error), field=field) from None
