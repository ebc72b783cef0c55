"""A receipt as ESC/POS bytes, the language of nearly every receipt printer. Needs the extra ``printer``.

Always true (``tests/unit/engines/test_printing.py``): text is sent in one code page, CP858 (Western letters and the
euro sign), which is chosen before the first letter; a row it cannot spell is sent as a picture, never with a question
mark in somebody's name (``test_a_name_the_code_page_lacks_is_sent_as_a_picture``); the code is sent as a raster
picture, so that its size does not depend on the printer (``test_the_code_is_read_back``).

Only bytes are made here: which device they go to, and whether it has paper, is not known to this module.
"""

from __future__ import annotations

import logging
import os
import shutil
from functools import cache
from typing import Any

from counterfoil.counter.receipt import Receipt, Style, rows
from counterfoil.engines.printing.paper import MM80, Paper
from counterfoil.engines.printing.png import picture
from counterfoil.engines.texts import catalog
from counterfoil.kernel.outcomes import Unavailable

_CODE_PAGE = "CP858"
_CELL = 12
"""Dots of one letter of every printer's font A: 42 columns are 504 dots, which 512-dot printers print too."""
_PLAINER = str.maketrans({"—": "-", "–": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": ".", "•": "·"})


def render(receipt: Receipt, paper: Paper = MM80) -> bytes:
    """The bytes that print ``receipt`` and cut the paper. ``Unavailable`` if the extra is not installed."""
    printer = _printer(paper)
    printer.hw("INIT")
    printer.charcode(_CODE_PAGE)
    style = Style.PLAIN
    for row in rows(receipt, catalog(receipt.language), columns=paper.columns):
        text = row.text.translate(_PLAINER)
        if row.style is Style.CODE or not _spelled(text):
            printer.image(picture(row, paper, cell=_CELL))
            continue
        if row.style is not style:
            style = row.style
            printer.set(bold=style is not Style.PLAIN, double_height=style is Style.TITLE, normal_textsize=True)
        printer.text(text.rstrip() + "\n")
    printer.cut()
    return bytes(printer.output)


def _spelled(text: str) -> bool:
    try:
        text.encode(_CODE_PAGE)
    except UnicodeEncodeError:
        return False
    return True


def _printer(paper: Paper) -> Any:
    """The library's printer without a device. It writes to standard output unless it knows the paper's dots."""
    capabilities, dummy = _library()
    known = capabilities.get_profile_class("default").profile_data
    data = {**known, "media": {"width": {"mm": int(paper.name), "pixels": paper.dots}}}
    profile = type("CounterfoilProfile", (capabilities.Profile,), {"profile_data": data})
    return dummy(profile=profile(features=known["features"]))


@cache
def _library() -> tuple[Any, Any]:
    """Imports the library and undoes what that does to the whole program: log handlers, a folder left behind."""
    root = logging.getLogger()
    handlers = list(root.handlers)
    try:
        from escpos import capabilities
        from escpos.printer import Dummy
    except ImportError:
        raise Unavailable("printing needs an extra: pip install 'counterfoil[printer]'") from None
    finally:
        root.handlers[:] = handlers
    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return capabilities, Dummy
