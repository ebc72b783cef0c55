from __future__ import annotations

import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.journal.checkpoint import CheckpointMalformed, checkpoint_text
from counterfoil.journal.note import (
    Note,
    NoteUnverified,
    SignatureInvalid,
    VerifierKey,
    cosigner,
    note_signer,
    sign_note,
)
from counterfoil.journal.trust import (
    GROUPS_MAX,
    LOGS_MAX,
    POLICY_BYTES_MAX,
    WITNESSES_MAX,
    Group,
    Log,
    LogUnknown,
    PolicyMalformed,
    TrustPolicy,
    Witness,
    format_policy,
    open_endorsed,
    parse_policy,
)
from unit.journal.keys import log_key, private, witness_key

LOG = log_key("log.example/office/1")
X1, X2, X3, Y1, Y2 = (witness_key(f"{name}.example") for name in ("x1", "x2", "x3", "y1", "y2"))
FILE = f"""# Post office 1
log {LOG}

witness X1 {X1}
\twitness  X2\t{X2}   https://x2.example/
witness X3 {X3}
group X 2 X1 X2 X3
witness Y1 {Y1}
witness Y2 {Y2}
group Y any Y1 Y2
   # both sides
group both all X Y
quorum both
"""
POLICY = parse_policy(FILE.encode())


def test_a_policy_is_read() -> None:
    assert POLICY.logs == (Log(LOG),)
    assert POLICY.witnesses[1] == Witness("X2", X2, "https://x2.example/")
    assert POLICY.groups == (
        Group("X", 2, ("X1", "X2", "X3")),
        Group("Y", 1, ("Y1", "Y2")),
        Group("both", 2, ("X", "Y")),
    )
    assert POLICY.quorum == "both"


def test_a_policy_formats_to_a_file_that_reads_the_same() -> None:
    assert parse_policy(format_policy(POLICY)) == POLICY
    assert format_policy(TrustPolicy()) == b"quorum none\n"
    assert parse_policy(b"quorum none") == TrustPolicy()


def test_which_witnesses_make_the_quorum() -> None:
    names = [witness.name for witness in POLICY.witnesses]
    for count in range(len(names) + 1):
        for chosen in combinations(names, count):
            enough = sum(name[0] == "X" for name in chosen) >= 2 and any(name[0] == "Y" for name in chosen)
            assert POLICY.quorum_met(chosen) is enough
    assert not POLICY.quorum_met(["both"])  # A group's name is no witness.
    assert not POLICY.quorum_met(["X1", "X1", "Y1", "Z"])
    assert TrustPolicy().quorum_met([])
    assert TrustPolicy(witnesses=(Witness("w", X1),), quorum="w").quorum_met({"w"})
    assert not TrustPolicy(witnesses=(Witness("w", X1),), quorum="w").quorum_met(set())


def test_logs_are_found_by_key_id() -> None:
    assert POLICY.logs_with_key_id(LOG.key_id) == [LOG]
    assert POLICY.logs_with_key_id(X1.key_id) == []
    assert POLICY.witnesses_with_key_id(X1.key_id) == [X1]
    assert POLICY.witnesses_with_key_id(LOG.key_id) == []
    assert POLICY.keys_with_id(bytes(4)) == []


def test_two_logs_may_share_a_short_key_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counterfoil.journal.note.key_id", lambda *_: b"same")
    first, second = log_key("first"), log_key("second")
    assert TrustPolicy((Log(first), Log(second))).logs_with_key_id(b"same") == [first, second]


def test_names_are_octets() -> None:
    policy = parse_policy(b"witness K\xe2\x84\xaa\x80 " + str(X1).encode() + b"\nquorum K\xe2\x84\xaa\x80\n")
    assert policy.quorum == "K\u212a\udc80"
    assert parse_policy(format_policy(policy)) == policy


def test_keywords_are_names_too() -> None:
    text = f"witness all {X1}\nwitness any {X2}\ngroup group 2 all any\nquorum group\n"
    assert parse_policy(text.encode()).quorum_met(["all", "any"])


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("quorum none\n\x01", 2, "octet 0x01"),
        ("quorum none\r\n", 1, "octet 0x0d"),
        ("quorum none\x7f\n", 1, "octet 0x7f"),
        ("quibble w1\nquorum none\n", 1, "quibble"),
        ("Quorum none\n", 1, "Quorum"),
        (f"witness w1 {X1} https://w1.example/ # comment\nquorum w1\n", 1, "too many words"),
        ("log\nquorum none\n", 1, "too few"),
        ("log garbage\nquorum none\n", 1, "not a verifier key"),
        (f"\nlog {X1}\nquorum none\n", 2, "algorithm 4"),
        (f"log {LOG}\nlog {LOG} https://log.example/\nquorum none\n", 2, "already"),
        (f"log {LOG}\nlog {VerifierKey('other', 1, LOG.public)}\nquorum none\n", 2, "already"),
        ("witness w1\nquorum none\n", 1, "too few"),
        (f"witness w1 {LOG}\nquorum w1\n", 1, "algorithm 1"),
        (f"witness none {X1}\nquorum none\n", 1, "reserved"),
        (f"witness w1 {X1}\nwitness w1 {X2}\nquorum w1\n", 2, "defined already"),
        (f"witness w1 {X1}\nwitness w2 {X1}\nquorum w1\n", 2, "already"),
        (f"witness w1 {X1}\nwitness w2 {VerifierKey('impostor', 4, X1.public)}\nquorum w1\n", 2, "already"),
        (f"witness w1 {X1}\ngroup w1 any w1\nquorum w1\n", 2, "defined already"),
        (f"witness w1 {X1}\ngroup g1 1\nquorum w1\n", 2, "too few"),
        (f"witness w1 {X1}\ngroup none any w1\nquorum none\n", 2, "reserved"),
        (f"witness w1 {X1}\ngroup g1 0 w1\nquorum g1\n", 2, "threshold"),
        (f"witness w1 {X1}\ngroup g1 -1 w1\nquorum g1\n", 2, "threshold"),
        (f"witness w1 {X1}\ngroup g1 01 w1\nquorum g1\n", 2, "threshold"),
        (f"witness w1 {X1}\ngroup g1 {'9' * 9_000} w1\nquorum g1\n", 2, "threshold"),
        (f"witness w1 {X1}\ngroup g1 2 w1\nquorum g1\n", 2, "asks for 2 of 1"),
        (f"witness w1 {X1}\ngroup g1 any w2\nquorum g1\n", 2, "no line above"),
        (f"group g1 any w1\nwitness w1 {X1}\nquorum g1\n", 1, "no line above"),
        (f"witness w1 {X1}\ngroup g1 any none w1\nquorum g1\n", 2, "no line above"),
        (f"witness w1 {X1}\ngroup g1 any g1\nquorum g1\n", 2, "no line above"),
        (f"witness w1 {X1}\ngroup g1 all w1 w1\nquorum g1\n", 2, "more than once"),
        (f"witness w1 {X1}\ngroup g1 any w1\ngroup g2 any w1\nquorum g1\n", 3, "more than once"),
        ("", 0, "no quorum line"),
        (f"witness w1 {X1}\n", 0, "no quorum line"),
        ("quorum none\nquorum none\n", 2, "second quorum"),
        ("quorum unknown\n", 1, "no line above"),
        (f"quorum w1\nwitness w1 {X1}\n", 1, "no line above"),
        ("quorum\n", 1, "too few"),
        ("#" * (POLICY_BYTES_MAX + 1), 0, "limit"),
    ],
)
def test_a_line_that_breaks_a_rule_is_named(text: str, line: int, reason: str) -> None:
    with pytest.raises(PolicyMalformed, match=re.escape(reason)) as caught:
        parse_policy(text.encode())
    assert caught.value.line == line
    assert (f"line {line}:" in str(caught.value)) is (line > 0)
    assert len(str(caught.value)) < 500


def test_counts_are_bounded() -> None:
    def named(number: int, algorithm: int) -> VerifierKey:
        return VerifierKey(f"n{number}", algorithm, number.to_bytes(32, "big"))

    logs = tuple(Log(named(number, 1)) for number in range(LOGS_MAX + 1))
    witnesses = tuple(Witness(f"w{number}", named(number, 4)) for number in range(WITNESSES_MAX + 1))
    chain = [Group("g0", 1, ("w0",))]
    chain += [Group(f"g{number}", 1, (f"g{number - 1}",)) for number in range(1, GROUPS_MAX + 1)]
    most = TrustPolicy(logs[:-1], witnesses[:-1], tuple(chain[:-1]), chain[-2].name)
    assert parse_policy(format_policy(most)) == most
    assert most.quorum_met(["w0"])
    assert not most.quorum_met(["w1"])
    for wrong in ({"logs": logs}, {"witnesses": witnesses}, {"witnesses": witnesses[:1], "groups": tuple(chain)}):
        with pytest.raises(PolicyMalformed, match="over"):
            TrustPolicy(**wrong)


@pytest.mark.parametrize(
    "policy",
    [
        {"quorum": "w"},
        {"quorum": ""},
        {"witnesses": (Witness("a b", X1),)},
        {"witnesses": (Witness("", X1),)},
        {"witnesses": (Witness("a\nb", X1),)},
        {"witnesses": (Witness("w", X1, "https://a b"),)},
        {"logs": (Log(LOG, "https://a\nquorum none"),)},
        {"logs": (Log(LOG), Log(LOG))},
        {"witnesses": (Witness("w", X1),), "groups": (Group("g", 0, ("w",)),)},
    ],
)
def test_a_policy_cannot_be_built_wrong(policy: dict[str, object]) -> None:
    with pytest.raises(PolicyMalformed):
        TrustPolicy(**policy)  # type: ignore[arg-type]  # The cases are of several types.


@given(st.binary(max_size=200))
def test_any_bytes_are_a_policy_or_malformed(data: bytes) -> None:
    try:
        policy = parse_policy(data)
    except PolicyMalformed:
        return
    assert parse_policy(format_policy(policy)) == policy


@given(st.data())
def test_mutated_policies_are_a_policy_or_malformed(data: st.DataObject) -> None:
    whole = FILE.encode()
    start, end = sorted((data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, len(whole)))))
    changed = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    try:
        policy = parse_policy(changed)
    except PolicyMalformed:
        return
    assert parse_policy(format_policy(policy)) == policy


CHECKPOINT = Note(checkpoint_text(LOG.name, 5, bytes(32)), ())
LOG_SIGNER = note_signer(LOG.name, private(LOG.name))


def cosigned(*names: str) -> bytes:
    """The log's checkpoint, cosigned by witnesses at 100, 200, …"""
    witnesses = [cosigner(name, private(name), time=100 * at) for at, name in enumerate(names, start=1)]
    return sign_note(CHECKPOINT, [LOG_SIGNER, *witnesses]).to_bytes()


def test_who_stands_behind_a_checkpoint() -> None:
    endorsed = open_endorsed(cosigned("x1.example", "stranger.example", "y2.example", "x3.example"), POLICY)
    assert endorsed.log == LOG
    assert endorsed.checkpoint.size == 5
    assert endorsed.cosigned == {"X1": 100, "Y2": 300, "X3": 400}
    assert endorsed.quorum
    assert not open_endorsed(cosigned("x1.example", "y2.example"), POLICY).quorum
    assert open_endorsed(cosigned(), POLICY).cosigned == {}


def test_witnesses_do_not_replace_the_log() -> None:
    note = sign_note(CHECKPOINT, [cosigner("x1.example", private("x1.example"), time=1)])
    with pytest.raises(LogUnknown):
        open_endorsed(note.to_bytes(), POLICY)


def test_a_log_speaks_for_its_own_origin_only() -> None:
    text = checkpoint_text("log.example/office/2", 5, bytes(32))
    with pytest.raises(LogUnknown):
        open_endorsed(sign_note(Note(text, ()), [LOG_SIGNER]).to_bytes(), POLICY)


def test_a_false_cosignature_spoils_the_whole() -> None:
    other = sign_note(
        Note(checkpoint_text(LOG.name, 6, bytes(32)), ()), [cosigner("x1.example", private("x1.example"), time=1)]
    )
    forged = Note(CHECKPOINT.text, (*sign_note(CHECKPOINT, [LOG_SIGNER]).signatures, *other.signatures))
    with pytest.raises(SignatureInvalid):
        open_endorsed(forged.to_bytes(), POLICY)


def test_nobody_known_is_nobody() -> None:
    with pytest.raises(NoteUnverified):
        open_endorsed(cosigned("x1.example"), TrustPolicy())


def test_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(CheckpointMalformed):
        open_endorsed(sign_note(Note("hello\n", ()), [LOG_SIGNER]).to_bytes(), POLICY)
