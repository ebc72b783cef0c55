"""Makes the pictures of the pages: ``python scripts/images.py`` plays the demo in a temporary folder, and draws papers.

The keys of every office are new, so the code on the receipt differs each time; nothing else does. ``--papers`` draws
only the papers of docs/examples, as another program (pypdfium2) shows their PDF.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
EXAMPLES = ROOT / "docs" / "examples"
PAPERS = {
    "loan": (), "loan-es": ("--lang", "es"), "loan-large": ("--large",), "savings": (), "hold": (), "statement": (),
    "fees": (), "identity": (), "passbook": (), "money-order": (),
}  # fmt: skip
"""Picture → how the paper is asked for; the kind is the name up to its language or size."""
SCALE, GRAYS = 0.9, 8
"""Of a page of 72 dots an inch; so many grays keep letters smooth and the files small."""


def counterfoil(*arguments: str, home: Path) -> str:
    """Runs this checkout's program; its standard output."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "XDG_STATE_HOME": str(home / "state")}
    command = [sys.executable, "-m", "counterfoil", *arguments]
    return subprocess.run(command, cwd=home, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def draw(name: str, options: tuple[str, ...], home: Path) -> None:
    """The pages of one paper, side by side."""
    kind = name.removesuffix("-es").removesuffix("-large")
    made = home / f"{name}.pdf"
    counterfoil("paper", kind, str(EXAMPLES / f"paper-{kind}.json"), "--out", str(made), *options, home=home)
    document = pypdfium2.PdfDocument(made)
    pages = [page.render(scale=SCALE, grayscale=True).to_pil() for page in document]
    sheet = Image.new("L", (sum(page.width + 6 for page in pages) + 6, max(page.height for page in pages) + 12), 0xA0)
    across = 6
    for page in pages:
        sheet.paste(page, (across, 6))
        across += page.width + 6
    sheet.quantize(GRAYS).save(IMAGES / f"paper-{name}.png", optimize=True)


def main() -> int:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for picture, options in PAPERS.items():
            draw(picture, options, Path(folder))
    print(f"{IMAGES.relative_to(ROOT)}: {len(PAPERS)} papers")
    if sys.argv[1:] == ["--papers"]:
        return 0
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        told: dict[str, Any] = json.loads(counterfoil("demo", "--terminal", "--json", home=home))
        entry = told["receipt"]["entry"]
        (IMAGES / "receipt.png").write_bytes((home / told["folder"] / "paper" / "receipt.png").read_bytes())
    print(f"{IMAGES.relative_to(ROOT)}/receipt.png: the receipt of entry {entry}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
