"""What the pages point to is there, and what they say belongs to no machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.pages import PROJECT, anchors, links, name_of, pages, prose

OUTSIDE = ("http://", "https://")
# Written in parts, so that this file names none itself.
REGISTRY = re.compile(r"py" + r"pi\.(org|python)|python" + r"hosted\.org", re.I)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|work|Users|home/\w+|tmp/\w+)(?:/|\b)")
MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
EVERY_PAGE = [pytest.param(page, id=name_of(page)) for page in pages()]


def dead(page: Path) -> list[str]:
    """The relative links of a page that lead nowhere."""
    found = []
    for target in links(page):
        if target.startswith(OUTSIDE):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (there.is_dir() and not (there / "README.md").exists()):
            found.append(target)
        elif not there.is_relative_to(PROJECT):
            found.append(f"{target} (outside the checkout)")
        elif anchor and there.suffix == ".md" and anchor not in anchors(there):
            found.append(target)
    return found


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert dead(page) == []


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_no_page_speaks_of_one_machine(page: Path) -> None:
    text = page.read_text("utf-8")
    found = [match.group() for pattern in (REGISTRY, MACHINE_PATH, MAIL) for match in pattern.finditer(text)]
    assert found == []


def test_the_index_names_every_page() -> None:
    index = PROJECT / "docs" / "README.md"
    named = {(index.parent / target.partition("#")[0]).resolve() for target in links(index)}
    folders = {page.parent for page in named if page.name == "README.md"}
    missing = [
        name_of(page)
        for page in pages()
        if page.is_relative_to(PROJECT / "docs")
        and page != index
        and page.resolve() not in named
        and page.resolve().parent not in folders
    ]
    assert missing == [], "docs/README.md does not lead there"


def test_a_dead_link_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[a](b.md) [c](page.md#no) [d](page.md#yes-or-no)\n\n# Yes or `no`?\n", "utf-8")
    assert [target for target in dead(page) if "outside" not in target] == ["b.md"]
    assert anchors(page) == {"yes-or-no"}


def test_code_is_not_read_as_a_link(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("`[a](b)` [c](d)\n```\n[e](f)\n```\n", "utf-8")
    assert links(page) == ["d"]
    assert "[e]" not in prose(page)
