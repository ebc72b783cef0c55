"""A slip as a QR code (ISO/IEC 18004): alphanumeric mode, error level M or better, version 17 at most.

Always true (``tests/unit/engines/test_printing.py``): what a scanner reads is the slip's text, byte for byte
(``test_the_code_is_read_back``); a text too long for the paper is refused (``test_a_slip_too_long_is_refused``).
A code is surrounded by a margin of four light modules, as the standard asks.
"""

from __future__ import annotations

import io
from functools import lru_cache

import segno

from counterfoil.kernel.outcomes import Malformed

VERSION_MAX = 17
MARGIN = 4
_SCREEN_MARGIN = 1
_ALPHABET = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
Matrix = tuple[tuple[bool, ...], ...]


def matrix(slip: str) -> Matrix:
    """The modules of the code without margin, row by row; True is dark. ``Malformed`` if ``slip`` fits no code."""
    return tuple(tuple(bool(module) for module in row) for row in _code(slip, "M").matrix)


def png(slip: str, *, module: int = 5, version_max: int = VERSION_MAX) -> bytes:
    """A PNG picture with margin, ``module`` pixels a module. A proof may need a ``version_max`` of up to 40."""
    out = io.BytesIO()
    _code(slip, "M" if version_max == VERSION_MAX else "L", version_max).save(
        out, kind="png", scale=module, border=MARGIN
    )
    return out.getvalue()


@lru_cache(maxsize=128)
def svg(slip: str, *, module: int = 5) -> str:
    """An SVG picture with margin, ready to stand inside a page, which gives it its size.

    The last ones are kept: a receipt is looked at when it is made, when it is printed, and when the customer asks.
    """
    return _code(slip, "M").svg_inline(scale=module, border=MARGIN, omitsize=True)


def terminal(slip: str, *, columns: int = 80, colors: bool = True, version_max: int = VERSION_MAX) -> str:
    """The code in half blocks, two modules high, for a screen ``columns`` wide; "" if it cannot fit.

    A screen is neither torn nor stained, so level L is taken where M is too wide. ``colors``: black on white by ANSI
    codes, right on any screen; without them dark modules are drawn, which is right on a light ground.
    """
    for error in ("M", "L"):
        code = _code(slip, error, version_max)
        modules = [[bool(module) for module in row] for row in code.matrix_iter(border=_SCREEN_MARGIN)]
        if len(modules) <= columns:
            return _half_blocks(modules, colors)
    return ""


def _half_blocks(modules: list[list[bool]], colors: bool) -> str:
    if len(modules) % 2:
        modules = [*modules, [False] * len(modules)]
    blocks = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
    lines = [
        "".join(blocks[pair] for pair in zip(upper, lower, strict=True))
        for upper, lower in zip(modules[::2], modules[1::2], strict=True)
    ]
    return "".join(f"\x1b[30;107m{line}\x1b[0m\n" if colors else f"{line}\n" for line in lines)


def _code(slip: str, error: str, version_max: int = VERSION_MAX) -> segno.QRCode:
    if not slip or not _ALPHABET.issuperset(slip):
        raise Malformed("a slip has characters that are not of its alphabet", field="slip")
    try:
        # A better level at the same size costs nothing, and receipts are kept in pockets.
        code = segno.make_qr(slip, mode="alphanumeric", error=error, boost_error=True)
    except segno.DataOverflowError:
        code = None
    if code is None or int(code.version) > version_max:
        raise Malformed(f"a slip of {len(slip)} characters is too long for one code", field="slip")
    return code
