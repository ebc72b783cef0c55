"""The values of each paper, as the pages of the documentation show them, for the tests in this folder."""

from __future__ import annotations

import json
from typing import Any

from counterfoil.engines.texts import catalog
from counterfoil.operations.documents.paper import Paper
from counterfoil.operations.documents.reading import KINDS, values_of, write
from docs.pages import PROJECT

EVERY = [(kind, language) for kind in KINDS for language in ("en", "es")]


def content(kind: str) -> dict[str, Any]:
    """The example file of a kind."""
    found: dict[str, Any] = json.loads((PROJECT / "docs" / "examples" / f"paper-{kind}.json").read_text("utf-8"))
    return found


def paper(kind: str, language: str = "en", **changed: Any) -> Paper:
    """The example's paper, some of its values changed."""
    return write(kind, values_of(kind, {**content(kind), **changed}), language, catalog(language))
