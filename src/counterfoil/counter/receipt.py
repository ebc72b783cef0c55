"""A receipt and how it lies on paper, before any printer is known.

Always true (``tests/unit/counter/test_receipt.py``): no line is wider than the paper, wide and combining characters
included (``test_no_line_is_ever_wider_than_the_paper``); every word given stands on it
(``test_nothing_is_left_out``); a copy says so first and last (``test_a_copy_says_so_at_both_ends``); nothing in a
name can steer a printer or a terminal (``test_control_characters_are_shown_as_a_mark``).

Widths are in columns of a fixed-width font: most characters one, East Asian ones two, combining ones none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from counterfoil.kernel.outcomes import Malformed, Translate, mark, untranslated

COLUMNS_80_MM = 42
COLUMNS_58_MM = 32
_COLUMNS_MIN = 16
_GAP = 2
_UNSHOWN = "\ufffd"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What stands on one receipt, in its own language; the fixed texts around it come from the catalog.

    ``lines``: pairs of left and right, the right one (an amount) against the right edge. ``slip``: the text of the
    code, ``CF1:…``, or "" for a paper that proves nothing; ``more_slips``: those of a visit's further services.
    ``number``: ``entry 12 · epoch 1``; ``when``: local date and time.
    """

    language: str
    office: str
    title: str
    lines: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    slip: str = ""
    copy: bool = False
    practice: bool = False
    number: str = ""
    when: str = ""
    more_slips: tuple[str, ...] = ()

    @property
    def slips(self) -> tuple[str, ...]:
        """The texts of all its codes, in the order of the services."""
        return ((self.slip,) if self.slip else ()) + self.more_slips


class Style(Enum):
    """How a row is printed. ``CODE`` holds the text of a QR code; the others fill at most the columns."""

    PLAIN = "plain"
    STRONG = "strong"
    TITLE = "title"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the paper: its text, already padded, and its style."""

    text: str
    style: Style = Style.PLAIN


def rows(receipt: Receipt, translate: Translate = untranslated, *, columns: int = COLUMNS_80_MM) -> tuple[Row, ...]:
    """The rows of ``receipt`` on paper ``columns`` wide (16 or more), the codes among them."""
    if columns < _COLUMNS_MIN:
        raise Malformed(f"{columns} columns are too few for a receipt: {_COLUMNS_MIN} or more", field="columns")
    band = [Row(text, Style.STRONG) for text in _bands(receipt, translate, columns)]
    inside = (*_head(receipt, columns), *_body(receipt, columns), *_codes(receipt, translate, columns))
    return (*band, Row(""), *inside, Row(""), *band) if band else inside


def text_lines(
    receipt: Receipt, translate: Translate = untranslated, *, columns: int = COLUMNS_80_MM
) -> tuple[str, ...]:
    """The lines of text of ``receipt``, without its codes; none is wider than ``columns``."""
    return tuple(row.text for row in rows(receipt, translate, columns=columns) if row.style is not Style.CODE)


def width(text: str) -> int:
    """The columns ``text`` takes in a fixed-width font."""
    return sum(_columns_of(character) for character in text)


def shown(text: str) -> str:
    """``text`` as it may be printed: composed, blanks made plain, what could steer a printer replaced by a mark."""
    return "".join(_shown(character) for character in unicodedata.normalize("NFC", text))


def wrapped(text: str, columns: int) -> list[str]:
    """``text`` in lines of at most ``columns``, broken at blanks, and inside a word only if it is too long alone."""
    lines, line = [], ""
    for word in shown(text).split():
        for piece in _pieces(word, columns):
            if line and width(line) + 1 + width(piece) <= columns:
                line += " " + piece
            else:
                lines.append(line)
                line = piece
    lines.append(line)
    return [line for line in lines if line]


def bands(receipt: Receipt, translate: Translate = untranslated) -> tuple[str, ...]:
    """What stands above and below a receipt that is not a first print of a real entry."""
    copy = (translate(mark("COPY")),) if receipt.copy else ()
    return copy + ((translate(mark("PRACTICE: NOT A REAL RECEIPT")),) if receipt.practice else ())


def _bands(receipt: Receipt, translate: Translate, columns: int) -> list[str]:
    texts = bands(receipt, translate)
    return [line for text in texts for line in _centered(_starred(text, columns), columns)]


def _starred(text: str, columns: int) -> str:
    starred = f"*** {text} ***"
    return starred if width(starred) <= columns else text


def _head(receipt: Receipt, columns: int) -> Iterator[Row]:
    yield from (Row(line, Style.STRONG) for line in _centered(receipt.office, columns))
    yield from (Row(line, Style.TITLE) for line in _centered(receipt.title, columns))
    for text in (receipt.when, receipt.number):
        yield from (Row(line) for line in _centered(text, columns))
    yield Row("-" * columns)


def _body(receipt: Receipt, columns: int) -> Iterator[Row]:
    for left, right in receipt.lines:
        yield from (Row(line) for line in _pair(left, right, columns))
    if receipt.lines and receipt.notes:
        yield Row("")
    for note in receipt.notes:
        yield from (Row(line) for line in wrapped(note, columns))


def _codes(receipt: Receipt, translate: Translate, columns: int) -> Iterator[Row]:
    slips = receipt.slips
    if not slips:
        return
    yield Row("-" * columns)
    for place, slip in enumerate(slips, start=1):
        if len(slips) > 1:
            caption = translate(mark("Code {part} of {count}")).format(part=place, count=len(slips))
            yield from (Row(line) for line in _centered(caption, columns))
        yield Row(slip, Style.CODE)
    how = translate(
        mark(
            "Keep this paper. The code shows what this office wrote in its books. "
            "To check it without us, scan it and use the free Counterfoil checker."
        )
    )
    yield from (Row(line) for line in wrapped(how, columns))


def _centered(text: str, columns: int) -> list[str]:
    return [" " * ((columns - width(line)) // 2) + line for line in wrapped(text, columns)]


def _pair(left: str, right: str, columns: int) -> list[str]:
    """The left text, wrapped, and the right one at the right edge of its last line, or below where both do not fit."""
    amount = shown(right).strip()
    if not amount:
        return wrapped(left, columns)
    room = columns - width(amount) - _GAP
    if room < columns // 3:
        return [*wrapped(left, columns), *_against_the_edge(amount, columns)]
    *above, last = wrapped(left, room) or [""]
    return [*above, last + " " * (columns - width(last) - width(amount)) + amount]


def _against_the_edge(text: str, columns: int) -> list[str]:
    return [" " * (columns - width(line)) + line for line in wrapped(text, columns)]


def _pieces(word: str, columns: int) -> Iterator[str]:
    piece, taken = "", 0
    for character in word:
        wide = _columns_of(character)
        if taken + wide > columns:
            yield piece
            piece, taken = "", 0
        piece, taken = piece + character, taken + wide
    yield piece


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Zs" or character in "\t\n":
        return " "
    # Format characters turn the direction of a line or hide in it: paper has no use for them.
    if category == "Cf":
        return ""
    return _UNSHOWN if category in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") else character
