"""`counterfoil demo` as a new user meets it: an address, log-ins, and a counter that serves a customer."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from counterfoil.demo import seeded
from counterfoil.demo.office import Place

PROJECT = Path(__file__).resolve().parents[2]
SECONDS = 120


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seeded office of a few days, so that the test is short."""
    home = tmp_path_factory.mktemp("demo")
    seeded.make(Place(home / "demo-post-office"), lambda done, of: None, days=3, people=12)
    return home


@contextmanager
def demo(home: Path, *options: str) -> Iterator[dict[str, Any]]:
    """The command, until its ready file is there; stopped by SIGTERM."""
    ready = home / "ready.json"
    ready.unlink(missing_ok=True)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT / "src"), "HOME": str(home)}
    process = subprocess.Popen(
        [sys.executable, "-m", "counterfoil", "demo", *options, "--no-open", "--ready-file", str(ready)],
        cwd=home,
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + SECONDS
        while not ready.exists():
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < until
            time.sleep(0.05)
        yield json.loads(ready.read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        said, wrong = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, wrong
    assert "Sign in as" in said


class Browser:
    """As little of a browser as signing in and looking around needs."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, follow_redirects=True, timeout=SECONDS, headers={"Origin": url})
        self.text = ""

    def get(self, path: str) -> str:
        self.text = self.client.get(path).text
        return self.text

    def post(self, path: str, values: dict[str, str]) -> str:
        form = re.search(rf'<form[^>]*action="{re.escape(path)}".*?</form>', self.text, re.S)
        assert form is not None, path
        hidden = {n: unescape(v) for n, v in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form.group(0))}
        self.text = self.client.post(path, data={**hidden, **values}).text
        return self.text


def test_the_demo_opens_in_a_browser(made: Path) -> None:
    """From the printed log-in to a receipt: sign in, find a customer, take in $40, see the code."""
    with demo(made) as told:
        assert {"url", "logins", "pid"} <= set(told)
        assert {one["role"] for one in told["logins"]} == {
            "supervisor", "clerk", "operations", "auditor", "customer",
        }  # fmt: skip
        assert httpx.get(f"{told['url']}/healthz", timeout=SECONDS).status_code == 200
        for login in told["logins"][:-1]:
            one = Browser(told["url"])
            one.get("/sign-in")
            assert "Sign out" in one.post("/sign-in", {"clerk": login["clerk"], "pin": login["pin"]}), login["role"]
            one.client.close()
        clerk = Browser(told["url"])
        login = next(one for one in told["logins"] if one["clerk"] == "102")
        clerk.get("/sign-in")
        clerk.post("/sign-in", {"clerk": login["clerk"], "pin": login["pin"]})
        assert "Drawer <strong>T1</strong>" in clerk.text
        clerk.get("/counter/find?q=a")
        clerk.get("/counter/find?q=Rosa")
        number = re.search(r"/counter/customer/(\d{10})", clerk.text)
        if number is None:
            clerk.get("/counter/find?q=an")
            number = re.search(r"/counter/customer/(\d{10})", clerk.text)
        assert number is not None
        clerk.get(f"/counter/customer/{number.group(1)}")
        clerk.get("/counter/do/deposit")
        account = re.search(r'name="account"[^>]*value="(\d{10})"|<option value="(\d{10})" selected', clerk.text)
        assert account is not None
        clerk.post("/counter/do/deposit", {"amount": "40", "account": account.group(1) or account.group(2)})
        action = re.search(r'action="(/counter/check/[0-9a-f]{32})"', clerk.text)
        assert action is not None
        assert "<svg" in clerk.post(action.group(1), {})
        assert "COPY" not in clerk.text
        way = re.search(r'href="(/verify\?text=[^"]+)"', clerk.text)
        assert way is not None
        assert "CF1:" in clerk.get(unescape(way.group(1)))
        slip = re.search(r'name="text"[^>]*>\s*(CF1:[^<]+)</textarea>', clerk.text)
        assert slip is not None
        assert "This receipt is signed by the office" in clerk.post("/verify", {"text": unescape(slip.group(1))})
        clerk.client.close()


@pytest.fixture(scope="module")
def again(made: Path) -> Iterator[dict[str, Any]]:
    """A later start of the same office."""
    with demo(made) as told:
        yield told


def test_a_second_start_goes_on(again: dict[str, Any]) -> None:
    clerk = Browser(again["url"])
    clerk.get("/sign-in")
    clerk.post("/sign-in", {"clerk": "102", "pin": "395028"})
    assert "Drawer <strong>T1</strong>" in clerk.text
    clerk.client.close()


def test_a_seeded_customer_signs_in(again: dict[str, Any]) -> None:
    """With the printed account and passphrase; she sees what she has, and a receipt of hers."""
    login = next(one for one in again["logins"] if one["role"] == "customer")
    phone = Browser(again["url"])
    phone.get("/me")
    phone.post("/me/sign-in", {"account": login["account"], "passphrase": login["passphrase"]})
    assert login["name"] in phone.text
    phone.get(f"/me/account/{login['account']}")
    assert "You have" in phone.text
    way = re.search(r"/me/receipt/\d+/\d+", phone.text)
    assert way is not None
    assert "<svg" in phone.get(way.group(0))
    phone.client.close()
