"""Slips: the counterfoil on paper, given at once and offline, as text and in one QR code (docs/formats/slip.md).

What is always true:

1. A slip is at most ``SLIP_BYTES_MAX`` bytes before Base45, so one QR code of version 17-M holds it
   (``test_the_longest_slip_fits``).
2. One slip has one text: any other character, order, length or encoding is refused
   (``test_every_single_byte_change_is_refused``).
3. It yields its own leaf, so slip, proof and bundle of one entry tie together (``test_a_slip_yields_its_leaf``).

The Base45 alphabet contains the blank: a reader cuts one trailing newline and strips nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil import codec
from counterfoil.journal import base45
from counterfoil.journal.checkpoint import checkpoint_text
from counterfoil.journal.entry import CORE_BYTES_MAX, SIGNATURE_BYTES, Core, core_from_value, encode_leaf
from counterfoil.journal.hashing import HASH_BYTES, KEY_ID_BYTES, leaf_hash
from counterfoil.kernel.limits import SLIP_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed

SLIP_PREFIX = "CF1:"
TRAINING_PREFIX = "CFP:"
TRAINING_DOMAIN = "practice."
"""An origin that begins so is a training office's: the log itself says for ever that no money stands behind it."""
SLIP_VERSION = 1
SLIP_CHARACTERS_MAX = len(SLIP_PREFIX) + SLIP_BYTES_MAX // 2 * 3
# CBOR heads of the fixed shapes: an array of six that begins with the version, and byte strings of 4, 64 and 32.
_HEAD, _BYTES_4, _BYTES_64, _BYTES_32 = b"\x86\x01", b"\x44", b"\x58\x40", b"\x58\x20"
_AFTER_CORE = 1 + KEY_ID_BYTES + 2 + SIGNATURE_BYTES + 2 + HASH_BYTES + 2 + SIGNATURE_BYTES


class TrainingSlip(Malformed):
    """A slip of a training office (``CFP:``). It proves nothing and no verifier accepts it."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip as read; nothing in it is verified. ``core_bytes`` are the canonical bytes of ``core``.

    ``key_id``: 4 bytes, the log key's; ``signature``: the node's over the core, 64 bytes; ``root``: 32 bytes, of the
    log at ``size``; ``checkpoint_signature``: 64 bytes over ``checkpoint_text(origin, size, root)``.
    """

    core: Core
    core_bytes: bytes
    key_id: bytes
    signature: bytes
    root: bytes
    checkpoint_signature: bytes

    @property
    def size(self) -> int:
        """The log's size when the slip was given: the entry is its last leaf."""
        return self.core.sequence + 1

    @property
    def leaf(self) -> bytes:
        """The leaf of the entry: core and node signature."""
        return encode_leaf(self.core_bytes, self.signature)

    @property
    def leaf_hash(self) -> bytes:
        """The hash of the leaf, as in tiles and proofs."""
        return leaf_hash(self.leaf)

    def checkpoint(self, origin: str) -> bytes:
        """The bytes that the checkpoint signature is over, if the log's origin is ``origin``."""
        return checkpoint_text(origin, self.size, self.root).encode()


def is_training(origin: str) -> bool:
    """Whether a log's origin is that of a training office."""
    return origin.startswith(TRAINING_DOMAIN)


def encode_slip(
    core: bytes, key_id: bytes, signature: bytes, root: bytes, checkpoint_signature: bytes, *, training: bool = False
) -> str:
    """The text of a slip (see ``Slip`` for the arguments): what is printed and what the QR code holds.

    ``training``: it begins with ``CFP:``, which no verifier accepts (``test_a_practice_slip_is_accepted_by_nobody``).
    It is put together from fixed heads, which is the canonical encoding of the six (``test_a_slip_is_canonical_cbor``).
    """
    data = b"".join(
        (_HEAD, core, _BYTES_4, key_id, _BYTES_64, signature, _BYTES_32, root, _BYTES_64, checkpoint_signature)
    )
    if len(data) != len(_HEAD) + len(core) + _AFTER_CORE or len(core) > CORE_BYTES_MAX:
        raise Malformed(f"a slip has a core of at most {CORE_BYTES_MAX} bytes and parts of fixed length", field="slip")
    return (TRAINING_PREFIX if training else SLIP_PREFIX) + base45.encode(data)


def decode_slip(text: str) -> Slip:
    """Reads a slip strictly. Cuts one trailing newline. ``TrainingSlip``, ``codec.UnknownVersion`` or ``Malformed``."""
    if text.endswith("\n"):
        text = text[:-1]
    if text.startswith(TRAINING_PREFIX):
        raise TrainingSlip("a slip of a training office (CFP:): no money stands behind it", field="slip")
    if not text.startswith(SLIP_PREFIX):
        raise Malformed(f"a slip begins with {SLIP_PREFIX}, not {text[:4]!r}", field="slip")
    if len(text) > SLIP_CHARACTERS_MAX:
        raise Malformed(f"a slip of {len(text)} characters is over the limit of {SLIP_CHARACTERS_MAX}", field="slip")
    data = base45.decode(text[len(SLIP_PREFIX) :])
    value = codec.decode(data, limit=SLIP_BYTES_MAX, what="slip")
    if type(value) is not list or not value or type(value[0]) is not int:
        raise Malformed("a slip is an array that begins with its version", field="slip")
    if value[0] != SLIP_VERSION:
        raise codec.UnknownVersion("slip", value[0])
    if len(value) != 6:
        raise Malformed("a slip is [1, core, key id, node signature, root, checkpoint signature]", field="slip")
    sizes = (KEY_ID_BYTES, SIGNATURE_BYTES, HASH_BYTES, SIGNATURE_BYTES)
    if any(type(part) is not bytes or len(part) != size for part, size in zip(value[2:], sizes, strict=True)):
        raise Malformed("key id, signatures and root of a slip are 4, 64, 32 and 64 bytes", field="slip")
    core = core_from_value(value[1])
    return Slip(core, data[len(_HEAD) : -_AFTER_CORE], value[2], value[3], value[4], value[5])
