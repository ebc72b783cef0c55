"""The pages about the verifier say what is so: each name they teach exists, and what they show runs."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import verify_counterfoil
from counterfoil.journal.trust import parse_policy
from counterfoil.testing.builders_journal import small_day


def verifier(project_dir: Path) -> str:
    return (project_dir / "verifier" / "verify_counterfoil.py").read_text()


def test_every_function_is_explained(project_dir: Path) -> None:
    page = (project_dir / "docs" / "explanation" / "reading-the-verifier.md").read_text()
    explained = {name.removeprefix("Days.") for name in re.findall(r"`([A-Za-z0-9_.]+)`", page)}
    for node in ast.walk(ast.parse(verifier(project_dir))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("__"):
            assert node.name in explained, node.name


def test_every_code_is_explained(project_dir: Path) -> None:
    page = (project_dir / "docs" / "howto" / "verify-a-receipt.md").read_text()
    source = verifier(project_dir)
    codes = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("need", "Refused"):
            given = node.args[1 if node.func.id == "need" else 0]
            words = [part.value for part in ast.walk(given) if isinstance(part, ast.Constant)]
            codes |= {word for word in words if isinstance(word, str)}
    assert "contradiction" in codes
    for code in codes - {"policy", "office-key"}:  # These two end the tool before it answers: exit code 2.
        assert f"`{code}`" in page, code


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_a_slip_is_checked_by_hand(project_dir: Path, tmp_path: Path) -> None:
    page = (project_dir / "docs" / "explanation" / "reading-the-verifier.md").read_text()
    found = re.search(r"```python\n(# layout\.py.*?)```", page, re.DOTALL)
    assert found
    (tmp_path / "layout.py").write_text(found[1])
    log = small_day()
    (tmp_path / "slip.txt").write_text(log.slip(5) + "\n")
    (tmp_path / "policy.txt").write_text(log.policy())
    subprocess.run([sys.executable, "-I", "layout.py", "slip.txt", "policy.txt"], cwd=tmp_path, check=True, timeout=60)
    command = re.search(r"^\$ (openssl .*)$", page, re.MULTILINE)
    assert command
    done = subprocess.run(command[1].split(), cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert "Signature Verified Successfully" in done.stdout + done.stderr
    signature = tmp_path / "signature.bin"
    signature.write_bytes(bytes(64))
    assert subprocess.run(command[1].split(), cwd=tmp_path, capture_output=True, check=False, timeout=60).returncode


def test_the_policy_shown_is_one(project_dir: Path) -> None:
    page = (project_dir / "docs" / "howto" / "verify-a-receipt.md").read_text()
    shown = "\n".join(re.findall(r"^    ((?:log|quorum) .*)$", page, re.MULTILINE)) + "\n"
    assert len(parse_policy(shown.encode()).logs) == len(verify_counterfoil.Policy(shown.encode()).keys) == 1
