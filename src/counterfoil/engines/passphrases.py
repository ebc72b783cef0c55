"""Customers' passphrases and one-time codes at rest: argon2id records, which nobody can read back.

Always true (``tests/unit/engines/test_passphrases.py``): a record opens with its own secret and no other
(``test_only_the_same_secret_opens``); case, and blanks more or less, make no other secret, since phones change both
(``test_what_a_phone_changes_does_no_harm``); codes come from the system's chance, without letters that look alike.

argon2id: RFC 9106 section 4, second recommendation (64 MiB, 3 passes, 4 lanes).
"""

from __future__ import annotations

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from counterfoil.engines.keys.sealed import RFC9106_SECOND, Cost

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LETTERS = 10


class Argon:
    """``operations.self_service.Passphrases`` by argon2id."""

    def __init__(self, cost: Cost = RFC9106_SECOND) -> None:
        self._hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes)

    def new_code(self) -> str:
        """A one-time code in two halves: ``K7QM2-XHD4R``, 49 bits."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
        return f"{code[:5]}-{code[5:]}"

    def seal(self, secret: str) -> bytes:
        """The record that is kept."""
        return self._hasher.hash(plain(secret)).encode()

    def opens(self, record: bytes, secret: str) -> bool:
        """Whether the record is of this secret. As slow for a wrong one as for the right one."""
        try:
            return self._hasher.verify(record.decode(), plain(secret))
        except (VerificationError, InvalidHashError, UnicodeDecodeError):
            return False


def plain(secret: str) -> str:
    """What is sealed: without case, and with single blanks between words."""
    return " ".join(unicodedata.normalize("NFKC", secret).casefold().split())
