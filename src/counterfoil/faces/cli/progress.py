"""Progress on standard error, for whatever takes longer than two seconds, where somebody is looking.

Always true: standard output stays clean, and a short command shows nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


@contextmanager
def shown_progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Gives a function that is told (done, in all); a bar is shown while it is told of more than a little work."""
    shown: list[tuple[Progress, int]] = []

    def tell(done: int, total: int) -> None:
        if not sys.stderr.isatty() or total < 50_000:
            return
        if not shown:
            from rich.console import Console
            from rich.progress import Progress

            bar = Progress(console=Console(stderr=True), transient=True)
            bar.start()
            shown.append((bar, bar.add_task(what, total=total)))
        bar, task = shown[0]
        bar.update(task, completed=done)  # type: ignore[arg-type]  # rich names its task ids by a type of its own

    try:
        yield tell
    finally:
        for bar, _ in shown:
            bar.stop()
