"""The reference pages that are made from the code are what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from counterfoil.facts.record import every_fact
from counterfoil.office.refusals import REFUSALS
from counterfoil.office.requests import ASKS
from counterfoil.operations.tables import ALL_TABLES


@pytest.fixture(scope="module")
def reference(project_dir: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", project_dir / "scripts" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["requests.md", "refusals.md", "facts.md", "tables.md"])
def test_a_reference_page_is_what_the_code_says(reference: ModuleType, name: str) -> None:
    page = (reference.FOLDER / name).read_text("utf-8")
    assert page == reference.PAGES[name](), "run python scripts/reference.py"


def test_every_name_stands_in_its_page(reference: ModuleType) -> None:
    pages = {name: (reference.FOLDER / name).read_text("utf-8") for name in reference.PAGES}
    assert all(f"`{kind}`" in pages["requests.md"] for kind in ASKS)
    assert all(f"`{code}`" in pages["refusals.md"] for code in REFUSALS)
    assert all(cls.__name__ in pages["facts.md"] for cls in every_fact().values())
    assert all(f"`{table.name}`" in pages["tables.md"] for table in ALL_TABLES)


def test_a_page_that_differs_is_named(reference: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    assert reference.main(["--check"]) == 1
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
    (tmp_path / "facts.md").write_text("another text", "utf-8")
    assert reference.differing() == ["facts.md"]
