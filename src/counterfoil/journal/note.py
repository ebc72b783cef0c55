"""Signed notes (C2SP signed-note, version 1): a text, and who signed it.

A note is a text that ends in a newline, an empty line, and one line for each signature: ``— name base64``, where the
Base64 holds the key id (4 bytes) and the signature. The last empty line divides text and signatures.

1. A signature of an unknown key (name and key id together) is ignored; one of a known key must verify, or the note is
   refused whole; a note that no known key signed is refused (``test_open_as_golang_does``).
2. A further signature line of a known key is dropped unread, as is a repeated line of an unknown key.
3. The text is UTF-8 without control characters but the newline, so no note contains a zero byte: a signature over a
   domain prefix that ends in one is never a note's (``test_no_note_contains_a_zero_byte``).

Keys: Ed25519 as itself (algorithm 1) and as a witness (algorithm 4). Others are refused when configured and ignored
when met. Source: c2sp.org/signed-note; behavior where that is silent: golang.org/x/mod/sumdb/note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from counterfoil.journal.cosignature import TIME_BYTES, TIME_MAX, cosigned_message, split_signature
from counterfoil.journal.hashing import KEY_ID_BYTES, sha256
from counterfoil.journal.strictbase64 import from_base64, to_base64
from counterfoil.kernel.limits import NOTE_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed

ED25519 = 1
COSIGNATURE_V1 = 4
SIGNATURES_MAX = 100
VERIFIER_KEY_CHARACTERS_MAX = 1_000
_PUBLIC_BYTES = 32
_PREFIX = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+")
_HEX8 = re.compile(r"[0-9a-f]{8}")


class NoteMalformed(Malformed):
    """The bytes are not a signed note."""


class KeyMalformed(Malformed):
    """The text is not a verifier key that this build can use."""


class SignatureInvalid(Malformed):
    """A known key is named, and its signature does not verify. The whole note is refused."""


class NoteUnverified(Malformed):
    """The note is well formed and no known key signed it. ``note`` is what was read: do not believe it."""

    def __init__(self, note: Note) -> None:
        names = ", ".join(sorted({repr(signature.name) for signature in note.signatures}))
        super().__init__(f"no known key signed this note; it names {names}", field="signature")
        self.note = note


class KeyAmbiguous(Malformed):
    """Two configured keys share name and key id: someone tampered with the list of keys."""


@dataclass(frozen=True)
class VerifierKey:
    """A named public key. ``public`` is 32 bytes of Ed25519; ``algorithm`` is ``ED25519`` or ``COSIGNATURE_V1``."""

    name: str
    algorithm: int
    public: bytes
    key_id: bytes = field(init=False)

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise KeyMalformed(f"{self.name!r} is not a key name: no blanks, no plus, not empty", field="name")
        if self.algorithm not in (ED25519, COSIGNATURE_V1):
            raise KeyMalformed(
                f"key algorithm {self.algorithm} of {self.name!r} is not known: {ED25519} (Ed25519) and "
                f"{COSIGNATURE_V1} (Ed25519 cosignature) are",
                field="algorithm",
            )
        if type(self.public) is not bytes or len(self.public) != _PUBLIC_BYTES:
            raise KeyMalformed(f"an Ed25519 public key has {_PUBLIC_BYTES} bytes", field="public")
        object.__setattr__(self, "key_id", key_id(self.name, self.algorithm, self.public))

    def __str__(self) -> str:
        """The verifier key as written in trust policies: ``name+key id+base64``."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes((self.algorithm,)) + self.public)}"

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.public)

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether ``signature`` (64 bytes) is this key's plain Ed25519 signature over ``message``."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def signed_note(self, text: str, signature: bytes) -> bool:
        """Whether ``signature`` (as on a note's line, without the key id) is this key's over the note ``text``."""
        if self.algorithm == ED25519:
            return self.verifies(text.encode(), signature)
        try:
            time, inner = split_signature(signature)
            message = cosigned_message(time, text)
        except Malformed:
            return False
        return self.verifies(message, inner)


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """First 4 bytes of SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key). An identifier, not a protection."""
    return sha256(name.encode() + b"\n" + bytes((algorithm,)) + public)[:KEY_ID_BYTES]


def is_name(name: str) -> bool:
    """Whether ``name`` may name a key: not empty, valid UTF-8, no blank of any kind, no plus, no control character."""
    return _NAME.fullmatch(name) is not None


def parse_verifier_key(text: str) -> VerifierKey:
    """Reads ``name+key id (8 lower-case hexadecimal digits)+base64(algorithm ‖ public key)`` and checks the key id."""
    if len(text) > VERIFIER_KEY_CHARACTERS_MAX:
        raise KeyMalformed(f"a verifier key is at most {VERIFIER_KEY_CHARACTERS_MAX} characters", field="vkey")
    parts = text.split("+", 2)
    if len(parts) != 3 or not _HEX8.fullmatch(parts[1]):
        raise KeyMalformed(f"{text!r} is not a verifier key: name+key id+base64", field="vkey")
    try:
        data = from_base64(parts[2], what="vkey")
    except Malformed as error:
        raise KeyMalformed(str(error), field="vkey") from None
    if len(data) < 2:
        raise KeyMalformed(f"the verifier key of {parts[0]!r} is empty", field="vkey")
    key = VerifierKey(parts[0], data[0], data[1:])
    if key.key_id.hex() != parts[1]:
        raise KeyMalformed(f"the key id of {key.name!r} is {key.key_id.hex()}, not {parts[1]}", field="vkey")
    return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line. ``signature`` is what follows the key id; its layout is the algorithm's."""

    name: str
    key_id: bytes
    signature: bytes

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise NoteMalformed(f"{self.name!r} is not a key name", field="name")
        if len(self.key_id) != KEY_ID_BYTES or not self.signature:
            raise NoteMalformed("a signature line holds a key id of 4 bytes and a signature", field="signature")

    def line(self) -> str:
        """The line as it stands in a note, with its newline."""
        return f"{_PREFIX}{self.name} {to_base64(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read: nothing in it is to be believed before ``open_note``. ``text`` ends in a newline."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __post_init__(self) -> None:
        _check_text(self.text)
        if len(self.signatures) > SIGNATURES_MAX:
            raise NoteMalformed(f"a note of over {SIGNATURES_MAX} signatures", field="signature")

    def to_bytes(self) -> bytes:
        """The note as stored and sent."""
        return (self.text + "\n" + "".join([signature.line() for signature in self.signatures])).encode()


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note that at least one known key signed. ``verified`` keeps the note's order, each with its key."""

    text: str
    verified: tuple[tuple[VerifierKey, NoteSignature], ...]
    unverified: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs notes under a name. ``sign`` gets the note text and gives what follows the key id on the line."""

    name: str
    key_id: bytes
    sign: Callable[[str], bytes]


def note_signer(name: str, key: Ed25519PrivateKey) -> Signer:
    """A signer of algorithm 1: a log's own key."""
    public = VerifierKey(name, ED25519, key.public_key().public_bytes_raw())
    return Signer(name, public.key_id, lambda text: key.sign(text.encode()))


def cosigner(name: str, key: Ed25519PrivateKey, *, time: int) -> Signer:
    """A signer of algorithm 4: a witness, at ``time`` (POSIX seconds)."""
    public = VerifierKey(name, COSIGNATURE_V1, key.public_key().public_bytes_raw())
    if not 0 <= time <= TIME_MAX:
        raise Malformed(f"{time} is not a POSIX time of at most 2^63 - 1", field="time")
    stamp = time.to_bytes(TIME_BYTES, "big")
    return Signer(name, public.key_id, lambda text: stamp + key.sign(cosigned_message(time, text)))


def sign_note(note: Note, signers: Iterable[Signer]) -> Note:
    """The note with new signatures after those it has; an older one by the same name and key id is replaced."""
    new = [NoteSignature(signer.name, signer.key_id, signer.sign(note.text)) for signer in signers]
    replaced = {(signature.name, signature.key_id) for signature in new}
    kept = [signature for signature in note.signatures if (signature.name, signature.key_id) not in replaced]
    return Note(note.text, (*kept, *new))


def parse_note(data: bytes) -> Note:
    """Reads a signed note of at most ``NOTE_BYTES_MAX`` bytes and ``SIGNATURES_MAX`` signatures. Verifies nothing."""
    if len(data) > NOTE_BYTES_MAX:
        raise NoteMalformed(f"a note of {len(data)} bytes is over the limit of {NOTE_BYTES_MAX}", field="note")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise NoteMalformed(f"a note that is not UTF-8 at byte {error.start}", field="note") from None
    split = whole.rfind("\n\n")
    if split < 0:
        raise NoteMalformed("a note without an empty line before its signatures", field="note")
    text, block = whole[: split + 1], whole[split + 2 :]
    if not block.endswith("\n"):
        raise NoteMalformed("a note whose signatures are missing or do not end in a newline", field="signature")
    if block.count("\n") > SIGNATURES_MAX:
        raise NoteMalformed(f"a note of over {SIGNATURES_MAX} signatures", field="signature")
    return Note(text, tuple([_parse_line(line) for line in block[:-1].split("\n")]))


def open_note(data: bytes, keys: Sequence[VerifierKey]) -> OpenedNote:
    """Reads and verifies a note by the three rules of this module's page."""
    return open_parsed(parse_note(data), keys)


def open_parsed(note: Note, keys: Sequence[VerifierKey]) -> OpenedNote:
    """Verifies a note that was read before, against ``keys``."""
    verified: dict[tuple[str, bytes], tuple[VerifierKey, NoteSignature]] = {}
    unverified: dict[NoteSignature, None] = {}
    for signature in note.signatures:
        place = signature.name, signature.key_id
        known = [key for key in keys if key.key_id == signature.key_id and key.name == signature.name]
        if not known:
            unverified[signature] = None
            continue
        if len(known) > 1:
            raise KeyAmbiguous(f"two known keys are {_shown(place)}", field="vkey")
        if place in verified:
            continue
        if not known[0].signed_note(note.text, signature.signature):
            raise SignatureInvalid(f"the signature of {_shown(place)} does not verify", field="signature")
        verified[place] = known[0], signature
    if not verified:
        raise NoteUnverified(note)
    return OpenedNote(note.text, tuple(verified.values()), tuple(unverified))


def _parse_line(line: str) -> NoteSignature:
    if not line.startswith(_PREFIX):
        raise NoteMalformed(f"{line[:80]!r} is not a signature line", field="signature")
    name, _, base64 = line[len(_PREFIX) :].partition(" ")
    try:
        data = from_base64(base64, what="signature")
    except Malformed as error:
        raise NoteMalformed(str(error), field="signature") from None
    return NoteSignature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteMalformed("a note's text ends in a newline", field="text")
    found = _CONTROL.search(text)
    if found:
        raise NoteMalformed(f"a note's text has the control character {found.group()!r}", field="text")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoteMalformed("a note's text is not valid Unicode", field="text") from None


def _shown(place: tuple[str, bytes]) -> str:
    return f"{place[0]!r} ({place[1].hex()})"
