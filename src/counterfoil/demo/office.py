"""The demo office: a folder made once, its three clerks, and the day played in it as often as one likes.

Always true (``tests/scenarios/test_demo_day.py``): a folder is thrown away only if the demo made it
(``test_reset_touches_nothing_that_is_not_a_demo``); a second play gives the same outcomes and records nothing more
(``test_a_second_play_changes_nothing``). The device secret lies beside the folder, never inside it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import counterfoil
from counterfoil import bootstrap
from counterfoil.counter.receipt import Receipt
from counterfoil.demo.day import DATE, DOMAIN, EDITION, OFFICE, PLACE, SEED, ZONE
from counterfoil.demo.people import CLERKS
from counterfoil.engines.clock import FileClock, local_ms
from counterfoil.engines.editions import demonstration
from counterfoil.engines.texts import catalog
from counterfoil.facts.kinds import KINDS
from counterfoil.journal.rules import Refused, kinds_by_number
from counterfoil.journal.trust import parse_policy
from counterfoil.journal.verify import verify
from counterfoil.kernel.days import local_time
from counterfoil.kernel.outcomes import Fault, Malformed, Unavailable
from counterfoil.operations.answers import Refused as RefusedAnswer
from counterfoil.operations.papers import Papers
from counterfoil.operations.replay import Player

MARKER = "demo.json"
"""Says that the demo made this folder, and what the first play answered."""
SECRET = "device.key"
SHOWN_AMOUNT = 40_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a demo lies: ``folder`` is the office's, ``stick`` stands for the clerks' own, beside it."""

    folder: Path

    @property
    def stick(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}-device")

    @property
    def secret(self) -> str:
        return str(self.stick / SECRET)

    @property
    def paper(self) -> Path:
        """What came out of the printer and is shown."""
        return self.folder / "paper"

    @property
    def trust(self) -> Path:
        return self.folder / bootstrap.TRUST

    def recorded(self) -> dict[str, Any] | None:
        """What the marker says; None if the demo did not make this folder, or did not finish making it."""
        try:
            found = json.loads((self.folder / MARKER).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and "seed" in found else None


@dataclass(frozen=True, slots=True)
class Played:
    """What one play gave: outcomes in order, entries before and after, first prints by entry."""

    outcomes: list[dict[str, Any]]
    before: int
    after: int
    shown: Receipt

    @property
    def digest(self) -> str:
        """SHA-256 of all outcomes, in hexadecimal."""
        text = json.dumps(self.outcomes, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def day_bytes() -> bytes:
    """The day's file as it lies beside this module."""
    return (files("counterfoil.demo") / "day.jsonl").read_bytes()


def pins_bytes() -> bytes:
    """The PIN file that belongs to the day."""
    return (files("counterfoil.demo") / "day.jsonl.pins").read_bytes()


def shown_request() -> str:
    """The id of the deposit whose receipt is shown: the one made again on the right account."""
    asks = [json.loads(line) for line in _lines()]
    return str([ask["id"] for ask in asks if ask["kind"] == "deposit" and ask["amount"] == SHOWN_AMOUNT][-1])


def pins() -> Callable[[str], str]:
    """The clerks' PINs, from the file beside this module's day."""
    value = json.loads(pins_bytes())
    known = {one["clerk"]: one["pin"] for one in value["clerks"]}
    known |= {f"{one['clerk']}/new": one["new_pin"] for one in value["clerks"] if "new_pin" in one}

    def pin(clerk: str) -> str:
        if clerk not in known:
            raise Malformed(f"the demo's PIN file has no PIN of clerk {clerk}", field="pins")
        return str(known[clerk])

    return pin


def forget(place: Place) -> None:
    """Throws the demo away. ``Unavailable`` for a folder that the demo did not make."""
    if not place.folder.exists():
        return
    if place.recorded() is None:
        raise Unavailable(f"{place.folder} was not made by the demo: it is left as it is. Choose another with --dir")
    shutil.rmtree(place.folder)
    (place.stick / SECRET).unlink(missing_ok=True)
    if place.stick.is_dir() and not any(place.stick.iterdir()):
        place.stick.rmdir()


def make(place: Place) -> bool:
    """The office with its three clerks, made now unless it is there. Returns whether it was made."""
    recorded = place.recorded()
    if recorded is not None and recorded.get("made"):
        return False
    if recorded is not None:  # Interrupted before anything was played: nothing in it is anybody's.
        forget(place)
    if place.folder.exists() and any(place.folder.iterdir()):
        raise Unavailable(f"{place.folder} is not empty and was not made by the demo. Choose another with --dir")
    place.folder.mkdir(parents=True, exist_ok=True)
    place.stick.mkdir(parents=True, exist_ok=True)
    note_made(place, {"seed": SEED, "made": False})  # First, so that a demo that was interrupted can be thrown away.
    settings = bootstrap.Settings(DOMAIN, OFFICE, PLACE, 1, ZONE, "USD")
    bootstrap.init_office(place.folder, settings, edition=demonstration(EDITION), clock=_early())
    pin = pins()
    with bootstrap.open_office(place.folder, clock=_early(), stick=place.secret) as office:
        first, *others = CLERKS
        office.authority.enrol_first(first.clerk, first.role, pin(first.clerk), first.name)
        (place.folder / bootstrap.FIRST_CODE).unlink(missing_ok=True)
        signer = office.authority.sign_in(first.clerk, pin(first.clerk)).signer
        for one in others:
            answer, _ = office.authority.enrol(
                hashlib.sha256(one.clerk.encode()).digest()[:16], one.clerk, one.role, pin(one.clerk), one.name,
                by=[signer], date=DATE,
            )  # fmt: skip
            if isinstance(answer, RefusedAnswer):
                raise Fault(f"clerk {one.clerk} of the demo was not enrolled: {answer.refusal.sentence()}")
    note_made(place, {"seed": SEED, "made": True})
    return True


def play(place: Place, show: str, told: Callable[[int], None]) -> Played:
    """Plays the day. ``show``: the id of the request whose receipt is kept; ``told`` hears of every line."""
    clock = FileClock()
    prints: dict[tuple[int, int], Receipt] = {}
    with bootstrap.open_office(place.folder, clock=clock, stick=place.secret) as office:
        papers = Papers(
            office.desk.store, signer=lambda epoch: office.desk.node_key, catalog=catalog,
            office_key=office.desk.office_key,
        )  # fmt: skip

        def printer(epoch: int, sequence: int, slip: str, copy: bool) -> None:
            """Keeps the paper of the request that is shown, as it is at its first print."""
            first = next(office.desk.store.scan("part", (bytes.fromhex(show),), limit=1), None)
            if first is not None and first[2:] == (epoch, sequence):
                prints[epoch, sequence] = papers.receipt(epoch, sequence, copy=copy)

        player = Player(
            office.desk, office.authority, pins=pins(), clock=clock, to_ms=local_ms, print_slip=printer,
        )  # fmt: skip
        before, outcomes = office.desk.size, []
        for outcome in player.play(_lines()):
            outcomes.append(outcome)
            told(len(outcomes))
        player.close()
        shown = next(iter(prints.values()), None)
        if shown is None:  # Printed on an earlier day: now it is a copy.
            epoch, sequence = next(one["entries"][0] for one in outcomes if one.get("id") == show)
            shown = papers.receipt(epoch, sequence)
        return Played(outcomes, before, office.desk.size, shown)


def compared(place: Place, played: Played) -> bool | None:
    """Whether the outcomes are those of the first play; None if this was it, which is noted then."""
    recorded = place.recorded() or {}
    if "outcomes" not in recorded:
        note_made(place, {**recorded, "outcomes": played.digest})
        return None
    return bool(recorded["outcomes"] == played.digest)


def verified_here(place: Place, slip: str) -> tuple[bool, str]:
    """What this package says of a slip under the office's trust policy."""
    try:
        report = verify(slip.encode(), parse_policy(place.trust.read_bytes()), kinds_by_number(KINDS))
    except Refused as refused:
        return False, str(refused)
    return True, "; ".join(report.proved)


def verifier_path() -> Path | None:
    """The stand-alone verifier of this checkout; None where the package is installed without it."""
    found = Path(counterfoil.__file__).resolve().parents[2] / "verifier" / "verify_counterfoil.py"
    return found if found.is_file() else None


def verified_alone(place: Place, slip: Path, verifier: Path) -> tuple[bool, str]:
    """What the stand-alone verifier says of a slip: another program, which imports nothing of this one."""
    done = subprocess.run(
        [sys.executable, "-I", str(verifier), str(slip), "--policy", str(place.trust), "--json"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    try:
        said = json.loads(done.stdout)[0]
    except (ValueError, IndexError, KeyError):
        return False, (done.stderr.strip() or "it said nothing").splitlines()[-1]
    proved = said.get("proved") or [said.get("reason", "")]
    return done.returncode == 0 and said["answer"] == "accepted", "; ".join(proved)


def _lines() -> Iterator[bytes]:
    yield from day_bytes().splitlines()


def _early() -> FileClock:
    """Ten minutes to eight on the day: when the office is made and its clerks get their keys."""
    return FileClock(start=local_ms(local_time(f"{DATE}T07:50"), ZONE))


def note_made(place: Place, value: dict[str, Any]) -> None:
    """Notes in the folder that the demo made it, and how far it came."""
    (place.folder / MARKER).write_text(json.dumps(value) + "\n", "utf-8")
