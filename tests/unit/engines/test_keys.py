from __future__ import annotations

import copy
import os
import pickle
import stat
import sys
from dataclasses import astuple
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from counterfoil.codec.canonical import decode, encode
from counterfoil.engines.disk import RealDisk
from counterfoil.engines.keys.device import VARIABLE, DeviceSecret, load_or_create, os_key_store
from counterfoil.engines.keys.node import NodeKey
from counterfoil.engines.keys.office_key import create_office_key, load_office_key
from counterfoil.engines.keys.sealed import (
    FAST_FOR_TESTS,
    RFC9106_SECOND,
    Cost,
    SealBroken,
    WeakPin,
    WrongPin,
    check_passphrase,
    check_pin,
    custody_of,
    seal,
    unseal,
)
from counterfoil.engines.keys.session import ClerkSigner, SignedOut
from counterfoil.journal.entry import clerk_key_id
from counterfoil.kernel.outcomes import Fault, Malformed, Unavailable

SEED, SALT, NONCE = bytes(range(32)), b"s" * 16, b"n" * 12
DEVICE = DeviceSecret(b"d" * 32, "file")
PIN, WORDS = "835192", "river candle orange bicycle thunder"


def sealed(pin: str = PIN, device: DeviceSecret | None = DEVICE) -> bytes:
    return seal(SEED, pin, device, salt=SALT, nonce=NONCE, cost=FAST_FOR_TESTS)


class Counted:
    """Entropy without chance: each call gives other bytes."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, count: int) -> bytes:
        self.calls += 1
        return bytes([self.calls]) * count


class Store:
    """A key store in memory; ``writes=False`` forgets what it is given, as a locked one does."""

    def __init__(self, *, writes: bool = True) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.writes = writes

    def get(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set(self, service: str, name: str, text: str) -> None:
        if not self.writes:
            raise Unavailable("locked")
        self.kept[service, name] = text


# Sealing


def test_a_sealed_key_opens_with_pin_and_device() -> None:
    assert unseal(sealed(), PIN, DEVICE) == SEED
    assert custody_of(sealed()) == "file"


def test_neither_pin_nor_device_opens_alone() -> None:
    with pytest.raises(WrongPin):
        unseal(sealed(), "835193", DEVICE)
    with pytest.raises(SealBroken, match="another machine"):
        unseal(sealed(), PIN, DeviceSecret(b"e" * 32, "file"))
    with pytest.raises(SealBroken, match="not at hand"):
        unseal(sealed(), PIN, None)
    with pytest.raises(WrongPin):
        unseal(sealed(), "8" * 100_000, DEVICE)


def test_the_production_cost_seals_and_opens() -> None:
    record = seal(SEED, PIN, DEVICE, salt=SALT, nonce=NONCE)
    assert decode(record)[2] == [65_536, 3, 4]
    assert astuple(RFC9106_SECOND) == (2**16, 3, 4)
    assert unseal(record, PIN, DEVICE) == SEED


def test_a_passphrase_stands_alone_however_it_is_typed() -> None:
    record = sealed(WORDS, None)
    assert custody_of(record) == "passphrase"
    assert unseal(record, "  River CANDLE  orange bicycle thunder\n", None) == SEED
    assert unseal(record, WORDS, DEVICE) == SEED
    with pytest.raises(WrongPin):
        unseal(record, "river candle orange bicycle lightning", None)


def test_a_pin_is_no_passphrase() -> None:
    with pytest.raises(WeakPin):
        sealed(PIN, None)
    with pytest.raises(WeakPin):
        sealed(WORDS, DEVICE)


def test_every_damaged_byte_is_named() -> None:
    record = sealed()
    for place in range(len(record)):
        damaged = record[:place] + bytes([record[place] ^ 0x01]) + record[place + 1 :]
        with pytest.raises(SealBroken):
            unseal(damaged, PIN, DEVICE)
        with pytest.raises(SealBroken):
            unseal(record[:place], PIN, DEVICE)


@pytest.mark.parametrize(
    "change",
    [
        {1: 2},
        {1: True},
        {2: [2**40, 3, 4]},
        {2: 7},
        {2: ["a", 1, 1]},
        {3: b""},
        {4: "cloud"},
        {4: "passphrase"},
        {5: "n" * 12},
        {6: b"c" * 47},
        {9: 1},
    ],
)
def test_a_forged_record_is_refused_before_any_work(change: dict[int, object]) -> None:
    with pytest.raises(SealBroken):
        unseal(encode(decode(sealed()) | change), PIN, DEVICE)


@pytest.mark.parametrize("junk", [b"", b"\xa0", b"\x01", b"\xf6", encode([1, 2]), encode({"a": 1}), b"\x00" * 600])
def test_what_is_no_record_is_refused(junk: bytes) -> None:
    with pytest.raises(SealBroken):
        unseal(junk, PIN, DEVICE)


def test_custody_cannot_be_relabeled() -> None:
    import hashlib

    fields = decode(sealed()) | {4: "keyring"}
    del fields[8]
    fields[8] = hashlib.sha256(encode(fields)).digest()[:16]
    with pytest.raises(WrongPin):  # It looks whole, and no PIN opens it.
        unseal(encode(fields), PIN, DEVICE)


@pytest.mark.parametrize(
    "pin",
    [
        "",
        "12345",
        "123456",
        "654321",
        "890123",
        "210987",
        "000000",
        "77777777",
        "12a456",
        "83519２",
        "8351 92",
        "1" * 201,
    ],
)
def test_simple_pins_are_refused(pin: str) -> None:
    with pytest.raises(WeakPin) as caught:
        check_pin(pin)
    assert caught.value.field == "pin"


@pytest.mark.parametrize("pin", [PIN, "121212", "112345", "1234567891"])
def test_other_pins_are_taken(pin: str) -> None:
    check_pin(pin)


@pytest.mark.parametrize(
    "words", ["", PIN, "one two three four", "one one one one one two", "a b c d e f g", "word " * 80]
)
def test_short_passphrases_are_refused(words: str) -> None:
    with pytest.raises(WeakPin):
        check_passphrase(words)


def test_a_cost_that_would_fill_the_memory_cannot_be_built() -> None:
    Cost(2**20, 16, 16)
    for cost in ((2**20 + 1, 1, 1), (64, 17, 1), (2**10, 1, 17), (7, 1, 1), (64, 0, 1), (64, 1, 0), (True, 1, 1)):
        with pytest.raises(Malformed):
            Cost(*cost)


def test_a_short_salt_is_our_own_bug() -> None:
    with pytest.raises(Fault):
        seal(SEED, PIN, DEVICE, salt=b"s", nonce=NONCE, cost=FAST_FOR_TESTS)


# Files


def test_a_node_key_is_loaded_as_created(tmp_path: Path) -> None:
    path = str(tmp_path / "node.key")
    made = NodeKey.create(RealDisk(), path, Counted())
    found = NodeKey.load(RealDisk(), path)
    assert found.public_key == made.public_key
    assert (tmp_path / "node.key").read_bytes() == b"\x01" * 32
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    Ed25519PublicKey.from_public_bytes(made.public_key).verify(found.sign(b"message"), b"message")


def test_an_office_key_is_loaded_as_created(tmp_path: Path) -> None:
    path = str(tmp_path / "office.key")
    assert create_office_key(RealDisk(), path, Counted()) == load_office_key(RealDisk(), path) == b"\x01" * 32


def test_a_secret_file_is_never_written_over(tmp_path: Path) -> None:
    path = str(tmp_path / "office.key")
    entropy = Counted()
    create_office_key(RealDisk(), path, entropy)
    with pytest.raises(Malformed, match="never written over"):
        create_office_key(RealDisk(), path, entropy)
    assert load_office_key(RealDisk(), path) == b"\x01" * 32


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o610])
def test_a_secret_file_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "node.key"
    NodeKey.create(RealDisk(), str(path), Counted())
    path.chmod(mode)
    with pytest.raises(Malformed, match="chmod 600"):
        NodeKey.load(RealDisk(), str(path))


def test_missing_and_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="restore"):
        NodeKey.load(RealDisk(), str(tmp_path / "none"))
    with pytest.raises(Unavailable, match="restore"):
        load_office_key(RealDisk(), str(tmp_path / "none"))
    with pytest.raises(Unavailable, match="cannot be read"):
        load_office_key(RealDisk(), str(tmp_path))
    with pytest.raises(Unavailable, match="cannot be written"):
        create_office_key(RealDisk(), str(tmp_path / "no" / "folder"), Counted())
    short = tmp_path / "short"
    short.touch(mode=0o600)
    short.write_bytes(b"x" * 31)
    with pytest.raises(Malformed, match="31 bytes"):
        load_office_key(RealDisk(), str(short))


# The device secret


def device(
    folder: Path,
    *,
    store: Store | None = None,
    path: str | None = None,
    create: bool = True,
    env: dict[str, str] | None = None,
) -> DeviceSecret:
    return load_or_create(
        "0417",
        disk=RealDisk(),
        entropy=Counted(),
        environ={"XDG_STATE_HOME": str(folder / "state"), "HOME": str(folder)} | (env or {}),
        data_folder=str(folder / "office"),
        key_store=store,
        path=path,
        create=create,
    )


def test_the_last_resort_is_a_private_file_outside_the_data_folder(tmp_path: Path) -> None:
    made = device(tmp_path)
    assert made.custody == "file"
    file = tmp_path / "state" / "counterfoil" / "0417" / "device.key"
    assert file.read_bytes() == made.secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert device(tmp_path, create=False) == made


def test_without_a_state_folder_it_is_under_home(tmp_path: Path) -> None:
    device(tmp_path, env={"XDG_STATE_HOME": "relative/ignored"})
    assert (tmp_path / ".local" / "state" / "counterfoil" / "0417" / "device.key").is_file()


def test_a_key_store_comes_before_the_file(tmp_path: Path) -> None:
    store = Store()
    made = device(tmp_path, store=store)
    assert made.custody == "keyring"
    assert device(tmp_path, store=store, create=False) == made
    assert not (tmp_path / "state").exists()


def test_a_secret_found_is_kept_when_a_key_store_appears(tmp_path: Path) -> None:
    made = device(tmp_path)
    assert device(tmp_path, store=Store()) == made


def test_a_key_store_that_keeps_nothing_is_passed_over(tmp_path: Path) -> None:
    assert device(tmp_path, store=Store(writes=False)).custody == "file"


def test_a_damaged_key_store_is_named_and_not_replaced(tmp_path: Path) -> None:
    store = Store()
    device(tmp_path, store=store)
    for text in ("zz", "00"):
        store.kept = dict.fromkeys(store.kept, text)
        with pytest.raises(Malformed):
            device(tmp_path, store=store)


def test_a_stick_comes_first_and_may_lack_owners(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    made = device(tmp_path, store=Store(), path=str(stick / "key"))
    assert made.custody == "stick"
    (stick / "key").chmod(0o755)
    assert device(tmp_path, env={VARIABLE: str(stick / "key")}) == made


def test_a_stick_not_plugged_in_is_never_a_new_secret(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="plug in the stick"):
        device(tmp_path, path=str(tmp_path / "stick" / "key"))
    with pytest.raises(Unavailable, match="plug in the stick"):
        device(tmp_path, path=str(tmp_path / "key"), create=False)


def test_the_data_folder_is_no_place_for_a_device_secret(tmp_path: Path) -> None:
    (tmp_path / "office").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "office")
    with pytest.raises(Malformed, match="inside the data folder"):
        device(tmp_path, path=str(tmp_path / "link" / "key"))
    with pytest.raises(Malformed, match="inside the data folder"):
        device(tmp_path, env={"XDG_STATE_HOME": str(tmp_path / "office" / "state")})


def test_without_create_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="not on this machine"):
        device(tmp_path, store=Store(), create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("office", ["", "..", "a/b", "x" * 65, "a\x00b"])
def test_an_office_id_is_no_path(tmp_path: Path, office: str) -> None:
    with pytest.raises(Malformed, match="office id"):
        load_or_create(
            office, disk=RealDisk(), entropy=Counted(), environ={}, data_folder=str(tmp_path), key_store=None
        )


def keyring_with(backend: object) -> ModuleType:
    module = ModuleType("keyring")
    module.get_keyring = lambda: backend  # type: ignore[attr-defined]  # A stand-in for the package.
    return module


def test_a_key_store_is_used_only_if_it_is_a_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, str] = {}
    real = SimpleNamespace(
        priority=5, get_password=lambda s, n: kept.get(n), set_password=lambda s, n, text: kept.update({n: text})
    )
    monkeypatch.setitem(sys.modules, "keyring", keyring_with(real))
    store = os_key_store()
    assert store is not None
    store.set("service", "name", "text")
    assert store.get("service", "name") == "text"
    real.get_password = real.set_password = None
    with pytest.raises(Unavailable):
        store.get("service", "name")
    with pytest.raises(Unavailable):
        store.set("service", "name", "text")
    assert os_key_store() is None
    monkeypatch.setitem(sys.modules, "keyring", keyring_with(SimpleNamespace(priority=0)))
    assert os_key_store() is None
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert os_key_store() is None


def test_no_secret_is_shown() -> None:
    assert "dddd" not in repr(DEVICE)
    assert repr(b"d" * 32) not in repr(DEVICE)
    assert SEED.hex() not in repr(ClerkSigner(SEED))


# The session


def test_a_clerk_signs_while_she_is_signed_in() -> None:
    signer = ClerkSigner(SEED)
    Ed25519PublicKey.from_public_bytes(signer.public_key).verify(signer.sign(b"message"), b"message")
    assert signer.key_id == clerk_key_id(signer.public_key)


def test_a_dropped_key_signs_nothing() -> None:
    signer = ClerkSigner(SEED)
    signer.drop()
    signer.drop()
    with pytest.raises(SignedOut):
        signer.sign(b"message")
    assert "dropped" in repr(signer)


def test_a_signer_stays_in_its_process() -> None:
    with pytest.raises(Fault):
        pickle.dumps(ClerkSigner(SEED))
    with pytest.raises(Fault):
        copy.copy(ClerkSigner(SEED))
