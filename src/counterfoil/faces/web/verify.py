"""The public page: is this receipt true, and what does it prove? No log-in, nothing is kept.

Always true (``tests/unit/web/test_verify.py``): every answer says what is proved and what is not, in plain words and in
the reader's language (``test_every_answer_has_its_words``); a practice slip is called one
(``test_a_practice_slip_is_named``); a contradiction is shown above all else (``test_a_contradiction_is_shown``).
What is brought is bounded before it is read, and checked away from the desk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import NamedTuple

from litestar import Response

from counterfoil.faces.web.counter import title_of
from counterfoil.faces.web.visit import Visit, day, money
from counterfoil.facts.kinds import kind_numbered
from counterfoil.journal import verify as jv
from counterfoil.journal.entry import Core
from counterfoil.journal.trust import TrustPolicy
from counterfoil.kernel.days import moment
from counterfoil.kernel.money import currency
from counterfoil.kernel.outcomes import Malformed, mark
from counterfoil.operations import checking
from counterfoil.operations.checking import Checked, Told

FILE_BYTES_MAX = 4_194_304
"""A day's bundle of a busy office is smaller; larger ones are checked by ``counterfoil verify``."""
PHOTO_BYTES_MAX = 12_582_912
UPLOAD_BYTES_MAX = FILE_BYTES_MAX + PHOTO_BYTES_MAX + 262_144
CHECKS_A_MINUTE, FILE_BYTES_A_CHECK, CHECKS_A_PHOTO = 30, 131_072, 3
"""From one address. A large file and a photo take as long as many slips, and count as many."""
TEXT_CHARACTERS_MAX = 200_000

NOT_PROVED: Mapping[str, str] = {
    jv.NOT_THE_MONEY: mark("That the money moved. It shows what the office promised."),
    jv.NOT_THE_TIME: mark("The time. It is what the office's own clock said."),
    jv.NOT_THE_APPROVAL: mark("That a clerk signed. That stands in the file of the whole day."),
    jv.NOT_WITNESSED: mark("That someone outside the office has seen its book."),
    jv.NOT_LATER: mark("That the entry is still in the book today. Ask for a proof, and check both together."),
    "account commitments: the office key was not given": mark("Which accounts they were. The file does not tell."),
    "how keys valid before the first day-open entry came to be: it is taken at its word": mark(
        "How the first keys were made. The file is taken at its word."
    ),
}
"""What a report leaves open, word for word, and how it is told here."""

REFUSED: Mapping[str, str] = {
    "training": mark("This is a PRACTICE slip. It comes from a training office. No money stands behind it."),
    "malformed": mark("This is not a whole receipt code, proof or day file. Part of it may be missing. Try again."),
    "version": mark("This was made by a newer version than this page knows."),
    "unknown-log": mark("This comes from an office that is not on the list. If it is another office's, paste its list "
                        "below and try again."),
    "checkpoint-signature": mark("The office did not sign this. Its signature is wrong."),
    "node-signature": mark("The office did not sign this entry. Something in it was changed."),
    "inclusion": mark("The entry is not in the book that the office signed."),
    "place": mark("The parts do not belong together: they name different places in the book."),
    "quorum": mark("Not enough of the others who should have seen this book have signed it."),
    "contradiction": mark("Two records cannot both be true."),
    "account": mark("An account in it is not the one that the office promised."),
    "actor": mark("An entry was made by someone who may not make it."),
    "approval": mark("The signature of a clerk in it is wrong or missing."),
    "body": mark("What was asked and what was recorded do not match."),
    "facts": mark("What was recorded does not match what was promised."),
    "keys": mark("A clerk's key in it is not one that the office made in the right way."),
    "kind": mark("It holds an entry of a kind that is not known here."),
    "opening": mark("The book does not begin as a book must."),
    "repeated": mark("The same request stands in the book twice."),
    "signers": mark("Not the right people signed an entry."),
}  # fmt: skip
"""Code of a refusal → what it means for whoever holds the paper."""


class Shown(NamedTuple):
    """One record as the page shows it. ``kind``: ``good``, ``practice`` or ``bad``."""

    kind: str
    title: str
    facts: Sequence[tuple[str, str]] = ()
    proved: Sequence[str] = ()
    not_proved: Sequence[str] = ()
    said: str = ""
    detail: str = ""


async def form(visit: Visit) -> Response[bytes]:
    """The page before anything is checked; the code of a receipt that led here is checked at once."""
    visit.form = {"text": visit.query.get("text", "")}
    return await (told(visit) if visit.form["text"].strip() else _page(visit))


async def told(visit: Visit) -> Response[bytes]:
    """What was brought, checked; what was typed stays."""
    peer = visit.request.client.host if visit.request.client else "?"
    wait = visit.sessions.over(peer, "verify", CHECKS_A_MINUTE, weight=weight(visit.files))
    if wait:
        said = visit.say(mark("Too many tries from here. Wait {seconds} seconds.")).format(seconds=wait)
        answer = await _page(visit, errors={"text": said}, status=429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    errors: dict[str, str] = {}
    brought = await _brought(visit, errors)
    policy = await _policy(visit, errors)
    if errors or policy is None:
        return await _page(visit, errors=errors, status=422)
    try:
        found = await visit.service.read(lambda store: checking.check(store, brought, policy))
    except Malformed:
        most = visit.say(mark("These are too many at once. Check {most} at a time.")).format(most=checking.RECORDS_MAX)
        return await _page(visit, errors={"text": most}, status=422)
    return await _page(visit, found=found)


def weight(files: Mapping[str, bytes]) -> int:
    """As how many checks it counts. What is too large is not checked at all."""
    file, photo = len(files.get("file", b"")), len(files.get("photo", b""))
    checked = file // FILE_BYTES_A_CHECK if file <= FILE_BYTES_MAX else 0
    return 1 + checked + (CHECKS_A_PHOTO if 0 < photo <= PHOTO_BYTES_MAX else 0)


async def _brought(visit: Visit, errors: dict[str, str]) -> list[bytes]:
    """The records that came: pasted, as a file, as a photo."""
    found = []
    text = visit.form.get("text", "")
    if len(text) > TEXT_CHARACTERS_MAX:
        errors["text"] = visit.say(mark("This is too long to paste. Send it as a file."))
    elif text.strip():
        found.append(pasted(text))
    file = visit.files.get("file", b"")
    if len(file) > FILE_BYTES_MAX:
        errors["file"] = visit.say(mark("This file is too large for this page. The largest is 4 megabytes."))
    elif file:
        found.append(file)
    photo = visit.files.get("photo", b"")
    if photo:
        found += await _from_photo(visit, photo, errors)
    if not found and not errors:
        errors["text"] = visit.say(mark("Paste the code of a receipt, or choose a file or a photo."))
    return found


async def _from_photo(visit: Visit, photo: bytes, errors: dict[str, str]) -> list[bytes]:
    read = visit.house.codes
    if read is None:
        errors["photo"] = visit.say(mark("Photos cannot be read here. Paste the code instead."))
        return []
    if len(photo) > PHOTO_BYTES_MAX:
        errors["photo"] = visit.say(mark("This photo is too large. The largest is 12 megabytes."))
        return []
    try:
        codes = await visit.service.work(lambda: read(photo))
    except Malformed:
        errors["photo"] = visit.say(mark("This is not a photo that can be read. Use a JPEG or PNG picture."))
        return []
    if not codes:
        errors["photo"] = visit.say(mark("No code was found in the photo. Hold the phone closer and in good light."))
    return [code.encode() for code in codes]


def pasted(text: str) -> bytes:
    """Pasted text as it was printed. A slip's alphabet has the blank, so only line breaks inside one are taken out."""
    lines = text.lstrip().splitlines()
    if not lines or not lines[0].startswith(("CF1:", "CF2:", "CFP:")):
        return ("\n".join(line.rstrip() for line in lines) + "\n").encode("utf-8", "replace")
    slips: list[str] = []
    for line in lines:
        if line.lstrip().startswith(("CF1:", "CF2:", "CFP:")):
            slips.append(line.lstrip())
        else:
            slips[-1] += line
    return "\n".join(slips).encode("utf-8", "replace")


async def _policy(visit: Visit, errors: dict[str, str]) -> TrustPolicy | None:
    text = visit.form.get("policy", "").strip()
    if not text:
        return await visit.service.read(checking.own_policy)
    try:
        return checking.policy_of(text + "\n")
    except Malformed as error:
        said = visit.say(mark("This is not a list of offices that can be read. {why}"))
        errors["policy"] = said.format(why=str(error)[:200])
        return None


async def _page(
    visit: Visit, *, found: Told | None = None, errors: Mapping[str, str] = {}, status: int = 200
) -> Response[bytes]:
    office = await visit.office()
    shown = [_shown(visit, one, office.zone) for one in found.records] if found else []
    return await visit.render(
        "verify.html", status=status, shown=shown, contradiction=found.contradiction if found else "", errors=errors,
        text=visit.form.get("text", "")[:TEXT_CHARACTERS_MAX], policy=visit.form.get("policy", "")[:65_536],
        photos=visit.house.codes is not None, checked=found is not None,
    )  # fmt: skip


def _shown(visit: Visit, one: Checked, zone: str) -> Shown:
    if one.refused is not None:
        practice = one.refused.code == "training"
        said = visit.say(REFUSED.get(one.refused.code, REFUSED["malformed"]))
        title = mark("Practice: this is not real") if practice else mark("This is not proved")
        return Shown("practice" if practice else "bad", visit.say(title), said=said, detail=str(one.refused)[:300])
    report = one.report
    if report is None:
        raise Malformed("a record is either accepted or refused", field="record")
    titles = {
        "slip": mark("This receipt is signed by the office"), "proof": mark("This entry is in the office's book"),
        "bundle": mark("These days are whole and in order"),
    }  # fmt: skip
    return Shown(
        "good", visit.say(titles[report.what]), _facts(visit, report), _proved(visit, report, kept=one.kept),
        _not_proved(visit, report, kept=one.kept),
    )  # fmt: skip


def _facts(visit: Visit, report: jv.Report) -> list[tuple[str, str]]:
    """What stands in it."""
    say, found = visit.say, []
    if report.entry is not None:
        found += _entry(visit, report.entry)
    found.append((say(mark("Office's book")), report.origin))
    for date in report.dates[:31]:
        found.append((say(mark("Day")), day(date, say)))
    return found


def _entry(visit: Visit, core: Core) -> list[tuple[str, str]]:
    say = visit.say
    found = [(say(mark("What")), say(title_of(kind_numbered(core.kind).name)))]
    if core.amount is not None and core.currency:
        found.append((say(mark("Amount")), money(core.amount, currency(core.currency))))
    found.append((say(mark("Entry")), str(core.sequence)))
    if core.time_ms < 253_402_300_800_000:  # The year 10000, where the calendar ends.
        at = moment(core.time_ms).astimezone(UTC)
        found.append((say(mark("Time")), f"{day(at.date().isoformat(), say)}, {at.strftime('%H:%M')} UTC"))
    if core.reverses is not None:
        found.append((say(mark("It undoes entry")), str(core.reverses[2])))
    return found


def _proved(visit: Visit, report: jv.Report, *, kept: bool | None) -> list[str]:
    say, found = visit.say, []
    if report.what == "slip":
        found.append(say(mark("The office signed this entry with its own key. Nothing in it was changed.")))
        last = say(mark("When it was signed, it was the last of {size} entries in the office's book."))
        found.append(last.format(size=report.size))
    elif report.what == "proof":
        found.append(say(mark("The office signed this entry with its own key. Nothing in it was changed.")))
        found.append(say(mark("The entry is in the office's book of {size} entries.")).format(size=report.size))
    else:
        first, last_ = min(report.leaves, default=0), max(report.leaves, default=0)
        whole = say(mark("Entries {first} to {last} are all there, in order. None was left out or changed."))
        found.append(whole.format(first=first, last=last_))
        found.append(say(mark("Every entry of a clerk was signed with that clerk's key.")))
    if kept:
        found.append(say(mark("This office's book still holds it today, the same.")))
    for name, seconds in sorted(report.cosigned.items()):
        at = moment(seconds * 1_000).astimezone(UTC).date().isoformat() if seconds < 253_402_300_800 else "9999-12-31"
        found.append(say(mark("{name} has seen this book too, on {day}.")).format(name=name, day=day(at, say)))
    return found


def _not_proved(visit: Visit, report: jv.Report, *, kept: bool | None) -> list[str]:
    """What a report leaves open; what this office's own log has answered is left out."""
    say, found = visit.say, []
    for text in report.not_proved:
        if text == jv.NOT_LATER and kept:
            continue
        known = NOT_PROVED.get(text)
        if known is not None:
            found.append(say(known))
        elif text.startswith("the time:"):
            found.append(say(NOT_PROVED[jv.NOT_THE_TIME]))
    for clerk in report.enrolled_by_operator:
        found.append(
            say(mark("Who holds the key of clerk {clerk}. The office's operator made it.")).format(clerk=clerk)
        )
    return found
