"""Keeps the catalogs: ``python scripts/texts.py`` takes every marked text from the source into them and compiles them.

Texts that are new stand with an empty translation, to be filled in by hand; run it again to compile. ``--check``
writes nothing and exits 1 if something would change or a translation is missing. Nothing is ever guessed ("fuzzy").
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "counterfoil"
KEYWORDS = {"mark": None, "_": None}
METHODS = {".py": "python", ".html": "jinja2"}
_MARKS = re.compile(r"\b(mark|_)\(")
"""A file without it has no marked text: most have none, and finding that out by reading tokens takes long."""
LANGUAGES = ("es",)


class Plain(Catalog):
    """A catalog whose header says no date and no program, so that it changes only when a text does."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=UTF-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def folder(language: str) -> Path:
    """Where the catalog of ``language`` lies."""
    return SOURCE / "locale" / language / "LC_MESSAGES"


@cache
def marked() -> tuple[str, ...]:
    """Every marked text of source and templates once, sorted: so one may move to another file and all stays as it
    is."""
    marking = [
        path
        for path in SOURCE.rglob("*")
        if path.suffix in METHODS and _MARKS.search(path.read_text("utf-8")) is not None
    ]
    found = [one for path in marking for one in extract_from_file(METHODS[path.suffix], path, keywords=KEYWORDS)]
    return tuple(sorted({str(text) for _line, text, _comments, _context in found}))


def read(language: str) -> Catalog:
    """The catalog of ``language`` as it lies on disk; empty if there is none."""
    path = folder(language) / "counterfoil.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def current(language: str) -> Plain:
    """The catalog of ``language`` as it should be: every marked text and no other, with the translations there are."""
    old = read(language)
    new = Plain(locale=language, header_comment="# Spanish texts of Counterfoil. Plain words: a seventh grade reader.")
    new.fuzzy = False
    for text in marked():
        kept = old.get(text)
        translation = kept.string if kept is not None and not kept.fuzzy else ""
        new.add(text, translation)
    return new


def as_po(catalog: Catalog) -> bytes:
    """The readable form."""
    out = io.BytesIO()
    write_po(out, catalog, width=110, sort_output=True)
    return out.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """The compiled form."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def missing(catalog: Catalog) -> list[str]:
    """The texts that have no translation."""
    return [str(message.id) for message in catalog if message.id and not message.string]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something would change")
    check = parser.parse_args(arguments).check
    stale = untranslated = 0
    for language in LANGUAGES:
        catalog = current(language)
        for name, content in (("counterfoil.po", as_po(catalog)), ("counterfoil.mo", as_mo(catalog))):
            path = folder(language) / name
            if path.exists() and path.read_bytes() == content:
                continue
            stale += 1
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            print(f"{path.relative_to(ROOT)} {'is stale' if check else 'written'}")
        for text in missing(catalog):
            untranslated += 1
            print(f"{language}: no translation of {text!r}")
    return 1 if untranslated or (check and stale) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
