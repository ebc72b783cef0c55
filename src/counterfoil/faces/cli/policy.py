"""The policy book: editions entered, listed, shown in words, checked, compared, tried on a month's sales."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import click

from counterfoil.faces.cli.house import House
from counterfoil.faces.cli.main import WRONG, as_json, json_option
from counterfoil.faces.cli.office import FILE, FOLDER, clock_is_seen, finish, office_today, paper, told_of
from counterfoil.faces.cli.pins import pin_source
from counterfoil.kernel.days import day
from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.requests import TakeEdition
from counterfoil.operations.desk import Request, load_state
from counterfoil.operations.simulate import simulate as run_simulation
from counterfoil.policy.book import differences, lines_of
from counterfoil.policy.edition import BrokenEdition, Edition, read_edition, read_new_edition
from counterfoil.policy.terms import loans

_AUTHORITY = click.option(
    "--authority", default=None, help="Written where the file leaves its authority empty, as `init` does."
)


@click.group()
def policy() -> None:
    """The policy book: what is in force, what an edition says, what another would change."""


@policy.command("enter")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("edition", metavar="FILE")
@click.option("--by", multiple=True, required=True, help="Two clerks, one a supervisor: --by 101 --by 102.")
@_AUTHORITY
@click.option("--pins", type=FILE, default=None, help="PIN file (practice and tests).")
@json_option
@click.pass_obj
def enter(
    house: House, folder: Path, edition: str, by: tuple[str, ...], authority: str | None, pins: Path | None, json_: bool
) -> int:
    """Enter an edition: it takes effect on its own date, never before today, signed by two."""
    content = house.edition(edition, authority)
    with house.open(folder, clock="last") as office:
        clock_is_seen(office)
        pin = pin_source(pins)
        signers = [office.authority.second(clerk, pin(clerk)) for clerk in by]
        ask = TakeEdition(date=office_today(office), content=content)
        answer = office.desk.one(Request(secrets.token_bytes(16), office.desk.epoch, ask, signers))
        for signer in signers:
            signer.drop()
        told = {"edition": edition, **told_of(answer)}
        paper(office, [told])
    return finish(told, json_)


@policy.command("list")
@click.argument("folder", metavar="DIR", type=FOLDER)
@json_option
@click.pass_obj
def list_(house: House, folder: Path, json_: bool) -> int:
    """List the editions that were entered, newest effect last."""
    store = house.read_store(folder)
    try:
        rows = sorted(store.scan("edition"), key=lambda row: (str(row[1]), row[3], row[4]))
    finally:
        store.close()
    editions = [
        {"digest": row[0], "effective": row[1], "name": row[2], "epoch": row[3], "entry": row[4]} for row in rows
    ]
    if json_:
        as_json({"editions": editions})
    for one in editions if not json_ else []:
        digest = one["digest"].hex() if isinstance(one["digest"], bytes) else ""
        place = f"entry {one['entry']!r} of epoch {one['epoch']!r}"
        click.echo("  ".join([str(one["effective"]), str(one["name"]), digest, place]))
    return 0


@policy.command("show")
@click.argument("edition", metavar="EDITION")
@_AUTHORITY
@json_option
@click.pass_obj
def show(house: House, edition: str, authority: str | None, json_: bool) -> int:
    """Show every value of one edition: of an office's folder (the one in force), a file, or a shipped profile.

    A folder's other editions are named by DIR@DIGEST, as `policy list` shows them.
    """
    found = _found(house, edition, authority)
    if json_:
        as_json(_told(found))
        return 0
    click.echo(f"{found.name}, in force from {found.effective.isoformat()}, digest {found.digest.hex()}")
    if found.profile:
        click.echo(f"Authority of the operator: {found.authority or 'none is named, and none is needed'}")
    width = min(60, max(len(line.path) for line in lines_of(found)))
    for line in lines_of(found):
        click.echo(f"  {line.path:<{width}}  {line.value}")
    return 0


@policy.command("check")
@click.argument("edition", metavar="FILE")
@_AUTHORITY
@json_option
@click.pass_obj
def check(house: House, edition: str, authority: str | None, json_: bool) -> int:
    """Check an edition before it is entered. A broken one is told by file, line and reason, and exits 1."""
    try:
        found = read_new_edition(house.edition(edition, authority))
    except BrokenEdition as broken:
        said = broken.of_file(edition)
        as_json({"file": edition, "line": broken.line, "reason": broken.reason}) if json_ else click.echo(said)
        return WRONG
    if json_:
        as_json({
            "file": edition, "name": found.name, "effective": found.effective, "digest": found.digest,
            "states_allowing_less": {state: loans.rounded(apr) for state, apr in loans.allowing_less(found.tables)},
        })  # fmt: skip
        return 0
    click.echo(f"{edition}: {found.name} can be entered, with {len(lines_of(found))} values.")
    less = loans.allowing_less(found.tables)
    terms = found.terms(loans.LoanTerms)
    if less and terms is not None:
        said = ", ".join(f"{state} {loans.rounded(apr)}" for state, apr in less)
        click.echo(
            f"  Small loans: up to {loans.rounded(terms.apr_max)} % a year. State law, as known here, allows less in "
            f"{said}. The edition says that it does not bind: {terms.preempted_by}."
        )
    return 0


@policy.command("diff")
@click.argument("before", metavar="EDITION")
@click.argument("after", metavar="EDITION")
@_AUTHORITY
@json_option
@click.pass_obj
def diff(house: House, before: str, after: str, authority: str | None, json_: bool) -> int:
    """Compare two editions, value by value. Each is a folder, a file or a shipped profile, as in `policy show`."""
    old, new = _found(house, before, authority), _found(house, after, authority)
    changes = differences(old, new)
    if json_:
        as_json({"before": old.digest, "after": new.digest, "changes": [one._asdict() for one in changes]})
        return 0
    click.echo(f"From {old.name} ({old.effective}) to {new.name} ({new.effective}): {len(changes)} values differ.")
    for one in changes:
        if one.before is None:
            click.echo(f"  {one.path}: new, {one.after}")
        elif one.after is None:
            click.echo(f"  {one.path}: {one.before}, not there any more")
        else:
            click.echo(f"  {one.path}: {one.before} → {one.after}")
    return 0


@policy.command("simulate")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("edition", metavar="EDITION")
@_AUTHORITY
@click.option("--from", "first", default=None, metavar="DATE", help="First business day. [default: the month before]")
@click.option("--to", "last", default=None, metavar="DATE", help="Last business day. [default: the month before]")
@json_option
@click.pass_obj
def simulate(
    house: House, folder: Path, edition: str, authority: str | None, first: str | None, last: str | None, json_: bool
) -> int:
    """What would a month's sales have cost customers under another edition? Read from the journal; nothing changes."""
    new = _found(house, edition, authority)
    since, until = (day(one, field=name) if one else None for one, name in ((first, "from"), (last, "to")))
    store = house.read_store(folder)
    try:
        found = run_simulation(store, new, since, until)
    finally:
        store.close()
    if json_:
        as_json(found.as_json())
        return 0
    click.echo(f"Sales from {found.first} to {found.last}, under {new.name}:")
    for one in [*found.kinds.values(), found.whole()]:
        then, now = Money(one.then, new.currency), Money(one.now, new.currency)
        change = now - then
        way = "the same" if not change.minor else f"{change} more" if change.minor > 0 else f"{-change} less"
        click.echo(f"  {one.kind:<16} {one.sales:>6} sales: {then} then, {now} now: {way}")
        if one.not_offered:
            paid = Money(one.not_offered_then, new.currency)
            click.echo(f"  {'':<16} {one.not_offered:>6} sales for {paid} are not offered there, and not in the sums")
    return 0


def _found(house: House, named: str, authority: str | None) -> Edition:
    """The edition of a folder (in force, or ``DIR@DIGEST``), of a file or of a shipped profile."""
    folder, _, digest = named.rpartition("@") if "@" in named else (named, "", "")
    if not Path(folder).is_dir():
        try:
            return read_edition(house.edition(named, authority))
        except BrokenEdition as broken:
            raise Malformed(broken.of_file(named), field="policy") from None
    store = house.read_store(Path(folder))
    try:
        state = load_state(store)
    finally:
        store.close()
    found = [one for key, one in state.editions.items() if digest and key.hex().startswith(digest)]
    if digest and len(found) != 1:
        raise Malformed(f"{folder} has no edition {digest!r}: `counterfoil policy list` names them", field="policy")
    edition = found[0] if digest else state.policy
    if edition is None:
        raise Malformed(f"no edition is in force in {folder}", field="policy")
    return edition


def _told(edition: Edition) -> dict[str, Any]:
    return {
        "name": edition.name, "profile": edition.profile, "authority": edition.authority,
        "effective": edition.effective, "digest": edition.digest, "currency": edition.currency.code,
        "states": list(edition.states), "values": {line.path: line.value for line in lines_of(edition)},
    }  # fmt: skip
