"""What the command line is handed by ``__main__``: how to make and open an office, without knowing any engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from counterfoil.kernel.outcomes import Translate

if TYPE_CHECKING:  # A command that opens no office, such as verify, starts without loading the whole of one.
    from counterfoil.operations.authority import Authority
    from counterfoil.operations.desk import Desk
    from counterfoil.operations.store import OfficeStore


class OpenedOffice(Protocol):
    """An office opened for work. Its ``clock`` has ``set`` when it is the file's."""

    desk: Desk
    authority: Authority
    clock: Any
    folder: Path


@dataclass(frozen=True, slots=True)
class House:
    """Functions that ``__main__`` fills with the engines' own (see ``bootstrap`` for each)."""

    init: Callable[..., str]
    open: Callable[..., AbstractContextManager[OpenedOffice]]
    """(folder, clock="machine" | "file" | "last", stick=None): ``last`` is the clock of the office's last day."""
    read_store: Callable[[Path], OfficeStore]
    """Read-only, takes no lock; the caller closes it."""
    settings: Callable[[Path], Any]
    edition: Callable[..., bytes]
    """(name, authority=None): a shipped edition by name, or the bytes of a file, with the authority in its place."""
    to_ms: Callable[[Any, str], int]
    catalog: Callable[[str], Translate]
    more: Mapping[str, Any]
    """Further engines a command may need, by name: see ``__main__``."""
