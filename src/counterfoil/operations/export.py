"""What leaves the office to be verified elsewhere: proofs, bundles of whole days, static tiles.

Always true:

1. What is exported verifies with the trust policy alone, here and by the stand-alone verifier
   (``test_exports_are_accepted_by_both_verifiers``).
2. A checkpoint is signed only over a root that the stored entries give, and only for a log whose key is here; a closed
   log is shown by the checkpoint that was signed when it closed.
3. Tiles hold hashes only; entries leave in bundles, or where private tiles are asked for by name
   (``test_tiles_hold_no_entry_unless_asked``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from counterfoil.facts.day_end import BulkEntered
from counterfoil.facts.kinds import kind_named
from counterfoil.journal import tiles as jt
from counterfoil.journal.bundle import Bundle, encode_bundle
from counterfoil.journal.checkpoint import checkpoint_text
from counterfoil.journal.entry import EntryParts, decode_leaf
from counterfoil.journal.hashing import node_hash
from counterfoil.journal.line import LineProof
from counterfoil.journal.note import ED25519, Note, NoteSignature, VerifierKey, open_note
from counterfoil.journal.proof import TlogProof, compact
from counterfoil.journal.tree import inclusion_proof
from counterfoil.journal.trust import Log, TrustPolicy
from counterfoil.kernel.outcomes import CounterfoilError, Fault, Malformed, Unavailable
from counterfoil.office.rows import DayRow, EpochRow
from counterfoil.operations.bulk import CHUNK_LINES, LEVEL, line_hash, unpack
from counterfoil.operations.desk import NodeSigner, read_entry
from counterfoil.operations.hashes import LogHashes
from counterfoil.operations.store import OfficeStore, Row
from counterfoil.operations.tables import BULK_LINES

CHUNK = 2_000
KeyFor = Callable[[int], NodeSigner]
"""The node's key of an epoch; ``Unavailable`` if it is not on this machine."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof of one entry. ``text``: `c2sp.org/tlog-proof@v1`; ``qr``: its QR form, or None where it does not fit."""

    origin: str
    log_vkey: str
    leaf: bytes
    index: int
    size: int
    text: str
    qr: str | None


class SignedLog:
    """One epoch's log in a store, and the signing of its checkpoints."""

    def __init__(self, store: OfficeStore, epoch: int | None, key_for: KeyFor) -> None:
        rows = [EpochRow._make(row) for row in store.scan("epoch")]
        row = next((row for row in rows if row.epoch == (epoch if epoch is not None else rows[-1].epoch)), None)
        if row is None:
            raise Malformed(
                f"there is no epoch {epoch} in this office" if rows else "no log is open yet", field="epoch"
            )
        self.store, self.row, self._key_for = store, row, key_for
        self.epoch, self.origin = row.epoch, row.origin
        self.vkey = VerifierKey(row.origin, ED25519, row.node_key)
        self.size = store.size(row.epoch)
        self.hashes = LogHashes(store, row.epoch)

    def checkpoint(self, size: int) -> str:
        """The signed note of the log at ``size`` entries."""
        text = checkpoint_text(self.origin, size, self.hashes.frontier(size).root())
        try:
            key = self._key_for(self.epoch)
        except CounterfoilError as error:
            kept = self.store.get("checkpoint", (self.epoch, size))
            if kept is None or not isinstance(kept[2], bytes):
                raise Unavailable(f"{error}; and no checkpoint of size {size} was kept") from None
            if open_note(kept[2], [self.vkey]).text != text:
                raise Fault(f"the checkpoint kept for size {size} has another root: run an audit") from None
            return kept[2].decode()
        if key.public_key != self.row.node_key:
            raise Unavailable(f"the key here is not the one that began epoch {self.epoch}")
        signature = NoteSignature(self.origin, self.vkey.key_id, key.sign(text.encode()))
        return Note(text, (signature,)).to_bytes().decode()


def prove(log: SignedLog, index: int) -> Proof:
    """The proof that entry ``index`` is in the log as it stands now. ``Malformed`` if there is no such entry."""
    if not 0 <= index < log.size:
        raise Malformed(f"epoch {log.epoch} has no entry {index}: it has {log.size}, counted from 0", field="entry")
    leaf = log.store.entries(log.epoch, index, 1)[0].leaf
    path = tuple(inclusion_proof(index, log.size, log.hashes))
    proof = TlogProof(index, path, log.checkpoint(log.size), leaf)
    try:
        qr = compact(proof, TrustPolicy(logs=(Log(log.vkey),))).to_qr()
    except Malformed:
        qr = None
    return Proof(log.origin, str(log.vkey), leaf, index, log.size, proof.to_bytes().decode(), qr)


def prove_line(log: SignedLog, index: int, line: int) -> bytes:
    """The proof of one line of the bulk entry ``index``. ``Malformed`` if that entry has no such line."""
    entry = prove(log, index)
    kept = log.store.entries(log.epoch, index, 1)[0]
    entered = next((fact for fact in read_entry(kept).facts if isinstance(fact, BulkEntered)), None)
    if entered is None or not 0 <= line < entered.count:
        has = f"it has {entered.count}, counted from 0" if entered is not None else "it is no step of a day's end"
        raise Malformed(f"entry {index} has no line {line}: {has}", field="line")
    hashes = ChunkHashes(log.store, entered.lines)
    blind, fact = hashes.line(line)
    proof = LineProof(
        line, entered.count, blind, fact, tuple(inclusion_proof(line, entered.count, hashes)), kept.facts, kept.blind,
        entry.text.encode(),
    )  # fmt: skip
    proof.check(decode_leaf(kept.leaf).core.facts_commitment)
    return proof.encode()


class ChunkHashes:
    """A ``ReadHash`` over the lines of one bulk entry: a full chunk is a perfect subtree, whose root is kept."""

    def __init__(self, store: OfficeStore, lines: bytes) -> None:
        self._store, self._lines = store, lines
        self._pairs: dict[int, list[tuple[bytes, bytes]]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        if level == 0:
            return line_hash(*self.line(index))
        if level == LEVEL:
            root = self._row(index)[2]
            assert isinstance(root, bytes)
            return root
        return node_hash(self(level - 1, 2 * index), self(level - 1, 2 * index + 1))

    def line(self, index: int) -> tuple[bytes, bytes]:
        """Blind and canonical fact of a line."""
        chunk, place = divmod(index, CHUNK_LINES)
        if chunk not in self._pairs:
            data = self._row(chunk)[3]
            self._pairs = {chunk: unpack(data if isinstance(data, bytes) else b"")}
        return self._pairs[chunk][place]

    def _row(self, chunk: int) -> Row:
        row = self._store.get(BULK_LINES.name, (self._lines, chunk))
        if row is None:
            raise Fault(f"chunk {chunk} of the lines {self._lines.hex()} is not in the store: run an audit")
        return row


def day_bundle(store: OfficeStore, day: str, key_for: KeyFor) -> bytes:
    """The file of one business day: from its day-open entry to its day-close, or to the latest entry while it is open.

    ``Malformed`` if the office opened no such day.
    """
    found = store.get("day", (day,))
    if found is None:
        last = next(store.scan("day", descending=True, limit=1), None)
        hint = f"the last one is {last[0]!r}" if last else "no day was opened yet"
        raise Malformed(f"no business day {day} was opened in this office: {hint}", field="day")
    row = DayRow._make(found)
    log = SignedLog(store, row.epoch, key_for)
    end = row.closed + 1 if row.closed is not None and _closes(store, row) else log.size
    entries = [
        EntryParts(*kept[2:])
        for start in range(row.opened, end, CHUNK)
        for kept in store.entries(row.epoch, start, min(CHUNK, end - start))
    ]
    left = tuple(log.hashes.frontier(row.opened).roots)
    return encode_bundle(Bundle(log.origin, row.opened, left, tuple(entries), log.checkpoint(end)))


def _closes(store: OfficeStore, row: DayRow) -> bool:
    """Whether the day was closed in the log that opened it: another epoch may have begun in between."""
    kept = store.entries(row.epoch, row.closed or 0, 1)
    return bool(kept) and decode_leaf(kept[0].leaf).core.kind == kind_named("day-close").number


def tile_files(log: SignedLog, *, private: bool = False) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of every static file of the log: hash tiles, entry bundles if ``private``, the checkpoint last."""
    for tile in jt.tiles_for_size(log.size):
        yield tile.path(), jt.tile_data(tile, log.hashes)
    for row in log.store.scan(BULK_LINES.name) if private else ():
        if isinstance(row[0], bytes) and isinstance(row[3], bytes):
            chunk = row[1] if isinstance(row[1], int) else 0
            yield f"lines/{row[0].hex()}/{chunk}", row[3]
    for tile in jt.bundles_for_size(log.size) if private else ():
        rows = log.store.entries(log.epoch, tile.index * jt.TILE_WIDTH, tile.width)
        yield tile.path(), jt.bundle_data([row.leaf for row in rows])
    yield jt.CHECKPOINT_PATH, log.checkpoint(log.size).encode()
