"""Codes in a photo: what a camera saw of a receipt, as text. Needs the extra ``scan`` (zxing-cpp).

Always true (``tests/unit/engines/test_scanning.py``): a photo is bounded in bytes and in pixels before it is unpacked
(``test_a_picture_too_large_is_refused``), and whatever is no picture is malformed, not a fault
(``test_what_is_no_picture_is_malformed``). A photo is kept nowhere.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable

from PIL import Image

from counterfoil.kernel.outcomes import Malformed

FORMATS = ("JPEG", "PNG", "WEBP")
PIXELS_MAX = {"JPEG": 40_000_000}
WHOLE_PIXELS_MAX = 16_000_000
"""A phone's camera gives 12 to 50 million, as JPEG, which is made smaller while it is unpacked. Other pictures (of
screens, mostly) are unpacked whole: 70 KB can hold 40 million pixels, which take 240 MB."""
SIDE_MAX = 2_400
"""Photos are made smaller than this on each side first: a code of 85 modules is still read."""
CODES_MAX = 16


def reader() -> Callable[[bytes], list[str]] | None:
    """What reads the codes of a photo, or None where the extra is not installed."""
    try:
        import zxingcpp  # noqa: F401  # whether it is there
    except ImportError:
        return None
    return codes


def codes(photo: bytes) -> list[str]:
    """The texts of the QR codes in a JPEG, PNG or WebP picture, in the order of reading; none if there is none.
    ``Malformed`` (field ``photo``) if it is no such picture, or too large."""
    import zxingcpp

    picture = _opened(photo)
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return list(dict.fromkeys(one.text for one in found if one.text))[:CODES_MAX]


def _opened(photo: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # The size is checked here, by our own bound.
            picture = Image.open(io.BytesIO(photo), formats=FORMATS)
            if picture.width * picture.height > PIXELS_MAX.get(picture.format or "", WHOLE_PIXELS_MAX):
                raise Malformed("the picture has too many pixels", field="photo")
            picture.draft("L", (SIDE_MAX, SIDE_MAX))
            gray = picture.convert("L")
            gray.thumbnail((SIDE_MAX, SIDE_MAX))
    except Malformed:
        raise
    except Exception:  # Whatever a broken picture makes its reader raise.
        raise Malformed("this is not a picture that can be read", field="photo") from None
    return gray
