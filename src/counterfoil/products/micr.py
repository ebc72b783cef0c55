"""The line at the foot of a check (E-13B, ANSI X9.100-160): read from a scanner or from what a clerk typed.

Always true: a line that was read has a routing number that may stand on a check, an account and a check number, each of
digits; what is printed reads back the same in every notation (``test_what_is_printed_reads_back``); a line with a sign
that could not be read, a part missing or twice, or a wrong check digit is refused by name, never mended
(``test_an_altered_line_is_refused_by_name``).

From left to right: the auxiliary on-us field (business checks: the check number), the routing number between transit
symbols, the on-us field (the account, and on personal checks the check number), and, once a bank has encoded it, the
amount in cents between amount symbols. Each bank lays out its on-us field as it likes: here the account stands before
its on-us symbol, and the check number after it, or before it with a symbol of its own.

Four notations are in use for the four symbols, and one line uses one of them:

    transit  amount  on-us  dash
    ⑆        ⑇       ⑈      ⑉      Unicode U+2446 to U+2449
    A        B       C      D      the common E-13B fonts
    T        $       U      -      readers at the counter
    :        ;       <      =      readers of the Windows kind

Not here: what the bank's own field means inside, and pictures of checks (a reader or a person gives the line).
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from counterfoil import codec
from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.kernel.outcomes import Malformed
from counterfoil.products.check_digits import routing_number, routing_usable

LINE_CHARACTERS_MAX = 80
"""A check of the larger size has 65 positions; blanks may stand between fields."""
ACCOUNT_DIGITS_MAX, SERIAL_DIGITS_MAX, AMOUNT_DIGITS = 19, 15, 10
FINGERPRINT_BYTES = 16
NOTATIONS = {"unicode": "⑆⑇⑈⑉", "font": "ABCD", "reader": "T$U-", "windows": ":;<="}
"""Name → its signs for transit, amount, on-us and dash."""
_TRANSIT, _AMOUNT, _ON_US, _DASH = "T", "A", "O", "D"
_DOMAIN = b"counterfoil/check/v1\x00"


class Line(NamedTuple):
    """A line that was read. ``aux``: the check number stands in the auxiliary field. ``amount``: cents, if encoded."""

    routing: str
    account: str
    serial: str
    amount: int | None = None
    aux: bool = False

    def printed(self, notation: str = "unicode") -> str:
        """The line in one notation, as a printer would set it."""
        transit, amount, on_us, _ = tuple(NOTATIONS[notation])
        encoded = f" {amount}{self.amount:0{AMOUNT_DIGITS}d}{amount}" if self.amount is not None else ""
        if self.aux:
            return f"{on_us}{self.serial}{on_us} {transit}{self.routing}{transit} {self.account}{on_us}{encoded}"
        return f"{transit}{self.routing}{transit} {self.account}{on_us} {self.serial}{encoded}"


def read_line(text: str, *, field: str = "micr") -> Line:
    """The parts of a line in any of the notations. Raises ``Malformed`` saying which part is wrong, and where."""
    signs = _signs(text, field)
    found = re.fullmatch(
        r"(?:O(?P<aux>[0-9D]*)O)?(?P<epc>[0-9]?)T(?P<routing>[0-9D]*)T(?P<on_us>[0-9DO]*)(?:A(?P<amount>[0-9]*)A)?",
        signs,
    )
    if not found:
        raise Malformed(f"{field}: {_what_is_odd(signs)}", field=field)
    account, serial, aux = _on_us(found["on_us"], found["aux"], field)
    amount = found["amount"]
    if amount is not None and (len(amount) != AMOUNT_DIGITS or not 0 < int(amount) <= AMOUNT_MINOR_MAX):
        raise Malformed(
            f"{field}: the amount field has {len(amount)} digits and reads {amount or 'nothing'}: "
            f"{AMOUNT_DIGITS} digits above zero stand there",
            field=field,
        )
    return Line(_routing(found["routing"], field), account, serial, int(amount) if amount else None, aux)


def fingerprint(routing: str, account: str, serial: str, amount: int) -> bytes:
    """What tells one check from every other, at every office alike: routing number, account, check number and amount.

    Leading zeros of account and check number do not count: readers differ in them. The bytes name nobody; whoever holds
    the journal and guesses the numbers of a check can see whether it was presented.
    """
    parts = [routing, account.lstrip("0"), serial.lstrip("0"), amount]
    return hashlib.sha256(_DOMAIN + codec.encode(parts)).digest()[:FINGERPRINT_BYTES]


def _signs(text: str, field: str) -> str:
    """The line in letters of our own (T, A, O, D), without blanks."""
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LINE_CHARACTERS_MAX:
        raise Malformed(
            f"{field} is not a line of 1 to {LINE_CHARACTERS_MAX} characters: scan the foot of the check", field=field
        )
    marks = [(place, sign.upper()) for place, sign in enumerate(text, start=1) if sign not in "0123456789 "]
    notation = next((signs for signs in NOTATIONS.values() if marks and marks[0][1] in signs), "")
    for place, sign in marks:
        if sign not in notation:
            raise Malformed(
                f"{field}: the sign at place {place} cannot be read, or is of another notation than the first. "
                "Scan the check again, or type the line as it stands",
                field=field,
            )
    ours = dict(zip(notation, _TRANSIT + _AMOUNT + _ON_US + _DASH, strict=False))
    return "".join(ours.get(sign.upper(), sign) for sign in text if sign != " ")


def _what_is_odd(signs: str) -> str:
    if signs.count(_TRANSIT) != 2:
        return "the routing number does not stand between two transit symbols: look at the left of the line again"
    if signs.count(_AMOUNT) not in (0, 2):
        return "the amount does not stand between two amount symbols: look at the right of the line again"
    return "its parts do not stand in the order of a check: check number, routing number, account, amount"


def _routing(digits: str, field: str) -> str:
    if not re.fullmatch(r"[0-9]{9}", digits):
        raise Malformed(
            f"{field}: the routing number has {len(digits)} signs, and nine digits are needed: "
            "a check of a bank abroad is not taken",
            field=field,
        )
    if not routing_number(digits) or not routing_usable(digits):
        raise Malformed(
            f"{field}: the check digit of routing number {digits} is wrong: a digit was misread, or the line was "
            "altered",
            field=field,
        )
    return digits


def _on_us(text: str, aux: str | None, field: str) -> tuple[str, str, bool]:
    """(account, check number, whether the latter stands in the auxiliary field)."""
    parts = [part.replace(_DASH, "") for part in text.split(_ON_US)]
    filled = [part for part in parts if part]
    if aux is not None:  # A business check: what follows the account is the bank's own code.
        account, serial = (filled[0] if filled else ""), aux.replace(_DASH, "")
    elif len(filled) == 2:
        # "account⑈ number", or "number⑈ account⑈": the account is the one whose own symbol follows it last.
        account, serial = filled if parts[-1] else filled[::-1]
    else:
        account, serial = (filled[0] if len(filled) == 1 else ""), ""
    if _ON_US not in text or not 0 < len(account) <= ACCOUNT_DIGITS_MAX or len(filled) > 2:
        raise Malformed(f"{field}: no account can be read before its on-us symbol", field=field)
    if not 0 < len(serial) <= SERIAL_DIGITS_MAX or not serial.strip("0"):
        raise Malformed(f"{field}: no check number can be read in the line", field=field)
    return account, serial, aux is not None
