"""Commands of the proof: what leaves the office to be verified (``verify`` is beside it)."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from shutil import get_terminal_size

import click

from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import as_json, json_option
from counterfoil.faces.cli.progress import shown_progress
from counterfoil.journal.tiles import tiles_for_size
from counterfoil.kernel.days import day as read_day
from counterfoil.kernel.outcomes import Unavailable
from counterfoil.operations.export import KeyFor, SignedLog, day_bundle, prove, prove_line, tile_files

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
QR_VERSION_MAX = 40


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--day", required=True, metavar="DATE", help="The business day (2026-11-23).")
@click.option("--out", "-o", type=FILE, default=None, help="The file to write; left out, OFFICE-DATE.bundle here.")
@json_option
@click.pass_obj
def bundle(house: House, folder: Path, day: str, out: Path | None, json_: bool) -> int:
    """Write the file of a whole day: every entry with its approvals, for an auditor or a court. It is private."""
    read_day(day, field="day")
    store = house.read_store(folder)
    try:
        data = day_bundle(store, day, _keys(house, folder))
        office = next((str(row[4]) for row in store.scan("epoch")), "office")
    finally:
        store.close()
    path = out or Path(f"{office}-{day}.bundle")
    _write_new(path, data)
    if json_:
        as_json({"day": day, "file": str(path), "bytes": len(data)})
    else:
        click.echo(
            f"{path}: day {day}, {len(data):,} bytes. It holds what every customer did that day: keep it private."
        )
    return 0


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--entry", required=True, type=click.IntRange(0), help="The entry's number in its log, from 0.")
@click.option("--epoch", type=click.IntRange(1), default=None, help="The log; left out, the present one.")
@click.option("--line", type=click.IntRange(0), default=None,
              help="One line of a step of the day's end, from 0: proves that the entry entered it.")  # fmt: skip
@click.option("--qr", is_flag=True, help="Draw the proof's QR code in the terminal, or with -o write it as a PNG.")
@click.option("--out", "-o", type=FILE, default=None, help="The file to write; left out, standard output.")
@json_option
@click.pass_obj
def proof(
    house: House, folder: Path, entry: int, epoch: int | None, line: int | None, qr: bool, out: Path | None, json_: bool
) -> int:
    """Prove that an entry is in the log as it stands now: the text form of record (c2sp.org/tlog-proof@v1).

    With --line, prove one of the thousands of lines of a step of the day's end, without showing any other.
    """
    if json_ and (qr or out):
        raise click.UsageError("--json goes to standard output, without --qr and -o")
    if line is not None and (qr or json_):
        raise click.UsageError("a proof of a line is text: --line goes without --qr and --json")
    store = house.read_store(folder)
    try:
        log = SignedLog(store, epoch, _keys(house, folder))
        if line is not None:
            text = prove_line(log, entry, line)
            if out is not None:
                _write_new(out, text)
                click.echo(f"{out}: line {line} of entry {entry}")
            else:
                click.echo(text.decode(), nl=False)
            return 0
        made = prove(log, entry)
    finally:
        store.close()
    if json_:
        leaf = base64.b64encode(made.leaf).decode()
        as_json(
            {"origin": made.origin, "log_vkey": made.log_vkey, "leaf": leaf, "index": made.index, "size": made.size,
             "tlog_proof": made.text}
        )  # fmt: skip
        return 0
    if qr and made.qr is None:
        raise Unavailable("this proof does not fit one QR code: give the text form instead")
    if out is not None:
        _write_new(out, house.more["qr-png"](made.qr, version_max=QR_VERSION_MAX) if qr else made.text.encode())
        click.echo(f"{out}: entry {made.index} is in the log of {made.size}")
        return 0
    if not qr:
        click.echo(made.text, nl=False)
        return 0
    drawn = house.more["qr-terminal"](made.qr, columns=get_terminal_size().columns, version_max=QR_VERSION_MAX)
    if not drawn:
        raise Unavailable("the code is wider than this terminal: write it to a file with -o")
    click.echo(drawn, nl=False)
    return 0


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("out", metavar="OUT", type=FOLDER)
@click.option("--epoch", type=click.IntRange(1), default=None, help="The log; left out, the present one.")
@click.option("--private", is_flag=True, help="Write entry bundles too. They are private: never publish them.")
@json_option
@click.pass_obj
def tiles(house: House, folder: Path, out: Path, epoch: int | None, private: bool, json_: bool) -> int:
    """Write the log as static files (C2SP tlog-tiles) into OUT: hashes and a checkpoint, nothing that names anybody."""
    store = house.read_store(folder)
    written = kept = 0
    try:
        log = SignedLog(store, epoch, _keys(house, folder))
        total = sum(1 for _ in tiles_for_size(log.size)) * (2 if private else 1) + 1
        with shown_progress("Tiles") as progress:
            for path, data in tile_files(log, private=private):
                fresh = _write_tile(out / path, data)
                written, kept = written + fresh, kept + (not fresh)
                progress(written + kept, total)
    finally:
        store.close()
    if json_:
        as_json({"origin": log.origin, "size": log.size, "folder": str(out), "written": written, "kept": kept})
    else:
        click.echo(f"{out}: {log.origin}, {log.size} entries; {written} files written, {kept} were there already.")
        if private:
            click.echo("Entry bundles are among them: they are private. Never publish them.")
    return 0


def _keys(house: House, folder: Path) -> KeyFor:
    return lambda epoch: house.more["node-key"](folder, epoch)


def _write_new(path: Path, data: bytes) -> None:
    """A private file (0600); one that stands already is never written over."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Unavailable(f"{path} stands already: choose another name with -o") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _write_tile(path: Path, data: bytes) -> bool:
    """Writes a tile unless it stands there already, the same; a full tile never changes, so another one is an error."""
    if path.exists():
        if path.read_bytes() == data:
            return False
        if path.name != "checkpoint":
            raise Unavailable(f"{path} stands already and is another: OUT holds another log, or a rewritten one")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
    return True
