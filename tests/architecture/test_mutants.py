"""Every mutant still fits the source; that each turns its test red is shown by ``make mutants`` and the slow test."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from types import ModuleType

import pytest

from architecture.sources import PROJECT

SCRIPT = PROJECT / "scripts" / "mutants.py"


def script() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("mutants", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutants"] = module  # A dataclass looks its own module up.
    spec.loader.exec_module(module)
    return module


MUTANTS = script()


@pytest.mark.parametrize("mutant", MUTANTS.MUTANTS, ids=lambda mutant: str(mutant.name))
def test_a_mutant_fits_the_source(mutant: object) -> None:
    path = PROJECT / "src" / "counterfoil" / mutant.file  # type: ignore[attr-defined]  # the script is loaded by its path
    text = path.read_text("utf-8")
    compile(MUTANTS.planted(text, mutant), str(path), "exec")


def test_a_mutant_that_no_longer_fits_is_named() -> None:
    mutant = MUTANTS.Mutant("gone", "operations/desk.py", "no such line", "", ())
    with pytest.raises(MUTANTS.Unfit, match="gone: its text is found 0 times"):
        MUTANTS.planted("some text", mutant)


def test_there_are_mutants_enough() -> None:
    names = [mutant.name for mutant in MUTANTS.MUTANTS]
    assert len(set(names)) == len(names) >= 10


@pytest.mark.slow
def test_every_mutant_is_found() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
