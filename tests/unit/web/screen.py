"""A counter in memory and a browser without a window: what the tests of the pages use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from counterfoil.engines.printing import qr
from counterfoil.engines.texts import catalog
from counterfoil.faces.web import app
from counterfoil.faces.web.visit import House as Pages
from counterfoil.operations.papers import Papers
from counterfoil.operations.service import Service
from counterfoil.operations.store import OfficeStore
from counterfoil.testing.builders import CLERK, PINS, House, counter

ORIGIN = "http://testserver.local"


class Ticking:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Screen:
    """One browser at one office: follows redirects, keeps cookies, and knows what a page's forms hold."""

    def __init__(self, client: TestClient[Litestar], house: House, ticking: Ticking) -> None:
        self.client, self.house, self.ticking = client, house, ticking
        self.text = ""
        self.status = 0
        self.path = ""

    def get(self, path: str) -> Screen:
        return self._kept(self.client.get(path))

    def post(self, path: str, values: Mapping[str, str], *, token: str | None = None, **headers: str) -> Screen:
        """Sends a form; its token is the one of the page that is open."""
        body = {"_token": self.token if token is None else token, **values}
        return self._kept(self.client.post(path, data=body, headers={"Origin": ORIGIN, **headers}))

    def send(self, path: str, values: Mapping[str, str], files: Mapping[str, bytes]) -> Screen:
        """Sends a form that carries files."""
        body = {"_token": self.token, **values}
        sent = {name: (f"{name}.bin", data) for name, data in files.items()}
        return self._kept(self.client.post(path, data=body, files=sent, headers={"Origin": ORIGIN}))

    def _kept(self, response: Any) -> Screen:
        self.text, self.status = response.text, response.status_code
        self.path = response.url.path + (f"?{response.url.query.decode()}" if response.url.query else "")
        self.headers = response.headers
        return self

    @property
    def token(self) -> str:
        found = re.search(r'name="_token" value="([0-9a-f]+)"', self.text)
        return found.group(1) if found else ""

    def hidden(self, action: str) -> dict[str, str]:
        """The hidden fields of the form that goes to ``action`` (its beginning)."""
        form = re.search(rf'<form[^>]*action="{re.escape(action)}[^"]*".*?</form>', self.text, re.S)
        assert form is not None, f"no form goes to {action} on {self.path}"
        pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.group(0))
        return {name: unescape(value) for name, value in pairs if name != "_token"}

    def action(self, beginning: str) -> str:
        found = re.search(rf'<form[^>]*action="({re.escape(beginning)}[^"]*)"', self.text)
        assert found is not None, f"no form goes to {beginning} on {self.path}"
        return found.group(1)

    def sign_in(self, clerk: str = CLERK, pin: str = "") -> Screen:
        self.get("/sign-in")
        return self.post("/sign-in", {"clerk": clerk, "pin": pin or PINS[clerk], "then": "/counter"})

    def fill(self, kind: str, values: Mapping[str, str], *, query: str = "") -> Screen:
        """Opens a kind's form and sends it; then its check page is open, or the form with what is wrong."""
        self.get(f"/counter/do/{kind}{query}")
        action = f"/counter/do/{kind}"
        return self.post(action, {**self.hidden(action), **values})

    def confirm(self, values: Mapping[str, str] = {}) -> Screen:
        """Presses the last button of the check page that is open."""
        action = self.action("/counter/check/")
        return self.post(action, {**self.hidden(action), **values})


@contextmanager
def open_screen(house: House | None = None, *, idle: int = 600, **more: Any) -> Iterator[Screen]:
    """An office in memory with its pages served."""
    office, ticking = house or counter(), Ticking()

    def papers(store: OfficeStore) -> Papers:
        return Papers(store, signer=lambda epoch: office.node_key, catalog=catalog, office_key=office.desk.office_key)

    service = Service(office.desk, office.authority, reader=lambda: office.store)
    pages = Pages(
        catalog=catalog, qr=lambda slip: qr.svg(slip, module=1), papers=papers, seconds=ticking, secret=b"s" * 32,
        idle=idle, **{"report": lambda error: None, "last_audit": lambda: None, **more},
    )  # fmt: skip
    try:
        with TestClient(
            Litestar(route_handlers=app.routes(service, pages), openapi_config=None), base_url=ORIGIN
        ) as client:
            yield Screen(client, office, ticking)
    finally:
        service.close()
