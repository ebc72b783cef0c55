"""A counter served on a port of its own, and Debian's Chromium to look at it; what the browser tests use."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from litestar import Litestar
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from counterfoil.counter.receipt import Receipt
from counterfoil.engines import scanning
from counterfoil.engines.keys.sealed import FAST_FOR_TESTS
from counterfoil.engines.passkeys import WebAuthn, installed
from counterfoil.engines.passphrases import Argon
from counterfoil.engines.printing import pdf, qr
from counterfoil.engines.texts import catalog
from counterfoil.faces.web import app
from counterfoil.faces.web.visit import House as Pages
from counterfoil.operations.papers import Papers
from counterfoil.operations.service import Service
from counterfoil.operations.store import OfficeStore
from counterfoil.testing.builders import CLERK, PINS, House

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SECONDS = 20
MOMENT_MS = 100
"""In which a script asks for whatever it asks for once its page is there."""


@dataclass(slots=True)
class Counter:
    """One served office. ``printed``: what its printer got. ``slow``: seconds an answer to a form is held back."""

    house: House
    url: str
    printed: list[Receipt] = field(default_factory=list)

    @property
    def by_name(self) -> str:
        """The same place by its name: browsers keep passkeys for names alone."""
        return self.url.replace("127.0.0.1", "localhost")


@contextmanager
def served(house: House, *, with_printer: bool = True, idle: int = 600) -> Iterator[Counter]:
    """The office's pages on a free port, in a thread of this process."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    made = Counter(house, f"http://127.0.0.1:{listening.getsockname()[1]}")

    def papers(store: OfficeStore) -> Papers:
        return Papers(store, signer=lambda epoch: house.node_key, catalog=catalog, office_key=house.desk.office_key)

    service = Service(house.desk, house.authority, reader=lambda: house.store)
    pages = Pages(
        catalog=catalog, qr=lambda slip: qr.svg(slip, module=1), papers=papers, seconds=time.monotonic,
        secret=b"s" * 32, report=lambda error: None, last_audit=lambda: None, idle=idle,
        printer=made.printed.append if with_printer else None,
        codes=scanning.reader(), passphrases=Argon(FAST_FOR_TESTS), pdf=pdf.render,
        passkeys=WebAuthn(made.by_name, "localhost", "Elk Fork 0417") if installed() else None,
    )  # fmt: skip
    application = Litestar(route_handlers=app.routes(service, pages), openapi_config=None)
    server = uvicorn.Server(uvicorn.Config(application, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield made
    finally:
        server.should_exit = True
        thread.join(SECONDS)
        service.close()
        listening.close()


def until(true: Callable[[], bool], what: str = "it") -> None:
    """Waits for something that happens soon."""
    for _ in range(SECONDS * 100):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError(f"{what} did not happen")


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium; skips with the reason where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        yield launched(playwright)


def launched(playwright: Playwright) -> Browser:
    """Debian's Chromium, never one that is fetched."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))


def sign_in(page: Page, counter: Counter, clerk: str = CLERK, *, language: str = "en") -> None:
    """Signs a clerk in."""
    page.goto(f"{counter.url}/lang/{language}?back=/sign-in")
    page.fill("#f-clerk", clerk)
    page.fill("#f-pin", PINS[clerk])
    page.keyboard.press("Enter")
    page.wait_for_url("**/counter")


def scan(page: Page, code: str) -> None:
    """A wedge scanner: its characters and Enter 15 ms apart (ten digits in 160 ms), wherever the focus is.

    The keys carry their own times, so that a busy machine does not make a slow scanner of it.
    """
    devtools = page.context.new_cdp_session(page)
    at = time.time()
    for place, character in enumerate((*code, "\r")):
        name = "Enter" if character == "\r" else character
        key = {"key": name, "windowsVirtualKeyCode": ord(character.upper()), "timestamp": at + place * 0.015}
        devtools.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": character, **key})
        devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    devtools.detach()


def picture(page: Page, folder: Path, name: str, *, whole: bool = False) -> None:
    """What a person sees of the page, in the pictures of the documentation. ``whole``: with what she scrolls to."""
    page.screenshot(path=folder / f"{name}.png", animations="disabled", caret="hide", full_page=whole)


class Line:
    """What comes over the line to a page."""

    def __init__(self, page: Page) -> None:
        self._page, self._got, self._asked = page, list[float](), set[str]()
        devtools = page.context.new_cdp_session(page)
        devtools.on("Network.requestWillBeSent", lambda event: self._asked.add(event["requestId"]))
        devtools.on("Network.loadingFailed", lambda event: self._asked.discard(event["requestId"]))
        devtools.on("Network.loadingFinished", self._came)
        devtools.send("Network.enable")

    def _came(self, event: dict[str, Any]) -> None:
        self._asked.discard(event["requestId"])
        self._got.append(event["encodedDataLength"])

    def opened(self, address: str) -> list[float]:
        """Bytes of a page and of each thing that it asks for, up to a moment after it is there."""
        self._got.clear()
        self._page.goto(address)
        for _ in range(SECONDS * 10):
            self._page.wait_for_timeout(MOMENT_MS)
            if not self._asked:
                return [*self._got]
        raise AssertionError(f"{address} does not come to rest")


def axe_source() -> str:
    """axe-core, as it lies beside this module."""
    return (Path(__file__).parent / "axe" / "axe.min.js").read_text("utf-8")


TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[str]:
    """What axe-core finds by WCAG 2.0 to 2.2 A and AA, one line each."""
    page.evaluate(axe_source())
    found: list[dict[str, Any]] = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(r => r.violations)", TAGS
    )
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
