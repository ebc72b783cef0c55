"""Makes the pictures of the pages from the demo: ``python scripts/images.py`` plays it in a temporary folder.

The keys of every office are new, so the code on the receipt differs each time; nothing else does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"


def counterfoil(*arguments: str, home: Path) -> str:
    """Runs this checkout's program; its standard output."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "XDG_STATE_HOME": str(home / "state")}
    command = [sys.executable, "-m", "counterfoil", *arguments]
    return subprocess.run(command, cwd=home, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> int:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        told: dict[str, Any] = json.loads(counterfoil("demo", "--json", home=home))
        entry = told["receipt"]["entry"]
        (IMAGES / "receipt.png").write_bytes((home / told["folder"] / "paper" / "receipt.png").read_bytes())
    print(f"{IMAGES.relative_to(ROOT)}/receipt.png: the receipt of entry {entry}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
