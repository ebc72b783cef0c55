"""The stand-alone verifier and the package's, side by side on logs made from raw keys: same answer, same code.

1. What is right is accepted by both (``test_both_accept``), and what breaks one rule is refused by both with that
   rule's code (``test_both_verifiers_agree``).
2. Every change of one character of a slip or a QR proof, and every flipped bit of a bundle, is refused by both.
3. Random bytes never do anything but refuse.
4. The file stays short, stands alone, and holds the same table of kinds.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

import verify_counterfoil as standalone
from counterfoil.facts.kinds import KINDS
from counterfoil.journal import verify as package
from counterfoil.journal.rules import Refused, kinds_by_number
from counterfoil.journal.trust import PolicyMalformed, parse_policy
from counterfoil.testing.builders_journal import (
    ANA,
    BASE45,
    BEN,
    BY_OLD_KEY,
    BY_OPERATOR,
    BY_TWO_CLERKS,
    CAL,
    LogBuilder,
    TestClerk,
    base45,
    canonical,
    note_key_id,
    private_key,
    public_bytes,
    small_day,
    unbase45,
    verifier_key,
)

TABLE = kinds_by_number(KINDS)
VERIFIER = Path(standalone.__file__)
DEB = TestClerk("104", "clerk", "file", sequence=12)


def by_package(data: bytes, policy: str, office_key: bytes | None = None) -> str:
    try:
        package.verify(data, parse_policy(policy.encode()), TABLE, office_key=office_key)
    except Refused as error:
        return error.code
    return "accepted"


def by_standalone(data: bytes, policy: str, office_key: bytes | None = None) -> str:
    try:
        standalone.verify(data, standalone.Policy(policy.encode()), office_key)
    except standalone.Refused as error:
        return str(error.args[0])
    return "accepted"


def both(data: bytes | str, policy: str, office_key: bytes | None = None) -> str:
    """What both say: "accepted" or the code; "A / B" where they differ, which is never right."""
    data = data.encode() if isinstance(data, str) else data
    first, second = by_package(data, policy, office_key), by_standalone(data, policy, office_key)
    return first if first == second else f"{first} / {second}"


def day() -> LogBuilder:
    """Four opening entries and an open day: the next entry is number 5."""
    log = LogBuilder().opening()
    log.open_day()
    return log


def told(log: LogBuilder) -> str:
    return both(log.bundle(4), log.policy(), log.office_key)


# --- what is right


@pytest.mark.parametrize("witnesses", [(), ("union",), ("union", "auditor")])
def test_both_accept(witnesses: tuple[str, ...]) -> None:
    log = small_day(witnesses=witnesses, quorum="all" if witnesses else "none")
    for index in range(4, len(log.entries)):
        assert both(log.slip(index), log.policy()) == "accepted"
        assert both(log.slip(index) + "\n", log.policy()) == "accepted"
        assert both(log.proof_text(index), log.policy()) == "accepted"
        assert both(log.proof_qr(index), log.policy()) == "accepted"
        assert both(log.proof_qr(index) + "\n", log.policy()) == "accepted"
    assert both(log.bundle(4), log.policy()) == "accepted"
    assert both(log.bundle(4), log.policy(), log.office_key) == "accepted"


@pytest.mark.parametrize("index", range(12))
def test_a_proof_holds_in_a_log_of_any_size(index: int) -> None:
    log = small_day()
    for size in range(index + 1, len(log.entries) + 1):
        assert both(log.proof_text(index, size), log.policy()) == "accepted"
        assert both(log.proof_qr(index, size), log.policy()) == "accepted"


def rotated(log: LogBuilder) -> None:
    new = TestClerk("102", "clerk", "stick", BY_OLD_KEY, 5, "ben 2")
    log.rotate(new, by=(BEN, new))
    log.deposit(by=(new,))


def rotated_by_two(log: LogBuilder) -> None:
    new = TestClerk("102", "clerk", "stick", BY_TWO_CLERKS, 5, "ben 2")
    log.rotate(new, by=(ANA, CAL, new))
    log.deposit(by=(new,))
    log.add("day-close")
    log.date = "2026-11-24"
    log.open_day((ANA, CAL, new))


def enrolled(log: LogBuilder) -> None:
    new = TestClerk("104", sequence=5)
    log.enrol(new)
    log.deposit(by=(new,))
    log.revoke(new)
    log.add("day-close")
    log.date = "2026-11-24"
    log.open_day(clock="machine")


def advanced(log: LogBuilder) -> None:
    log.deposit()
    body: dict[str, Any] = {"kind": "reversal", "date": log.date, "epoch": 1, "entry": 5, "account": "1000000008"}
    body |= {"amount": 12_500, "currency": "USD"}
    request = sha256(b"advance").digest()[:16]
    for k, kind in enumerate(("house-advance", "reversal"), start=1):
        log.add(kind, body=body, request=request, part=(k, 2))


def system_closes(log: LogBuilder) -> None:
    log.add("epoch-close", system=True)


@pytest.mark.parametrize("story", [rotated, rotated_by_two, enrolled, advanced, system_closes])
def test_days_in_which_keys_change_are_accepted(story: Callable[[LogBuilder], None]) -> None:
    log = day()
    story(log)
    assert told(log) == "accepted"


def test_a_bundle_may_begin_at_any_day() -> None:
    log = small_day()
    log.date = "2026-11-24"
    second = log.open_day()
    log.deposit()
    for start in (4, second):
        assert both(log.bundle(start), log.policy()) == "accepted"


# --- what breaks one rule

Bend = Callable[[LogBuilder], object]
STRANGER = TestClerk("105")
WITNESS = verifier_key("w.example", public_bytes(private_key("witness w")), 4)


def _service(log: LogBuilder, **bent: Any) -> None:
    service = {"kind": "deposit", "account": "1000000008", "till": "T1", "amount": 500, "currency": "USD"}
    body = {"kind": "visit", "date": log.date, "till": "T1", "services": [service, {**service, **bent}]}
    log.add("deposit", by=(BEN,), body=body, own=service, part=(2, 2))


def _days(log: LogBuilder, second: Sequence[TestClerk]) -> None:
    log.add("day-close")
    log.date = "2026-11-24"
    log.open_day(second)


def _twice(log: LogBuilder) -> None:
    log.deposit(request=b"r" * 16)
    log.deposit(request=b"r" * 16)


def _two_bodies(log: LogBuilder) -> None:
    service = {"kind": "deposit", "account": "1000000008", "till": "T1", "amount": 500, "currency": "USD"}
    for k in (1, 2):
        body = {"kind": "visit", "date": log.date, "till": f"T{k}", "services": [service, service]}
        log.add("deposit", by=(BEN,), body=body, own=service, part=(k, 2), request=b"v" * 16)


def _revoked(log: LogBuilder) -> None:
    log.revoke(BEN)
    log.deposit(by=(BEN,))


def _old_key(log: LogBuilder) -> None:
    new = TestClerk("102", "clerk", "stick", BY_OLD_KEY, 5, "ben 2")
    log.rotate(new, by=(BEN, new))
    log.deposit(by=(BEN,))


def _replaced(approver: TestClerk, index: int) -> Bend:
    """A deposit whose approval is made of one clerk's id and another signature."""

    def bend(log: LogBuilder) -> None:
        body: dict[str, Any] = {"kind": "deposit", "date": log.date, "account": "1000000008", "till": "T1"}
        body |= {"amount": 100, "currency": "USD"}
        request = sha256(b"other").digest()[:16]
        signed = log.approve(approver, request if index else b"x" * 16, body)
        log.add("deposit", body=body, request=request, by=(BEN,), approvals=canonical([[BEN.key_id, signed[1]]]))

    return bend


def _enrolled_as(clerk: TestClerk, *, by: Sequence[TestClerk] = (ANA,), **bent: Any) -> Bend:
    return lambda log: log.enrol(clerk, by=by, **bent)


def _rotated_as(clerk: TestClerk, *, by: Sequence[TestClerk], **bent: Any) -> Bend:
    return lambda log: log.rotate(clerk, by=by, **bent)


BEN_2 = TestClerk("102", "clerk", "stick", BY_OLD_KEY, 5, "ben 2")
BEN_TWO = TestClerk("102", "clerk", "stick", BY_TWO_CLERKS, 5, "ben 2")
BENT: dict[str, tuple[str, Bend]] = {
    "wrong sequence": ("place", lambda log: log.deposit(core={4: 6})),
    "wrong node": ("place", lambda log: log.deposit(core={2: 4})),
    "wrong epoch": ("place", lambda log: log.deposit(core={3: 2})),
    "a later core version": ("version", lambda log: log.deposit(core={1: 2})),
    "an unknown core key": ("malformed", lambda log: log.deposit(core={21: 1})),
    "a core without salt": ("malformed", lambda log: log.deposit(core={19: None})),
    "amount without currency": ("malformed", lambda log: log.deposit(core={12: None})),
    "part 1 of 1": ("malformed", lambda log: log.deposit(core={6: [1, 1]})),
    "part 3 of 2": ("malformed", lambda log: log.deposit(core={6: [3, 2]})),
    "amount zero": ("malformed", lambda log: log.deposit(core={11: 0})),
    "amount true": ("malformed", lambda log: log.deposit(core={11: True})),
    "currency in small letters": ("malformed", lambda log: log.deposit(core={12: "usd"})),
    "not the node's signature": ("node-signature", lambda log: log.deposit(signature=bytes(64))),
    "another's signature": (
        "node-signature",
        lambda log: log.deposit(signature=private_key("thief").sign(b"counterfoil/core/v1\x00")),
    ),
    "an unknown kind": ("kind", lambda log: log.deposit(core={7: 99})),
    "a kind of the system by a clerk": ("kind", lambda log: log.add("house-movement")),
    "the system makes a clerk's entry": ("kind", lambda log: log.deposit(system=True)),
    "the center makes a clerk's entry": ("kind", lambda log: log.deposit(core={8: 4})),
    "support makes a clerk's entry": ("kind", lambda log: log.deposit(core={8: 5})),
    "a system entry names a clerk": ("actor", lambda log: log.add("house-movement", system=True, core={9: BEN.key_id})),
    "a system entry with approvals": (
        "approval",
        lambda log: log.add("house-movement", system=True, approvals=canonical([[BEN.key_id, bytes(64)]])),
    ),
    "a deposit that reverses": ("kind", lambda log: log.deposit(core={20: [3, 1, 1]})),
    "a reversal of nothing": ("kind", lambda log: log.add("reversal", {"epoch": 1, "entry": 5}, core={20: None})),
    "it reverses another": ("body", lambda log: log.add("reversal", {"epoch": 1, "entry": 5}, core={20: [3, 1, 6]})),
    "another blind": ("facts", lambda log: log.deposit(core={14: bytes(32)})),
    "facts that are no list": ("malformed", lambda log: log.deposit(raw_facts=canonical({"kind": "deposit"}))),
    "no facts at all": ("malformed", lambda log: log.deposit(raw_facts=canonical([]))),
    "an empty body": ("malformed", lambda log: log.deposit(raw_facts=canonical([{}]))),
    "a body with numbers for keys": ("malformed", lambda log: log.deposit(raw_facts=canonical([{1: 2}]))),
    "a fact with text for keys": ("malformed", lambda log: log.deposit(facts=[[80, 1, {"a": 1}]])),
    "a fact of two parts": ("malformed", lambda log: log.deposit(facts=[[80, 1]])),
    "system enrolment after the opening": ("opening", lambda log: log.enrol(DEB, system=True)),
    "system edition after the opening": ("opening", lambda log: log.add("policy-edition", system=True)),
    "a body without a kind": ("body", lambda log: log.deposit(body={"date": log.date})),
    "another kind": ("body", lambda log: log.add("deposit", body={"kind": "withdrawal", "date": log.date})),
    "another amount": ("body", lambda log: log.deposit(core={11: 12_501})),
    "another currency": ("body", lambda log: log.deposit(core={12: "EUR"})),
    "an amount only in the core": ("body", lambda log: log.add("till-report", core={11: 1, 12: "USD"})),
    "an amount only in the body": ("body", lambda log: log.deposit(core={11: None, 12: None})),
    "an amount of true": ("body", lambda log: log.deposit(True, core={11: 1})),
    "an account only in the core": ("body", lambda log: log.add("till-report", core={13: bytes(16)})),
    "an account only in the body": ("body", lambda log: log.deposit(core={13: None})),
    "an account that is a number": ("body", lambda log: log.add("account-close", {"account": 7})),
    "another account": ("account", lambda log: log.deposit(core={13: bytes(16)})),
    "another date": ("body", lambda log: log.add("deposit", body={"kind": "deposit", "date": "2026-11-24"})),
    "no date": ("body", lambda log: log.add("till-report", body={"kind": "till-report"})),
    "a date that is none": (
        "body",
        lambda log: log.add("till-report", body={"kind": "till-report", "date": "2026-02-30"}),
    ),
    "a part of a single request": ("body", lambda log: log.deposit(part=(1, 2))),
    "a reversal in three parts": (
        "body",
        lambda log: log.add("reversal", {"epoch": 1, "entry": 5}, part=(2, 3)),
    ),
    "a visit's other amount": ("body", lambda log: _service(log, amount=501)),
    "a visit's other kind": ("body", lambda log: _service(log, kind="withdrawal")),
    "a service with a date": ("body", lambda log: _service(log, date=log.date)),
    "a visit without services": ("body", lambda log: log.add("deposit", body={"kind": "visit", "date": log.date})),
    "a request twice": ("repeated", _twice),
    "a request with two bodies": ("repeated", _two_bodies),
    "no approvals": ("approval", lambda log: log.deposit(by=())),
    "approvals that the core does not bind": ("approval", lambda log: log.deposit(core={15: bytes(32)})),
    "approvals that are no list": ("malformed", lambda log: log.deposit(approvals=canonical({}))),
    "an empty list of approvals": ("malformed", lambda log: log.deposit(approvals=canonical([]))),
    "an approval twice": ("malformed", lambda log: log.add("cash-to-vault", by=(BEN, BEN))),
    "another clerk's signature": ("approval", _replaced(ANA, 1)),
    "an approval of another request": ("approval", _replaced(BEN, 0)),
    "an unknown key": ("approval", lambda log: log.deposit(by=(STRANGER,))),
    "a revoked key": ("approval", _revoked),
    "an old key after its rotation": ("approval", _old_key),
    "another actor": ("approval", lambda log: log.deposit(core={9: ANA.key_id})),
    "the actor second": ("approval", lambda log: log.add("cash-to-vault", by=(BEN, ANA), core={9: ANA.key_id})),
    "one signer of two": ("signers", lambda log: log.add("cash-to-vault", by=(BEN,))),
    "no proof of possession": (
        "keys",
        lambda log: log.add(
            "clerk-enrol",
            {"clerk": DEB.number, "role": DEB.role, "key": DEB.public, "custody": DEB.custody},
            [[4, 1, LogBuilder.enrolled(DEB)]],
        ),
    ),
    "enrolled by a clerk": ("keys", _enrolled_as(DEB, by=(BEN,))),
    "enrolled by the operator, it says": ("keys", _enrolled_as(TestClerk("104", how=BY_OPERATOR))),
    "a second key by enrolment": ("keys", _enrolled_as(TestClerk("102", key_name="ben 2"))),
    "a key enrolled twice": ("keys", _enrolled_as(TestClerk("104", key_name="102"))),
    "another key than signed for": (
        "keys",
        _enrolled_as(DEB, fields={"clerk": "104", "role": "clerk", "key": bytes(32), "custody": "file"}),
    ),
    "another role than signed for": (
        "keys",
        _enrolled_as(DEB, fields={"clerk": "104", "role": "supervisor", "key": DEB.public, "custody": "file"}),
    ),
    "another clerk than signed for": (
        "keys",
        _enrolled_as(DEB, fields={"clerk": "106", "role": "clerk", "key": DEB.public, "custody": "file"}),
    ),
    "another custody than signed for": (
        "keys",
        _enrolled_as(DEB, fields={"clerk": "104", "role": "clerk", "key": DEB.public, "custody": "tpm"}),
    ),
    "an enrolment without its fact": ("keys", _enrolled_as(DEB, facts=[])),
    "an enrolment with two": (
        "keys",
        _enrolled_as(DEB, facts=[[4, 1, LogBuilder.enrolled(DEB)], [4, 1, LogBuilder.enrolled(STRANGER)]]),
    ),
    "an enrolment hidden in a deposit": (
        "keys",
        lambda log: log.deposit(facts=[[4, 1, LogBuilder.enrolled(STRANGER)]]),
    ),
    "a revocation hidden in a deposit": (
        "keys",
        lambda log: log.deposit(facts=[[6, 1, {1: "101", 2: ANA.key_id, 3: "x", 4: True}]]),
    ),
    "a later version of the enrolment": ("version", _enrolled_as(DEB, facts=[[4, 2, LogBuilder.enrolled(DEB)]])),
    "an enrolment without custody": (
        "malformed",
        _enrolled_as(DEB, facts=[[4, 1, {k: v for k, v in LogBuilder.enrolled(DEB).items() if k != 4}]]),
    ),
    "an enrolment with more": ("malformed", _enrolled_as(DEB, facts=[[4, 1, {**LogBuilder.enrolled(DEB), 6: 1}]])),
    "a key of 31 bytes": ("keys", _enrolled_as(DEB, facts=[[4, 1, {**LogBuilder.enrolled(DEB), 2: bytes(31)}]])),
    "a rotation by one other": ("keys", _rotated_as(BEN_TWO, by=(ANA, BEN_TWO))),
    "a rotation by the old key, it says": ("keys", _rotated_as(BEN_2, by=(ANA, CAL, BEN_2))),
    "a rotation by a supervisor": (
        "keys",
        _rotated_as(TestClerk("102", key_name="ben 2"), by=(ANA, CAL, TestClerk("102", key_name="ben 2"))),
    ),
    "a rotation to another role": (
        "keys",
        _rotated_as(
            TestClerk("102", "supervisor", "file", BY_OLD_KEY, 5, "ben 2"),
            by=(BEN, TestClerk("102", "supervisor", "file", BY_OLD_KEY, 5, "ben 2")),
        ),
    ),
    "a revocation of another's key": (
        "keys",
        lambda log: log.revoke(BEN, facts=[[6, 1, {1: "101", 2: ANA.key_id, 3: "x", 4: True}]]),
    ),
    "a revocation of no key": ("keys", lambda log: log.revoke(STRANGER)),
    "a revocation without its fact": ("keys", lambda log: log.revoke(BEN, facts=[])),
    "a key left out next day": ("keys", lambda log: _days(log, (ANA, BEN))),
    "a key more next day": ("keys", lambda log: _days(log, (ANA, BEN, CAL, DEB))),
    "another custody next day": (
        "keys",
        lambda log: _days(log, (ANA, BEN, TestClerk("103", "clerk", "tpm", sequence=3))),
    ),
    "a key stated twice": ("keys", lambda log: _days(log, (ANA, BEN, CAL, CAL))),
    "a day at another office": ("place", lambda log: log.open_day(opened={4: "0418"})),
    "another day than signed for": ("body", lambda log: log.open_day(opened={1: "2026-11-25"})),
    "a clock of its own": ("malformed", lambda log: log.open_day(opened={2: "sundial"})),
    "a day without a place": ("malformed", lambda log: log.open_day(opened={5: 5})),
}


@pytest.mark.parametrize("name", BENT)
def test_both_verifiers_agree(name: str) -> None:
    code, bend = BENT[name]
    log = day()
    bend(log)
    assert told(log) == code


SHOWN = ("place", "version", "node-signature", "kind", "actor")


@pytest.mark.parametrize("name", [name for name, (code, _) in BENT.items() if code in SHOWN])
def test_what_a_core_shows_is_refused_on_a_slip_too(name: str) -> None:
    code, bend = BENT[name]
    log = day()
    bend(log)
    if name in ("a day at another office", "a later version of the enrolment"):
        assert both(log.slip(5), log.policy()) == "accepted"  # Facts do not stand on a slip.
    elif name == "wrong sequence":
        assert both(log.slip(5), log.policy()) == "checkpoint-signature"
        assert both(log.proof_text(5), log.policy()) == both(log.proof_qr(5), log.policy()) == code
    else:
        assert both(log.slip(5), log.policy()) == code
        assert both(log.proof_text(5), log.policy()) == code


def test_two_keys_of_one_clerk_are_one_signer() -> None:
    for second, code in ((BEN_2, "signers"), (ANA, "accepted")):
        log = LogBuilder().opening()
        log.open_day((ANA, BEN, BEN_2))
        log.add("cash-to-vault", by=(BEN, second))
        assert told(log) == code


def test_first_day_opened_with_a_wrong_key() -> None:
    for opened, code in (
        ({3: [[*BEN.restated()[:6]]]}, "malformed"),
        ({3: [[bytes(8), *BEN.restated()[1:]]]}, "keys"),
        ({3: [[*BEN.restated()[:5], 4, 1]]}, "malformed"),
        ({3: [[*BEN.restated()[:6], -1]]}, "malformed"),
        ({3: [ANA.restated(), ANA.restated()]}, "keys"),
        ({3: [BEN.restated()]}, "approval"),
        ({3: []}, "approval"),
        ({4: "0418"}, "place"),
        ({1: "2026-11-24"}, "body"),
        ({1: "2026-13-24"}, "body"),
    ):
        log = LogBuilder().opening()
        log.open_day(opened=opened)
        assert told(log) == code, opened


def test_a_leaf_of_another_shape() -> None:
    good = day()
    good.deposit()
    leaf, facts, blind, approvals = good.entries[5]
    core = cbor2.loads(leaf)[0]
    shapes: tuple[Any, ...] = (
        [core],
        [core, leaf[-63:]],
        [core, leaf[-64:], 1],
        [canonical(core), leaf[-64:]],
        [{}, leaf[-64:]],
        {},
    )
    for wrong in shapes:
        log = day()
        log.entries.append((canonical(wrong), facts, blind, approvals))
        assert told(log) == "malformed"
        assert both(log.proof_text(5), log.policy()) == both(log.proof_qr(5), log.policy()) == "malformed"


def test_what_is_too_long() -> None:
    log = day()
    log.deposit(facts=[[80, 1, {1: bytes(2**20)}]])
    assert told(log) == "malformed"


def note_by(log: LogBuilder, text: str) -> str:
    """Any text as a note signed by the log's key under the log's name."""
    key_id = note_key_id(log.origin, public_bytes(log.key))
    return f"{text}\n{log.line(log.origin, key_id, log.key.sign(text.encode()))}"


def test_checkpoints_of_another_shape() -> None:
    log = small_day()
    text = log.proof_text(5)
    head, _, note = text.partition("\n\n")
    body, _, line = note.partition("\n\n")
    origin, size, root = body.split("\n")
    assert both(f"{head}\n\n{body}\n\n{line}", log.policy()) == "accepted"
    assert both(f"{head}\n\n{body}\n\n{line}— a.example AAAAAAAA\n", log.policy()) == "accepted"  # Passed over.
    assert both(f"{head}\n\n{body}\n\n{line}{line}", log.policy()) == "accepted"
    for wrong in (
        f"{body}\n\n{line}— a.example AAAA\n",  # Too short for key id and signature.
        f"{body}\n\n{line}— a.example AAAAAAB=\n",  # Spare bits are set.
        f"{body}\n\n{line}— a+b.example AAAAAAAA\n",
        f"{body}\n\n{line}- a.example AAAAAAAA\n",
        f"{body}\n\n{line[:-1]}",
        f"{body}\n{line}",
        f"{body}\n\n",
        f"{body}\n\n{line * 101}",
    ):
        assert both(f"{head}\n\n{wrong}", log.policy()) == "malformed", wrong
    for size_and_root in (f"0{size}\n{root}\n", f"{size}\n{root[4:]}\n", f"-1\n{root}\n", f"{size}\n"):
        wrong = note_by(log, f"{origin}\n{size_and_root}")
        assert both(f"{head}\n\n{wrong}", log.policy()) == "malformed", wrong
    extended = note_by(log, f"{body}\nan extension\n")
    assert both(f"{head}\n\n{extended}", log.policy()) == "accepted"
    other = LogBuilder(node=4, key_name="other")
    stolen = note_by(other, f"{body}\n")
    both_logs = log.policy().replace("quorum", other.policy().split("\n")[0] + "\nquorum")
    assert both(f"{head}\n\n{stolen}", both_logs) == "unknown-log"  # One office cannot sign for another.


def _bundle(**changed: Any) -> tuple[bytes, str]:
    log = small_day()
    return canonical({**log.bundle_value(4), **changed}), log.policy()


def test_a_bundle_that_is_not_of_its_checkpoint() -> None:
    log, other = small_day(), small_day(key_name="other", node=4)
    value = log.bundle_value(4)
    entries = value["entries"]
    assert both(*_bundle(bundle=2)) == "version"
    assert both(*_bundle(bundle="1")) == "malformed"
    assert both(*_bundle(more=1)) == "malformed"
    assert both(*_bundle(left=[])) == "malformed"
    assert both(*_bundle(left=[bytes(32)])) == "inclusion"
    assert both(*_bundle(entries=[])) == "malformed"
    assert both(*_bundle(entries=[entries[0][:3]])) == "malformed"
    assert both(*_bundle(entries=entries[:-1])) == "place"
    assert both(*_bundle(entries=[entries[0], *entries[:-1]])) == "inclusion"
    assert both(*_bundle(entries=[entries[1], entries[0], *entries[2:]])) == "inclusion"
    assert both(*_bundle(origin=other.origin)) == "place"
    assert both(*_bundle(checkpoint=other.checkpoint(12))) == "unknown-log"
    assert both(*_bundle(checkpoint="")) == "malformed"
    assert both(log.bundle(5), log.policy()) == "malformed"  # It does not begin with a day-open entry.
    assert both(log.bundle(4), other.policy()) == "unknown-log"
    assert both(log.bundle(4), "quorum none\n") == "unknown-log"


def test_other_forms_of_bytes() -> None:
    log = small_day()
    slip, policy = log.slip(5), log.policy()
    assert both("", policy) == "malformed"
    assert both("CF1:", policy) == "malformed"
    assert both("CF2:", policy) == "malformed"
    assert both("CFP:" + slip[4:], policy) == "training"
    assert both(slip + "\n\n", policy) == "malformed"
    assert both(" " + slip, policy) == "malformed"
    assert both(slip.lower(), policy) == "malformed"
    assert both(slip, "quorum none\n") == "unknown-log"
    value = cbor2.loads(log.slip_bytes(5))
    assert both("CF1:" + base45(canonical([2, *value[1:]])), policy) == "version"
    assert both("CF1:" + base45(canonical(value[:5])), policy) == "malformed"
    assert both("CF1:" + base45(canonical([*value, 1])), policy) == "malformed"
    assert both("CF1:" + base45(canonical(value) + b"\x00"), policy) == "malformed"
    assert both("CF1:" + base45(b"\xd9\xd9\xf7" + canonical(value)), policy) == "malformed"
    long_form = b"\x98\x06" + canonical(value)[1:]  # An array head that is longer than it need be.
    assert both("CF1:" + base45(long_form), policy) == "malformed"


def test_a_practice_slip_is_accepted_by_nobody() -> None:
    """Neither as it is printed, nor with its first letters changed, nor as a proof or a day."""
    log = small_day(domain="practice.post.example")
    slip, policy = log.slip(5), log.policy()
    assert both("CFP:" + slip[4:], policy) == "training"
    assert both("CF1:" + slip[4:], policy) == "training"
    assert both(log.proof_text(5), policy) == "training"
    assert both(log.bundle(4), policy) == "training"


def test_proofs_that_do_not_hold() -> None:
    log = small_day(witnesses=("union", "auditor"), quorum="all")
    policy, text = log.policy(), log.proof_text(5)
    assert both(text.replace("index 5", "index 6"), policy) == "inclusion"
    assert both(text.replace("index 5", "index 05"), policy) == "malformed"
    assert both(log.proof_text(6).replace("index 6", "index 5"), policy) == "inclusion"
    lines = text.split("\n")
    assert both("\n".join([lines[0], *lines[2:]]), policy) == "malformed"  # The leaf is missing.
    assert both("\n".join([*lines[:3], *lines[4:]]), policy) == "inclusion"
    assert both("\n".join([*lines[:3], lines[4], lines[3], *lines[5:]]), policy) == "inclusion"
    assert both(log.proof_text(5, cosigned_by=("union",)), policy) == "quorum"
    assert both(log.proof_text(5, cosigned_by=("union", "thief")), policy) == "quorum"
    assert both(log.proof_text(5, cosigned_by=("union", "union")), policy) == "quorum"
    forged = text.replace("union.example/w ", "auditor.example/w ")
    assert both(forged, policy) in ("quorum", "checkpoint-signature")
    value = cbor2.loads(log.proof_bytes(5))
    for place, changed, code in [
        (0, 3, "version"),
        (3, 6, "checkpoint-signature"),
        (4, 13, "checkpoint-signature"),
        (4, 5, "malformed"),
        (5, value[5][32:], "inclusion"),
        (5, value[5][1:], "malformed"),
        (2, bytes(4), "unknown-log"),
        (6, bytes(64), "checkpoint-signature"),
        (7, [], "quorum"),
        (7, value[7][:1], "quorum"),
        (7, [value[7][0], value[7][1][:-1] + bytes([value[7][1][-1] ^ 1])], "checkpoint-signature"),
        (7, [value[7][0][:-1]], "malformed"),
    ]:
        bent = [*value[:place], changed, *value[place + 1 :]]
        assert both("CF2:" + base45(canonical(bent)), policy) == code, (place, code)


def test_a_key_id_is_only_a_hint() -> None:
    """A slip is tried under every log with its key id; a log of another node with the same key refuses it by place."""
    log = small_day()
    elsewhere = verifier_key("post.example/office/0417/node/9/1", public_bytes(log.key))
    assert both(log.slip(5), f"log {elsewhere}\nquorum none\n") == "unknown-log"
    center = LogBuilder(domain="post.example/center")
    center.opening()
    assert both(center.slip(2), center.policy()) == "place"


# --- every change of one byte


def test_every_single_byte_change_is_refused() -> None:
    log = small_day()
    slip, policy = log.slip(5), log.policy()
    for at, character in enumerate(slip):
        other = BASE45[(BASE45.index(character) + 1) % 45]
        for changed in (slip[:at] + other + slip[at + 1 :], slip[:at] + slip[at + 1 :], slip[:at]):
            assert "accepted" not in both(changed, policy), at
        for value in (ord(character) ^ 1, ord(character) ^ 0x80, 0, 10, 32):
            if value != ord(character):
                changed_bytes = slip[:at].encode() + bytes([value]) + slip[at + 1 :].encode()
                assert "accepted" not in both(changed_bytes, policy), at
    for more in (*BASE45, "\x00", "\r\n", "é"):
        assert "accepted" not in both(slip + more, policy)


def test_every_flipped_bit_below_base45_is_refused() -> None:
    log = small_day()
    for data, prefix in ((log.slip_bytes(5), "CF1:"), (log.proof_bytes(5), "CF2:")):
        assert both(prefix + base45(data), log.policy()) == "accepted"
        for at in range(len(data)):
            for bit in (1, 0x80) if at % 7 else (1 << n for n in range(8)):
                changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
                assert "accepted" not in both(prefix + base45(changed), log.policy()), at


def test_every_changed_character_of_a_proof_text_is_refused() -> None:
    log = small_day()
    text = log.proof_text(5).encode()
    for at in range(len(text)):
        changed = text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]
        assert "accepted" not in both(changed, log.policy()), at


def _flipped(step: int) -> None:
    log = day()
    log.deposit()
    data, policy = log.bundle(4), log.policy()
    for bit in range(0, 8 * len(data), step):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        assert "accepted" not in both(bytes(changed), policy), bit
    for end in range(0, len(data), 101):
        assert "accepted" not in both(data[:end], policy)


def test_a_flipped_bit_of_a_bundle_is_refused() -> None:
    _flipped(23)


@pytest.mark.slow
def test_every_flipped_bit_of_a_bundle_is_refused() -> None:
    _flipped(1)


# --- two files together


def compared(log: LogBuilder, *files: str | bytes) -> str:
    data = [one.encode() if isinstance(one, str) else one for one in files]
    codes = []
    try:
        package.compare([package.verify(one, parse_policy(log.policy().encode()), TABLE) for one in data])
        codes.append("accepted")
    except Refused as error:
        codes.append(error.code)
    try:
        policy = standalone.Policy(log.policy().encode())
        standalone.compare([standalone.verify(one, policy, None) for one in data])
        codes.append("accepted")
    except standalone.Refused as error:
        codes.append(str(error.args[0]))
    return codes[0] if codes[0] == codes[1] else " / ".join(codes)


def test_contradictions() -> None:
    log, rewritten = day(), day()
    log.deposit(100)
    rewritten.deposit(100_00)
    for one in (log, rewritten):
        one.deposit(7)
        one.add("day-close")
    honest: list[str | bytes] = [log.slip(5), log.slip(6), log.proof_text(5), log.proof_qr(6), log.bundle(4)]
    assert compared(log, *honest) == "accepted"
    assert compared(log, *honest, *honest) == "accepted"
    for false in (rewritten.slip(5), rewritten.slip(6), rewritten.proof_text(5), rewritten.bundle(4)):
        assert both(false, log.policy()) == "accepted"  # Each by itself is well signed.
        assert compared(log, *honest, false) == "contradiction"
    assert compared(log, log.slip(5), rewritten.slip(5)) == "contradiction"
    assert compared(log, log.slip(6), rewritten.bundle(4)) == "contradiction"
    assert compared(log, log.slip(5), rewritten.proof_qr(5)) == "contradiction"
    # Different entries at different sizes: nothing meets, so nothing is said.
    assert compared(log, log.slip(5), rewritten.slip(6)) == "accepted"


# --- hostile input


@given(st.binary(max_size=600), st.sampled_from([b"", b"CF1:", b"CF2:", b"c2sp.org/tlog-proof@v1\n", b"\xa6"]))
def test_random_bytes_are_refused(data: bytes, prefix: bytes) -> None:
    assert "accepted" not in both(prefix + data, "quorum none\n")


@given(st.binary(max_size=200), st.sampled_from(["CF1:", "CF2:"]))
def test_random_base45_is_refused(data: bytes, prefix: str) -> None:
    assert "accepted" not in both(prefix + base45(data), "quorum none\n")


_SCALARS = st.integers() | st.binary(max_size=80) | st.text(max_size=9) | st.booleans() | st.none() | st.floats()
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.integers(0, 30) | st.text(max_size=3), inner),
)


@given(_VALUES)
def test_any_value_is_read_alike(value: Any) -> None:
    """Both readers of CBOR accept exactly the same bytes, and find the same in them."""
    from counterfoil import codec
    from counterfoil.kernel.outcomes import Malformed

    data = canonical(value)
    try:
        first: Any = codec.decode(data)
    except Malformed:
        first = Malformed
    try:
        second: Any = standalone.uncbor(data, 2**20, "value")
    except standalone.Refused:
        second = Malformed
    assert repr(first) == repr(second)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_alike(data: bytes) -> None:
    from counterfoil import codec
    from counterfoil.kernel.outcomes import Malformed

    try:
        first: Any = codec.decode(data)
    except Malformed:
        first = Malformed
    try:
        second: Any = standalone.uncbor(data, 2**20, "value")
    except standalone.Refused:
        second = Malformed
    assert repr(first) == repr(second)


def test_announced_lengths_cost_nothing() -> None:
    for head in (b"\x9b", b"\xbb", b"\x5b", b"\x7b"):
        assert both(b"\xa1\x61a" + head + b"\x7f" + b"\xff" * 7, "quorum none\n") == "malformed"
    assert both(b"\xa1\x61a" + b"\x81" * 100_000, "quorum none\n") == "malformed"


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "log",
        "quorum none\nquorum none\n",
        "quorum nobody\n",
        "witness none x\nquorum none\n",
        "log x+00000000+AAAA\nquorum none\n",
        "group g any\nquorum none\n",
        "group g 1 w\nquorum g\n",
        f"witness w {WITNESS}\ngroup g 0 w\nquorum g\n",
        f"witness w {WITNESS}\ngroup g 1.0 w\nquorum g\n",
        f"witness w {WITNESS}\ngroup g any w w\nquorum g\n",
        f"witness w {WITNESS}\ngroup g any w\ngroup h any w\nquorum g\n",
        f"witness w {WITNESS}\nwitness x {WITNESS}\nquorum none\n",
        f"witness w {WITNESS}\nwitness w {WITNESS}\nquorum none\n",
        f"log {WITNESS}\nquorum none\n",
        f"witness w {WITNESS[:-1]}\nquorum none\n",
        "law none\n",
        "quorum none\x00\n",
    ],
)
def test_a_wrong_trust_policy_is_refused_by_both(policy: str) -> None:
    with pytest.raises(PolicyMalformed):
        parse_policy(policy.encode())
    with pytest.raises(standalone.Refused) as refused:
        standalone.Policy(policy.encode())
    assert refused.value.args[0] in ("policy", "malformed")


# --- the file itself


def test_both_verifiers_hold_the_same_kinds() -> None:
    ours = {kind.number: (kind.name, [int(a) for a in kind.actors], kind.signers, kind.opening) for kind in KINDS}
    assert ours == standalone.KINDS


def test_the_verifier_is_under_500_lines() -> None:
    assert len(VERIFIER.read_text().splitlines()) < 500


def test_the_verifier_stands_alone() -> None:
    found = set()
    for node in ast.walk(ast.parse(VERIFIER.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    assert found - set(sys.stdlib_module_names) == {"cbor2", "cryptography"}


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-I", str(VERIFIER), *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=False, timeout=60)


def test_the_command(tmp_path: Path) -> None:
    log, other = small_day(), small_day(office_key=bytes(32))
    policy, slip, bundle = tmp_path / "policy.txt", tmp_path / "slip.txt", tmp_path / "day.bundle"
    key, wrong = tmp_path / "office.key", tmp_path / "other.key"
    policy.write_text(log.policy())
    slip.write_text(log.slip(5) + "\n")
    bundle.write_bytes(log.bundle(4))
    key.write_bytes(log.office_key)
    wrong.write_bytes(bytes(32))

    done = run(str(slip), str(bundle), "--policy", str(policy), "--office-key", str(key))
    assert (done.returncode, done.stderr) == (0, b"")
    for words in (b"approval not checked", b"enrolled by the operator", b"custody", b"file", b"deposit of 12500 minor"):
        assert words in done.stdout
    assert package.records(bundle.read_bytes()) == [bundle.read_bytes()]
    done = run("-", "--policy", str(policy), "--json", given=log.slip(6).encode())
    assert done.returncode == 0
    assert json.loads(done.stdout)[0]["answer"] == "accepted"

    done = run(str(bundle), "--policy", str(policy), "--office-key", str(wrong), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)[0]["code"] == "account"
    slip.write_text(log.slip(5)[:-1])
    done = run(str(slip), "--policy", str(policy))
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"REFUSED" in done.stdout
    slip.write_text(other.slip(5))
    done = run(str(slip), str(bundle), "--policy", str(policy), "--json")
    assert done.returncode == 1
    assert [one["answer"] for one in json.loads(done.stdout)] == ["accepted", "REFUSED"]
    assert json.loads(done.stdout)[1]["code"] == "contradiction"

    slip.write_text(f"{log.slip(6)}\n{log.slip(7)}\n")  # A visit's receipt: one code a service.
    assert package.records(slip.read_bytes()) == [log.slip(6).encode(), log.slip(7).encode()]
    done = run(str(slip), "--policy", str(policy), "--json")
    assert [one["answer"] for one in json.loads(done.stdout)] == ["accepted", "accepted"]
    slip.write_text(f"{log.slip(6)}\n\n")
    assert run(str(slip), "--policy", str(policy)).returncode == 1

    for wrong_use in ([str(slip)], [], ["--policy", str(policy)], [str(tmp_path / "none"), "--policy", str(policy)]):
        assert run(*wrong_use).returncode == 2
    assert run(str(slip), "--policy", str(slip)).returncode == 2
    assert run(str(slip), "--policy", str(policy), "--office-key", str(policy)).returncode == 2
    assert b"Traceback" not in run(str(slip), "--policy", str(slip)).stderr


def test_the_builder_reads_its_own_base45() -> None:
    data = bytes(range(256))
    assert unbase45(base45(data)) == data == standalone.unbase45(base45(data))
