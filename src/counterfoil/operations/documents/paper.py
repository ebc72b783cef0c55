"""A paper as blocks of text: what is said, in which order and in which language, without any page.

Always true (``tests/unit/documents``): a block holds text only, each amount written as ``Money`` writes it
(``test_every_amount_is_exact``); the same values give the same blocks; a date is written with its month as a word, so
that nobody takes a day for a month (``test_a_date_names_its_month``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from counterfoil.kernel.limits import TEXT_CHARACTERS_MAX
from counterfoil.kernel.money import USD, Currency, Money, currency
from counterfoil.kernel.outcomes import Malformed, Translate, mark, untranslated
from counterfoil.office.readers import text as read_text

ROWS_MAX = 2_000
SIZES = ("letter", "passbook", "money-order")


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """One paragraph; ``strong``: what must not be missed."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """Short paragraphs of one kind."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What something is called, and what it is."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """One figure that a law wants seen apart from the rest; ``strong``: more conspicuous than the others."""

    label: str
    meaning: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Boxes:
    """Figures side by side."""

    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``figures``: it holds amounts and stands to the right; ``short``: dates and the like."""

    label: str
    figures: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; ``total``: the last row adds the others up."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: bool = False

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise Malformed("every row of a table has a text for each column", field="rows")


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on, each with what is signed."""

    labels: tuple[str, ...]


Block = Heading | Text | Points | Facts | Boxes | Table | Signatures
_KINDS: dict[type[Any], str] = {
    Heading: "heading", Text: "text", Points: "points", Facts: "facts", Boxes: "boxes", Table: "table",
    Signatures: "signatures",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. ``on``: the day it is of, which is also the day its file says it was made.

    ``foot``: what stands at the foot of each page, with ``{page}`` and ``{pages}``.
    """

    kind: str
    language: str
    title: str
    office: str
    number: str
    on: date
    blocks: tuple[Block, ...]
    foot: str
    subtitle: str = ""
    size: str = "letter"


def as_plain(paper: Paper) -> dict[str, Any]:
    """The paper as JSON carries it: what ``--json`` prints, and what the layout reads."""
    head = {f.name: getattr(paper, f.name) for f in fields(paper) if f.name not in ("on", "blocks")}
    return {**head, "on": paper.on.isoformat(), "blocks": [_block(one) for one in paper.blocks]}


def _block(block: Block) -> dict[str, Any]:
    return {"kind": _KINDS[type(block)], **{f.name: _plain(getattr(block, f.name)) for f in fields(block)}}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Box | Column):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    return value


def texts(paper: Paper) -> list[str]:
    """Every text of the paper in reading order."""
    found: list[str] = [paper.title, *([paper.subtitle] if paper.subtitle else []), paper.office, paper.number]
    for block in paper.blocks:
        found += _texts({key: value for key, value in _block(block).items() if key != "kind"})
    return found


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the top of a customer's paper. ``contact``: where to ask, as a person would write it."""

    office: str
    on: date
    currency: str = "USD"
    customer: str = ""
    number: str = ""
    contact: str = ""

    def __post_init__(self) -> None:
        said(self.office, "office")
        for name in ("customer", "number", "contact"):
            if getattr(self, name):
                said(getattr(self, name), name)
        currency(self.currency)


def said(text: str, field: str) -> str:
    """A text that can stand on paper: ``Malformed`` if it is empty, too long or holds a hidden character."""
    checked: str = read_text(text, field)
    return checked


def not_below_zero(minor: int, field: str) -> int:
    """An amount that is zero or more."""
    if type(minor) is not int or minor < 0:
        raise Malformed(f"{field} is {minor!r}: a whole number of minor units, zero or more, is needed", field=field)
    return minor


def bounded(rows: Sequence[object], field: str) -> None:
    """``Malformed`` if a paper would never end."""
    if len(rows) > ROWS_MAX:
        raise Malformed(f"{field} has {len(rows)} rows; a paper holds up to {ROWS_MAX}", field=field)


_MONTHS = (
    mark("Jan {day}, {year}"), mark("Feb {day}, {year}"), mark("Mar {day}, {year}"), mark("Apr {day}, {year}"),
    mark("May {day}, {year}"), mark("Jun {day}, {year}"), mark("Jul {day}, {year}"), mark("Aug {day}, {year}"),
    mark("Sep {day}, {year}"), mark("Oct {day}, {year}"), mark("Nov {day}, {year}"), mark("Dec {day}, {year}"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """The language and the currency of a paper."""

    language: str = "en"
    currency: Currency = USD
    translate: Translate = untranslated

    def say(self, text: str, **places: object) -> str:
        """A marked text in the paper's language, its places filled."""
        return self.translate(text).format(**places)

    def money(self, minor: int) -> str:
        """An amount as people read it."""
        return str(Money(minor, self.currency))

    def day(self, day: date) -> str:
        """``Mar 2, 2026``: no reader takes the day for the month."""
        return self.say(_MONTHS[day.month - 1], day=day.day, year=day.year)

    def column(self, text: str, *, figures: bool = False, short: bool = False) -> Column:
        """A column with a marked name."""
        return Column(self.say(text), figures, short)


def paper_of(
    kind: str, head: Head, words: Words, blocks: Sequence[Block], *, title: str, subtitle: str = "",
    size: str = "letter", number: str = "",
) -> Paper:  # fmt: skip
    """A whole paper with its head and foot. ``title`` and ``subtitle`` are marked texts."""
    if size not in SIZES:
        raise Malformed(f"{size!r} is not a size of paper kept here: {', '.join(SIZES)}", field="size")
    return Paper(
        kind=kind,
        language=words.language,
        title=words.say(title),
        subtitle=words.say(subtitle) if subtitle else "",
        office=head.office,
        number=number or head.number,
        on=head.on,
        blocks=tuple(blocks),
        foot=words.translate(mark("Page {page} of {pages}")),
        size=size,
    )


def who(head: Head, words: Words, *more: tuple[str, str]) -> Facts:
    """Whose paper it is: the customer, the office, the day, and what else is given."""
    rows = [
        *([(words.say(mark("Name")), head.customer)] if head.customer else []),
        *([(words.say(mark("Number")), head.number)] if head.number else []),
        (words.say(mark("Office")), head.office),
        (words.say(mark("Date")), words.day(head.on)),
        *more,
        *([(words.say(mark("Questions?")), head.contact)] if head.contact else []),
    ]
    return Facts(tuple(rows))


WriteKind = Callable[[Any, Words], Paper]
"""A content function: values and words in, paper out."""

__all__ = [
    "TEXT_CHARACTERS_MAX", "Block", "Box", "Boxes", "Column", "Facts", "Head", "Heading", "Paper", "Points",
    "Signatures", "Table", "Text", "Words", "WriteKind", "as_plain", "bounded", "not_below_zero", "paper_of", "said",
    "texts", "who",
]  # fmt: skip
