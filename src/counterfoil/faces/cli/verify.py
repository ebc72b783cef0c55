"""Slips, proofs and bundles verified from the command line: needs no office, and loads nothing of one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from counterfoil.faces.cli.main import WRONG, as_json, json_option
from counterfoil.facts.kinds import KINDS, kind_numbered
from counterfoil.journal.entry import Core
from counterfoil.journal.rules import Refused, kinds_by_number
from counterfoil.journal.trust import TrustPolicy, parse_policy
from counterfoil.journal.verify import Report, compare, records
from counterfoil.journal.verify import verify as verify_file
from counterfoil.kernel.days import moment
from counterfoil.kernel.outcomes import Malformed

FILE = click.Path(path_type=Path, dir_okay=False)
FILE_BYTES_MAX = 257 * 2**20
"""A little over the largest bundle."""


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--policy", type=FILE, required=True, help="The trust policy: whose logs and witnesses to believe.")
@click.option("--office-key", type=FILE, default=None, help="A file of 32 bytes: checks the accounts of a bundle too.")
@json_option
def verify(files: tuple[str, ...], policy: Path, office_key: Path | None, json_: bool) -> int:
    """Verify slips, proofs and bundles (- is standard input), and compare them with each other. Needs no office.

    Exits 0 if all are accepted, 1 if any is refused.
    """
    trusted, key = _policy(policy), _office_key(office_key)
    said: list[dict[str, Any]] = []
    reports: list[Report] = []
    whole = [(name, _read(name)) for name in files]
    for name, data in [(name, one) for name, read in whole for one in records(read)]:
        try:
            report = verify_file(data, trusted, kinds_by_number(KINDS), office_key=key)
            compare([*reports, report])
        except Refused as error:
            said.append({"file": name, "answer": "REFUSED", "code": error.code, "reason": str(error)})
            continue
        reports.append(report)
        said.append({"file": name, "answer": "accepted", **_told(report)})
    together = compare(reports) if len(reports) > 1 else ()
    if json_:
        as_json(said)
    else:
        for item in said:
            for field, value in item.items():
                for one in value if isinstance(value, list | tuple) else [value]:
                    click.echo(f"{field.replace('_', ' ')}: {_printable(one)}")
        for line in together:
            click.echo(f"together: {_printable(line)}")
    return 0 if all(item["answer"] == "accepted" for item in said) else WRONG


def _told(report: Report) -> dict[str, Any]:
    """What a report says, in the words of the stand-alone verifier."""
    told: dict[str, Any] = {
        "what": report.what, "origin": report.origin, "proved": list(report.proved),
        "not_proved": list(report.not_proved),
    }  # fmt: skip
    if report.entry is not None:
        told["entry"] = _entry(report.entry)
    if report.custody:
        told["custody"] = [f"clerk {clerk}: {', '.join(kept)}" for clerk, kept in report.custody.items()]
    if report.enrolled_by_operator:
        told["enrolled_by_the_operator"] = list(report.enrolled_by_operator)
    return told


def _entry(core: Core) -> str:
    kind = kind_numbered(core.kind).name
    amount = f" of {core.amount} minor units of {core.currency}" if core.amount is not None else ""
    within = core.time_ms < 253_402_300_800_000  # The year 10000, where the calendar ends.
    shown = moment(core.time_ms).isoformat(timespec="milliseconds") if within else f"{core.time_ms} ms"
    reversed_ = f", reverses entry {core.reverses[2]} of epoch {core.reverses[1]}" if core.reverses else ""
    return f"{core.sequence}, {kind}{amount}{reversed_}, at {shown}, request {core.request_id.hex()}"


def _policy(path: Path) -> TrustPolicy:
    try:
        return parse_policy(path.read_bytes())
    except FileNotFoundError:
        raise Malformed(f"there is no trust policy {path}", field="policy") from None


def _office_key(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        raise Malformed(f"there is no office key {path}", field="office-key") from None
    if len(key) != 32:
        raise Malformed(f"{path} is not an office key: it has {len(key)} bytes, not 32", field="office-key")
    return key


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(FILE_BYTES_MAX)
    try:
        with Path(name).open("rb") as file:
            return file.read(FILE_BYTES_MAX)
    except FileNotFoundError:
        raise Malformed(f"there is no file {name}", field="file") from None
    except IsADirectoryError:
        raise Malformed(f"{name} is a folder, not a slip, a proof or a bundle", field="file") from None


def _printable(text: object) -> str:
    shown = str(text)
    return shown if shown.isprintable() else ascii(shown)
