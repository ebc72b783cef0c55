"""The demo in a browser: the seeded office, or the training office, made once and served until it is stopped.

Always true (``tests/scenarios/test_demo_window.py``): the ready file is written only once pages are answered, and
holds where and who may sign in (``test_the_demo_opens_in_a_browser``); a second start makes nothing anew
(``test_a_second_start_goes_on``); a day that is open already is left as it is; the training office says what is to be
found in it (``test_the_training_office_opens_in_a_browser``).
"""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from counterfoil.bootstrap import Office
from counterfoil.counter.receipt import wrapped
from counterfoil.demo import practice, seeded
from counterfoil.demo.office import Place
from counterfoil.demo.people import CLERKS, Helper
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
    """Makes the seeded office unless it is there, opens its day, and serves it until Ctrl-C or SIGTERM."""
    with _progress() as told:
        made = seeded.make(place, told)
    return _serve(
        place, logins(place), opened=morning, open_browser=open_browser, ready_file=ready_file,
        said=lambda url: _say(place, url, made),
    )  # fmt: skip


def run_practice(place: Place, *, open_browser: bool, ready_file: Path | None) -> int:
    """The same with the training office and its planted mistakes."""
    made = practice.make_here(place)
    return _serve(
        place, _clerks(CLERKS), opened=lambda office: None, open_browser=open_browser, ready_file=ready_file,
        said=lambda url: _say_practice(place, url, made),
    )  # fmt: skip


def _serve(
    place: Place, who: Sequence[dict[str, str]], *, opened: Callable[[Office], None], said: Callable[[str], None],
    open_browser: bool, ready_file: Path | None,
) -> int:  # fmt: skip
    def prepare(office: Office) -> None:
        office.desk.confirm_clock()  # The demo may have slept for weeks.
        opened(office)

    def ready(url: str) -> None:
        value = {"url": url, "logins": list(who), "pid": os.getpid(), "office": str(place.folder.resolve())}
        if ready_file is not None:
            serving.written(ready_file, value)
        said(url)
        if open_browser and _display():
            webbrowser.open(url)

    return serving.run(
        place.folder, QUIET, elsewhere=True, ready_file=None, stick=place.secret, said=ready, clock="machine",
        opened=prepare,
    )  # fmt: skip


def logins(place: Place) -> list[dict[str, str]]:
    """Who may sign in, with what: clerks with number and PIN, the customer with account and passphrase. These stand in
    a public file: they are for this office only."""
    customer = (place.recorded() or {}).get("customer")  # An office made by an older demo has none.
    return _clerks(seeded.EVERYONE) + ([{"role": "customer", **customer}] if customer else [])


def _clerks(people: Sequence[Helper]) -> list[dict[str, str]]:
    return [{"role": one.role, "clerk": one.clerk, "name": one.name, "pin": one.pin} for one in people]


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
    office.authority.close()  # Whoever works here signs in at a screen.


def _ask(office: Office, body: dict[str, Any], signers: Sequence[Signer]) -> None:
    request = Request(office.desk.entropy(16), office.desk.epoch, parse(body), signers)
    answer = office.desk.one(request)
    if not isinstance(answer, Accepted):
        raise Fault(f"the demo's morning was refused: {answer.refusal.sentence()}")


def _say(place: Place, url: str, made: bool) -> None:
    _say_who("Post office", place, url, made, logins(place))
    click.echo("\nSign in as the clerk, type nandu and Enter, press F2. Receipts are checked at /verify. Ctrl-C stops.")


def _say_practice(place: Place, url: str, made: bool) -> None:
    _say_who("Training office", place, url, made, _clerks(CLERKS))
    click.echo("\nNothing in it is real, and three things went wrong today. Sign in as clerk 102 and put them right:")
    for number, one in enumerate(practice.exercises(), start=1):
        lines = wrapped(f"{number}. {one.happened} {one.task}", 100)
        click.echo("\n" + "\n".join(f"  {line}" for line in lines))
    click.echo(f"\nHow far you are: counterfoil practice {place.folder} --check. Ctrl-C stops.")


def _say_who(what: str, place: Place, url: str, made: bool, who: Sequence[dict[str, str]]) -> None:
    click.echo(f"{what} {place.folder} ({'made now' if made else 'made before; --reset starts anew'}) is open at:")
    click.echo(f"\n  {url}\n")
    for one in who:
        if one["role"] == "customer":
            click.echo(f"\n  {one['role']:<12} account {one['account']}  passphrase {one['passphrase']!r}")
            click.echo(f"  {'':<12} {one['name']}, at {url}/me")
        else:
            click.echo(f"  {one['role']:<12} number {one['clerk']}  PIN {one['pin']}  {one['name']}")


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
