"""``counterfoil``: hands the command line its office opener and registers demo, bench and the server's commands."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

from counterfoil.faces.cli import main as face
from counterfoil.faces.cli.house import House
from counterfoil.kernel.outcomes import Malformed, Translate

face.COMMANDS |= {
    "demo": "counterfoil.demo.command:demo",
    "practice": "counterfoil.demo.practice:practice",
    "bench": "counterfoil.bench.command:bench",
    "serve": "counterfoil.serving.command:serve",
    "config": "counterfoil.serving.command:config_",
    "token": "counterfoil.serving.command:token",
    "webhook": "counterfoil.serving.command:webhook",
}


def _open(folder: Path, *, clock: str = "machine", **options: Any) -> Any:
    from counterfoil import bootstrap

    return bootstrap.open_with(folder, clock, **options)


def _init(folder: Path, **options: Any) -> str:
    from counterfoil import bootstrap

    edition = options.pop("edition")
    return bootstrap.init_office(folder, bootstrap.Settings(**options), edition=edition)


def _read_store(folder: Path) -> Any:
    from counterfoil import bootstrap

    return bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True)


def _settings(folder: Path) -> Any:
    from counterfoil import bootstrap

    return bootstrap.read_settings(folder)


def _edition(name: str, authority: str | None = None) -> bytes:
    from counterfoil.engines.editions import shipped
    from counterfoil.policy.profiles import with_authority

    found = shipped(name, authority)
    if found is not None:
        return found
    path = Path(name)
    if not path.is_file():
        raise Malformed(f"{name!r} is neither a shipped policy edition nor a file", field="policy")
    content = path.read_bytes()
    return content if authority is None else with_authority(content, authority)


def _to_ms(local: Any, zone: str) -> int:
    from counterfoil.engines.clock import local_ms

    return local_ms(local, zone)


def _catalog(language: str) -> Translate:
    from counterfoil.engines.texts import catalog

    return catalog(language)


def _engine(module: str, name: str, *arguments: Any, **options: Any) -> Any:
    import importlib

    return getattr(importlib.import_module(module), name)(*arguments, **options)


def _asked(folder: Path, command: str, **arguments: Any) -> Any:
    """What the server of a folder answers to a command; None if none is there."""
    from counterfoil.serving import control

    answer = control.asked(folder, command, **arguments)
    return None if answer is None else answer["done"]


def main() -> None:
    """The console script."""
    house = House(
        init=_init,
        open=_open,
        read_store=_read_store,
        settings=_settings,
        edition=_edition,
        to_ms=_to_ms,
        catalog=_catalog,
        more={
            "receipt-text": partial(_engine, "counterfoil.engines.printing.text", "render"),
            "receipt-png": partial(_engine, "counterfoil.engines.printing.png", "render"),
            "receipt-escpos": partial(_engine, "counterfoil.engines.printing.escpos", "render"),
            "paper": partial(_engine, "counterfoil.engines.printing.paper", "paper"),
            "paper-pdf": partial(_engine, "counterfoil.engines.printing.pdf", "render"),
            "qr-png": partial(_engine, "counterfoil.engines.printing.qr", "png"),
            "qr-terminal": partial(_engine, "counterfoil.engines.printing.qr", "terminal"),
            "asked": _asked,
            "backup": partial(_engine, "counterfoil.bootstrap", "backup"),
            "restore": partial(_engine, "counterfoil.bootstrap", "restore"),
            "next-epoch": partial(_engine, "counterfoil.bootstrap", "next_epoch"),
            "approve-epoch": partial(_engine, "counterfoil.bootstrap", "approve_epoch"),
            "node-key": partial(_engine, "counterfoil.bootstrap", "node_key_of"),
            "office-key": partial(_engine, "counterfoil.bootstrap", "office_key_of"),
            "audit-store": partial(_engine, "counterfoil.bootstrap", "open_for_audit"),
            "audit-keep": partial(_engine, "counterfoil.engines.audits", "keep"),
            "tables-are-older": partial(_engine, "counterfoil.bootstrap", "tables_are_older"),
            "keep-before-upgrade": partial(_engine, "counterfoil.bootstrap", "keep_before_upgrade"),
            "audit-mark": partial(_engine, "counterfoil.bootstrap", "mark_to_compare"),
            "mark": partial(_engine, "counterfoil.bootstrap", "mark_of"),
            "doctor": partial(_engine, "counterfoil.bootstrap", "examine"),
        },
    )
    sys.exit(face.run(house))


if __name__ == "__main__":
    main()
