"""Facts of the office itself: its log's epochs, its policy editions, its clerks and its days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counterfoil.facts.record import Count, Fact, recorded

BY_OPERATOR, BY_SUPERVISOR, BY_OLD_KEY, BY_TWO_CLERKS = 0, 1, 2, 3
"""How a clerk key was enrolled (``ClerkEnrolled.how``)."""


@recorded(1)
@dataclass(frozen=True, slots=True)
class EpochOpened(Fact):
    """The first entry of every log. ``node_key`` is the raw Ed25519 public key; ``previous_*`` name the epoch
    before."""

    origin: str
    node_key: bytes
    office: str
    place: str
    currency: str
    zone: str
    previous_epoch: int | None = None
    previous_size: int | None = None
    previous_root: bytes | None = None
    reason: str | None = None


@recorded(2)
@dataclass(frozen=True, slots=True)
class EpochClosed(Fact):
    """The last entry of a log that was closed in order; ``next_key`` is the raw public key of the next epoch."""

    next_key: bytes
    reason: str


@recorded(3)
@dataclass(frozen=True, slots=True)
class EditionTaken(Fact):
    """A policy edition takes effect on ``effective`` (a date, never a past day). ``content`` is its whole file."""

    content: bytes
    effective: str


@recorded(4)
@dataclass(frozen=True, slots=True)
class ClerkEnrolled(Fact):
    """A clerk's key. ``how`` is one of the four constants above."""

    clerk: str
    public_key: bytes
    role: str
    custody: str
    how: int


@recorded(6)
@dataclass(frozen=True, slots=True)
class KeyRevoked(Fact):
    """A clerk's key is no longer valid from the next entry on. ``leaves``: the clerk leaves, not only the key."""

    clerk: str
    key_id: bytes
    reason: str
    leaves: bool


@recorded(20)
@dataclass(frozen=True, slots=True)
class DayOpened(Fact):
    """A business day opens. ``keys`` restates every valid key: see docs/formats/entry.md for the seven elements."""

    date: str
    clock: str
    keys: list[Any]
    office: str
    place: str
    currency: str


@recorded(21)
@dataclass(frozen=True, slots=True)
class VaultCounted(Fact):
    """Two people counted the vault; a difference was booked to over/short. Amounts in minor units."""

    date: str
    counted: int
    expected: int
    count: Count


@recorded(22)
@dataclass(frozen=True, slots=True)
class DayClosed(Fact):
    """The business day is closed: its booking period takes no more entries. ``late``: closed after its calendar day."""

    date: str
    vault: int
    tills: list[Any]
    late: bool
