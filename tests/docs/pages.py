"""Reads the project's pages for the tests in this folder: their commands, files, links and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TOP_PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
SLOW = "<!-- slow -->"
SAVED = re.compile(r"<!-- file: (?P<name>[A-Za-z0-9._-]+) -->")
EXIT = re.compile(r"\s+# exit (?P<code>\d+)$")
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\s*$")
LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\((?P<target>[^)\s]+)\)")
IMAGE = re.compile(r'<img[^>]*\bsrc="(?P<target>[^"]+)"')
CODE = re.compile(r"``.*?``|`[^`\n]*`")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: where it begins, its language, its text, and what the comment above it says."""

    line: int
    language: str
    text: str
    above: str

    @property
    def slow(self) -> bool:
        return self.above == SLOW

    @property
    def saved_as(self) -> str | None:
        """The file a reader saves it as, if the comment above names one."""
        match = SAVED.fullmatch(self.above)
        return match["name"] if match else None


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a page and the exit code it promises."""

    line: int
    text: str
    code: int


def pages() -> tuple[Path, ...]:
    """Every page: those at the top of the checkout that are there, and everything below docs."""
    top = [PROJECT / name for name in TOP_PAGES if (PROJECT / name).exists()]
    return (*top, *sorted((PROJECT / "docs").rglob("*.md")))


def name_of(page: Path) -> str:
    """A page as the checkout names it."""
    return page.relative_to(PROJECT).as_posix()


@cache
def blocks(page: Path) -> tuple[Block, ...]:
    """The fenced blocks of a page, in order. A fence that is never closed is an error."""
    return tuple(read_blocks(page.read_text("utf-8")))


def read_blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a text."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        opened = FENCE.match(lines[number])
        if opened is None:
            number += 1
            continue
        start, indent = number, len(opened["indent"])
        end = next((n for n in range(start + 1, len(lines)) if lines[n].strip() == "```"), None)
        if end is None:
            raise ValueError(f"line {start + 1}: this block is never closed")
        body = "".join(f"{line[indent:]}\n" for line in lines[start + 1 : end])
        above = next((line.strip() for line in reversed(lines[:start]) if line.strip()), "")
        yield Block(start + 1, opened["language"], body, above)
        number = end + 1


def commands(block: Block) -> list[Command]:
    """The commands of a ``console`` block: lines after ``$ ``, continued by a backslash or by ``> `` lines."""
    found: list[Command] = []
    lines = block.text.split("\n")
    number = 0
    while number < len(lines):
        line, at = lines[number], block.line + 1 + number
        number += 1
        if not line.startswith("$ "):
            continue
        text = line[2:]
        while number < len(lines) and (text.endswith("\\") or lines[number].startswith("> ")):
            text += "\n" + lines[number].removeprefix("> ")
            number += 1
        promised = EXIT.search(text)
        code = int(promised["code"]) if promised else 0
        found.append(Command(at, EXIT.sub("", text), code))
    return found


def prose(page: Path) -> str:
    """A page without its fenced blocks and code spans."""
    kept: list[str] = []
    inside = False
    for line in page.read_text("utf-8").split("\n"):
        if FENCE.match(line) or (inside and line.strip() == "```"):
            inside = not inside
            kept.append("")
        else:
            kept.append("" if inside else CODE.sub("", line))
    return "\n".join(kept)


def links(page: Path) -> list[str]:
    """The targets of a page's links and images."""
    text = prose(page)
    return [match["target"] for pattern in (LINK, IMAGE) for match in pattern.finditer(text)]


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    found: set[str] = set()
    inside = False
    for line in page.read_text("utf-8").split("\n"):
        if FENCE.match(line) or (inside and line.strip() == "```"):
            inside = not inside
        elif not inside and (heading := re.match(r"#{1,6}\s+(.*)", line)):
            text = re.sub(r"[`*]|\[|\]\([^)]*\)", "", heading.group(1)).strip().lower()
            found.add(re.sub(r"[^\w\- ]", "", text).replace(" ", "-"))
    return found
