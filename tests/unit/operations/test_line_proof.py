"""A proof of one line of a step: accepted for that line alone, and for no other byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from counterfoil.facts.kinds import KINDS
from counterfoil.facts.money import HouseMoved
from counterfoil.facts.record import Fact
from counterfoil.journal.line import decode_line_proof
from counterfoil.journal.note import ED25519, VerifierKey
from counterfoil.journal.rules import Refused, kinds_by_number
from counterfoil.journal.trust import Log, TrustPolicy
from counterfoil.journal.verify import verify
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.deciding import Step
from counterfoil.office.state import State
from counterfoil.operations import bulk
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.export import SignedLog, prove_line
from counterfoil.testing.builders import DAY, House, counter

LINES = 1_300
"""Two full chunks and a short one."""


def lines(s: State, day: str) -> Iterator[Fact | None]:
    account = s.holding.all()[0].account
    for amount in range(1, LINES + 1):
        yield HouseMoved(account, "interest", amount, "in", "test")


@pytest.fixture(scope="module")
def house() -> House:
    made = counter()
    DayEnd(lambda call: call(made.desk), steps=(Step("pay", "day-step", lines),), together=2).run(DAY)
    return made


def policy(house: House) -> TrustPolicy:
    row = house.desk.state.current
    assert row is not None
    return TrustPolicy(logs=(Log(VerifierKey(row.origin, ED25519, row.node_key)),))


def proved(house: House, line: int) -> bytes:
    row = house.desk.state.bulk.get(DAY, "pay")
    assert row is not None
    return prove_line(SignedLog(house.store, None, lambda epoch: house.node_key), row.sequence, line)


@pytest.mark.parametrize("line", [0, 1, 511, 512, 1_023, 1_024, 1_299])
def test_a_line_is_proved(house: House, line: int) -> None:
    data = proved(house, line)
    report = verify(data, policy(house), kinds_by_number(KINDS))
    assert report.what == "line"
    assert report.proved[0].startswith(f"line {line} of {LINES} was entered by entry ")
    fact = bulk.read_line(decode_line_proof(data).fact)
    assert isinstance(fact, HouseMoved)
    assert fact.amount == line + 1


def test_a_line_proof_has_one_text(house: House) -> None:
    data = proved(house, 700)
    assert decode_line_proof(data).encode() == data
    for wrong in (
        data.replace(b"line 700 of", b"line 0700 of"),
        data.replace(b"blind ", b"blind  ", 1),
        data[:40],
        b"",
    ):
        with pytest.raises(Malformed):
            decode_line_proof(wrong)


def test_any_changed_byte_of_a_line_proof_is_refused(house: House) -> None:
    data, trusted, kinds = proved(house, 700), policy(house), kinds_by_number(KINDS)
    head = data.index(b"\n\n")
    for place in range(0, head, 7):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(Refused):
            verify(bytes(changed), trusted, kinds)


def test_another_line_has_another_proof(house: House) -> None:
    trusted, kinds = policy(house), kinds_by_number(KINDS)
    mine, other = decode_line_proof(proved(house, 700)), decode_line_proof(proved(house, 701))
    for wrong in (
        replace(mine, fact=other.fact), replace(mine, blind=other.blind), replace(mine, index=701),
        replace(mine, path=other.path), replace(mine, count=LINES - 1), replace(mine, facts_blind=bytes(32)),
    ):  # fmt: skip
        with pytest.raises(Refused):
            verify(wrong.encode(), trusted, kinds)


def test_what_is_no_step_has_no_lines(house: House) -> None:
    log = SignedLog(house.store, None, lambda epoch: house.node_key)
    with pytest.raises(Malformed, match="no step of a day's end"):
        prove_line(log, 3, 0)
    row = house.desk.state.bulk.get(DAY, "pay")
    assert row is not None
    with pytest.raises(Malformed, match="it has 1300, counted from 0"):
        prove_line(log, row.sequence, LINES)
