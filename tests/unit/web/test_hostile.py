"""What a hostile hand writes into addresses and parameters: an answer for each, and never a fault of ours."""

from __future__ import annotations

import re
import threading

import pytest

from counterfoil.faces.web import app
from counterfoil.testing.builders import SUPERVISOR
from unit.web.screen import ORIGIN, Screen
from unit.web.test_customer import at_home, her

PARTS = ("9" * 25, "9223372036854775808", "-1", "%00", "%ff%fe", "..%2f..%2fetc%2fpasswd", "%0d%0aSet-Cookie:x=1", "٣")
NAMES = ("from", "to", "before", "q", "text", "then", "back", "rid", "as_of", "date", "page", "after", "visit")
VALUES = ("%00%0d%0ax:y", "9" * 25, "%ed%a0%80", "0000-01-01", "//evil.example")


def answers(screen: Screen, faces: tuple[str, ...]) -> list[tuple[str, int]]:
    """Each page with each of these in its place, and in each parameter of one: what is answered badly."""
    found = []
    for page in app.PAGES:
        if page.method != "GET" or page.face not in faces:
            continue
        asked = [re.sub(r"\{[^}]*\}", part, page.path) for part in PARTS] if "{" in page.path else []
        plain = re.sub(r"\{[a-z]+:int\}", "1", page.path).replace("{account:str}", screen.house.account)
        plain = re.sub(r"\{[^}]*\}", screen.house.customer, plain)
        asked += [f"{plain}?" + "&".join(f"{name}={value}" for name in NAMES) for value in VALUES]
        for path in asked:
            answer = screen.client.get(path, follow_redirects=False)
            where = answer.headers.get("location", "/")
            if (
                answer.status_code >= 500
                or "set-cookie: x" in str(answer.headers).lower()
                or not re.match(r"/(?!/)", where)
            ):
                found.append((path[:120], answer.status_code))
    return found


@pytest.mark.parametrize("faces", [("customers", "public"), ("clerks",)])
def test_nothing_in_an_address_makes_a_fault(faces: tuple[str, ...]) -> None:
    with at_home(pdf=lambda paper: b"%PDF-1.7") as screen:
        if "clerks" in faces:
            screen.sign_in(SUPERVISOR)
        else:
            her(screen)
        assert answers(screen, faces) == []


@pytest.mark.parametrize(
    "header",
    [
        "Content-Type: text/plain; charset=punycode",
        'content-TYPE:x/y;a=b;CHARSET="utf-7"',
        "Content-Type: x; charset=zlib",
    ],
)
def test_a_part_of_a_form_cannot_choose_how_it_is_decoded(header: str) -> None:
    """300 KB of punycode took the loop 13 seconds, in which no page was answered."""
    with at_home() as screen:
        token = screen.get("/verify").token
        parts = [f'name="_token"\r\n\r\n{token}', f'name="text"\r\n{header}\r\n\r\na-b']
        body = "".join(f"--x\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + "--x--\r\n"
        sent = {"Content-Type": "multipart/form-data; boundary=x", "Origin": ORIGIN}
        assert screen.client.post("/verify", content=body.encode(), headers=sent).status_code == 400
        assert screen.client.post("/verify", content=body.replace(header, "X: y"), headers=sent).status_code == 200


def test_what_everybody_brings_waits_in_a_row_of_its_own() -> None:
    """A photo, a passphrase, a statement: none of it takes a thread that the counter needs."""
    seen: list[str] = []

    def codes(photo: bytes) -> list[str]:
        seen.append(threading.current_thread().name)
        return []

    with at_home(codes=codes) as screen:
        screen.get("/verify")
        screen.send("/verify", {}, {"photo": b"x"})
        assert [name.startswith("counterfoil-guest") for name in seen] == [True]
