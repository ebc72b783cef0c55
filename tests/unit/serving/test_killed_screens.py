"""A server killed with -9 under a clerk: what she had begun is there after her PIN, what was sent is one entry."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from counterfoil import bootstrap
from counterfoil.engines.disk import RealDisk
from counterfoil.ledger.booking import customer_account
from counterfoil.testing import offices
from unit.serving.test_server import process
from unit.web.screen import Screen, Ticking

PINS = {"101": "482915", "102": "395028"}
WAIT = re.compile(r"/counter/wait/[0-9a-f]{32}")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An office whose two people have PINs, and its account."""
    folder = tmp_path_factory.mktemp("killed") / "office"
    account = offices.new_office(folder)
    with offices.seated(folder) as made:
        keys = bootstrap.Keys(made.settings.identity or made.settings.office, folder, RealDisk(), secrets.token_bytes)
        made.desk.note(
            {
                "sealed_key": [
                    (offices.clerk(number).key_id, number, keys.seal(offices.seed_of(number), pin))
                    for number, pin in PINS.items()
                ]
            }
        )
    return folder, account


class Browser(Screen):
    """A browser at a server of its own process."""

    def post(self, path: str, values: object, *, token: str | None = None, **headers: str) -> Screen:
        origin = str(self.client.base_url).rstrip("/")
        return super().post(path, values, token=token, **{"Origin": origin, **headers})  # type: ignore[arg-type]  # as there

    def in_again(self, clerk: str) -> Screen:
        """Signs in on the page that asks for it; goes on where she was."""
        then = re.search(r'name="then" value="([^"]+)"', self.text)
        where = then.group(1) if then else "/counter"
        hidden = self.hidden("/sign-in")
        return self.post("/sign-in", {**hidden, "clerk": clerk, "pin": PINS[clerk], "then": where})


@contextmanager
def at(url: str, cookies: httpx.Cookies | None = None) -> Iterator[Browser]:
    """A browser, with what it kept from before."""
    with httpx.Client(base_url=url, follow_redirects=True, trust_env=False, timeout=30, cookies=cookies) as client:
        yield Browser(client, None, Ticking())  # type: ignore[arg-type]  # no test client and no house: another process


def deposit(screen: Screen, account: str, amount: str, query: str = "") -> str:
    screen.fill("deposit", {"amount": amount, "account": account}, query=query)
    return screen.path


@pytest.mark.slow
def test_a_clerk_goes_on_after_the_server_was_killed(office: tuple[Path, str]) -> None:
    folder, account = office
    with process(folder) as (_, url, _), at(url) as screen, at(url) as other:
        screen.sign_in("102", PINS["102"])
        for amount in ("40", "60.50"):
            assert deposit(screen, account, amount, "?visit=1") == "/counter/visit"
        screen.fill("cash-from-vault", {"amount": "300"})
        screen.confirm({"_what": "park"})
        wait = screen.path
        assert WAIT.fullmatch(wait)
        other.sign_in("101", PINS["101"])
        approval = wait.replace("wait", "approval")
        other.get(approval)
        other.post(approval, {**other.hidden(approval), "what": "sign"})
        check = deposit(screen, account, "12.34")
        sent = screen.hidden(check)
        kept = screen.client.cookies
    with process(folder) as (running, url, _), at(url, kept) as screen:
        assert screen.get(check).status == 401
        assert screen.in_again("102").path == check
        assert "$12.34" in screen.text
        screen.confirm()
        done = screen.path
        assert "It is in the books" in screen.text
        running.kill()  # Its answer may be lost: the same form is sent again.
        kept = screen.client.cookies
    with process(folder) as (_, url, _), at(url, kept) as screen:
        screen.get("/sign-in")
        assert screen.post(check, sent).status == 401
        screen.in_again("102")
        hidden = screen.hidden("/counter/do/deposit")
        screen.post("/counter/do/deposit", {**hidden, "amount": "12.34", "account": account})
        assert screen.path == done
        screen.get(wait)
        assert "has signed it too" in screen.text
        screen.post(wait, {"what": "post"})
        assert "It is in the books" in screen.text
        screen.get("/counter/visit")
        assert "$40.00" in screen.text
        screen.post("/counter/visit", {**screen.hidden("/counter/visit"), "tendered": "101", "what": "pay"})
        assert "It is in the books" in screen.text
    with offices.seated(folder) as found:
        debits, credits, *_ = found.desk.state.balance(customer_account(account, "0417"))
        assert credits - debits == 10_000 + 4_000 + 6_050 + 1_234
        assert [tuple(one) for one in found.desk.store.scan("unfinished")] == []
    assert offices.differences(folder) == []
