"""PINs: from a file, a terminal or standard input; never from arguments, which other people on the machine can read.

A PIN file is JSON: ``{"clerks": [{"clerk": "101", "name": "…", "role": "supervisor", "pin": "…"}, …]}``
(``new_pin``: the one she takes when her key is rotated). It is for
practice and for tests: a clerk's real PIN is in nobody's file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from counterfoil.kernel.outcomes import Malformed


def read_pin_file(path: Path) -> list[dict[str, Any]]:
    """The clerks of a PIN file, in order: number, PIN, and if given name and role."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Malformed(f"there is no PIN file {path}", field="pins") from None
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise Malformed(f"{path} is not a PIN file: JSON is needed", field="pins") from None
    clerks = value.get("clerks") if isinstance(value, dict) else None
    if not isinstance(clerks, list) or not clerks:
        raise Malformed(f"{path} is not a PIN file: it has no list of clerks", field="pins")
    for clerk in clerks:
        if not isinstance(clerk, dict) or not all(isinstance(clerk.get(k), str) for k in ("clerk", "pin")):
            raise Malformed(f"{path}: each clerk has a number (clerk) and a pin", field="pins")
        clerk.setdefault("role", "clerk")
        clerk.setdefault("name", None)
    return clerks


def pin_source(path: Path | None) -> Callable[[str], str]:
    """Asks for a clerk's PIN: the file if one is given, else the terminal, else a line of standard input."""
    clerks = read_pin_file(path) if path else []
    known = {clerk["clerk"]: clerk["pin"] for clerk in clerks}
    known |= {f"{clerk['clerk']}/new": clerk["new_pin"] for clerk in clerks if isinstance(clerk.get("new_pin"), str)}

    def pin(clerk: str) -> str:
        if clerk in known:
            return str(known[clerk])
        if path is not None:
            raise Malformed(f"the PIN file has no PIN of clerk {clerk}", field="pins")
        number, _, new = clerk.partition("/")
        return ask_pin(f"{'New ' if new else ''}PIN of clerk {number}", confirm=bool(new))

    return pin


def ask_pin(prompt: str, *, confirm: bool = False) -> str:
    """A PIN typed unseen at the terminal, or one line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt(prompt, hide_input=True, confirmation_prompt=confirm, err=True))
    line = sys.stdin.readline()
    if not line:
        raise Malformed(f"{prompt}: none was given on standard input", field="pin")
    return line.rstrip("\n")
