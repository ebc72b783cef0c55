"""Reads a PDF back with pypdfium2: its text, its structure tree, its fonts, its title and its language."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

Place = tuple[float, float, float, float]
"""Left, bottom, right, top."""


class Read(NamedTuple):
    """What a reader finds in a file."""

    pages: int
    text: str
    tags: tuple[str, ...]
    title: str
    boxes: tuple[tuple[Place, ...], ...]
    """The places of the texts of each page."""
    sizes: tuple[tuple[float, float], ...]


def read(data: bytes) -> Read:
    document = pypdfium2.PdfDocument(data)
    try:
        texts, tags, boxes, sizes = [], [], [], []
        for page in document:
            found = page.get_textpage()
            texts.append(found.get_text_range())
            boxes.append(tuple(found.get_rect(n) for n in range(found.count_rects())))
            sizes.append(page.get_size())
            tags += list(structure(page))
            found.close()
            page.close()
        title = document.get_metadata_value("Title")
        return Read(len(texts), " ".join(" ".join(texts).split()), tuple(tags), title, tuple(boxes), tuple(sizes))
    finally:
        document.close()


def structure(page: pypdfium2.PdfPage) -> Iterator[str]:
    """The tags of a page's structure tree, in reading order."""
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    try:
        for place in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            yield from _below(pdfium.FPDF_StructTree_GetChildAtIndex(tree, place))
    finally:
        pdfium.FPDF_StructTree_Close(tree)


def _below(element: Any) -> Iterator[str]:
    if not element:
        return
    size = pdfium.FPDF_StructElement_GetType(element, None, 0)
    name = ctypes.create_string_buffer(size)
    pdfium.FPDF_StructElement_GetType(element, name, size)
    yield name.raw.decode("utf-16-le").rstrip("\0")
    for place in range(pdfium.FPDF_StructElement_CountChildren(element)):
        yield from _below(pdfium.FPDF_StructElement_GetChildAtIndex(element, place))


def catalog_entries(data: bytes) -> dict[str, bool]:
    """Whether the file says that it is tagged, in which language, and that it is PDF/UA-1."""
    return {
        "tagged": re.search(rb"/MarkInfo\s*<<[^>]*/Marked true", data) is not None,
        "tree": b"/StructTreeRoot" in data,
        "title shown": b"/DisplayDocTitle true" in data,
        "ua": b"pdfuaid:part" in data,
    }


def language(data: bytes) -> str:
    """The language that the file names."""
    found = re.search(rb"/Lang\s*\(([a-zA-Z-]+)\)", data)
    return found[1].decode() if found else ""


def fonts(data: bytes) -> set[str]:
    """The names of the fonts in the file, without the prefix of a subset."""
    return {one.decode() for one in re.findall(rb"/FontName\s*/(?:[A-Z]{6}\+)?([A-Za-z0-9-]+)", data)}
