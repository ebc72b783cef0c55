"""What the last audit of an office found, in a file beside its store: ``audit.json``.

Always true (``tests/unit/engines/test_audits.py``): an audit itself writes nothing, its outcome is kept once it is
done, whole or not at all (``test_the_last_outcome_is_kept_whole``); a file that is not one of ours is no outcome
(``test_what_cannot_be_read_is_no_outcome``). Nothing is computed from it: it says when somebody looked.
"""

from __future__ import annotations

import json
from pathlib import Path

from counterfoil import __version__
from counterfoil.engines.clock import MachineClock
from counterfoil.engines.disk import RealDisk
from counterfoil.operations.audit import Report
from counterfoil.operations.overview import LastAudit

FILE = "audit.json"
_BYTES_MAX = 65_536
_WANTED = {"time": int, "version": str, "entries": int, "findings": int, "signatures": bool}


def keep(folder: Path, report: Report, *, now: int | None = None) -> None:
    """Keeps the outcome of an audit that has just ended. Raises ``OSError`` where the folder takes no file."""
    made = LastAudit(
        MachineClock().now() if now is None else now, __version__, report.entries, len(report.findings),
        report.signatures is not None,
    )  # fmt: skip
    RealDisk().replace(str(folder / FILE), (json.dumps(made._asdict()) + "\n").encode())


def last(folder: Path) -> LastAudit | None:
    """The outcome of the last audit that was kept here; None if there is none, or it cannot be read."""
    try:
        with (folder / FILE).open("rb") as file:
            told = json.loads(file.read(_BYTES_MAX))
    except (OSError, ValueError, RecursionError):
        return None
    if type(told) is not dict or told.keys() != _WANTED.keys():
        return None
    if any(type(told[name]) is not kind for name, kind in _WANTED.items()):
        return None
    if not 0 <= told["time"] < 2**53 or min(told["entries"], told["findings"]) < 0 or len(told["version"]) > 40:
        return None
    return LastAudit(**told)
