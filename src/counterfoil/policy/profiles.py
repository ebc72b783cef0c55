"""Profiles: the two sets of values that are shipped, and how an operator's authority gets into one.

Always true: an edition that offers accounts, savings or loans names the authority its operator acts under, in its own
bytes (``test_accounts_need_an_authority``), so that every entry made under it says so by the edition it cites;
``DEMONSTRATION, NONE`` is what demonstrations, tests and benches say. Software is not a charter.
"""

from __future__ import annotations

import re

from counterfoil.kernel.limits import TEXT_CHARACTERS_MAX
from counterfoil.kernel.outcomes import Malformed

EXISTING, POSTAL_BANK = "us-existing-authority", "us-postal-bank"
PROFILES = (EXISTING, POSTAL_BANK)
DEMONSTRATION = "DEMONSTRATION, NONE"
"""The authority of a demonstration, a test or a bench: there is none."""
_LINE = re.compile(rb'^authority = ""$', re.M)


def with_authority(content: bytes, authority: str) -> bytes:
    """The edition's bytes with ``authority`` written where the file leaves it empty. ``Malformed`` if it has no such
    place, or the text cannot stand there."""
    if not 0 < len(authority.strip()) <= TEXT_CHARACTERS_MAX or not authority.isprintable():
        raise Malformed(
            f"the authority is a text of 1 to {TEXT_CHARACTERS_MAX} printable characters: the law, charter or license "
            "that the operator acts under",
            field="authority",
        )
    if not _LINE.search(content):
        raise Malformed("this edition has no empty authority to be filled in", field="authority")
    quoted = authority.strip().replace("\\", "\\\\").replace('"', '\\"')
    return _LINE.sub(lambda _: f'authority = "{quoted}"'.encode(), content, count=1)
