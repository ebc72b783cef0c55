"""The editions that are shipped, as files of the package."""

from __future__ import annotations

from importlib.resources import files

from counterfoil.kernel.outcomes import Malformed
from counterfoil.policy.profiles import DEMONSTRATION, with_authority

_FOLDER = files("counterfoil.policy") / "editions"


def names() -> tuple[str, ...]:
    """The names of all shipped editions."""
    return tuple(sorted(one.name.removesuffix(".toml") for one in _FOLDER.iterdir() if one.name.endswith(".toml")))


def shipped(name: str, authority: str | None = None) -> bytes | None:
    """The bytes of a shipped edition, with the operator's authority in its place; None if there is none of that
    name."""
    if name not in names():
        return None
    content = (_FOLDER / f"{name}.toml").read_bytes()
    return content if authority is None else with_authority(content, authority)


def demonstration(name: str) -> bytes:
    """A shipped edition as demonstrations, tests and benches take it: without any authority, and saying so."""
    content = shipped(name)
    if content is None:
        raise Malformed(f"{name!r} is not a shipped edition: {', '.join(names())}", field="profile")
    return with_authority(content, DEMONSTRATION) if b'\nauthority = ""\n' in content else content
