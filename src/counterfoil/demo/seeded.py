"""The seeded office: a folder with ninety days of a village post office behind it, for whoever opens the window.

Always true (``tests/scenarios/test_demo_season.py``): it is made once and opened at once from then on
(``test_a_seeded_office_is_made_once``); its last day is before today, so that the clerk opens today's; one customer has
chosen a passphrase, as with a code from the counter (``test_a_seeded_customer_signs_in``); a folder that was begun and
not finished is made anew, and one that the demo did not make is left as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from importlib.resources import files

from counterfoil import bootstrap
from counterfoil.demo import office as demo_office
from counterfoil.demo.day import DOMAIN, OFFICE, PLACE, ZONE
from counterfoil.demo.habits import HABITS
from counterfoil.demo.office import Place
from counterfoil.demo.people import BACK_OFFICE, CLERKS, CUSTOMERS
from counterfoil.demo.season import DAYS, PEOPLE, SEED, Holder, Season
from counterfoil.engines.clock import FileClock, MachineClock, local_ms
from counterfoil.engines.passphrases import Argon
from counterfoil.kernel.days import local_day, local_time
from counterfoil.kernel.outcomes import Fault, Unavailable
from counterfoil.operations.answers import Refused
from counterfoil.operations.self_service import SelfService
from counterfoil.policy.profiles import with_authority

PROFILE, AUTHORITY = "us-postal-bank", "DEMONSTRATION, NONE"
EVERYONE = (*CLERKS, *BACK_OFFICE)
CUSTOMER, PASSPHRASE = CUSTOMERS[1].name, "river stone lamp seven"
"""Who has a page of her own. Her passphrase stands in a public file: it is for this office only."""


def make(
    place: Place, told: Callable[[int, int], None], *, last: date | None = None, days: int = DAYS, people: int = PEOPLE
) -> bool:
    """Makes the office in ``place`` unless it is there. ``told`` hears (days done, days in all). Returns whether it was
    made now. ``Unavailable`` for a folder that the demo did not make."""
    recorded = place.recorded()
    if recorded is not None and recorded.get("made"):
        return False
    if recorded is not None:
        demo_office.forget(place)
    if place.folder.exists() and any(place.folder.iterdir()):
        raise Unavailable(f"{place.folder} is not empty and was not made by the demo. Choose another with --dir")
    place.folder.mkdir(parents=True, exist_ok=True)
    place.stick.mkdir(parents=True, exist_ok=True)
    demo_office.note_made(place, {"seed": SEED, "made": False})
    yesterday = date.fromisoformat(local_day(MachineClock().now(), ZONE)) - timedelta(days=1)
    last = last or yesterday
    clock = FileClock(start=local_ms(local_time(f"{last - timedelta(days=days)}T07:30"), ZONE))
    shipped = (files("counterfoil.policy") / "editions" / f"{PROFILE}.toml").read_bytes()
    settings = bootstrap.Settings(DOMAIN, OFFICE, PLACE, 1, ZONE, "USD")
    bootstrap.init_office(place.folder, settings, edition=with_authority(shipped, AUTHORITY), clock=clock)
    with bootstrap.open_office(place.folder, clock=clock, stick=place.secret) as office:
        _enroll(office, place)
        signers = {one.clerk: office.authority.sign_in(one.clerk, one.pin).signer for one in CLERKS}
        season = Season(office.desk, clock, signers, zone=ZONE, habits=HABITS)
        season.play(last, told, days=days, people=people)
        customer = _choose_passphrase(office, season.people)
        office.desk.flush()
    demo_office.note_made(place, {"seed": SEED, "made": True, "last": last.isoformat(), "customer": customer})
    return True


def _choose_passphrase(office: bootstrap.Office, people: Sequence[Holder]) -> dict[str, str]:
    """One customer enrolls for her own page. Returns who, and what she signs in with."""
    holder = next((one for one in people if one.person.name == CUSTOMER), people[0])
    members = SelfService(office.desk, lambda run: run(), Argon())
    code = members.give_code(holder.customer, by=CLERKS[0].clerk)
    members.enroll(holder.account, code, PASSPHRASE)
    return {"account": holder.account, "name": holder.person.name, "passphrase": PASSPHRASE}


def _enroll(office: bootstrap.Office, place: Place) -> None:
    first, *others = EVERYONE
    office.authority.enrol_first(first.clerk, first.role, first.pin, first.name)
    (place.folder / bootstrap.FIRST_CODE).unlink(missing_ok=True)
    signer = office.authority.sign_in(first.clerk, first.pin).signer
    today = local_day(office.clock.now(), ZONE)
    for one in others:
        request = hashlib.sha256(f"seeded {one.clerk}".encode()).digest()[:16]
        answer, _ = office.authority.enrol(request, one.clerk, one.role, one.pin, one.name, by=[signer], date=today)
        if isinstance(answer, Refused):
            raise Fault(f"{one.name} of the demo was not enrolled: {answer.refusal.sentence()}")
