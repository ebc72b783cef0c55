"""What a command loads before it does anything: a person who verifies a receipt waits for nothing of an office."""

from __future__ import annotations

import subprocess
import sys

import pytest

from architecture.sources import PROJECT


@pytest.mark.parametrize("module", ["counterfoil.__main__", "counterfoil.faces.cli.verify"])
def test_help_and_verify_load_no_office(module: str) -> None:
    say = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", say], cwd=PROJECT / "src", capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.split() if name.startswith("counterfoil.")}
    assert module in loaded
    assert not {name for name in loaded if name.startswith(("counterfoil.operations", "counterfoil.office"))}
