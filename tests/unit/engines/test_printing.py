from __future__ import annotations

import builtins
import io
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from counterfoil.counter.receipt import Receipt, text_lines, width
from counterfoil.engines.printing import escpos, png, qr, text
from counterfoil.engines.printing.paper import MM58, MM80, Paper, paper
from counterfoil.kernel.limits import SLIP_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed, Unavailable

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
PAPERS = [MM80, MM58]
# Two bytes are three characters of Base45: this is as long as a slip can be.
LONGEST = "CF1:" + (ALPHABET * 20)[: SLIP_BYTES_MAX // 2 * 3]
SLIPS = ["CF1:0", "CF1: A  B ", LONGEST, "CF1:" + " " * 600, "CFP:A%C"]
EN = Receipt(
    language="en",
    office="Green Hollow Post Office · 0417",
    title="Cash deposit",
    lines=(("Account", "•••• 0745"), ("Cash taken in at the window", "$1,250.00"), ("Balance after", "$2,004.10")),
    notes=("For: Íñigo Núñez Güell",),
    slip=LONGEST,
    number="entry 12 · epoch 1",
    when="2026-11-23 09:05",
)
ES = replace(
    EN,
    language="es",
    office="Correos de Peñasco · 0417",
    title="Depósito en efectivo",
    lines=(("Cuenta", "•••• 0745"), ("Efectivo recibido en la ventanilla", "$1,250.00"), ("¿Saldo?", "€2,004.10")),
    number="asiento 12 · época 1",
    copy=True,
)
GOLDEN_EN = """\
     Green Hollow Post Office · 0417
               Cash deposit
             2026-11-23 09:05
            entry 12 · epoch 1
------------------------------------------
Account                          •••• 0745
Cash taken in at the window      $1,250.00
Balance after                    $2,004.10

For: Íñigo Núñez Güell
------------------------------------------
Keep this paper. The code shows what this
office wrote in its books. To check it
without us, scan it and use the free
Counterfoil checker.
"""
GOLDEN_ES = """\
         *** COPIA ***

   Correos de Peñasco · 0417
      Depósito en efectivo
        2026-11-23 09:05
      asiento 12 · época 1
--------------------------------
Cuenta                 •••• 0745
Efectivo recibido en
la ventanilla          $1,250.00
¿Saldo?                €2,004.10

For: Íñigo Núñez Güell
--------------------------------
Guarde este papel. El código
muestra lo que esta oficina
anotó en sus libros. Para
verificarlo sin nosotros,
escanéelo y use el verificador
gratuito de Counterfoil.

         *** COPIA ***
"""


def read(picture: Image.Image) -> list[str]:
    zxingcpp = pytest.importorskip("zxingcpp", reason="reading codes back needs the extra: counterfoil[scan]")
    return [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))]


def pictures(printed: bytes) -> Iterator[Image.Image]:
    """The raster pictures (GS v 0) among a printer's bytes."""
    place = 0
    while (place := printed.find(b"\x1dv0\x00", place)) >= 0:
        across, down = (int.from_bytes(printed[at : at + 2], "little") for at in (place + 4, place + 6))
        place += 8 + across * down
        dots = bytes(byte ^ 0xFF for byte in printed[place - across * down : place])  # In ESC/POS a one is black.
        yield Image.frombytes("1", (across * 8, down), dots)


def without_pictures(printed: bytes) -> bytes:
    parts, place = [], 0
    while (found := printed.find(b"\x1dv0\x00", place)) >= 0:
        parts.append(printed[place:found])
        size = int.from_bytes(printed[found + 4 : found + 6], "little")
        place = found + 8 + size * int.from_bytes(printed[found + 6 : found + 8], "little")
    return b"".join([*parts, printed[place:]])


# Text


@pytest.mark.parametrize(("receipt", "on", "golden"), [(EN, MM80, GOLDEN_EN), (ES, MM58, GOLDEN_ES)])
def test_text_receipts(receipt: Receipt, on: Paper, golden: str) -> None:
    assert text.render(receipt, on) == golden


# Codes


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("on", PAPERS)
def test_the_code_is_read_back(slip: str, on: Paper) -> None:
    receipt = replace(ES, slip=slip)
    picture = Image.open(io.BytesIO(png.render(receipt, on)))
    assert (picture.width, picture.mode) == (on.dots, "1")
    assert read(picture) == [slip]
    assert [found for part in pictures(escpos.render(receipt, on)) for found in read(part)] == [slip]


def test_each_service_of_a_visit_has_its_code_on_every_paper() -> None:
    receipt = replace(EN, slip="CF1:A", more_slips=("CF1:B", LONGEST))
    for on in PAPERS:
        assert read(Image.open(io.BytesIO(png.render(receipt, on)))) == list(receipt.slips)
        assert [found for part in pictures(escpos.render(receipt, on)) for found in read(part)] == list(receipt.slips)


@pytest.mark.parametrize("slip", SLIPS)
def test_the_picture_of_a_code_alone_is_read_back(slip: str) -> None:
    assert read(Image.open(io.BytesIO(qr.png(slip)))) == [slip]


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("columns", [80, 120])
def test_the_code_on_a_screen_is_read_back(slip: str, columns: int) -> None:
    lines = qr.terminal(slip, columns=columns, colors=False).splitlines()
    assert 0 < len(lines[0]) <= columns
    picture = Image.new("L", (len(lines[0]) + 8, 2 * len(lines) + 8), 255)
    for down, line in enumerate(lines):
        for right, character in enumerate(line):
            upper, lower = character in "▀█", character in "▄█"
            picture.putpixel((right + 4, 2 * down + 4), 0 if upper else 255)
            picture.putpixel((right + 4, 2 * down + 5), 0 if lower else 255)
    assert read(picture.resize((picture.width * 4, picture.height * 4), Image.Resampling.NEAREST)) == [slip]


def test_a_screen_too_narrow_shows_no_code() -> None:
    assert qr.terminal(LONGEST, columns=70) == ""
    assert text.render(EN, screen=70) == text.render(EN)


def test_a_screen_shows_the_code_in_black_on_white() -> None:
    shown = text.render(EN, screen=80, colors=True)
    assert "\x1b[30;107m" in shown
    assert re.sub("\x1b\\[[0-9;]*m", "", shown) == text.render(EN, screen=80, colors=False)


@pytest.mark.parametrize("on", PAPERS)
def test_the_longest_slip_fits_the_paper_with_its_margin(on: Paper) -> None:
    modules = len(qr.matrix(LONGEST))
    assert modules <= 17 + 4 * qr.VERSION_MAX
    assert (17 + 4 * qr.VERSION_MAX + 2 * qr.MARGIN) * on.module <= on.columns * 12 <= on.columns * on.cell <= on.dots


def test_a_slip_too_long_is_refused() -> None:
    with pytest.raises(Malformed, match="too long"):
        qr.matrix("A" * 900)
    with pytest.raises(Malformed, match="too long"):
        qr.matrix("A" * 10_000)


@pytest.mark.parametrize("slip", ["", "cf1:a", "CF1:Ñ", "CF1:A\n", "CF1:A,B"])
def test_a_slip_outside_the_alphabet_is_refused(slip: str) -> None:
    for make in (qr.matrix, qr.png, qr.svg, qr.terminal):
        with pytest.raises(Malformed, match="alphabet"):
            make(slip)


def test_a_code_inside_a_page() -> None:
    assert qr.svg("CF1:A").startswith("<svg")


# Pictures


def test_the_font_has_the_letters_of_spanish() -> None:
    font = png._font(20)
    missing = bytes(font.getmask("\U0010ffff", mode="1"))
    for letter in "áéíóúüñÁÉÍÓÚÜÑ¿¡€$·•«»ºª–—":
        assert bytes(font.getmask(letter, mode="1")) != missing, letter


def test_a_wide_name_takes_its_columns() -> None:
    wide = replace(EN, notes=("名前",))
    assert max(width(line) for line in text_lines(wide)) <= MM80.columns
    assert Image.open(io.BytesIO(png.render(wide))).width == MM80.dots


def test_the_same_receipt_gives_the_same_picture() -> None:
    assert png.render(EN) == png.render(replace(EN))
    assert png.render(EN) != png.render(replace(EN, title="Cash deposits"))


@pytest.mark.parametrize("name", ["", "57", "A4"])
def test_another_paper_is_refused_by_name(name: str) -> None:
    with pytest.raises(Malformed, match="not a paper"):
        paper(name)
    assert [paper(known.name) for known in PAPERS] == PAPERS


# The printer's bytes


@pytest.mark.parametrize("on", PAPERS)
def test_the_printer_gets_the_same_words(on: Paper) -> None:
    printed = without_pictures(escpos.render(ES, on))
    assert printed.startswith(b"\x1b@\x1bt\x13")  # Initialize, then code page 19: CP858.
    assert printed.endswith(b"\x1bd\x06\x1dV\x00")  # Feed, then cut.
    plain = re.sub(rb"\x1b[!tEd].|\x1b@|\x1b[{GM-].|\x1d[VbB].", b"", printed, flags=re.DOTALL).decode("cp858")
    assert plain.splitlines() == [line.rstrip().replace("•", "·") for line in text.render(ES, on).splitlines()]


def test_the_style_ends_where_it_should() -> None:
    printed = escpos.render(EN)
    title = printed.index(b"Cash deposit")
    assert printed.rindex(b"\x1b!\x10", 0, title) > 0
    assert b"\x1b!\x00" in printed[title : printed.index(b"2026-11-23")]
    assert b"\x1bE\x00" in printed[title : printed.index(b"2026-11-23")]


def test_a_name_the_code_page_lacks_is_sent_as_a_picture() -> None:
    spelled, drawn = replace(EN, slip="", notes=("Íñigo",)), replace(EN, slip="", notes=("Dvořák",))
    assert list(pictures(escpos.render(spelled))) == []
    (row,) = pictures(escpos.render(drawn))
    assert row.width == MM80.columns * 12
    assert row.convert("L").getextrema() == (0, 255)
    assert b"Dvo" not in without_pictures(escpos.render(drawn))


def test_nothing_steers_the_printer() -> None:
    evil = replace(EN, slip="", notes=("\x1bp\x00\x19\xfa open the drawer",))
    assert b"\x1bp" not in escpos.render(evil)


def test_the_library_leaves_the_program_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    escpos._library.cache_clear()
    before = list(logging.getLogger().handlers)
    escpos.render(EN)
    assert logging.getLogger().handlers == before
    assert capsys.readouterr() == ("", "")


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("escpos"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    escpos._library.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Unavailable, match=r"counterfoil\[printer\]"):
        escpos.render(EN)
