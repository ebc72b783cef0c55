"""What is brought to be checked: the office's own list, another's, and its own log beside it."""

from __future__ import annotations

import pytest

from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations import checking
from counterfoil.operations.export import SignedLog, day_bundle, prove
from counterfoil.testing.builders import House, counter


def slip_of(house: House, amount: int = 1_000) -> str:
    """The slip of a deposit."""
    return house.do("deposit", amount=amount, account=house.account, till="T1").entries[0].slip


def check(house: House, *brought: str | bytes) -> checking.Told:
    """Checked under the office's own list."""
    data = [one.encode() if isinstance(one, str) else one for one in brought]
    return checking.check(house.store, data, checking.own_policy(house.store))


def test_a_slip_of_ours_is_signed_and_still_kept() -> None:
    house = counter()
    slip = slip_of(house)
    slip_of(house)
    told = check(house, slip)
    (found,) = told.records
    assert found.report is not None
    assert found.report.entry is not None
    assert (found.report.what, found.report.entry.amount, found.kept) == ("slip", 1_000, True)
    assert told.contradiction == ""


def test_proofs_and_days_are_checked_too() -> None:
    house = counter()
    slip = slip_of(house)
    log = SignedLog(house.store, None, lambda epoch: house.node_key)
    proof = prove(log, house.desk.size - 1)
    bundle = day_bundle(house.store, house.date, lambda epoch: house.node_key)
    told = check(house, slip, proof.text, proof.qr or "", bundle)
    assert [(one.report and one.report.what, one.kept) for one in told.records] == [
        ("slip", True), ("proof", True), ("proof", True), ("bundle", True),
    ]  # fmt: skip
    assert told.contradiction == ""


def test_a_slip_that_contradicts_the_log_is_shown() -> None:
    """The office's computer was copied: two entries stand at one place, each signed by the same key."""
    house, copy = counter(), counter()
    ours, theirs = slip_of(house, 1_000), slip_of(copy, 2_000)
    told = check(house, theirs)
    assert told.records[0].report is not None
    assert told.records[0].kept is False
    assert "cloned" in told.contradiction
    told = check(house, ours, theirs)
    assert "cloned" in told.contradiction


def test_a_log_that_was_cut_short_is_shown() -> None:
    house, copy = counter(), counter()
    slip_of(copy)
    told = check(house, slip_of(copy))
    assert told.records[0].kept is False
    assert "shorter" in told.contradiction


def test_another_office_needs_its_own_list() -> None:
    house, other = counter(), counter(seed=2)
    slip = slip_of(other)
    (found,) = check(house, slip).records
    assert found.refused is not None
    assert found.refused.code == "unknown-log"
    text = f"log {checking.own_policy(other.store).logs[0].key}\r\nquorum none\r\n"
    (found,) = checking.check(house.store, [slip.encode()], checking.policy_of(text)).records
    assert found.report is not None
    with pytest.raises(Malformed, match="trust policy, line 1"):
        checking.policy_of("nonsense\n")


def test_so_many_at_once_are_not_checked() -> None:
    house = counter()
    with pytest.raises(Malformed, match="40 are the most"):
        check(house, "\n".join(["CF1:AAAA"] * (checking.RECORDS_MAX + 1)))
