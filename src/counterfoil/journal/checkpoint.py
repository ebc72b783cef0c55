"""Checkpoints (C2SP tlog-checkpoint, version 1): a log's origin, size and root, as the text of a signed note.

One checkpoint has one text: what ``parse_checkpoint`` accepts, formats to the same bytes again
(``test_a_checkpoint_formats_back_to_its_text``). The size has no leading zeros, the root is 32 bytes, no line is empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.journal.hashing import HASH_BYTES
from counterfoil.journal.note import OpenedNote, VerifierKey, open_note
from counterfoil.journal.strictbase64 import from_base64, to_base64
from counterfoil.journal.tree import SIZE_MAX
from counterfoil.kernel.limits import NOTE_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,19}")
_CONTROL = re.compile(r"[\x00-\x1f]")


class CheckpointMalformed(Malformed):
    """The text is not a checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log signs. ``size`` in leaves, ``root`` 32 bytes; ``extensions``: opaque lines, none in our own logs."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or _CONTROL.search(line):
                raise CheckpointMalformed(f"{line[:80]!r} is not a checkpoint line: empty or with control characters")
        if type(self.size) is not int or not 0 <= self.size <= SIZE_MAX:
            raise CheckpointMalformed(f"{self.size!r} is not a log size: 0 to {SIZE_MAX}", field="size")
        if len(self.root) != HASH_BYTES:
            raise CheckpointMalformed(f"a root has {HASH_BYTES} bytes, not {len(self.root)}", field="root")

    def text(self) -> str:
        """The note text, with its last newline."""
        return checkpoint_text(self.origin, self.size, self.root) + "".join([f"{line}\n" for line in self.extensions])


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """The text that a log signs, from values known to be right: the desk makes one for each entry."""
    return f"{origin}\n{size}\n{to_base64(root)}\n"


def parse_decimal(text: str, *, what: str) -> int:
    """An ASCII decimal of at most 2^64 - 1 without leading zeros, as every C2SP format writes a number."""
    if not _DECIMAL.fullmatch(text) or int(text) > SIZE_MAX:
        raise Malformed(
            f"the {what} {text[:80]!r} is not a decimal from 0 to 2^64 - 1 without leading zeros", field=what
        )
    return int(text)


def parse_checkpoint(text: str) -> Checkpoint:
    """Reads the text of a checkpoint note. Says nothing of who signed it."""
    if len(text) > NOTE_BYTES_MAX:
        raise CheckpointMalformed(f"a checkpoint of {len(text)} characters is over {NOTE_BYTES_MAX}", field="text")
    if not text.endswith("\n"):
        raise CheckpointMalformed("a checkpoint ends in a newline", field="text")
    lines = text[:-1].split("\n")
    if len(lines) < 3:
        raise CheckpointMalformed(f"a checkpoint has origin, size and root; this has {len(lines)} lines", field="text")
    try:
        size, root = parse_decimal(lines[1], what="size"), from_base64(lines[2], what="root")
    except Malformed as error:
        raise CheckpointMalformed(str(error), field=error.field) from None
    return Checkpoint(lines[0], size, root, tuple(lines[3:]))


def open_checkpoint(data: bytes, keys: Sequence[VerifierKey]) -> tuple[Checkpoint, OpenedNote]:
    """A signed checkpoint that at least one of ``keys`` signed. Which of them count is the trust policy's word."""
    note = open_note(data, keys)
    return parse_checkpoint(note.text), note
