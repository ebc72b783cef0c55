"""The lock files: whole, hashed, in step with pyproject.toml, and naming no registry."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from architecture.sources import PROJECT

LOCKS = ("requirements.lock", "requirements-test.lock")
# Written in parts, so that this file names none itself.
REGISTRY = re.compile(
    r"py" + r"pi\.|python" + r"hosted|://|--(extra-)?index|--find-links|--trusted-host|^-[if]\b", re.M
)
LOCK_NAMES = (
    "*.lock",
    "*requirements*.txt",
    "*constraints*.txt",
    "Pipfile*",
    "pylock*.toml",
    "*.npmrc",
    "package-lock.json",
)
ENTRY = re.compile(r"^(?P<requirement>[A-Za-z0-9][^\\\n]*?)\s*\\\n(?P<hashes>(?:\s+--hash=[^\n]+\n?)+)", re.M)


def pins(lock: str) -> dict[str, Requirement]:
    """Each locked package by its normalized name."""
    found = [Requirement(match["requirement"]) for match in ENTRY.finditer((PROJECT / lock).read_text("utf-8"))]
    return {canonicalize_name(each.name): each for each in found}


def project() -> dict[str, Any]:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))


def asked(lock: str) -> Iterator[Requirement]:
    """What pyproject.toml asks for in this lock."""
    text = project()
    groups = text["dependency-groups"]
    wanted = [*text["project"]["dependencies"], *text["build-system"]["requires"], *groups["build"]]
    if lock == "requirements-test.lock":
        wanted += [line for line in groups["test"] if isinstance(line, str)]
        wanted += [line for extra in text["project"]["optional-dependencies"].values() for line in extra]
    return (Requirement(line) for line in wanted)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_with_hashes(lock: str) -> None:
    rest = ENTRY.sub("", (PROJECT / lock).read_text("utf-8"))
    assert [line for line in rest.split("\n") if line.strip() and not line.startswith("#")] == []
    for requirement in pins(lock).values():
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), f"{requirement} is not pinned to one version"


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_is_what_the_project_asks_for(lock: str) -> None:
    locked = pins(lock)
    for wanted in asked(lock):
        pin = locked.get(canonicalize_name(wanted.name))
        assert pin is not None, f"{wanted} is asked for and not in {lock}; run: make lock"
        version = str(pin.specifier).removeprefix("==")
        assert wanted.specifier.contains(version, prereleases=True), (
            f"{wanted} does not allow {version}; run: make lock"
        )


def test_both_locks_agree() -> None:
    base, test = (pins(lock) for lock in LOCKS)
    assert {name: str(test.get(name)) for name in base} == {name: str(pin) for name, pin in base.items()}


def lock_files() -> list[Path]:
    """Whatever looks like a lock, now or later, outside of what make and git keep for themselves."""
    hidden = {".git", ".venv", "node_modules"}
    found = {path for pattern in LOCK_NAMES for path in PROJECT.rglob(pattern)}
    return sorted(path for path in found if not hidden & set(path.relative_to(PROJECT).parts))


def test_no_lock_names_a_registry() -> None:
    assert {PROJECT / lock for lock in LOCKS} <= set(lock_files())
    assert [path.name for path in lock_files() if REGISTRY.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "line", ["--index-url https" + "://example.org/simple", "-i somewhere", "--find-links ./wheels"]
)
def test_a_registry_is_recognized(line: str) -> None:
    assert REGISTRY.search(f"segno==1.6.6\n{line}\n")
