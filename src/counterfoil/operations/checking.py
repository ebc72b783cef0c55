"""Whether a slip, a proof or a bundle that somebody brings is true, and what it proves: for whoever asks, no log-in.

Always true (``tests/unit/operations/test_checking.py``): what is brought is verified under a trust policy as anybody
else would (``journal.verify``), the office's own or one that is handed in; what is of this office's own log is held
against that log too, so a log that was rewritten is shown and not passed over
(``test_a_slip_that_contradicts_the_log_is_shown``). Nothing is recorded, and the answer tells nothing that does not
stand in what was brought, but that the log still holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from counterfoil.facts.kinds import KINDS
from counterfoil.journal.note import ED25519, VerifierKey
from counterfoil.journal.rules import Kinds, Refused, kinds_by_number
from counterfoil.journal.trust import Log, TrustPolicy, parse_policy
from counterfoil.journal.verify import Report, compare, records, verify
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.rows import EpochRow
from counterfoil.operations.hashes import LogHashes
from counterfoil.operations.store import OfficeStore

RECORDS_MAX = 40
"""Slips that are checked together."""


class Checked(NamedTuple):
    """One record: its report or its refusal. ``kept``: this office's own log holds it still, the same; None where
    that cannot be said, since it is of another log."""

    report: Report | None
    refused: Refused | None
    kept: bool | None = None


class Told(NamedTuple):
    """All records, and what they say of each other. ``contradiction``: two of them (or one and the office's own log)
    cannot both be true."""

    records: tuple[Checked, ...]
    contradiction: str = ""


def own_policy(store: OfficeStore) -> TrustPolicy:
    """The logs of this office, one for each epoch; no witness is asked for."""
    rows = [EpochRow._make(row) for row in store.scan("epoch")]
    return TrustPolicy(tuple(Log(VerifierKey(row.origin, ED25519, row.node_key)) for row in rows))


def policy_of(text: str) -> TrustPolicy:
    """A trust policy that somebody pasted; ``Malformed`` (field ``policy``) names what is wrong in it."""
    return parse_policy(text.replace("\r\n", "\n").encode())


def check(store: OfficeStore, brought: Sequence[bytes], policy: TrustPolicy) -> Told:
    """What is proved by what was brought: several files, each of one record or (slips) of one a line."""
    parts = [part for data in brought for part in records(data) if part]
    if len(parts) > RECORDS_MAX:
        raise Malformed(f"{len(parts)} records at once: {RECORDS_MAX} are the most", field="text")
    kinds, found = kinds_by_number(KINDS), []
    for part in parts:
        found.append(_verified(part, policy, kinds))
    reports = [one.report for one in found if one.report is not None]
    contradiction = _contradiction(reports)
    shown = []
    for one in found:
        kept = _kept(store, one.report) if one.report is not None else None
        shown.append(one._replace(kept=kept[0] if kept else None))
        contradiction = contradiction or (kept[1] if kept else "")
    return Told(tuple(shown), contradiction)


def _verified(part: bytes, policy: TrustPolicy, kinds: Kinds) -> Checked:
    """Blanks at the end of a slip count, and are lost or added when it is copied: then the next best is tried. What
    is accepted is accepted by its signatures, so no wrong one can come of it."""
    bare, refused = part.rstrip(b" "), None
    for one in dict.fromkeys([part, bare, bare + b" ", bare + b"  "] if part.startswith(b"CF") else [part]):
        try:
            return Checked(verify(one, policy, kinds), None)
        except Refused as error:
            refused = refused or error
    return Checked(None, refused)


def _contradiction(reports: Sequence[Report]) -> str:
    try:
        compare(reports)
    except Refused as error:
        return str(error)
    return ""


def _kept(store: OfficeStore, report: Report) -> tuple[bool, str] | None:
    """Whether this office's own log holds what the report is of, and what contradicts it; None for another's log."""
    row = next((row for one in store.scan("epoch") if (row := EpochRow._make(one)).origin == report.origin), None)
    if row is None:
        return None
    own = _own(store, row.epoch, report)
    said = _contradiction([report, own])
    whole = report.leaves.keys() == own.leaves.keys() and report.size in own.roots
    if not said and not whole:
        said = f"{report.origin}: this office's own log is shorter than what was brought. Keep it: it proves that"
    return not said, said


def _own(store: OfficeStore, epoch: int, report: Report) -> Report:
    """What this office's own log says at the places and sizes that the report is about."""
    size, hashes = store.size(epoch), LogHashes(store, epoch)
    leaves = {place: hashes(0, place) for place in sorted(report.leaves) if place < size}
    roots = {report.size: hashes.frontier(report.size).root()} if report.size <= size else {}
    return Report("log", report.origin, size, b"", (), (), leaves, roots)
