"""Set-up on a machine that lacks something: one sentence with the command that helps, and nothing left half made.

Each test runs scripts/setup.sh in a copy of what it reads, in a path with blanks, and no test needs the network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from architecture.sources import PROJECT

READ = ("pyproject.toml", "requirements.lock", "requirements-test.lock", "README.md", "LICENSE", "NOTICE")
TOOLS = ("cat", "cksum", "dirname", "grep", "id", "mkdir", "rm", "sed", "tail")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with as little as an install reads, in a path with a blank."""
    root = tmp_path / "a check out"
    (root / "scripts").mkdir(parents=True)
    shutil.copy2(PROJECT / "scripts/setup.sh", root / "scripts/setup.sh")
    for name in READ:
        if (PROJECT / name).exists():
            shutil.copy2(PROJECT / name, root / name)
    package = root / "src/counterfoil"
    package.mkdir(parents=True)
    shutil.copy2(PROJECT / "src/counterfoil/__init__.py", package / "__init__.py")
    return root


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A search path with the shell's tools and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found, f"{name} is a tool of every machine"
        (folder / name).symlink_to(found)
    return folder


def set_up(checkout: Path, path: str, what: str = "demo", **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs set-up with only this search path and environment."""
    return subprocess.run(
        ["/bin/sh", "scripts/setup.sh", what],
        cwd=checkout,
        env={"PATH": path, "HOME": str(checkout), "LC_ALL": "C.UTF-8", **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def program(folder: Path, name: str, text: str) -> None:
    """A small shell program on the search path."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    file.chmod(0o755)


def refused(answer: subprocess.CompletedProcess[str], *said: str) -> None:
    """It ended with a code of 1 and one sentence that holds all of ``said``."""
    assert answer.returncode == 1, answer.stderr
    assert len(answer.stderr.strip().split("\n")) == 1, answer.stderr
    for words in said:
        assert words in answer.stderr


def test_without_python_the_package_is_named(checkout: Path, tools: Path) -> None:
    refused(
        set_up(checkout, str(tools)),
        "Python 3.11 or newer is needed",
        "no python3 was found",
        "apt-get install python3",
    )


def test_an_old_python_is_named(checkout: Path, tools: Path) -> None:
    program(tools, "python3", 'if [ "$1" = -V ]; then echo Python 3.9.2; else exit 1; fi')
    refused(set_up(checkout, str(tools)), "Python 3.9.2 was found", "apt-get install")


def test_a_python_without_ensurepip_is_named(checkout: Path, tools: Path) -> None:
    program(tools, "python3", 'case "$*" in *ensurepip*) exit 1 ;; *print*) echo 3.11 ;; esac')
    refused(set_up(checkout, str(tools)), "Python 3.11 has no ensurepip", "apt-get install python3.11-venv")


def test_a_folder_that_cannot_be_written_is_named(checkout: Path, tools: Path) -> None:
    (tools / "python3").symlink_to(sys.executable)
    # Root may write anywhere, so the answer of the tool that knows is given instead.
    script = checkout / "scripts/setup.sh"
    script.write_text(script.read_text("utf-8").replace("[ -w . ]", "false"), "utf-8")
    refused(set_up(checkout, str(tools)), "cannot be written by", "chown")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_of_another_user_is_named(checkout: Path, tools: Path) -> None:
    (tools / "python3").symlink_to(sys.executable)
    checkout.chmod(0o555)
    try:
        refused(set_up(checkout, str(tools)), "cannot be written by", "chown")
    finally:
        checkout.chmod(0o755)


def test_an_unknown_purpose_is_named(checkout: Path, tools: Path) -> None:
    refused(set_up(checkout, str(tools), "everything"), "scripts/setup.sh demo")


@pytest.mark.slow
def test_an_unreachable_registry_is_named_and_nothing_is_installed(checkout: Path) -> None:
    # Port 9 of this machine answers nobody; a user's strays must change nothing either.
    nowhere = "http" + "://127.0.0.1:9/simple"
    strays = {"PIP_INDEX_URL": nowhere, "PYTHONPATH": "/nowhere", "PIP_USER": "1", "PIP_TARGET": "/nowhere"}
    answer = set_up(checkout, os.environ["PATH"], PIP_CONFIG_FILE="/dev/null", **strays)
    assert answer.returncode == 1
    assert "The package registry cannot be reached" in answer.stderr
    assert "then run: make demo" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (checkout / ".venv/.demo").exists()
    assert not (checkout / ".venv/.probe").exists()


def test_help_names_every_target() -> None:
    shown = subprocess.run(["make", "help"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "test", "test-slow", "mutants", "bench", "soak", "lock", "fmt", "clean"):
        assert f"make {target} " in shown
