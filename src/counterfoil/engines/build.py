"""Which program made an entry: the hash of the installed package's own files.

Always true (``tests/unit/engines/test_build.py``): the same files give the same id wherever they are installed
(``test_the_place_does_not_matter``); a changed byte, name or file gives another (``test_every_change_shows``).
What Python writes by itself (``__pycache__``) and the stand-alone verifier do not count.

    build id = first 16 bytes of SHA-256 over, for each file by ascending path in UTF-8,
               u32 length of the path, path with "/", u64 length of the file, file    (big-endian)
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from counterfoil.kernel.outcomes import Fault

BUILD_ID_BYTES = 16
_SUFFIXES = (".py", ".sql", ".mo", ".toml")
_VERIFIER = "verify_counterfoil.py"


@cache
def build_id() -> bytes:
    """The 16-byte id of this installed package, read once."""
    return build_of(Path(__file__).resolve().parent.parent)


def build_of(package: Path) -> bytes:
    """The 16-byte id of the package in the folder ``package``; ``Fault`` if there are no files to count."""
    counted = sorted((name.encode(), package / name) for name in _files(package) if _counts(name))
    if not counted:
        raise Fault("the installed package has no files to hash: install it as files, not as an archive")
    digest = hashlib.sha256()
    for name, path in counted:
        content = path.read_bytes()
        digest.update(len(name).to_bytes(4, "big") + name + len(content).to_bytes(8, "big") + content)
    return digest.digest()[:BUILD_ID_BYTES]


def _files(package: Path) -> Iterator[str]:
    """Every file of the package but what Python writes, as ``folder/name``. Read at each start: so without objects."""
    for folder, folders, names in os.walk(package):
        folders[:] = [name for name in folders if name != "__pycache__"]
        inside = os.path.relpath(folder, package).replace(os.sep, "/")
        yield from (name if inside == "." else f"{inside}/{name}" for name in names)


def _counts(name: str) -> bool:
    return name.endswith(_SUFFIXES) and name.rpartition("/")[2] != _VERIFIER
