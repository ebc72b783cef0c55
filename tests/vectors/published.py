"""Finds published vectors: those copied into this folder, and those of ``COUNTERFOIL_DATA`` if it is there.

Vectors are told apart by the ``set`` that a file names, so any file of a known shape is used, whatever it is called.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
Vector = dict[str, Any]


def folders() -> list[Path]:
    """The copied folder, then the large one if it is there."""
    outside = Path(os.environ.get("COUNTERFOIL_DATA") or HERE.parent.parent.parent / "shared" / "data") / "proof"
    return [HERE / "proof", *([outside] if outside.is_dir() else [])]


@cache
def files() -> tuple[tuple[str, Vector], ...]:
    """(name for test ids, content) of every file."""
    found = []
    for folder in folders():
        label = "copied" if folder.parent == HERE else "data"
        for path in sorted(folder.glob("*.json")):
            found.append((f"{label}/{path.stem}", json.loads(path.read_text(encoding="utf-8"))))
    return tuple(found)


def vectors(name: str) -> pytest.MarkDecorator:
    """Runs the test once for each vector of the set ``name``, as its argument ``vector``."""
    found = [
        pytest.param(vector, id=f"{label}-{number}")
        for label, content in files()
        if content.get("set") == name
        for number, vector in enumerate(content["vectors"])
    ]
    return pytest.mark.parametrize("vector", found)
