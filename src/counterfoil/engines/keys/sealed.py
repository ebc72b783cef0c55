"""A clerk's key at rest: her Ed25519 seed, sealed by her PIN and the machine's device secret.

Always true (``tests/unit/engines/test_keys.py``): only the same PIN and the same device secret give the seed back
(``test_neither_pin_nor_device_opens_alone``); a damaged record says so and is not taken for a wrong PIN
(``test_every_damaged_byte_is_named``); a short or simple PIN is refused (``test_simple_pins_are_refused``).

    record = canonical CBOR {1: 1, 2: [memory in KiB, passes, lanes], 3: salt (16), 4: custody, 5: nonce (12),
                             6: ciphertext (48), 7: device check (16, absent without a device), 8: checksum (16)}
    key    = HKDF-SHA-256(argon2id(PIN, salt) ‖ device secret, info "counterfoil/sealed-key/v1" ‖ 0x00)
    ciphertext = ChaCha20-Poly1305(key, nonce, seed, what is authenticated: the record with fields 1 to 5 and 7)

The device check (an HMAC of the salt under the device secret) tells another machine from a wrong PIN and gives
nothing away about 32 random bytes; the checksum tells a damaged record from either. Without a device the PIN is a
passphrase of five words, since then nothing else stands between a copy of the record and a guesser.

argon2id: RFC 9106 section 4, second recommendation (64 MiB, 3 passes, 4 lanes). Not here: the growing delay after
wrong PINs, which the sign-in keeps; and what the record cannot show, who else knows the PIN.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from counterfoil.codec.canonical import UnknownVersion, decode, encode
from counterfoil.engines.keys.device import FILE, KEYRING, PASSPHRASE, STICK, DeviceSecret
from counterfoil.kernel.outcomes import Fault, Malformed, Unavailable, mark

SEED_BYTES, SALT_BYTES, NONCE_BYTES = 32, 16, 12
PIN_DIGITS_MIN = 6
PASSPHRASE_WORDS_MIN = 5
PIN_CHARACTERS_MAX = 200
RECORD_BYTES_MAX = 512
_VERSION = 1
_CHECK_BYTES = 16
_INFO = b"counterfoil/sealed-key/v1\x00"
_DEVICE = b"counterfoil/device-check/v1\x00"


@dataclass(frozen=True, slots=True)
class Cost:
    """argon2id parameters: memory in KiB, passes, lanes. The bounds keep a forged record from filling the memory."""

    memory: int
    passes: int
    lanes: int

    def __post_init__(self) -> None:
        right = all(type(value) is int for value in (self.memory, self.passes, self.lanes))
        if not right or not (
            1 <= self.lanes <= 16 and 1 <= self.passes <= 16 and 8 * self.lanes <= self.memory <= 2**20
        ):
            raise Malformed(f"{self} is outside the costs accepted", field="cost")


RFC9106_SECOND = Cost(memory=65_536, passes=3, lanes=4)
FAST_FOR_TESTS = Cost(memory=8, passes=1, lanes=1)
"""Guards nothing. Handed in by tests, never chosen by an environment or a file."""


class WeakPin(Malformed):
    """A new PIN or passphrase that is too easy to guess."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="pin")


class WrongPin(Malformed):
    """The PIN does not open this key."""

    said = mark("This PIN is not right. Try again, or ask a second clerk for a new key.")

    def __init__(self) -> None:
        super().__init__(self.said, field="pin")


class SealBroken(Unavailable):
    """The sealed key cannot be opened with any PIN: the record is damaged, or it belongs to another machine."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the clerk's sealed key cannot be opened: {why}")


def check_pin(pin: str) -> None:
    """Refuses (``WeakPin``) a PIN that is not six or more digits, or is one digit repeated or a run such as 456789."""
    if not (pin.isascii() and pin.isdigit() and PIN_DIGITS_MIN <= len(pin) <= PIN_CHARACTERS_MAX):
        raise WeakPin(f"a PIN is {PIN_DIGITS_MIN} digits or more, and digits only")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        raise WeakPin("a PIN of one digit repeated, or of digits in a row, is guessed first: choose another")


def check_passphrase(passphrase: str) -> None:
    """Refuses (``WeakPin``) a passphrase without five different words of three letters or more."""
    words = {word for word in _plain(passphrase).split(" ") if len(word) >= 3}
    if len(words) < PASSPHRASE_WORDS_MIN or len(passphrase) > PIN_CHARACTERS_MAX:
        raise WeakPin(
            f"without a device secret, choose {PASSPHRASE_WORDS_MIN} different words of three letters or more"
        )


def seal(
    seed: bytes,
    pin: str,
    device: DeviceSecret | None,
    *,
    salt: bytes,
    nonce: bytes,
    cost: Cost = RFC9106_SECOND,
) -> bytes:
    """The sealed record of ``seed`` (32 bytes). ``salt`` (16) and ``nonce`` (12) are random and used once.

    ``pin`` is a PIN, or a passphrase if ``device`` is None. Raises ``WeakPin``.
    """
    if (len(seed), len(salt), len(nonce)) != (SEED_BYTES, SALT_BYTES, NONCE_BYTES):
        raise Fault("a seed of 32, a salt of 16 and a nonce of 12 bytes are needed")
    if device is None:
        check_passphrase(pin)
    else:
        check_pin(pin)
    record: dict[int, Any] = {
        1: _VERSION,
        2: [cost.memory, cost.passes, cost.lanes],
        3: salt,
        4: device.custody if device else PASSPHRASE,
        5: nonce,
    }
    if device:
        record[7] = _device_check(device, salt)
    box = ChaCha20Poly1305(_key(pin, device, salt, cost))
    record[6] = box.encrypt(nonce, seed, encode(record))
    record[8] = _checksum(record)
    return encode(record)


def unseal(record: bytes, pin: str, device: DeviceSecret | None) -> bytes:
    """The 32-byte seed in ``record``. Raises ``WrongPin``, or ``SealBroken`` if no PIN can open it here."""
    fields = _read(record)
    salt, nonce, ciphertext = fields[3], fields[5], fields[6]
    if fields[4] == PASSPHRASE:
        device = None
    elif device is None:
        raise SealBroken("the device secret it was sealed with is not at hand")
    elif not hmac.compare_digest(_device_check(device, salt), fields[7]):
        raise SealBroken("it was sealed with the device secret of another machine or stick")
    if len(pin) > PIN_CHARACTERS_MAX:
        raise WrongPin
    stated = {number: value for number, value in fields.items() if number not in (6, 8)}
    try:
        return ChaCha20Poly1305(_key(pin, device, salt, Cost(*fields[2]))).decrypt(nonce, ciphertext, encode(stated))
    except InvalidTag:
        raise WrongPin from None


def custody_of(record: bytes) -> str:
    """``stick``, ``keyring``, ``file`` or ``passphrase``: what the record says; authenticated only by ``unseal``."""
    return str(_read(record)[4])


def _read(record: bytes) -> dict[int, Any]:
    try:
        fields = decode(record, limit=RECORD_BYTES_MAX, what="the record")
    except Malformed as error:
        raise SealBroken(str(error)) from None
    if not isinstance(fields, dict) or 1 not in fields:
        raise SealBroken("it is not a sealed key")
    if type(fields[1]) is not int or fields[1] != _VERSION:
        raise SealBroken(str(UnknownVersion("sealed key", fields[1])))
    with_device = fields.get(4) != PASSPHRASE
    lengths = {3: SALT_BYTES, 5: NONCE_BYTES, 6: SEED_BYTES + 16, 8: _CHECK_BYTES} | (
        {7: _CHECK_BYTES} if with_device else {}
    )
    if set(fields) != {1, 2, 4, *lengths} or fields[4] not in (STICK, KEYRING, FILE, PASSPHRASE):
        raise SealBroken("its fields are not those of a sealed key")
    if any(type(fields[number]) is not bytes or len(fields[number]) != size for number, size in lengths.items()):
        raise SealBroken("a field has the wrong length")
    if fields[8] != _checksum({number: value for number, value in fields.items() if number != 8}):
        raise SealBroken("the record is damaged")
    try:
        Cost(*fields[2])
    except (Malformed, TypeError):
        raise SealBroken("its cost is outside what is accepted") from None
    return fields


def _key(pin: str, device: DeviceSecret | None, salt: bytes, cost: Cost) -> bytes:
    stretched = hash_secret_raw(
        _plain(pin).encode("utf-8", "surrogatepass"), salt, cost.passes, cost.memory, cost.lanes, 32, Type.ID
    )
    derive = HKDF(SHA256(), 32, salt=None, info=_INFO)
    return derive.derive(stretched + (device.secret if device else b""))


def _plain(pin: str) -> str:
    """The same words typed on another keyboard, in capitals or with two blanks, are the same passphrase."""
    return " ".join(unicodedata.normalize("NFKC", pin).casefold().split())


def _device_check(device: DeviceSecret, salt: bytes) -> bytes:
    return hmac.digest(device.secret, _DEVICE + salt, "sha256")[:_CHECK_BYTES]


def _checksum(record: dict[int, Any]) -> bytes:
    return hashlib.sha256(encode(record)).digest()[:_CHECK_BYTES]
