from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.journal.checkpoint import (
    Checkpoint,
    CheckpointMalformed,
    checkpoint_text,
    open_checkpoint,
    parse_checkpoint,
)
from counterfoil.journal.note import Note, NoteUnverified, note_signer, sign_note
from counterfoil.kernel.limits import NOTE_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed
from unit.journal.keys import log_key, private

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
LINE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)


@given(LINE, st.integers(0, 2**64 - 1), st.binary(min_size=32, max_size=32), st.lists(LINE, max_size=3))
def test_a_checkpoint_formats_back_to_its_text(origin: str, size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert parse_checkpoint(checkpoint.text()) == checkpoint
    assert checkpoint.text().startswith(checkpoint_text(origin, size, root))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\n\n\n",
        "log\n1\n",
        f"log\n1\n{ROOT}",  # The last newline is missing.
        f"\n1\n{ROOT}\n",
        f"log\n01\n{ROOT}\n",
        f"log\n00\n{ROOT}\n",
        f"log\n+1\n{ROOT}\n",
        f"log\n-1\n{ROOT}\n",
        f"log\n 1\n{ROOT}\n",
        f"log\n1 \n{ROOT}\n",
        f"log\n1_0\n{ROOT}\n",
        f"log\n١\n{ROOT}\n",
        f"log\n0x1\n{ROOT}\n",
        f"log\n\n{ROOT}\n",
        f"log\n{2**64}\n{ROOT}\n",
        f"log\n{'9' * 10_000}\n{ROOT}\n",
        "log\n1\n\n",
        "log\n1\nYmFuYW5hcw==\n",
        f"log\n1\n{ROOT[:-1]}\n",
        f"log\n1\n{ROOT[:-2]}J=\n",  # The spare bits are not zero.
        f"log\n1\n {ROOT}\n",
        f"log\n1\n{ROOT}\n\n",
        f"log\n1\n{ROOT}\nextension\n\n",
        f"log\n1\n{ROOT}\n\nextension\n",
        f"log\r\n1\r\n{ROOT}\r\n",
        f"l\x00g\n1\n{ROOT}\n",
        f"log\n1\n{ROOT}\n" + "a" * NOTE_BYTES_MAX + "\n",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(CheckpointMalformed):
        parse_checkpoint(text)


@given(st.data())
def test_mutated_texts_are_refused_or_format_back(data: st.DataObject) -> None:
    text = f"example.com/log\n20852163\n{ROOT}\nextension\n"
    start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    changed = text[:start] + data.draw(st.text(max_size=5)) + text[end:]
    try:
        checkpoint = parse_checkpoint(changed)
    except Malformed:
        return
    assert checkpoint.text() == changed


def test_open_says_who_signed() -> None:
    text = checkpoint_text("log.example", 5, bytes(32))
    data = sign_note(Note(text, ()), [note_signer("log.example", private("log.example"))]).to_bytes()
    checkpoint, opened = open_checkpoint(data, [log_key("log.example")])
    assert checkpoint == Checkpoint("log.example", 5, bytes(32))
    assert opened.verified[0][0] == log_key("log.example")
    with pytest.raises(NoteUnverified):
        open_checkpoint(data, [log_key("other.example")])


def test_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    data = sign_note(Note("hello\n", ()), [note_signer("log.example", private("log.example"))]).to_bytes()
    with pytest.raises(CheckpointMalformed):
        open_checkpoint(data, [log_key("log.example")])


@pytest.mark.parametrize(
    ("origin", "size", "root"), [("", 1, bytes(32)), ("a\nb", 1, bytes(32)), ("a", -1, bytes(32)), ("a", 1, bytes(31))]
)
def test_a_checkpoint_cannot_be_built_wrong(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(CheckpointMalformed):
        Checkpoint(origin, size, root)
