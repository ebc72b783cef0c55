"""The device secret: 32 bytes kept outside the data folder, so that a stolen copy of the folder opens no clerk's key.

Always true (``tests/unit/engines/test_keys.py``): a secret that is there is found again before a new one is made, in
whatever custody (``test_a_secret_found_is_kept_when_a_key_store_appears``); it never lies inside the data folder
(``test_the_data_folder_is_no_place_for_a_device_secret``). Custody, shown on every verification, is where it lies:

- ``stick``: the file named by the caller or by ``COUNTERFOIL_DEVICE_SECRET``, meant for the clerk's own stick;
- ``keyring``: the key store of the operating system, through the package ``keyring``, where a real one works;
- ``file``: the last resort, ``$XDG_STATE_HOME/counterfoil/<office>/device.key`` (``~/.local/state`` if unset), 0600;
- ``passphrase``: no device secret at all; see ``sealed``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from counterfoil.engines.keys.secret_file import SECRET_BYTES, create_secret, read_secret
from counterfoil.kernel.outcomes import Malformed, Unavailable
from counterfoil.operations.ports import Disk, Entropy

VARIABLE = "COUNTERFOIL_DEVICE_SECRET"
STICK, KEYRING, FILE, PASSPHRASE = "stick", "keyring", "file", "passphrase"
_WHAT = "the device secret"
_SERVICE = "counterfoil device secret"
_OFFICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class DeviceSecret:
    """The 32 bytes and where they are kept (``custody``). The bytes are not shown by ``repr``."""

    secret: bytes = field(repr=False)
    custody: str

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise Malformed(f"{_WHAT} has {len(self.secret)} bytes and not {SECRET_BYTES}", field="device")
        if self.custody not in (STICK, KEYRING, FILE):
            raise Malformed(f"{self.custody!r} is not a custody: stick, keyring or file", field="custody")


class KeyStore(Protocol):
    """The key store of an operating system; texts by service and name."""

    def get(self, service: str, name: str) -> str | None: ...
    def set(self, service: str, name: str, text: str) -> None: ...


def load_or_create(
    office: str,
    *,
    disk: Disk,
    entropy: Entropy,
    environ: Mapping[str, str],
    data_folder: str,
    key_store: KeyStore | None,
    path: str | None = None,
    create: bool = True,
) -> DeviceSecret:
    """The device secret of this machine for ``office``, made now if there is none and ``create``.

    ``path`` or, failing that, ``environ[VARIABLE]`` names the file of a stick, whose folder must be there: a stick
    that is not plugged in is ``Unavailable``, never a new secret. ``key_store``: ``os_key_store()``, or None for none.
    Raises ``Malformed`` for a secret inside ``data_folder`` or readable by others, ``Unavailable`` if there is none.
    """
    if not _OFFICE.fullmatch(office):
        raise Malformed(f"{office!r} is not an office id: letters, digits, '.', '-' and '_'", field="office")
    stick = path or environ.get(VARIABLE)
    if stick:
        return _from_stick(stick, disk, entropy, data_folder, create)
    in_file = _state_file(office, environ)
    _outside(in_file, data_folder)
    found = _from_key_store(office, key_store) or _from_file(in_file, disk)
    if found is None and create:
        found = _into_key_store(office, key_store, entropy) or _into_file(in_file, disk, entropy)
    if found is None:
        raise Unavailable(
            f"{_WHAT} of office {office} is not on this machine: restore it, or enroll the clerks' keys anew"
        )
    return found


def os_key_store() -> KeyStore | None:
    """The machine's key store, if the package ``keyring`` is installed and a real backend answers; else None."""
    try:
        import keyring

        backend = keyring.get_keyring()
        if backend.priority <= 0:
            return None
        backend.get_password(_SERVICE, "probe")
    except Exception:  # Backends raise what they like, and each of it means the same: no key store here.
        return None
    return _OsKeyStore(backend)


class _Backend(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...


class _OsKeyStore:
    def __init__(self, backend: _Backend) -> None:
        self._backend = backend

    def get(self, service: str, name: str) -> str | None:
        try:
            return self._backend.get_password(service, name)
        except Exception as error:
            raise Unavailable(f"the key store of this machine does not answer: {type(error).__name__}") from None

    def set(self, service: str, name: str, text: str) -> None:
        try:
            self._backend.set_password(service, name, text)
        except Exception as error:
            raise Unavailable(f"the key store of this machine keeps nothing: {type(error).__name__}") from None


def _from_stick(path: str, disk: Disk, entropy: Entropy, data_folder: str, create: bool) -> DeviceSecret:
    _outside(path, data_folder)
    # Sticks are formatted without owners: every file on them looks readable by all.
    secret = read_secret(disk, path, _WHAT, private=False)
    if secret is None:
        folder = os.path.dirname(os.path.abspath(path))
        if not create or not os.path.isdir(folder):
            raise Unavailable(f"{_WHAT} is not in {path}: plug in the stick that holds it, then try again")
        secret = create_secret(disk, path, _WHAT, entropy)
    return DeviceSecret(secret, STICK)


def _from_key_store(office: str, store: KeyStore | None) -> DeviceSecret | None:
    text = store.get(_SERVICE, office) if store else None
    if text is None:
        return None
    try:
        return DeviceSecret(bytes.fromhex(text), KEYRING)
    except ValueError:
        raise Malformed(f"{_WHAT} in the key store of this machine is damaged", field="device") from None


def _from_file(path: str, disk: Disk) -> DeviceSecret | None:
    secret = read_secret(disk, path, _WHAT)
    return DeviceSecret(secret, FILE) if secret is not None else None


def _into_key_store(office: str, store: KeyStore | None, entropy: Entropy) -> DeviceSecret | None:
    if store is None:
        return None
    secret = entropy(SECRET_BYTES)
    try:
        store.set(_SERVICE, office, secret.hex())
        kept = store.get(_SERVICE, office)
    except Unavailable:  # A store that reads but does not write, as when it is locked: the file is the next place.
        return None
    return DeviceSecret(secret, KEYRING) if kept == secret.hex() else None


def _into_file(path: str, disk: Disk, entropy: Entropy) -> DeviceSecret:
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"{_WHAT} cannot be written to {path}: {error.strerror}") from None
    return DeviceSecret(create_secret(disk, path, _WHAT, entropy), FILE)


def _state_file(office: str, environ: Mapping[str, str]) -> str:
    state = environ.get("XDG_STATE_HOME", "")
    # The XDG specification: a value that is not absolute is ignored.
    if not os.path.isabs(state):
        state = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".local", "state")
    return os.path.join(state, "counterfoil", office, "device.key")


def _outside(path: str, data_folder: str) -> None:
    inside, folder = os.path.realpath(path), os.path.realpath(data_folder)
    if os.path.commonpath([inside, folder]) == folder:
        raise Malformed(f"{path} is inside the data folder, where {_WHAT} would be copied with it", field="path")
