"""Where browsers reach the pages, and whether passkeys work there.

Always true (``tests/unit/serving/test_place.py``): passkeys are offered at one origin alone, which was configured or is
this machine's own ``localhost``, over TLS or on this machine; where they are not, the reason is told
(``test_where_passkeys_work``). Browsers hold to the same rules (secure contexts; a name, not a number), so a
button that cannot work is never shown.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from counterfoil.engines import passkeys
from counterfoil.kernel.outcomes import Malformed, short
from counterfoil.serving.config import Settings

LOCALHOST = "localhost"
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*")
_DEFAULT = {"http": 80, "https": 443}


class Place(NamedTuple):
    """An origin as browsers write it, and the host's name in it."""

    origin: str
    host: str

    @property
    def secure(self) -> bool:
        """Over TLS."""
        return self.origin.startswith("https:")


class Offered(NamedTuple):
    """Where passkeys work; or ``place`` is None, and ``why`` says what stands against it."""

    place: Place | None
    why: str


def public_place(settings: Settings) -> Place | None:
    """The place that ``public_url`` names; None if it names none. ``Malformed`` if it is no address of a server."""
    return read_place(settings.public_url) if settings.public_url else None


def read_place(url: str) -> Place:
    """``https://bank.example`` or ``http://localhost:8417``, without a path."""
    wrong = Malformed(
        f"public_url is {short(url)}: https://NAME or https://NAME:PORT is needed, and nothing after it",
        field="public_url",
    )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise wrong from None
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    if parts.scheme not in _DEFAULT or not bare or not (_NAME.fullmatch(host) or is_number(host)) or port == 0:
        raise wrong
    shown = f"[{host}]" if ":" in host else host
    return Place(f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, _DEFAULT[parts.scheme]) else ""), host)


def passkeys_at(settings: Settings, port: int) -> Offered:
    """Where this server's customers may use passkeys. ``port``: the one that it listens on."""
    place = public_place(settings)
    if not settings.web:
        return Offered(None, "the pages for people are not served (web = false)")
    if not passkeys.installed():
        return Offered(None, "the extra is not installed: pip install 'counterfoil[passkeys]'")
    if place is None and not is_here(settings.host):
        return Offered(None, "public_url is not set, so no browser can be told which place a passkey is for")
    if place is None:
        return Offered(Place(f"http://{LOCALHOST}" + (f":{port}" if port != 80 else ""), LOCALHOST), "")
    if is_number(place.host):
        return Offered(None, f"public_url names the number {place.host}: browsers keep passkeys for a name alone")
    if not place.secure and place.host != LOCALHOST:
        return Offered(
            None, f"{place.origin} is not reached over TLS: browsers keep passkeys for https, or for localhost"
        )
    return Offered(place, "")


def is_here(host: str) -> bool:
    """Whether this is this machine and no other."""
    return host == LOCALHOST or (is_number(host) and ipaddress.ip_address(host).is_loopback)


def is_number(host: str) -> bool:
    """Whether this is an address and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
