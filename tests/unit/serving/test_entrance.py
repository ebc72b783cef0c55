"""For which names a server answers, and who is counted as having come."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from counterfoil.serving.config import Settings
from counterfoil.serving.entrance import Entrance, counted_as, knows, name_of
from counterfoil.testing.servers import served

PUBLIC = Settings(public_url="https://bank.example", forwarded_for=True)


def came(settings: Settings, *headers: tuple[str, str], peer: str = "127.0.0.1", path: str = "/") -> Any:
    """As whom the server counts a request; or the status with which it was turned away."""
    seen: list[Any] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope["client"][0])

    async def send(message: dict[str, Any]) -> None:
        if "status" in message:
            seen.append(message["status"])

    sent = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "path": path, "headers": sent, "client": (peer, 4_000)}
    asyncio.run(Entrance(app, settings)(scope, None, send))
    assert len(seen) == 1
    return seen[0]


@pytest.mark.parametrize(
    ("settings", "host", "known"),
    [
        (Settings(), "127.0.0.1:8417", True),
        (Settings(), "localhost:8417", True),
        (Settings(), "[::1]:8417", True),
        (Settings(), "", True),
        (Settings(), "evil.example:8417", False),
        (Settings(), "localhost.evil.example", False),
        (Settings(), "127.0.0.1.evil.example", False),
        (PUBLIC, "bank.example", True),
        (PUBLIC, "BANK.example:443", True),
        (PUBLIC, "192.0.2.7", True),
        (PUBLIC, "evil.example", False),
        (PUBLIC, "bank.example.evil.example", False),
        (Settings(host="0.0.0.0", public_url="https://bank.example"), "evil.example", False),
        (Settings(host="0.0.0.0"), "office.example", True),
        (Settings(behind_tls=True), "office.example", True),
    ],
)
def test_only_its_own_names_are_answered(settings: Settings, host: str, known: bool) -> None:
    assert knows(settings)(host) is known
    assert (came(settings, ("Host", host)) == 421) is not known


@pytest.mark.parametrize(
    ("host", "name"),
    [("bank.example:1", "bank.example"), ("[2001:db8::1]:2", "2001:db8::1"), ("2001:db8::1", "2001:db8::1"),
     (" Bank.Example ", "bank.example"), ("[", "")],
)  # fmt: skip
def test_the_name_in_a_host_header(host: str, name: str) -> None:
    assert name_of(host) == name


@pytest.mark.parametrize(
    ("settings", "peer", "said", "counted"),
    [
        (PUBLIC, "127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        (PUBLIC, "127.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),  # The first is the caller's own claim.
        (PUBLIC, "127.0.0.1", ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        (PUBLIC, "127.0.0.1", ["nonsense"], "?"),
        (PUBLIC, "127.0.0.1", [], "127.0.0.1"),
        (PUBLIC, "192.0.2.7", ["203.0.113.9"], "192.0.2.7"),  # It did not come through our proxy.
        (Settings(), "127.0.0.1", ["203.0.113.9"], "127.0.0.1"),
    ],
)
def test_the_proxys_word_is_taken_only_if_it_was_told(
    settings: Settings, peer: str, said: list[str], counted: str
) -> None:
    assert came(settings, *(("X-Forwarded-For", one) for one in said), peer=peer) == counted


def test_one_network_is_one_caller() -> None:
    assert counted_as("2001:db8:1:2::3") == counted_as("2001:db8:1:2:ffff::") != counted_as("2001:db8:1:3::3")
    assert counted_as("::ffff:203.0.113.9") == "203.0.113.9"
    assert counted_as("") == "?"


def test_figures_are_not_for_the_public() -> None:
    assert came(PUBLIC, ("Host", "bank.example"), path="/metrics") == 404
    assert came(PUBLIC, ("Host", "127.0.0.1:8417"), path="/metrics") == "127.0.0.1"
    assert came(Settings(), ("Host", "localhost"), path="/metrics") == "127.0.0.1"


def test_a_page_of_another_name_gets_nothing_from_a_server(tmp_path: Path) -> None:
    with served(tmp_path / "office") as server, httpx.Client(base_url=server.url, trust_env=False) as http:
        assert http.get("/metrics").status_code == 200
        for path in ("/metrics", "/healthz", "/v1/office", "/openapi.json"):
            answer = http.get(path, headers={"Host": "evil.example"})
            assert answer.status_code == 421
            assert "x-request-id" in answer.headers
        with server.client() as client:
            assert client.office().office == "0417"
