"""The typed client: what it signs is booked, a lost answer is asked for again, its key stays where it is."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from counterfoil.client import ClerkKey, Client, ProblemError, Refused, Unreachable, enrolment, new_key, signed
from counterfoil.client import keys as client_keys
from counterfoil.kernel.outcomes import Fault, Malformed
from counterfoil.operations.answers import Accepted as Booked
from counterfoil.operations.desk import read_entry
from counterfoil.testing import offices
from counterfoil.testing.servers import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("client") / "office") as running:
        yield running


class Broken(httpx.BaseTransport):
    """A line that loses answers: what was sent arrives, and nothing comes back, as often as it is told."""

    def __init__(self, losses: int) -> None:
        self.losses, self.sent = losses, 0
        self._line = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._line.handle_request(request)
        if request.method == "POST":
            self.sent += 1
            if self.sent <= self.losses:
                answer.read()
                raise httpx.ReadError("planned")
        return answer

    def close(self) -> None:
        self._line.close()


def test_what_the_client_signs_is_what_is_booked(server: Served) -> None:
    with server.client() as client:
        body = server.deposit(1_234, count={"1000": 1, "200": 1, "10": 3, "1": 4})
        done = client.ask("deposit", body, by=[server.clerk, server.supervisor])
        entry = done.entries[0]
        kept = read_entry(server.office.desk.store.entries(entry.epoch, entry.entry, 1)[0])
        assert kept.body == {"kind": "deposit", "date": offices.DAY, **body}
        assert client.outcome(done.request) == done
        assert [done.kind, done.currency, entry.kind] == ["deposit", "USD", "deposit"]
        assert entry.slip.startswith("CF")


@pytest.mark.parametrize("losses", [1, 3])
def test_a_lost_answer_is_asked_for_again(server: Served, losses: int) -> None:
    waits: list[float] = []
    before, line = server.office.desk.size, Broken(losses)
    with server.client(transport=line, sleep=waits.append) as client:
        done = client.ask("deposit", server.deposit(5), by=[server.clerk])
    assert line.sent == losses + 1
    assert server.office.desk.size == before + 1
    assert done.entries[0].entry == before
    assert waits == sorted(waits)
    assert len(waits) == losses


def test_whoever_gives_up_is_told_the_key(server: Served) -> None:
    line = Broken(9)
    with server.client(transport=line, patience=0) as client:
        request = client.sign("deposit", server.deposit(6), by=[server.clerk])
        with pytest.raises(Unreachable) as lost:
            client.send(request)
        assert lost.value.key == request.key
        assert isinstance(server.office.desk.recall(request.request), Booked)
    with pytest.raises(Unreachable), Client("http://127.0.0.1:9", "t", patience=0) as nobody:
        nobody.office()


def test_a_refusal_and_a_problem_are_raised_by_name(server: Served) -> None:
    with server.client() as client:
        with pytest.raises(Refused) as no:
            client.ask("withdrawal", server.deposit(9_000_000), by=[server.clerk])
        assert no.value.name == "refused"
        assert no.value.code
        assert no.value.details
        with pytest.raises(ProblemError) as none:
            client.get("/v1/tills/T99")
        assert (none.value.name, none.value.status) == ("not-found", 404)
        with pytest.raises(Malformed):
            client.ask("deposit", server.deposit(0), by=[server.clerk])  # Never sent.
    with server.client("read") as reader, pytest.raises(ProblemError) as scope:
        reader.ask("deposit", server.deposit(1), by=[server.clerk])
    assert scope.value.name == "scope-missing"


def test_a_key_never_leaves_the_client(tmp_path: Path, server: Served) -> None:
    place = tmp_path / "clerk.key"
    key = new_key(place)
    seed = place.read_text().strip()
    assert place.stat().st_mode & 0o777 == 0o600
    assert ClerkKey.load(place).key_id == key.key_id
    with pytest.raises(FileExistsError):
        new_key(place)
    made = enrolment(key, clerk="205", role="clerk", office="0417", epoch=1, date=offices.DAY)
    request = signed("deposit", server.deposit(1, date=offices.DAY), by=[key], office="0417", epoch=1, client=bytes(16))
    assert seed not in made.to_json() + json.dumps(dict(request.payload)) + repr(key)
    for lose in (copy.copy, copy.deepcopy):
        with pytest.raises(Fault):
            lose(key)
    os.chmod(place, 0o644)
    with pytest.raises(Malformed, match="others can read"):
        ClerkKey.load(place)
    os.chmod(place, 0o600)
    place.write_text("no key")
    with pytest.raises(Malformed, match="does not hold"):
        ClerkKey.load(place)
    with pytest.raises(Malformed):
        ClerkKey(b"short")


def test_an_enrolment_is_admitted_and_the_key_works(server: Served) -> None:
    key = ClerkKey(b"\x44" * 32)
    with server.client() as client:
        office = client.office()
        made = enrolment(key, clerk="206", role="clerk", office=office.office, epoch=office.epoch, date=offices.DAY)
        told: dict[str, Any] = json.loads(made.to_json())
        authority, by = server.office.authority, [offices.clerk("101")]
        for change in ({"proof": "00" * 64}, {"clerk": "207"}, {"date": "2026-03-01"}, {"role": "supervisor"}):
            with pytest.raises(Malformed):
                authority.admit({**told, **change}, by=by)
        for broken in ({}, {**told, "more": 1}, {**told, "epoch": "1"}, {**told, "key": "zz"}):
            with pytest.raises(Malformed):
                authority.admit(broken, by=by)
        answer, fingerprint = authority.admit(told, by=by)
        assert isinstance(answer, Booked)
        assert fingerprint == key.key_id.hex()
        assert authority.admit(told, by=by)[0] == answer  # Again: nothing new.
        client.ask("till-open", {"till": "T6", "count": {}}, by=[key])
        keys = {row.key_id: row for row in server.office.desk.state.clerk_key.all()}
        assert keys[key.key_id].custody == client_keys.CUSTODY


def test_a_language_is_asked_for(server: Served) -> None:
    with server.client(language="es") as client, pytest.raises(Refused) as no:
        client.ask("withdrawal", server.deposit(9_000_000), by=[server.clerk])
    assert "No se" in str(no.value) or "nada" in str(no.value).lower()
