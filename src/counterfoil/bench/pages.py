"""The pages of the counter and of the back office, as clerks at two screens see them.

What is measured: a server's own process on a real folder, asked over a real socket by a person who is signed in: a
clerk for what a clerk may see, a supervisor for the rest. Every page of ``faces.web.app.PAGES`` under ``/counter`` and
``/office`` is asked, a form for every kind that stands in the menu among them; each round asks all of them once, so no
page is asked twice in a row. A page that answers with another is followed, and both are one time.

A page that is not shown is no figure but a fault (``test_the_bench_of_pages_shows_every_page``). Milliseconds.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from html import unescape
from operator import itemgetter
from pathlib import Path
from typing import Any

import httpx

from counterfoil import bootstrap
from counterfoil.bench.desk import CURRENCY, DAY, ready_office
from counterfoil.bench.http import served, stand_before
from counterfoil.bench.machine import machine_facts, percentile
from counterfoil.bench.office import CLERK, SUPERVISOR, TILL, accepted, folder_for
from counterfoil.customers.details import details_hash
from counterfoil.faces.web.app import PAGES
from counterfoil.kernel.outcomes import Fault
from counterfoil.operations.answers import Accepted

PINS = {CLERK: "73019462", SUPERVISOR: "58203917"}
DETAILS = {"name": "Alžběta Nováková", "phone": "603 555 010"}
AMOUNT = 25_000


def run(
    *, rounds: int = 40, accounts: int = 1_000, existing: int = 0, seed: int = 1, keep: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:  # fmt: skip
    """Every page ``rounds`` times; the figures, ready for JSON."""
    with folder_for(keep, "pages") as folder:
        say("making the office")
        stick = folder.with_name("stick")
        probe, *known = _made(folder, stick, seed, accounts, existing, rounds, say)
        machine = machine_facts(folder)
        with served(folder, "--stick", str(stick)) as url, _screens(url) as screens:
            paths = _paths(screens, probe)
            times: dict[str, list[float]] = defaultdict(list)
            for number, filled in enumerate(known, start=1):
                say(f"round {number} of {rounds}")
                for name, (who, path) in paths.items():
                    # A screen keeps few drafts, and every form is one: what is to be confirmed is typed anew.
                    asked = _filled(path, filled) or _to_confirm(screens[who], filled)
                    times[name].append(_asked(screens[who], asked)[1])
        rows = [(name, *_spread(spent)) for name, spent in times.items()]
        return {
            "machine": machine, "seed": seed, "accounts": accounts, "existing": existing, "rounds": rounds,
            "pages": [_row(*row) for row in rows], "slowest": _row(*max(rows, key=itemgetter(2))),
            "folder": str(keep) if keep else None,
        }  # fmt: skip


def _made(
    folder: Path, stick: Path, seed: int, accounts: int, existing: int, rounds: int, say: Callable[[str], None]
) -> list[Mapping[str, str]]:  # fmt: skip
    """The office, with a customer and her account, and both people's keys sealed under their PINs. What fills the
    places in paths: for a trial, and for each round, whose receipts nobody has looked at yet."""
    with ready_office(folder, seed=seed, accounts=accounts) as office:
        stand_before(office, existing, say)
        digest = details_hash(bytes(16), DETAILS)
        opened = office.must("customer-open", date=DAY, tier="known", details=digest)
        customer = str(opened.result()["customer"])
        account = str(office.must("account-open", date=DAY, customer=customer).result()["account"])
        paid = [
            office.must("deposit", date=DAY, till=TILL, account=account, amount=AMOUNT, currency=CURRENCY)
            for _ in range(2 * rounds + 2)
        ]
        signers = {CLERK: office.clerk, SUPERVISOR: office.supervisor}
    with bootstrap.open_with(folder, "last", stick=str(stick)) as again:
        for clerk, signer in signers.items():
            answer, _ = again.authority.rotate(office.next_id(), clerk, PINS[clerk], by=[signer], date=DAY)
            accepted(answer)
    return [_known(customer, account, *pair) for pair in zip(paid[::2], paid[1::2], strict=True)]


def _known(customer: str, account: str, done: Accepted, shown: Accepted) -> Mapping[str, str]:
    entry = shown.entries[0]
    return {
        "number": customer, "account": account, "rid": done.request.hex(), "epoch": str(entry.epoch),
        "entry": str(entry.sequence),
    }  # fmt: skip


@contextmanager
def _screens(url: str) -> Iterator[Mapping[str, httpx.Client]]:
    """Both people at a screen of their own, signed in."""
    with ExitStack() as stack:
        screens = {}
        for clerk, pin in PINS.items():
            screen = stack.enter_context(
                httpx.Client(base_url=url, trust_env=False, follow_redirects=True, timeout=60, headers={"Origin": url})
            )
            page = screen.get("/sign-in")
            form = {"_token": _token(page.text), "clerk": clerk, "pin": pin, "then": "/counter"}
            _shown(screen.post("/sign-in", data=form), "/sign-in")
            screens[clerk] = screen
        yield screens


def _paths(screens: Mapping[str, httpx.Client], known: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Page → who asks, and the path; without a path: the page of what is to be confirmed."""
    found: dict[str, tuple[str, str]] = {}
    kinds = sorted(set(re.findall(r'href="/counter/do/([a-z-]+)', _asked(screens[CLERK], "/counter/all")[0])))
    waiting = _waiting(screens[CLERK])
    own = {"/counter/wait/": f"/counter/wait/{waiting}",
           "/counter/approval/": f"/counter/approval/{waiting}"}  # fmt: skip
    for page in PAGES:
        if page.method != "GET" or page.asks is None or not page.path.startswith(("/counter", "/office")):
            continue
        if page.path.startswith("/counter/check/"):
            found[page.path] = (CLERK, "")
            continue
        if "{kind:" in page.path:
            paths = {f"/counter/do/{kind}": f"/counter/do/{kind}" for kind in kinds}
        else:
            paths = {page.path: own.get(page.path.partition("{")[0], page.path)}
        found |= {name: (_who(screens, _filled(path, known)), path) for name, path in paths.items()}
    return found


def _filled(path: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+):\w+\}", lambda place: known[place[1]], path)


def _who(screens: Mapping[str, httpx.Client], path: str) -> str:
    """The clerk, or the supervisor if the page is for her role alone."""
    return CLERK if screens[CLERK].get(path).status_code == 200 else SUPERVISOR


def _to_confirm(screen: httpx.Client, known: Mapping[str, str]) -> str:
    return _typed(screen, "deposit", {"account": known["account"], "amount": "120.00"}).url.path


def _waiting(screen: httpx.Client) -> str:
    """The id of a request that waits for a second signature: cash out of the vault."""
    answer = _typed(screen, "cash-from-vault", {"amount": "1.00"})
    form = {**_hidden(answer.text), "_what": "park"}
    parked = screen.post(answer.url.path, data=form)
    _shown(parked, answer.url.path)
    return parked.url.path.rpartition("/")[2]


def _typed(screen: httpx.Client, kind: str, values: Mapping[str, str]) -> httpx.Response:
    """The check page of a request that was typed."""
    text, _ = _asked(screen, f"/counter/do/{kind}")
    answer = screen.post(f"/counter/do/{kind}", data={**_hidden(text), **values})
    _shown(answer, f"/counter/do/{kind}")
    if not answer.url.path.startswith("/counter/check/"):
        raise Fault(f"{kind}, typed, did not come to its check page but to {answer.url.path}")
    return answer


def _hidden(text: str) -> dict[str, str]:
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text)
    return {name: unescape(value) for name, value in pairs}


def _asked(screen: httpx.Client, path: str) -> tuple[str, float]:
    """The page, and how long it took until all of it was here."""
    start = time.perf_counter()
    answer = screen.get(path)
    spent = time.perf_counter() - start
    _shown(answer, path)
    return answer.text, spent


def _shown(answer: httpx.Response, path: str) -> None:
    if answer.status_code != 200:
        raise Fault(f"the page {path} was answered with {answer.status_code}")


def _token(text: str) -> str:
    found = re.search(r'name="_token" value="([0-9a-f]+)"', text)
    return found[1] if found else ""


def _spread(times: list[float]) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    ordered = sorted(times)
    return round(percentile(ordered, 50) * 1_000, 1), round(percentile(ordered, 95) * 1_000, 1)


def _row(page: str, p50: float, p95: float) -> dict[str, Any]:
    return {"page": page, "p50_ms": p50, "p95_ms": p95}
