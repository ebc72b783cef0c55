"""Codes in a photo."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from counterfoil.engines import scanning
from counterfoil.engines.printing import qr
from counterfoil.kernel.outcomes import Malformed

pytest.importorskip("zxingcpp", reason="reading codes needs the extra: counterfoil[scan]")
TEXT = "CF1:" + "ABCDEFGH" * 40


def photo(*, angle: int = 0, form: str = "PNG") -> bytes:
    """A picture of a code, as a phone may take it."""
    picture = Image.open(io.BytesIO(qr.png(TEXT))).convert("RGB")
    ground = Image.new("RGB", (picture.width * 2, picture.height * 2), "gray")
    ground.paste(picture, (picture.width // 3, picture.height // 4))
    out = io.BytesIO()
    ground.rotate(angle, expand=True, fillcolor="gray").save(out, form)
    return out.getvalue()


@pytest.mark.parametrize(("angle", "form"), [(0, "PNG"), (90, "JPEG"), (17, "JPEG"), (180, "WEBP")])
def test_a_code_is_read(angle: int, form: str) -> None:
    read = scanning.reader()
    assert read is not None
    assert read(photo(angle=angle, form=form)) == [TEXT]


def test_a_picture_without_a_code_gives_none() -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 60), "white").save(out, "PNG")
    assert scanning.codes(out.getvalue()) == []


@pytest.mark.parametrize("data", [b"", b"no picture", photo()[:200], b"GIF89a" + bytes(40)])
def test_what_is_no_picture_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed, match="not a picture"):
        scanning.codes(data)


@pytest.mark.parametrize(
    ("form", "size", "good"),
    [("PNG", (4_000, 4_000), True), ("PNG", (4_001, 4_000), False),
     ("JPEG", (8_000, 5_000), True), ("JPEG", (8_001, 5_000), False)],
)  # fmt: skip
def test_a_picture_too_large_is_refused(form: str, size: tuple[int, int], good: bool) -> None:
    out = io.BytesIO()
    Image.new("1" if form == "PNG" else "L", size).save(out, form)
    assert len(out.getvalue()) < 700_000
    if good:
        assert scanning.codes(out.getvalue()) == []
    else:
        with pytest.raises(Malformed, match="too many pixels"):
            scanning.codes(out.getvalue())
