"""Requests whose head is too large or too slow, on a real socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest

from counterfoil.serving import edge
from counterfoil.testing.servers import Served, served

SECONDS = 20
START = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("edge") / "office") as made:
        yield made


def line(server: Served) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    made = socket.create_connection((host, int(port)), SECONDS)
    made.settimeout(SECONDS)
    return made


def until_the_end(peer: socket.socket) -> bytes:
    said = b""
    try:
        while part := peer.recv(65_536):
            said += part
    except ConnectionError:
        pass
    return said


@pytest.mark.parametrize(
    ("begin", "piece"),
    [(START, b"X-More: again\r\n" * 500), (START + b"X-More: ", b"a" * 8_000), (b"GET /", b"a" * 8_000)],
    ids=["lines", "one line", "the address"],
)
def test_a_head_without_end_is_cut_off(server: Served, begin: bytes, piece: bytes) -> None:
    sent = 0
    with line(server) as peer:
        peer.sendall(begin)
        try:
            for _ in range(2_000):
                peer.sendall(piece)
                sent += len(piece)
        except ConnectionError:
            pass
    assert sent < 8_000_000, "16 MB were offered, and the line was closed long before"
    assert httpx.get(f"{server.url}/healthz", trust_env=False).status_code == 200


def test_a_head_that_is_too_large_is_told_so(server: Served) -> None:
    with line(server) as peer:
        peer.sendall(START + b"X-More: again\r\n" * 20)
        peer.sendall(b"X-More: again\r\n" * (edge.HEAD_BYTES_MAX // 15))
        assert until_the_end(peer).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("begin", [b"", START], ids=["nothing", "half a head"])
def test_a_slow_head_is_cut_off(server: Served, monkeypatch: pytest.MonkeyPatch, begin: bytes) -> None:
    monkeypatch.setattr(edge, "HEAD_SECONDS", 0.1)
    with line(server) as peer:
        peer.sendall(begin)
        assert until_the_end(peer).startswith(b"HTTP/1.1 408 ")


def test_what_is_well_sent_is_answered(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests one after another on one line, in pieces, several in one piece, and a body larger than a head may be."""
    monkeypatch.setattr(edge, "HEAD_SECONDS", 0.3)
    whole = START + b"\r\n"
    with line(server) as peer:
        for piece in (whole[:10], whole[10:], whole * 3, whole):
            peer.sendall(piece)
        said = b""
        while said.count(b"alive\n") < 5:
            said += peer.recv(65_536)
        assert said.count(b"HTTP/1.1 200") == 5
    body = b"x" * (3 * edge.HEAD_BYTES_MAX)
    for _ in range(2):
        answer = httpx.post(f"{server.url}/v1/batch", content=body, trust_env=False)
        assert answer.status_code == 401


def test_a_line_kept_open_is_not_cut_off_while_it_rests(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "HEAD_SECONDS", 0.05)
    with line(server) as peer:
        for _ in range(3):
            peer.sendall(START + b"\r\n")
            said = b""
            while b"alive\n" not in said:
                said += peer.recv(65_536)
            peer.settimeout(0.2)
            with pytest.raises(TimeoutError):
                peer.recv(1)
            peer.settimeout(SECONDS)
