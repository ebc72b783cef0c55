"""A receipt as a picture: dot for dot what a receipt printer would put on the paper.

Always true (``tests/unit/engines/test_printing.py``): the picture is as wide as the paper's dots and black or white
only, and the font has every letter of Spanish (``test_the_font_has_the_letters_of_spanish``). The font is DejaVu
Sans Mono, in this folder with its license, so that a picture is the same on every machine.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.resources import files

from PIL import Image, ImageDraw, ImageFont

from counterfoil.counter.receipt import Receipt, Row, Style, rows, width
from counterfoil.engines.printing import qr
from counterfoil.engines.printing.paper import MM80, Paper
from counterfoil.engines.texts import catalog

_WHITE, _BLACK = 1, 0
_MARGIN = 24
_SIZES = {13: 21, 12: 20}
"""Pixels of the font whose letters are as wide as a cell of so many dots."""


def render(receipt: Receipt, paper: Paper = MM80) -> bytes:
    """The receipt as PNG bytes, ``paper.dots`` pixels wide."""
    pictures = [picture(row, paper) for row in rows(receipt, catalog(receipt.language), columns=paper.columns)]
    sheet = Image.new("1", (paper.dots, sum(part.height for part in pictures) + 2 * _MARGIN), _WHITE)
    down = _MARGIN
    for part in pictures:
        sheet.paste(part, ((paper.dots - part.width) // 2, down))
        down += part.height
    out = io.BytesIO()
    sheet.save(out, format="PNG", dpi=(203, 203), optimize=True)
    return out.getvalue()


def picture(row: Row, paper: Paper, *, cell: int | None = None) -> Image.Image:
    """One row, black on white, ``paper.columns`` cells wide; ``cell``: dots of a column, the paper's if not given."""
    cell = cell or paper.cell
    if row.style is Style.CODE:
        return code_picture(row.text, paper, paper.columns * cell)
    return _text_picture(row, paper.columns * cell, cell)


def code_picture(slip: str, paper: Paper, dots: int) -> Image.Image:
    """The QR code of ``slip`` with its margin, in the middle of a white strip ``dots`` wide."""
    modules = qr.matrix(slip)
    small = Image.new("1", (len(modules) + 2 * qr.MARGIN,) * 2, _WHITE)
    for down, line in enumerate(modules):
        for right, dark in enumerate(line):
            if dark:
                small.putpixel((right + qr.MARGIN, down + qr.MARGIN), _BLACK)
    code = small.resize((small.width * paper.module,) * 2, Image.Resampling.NEAREST)
    strip = Image.new("1", (dots, code.height), _WHITE)
    strip.paste(code, ((dots - code.width) // 2, 0))
    return strip


def _text_picture(row: Row, dots: int, cell: int) -> Image.Image:
    font = _font(_SIZES[cell])
    height = 2 * cell + 2
    strip = Image.new("1", (dots, height), _WHITE)
    draw = ImageDraw.Draw(strip)
    draw.fontmode = "1"
    baseline = height - cell // 2 - 1
    column = 0
    for character, wide in _clusters(row.text):
        for shift in (0, 1) if row.style is not Style.PLAIN else (0,):
            # A printer's emphasis is the same letter struck again one dot further.
            draw.text((column * cell + shift, baseline), character, font=font, fill=_BLACK, anchor="ls")
        column += wide
    if row.style is Style.TITLE:
        return strip.resize((dots, 2 * height), Image.Resampling.NEAREST)
    return strip


def _clusters(text: str) -> list[tuple[str, int]]:
    """Each letter with the marks that stand on it, and its width in columns."""
    found: list[tuple[str, int]] = []
    for character in text:
        wide = width(character)
        if wide == 0 and found:
            before, taken = found[-1]
            found[-1] = (before + character, taken)
        else:
            found.append((character, wide))
    return found


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    path = files("counterfoil.engines.printing") / "fonts" / "DejaVuSansMono.ttf"
    return ImageFont.truetype(io.BytesIO(path.read_bytes()), size, layout_engine=ImageFont.Layout.BASIC)
