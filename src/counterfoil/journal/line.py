"""A proof of one line of a bulk entry, as text (docs/formats/bulk.md): the line, its path, and the entry's own proof.

Always true: a proof has one text (``test_a_line_proof_has_one_text``), and any changed byte of it is refused
(``test_any_changed_byte_of_a_line_proof_is_refused``). Here are bytes only: what the line's fact says is for others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from counterfoil import codec
from counterfoil.journal.entry import BLIND_BYTES, facts_commitment
from counterfoil.journal.hashing import HASH_BYTES, leaf_hash
from counterfoil.journal.strictbase64 import from_base64, to_base64
from counterfoil.journal.tree import PROOF_HASHES_MAX, ProofInvalid, verify_inclusion
from counterfoil.kernel.outcomes import Malformed

LINE_HEADER = "counterfoil/line-proof@v1"
LINE_BLIND_BYTES = 16
BULK_ENTERED = 230
"""The number of the fact that commits to lines: fields 3 (how many) and 4 (the root)."""
_PLACE = re.compile(r"line (0|[1-9][0-9]{0,18}) of ([1-9][0-9]{0,18})")
_NAMES = ("blind", "fact", "path", "facts", "facts-blind")


@dataclass(frozen=True, slots=True)
class LineProof:
    """Line ``index`` of ``count``; ``fact``: its canonical bytes. ``facts`` and ``facts_blind`` are the entry's, and
    ``entry`` its own proof, whole."""

    index: int
    count: int
    blind: bytes
    fact: bytes
    path: tuple[bytes, ...]
    facts: bytes
    facts_blind: bytes
    entry: bytes

    def __post_init__(self) -> None:
        if len(self.blind) != LINE_BLIND_BYTES or len(self.facts_blind) != BLIND_BYTES:
            raise Malformed("a line's blind has 16 bytes, an entry's 32", field="blind")
        if len(self.path) > PROOF_HASHES_MAX or any(len(one) != HASH_BYTES for one in self.path):
            raise Malformed("a path has at most 64 hashes of 32 bytes", field="path")
        if not 0 <= self.index < self.count:
            raise Malformed(f"there is no line {self.index} of {self.count}", field="line")

    def encode(self) -> bytes:
        """The one text of this proof."""
        lines = [
            LINE_HEADER,
            f"line {self.index} of {self.count}",
            f"blind {to_base64(self.blind)}",
            f"fact {to_base64(self.fact)}",
            f"path {' '.join(to_base64(one) for one in self.path)}".rstrip(),
            f"facts {to_base64(self.facts)}",
            f"facts-blind {to_base64(self.facts_blind)}",
            "",
        ]
        return "\n".join(lines).encode() + b"\n" + self.entry

    def check(self, commitment: bytes) -> None:
        """Returns if the line is under the root that an entry with this facts commitment entered; else raises
        ``ProofInvalid``."""
        if facts_commitment(self.facts_blind, self.facts) != commitment:
            raise ProofInvalid("facts and blind are not those that the entry commits to", field="facts")
        count, root = _entered(self.facts)
        if count != self.count:
            raise ProofInvalid(f"the entry has {count} lines, not {self.count}", field="line")
        verify_inclusion(leaf_hash(self.blind + self.fact), self.index, self.count, self.path, root)


def decode_line_proof(data: bytes) -> LineProof:
    """Reads what ``encode`` gives, and nothing else."""
    head, found, entry = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("a line proof is plain text", field="line proof") from None
    place = _PLACE.fullmatch(lines[1]) if len(lines) == 2 + len(_NAMES) else None
    if not found or place is None or lines[0] != LINE_HEADER:
        raise Malformed("not a line proof of version 1", field="line proof")
    values = []
    for name, line in zip(_NAMES, lines[2:], strict=True):
        if line != name and not line.startswith(f"{name} "):
            raise Malformed(f"{name} is missing", field=name)
        values.append(line[len(name) + 1 :])
    blind, fact, path, facts, facts_blind = values
    proof = LineProof(
        int(place[1]), int(place[2]), from_base64(blind, what="blind"), from_base64(fact, what="fact"),
        tuple(from_base64(one, what="path") for one in path.split(" ")) if path else (),
        from_base64(facts, what="facts"), from_base64(facts_blind, what="facts-blind"), entry,
    )  # fmt: skip
    if proof.encode() != data:
        raise Malformed("not the one text of this line proof", field="line proof")
    codec.decode(proof.fact, what="line")
    return proof


def _entered(facts: bytes) -> tuple[int, bytes]:
    value: Any = codec.decode(facts, what="facts")
    second = value[1] if type(value) is list and len(value) == 2 else None
    if type(second) is not list or len(second) != 3 or second[:2] != [BULK_ENTERED, 1] or type(second[2]) is not dict:
        raise ProofInvalid("the entry does not enter lines", field="facts")
    count, root = second[2].get(3), second[2].get(4)
    if type(count) is not int or type(root) is not bytes:
        raise ProofInvalid("the entry says neither how many lines nor their root", field="facts")
    return count, root
