"""Commands of a server: ``counterfoil serve``, ``config show``, ``token``, ``webhook``."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from counterfoil import bootstrap
from counterfoil.engines import traces
from counterfoil.engines.clock import MachineClock
from counterfoil.faces.cli.main import as_json, json_option
from counterfoil.kernel.days import moment
from counterfoil.office.readers import ROLES
from counterfoil.operations import webhooks
from counterfoil.operations.answers import Refused
from counterfoil.operations.clients import AS_ROLE, OF_CUSTOMER, Tokens, described
from counterfoil.operations.webhooks import Hooks
from counterfoil.serving import config, control
from counterfoil.serving.config import Settings
from counterfoil.serving.place import passkeys_at

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--host", default=None, help="The address to listen on. Left out: 127.0.0.1.")
@click.option("--port", type=int, default=None, help="The port, and no other. Left out: 8417, or a free one.")
@click.option("--config", "file", type=FILE, default=None, help="A settings file. Left out: DIR/server.toml, if any.")
@click.option("--ready-file", type=FILE, default=None, help="Write {url, pid, folder} here once requests are answered.")
@click.option("--stick", default=None, help="The file of the clerks' device secret.")
def serve(
    folder: Path, host: str | None, port: int | None, file: Path | None, ready_file: Path | None, stick: str | None
) -> int:
    """Serve the office in DIR: the API, and the pages for people, until it is stopped (Ctrl-C, or SIGTERM).

    A stop finishes and answers what was accepted. Logs are JSON on standard error, without personal data.
    """
    flags = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings, told = config.read(folder, os.environ, flags, file=file)
    fixed = next(one.source for one in told if one.name == "port") != "default"
    return run(folder, settings, elsewhere=not fixed, ready_file=ready_file, stick=stick)


def run(
    folder: Path, settings: Settings, *, elsewhere: bool, ready_file: Path | None, stick: str | None = None,
    said: Callable[[str], None] | None = None, clock: str = "last",
    opened: Callable[[bootstrap.Office], None] | None = None,
) -> int:  # fmt: skip
    """Opens the office and serves it. ``said`` is told the address once requests are answered; ``clock`` as
    ``bootstrap.open_with``; ``opened`` is run with the office before it is put to work."""
    from counterfoil.serving import app, server
    from counterfoil.serving.logs import Log, take_over
    from counterfoil.serving.process import numbered_ids

    log = Log(sys.stderr, MachineClock().now, settings.log_level)
    take_over(log)
    sock = server.listen(settings.host, settings.port, elsewhere=elsewhere)
    with contextlib.ExitStack() as stack:
        stack.enter_context(sock)
        office = stack.enter_context(bootstrap.open_with(folder, clock, stick=stick))
        if opened is not None:
            opened(office)
        work = stack.enter_context(app.at_work(office, settings, log))

        def web(made: app.AtWork) -> Sequence[Any]:
            return app.web_of(made, secret=secrets.token_bytes(32), port=sock.getsockname()[1])

        taker: server.Taker
        if settings.front:
            taker = server.Before(work, app.application(work, web), sock)
        else:
            built = app.build(work, new_id=numbered_ids(secrets.token_bytes(8)), web=web)
            if settings.otel:
                built.spans = traces.sent_to(settings.otel)
                stack.callback(built.spans.close)
            taker = server.Direct(work, built, sock)

        def ready(url: str) -> None:
            log.info("ready", url=url, pid=os.getpid())
            if ready_file is not None:
                server.write_ready(ready_file, {"url": url, "pid": os.getpid(), "folder": str(folder.resolve())})
            (said or click.echo)(url)

        hooks = Hooks(office.desk, now=MachineClock().now)
        server.serve(taker, sock, work, commands(work, hooks), ready=ready, beside=sides(work, hooks, settings))
        log.info("stopped")
    return 0


def sides(work: Any, hooks: Hooks, settings: Settings) -> list[Callable[[], Coroutine[Any, Any, None]]]:
    """What runs beside the faces until the server stops: webhooks are sent, and days end unless that is turned off."""
    from counterfoil.serving.day_ends import DayEnds
    from counterfoil.serving.hooks import Deliveries

    deliveries = Deliveries(
        work.service, hooks, log=work.log, metrics=work.metrics, now=MachineClock().now,
        seconds=settings.webhook_seconds,
    )  # fmt: skip
    if settings.day_end == "off":
        return [deliveries.run]
    return [deliveries.run, DayEnds(work.service, log=work.log, metrics=work.metrics, seconds=time.monotonic).run]


def written(file: Path, value: Mapping[str, Any]) -> None:
    """Writes a ready file, whole or not at all."""
    from counterfoil.serving import server

    server.write_ready(file, value)


def commands(work: Any, hooks: Hooks) -> dict[str, control.Command]:
    """What the control socket of an office at work can be asked."""

    def on_desk(of: Any, run: Callable[[Any, Mapping[str, Any]], Any]) -> control.Command:
        async def command(arguments: Mapping[str, Any]) -> Any:
            return await work.service.at_desk(lambda _: run(of, arguments))

        return command

    async def admit(asked: Mapping[str, Any]) -> Any:
        def done() -> dict[str, Any]:
            signer = work.office.authority.second(str(asked["by"]), str(asked["pin"]))
            try:
                answer, fingerprint = work.office.authority.admit(dict(asked["enrolment"]), by=[signer])
            finally:
                signer.drop()
            told = {"clerk": str(asked["enrolment"].get("clerk")), "key": fingerprint, "by": str(asked["by"])}
            if isinstance(answer, Refused):
                return {**told, "outcome": "refused", "code": answer.refusal.code, "message": answer.refusal.sentence()}
            return {**told, "outcome": "accepted", "entries": [[e.epoch, e.sequence] for e in answer.entries]}

        return await work.service.work(done)

    return {
        "clerk-admit": admit,
        **{name: on_desk(work.tokens, run) for name, run in TOKEN_COMMANDS.items()},
        **{name: on_desk(hooks, run) for name, run in HOOK_COMMANDS.items()},
    }


# --- tokens -----------------------------------------------------------------------------------------------------------


def _add(tokens: Tokens, asked: Mapping[str, Any]) -> dict[str, Any]:
    token, row = tokens.add(str(asked["client"]), [str(one) for one in asked["scopes"]], secrets.token_bytes)
    return {**described(row, _when), "secret": token}


def _list(tokens: Tokens, _: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [described(row, _when) for row in tokens.all()]


def _revoke(tokens: Tokens, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [described(row, _when) for row in tokens.revoke(str(asked["token"]))]


TOKEN_COMMANDS: dict[str, Callable[[Tokens, Mapping[str, Any]], Any]] = {
    "token-add": _add, "token-list": _list, "token-revoke": _revoke,
}  # fmt: skip


def _asked(folder: Path, command: str, **arguments: Any) -> Any:
    """Through the server of the folder if there is one; else the office is opened for it."""
    answer = control.asked(folder, command, **arguments)
    if answer is not None:
        return answer["done"]
    with bootstrap.open_with(folder, "last") as office:
        if command in TOKEN_COMMANDS:
            return TOKEN_COMMANDS[command](Tokens(office.desk), arguments)
        return HOOK_COMMANDS[command](Hooks(office.desk, now=MachineClock().now), arguments)


@click.group()
def token() -> None:
    """Tokens of API clients: add, list, revoke. Beside a running server too."""


@token.command("add")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--client", required=True, help="The program's name. A second token of one name is the same client.")
@click.option("--scope", "scopes", multiple=True, required=True,
              help="read, personal, write or write:KIND; may be given more than once.")  # fmt: skip
@click.option("--role", type=click.Choice(ROLES), default=None, help="As whom it reads. Left out: operations.")
@click.option("--customer", default=None, help="It reads for this customer alone, by number: her own app.")
@json_option
def add(
    folder: Path, client: str, scopes: tuple[str, ...], role: str | None, customer: str | None, json_: bool
) -> int:  # fmt: skip
    """Make a token. It is shown this once; the office keeps only its hash."""
    whose = [*([f"{AS_ROLE}{role}"] if role else []), *([f"{OF_CUSTOMER}{customer}"] if customer else [])]
    made = _asked(folder, "token-add", client=client, scopes=[*scopes, *whose])
    if json_:
        as_json(made)
    else:
        click.echo(made["secret"])
        click.echo(f"Client {made['client']}, id {made['client_id']}, scopes {' '.join(made['scopes'])}. "
                   "Keep the token now: it is not shown again.", err=True)  # fmt: skip
    return 0


@token.command("list")
@click.argument("folder", metavar="DIR", type=FOLDER)
@json_option
def list_(folder: Path, json_: bool) -> int:
    """List the tokens, by the first digits of their hash."""
    found = _asked(folder, "token-list")
    if json_:
        as_json({"tokens": found})
    for one in found if not json_ else []:
        state = f"revoked {one['revoked']}" if one["revoked"] else "in use"
        click.echo(f"{one['token']}  {one['client']}  {' '.join(one['scopes'])}  {state}")
    return 0


@token.command("revoke")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("which", metavar="TOKEN")
@json_option
def revoke(folder: Path, which: str, json_: bool) -> int:
    """End a token, named by the first digits of its hash, or every token of a client, by its name. At once."""
    ended = _asked(folder, "token-revoke", token=which)
    if json_:
        as_json({"tokens": ended})
    for one in ended if not json_ else []:
        click.echo(f"{one['token']}  {one['client']}: revoked.")
    return 0


# --- webhooks ---------------------------------------------------------------------------------------------------------


def _hook_add(hooks: Hooks, asked: Mapping[str, Any]) -> dict[str, Any]:
    hook = hooks.add(str(asked["url"]), [str(one) for one in asked["kinds"]], secrets.token_bytes)
    return {**webhooks.described(hook, _when), "secret": webhooks.secret_text(hook.secret)}


def _hook_list(hooks: Hooks, _: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [webhooks.described(hook, _when) for hook in hooks.all()]


def _hook_replay(hooks: Hooks, asked: Mapping[str, Any]) -> dict[str, Any]:
    return webhooks.described(hooks.replay(str(asked["webhook"]), asked["epoch"], asked["entry"]), _when)


def _hook_remove(hooks: Hooks, asked: Mapping[str, Any]) -> dict[str, Any]:
    return webhooks.described(hooks.remove(str(asked["webhook"])), _when)


HOOK_COMMANDS: dict[str, Callable[[Hooks, Mapping[str, Any]], Any]] = {
    "webhook-add": _hook_add, "webhook-list": _hook_list, "webhook-replay": _hook_replay,
    "webhook-remove": _hook_remove,
}  # fmt: skip


@click.group()
def webhook() -> None:
    """Endpoints that are told of entries: add, list, replay, remove. Beside a running server too."""


@webhook.command("add")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--url", required=True, help="Where messages are posted.")
@click.option("--kind", "kinds", multiple=True, help="Only entries of this kind; may be given more than once.")
@json_option
def webhook_add(folder: Path, url: str, kinds: tuple[str, ...], json_: bool) -> int:
    """Add an endpoint. It is told of every entry from now on; its signing secret is shown this once."""
    made = _asked(folder, "webhook-add", url=url, kinds=list(kinds))
    if json_:
        as_json(made)
    else:
        click.echo(made["secret"])
        click.echo(f"Webhook {made['webhook']} to {made['url']}. Give the secret to the receiver now: it is not shown "
                   "again.", err=True)  # fmt: skip
    return 0


@webhook.command("list")
@click.argument("folder", metavar="DIR", type=FOLDER)
@json_option
def webhook_list(folder: Path, json_: bool) -> int:
    """List the endpoints: the next entry for each, and what it said last."""
    found = _asked(folder, "webhook-list")
    if json_:
        as_json({"webhooks": found})
    for one in found if not json_ else []:
        place = f"next {one['next']['epoch']}/{one['next']['entry']}"
        click.echo(f"{one['webhook']}  {one['url']}  {' '.join(one['kinds']) or 'every kind'}  {place}  "
                   f"failures {one['failures']}  said {one['said'] or 'nothing yet'}")  # fmt: skip
    return 0


@webhook.command("replay")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("which", metavar="WEBHOOK")
@click.option("--from", "start", required=True, help="Epoch and entry to begin again at, such as 1/12.")
@json_option
def webhook_replay(folder: Path, which: str, start: str, json_: bool) -> int:
    """Send everything from an entry on once more, with the ids of the first time. Also wakes a resting endpoint."""
    epoch, entry = webhooks.read_place(start)
    told = _asked(folder, "webhook-replay", webhook=which, epoch=epoch, entry=entry)
    as_json(told) if json_ else click.echo(f"{told['webhook']}: next {epoch}/{entry}.")
    return 0


@webhook.command("remove")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("which", metavar="WEBHOOK")
@json_option
def webhook_remove(folder: Path, which: str, json_: bool) -> int:
    """End an endpoint."""
    told = _asked(folder, "webhook-remove", webhook=which)
    as_json(told) if json_ else click.echo(f"{told['webhook']}: removed.")
    return 0


# --- settings ---------------------------------------------------------------------------------------------------------


@click.group("config")
def config_() -> None:
    """Settings of a server."""


@config_.command("show")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--config", "file", type=FILE, default=None, help="A settings file. Left out: DIR/server.toml, if any.")
@json_option
def show(folder: Path, file: Path | None, json_: bool) -> int:
    """Show every setting, its value and where that came from. Flags of `serve` outrank what is shown."""
    settings, told = config.read(folder, os.environ, {}, file=file)
    place, why = passkeys_at(settings, settings.port)
    if json_:
        offered = {"offered": place is not None, "origin": place.origin if place else None, "why": why}
        as_json({"settings": [one._asdict() for one in told], "passkeys": offered})
        return 0
    for one in told:
        click.echo(f"{one.name} = {json.dumps(one.value)}  ({one.source})  {one.about}")
    click.echo(f"Passkeys: customers may use them at {place.origin}." if place else f"Passkeys: not offered; {why}.")
    return 0


def _when(ms: int) -> str:
    return moment(ms).isoformat(timespec="seconds")
