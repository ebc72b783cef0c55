"""Whose fault it is: three ways for a request not to happen.

- ``Malformed``: the input cannot be read as what it claims to be. Raised at the edge; names field and value;
  nothing changed; never remembered.
- ``Refusal``: a rule says no. *Returned*, not raised, remembered under its request id for ever. Its sentence says
  what is so, what to do next and what was recorded.
- ``Fault``: our own bug, or a store that failed. Raised; stops the till; never remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

Translate = Callable[[str], str]


def mark(text: str) -> str:
    """Marks a text for the catalog (extracted by Babel under this name) and returns it unchanged."""
    return text


def untranslated(text: str) -> str:
    """The identity catalog: English as written in the source."""
    return text


def short(value: object) -> str:
    """A value as shown in a message: never more than 60 characters, never a control character."""
    try:
        shown = ascii(value)
    except (ValueError, RecursionError):  # A number of thousands of digits, or lists in lists without end.
        shown = f"a {type(value).__name__} that is too large to show"
    return shown if len(shown) <= 60 else shown[:57] + "..."


class CounterfoilError(Exception):
    """Base of every exception this project raises on purpose."""


class Malformed(CounterfoilError):
    """Bad input. ``field`` says where; the message says what was found and what is accepted."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Unavailable(CounterfoilError):
    """Not now: a lock, a disk or a server said no. Nothing is recorded; the same request may be sent again."""


class Fault(CounterfoilError):
    """Our bug, or books that do not agree with themselves. The till stops; nothing more is posted."""


WORDS = ("operation", "role", "state", "clock", "day_clock")
"""Fields of refusals that hold a word of a short list, which is in the catalog too; others are numbers and names."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule said no. Subclasses are frozen dataclasses whose fields fill ``said``, a text of the catalog.

    ``code`` is stable for ever (``till.short``); ``said`` is the English sentence with ``{field}`` places.
    """

    code: ClassVar[str] = ""
    said: ClassVar[str] = ""

    def sentence(self, translate: Translate = untranslated) -> str:
        """What is so, what to do next and what was recorded, in the language of ``translate``."""
        shown = {name: translate(word) if name in WORDS and word else word for name, word in self.details().items()}
        return translate(type(self).said).format(**shown)

    def details(self) -> dict[str, Any]:
        """The fields by name, as shown to people."""
        return {f.name: getattr(self, f.name) for f in fields(self)}
