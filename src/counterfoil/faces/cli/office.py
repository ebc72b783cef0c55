"""Commands about the office itself: made, staffed, backed up, examined."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import click

from counterfoil.faces.cli.house import House, OpenedOffice
from counterfoil.faces.cli.main import WRONG, as_json, json_option
from counterfoil.faces.cli.pins import ask_pin, pin_source, read_pin_file
from counterfoil.journal.slip import TRAINING_DOMAIN
from counterfoil.kernel.days import local_day
from counterfoil.kernel.outcomes import Malformed, Unavailable
from counterfoil.office.readers import ROLES, text
from counterfoil.office.requests import RevokeKey
from counterfoil.operations.answers import Answer, Refused
from counterfoil.operations.desk import Request

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
FIRST_CODE = "first-code.txt"


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--office", default="0417", show_default=True, help="The office's number: 2 to 8 digits.")
@click.option("--place", default="Elk Fork", show_default=True, help="The place's name, as printed on receipts.")
@click.option(
    "--domain", default="post.example", show_default=True, help="The operator's domain: begins the log's origin."
)
@click.option("--node", default=1, show_default=True, help="The number of this computer.")
@click.option("--zone", default="America/New_York", show_default=True, help="IANA time zone of the office.")
@click.option("--currency", default="USD", show_default=True, help="ISO 4217; the edition's.")
@click.option(
    "--profile",
    default="us-existing-authority",
    show_default=True,
    help="A shipped policy edition (us-existing-authority, us-postal-bank), or a file.",
)
@click.option(
    "--authority",
    default=None,
    help="The law, charter or license you act under: accounts, savings and loans need one. It is recorded.",
)
@click.option("--mark", default=None, help="Where to keep the high-water mark (better on another disk).")
@click.option("--store", default=None, help="A PostgreSQL URL; left out, SQLite in the folder.")
@click.option("--practice", is_flag=True, help="For training: receipts say PRACTICE, and no verifier accepts them.")
@json_option
@click.pass_obj
def init(
    house: House, /, folder: Path, profile: str, authority: str | None, practice: bool, json_: bool, **settings: Any
) -> int:
    """Make a new office in DIR and print the first supervisor's one-time code.

    Without more said it sells what a post office may sell today. Accounts, savings and loans come with
    --profile us-postal-bank --authority TEXT. To try it out: --authority "DEMONSTRATION, NONE".
    """
    if practice:
        settings["domain"] = TRAINING_DOMAIN + settings["domain"]
    code = house.init(folder, edition=house.edition(profile, authority), **settings)
    if json_:
        as_json({"office": settings["office"], "folder": str(folder), "first_code": code})
        return 0
    click.echo(
        f"Office {settings['office']}, {settings['place']}, is in {folder}. "
        f"Its trust policy: {folder / 'trust-policy.txt'}"
    )
    click.echo(f"The first supervisor's one-time code: {code}")
    click.echo(f"It is kept in {folder / FIRST_CODE} until it is used. Next: counterfoil clerk add {folder}")
    return 0


@click.group()
def clerk() -> None:
    """Clerks' keys: add, rotate, revoke."""


@clerk.command("add")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--clerk", "number", default=None, help="The clerk's number. Left out with --pins: every clerk of the file."
)
@click.option("--name", default=None, help="Her name, as she writes it.")
@click.option("--role", type=click.Choice(ROLES), default="clerk", show_default=True)
@click.option("--by", default=None, help="The supervisor who signs (not for the first).")
@click.option("--code", default=None, help="The first supervisor's one-time code, to be compared with the one kept.")
@click.option("--pins", type=FILE, default=None, help="PIN file (practice and tests).")
@click.option("--stick", default=None, help="The file of the clerk's own device secret.")
@json_option
@click.pass_obj
def add(
    house: House, folder: Path, number: str | None, name: str | None, role: str, by: str | None, code: str | None,
    pins: Path | None, stick: str | None, json_: bool,
) -> int:  # fmt: skip
    """Enroll clerks. The first is the supervisor of the one-time code; every further one is signed by a supervisor."""
    wanted = read_pin_file(pins) if pins else []
    if number is not None:
        wanted = [one for one in wanted if one["clerk"] == number] or [{"clerk": number, "role": role, "name": name}]
    if not wanted:
        raise click.UsageError("say which clerk: --clerk NUMBER, or --pins FILE")
    done: list[dict[str, Any]] = []
    with house.open(folder, clock="last", stick=stick) as office:
        clock_is_seen(office)
        pin = pin_source(pins)
        for one in wanted:
            done.append(_add(office, one, by, code, pin))
        paper(office, done)
    wrong = any(item["outcome"] == "refused" for item in done)
    if json_:
        as_json({"clerks": done})
    else:
        for item in done:
            click.echo(_sentence(item))
    return WRONG if wrong else 0


def _add(office: OpenedOffice, one: dict[str, Any], by: str | None, code: str | None, pin: Any) -> dict[str, Any]:
    desk, authority = office.desk, office.authority
    number = str(one["clerk"])
    typed = text(one["name"], "name") if one.get("name") else None
    row = desk.state.clerk.get(number)
    if (
        row is not None
        and row.active
        and any(k.valid and k.clerk == number for k in desk.state.clerk_key.rows.values())
    ):
        return {"clerk": number, "outcome": "known", "role": row.role}
    role = str(one.get("role") or "clerk")
    if not any(key.valid for key in desk.state.clerk_key.rows.values()):
        _use_code(office.folder, code)
        role = role if role != "clerk" else "supervisor"
        secret = pin(number) if number else ask_pin("PIN", confirm=True)
        fingerprint = authority.enrol_first(number, role, secret, typed)
        (office.folder / FIRST_CODE).unlink(missing_ok=True)
        return {"clerk": number, "outcome": "accepted", "role": role, "key": fingerprint, "by": "the operator"}
    supervisor = by or next(
        (key.clerk for key in desk.state.clerk_key.all() if key.valid and key.role in ("supervisor", "postmaster")), ""
    )
    if supervisor not in authority.sessions:
        authority.sign_in(supervisor, pin(supervisor))
    signer = authority.session(supervisor).signer
    answer, fingerprint = authority.enrol(
        secrets.token_bytes(16), number, role, pin(number), typed, by=[signer], date=office_today(office)
    )
    return {"clerk": number, "role": role, "key": fingerprint, "by": supervisor, **told_of(answer)}


@clerk.command("admit")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("enrolment", metavar="FILE.json", type=FILE)
@click.option("--by", required=True, help="The supervisor who signs.")
@click.option("--pins", type=FILE, default=None, help="PIN file (practice and tests).")
@json_option
@click.pass_obj
def admit(house: House, folder: Path, enrolment: Path, by: str, pins: Path | None, json_: bool) -> int:
    """Enroll a clerk whose key lies on another machine, from the enrolment that was made there. Beside a server too."""
    given = _read_enrolment(enrolment)
    pin = pin_source(pins)(by)
    done: dict[str, Any] | None = house.more["asked"](folder, "clerk-admit", enrolment=given, by=by, pin=pin)
    if done is None:
        with house.open(folder, clock="last") as office:
            clock_is_seen(office)
            signer = office.authority.second(by, pin)
            answer, fingerprint = office.authority.admit(given, by=[signer])
            signer.drop()
            done = {"clerk": str(given.get("clerk")), "key": fingerprint, "by": by, **told_of(answer)}
            paper(office, [done])
    return finish(done, json_)


def _read_enrolment(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Malformed(f"there is no file {path}", field="enrolment") from None
    except (ValueError, RecursionError):
        raise Malformed(f"{path} is not JSON", field="enrolment") from None
    if not isinstance(value, dict):
        raise Malformed(f"{path} is not an enrolment", field="enrolment")
    return value


@clerk.command("rotate")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--clerk", "number", required=True, help="The clerk's number; it stays the same.")
@click.option("--by", multiple=True, help="Two other clerks, if the PIN is forgotten. Left out: her old key signs.")
@click.option("--pins", type=FILE, default=None, help="PIN file with `new_pin` for the clerk (practice and tests).")
@click.option("--stick", default=None, help="The file of the clerk's own device secret.")
@json_option
@click.pass_obj
def rotate(
    house: House, folder: Path, number: str, by: tuple[str, ...], pins: Path | None, stick: str | None, json_: bool
) -> int:
    """Give a clerk a new key: signed by her old one, or by two others when her PIN is forgotten."""
    with house.open(folder, clock="last", stick=stick) as office:
        clock_is_seen(office)
        pin = pin_source(pins)
        signers = [office.authority.second(clerk, pin(clerk)) for clerk in (by or (number,))]
        answer, fingerprint = office.authority.rotate(
            secrets.token_bytes(16), number, pin(f"{number}/new"), by=signers, date=office_today(office)
        )
        for signer in signers:
            signer.drop()
        told = {"clerk": number, "key": fingerprint, **told_of(answer)}
        paper(office, [told])
    return finish(told, json_)


@clerk.command("revoke")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--clerk", "number", required=True, help="The clerk's number.")
@click.option("--by", required=True, help="The supervisor who signs (or the clerk herself).")
@click.option("--reason", required=True, help="Why; it is recorded.")
@click.option("--leaves", is_flag=True, help="The clerk leaves; not only this key.")
@click.option("--pins", type=FILE, default=None, help="PIN file (practice and tests).")
@json_option
@click.pass_obj
def revoke(
    house: House, folder: Path, number: str, by: str, reason: str, leaves: bool, pins: Path | None, json_: bool
) -> int:
    """End a clerk's key from the next entry on. What she signed before stays valid."""
    with house.open(folder, clock="last") as office:
        clock_is_seen(office)
        signer = office.authority.second(by, pin_source(pins)(by))
        ask = RevokeKey(date=office_today(office), clerk=number, reason=text(reason, "reason"), leaves=leaves)
        answer = office.desk.one(Request(secrets.token_bytes(16), office.desk.epoch, ask, [signer]))
        signer.drop()
        told = {"clerk": number, **told_of(answer)}
        paper(office, [told])
    return finish(told, json_)


@click.group()
def epoch() -> None:
    """Epochs: a new key and a new log after a repair or a restore."""


@epoch.command("new")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--reason", required=True, help="Why; it is recorded in the new log.")
@click.option("--by", multiple=True, help="Two clerks who sign for the new key.")
@click.option("--pins", type=FILE, default=None, help="PIN file (practice and tests).")
@json_option
@click.pass_obj
def new(house: House, folder: Path, reason: str, by: tuple[str, ...], pins: Path | None, json_: bool) -> int:
    """Open the next epoch. What was recorded stays; nothing is rebuilt in silence."""
    pin = pin_source(pins)
    said = house.more["next-epoch"](folder, reason=text(reason, "reason"), signers=[(one, pin(one)) for one in by])
    as_json({"said": said}) if json_ else click.echo(said)
    return 0


@epoch.command("approve")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--by", multiple=True, required=True, help="Two clerks: --by 101 --by 102.")
@click.option("--pins", type=FILE, default=None, help="PIN file (practice and tests).")
@json_option
@click.pass_obj
def approve(house: House, folder: Path, by: tuple[str, ...], pins: Path | None, json_: bool) -> int:
    """Two clerks sign for the newest epoch's key, and it joins the trust policy."""
    pin = pin_source(pins)
    said = house.more["approve-epoch"](folder, signers=[(one, pin(one)) for one in by])
    as_json({"said": said}) if json_ else click.echo(said)
    return 0


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("to", metavar="TO", type=FOLDER)
@click.option(
    "--restore", "restoring", is_flag=True, help="The other way: make an office in TO from the backup in DIR."
)
@click.option(
    "--reason", default="restored from a backup", show_default=True, help="With --restore: recorded in the new epoch."
)
@json_option
@click.pass_obj
def backup(house: House, folder: Path, to: Path, restoring: bool, reason: str, json_: bool) -> int:
    """Copy the office in DIR to the new folder TO, beside a live office too. No clerk's key is in a backup."""
    if restoring:
        said = house.more["restore"](folder, to, reason=text(reason, "reason"))
        as_json({"said": said}) if json_ else click.echo(said)
        return 0
    if to.exists():
        raise Unavailable(f"{to} stands already: a backup is never written over another")
    written = house.more["backup"](folder, to)
    if json_:
        as_json({"folder": str(to), "files": written})
    else:
        click.echo(f"{to}: {', '.join(written)}. No clerk's key and no node key is in it: a restore opens a new epoch.")
    return 0


@click.command()
@click.argument("source", metavar="BACKUP", type=FOLDER)
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--reason", default="restored from a backup", show_default=True, help="Recorded in the new epoch.")
@json_option
@click.pass_obj
def restore(house: House, source: Path, folder: Path, reason: str, json_: bool) -> int:
    """Make an office in DIR from a backup. It opens a new epoch: a new key and a new log, which names the old one."""
    said = house.more["restore"](source, folder, reason=text(reason, "reason"))
    as_json({"said": said}) if json_ else click.echo(said)
    return 0


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@json_option
@click.pass_obj
def doctor(house: House, folder: Path, json_: bool) -> int:
    """Look whether this machine and this office are fit for work. Changes nothing."""
    found = house.more["doctor"](folder)
    if json_:
        as_json({"checks": [{"what": what, "well": well, "found": said} for what, well, said in found]})
    else:
        for what, well, said in found:
            click.echo(f"{'ok  ' if well else 'LOOK'}  {what}: {said}")
    return 0 if all(well for _, well, _ in found) else WRONG


def office_today(office: OpenedOffice) -> str:
    """The open business day; without one the calendar day at the office."""
    state = office.desk.state
    if state.today is not None:
        return state.today.date
    zone = state.current.zone if state.current else "UTC"
    return local_day(office.desk.clock.now(), zone)


def clock_is_seen(office: OpenedOffice) -> None:
    """A person at the terminal is told the time this entry will carry, so a clock that is far off does not go
    unseen."""
    desk = office.desk
    if desk.clock.kind == "machine" and desk.state.now:
        zone = desk.state.current.zone if desk.state.current else "UTC"
        click.echo(f"This machine says that today is {local_day(desk.clock.now(), zone)}.", err=True)
        desk.confirm_clock()


def paper(office: OpenedOffice, done: list[dict[str, Any]]) -> None:
    """The terminal is the paper here: what it shows (the key's fingerprint) is the first print of these entries."""
    shown = [(one[0], one[1]) for item in done for one in item.get("entries", [])]
    office.desk.printed(shown)
    office.desk.flush()


def _use_code(folder: Path, code: str | None) -> None:
    """The code given must be the one kept; not given, the kept one is proof enough of being at this machine."""
    path = folder / FIRST_CODE
    kept = path.read_text("utf-8").strip() if path.exists() else None
    if kept is None:
        raise Unavailable(f"{folder} has no one-time code left: its first supervisor was enrolled before")
    if code is not None and not secrets.compare_digest(code.strip().encode(), kept.encode()):
        raise Malformed("the one-time code is not the one that was printed", field="code")


def told_of(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, Refused):
        return {"outcome": "refused", "code": answer.refusal.code, "message": answer.refusal.sentence()}
    return {"outcome": "accepted", "entries": [[e.epoch, e.sequence] for e in answer.entries]}


def _sentence(item: dict[str, Any]) -> str:
    who = f"Clerk {item['clerk']}" if "clerk" in item else str(item.get("edition", ""))
    if item["outcome"] == "refused":
        return f"{who}: {item['message']}"
    if item["outcome"] == "known":
        return f"{who} is enrolled already as {item['role']}."
    key = f", key {item['key']}" if "key" in item else ""
    by = f", enrolled by {item['by']}" if "by" in item else ""
    return f"{who}: done{key}{by}."


def finish(item: dict[str, Any], json_: bool) -> int:
    as_json(item) if json_ else click.echo(_sentence(item))
    return WRONG if item["outcome"] == "refused" else 0
