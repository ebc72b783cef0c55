"""A training office with three planted mistakes, to be found and put right before a clerk meets them with real money.

Always true (``tests/scenarios/test_practice.py``): its log's origin begins with ``practice.``, so every slip begins
with ``CFP:`` and every receipt says PRACTICE, and no verifier accepts either (``test_nothing_of_it_passes_for_real``);
what is to be done is read from the books, never from what the learner says
(``test_each_mistake_is_found_and_put_right``).

The mistakes: a deposit entered twice; an answer that the network lost; a count that does not agree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from counterfoil import bootstrap
from counterfoil.counter.receipt import wrapped
from counterfoil.demo import office as demo_office
from counterfoil.demo.day import DOMAIN, EDITION, PLACE, ZONE, counted
from counterfoil.demo.office import Place
from counterfoil.demo.people import CLERKS, CUSTOMERS
from counterfoil.engines.clock import local_ms
from counterfoil.engines.editions import demonstration
from counterfoil.faces.cli.main import WRONG, as_json, json_option
from counterfoil.journal.slip import TRAINING_DOMAIN, is_training
from counterfoil.kernel.days import local_day
from counterfoil.kernel.outcomes import Fault, Unavailable
from counterfoil.office.rows import DifferenceRow, HoldingRow
from counterfoil.operations.answers import Refused
from counterfoil.operations.replay import Player
from counterfoil.operations.store import OfficeStore

OFFICE = "0990"
_SUPERVISOR, _CLERK = CLERKS[0].clerk, CLERKS[1].clerk
_DEPOSIT, _WITHDRAWAL, _FLOAT, _SHORT = 12_500, 6_000, 80_000, 2_000
LOST, PINS = "lost.jsonl", "practice.pins"


@dataclass(frozen=True, slots=True)
class Exercise:
    """One planted mistake: what happened, what to do, and how the books show that it is done."""

    name: str
    happened: str
    task: str
    done: Callable[[OfficeStore], bool]


def _id(word: str) -> str:
    return hashlib.sha256(f"practice {word}".encode()).digest()[:16].hex()


def make_here(place: Place) -> bool:
    """Makes the training office in the demo's ``place`` unless it is there. Returns whether it was made now."""
    recorded = place.recorded()
    if recorded is not None and recorded.get("made"):
        return False
    if recorded is not None:
        demo_office.forget(place)
    place.stick.mkdir(parents=True, exist_ok=True)
    make(place.folder, stick=place.secret)
    demo_office.note_made(place, {"seed": OFFICE, "made": True})
    return True


def make(folder: Path, *, stick: str | None = None) -> None:
    """Makes the training office and plants the mistakes. ``stick``: the file of the clerks' device secret; None: where
    this machine keeps it. ``Unavailable`` if the folder holds something."""
    if folder.exists() and any(folder.iterdir()):
        raise Unavailable(f"{folder} is not empty: choose another folder, or look at it with --check")
    settings = bootstrap.Settings(TRAINING_DOMAIN + DOMAIN, OFFICE, PLACE, 1, ZONE, "USD")
    bootstrap.init_office(folder, settings, edition=demonstration(EDITION))
    pins = {one.clerk: one.pin for one in CLERKS}
    with bootstrap.open_office(folder, stick=stick) as office:
        today = local_day(office.clock.now(), ZONE)
        office.authority.enrol_first(_SUPERVISOR, CLERKS[0].role, pins[_SUPERVISOR], CLERKS[0].name)
        (folder / bootstrap.FIRST_CODE).unlink(missing_ok=True)
        signer = office.authority.sign_in(_SUPERVISOR, pins[_SUPERVISOR]).signer
        for one in CLERKS[1:]:
            answer, _ = office.authority.enrol(
                bytes.fromhex(_id(f"clerk {one.clerk}")),
                one.clerk,
                one.role,
                one.pin,
                one.name,
                by=[signer],
                date=today,
            )
            if isinstance(answer, Refused):
                raise Fault(f"clerk {one.clerk} of the training office was not enrolled: {answer.refusal.code}")
        player = Player(office.desk, office.authority, pins=pins.__getitem__, clock=None, to_ms=local_ms)
        for outcome in player.play(json.dumps(line) for line in _planted()):
            if outcome["outcome"] not in ("accepted", "signed in", "noted"):
                raise Fault(f"the training day was not played: {outcome}")
        player.close()
    clerks = [{"clerk": one.clerk, "name": one.name, "role": one.role, "pin": one.pin} for one in CLERKS]
    (folder / PINS).write_text(json.dumps({"clerks": clerks}, ensure_ascii=False, indent=1) + "\n", "utf-8")
    lost = [{"kind": "sign-in", "clerk": _CLERK}, _lost()]
    (folder / LOST).write_text("".join(json.dumps(line) + "\n" for line in lost), "utf-8")


def _line(word: str, kind: str, *, clerk: str = _CLERK, **fields: Any) -> dict[str, Any]:
    return {"id": _id(word), "kind": kind, "clerk": clerk, **fields}


def _lost() -> dict[str, Any]:
    """The request whose answer never arrived: to be sent again as it is, under its own id."""
    return _line(
        "withdrawal", "withdrawal", till="T1", account=f"@{_id('account')}", amount=_WITHDRAWAL, currency="USD"
    )


def _planted() -> Iterable[dict[str, Any]]:
    yield {"kind": "sign-in", "clerk": _SUPERVISOR}
    yield {"kind": "sign-in", "clerk": _CLERK}
    yield _line("day", "day-open", clerk=_SUPERVISOR)
    yield _line(
        "pouch", "pouch-in", clerk=_SUPERVISOR, approve=[_CLERK], pouch="P-0990", from_office="9000", to_office=OFFICE,
        amount=4 * _FLOAT, currency="USD", found=counted(4 * _FLOAT), condition="whole",
    )  # fmt: skip
    yield _line("till", "till-open", till="T1", count={})
    yield _line(
        "float", "cash-from-vault", approve=[_SUPERVISOR], till="T1", amount=_FLOAT, currency="USD",
        count=counted(_FLOAT),
    )  # fmt: skip
    yield _line("customer", "customer-open", tier="known", details=CUSTOMERS[0].details())
    yield _line("account", "account-open", customer=f"@{_id('customer')}")
    account = f"@{_id('account')}"
    # She clicked, saw nothing, and made the form again: two requests, two entries, one handful of notes.
    for word in ("deposit", "deposit again"):
        yield _line(word, "deposit", till="T1", account=account, amount=_DEPOSIT, currency="USD")
    yield {"kind": "printer", "state": "out"}  # Booked, and its answer was never seen: nothing came out of the printer.
    yield _lost()
    yield {"kind": "printer", "state": "ready"}
    held = _FLOAT + _DEPOSIT - _WITHDRAWAL  # What lies in the drawer: one deposit, not two, and a note is missing.
    yield _line("count", "till-count", till="T1", count=counted(held - _SHORT))


def exercises() -> tuple[Exercise, ...]:
    """The three mistakes, in the order in which they are put right."""
    return (
        Exercise(
            "the lost network",
            "A withdrawal of $60.00 was sent, and no answer came. Nobody knows whether to pay.",
            "Look at `Receipts that were not printed yet` on the first page, or send it again as it was (`counterfoil "
            f"replay DIR DIR/{LOST} --pins DIR/{PINS}`). The books show it once: print its receipt, and pay. Never "
            "make a new request for it.",
            lambda store: len(_withdrawals(store)) == 1 and _printed(store, _withdrawals(store)),
        ),
        Exercise(
            "the wrong count",
            "Drawer T1 was counted, and the count does not agree with the books.",
            "Open `Your drawer`: count again if you like, then say Accept or Dispute. Both are equally good answers, "
            "and the difference is never yours to pay. Then open the drawer again.",
            lambda store: any(DifferenceRow._make(row).till == "T1" for row in store.scan("difference")),
        ),
        Exercise(
            "the double click",
            f"Clerk {_CLERK} entered one deposit of $125.00 twice, as two requests: the account shows both.",
            f"Find {CUSTOMERS[0].name}, open the second deposit (or `counterfoil books DIR --account NUMBER`), and "
            "undo it from your open drawer; a supervisor signs too.",
            lambda store: any(store.scan("reversal")),
        ),
    )


def state_of(store: OfficeStore) -> list[dict[str, Any]]:
    """Each exercise and whether the books show that it is done."""
    return [
        {"exercise": one.name, "happened": one.happened, "task": one.task, "done": one.done(store)}
        for one in exercises()
    ]


def account_of(store: OfficeStore) -> str:
    """The number of the one account in the training office."""
    return next(HoldingRow._make(row).account for row in store.scan("holding"))


def _withdrawals(store: OfficeStore) -> list[tuple[int, int]]:
    rows = store.scan("part", (bytes.fromhex(_id("withdrawal")),))
    return [(int(row[2] or 0), int(row[3] or 0)) for row in rows]


def _printed(store: OfficeStore, entries: Iterable[tuple[int, int]]) -> bool:
    return not any(store.get("unprinted", entry) for entry in entries)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--check", is_flag=True, help="Look whether the mistakes have been found, and change nothing.")
@json_option
def practice(folder: Path, check: bool, json_: bool) -> int:
    """Make a training office in DIR with three planted mistakes, or --check how far you are.

    Its receipts say PRACTICE, and no verifier accepts them.
    """
    if not check:
        make(folder)
    store = bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True)
    try:
        origin = str(next(store.scan("epoch"))[2])
        if not is_training(origin):
            raise Unavailable(f"{folder} is a real office ({origin}), not one for practice")
        found, account = state_of(store), account_of(store)
    finally:
        store.close()
    left = sum(not one["done"] for one in found)
    if json_:
        as_json({"folder": str(folder), "account": account, "pins": str(folder / PINS), "exercises": found})
    else:
        click.echo(f"Training office {OFFICE} in {folder}. Account: {account}. PINs: {folder / PINS}.")
        for number, one in enumerate(found, start=1):
            click.echo(f"\n{number}. {one['exercise']}: {'done' if one['done'] else 'to do'}")
            click.echo("\n".join(f"   {line}" for line in wrapped(f"{one['happened']} {one['task']}", 90)))
        click.echo(f"\n{left} to do." if left else "\nAll three are found and put right.")
        if left:
            click.echo(f"In the browser: counterfoil serve {folder}")
    return WRONG if check and left else 0
