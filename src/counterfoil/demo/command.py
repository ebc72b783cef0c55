"""``counterfoil demo``: a seeded post office in the browser; or, in the terminal, a day played in an office, its books,
and one receipt verified twice."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click

from counterfoil import bootstrap
from counterfoil.counter.receipt import wrapped
from counterfoil.demo import office as demo_office
from counterfoil.demo.day import DATE, OFFICE, PLACE, SEED
from counterfoil.demo.office import Place, Played
from counterfoil.demo.people import CLERKS
from counterfoil.engines.printing import png, text
from counterfoil.faces.cli.main import WRONG, as_json, json_option
from counterfoil.kernel.money import USD, Money
from counterfoil.ledger.accounts import AccountRow
from counterfoil.ledger.trial import TrialLine, trial_balance
from counterfoil.office.rows import DifferenceRow

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
COLUMNS = 100
_FOLDERS = {"": "demo-post-office", "terminal": "demo-office", "practice": "practice-post-office"}
CLOSINGS = ("till-close", "till-count-absent")
NO_VERIFIER = "not at hand here: it comes with the source, as verifier/verify_counterfoil.py"


class Closing(NamedTuple):
    """One till's Z report, as its clerk has answered it by the end of the day. Amounts in minor units."""

    till: str
    report: int
    counted: int
    expected: int
    case: str | None
    answer: str


class Books(NamedTuple):
    """The office's books after the day. ``groups``: (what, debit balance, credit balance), customers as one."""

    groups: list[tuple[str, int, int]]
    lines: list[TrialLine]
    closings: list[Closing]

    @property
    def balanced(self) -> bool:
        return all(line.balanced for line in self.lines)


@click.command()
@click.option("--dir", "folder", type=FOLDER, default=None,
              help="Where the office is made. Left out: demo-post-office, or demo-office for --terminal, or "
                   "practice-post-office for --practice.")  # fmt: skip
@click.option("--terminal", is_flag=True, help="Play one day in the terminal instead, and verify a receipt twice.")
@click.option("--practice", is_flag=True, help="Open the training office with its three planted mistakes instead.")
@click.option("--reset", is_flag=True, help="Throw away the demo office that is there, and start anew.")
@click.option("--no-open", is_flag=True, help="Open no browser.")
@click.option("--ready-file", type=FILE, default=None,
              help="Write {url, logins, pid} here once pages are answered.")  # fmt: skip
@click.option("--write-day", type=FILE, default=None, help="Only write the day's requests to this file, and FILE.pins.")
@json_option
def demo(
    folder: Path | None, terminal: bool, practice: bool, reset: bool, no_open: bool, ready_file: Path | None,
    write_day: Path | None, json_: bool,
) -> int:  # fmt: skip
    """Open a seeded post office in the browser: ninety days behind it, its day and drawers open, clerks to sign in as.

    With --terminal, play a day of about 400 requests in an office instead, show its books and verify a receipt twice;
    run again, the same requests get the same answers and nothing new is recorded. --json goes with it.

    With --practice, open a training office in which three things went wrong: to find them, and put them right.
    """
    if write_day is not None:
        return _write_day(write_day, json_)
    if json_ and not terminal:
        raise click.UsageError("--json goes with --terminal or --write-day")
    if practice and terminal:
        raise click.UsageError("--practice opens a browser; it does not go with --terminal")
    place = Place(folder or Path(_FOLDERS["terminal" if terminal else "practice" if practice else ""]))
    if reset:
        demo_office.forget(place)
    if not terminal:
        from counterfoil.demo import window

        serve = window.run_practice if practice else window.run
        return serve(place, open_browser=not no_open, ready_file=ready_file)
    return _in_terminal(place, ready_file, json_)


def _in_terminal(place: Place, ready_file: Path | None, json_: bool) -> int:
    """The day, played and shown."""
    began = time.perf_counter()
    made = demo_office.make(place)
    if not json_:
        _say_where(place, made)
    with _progress(quiet=json_) as told:
        played = demo_office.play(place, demo_office.shown_request(), told)
    seconds = time.perf_counter() - began
    same, books = demo_office.compared(place, played), _books(place, played)
    slip = _keep_paper(place, played)
    checks = _checks(place, played.shown.slip, slip)
    if ready_file is not None:
        _ready(ready_file, place)
    good = books.balanced and same is not False and all(well is not False for _, well, _ in checks)
    if json_:
        as_json(_report(place, made, played, same, books, checks, seconds))
    else:
        _show(place, played, same, books, checks, seconds)
    return 0 if good else WRONG


def _write_day(file: Path, json_: bool) -> int:
    pins = file.with_name(f"{file.name}.pins")
    day = demo_office.day_bytes()
    file.write_bytes(day)
    pins.write_bytes(demo_office.pins_bytes())
    if json_:
        as_json({"day": str(file), "pins": str(pins), "lines": day.count(b"\n"), "seed": SEED})
        return 0
    click.echo(f"{file}: {len(day.splitlines())} lines (seed {SEED}). Its PINs: {pins}.")
    click.echo("To play it in an office of your own:")
    click.echo("  counterfoil init DIR")
    click.echo(f"  counterfoil clerk add DIR --pins {pins}")
    click.echo(f"  counterfoil replay DIR {file} --pins {pins}")
    return 0


# --- what happened ----------------------------------------------------------------------------------------------------


def _books(place: Place, played: Played) -> Books:
    store = bootstrap.open_store(place.folder, bootstrap.read_settings(place.folder), read_only=True)
    try:
        rows = [AccountRow(*row) for row in store.scan("account")]  # type: ignore[arg-type]  # columns of the row class
        differences = [DifferenceRow(*row) for row in store.scan("difference")]  # type: ignore[arg-type]  # as above
    finally:
        store.close()
    states = {row.case: row.state for row in differences}
    closings = [
        Closing(one["till"], one["report"], one["counted"], one["expected"], one.get("case"),
                states.get(one.get("case", ""), "no difference"))
        for one in played.outcomes
        if one["outcome"] == "accepted" and one.get("kind") in CLOSINGS
    ]  # fmt: skip
    return Books(_groups(rows), trial_balance(rows), sorted(closings))


def _groups(rows: list[AccountRow]) -> list[tuple[str, int, int]]:
    """Balances by account, the customers' in one line: there are many, and they are nobody else's business."""
    customers = [row for row in rows if row.name.startswith("customer:")]
    found = [(row.name, row.debits_posted - row.credits_posted) for row in rows if row not in customers]
    owed = sum(row.debits_posted - row.credits_posted for row in customers)
    shown = [*sorted(one for one in found if one[1]), (f"customers, {len(customers)} accounts", owed)]
    return [(name, max(balance, 0), max(-balance, 0)) for name, balance in shown]


def _keep_paper(place: Place, played: Played) -> Path:
    """The receipt as a picture, and its code's text: what a customer holds in her hand."""
    place.paper.mkdir(exist_ok=True)
    slip = place.paper / "slip.txt"
    slip.write_text(played.shown.slip + "\n", "utf-8")
    (place.paper / "receipt.png").write_bytes(png.render(played.shown))
    return slip


def _checks(place: Place, slip: str, file: Path) -> list[tuple[str, bool | None, str]]:
    """(who, whether it accepted, what it said); None where it is not at hand."""
    verifier = demo_office.verifier_path()
    alone = demo_office.verified_alone(place, file, verifier) if verifier else (None, NO_VERIFIER)
    return [("this package", *demo_office.verified_here(place, slip)), ("the stand-alone verifier", *alone)]


def _counts(played: Played) -> dict[str, int]:
    names = [one["outcome"] if one["outcome"] in ("accepted", "refused") else "other" for one in played.outcomes]
    return {name: names.count(name) for name in ("accepted", "refused", "other")}


def _ready(file: Path, place: Place) -> None:
    """Written whole or not at all. Of the terminal's demo, which has no address."""
    logins = [{"clerk": one.clerk, "pin": one.new_pin or one.pin} for one in CLERKS]
    value = {"url": None, "office": str(place.folder), "device": place.secret, "logins": logins, "pid": os.getpid()}
    beside = file.with_name(f"{file.name}.new")
    with beside.open("w", encoding="utf-8") as out:
        out.write(_json(value))
    beside.replace(file)


def _json(value: Mapping[str, Any]) -> str:
    import json

    return json.dumps(value, ensure_ascii=False) + "\n"


# --- what is shown ----------------------------------------------------------------------------------------------------


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while the day is played, where there is a terminal to see it."""
    if quiet or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    total = demo_office.day_bytes().count(b"\n")
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Playing the day", total=total)
        yield lambda done: bar.update(task, completed=done)


def _say_where(place: Place, made: bool) -> None:
    state = "made now" if made else "made before; --reset starts anew"
    click.echo(f"Post office {OFFICE}, {PLACE}, in {place.folder} ({state}).")
    click.echo(f"Monday {DATE}: three clerks, forty customers, seed {SEED}.")


def _show(
    place: Place, played: Played, same: bool | None, books: Books, checks: list[tuple[str, bool | None, str]],
    seconds: float,
) -> None:  # fmt: skip
    counts = _counts(played)
    click.echo(
        f"{len(played.outcomes)} lines played in {seconds:.1f} s: {counts['accepted']} accepted, "
        f"{counts['refused']} refused, {counts['other']} of the session. {_news(played, same)}"
    )
    _show_books(books)
    click.echo(f"\nOne receipt, as it {'came' if not played.shown.copy else 'comes again'} out of the printer:\n")
    click.echo(text.render(played.shown, screen=COLUMNS, colors=sys.stdout.isatty()), nl=False)
    click.echo(f"\nIs that receipt true? Both read only {place.paper / 'slip.txt'} and {place.trust}:")
    for who, well, said in checks:
        answer = {True: "accepted", False: "REFUSED", None: "not asked"}[well]
        click.echo(f"  {who}: {answer}")
        for line in wrapped(said, 90):
            click.echo(f"    {line}")
    click.echo(f"\nLook around:\n  counterfoil books {place.folder}\n  counterfoil audit {place.folder} --signatures")
    click.echo(f"  counterfoil receipt {place.folder} --entry {_entry(played)} --language es")
    click.echo(f"The picture of the receipt: {place.paper / 'receipt.png'}")


def _news(played: Played, same: bool | None) -> str:
    new = played.after - played.before
    if same is None:
        return f"{new} new entries, {played.after} in all."
    if not same:
        return "The answers are NOT those of the first time: run `counterfoil audit` on it."
    return f"All of it was known: the same answers as the first time, {new} new entries, {played.after} in all."


def _show_books(books: Books) -> None:
    click.echo(f"\n{'Trial balance':<36}{'debit':>16}{'credit':>16}")
    for name, debit, credit in books.groups:
        click.echo(f"  {name:<34}{_amount(debit):>16}{_amount(credit):>16}")
    debit, credit = sum(one[1] for one in books.groups), sum(one[2] for one in books.groups)
    click.echo(f"  {'':<34}{'-' * 15:>16}{'-' * 15:>16}\n  {'':<34}{_amount(debit):>16}{_amount(credit):>16}")
    click.echo("  It balances." if books.balanced else "  It does NOT balance.")
    click.echo(f"\n{'Till closings':<14}{'Z no.':>6}{'counted':>16}{'expected':>16}{'difference':>14}  answer")
    for one in books.closings:
        differs = one.counted - one.expected
        click.echo(
            f"  {one.till:<12}{one.report:>6}{_amount(one.counted):>16}{_amount(one.expected):>16}"
            f"{_amount(differs) or '-':>14}  {one.answer}"
        )
    click.echo("  A difference is the house's, whatever the answer; it is never a clerk's debt.")


def _amount(minor: int) -> str:
    return str(Money(minor, USD)) if minor else ""


def _entry(played: Played) -> int:
    """The number of the entry that is shown, from its receipt."""
    return next(int(one["entries"][0][1]) for one in played.outcomes if one.get("id") == demo_office.shown_request())


def _report(
    place: Place, made: bool, played: Played, same: bool | None, books: Books,
    checks: list[tuple[str, bool | None, str]], seconds: float,
) -> dict[str, Any]:  # fmt: skip
    return {
        "folder": str(place.folder), "device": place.secret, "made": made, "seed": SEED, "day": DATE,
        "lines": len(played.outcomes), **_counts(played), "entries": played.after,
        "new_entries": played.after - played.before, "same_as_first": same, "outcomes_sha256": played.digest,
        "trial_balance": [line._asdict() | {"balanced": line.balanced} for line in books.lines],
        "closings": [one._asdict() for one in books.closings],
        "receipt": {"entry": _entry(played), "copy": played.shown.copy, "slip": played.shown.slip},
        "verified": [{"by": who, "accepted": well, "said": said} for who, well, said in checks],
        "seconds": f"{seconds:.3f}",
    }  # fmt: skip
