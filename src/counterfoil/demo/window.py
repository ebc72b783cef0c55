"""The seeded office in a browser: made once, its day and drawers opened, served until it is stopped.

Always true (``tests/scenarios/test_demo_window.py``): the ready file is written only once pages are answered, and
holds where and who may sign in (``test_the_demo_opens_in_a_browser``); a second start makes nothing anew
(``test_a_second_start_goes_on``); a day that is open already is left as it is.
"""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from counterfoil import bootstrap
from counterfoil.bootstrap import Office
from counterfoil.demo import seeded
from counterfoil.demo.office import Place
from counterfoil.demo.people import CLERKS
from counterfoil.demo.season import counted
from counterfoil.kernel.outcomes import Fault
from counterfoil.ledger.booking import till_account
from counterfoil.office import rules
from counterfoil.office.requests import parse
from counterfoil.operations.answers import Accepted
from counterfoil.operations.desk import Request, Signer
from counterfoil.serving import command as serving
from counterfoil.serving.config import Settings

TILLS = {"T1": "102", "T2": "103", "T3": "101"}
"""Drawer → whose it is on a day of the demo."""
QUIET = Settings(access_log=False, log_level="warning")


def run(place: Place, *, open_browser: bool, ready_file: Path | None) -> int:
    """Makes the office unless it is there, opens its day, and serves it until Ctrl-C or SIGTERM."""
    with _progress() as told:
        made = seeded.make(place, told)
    if not _open_already(place):
        with bootstrap.open_with(place.folder, "machine", stick=place.secret) as office:
            office.desk.confirm_clock()  # The demo may have slept for weeks.
            morning(office)

    def ready(url: str) -> None:
        value = {"url": url, "logins": logins(place), "pid": os.getpid(), "office": str(place.folder.resolve())}
        if ready_file is not None:
            serving.written(ready_file, value)
        _say(place, url, made)
        if open_browser and _display():
            webbrowser.open(url)

    return serving.run(
        place.folder, QUIET, elsewhere=True, ready_file=None, stick=place.secret, said=ready, clock="machine"
    )


def _open_already(place: Place) -> bool:
    """Whether a business day is open, without opening the office for work: a second start is quick."""
    store = bootstrap.open_store(place.folder, bootstrap.read_settings(place.folder), read_only=True)
    try:
        return any(row[1] != "closed" for row in store.scan("day"))
    finally:
        store.close()


def logins(place: Place) -> list[dict[str, str]]:
    """Who may sign in, with what: clerks with number and PIN, the customer with account and passphrase. These stand in
    a public file: they are for this office only."""
    clerks = [{"role": one.role, "clerk": one.clerk, "name": one.name, "pin": one.pin} for one in seeded.EVERYONE]
    customer = (place.recorded() or {}).get("customer")  # An office made by an older demo has none.
    return [*clerks, {"role": "customer", **customer}] if customer else clerks


def morning(office: Office) -> None:
    """Opens today and three drawers, each with what the books say lies in it, unless a day is open."""
    desk = office.desk
    if desk.state.today is not None:
        return
    date = desk.calendar_day()
    last = max((row.date for row in desk.state.day.rows.values()), default="")
    if date <= last:  # Today was closed already: a person decides what comes next.
        return
    signers = {one.clerk: office.authority.sign_in(one.clerk, one.pin).signer for one in CLERKS}
    _ask(office, {"kind": "day-open", "date": date}, [signers["101"]])
    for till, clerk in TILLS.items():
        held = rules.cash_held(desk.state, till_account(till))
        _ask(office, {"kind": "till-open", "date": date, "till": till, "count": counted(held)}, [signers[clerk]])
    desk.printed(desk.unprinted())
    desk.flush()


def _ask(office: Office, body: dict[str, Any], signers: Sequence[Signer]) -> None:
    request = Request(office.desk.entropy(16), office.desk.epoch, parse(body), signers)
    answer = office.desk.one(request)
    if not isinstance(answer, Accepted):
        raise Fault(f"the demo's morning was refused: {answer.refusal.sentence()}")


def _say(place: Place, url: str, made: bool) -> None:
    click.echo(f"Post office {place.folder} ({'made now' if made else 'made before; --reset starts anew'}) is open at:")
    click.echo(f"\n  {url}\n")
    for one in logins(place):
        if one["role"] == "customer":
            click.echo(f"\n  {one['role']:<12} account {one['account']}  passphrase {one['passphrase']!r}")
            click.echo(f"  {'':<12} {one['name']}, at {url}/me")
        else:
            click.echo(f"  {one['role']:<12} number {one['clerk']}  PIN {one['pin']}  {one['name']}")
    click.echo(
        "\nSign in as the clerk, look for Rosa, press F2. Receipts are checked at /verify. Ctrl-C stops."
    )


def _display() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextmanager
def _progress() -> Iterator[Any]:
    """A bar on standard error while the ninety days are played, where there is a terminal to see it."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Making ninety days of a post office", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
