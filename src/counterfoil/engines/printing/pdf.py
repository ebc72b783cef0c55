"""A paper as PDF: tagged, with its language and title, fonts embedded (PDF/UA-1), the same bytes every time.

Always true (``tests/unit/documents/test_pdf.py``): the file has a structure tree, a language and a title
(``test_every_paper_is_tagged``); its bytes are a function of the paper alone: no clock, no font of this machine
(``test_the_same_paper_gives_the_same_bytes``); what is said in a paper is text, never markup
(``test_a_name_is_never_markup``).

The layout is ``papers.typ`` beside this module. Fonts: Atkinson Hyperlegible, which lies in ``fonts`` with its
license; for letters that it does not have, those that typst carries. Only where those too lack a letter (a name in
Chinese or Arabic) are the machine's own fonts asked, and then the bytes depend on them.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import as_file, files

import typst

from counterfoil.kernel.outcomes import Fault, Unavailable
from counterfoil.operations.documents.paper import Paper, as_plain

_UNSHOWN = re.compile(r"the text `\"(?P<text>.*?)\"` could not be displayed", re.S)


def render(paper: Paper, *, large: bool = False) -> bytes:
    """The PDF of ``paper``; ``large``: in large print (18 points and more). ``Unavailable`` if no font has a letter."""
    try:
        return _compiled(paper, large, own_fonts())
    except typst.TypstError as error:
        if not _UNSHOWN.search(str(error)):
            raise Fault(f"the layout of the paper {paper.kind!r} does not hold: {error}") from None
    try:
        return _compiled(paper, large, _all_fonts())
    except typst.TypstError as error:
        unshown = _UNSHOWN.search(str(error))
        text = unshown["text"] if unshown else "?"
        raise Unavailable(
            f"no font on this computer has the letters of {text!r}: install one that has (Noto, for example), "
            "and print the paper again"
        ) from None


def _compiled(paper: Paper, large: bool, fonts: typst.Fonts) -> bytes:
    compiler = typst.Compiler(
        _template(), font_paths=fonts, sys_inputs={"paper": json.dumps({**as_plain(paper), "large": large})}
    )
    made = compiler.compile(
        format="pdf", pdf_standards="ua-1", timestamp=int(datetime.combine(paper.on, time(), UTC).timestamp())
    )
    assert isinstance(made, bytes), "one PDF is asked for, in memory"
    return made


@cache
def _template() -> bytes:
    return (files("counterfoil.engines.printing") / "papers.typ").read_bytes()


@cache
def own_fonts() -> typst.Fonts:
    """The fonts that every installation has: ours and typst's."""
    with as_file(files("counterfoil.engines.printing") / "fonts") as folder:
        return typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])


@cache
def _all_fonts() -> typst.Fonts:
    with as_file(files("counterfoil.engines.printing") / "fonts") as folder:
        return typst.Fonts(include_system_fonts=True, font_paths=[str(folder)])
