"""A secret of 32 bytes in a small file that only its owner may read.

Always true (``test_a_secret_file_others_may_read_is_refused``, ``test_a_secret_file_is_never_written_over``): a file
others may read is refused, not repaired, since it may have been copied; a file that is there is never replaced.
"""

from __future__ import annotations

import os
import stat

from counterfoil.kernel.outcomes import Malformed, Unavailable
from counterfoil.operations.ports import Disk, Entropy

SECRET_BYTES = 32


def read_secret(disk: Disk, path: str, what: str, *, private: bool = True) -> bytes | None:
    """The 32 bytes in ``path``, or None if there is no such file.

    ``what`` names the secret in errors. ``private=False`` allows a file system without owners, as on a stick.
    Raises ``Malformed`` for another length or a file others may read, ``Unavailable`` if it cannot be read.
    """
    try:
        content = disk.read(path)
        mode = stat.S_IMODE(os.stat(path).st_mode) if private and content is not None else 0
    except FileNotFoundError:  # A disk of a test keeps its files elsewhere and has no modes.
        mode = 0
    except OSError as error:
        raise Unavailable(f"{what} in {path} cannot be read: {error.strerror}") from None
    if content is None:
        return None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Malformed(
            f"{what} in {path} can be read by others (mode {mode:03o}). If nobody copied it, run: chmod 600 '{path}'",
            field="path",
        )
    if len(content) != SECRET_BYTES:
        raise Malformed(f"{what} in {path} has {len(content)} bytes and not {SECRET_BYTES}", field="path")
    return content


def create_secret(disk: Disk, path: str, what: str, entropy: Entropy) -> bytes:
    """Writes 32 new bytes durably to ``path`` and returns them; ``Malformed`` if the file is there already."""
    try:
        if disk.read(path) is not None:
            raise Malformed(f"{what} in {path} is there already and is never written over", field="path")
        secret = entropy(SECRET_BYTES)
        disk.replace(path, secret)
    except OSError as error:
        raise Unavailable(f"{what} cannot be written to {path}: {error.strerror}") from None
    return secret
