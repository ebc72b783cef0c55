"""What the tests over everything (each fact, kind, refusal, reader) are told by the products' modules beside this one.

    @done("check-cash", "CheckCashed")        how a kind is asked and accepted, and the facts it makes
    @reached("check.twice")                   how a rule is reached: an office, and the request that it refuses

``GOLDEN``, ``LEGS``, ``NOTHING``, ``RIGHT``, ``KNOWN`` and ``LISTS`` are read from the modules by name.
"""

from __future__ import annotations

from collections.abc import Callable

from counterfoil.operations.desk import Request
from counterfoil.testing.builders import House

Ready = Callable[[], tuple[House, Request]]
DONE: dict[str, tuple[list[str], Ready]] = {}
REACHED: dict[str, Ready] = {}


def done(kind: str, *facts: str) -> Callable[[Ready], Ready]:
    """Registers how a kind is asked and accepted, and the facts that it makes."""

    def register(ready: Ready) -> Ready:
        assert kind not in DONE or _same(DONE[kind][1], ready)
        DONE[kind] = (list(facts), ready)
        return ready

    return register


def reached(code: str) -> Callable[[Ready], Ready]:
    """Registers how a rule is reached: an office, and the request that it refuses."""

    def register(ready: Ready) -> Ready:
        assert code not in REACHED or _same(REACHED[code], ready)
        REACHED[code] = ready
        return ready

    return register


def _same(one: Ready, other: Ready) -> bool:
    """Whether it is one function of one file, read twice: a test that another imports has two names in pytest."""
    places = [(made.__code__.co_filename, made.__code__.co_firstlineno) for made in (one, other)]
    return places[0] == places[1]
