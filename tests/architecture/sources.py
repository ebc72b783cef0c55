"""Reads the project's own source for the tests in this folder: what a module names, calls and says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "src" / "counterfoil"

OPERATIONS_AND_ABOVE = frozenset(
    {
        "operations",
        "engines",
        "faces",
        "demo",
        "bench",
        "bootstrap",
        "__main__",
        "testing",
        "__init__",
        "serving",
        "client",
    }
)
"""Rooms that may touch the world. Whatever else there is, now or later, is pure: nothing is exempt by being new."""


@cache
def modules() -> tuple[Path, ...]:
    """Every module of the package."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


def room(path: Path) -> str:
    """The first name below ``counterfoil``: the room a module stands in."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def pure_modules() -> list[Path]:
    """The modules below ``operations``."""
    return [path for path in modules() if room(path) not in OPERATIONS_AND_ABOVE]


@cache
def tree(path: Path) -> ast.Module:
    """The module's syntax."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def imported(syntax: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, wherever in the module the import stands."""
    for node in ast.walk(syntax):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def named(syntax: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Each imported name or attribute, dotted and whole: ``time.time`` for ``t.time`` after ``import time as t``."""
    origin = {}
    for node in ast.walk(syntax):
        if isinstance(node, ast.Import):
            for name in node.names:
                origin[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            origin |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
    for node in ast.walk(syntax):
        dotted = _dotted(node, origin)
        if dotted is not None:
            yield node, dotted


def texts(syntax: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and value of every string that is not documentation."""
    documentation = {
        id(node.value)
        for node in ast.walk(syntax)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(syntax):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


def place(path: Path, line: int) -> str:
    """How a finding is shown: path from the project's root, and line."""
    return f"{path.relative_to(PROJECT)}:{line}" if path.is_relative_to(PROJECT) else f"{path.name}:{line}"


def _dotted(node: ast.AST, origin: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return origin.get(node.id)
    if isinstance(node, ast.Attribute):
        above = _dotted(node.value, origin)
        return None if above is None else f"{above}.{node.attr}"
    return None
