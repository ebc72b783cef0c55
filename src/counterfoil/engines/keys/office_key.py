"""The office key: 32 bytes under which account numbers are committed in cores. One per office, kept in backups.

Always true: made once, mode 0600, never written over (``test_an_office_key_is_loaded_as_created``). It outlives
epochs: without it no commitment of any entry can be checked again.
"""

from __future__ import annotations

from counterfoil.engines.keys.secret_file import create_secret, read_secret
from counterfoil.kernel.outcomes import Unavailable
from counterfoil.operations.ports import Disk, Entropy

_WHAT = "the office key"


def create_office_key(disk: Disk, path: str, entropy: Entropy) -> bytes:
    """32 new bytes, durable in ``path``; ``Malformed`` if there is a key already."""
    return create_secret(disk, path, _WHAT, entropy)


def load_office_key(disk: Disk, path: str) -> bytes:
    """The 32 bytes in ``path``; ``Unavailable`` if there are none, ``Malformed`` if others may read them."""
    key = read_secret(disk, path, _WHAT)
    if key is None:
        raise Unavailable(f"{_WHAT} is not in {path}: restore it from a backup")
    return key
