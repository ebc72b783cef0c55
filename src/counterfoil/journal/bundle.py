"""Bundles: the file of whole days (docs/formats/bundle.md), for an auditor, a union or a court. Private, not published.

What is always true:

1. A bundle has one encoding, and it says where it stands: its origin, the index of its first entry and the perfect
   subtrees before it (``test_a_bundle_comes_back_the_same``).
2. It is bounded, as is every entry inside, so a hostile file costs time and memory in proportion to its own length
   (``test_bounds_of_a_bundle``).

Reading one checks shapes only; ``journal.verify.verify_bundle`` checks what it claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil import codec
from counterfoil.journal.entry import BLIND_BYTES, EntryParts
from counterfoil.journal.hashing import HASH_BYTES
from counterfoil.kernel.limits import FACTS_BYTES_MAX, LEAF_BYTES_MAX, NOTE_BYTES_MAX, SEQUENCE_MAX
from counterfoil.kernel.outcomes import Malformed

BUNDLE_VERSION = 1
BUNDLE_BYTES_MAX = 256 * 2**20
APPROVALS_BYTES_MAX = 2_048
_KEYS = {"bundle", "origin", "from", "left", "entries", "checkpoint"}


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as read. ``start``: index of its first entry. ``left``: the hashes of the perfect subtrees that cover
    the entries before it, largest first. ``checkpoint``: the signed note of the log at ``size``.
    """

    origin: str
    start: int
    left: tuple[bytes, ...]
    entries: tuple[EntryParts, ...]
    checkpoint: str

    def __post_init__(self) -> None:
        if type(self.origin) is not str or not 1 <= len(self.origin) <= 1_000:
            raise Malformed("the origin of a bundle is a text of 1 to 1,000 characters", field="origin")
        if type(self.start) is not int or not 0 <= self.start <= SEQUENCE_MAX:
            raise Malformed(f"{self.start!r} is not the index of an entry", field="from")
        if len(self.left) != self.start.bit_count():
            raise Malformed(f"{self.start} entries have {self.start.bit_count()} subtrees before them", field="left")
        if any(type(value) is not bytes or len(value) != HASH_BYTES for value in self.left):
            raise Malformed(f"a hash of a bundle has {HASH_BYTES} bytes", field="left")
        if not self.entries or self.size > SEQUENCE_MAX + 1:
            raise Malformed("a bundle has entries, and no more than a log can hold", field="entries")
        for parts in self.entries:
            _check_parts(parts)
        if type(self.checkpoint) is not str or len(self.checkpoint) > NOTE_BYTES_MAX:
            raise Malformed("the checkpoint of a bundle is a signed note", field="checkpoint")

    @property
    def size(self) -> int:
        """The log's size after the last entry: that of the checkpoint."""
        return self.start + len(self.entries)


def encode_bundle(bundle: Bundle) -> bytes:
    """The file; ``Malformed`` if it would be over ``BUNDLE_BYTES_MAX``."""
    data = codec.encode(
        {
            "bundle": BUNDLE_VERSION,
            "origin": bundle.origin,
            "from": bundle.start,
            "left": list(bundle.left),
            "entries": [list(parts) for parts in bundle.entries],
            "checkpoint": bundle.checkpoint,
        }
    )
    if len(data) > BUNDLE_BYTES_MAX:
        raise Malformed(f"a bundle of {len(data)} bytes is over the limit of {BUNDLE_BYTES_MAX}: take fewer days")
    return data


def decode_bundle(data: bytes) -> Bundle:
    """Reads a bundle strictly; ``codec.UnknownVersion`` for another version, else ``Malformed``."""
    value = codec.decode(data, limit=BUNDLE_BYTES_MAX, what="bundle")
    if type(value) is not dict or type(value.get("bundle")) is not int:
        raise Malformed("a bundle is a map that names its version", field="bundle")
    if value["bundle"] != BUNDLE_VERSION:
        raise codec.UnknownVersion("bundle", value["bundle"])
    if value.keys() != _KEYS:
        raise Malformed(f"a bundle of version 1 has exactly the keys {', '.join(sorted(_KEYS))}", field="bundle")
    if type(value["left"]) is not list or type(value["entries"]) is not list:
        raise Malformed("left and entries of a bundle are lists", field="bundle")
    return Bundle(value["origin"], value["from"], tuple(value["left"]), _parts(value["entries"]), value["checkpoint"])


def _parts(found: Sequence[object]) -> tuple[EntryParts, ...]:
    if any(type(parts) is not list or len(parts) != 4 for parts in found):
        raise Malformed("an entry of a bundle is [leaf, facts, blind, approvals]", field="entries")
    return tuple([EntryParts(*parts) for parts in found if isinstance(parts, list)])


def _check_parts(parts: EntryParts) -> None:
    if any(type(part) is not bytes for part in parts):
        raise Malformed("the four parts of an entry are byte strings", field="entries")
    if (
        len(parts.leaf) > LEAF_BYTES_MAX
        or len(parts.facts) > FACTS_BYTES_MAX
        or len(parts.blind) != BLIND_BYTES
        or len(parts.approvals) > APPROVALS_BYTES_MAX
    ):
        raise Malformed("a part of an entry is over its limit, or the blind is not 32 bytes", field="entries")
