"""What a slip, a proof or a bundle proves under a trust policy, and what it does not.

What is always true:

1. An answer is a ``Report`` that says what is proved and what is not, or ``Refused`` with a stable code. Nothing in
   between, and nothing else is raised, whatever the bytes (``test_random_bytes_are_refused``).
2. The stand-alone verifier, written from docs/formats alone, gives the same answer to the same bytes
   (``test_both_verifiers_agree``).
3. Reports of one log are compared: two roots for one size, or two leaves at one place, are proof that the log was
   rewritten or the office's computer cloned (``test_contradictions``).

A slip proves a promise. That the money moved, and that the clerk approved, it does not prove, and every report says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from counterfoil import codec
from counterfoil.journal.bundle import decode_bundle
from counterfoil.journal.entry import Core, Leaf, core_message, decode_leaf
from counterfoil.journal.hashing import leaf_hash
from counterfoil.journal.line import LINE_HEADER, decode_line_proof
from counterfoil.journal.note import NoteUnverified, SignatureInvalid, VerifierKey
from counterfoil.journal.proof import (
    HEADER,
    QR_PREFIX,
    ProofMalformed,
    expand,
    parse_qr,
    parse_tlog_proof,
    verify_tlog_proof,
)
from counterfoil.journal.rules import (
    BY_OPERATOR,
    ClerkKey,
    Kinds,
    LogRules,
    Refused,
    Verify,
    check_core,
    ed25519_verifies,
    read_origin,
    read_strictly,
)
from counterfoil.journal.slip import TrainingSlip, decode_slip, is_training
from counterfoil.journal.tree import Frontier, ProofInvalid
from counterfoil.journal.trust import Endorsed, LogUnknown, TrustPolicy, open_endorsed
from counterfoil.kernel.outcomes import Malformed

NOT_THE_MONEY = "that the money moved: the entry says what the node promised"
NOT_THE_TIME = "the time: it is the node's own claim"
NOT_THE_APPROVAL = "approval not checked: whether the clerk signed stands in the day's bundle"
NOT_WITNESSED = "that anyone else saw this log: the policy asks for no witness"
NOT_LATER = "that the entry is still in the log: ask for a proof, and compare the two"


@dataclass(frozen=True, slots=True)
class Report:
    """What was accepted. ``leaves``: place in the log → leaf hash; ``roots``: size → root, both 32 bytes.

    ``entry``: of a slip or proof. ``cosigned``: witness → POSIX seconds. ``clocks``, ``dates``,
    ``enrolled_by_operator`` and ``custody`` (clerk → kinds of custody of the keys that signed): of a bundle.
    """

    what: str
    origin: str
    size: int
    root: bytes
    proved: tuple[str, ...]
    not_proved: tuple[str, ...]
    leaves: Mapping[int, bytes]
    roots: Mapping[int, bytes]
    entry: Core | None = None
    cosigned: Mapping[str, int] = field(default_factory=dict)
    clocks: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    enrolled_by_operator: tuple[str, ...] = ()
    custody: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def verify(data: bytes, policy: TrustPolicy, kinds: Kinds, *, office_key: bytes | None = None) -> Report:
    """Finds out which of the four forms ``data`` is, and verifies it."""
    if data.startswith((b"CF1:", b"CFP:")):
        return verify_slip(_text(data), policy, kinds)
    if data.startswith((QR_PREFIX.encode(), HEADER.encode())):
        return verify_proof(data, policy, kinds)
    if data.startswith(f"{LINE_HEADER}\n".encode()):
        return verify_line(data, policy, kinds)
    if b"\xa0" <= data[:1] <= b"\xbf":
        return verify_bundle(data, policy, kinds, office_key=office_key)
    raise Refused("malformed", "not a slip (CF1:), a proof (CF2: or c2sp.org/tlog-proof@v1) or a bundle")


def verify_slip(text: str, policy: TrustPolicy, kinds: Kinds) -> Report:
    """A slip (docs/formats/slip.md), under the first log of the policy where it holds. One trailing newline is cut."""
    with _reading():
        slip = decode_slip(text)
    leaf = Leaf(slip.core, slip.core_bytes, slip.signature)

    def holds(log: VerifierKey) -> str:
        kind = _check_leaf(leaf, log, kinds)
        if not log.verifies(slip.checkpoint(log.name), slip.checkpoint_signature):
            raise Refused("checkpoint-signature", "the log did not sign this root for this size")
        return kind

    log, kind = _first_log(policy.logs_with_key_id(slip.key_id), holds)
    return Report(
        "slip",
        log.name,
        slip.size,
        slip.root,
        (f"node promised entry {slip.core.sequence} ({kind}) as the last of its log of {slip.size}",),
        (NOT_THE_MONEY, NOT_THE_TIME, NOT_THE_APPROVAL, NOT_LATER, NOT_WITNESSED),
        {slip.core.sequence: slip.leaf_hash},
        {slip.size: slip.root},
        slip.core,
    )


def verify_proof(data: bytes, policy: TrustPolicy, kinds: Kinds) -> Report:
    """A proof in the text or the QR form. The leaf comes with it; a policy with a quorum must find it met."""
    with _reading():
        proof = (
            expand(parse_qr(_text(data).removesuffix("\n")), policy, unknown="drop")
            if data.startswith(QR_PREFIX.encode())
            else parse_tlog_proof(data)
        )
        if not proof.extra:
            raise Refused("malformed", "the proof does not carry its leaf in the extra line")
        endorsed = verify_tlog_proof(proof, policy)
    leaf = read_strictly(decode_leaf, proof.extra)
    kind = _check_leaf(leaf, endorsed.log, kinds)
    checkpoint = endorsed.checkpoint
    if leaf.core.sequence != proof.index:
        raise Refused("place", f"the core's sequence is {leaf.core.sequence}, the proof is for {proof.index}")
    _check_quorum(endorsed)
    witnesses = _witnesses(endorsed, policy)
    return Report(
        "proof",
        checkpoint.origin,
        checkpoint.size,
        checkpoint.root,
        (f"entry {proof.index} ({kind}) is in the log of {checkpoint.size}", *witnesses),
        (NOT_THE_MONEY, NOT_THE_TIME, NOT_THE_APPROVAL, *([] if witnesses else [NOT_WITNESSED])),
        {proof.index: leaf_hash(proof.extra)},
        {checkpoint.size: checkpoint.root},
        leaf.core,
        endorsed.cosigned,
    )


def verify_line(data: bytes, policy: TrustPolicy, kinds: Kinds) -> Report:
    """A proof of one line of a bulk entry: the entry's own proof, and the line under the root that it entered."""
    proof = read_strictly(decode_line_proof, data)
    report = verify_proof(proof.entry, policy, kinds)
    assert report.entry is not None
    try:
        proof.check(report.entry.facts_commitment)
    except ProofInvalid as error:
        raise Refused("inclusion", str(error)) from None
    except Malformed as error:
        raise Refused("malformed", str(error)) from None
    line = f"line {proof.index} of {proof.count} was entered by entry {report.entry.sequence}"
    return replace(report, what="line", proved=(line, *report.proved))


def verify_bundle(
    data: bytes,
    policy: TrustPolicy,
    kinds: Kinds,
    *,
    office_key: bytes | None = None,
    verify: Verify = ed25519_verifies,
) -> Report:
    """Whole days: every entry by every rule, in order, up to a root that the log signed."""
    bundle = read_strictly(decode_bundle, data)
    with _reading():
        endorsed = open_endorsed(bundle.checkpoint.encode(), policy)
    checkpoint = endorsed.checkpoint
    if (checkpoint.origin, checkpoint.size) != (bundle.origin, bundle.size):
        raise Refused("place", "the checkpoint is of another log or size than the bundle")
    frontier = Frontier(bundle.start, bundle.left)
    leaves, roots = {}, {bundle.start: frontier.root()} if bundle.start else {}
    for index, parts in enumerate(bundle.entries, start=bundle.start):
        leaves[index] = leaf_hash(parts.leaf)
        frontier = frontier.append(leaves[index])
        roots[index + 1] = frontier.root()
    if roots[bundle.size] != checkpoint.root:
        raise Refused("inclusion", "the entries do not give the root that the log signed")
    _check_real(bundle.origin)
    rules = LogRules(
        kinds,
        read_origin(bundle.origin),
        endorsed.log.public,
        next_index=bundle.start,
        stated=True,
        office_key=office_key,
        verify=verify,
    )
    for parts in bundle.entries:
        rules.take(parts)
    _check_quorum(endorsed)
    witnesses = _witnesses(endorsed, policy)
    used = sorted(rules.used.values(), key=lambda key: (key.clerk, key.key_id))
    by_operator = tuple([f"{key.clerk} ({key.key_id.hex()})" for key in used if key.how == BY_OPERATOR])
    return Report(
        "bundle",
        bundle.origin,
        bundle.size,
        checkpoint.root,
        (
            f"entries {bundle.start} to {bundle.size - 1}: every one is in the log, and every clerk's was approved",
            *([] if office_key is None else ["every account is the one that its core commits to"]),
            *witnesses,
        ),
        (
            NOT_THE_MONEY,
            *([] if office_key is not None else ["account commitments: the office key was not given"]),
            f"the time: the day ran on the clock of a {' and a '.join(sorted(rules.clocks))}",
            *[f"who holds the key of clerk {shown}: it was enrolled by the operator" for shown in by_operator],
            "how keys valid before the first day-open entry came to be: it is taken at its word",
            *([] if witnesses else [NOT_WITNESSED]),
        ),
        leaves,
        roots,
        None,
        endorsed.cosigned,
        tuple(sorted(rules.clocks)),
        tuple(rules.dates),
        by_operator,
        {clerk: _custody(used, clerk) for clerk in sorted({key.clerk for key in used})},
    )


def compare(reports: Sequence[Report]) -> tuple[str, ...]:
    """What the reports say of each other; ``Refused`` (``contradiction``) if two of one log cannot both be true."""
    said = []
    for origin in sorted({report.origin for report in reports}):
        same = [report for report in reports if report.origin == origin]
        places = _agreed(origin, [report.leaves for report in same], "entry")
        sizes = _agreed(origin, [report.roots for report in same], "size")
        if len(same) > 1:
            shared = f"{places} places and {sizes} sizes are named more than once" if places or sizes else "none meet"
            said.append(f"{origin}: {len(same)} records do not contradict one another ({shared})")
    return tuple(said)


def _agreed(origin: str, found: Sequence[Mapping[int, bytes]], what: str) -> int:
    """How many numbers stand in more than one mapping, all with one hash."""
    known: dict[int, bytes] = {}
    met = set()
    for hashes in found:
        met |= known.keys() & hashes.keys()
        for number, value in hashes.items():
            if known.setdefault(number, value) != value:
                raise Refused(
                    "contradiction",
                    f"{origin}: two records give different hashes for {what} {number}. The log was rewritten or the "
                    "office's computer was cloned. Keep both records: each proves it",
                )
    return len(met)


def _custody(used: Sequence[ClerkKey], clerk: str) -> tuple[str, ...]:
    return tuple(sorted({key.custody for key in used if key.clerk == clerk}))


def _first_log(logs: Sequence[VerifierKey], holds: Callable[[VerifierKey], str]) -> tuple[VerifierKey, str]:
    """The first log under which the slip holds, and its kind's name; else what the last one said."""
    refused = Refused("unknown-log", "no log of the trust policy has this key id")
    for log in logs:
        try:
            return log, holds(log)
        except Refused as error:
            refused = error
    raise refused


def _check_leaf(leaf: Leaf, log: VerifierKey, kinds: Kinds) -> str:
    """A core and its node signature under a log; gives the kind's name."""
    _check_real(log.name)
    kind = check_core(leaf.core, kinds, read_origin(log.name), log.public)
    if not log.verifies(core_message(leaf.core_bytes), leaf.signature):
        raise Refused("node-signature", "the node's signature over the core does not verify")
    return kind.name


def _check_real(origin: str) -> None:
    if is_training(origin):
        raise Refused("training", "the log is a training office's: no money stands behind it")


def _check_quorum(endorsed: Endorsed) -> None:
    if not endorsed.quorum:
        raise Refused("quorum", "the witnesses that cosigned are not the quorum that the trust policy asks for")


def _witnesses(endorsed: Endorsed, policy: TrustPolicy) -> list[str]:
    shown = [f"witness {name} saw this log (POSIX time {time})" for name, time in sorted(endorsed.cosigned.items())]
    return [*shown, f"the quorum {policy.quorum} is met"] if policy.quorum != "none" else shown


@contextmanager
def _reading() -> Iterator[None]:
    """Turns what the readers raise into ``Refused``."""
    try:
        yield
    except Refused:
        raise
    except TrainingSlip as error:
        raise Refused("training", str(error)) from None
    except codec.UnknownVersion as error:
        raise Refused("version", str(error)) from None
    except (NoteUnverified, LogUnknown) as error:
        raise Refused("unknown-log", str(error)) from None
    except SignatureInvalid as error:
        raise Refused("checkpoint-signature", str(error)) from None
    except ProofMalformed as error:
        raise Refused("malformed", str(error)) from None
    except ProofInvalid as error:
        code = {"key_id": "unknown-log", "signature": "checkpoint-signature"}.get(error.field, "inclusion")
        raise Refused(code, str(error)) from None
    except Malformed as error:
        raise Refused("malformed", str(error)) from None


def _text(data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise Refused("malformed", "a slip or a QR proof is ASCII text") from None


def records(data: bytes) -> list[bytes]:
    """The records of a file: a receipt for several services holds several slips, one a line; all else is one record."""
    return data.removesuffix(b"\n").split(b"\n") if data.startswith(b"CF") else [data]
