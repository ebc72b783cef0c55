"""Every command that a page shows is run: in order, one folder a page, with the exit code that the page promises.

A page is read as if in the checkout: ``docs``, ``verifier`` and the like are there, ``counterfoil`` and ``python3`` are
this checkout's. A block after ``<!-- file: NAME -->`` is saved under that name. ``# exit N`` ends a command that is
meant to end with N. ``make test`` runs the README's commands, without the blocks after ``<!-- slow -->``;
``make test-slow`` runs those of every page, whole.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from docs.pages import PROJECT, Block, Command, blocks, commands, name_of, pages, read_blocks

LENT = ("docs", "verifier", "scripts", "src", "Makefile", "README.md")
"""What a page may name by its place in the checkout."""
MADE = ("make demo", "make test")
"""Both set up an environment of their own: ``make test`` cannot run in itself, and ``.ci/run`` runs both."""
SECONDS_MAX = 600


def runs(block: Block) -> list[Command]:
    return [one for one in commands(block) if one.text not in MADE]


def with_commands() -> list[object]:
    """The pages that hold commands."""
    return [
        pytest.param(page, id=name_of(page))
        for page in pages()
        if any(block.language == "console" and runs(block) for block in blocks(page))
    ]


def play(page: Path, folder: Path, *, slow: bool) -> None:
    """Runs a page in ``folder``, without its slow blocks unless ``slow``."""
    environment = prepared(folder)
    work = folder / "work"
    for block in blocks(page):
        if block.saved_as:
            (work / block.saved_as).write_text(block.text, "utf-8")
        elif block.language == "console" and (slow or not block.slow):
            for one in runs(block):
                done = run(one.text, work, environment)
                shown = f"{name_of(page)}:{one.line}\n$ {one.text}\n{done.stdout}{done.stderr}"
                assert done.returncode == one.code, f"{shown}\nexit {done.returncode}, and {one.code} was promised"
                assert "Traceback (most recent call last)" not in done.stderr, shown


def prepared(folder: Path) -> dict[str, str]:
    """Makes the reader's place in ``folder`` and returns the environment of his shell."""
    programs, work = folder / "bin", folder / "work"
    programs.mkdir()
    work.mkdir()
    for name in LENT:
        if (PROJECT / name).exists():
            (work / name).symlink_to(PROJECT / name)
    python = shlex.quote(sys.executable)
    source = shlex.quote(str(PROJECT / "src"))
    script(programs / "python3", f'PYTHONPATH={source} exec {python} "$@"')
    script(programs / "counterfoil-client", f'PYTHONPATH={source} exec {python} -m counterfoil.client "$@"')
    script(programs / "counterfoil", f'PYTHONPATH={source} exec {python} -m counterfoil "$@"')
    state = folder / "state"
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COUNTERFOIL_"))} | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "XDG_STATE_HOME": str(state),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",  # No test touches a developer's own key store.
        "COLUMNS": "100",
    }


def script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
    path.chmod(0o755)


def run(text: str, work: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """One command, without a terminal."""
    return subprocess.run(
        ["/bin/sh", "-c", text], cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, errors="replace", timeout=SECONDS_MAX, check=False,
    )  # fmt: skip


def test_every_command_of_the_readme_does_what_it_says(tmp_path: Path) -> None:
    play(PROJECT / "README.md", tmp_path, slow=False)


@pytest.mark.slow
@pytest.mark.parametrize("page", with_commands())
def test_every_command_of_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    play(page, tmp_path, slow=True)


def test_there_are_commands_to_run() -> None:
    assert len(with_commands()) > 1


def test_a_console_block_holds_a_command() -> None:
    empty = [
        f"{name_of(page)}:{block.line}"
        for page in pages()
        for block in blocks(page)
        if block.language == "console" and not commands(block)
    ]
    assert empty == [], "these say nothing that could be run"


def test_no_command_hides_in_another_kind_of_block() -> None:
    hidden = [
        f"{name_of(page)}:{block.line}"
        for page in pages()
        for block in blocks(page)
        if block.language in ("", "sh", "bash", "shell", "text")
        and any(line.startswith(("$ ", "counterfoil ", "make ")) for line in block.text.split("\n"))
    ]
    assert hidden == [], "a command belongs into a ```console block, where it is run"


def test_how_a_block_is_read() -> None:
    text = "a\n<!-- slow -->\n```console\n$ one\nshown\n$ two \\\n  three  # exit 3\n$ cat <<E\n> four\n> E\n```\n"
    (block,) = read_blocks(text)
    assert block.slow
    assert commands(block) == [
        Command(4, "one", 0),
        Command(6, "two \\\n  three", 3),
        Command(8, "cat <<E\nfour\nE", 0),
    ]


def test_a_command_that_fails_is_noticed(tmp_path: Path) -> None:
    page = PROJECT / "README.md"
    environment = prepared(tmp_path)
    assert page.exists()
    assert run("counterfoil no-such-command", tmp_path / "work", environment).returncode == 2
    assert run("counterfoil --version", tmp_path / "work", environment).returncode == 0
