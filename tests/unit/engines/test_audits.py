"""The outcome of the last audit, in a file beside the store."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from counterfoil import __version__
from counterfoil.engines import audits
from counterfoil.operations.audit import Finding, Report
from counterfoil.operations.overview import LastAudit

GOOD = {"time": 1_772_463_600_000, "version": "1", "entries": 7, "findings": 0, "signatures": True}


def report(*findings: Finding, signatures: int | None = None) -> Report:
    return Report(findings, 42, (1,), 9, 3, signatures, True, True, False)


def test_the_last_outcome_is_kept_whole(tmp_path: Path) -> None:
    assert audits.last(tmp_path) is None
    audits.keep(tmp_path, report(signatures=84), now=5)
    assert audits.last(tmp_path) == LastAudit(5, __version__, 42, 0, signatures=True)
    audits.keep(tmp_path, report(Finding("fold.row", "table till", "differs")), now=6)
    found = audits.last(tmp_path)
    assert found is not None
    assert (found.clean, found.signatures, found.time) == (False, False, 6)
    assert [path.name for path in tmp_path.iterdir()] == [audits.FILE]
    assert (tmp_path / audits.FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    ["", "x", "[]", "{}", "[" * 60_000, json.dumps(list(GOOD)), json.dumps({**GOOD, "more": 1}),
     *(json.dumps({**GOOD, name: wrong}) for name, wrong in (
         ("time", "5"), ("time", -1), ("time", 2**60), ("entries", -1), ("findings", 1.5), ("signatures", 1),
         ("version", "v" * 41), ("version", None),
     ))],
)  # fmt: skip
def test_what_cannot_be_read_is_no_outcome(tmp_path: Path, content: str) -> None:
    (tmp_path / audits.FILE).write_text(json.dumps(GOOD))
    assert audits.last(tmp_path) == LastAudit(**GOOD)  # type: ignore[arg-type]  # as the file says
    (tmp_path / audits.FILE).write_text(content)
    assert audits.last(tmp_path) is None


def test_bytes_that_are_no_text_are_no_outcome(tmp_path: Path) -> None:
    (tmp_path / audits.FILE).write_bytes(b"\xff\xfe")
    assert audits.last(tmp_path) is None
    os.remove(tmp_path / audits.FILE)
    (tmp_path / audits.FILE).mkdir()
    assert audits.last(tmp_path) is None
