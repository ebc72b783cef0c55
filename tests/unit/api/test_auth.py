"""Tokens on the wire: what opens, what is slowed down, and who is never held up."""

from __future__ import annotations

import httpx
import pytest

from counterfoil.faces.api.app import Attempts
from counterfoil.faces.api.problems import Problem
from counterfoil.testing.servers import Served, problem


@pytest.mark.parametrize(
    "sent", [None, "", "Bearer", "Basic abc", "Bearer cft_x", "bearer cft", "Bearer \xff", "Bearer a b"]
)
def test_without_a_token_in_use_nothing_is_shown(server: Served, sent: str | None) -> None:
    server_headers = {} if sent is None else {b"Authorization": sent.encode("latin-1")}
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        answer = http.get("/v1/office", headers=server_headers)
    assert answer.status_code in (401, 429)
    if answer.status_code == 401:
        assert problem(answer.json()) == "token-needed"
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_revoked_token_opens_nothing_at_once(server: Served) -> None:
    with server.client("read", name="leaving") as client:
        assert client.office().office == "0417"
        server.work.service.sequencer.call(lambda: server.work.tokens.revoke("leaving"))
        assert client._http.get("/v1/office").status_code in (401, 429)


def test_wrong_tokens_are_slowed_down_and_a_right_one_never(server: Served) -> None:
    right = {"Authorization": f"Bearer {server.token('read')}"}
    wrong = {"Authorization": "Bearer cft_wrong"}
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        statuses = [http.get("/v1/office", headers=wrong).status_code for _ in range(Attempts.FREE + 5)]
        assert set(statuses) <= {401, 429}
        last = http.get("/v1/office", headers=wrong)
        assert (last.status_code, problem(last.json())) == (429, "too-many-attempts")
        assert int(last.headers["retry-after"]) >= 1
        assert http.get("/v1/office", headers=right).status_code == 200  # From the same place, at once.
        assert http.get("/v1/office").status_code == 401  # No token is no attempt.


def test_waits_grow_and_end_and_the_table_is_bounded() -> None:
    now = [1_000.0]
    attempts = Attempts(now=lambda: now[0])
    for _ in range(Attempts.FREE):
        attempts.wrong("a")
    waits = []
    for _ in range(12):
        with pytest.raises(Problem) as held:
            attempts.wrong("a")
        waits.append(int(held.value.headers["Retry-After"]))
        now[0] += waits[-1]
        attempts.wrong("a")
    assert waits == sorted(waits)
    assert waits[-1] <= Attempts.WAIT_MAX_S + 1
    attempts.wrong("b")  # Another place is not held up.
    now[0] += Attempts.WAIT_MAX_S + Attempts.WINDOW_S + 1
    for _ in range(Attempts.FREE):
        attempts.wrong("a")  # The count began anew.
    for number in range(Attempts.PLACES_MAX + 10):
        attempts.wrong(f"p{number}")
    assert len(attempts._seen) == Attempts.PLACES_MAX
