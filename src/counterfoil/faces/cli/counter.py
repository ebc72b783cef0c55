"""Commands of the counter: a file of requests replayed, and the schema of such a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

import click

from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import UNUSABLE, WRONG, as_json, json_option
from counterfoil.faces.cli.pins import pin_source
from counterfoil.kernel.limits import REPLAY_LINE_BYTES_MAX
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.requests import schema as request_schema
from counterfoil.operations.replay import LINE_FIELDS, SESSION_KINDS, Player

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


_SHOWN = ("customer", "account", "case", "claim_code", "loan", "decision", "balance", "change")
"""What an answer tells that a person goes on with."""


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("file", metavar="FILE.jsonl")
@click.option("--pins", type=FILE, default=None, help="PIN file; left out, PINs are asked for at the terminal.")
@click.option("--clock", type=click.Choice(["auto", "file", "machine"]), default="auto", show_default=True,
              help="auto: the file's if its first request says `at`, else the machine's.")  # fmt: skip
@click.option("--language", type=click.Choice(["en", "es"]), default="en", show_default=True, help="Of refusals.")
@click.option("--strict", is_flag=True, help="Exit 1 if any request was refused (malformed ones always do).")
@json_option
@click.pass_obj
def replay(
    house: House, folder: Path, file: str, pins: Path | None, clock: str, language: str, strict: bool, json_: bool
) -> int:
    """Play FILE.jsonl (or - for standard input): one request a line in, one outcome a line out, in order.

    Playing the same file again gives the same outcomes and no second effect.
    """
    if file == "-" and pins is None:
        raise click.UsageError("with requests on standard input, PINs come from --pins FILE")
    counts = {"accepted": 0, "refused": 0, "malformed": 0, "other": 0}
    with _lines(file) as lines:
        first, whole = _peek(lines)
        kind = clock if clock != "auto" else ("file" if first else "machine")
        with house.open(folder, clock=kind) as office:
            player = Player(
                office.desk, office.authority, pins=pin_source(pins), clock=office.clock if kind == "file" else None,
                to_ms=house.to_ms, translate=house.catalog(language),
            )  # fmt: skip
            for outcome in player.play(whole):
                name = outcome["outcome"]
                counts[name if name in counts else "other"] += 1
                if json_:
                    as_json(outcome)
                else:
                    click.echo(_line(outcome))
                sys.stdout.flush()
            player.close()
    print(
        f"{counts['accepted']} accepted, {counts['refused']} refused, {counts['malformed']} malformed", file=sys.stderr
    )
    if counts["malformed"]:
        return UNUSABLE
    return WRONG if strict and counts["refused"] else 0


class _lines:  # noqa: N801  # used as a function: a context manager over the lines of a file or of standard input
    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> Iterator[bytes]:
        if self._name == "-":
            self._file = sys.stdin.buffer
        else:
            try:
                self._file = Path(self._name).open("rb")  # closed in __exit__
            except FileNotFoundError:
                raise Malformed(f"there is no file {self._name}", field="file") from None
        return self._read()

    def _read(self) -> Iterator[bytes]:
        """Lines, each cut at the limit plus one byte, so that an endless line is refused and not swallowed whole."""
        while line := self._file.readline(REPLAY_LINE_BYTES_MAX + 1):
            whole = line
            while len(line) > REPLAY_LINE_BYTES_MAX and not line.endswith(b"\n"):
                line = self._file.readline(REPLAY_LINE_BYTES_MAX + 1)
                if not line:
                    break
            yield whole

    def __exit__(self, *_: object) -> None:
        if self._name != "-":
            self._file.close()


def _peek(lines: Iterator[bytes]) -> tuple[bool, Iterable[bytes]]:
    """Whether the file says its own time: the first line that is a request, or any session line before it, has `at`."""
    seen: list[bytes] = []
    for line in lines:
        seen.append(line)
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and "at" in value:
            return True, chain(seen, lines)
        if isinstance(value, dict) and value.get("kind") not in SESSION_KINDS:
            break
    return False, chain(seen, lines)


def _line(outcome: dict[str, object]) -> str:
    number = outcome["line"]
    name = str(outcome["outcome"])
    if name == "accepted":
        entries = ", ".join(str(one[1]) for one in outcome["entries"])  # type: ignore[attr-defined]  # a list of pairs
        made = ", ".join(f"{k} {outcome[k]}" for k in _SHOWN if k in outcome)
        return f"{number:>5}  {outcome['kind']}: entry {entries}{'; ' + made if made else ''}"
    if name == "refused":
        return f"{number:>5}  REFUSED {outcome['code']}: {outcome['message']}"
    return f"{number:>5}  {name}{': ' + str(outcome['message']) if 'message' in outcome else ''}"


@click.group()
def schema() -> None:
    """Schemas of the files this program reads."""


@schema.command("requests")
@json_option
def requests(json_: bool) -> int:
    """JSON Schema of one line of a request file."""
    sessions = [
        {
            "title": kind, "type": "object", "required": ["kind"],
            "properties": {"kind": {"const": kind}, **LINE_FIELDS, "state": {"enum": ["out", "ready"]}},
        }
        for kind in SESSION_KINDS
    ]  # fmt: skip
    value = request_schema(LINE_FIELDS)
    value["oneOf"] = [*sessions, *value["oneOf"]]
    click.echo(json.dumps(value, indent=None if json_ else 2, ensure_ascii=False))
    return 0
