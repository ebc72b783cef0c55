"""Passkeys on a customer's pages: adding, signing in, and what is offered where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from counterfoil.engines.passkeys import WebAuthn
from counterfoil.faces.web.sessions import MEMBER_COOKIE
from counterfoil.testing.builders import House
from unit.operations.device import Phone
from unit.web.screen import ORIGIN, Screen
from unit.web.test_customer import SECRET, another, at_home, code_for, enroll, her, sign_in

pytest.importorskip("webauthn", reason="passkeys need the extra: counterfoil[passkeys]")
HOST = ORIGIN.partition("://")[2]


@contextmanager
def with_passkeys(house: House | None = None, *, origin: str = ORIGIN) -> Iterator[Screen]:
    with at_home(house, passkeys=WebAuthn(origin, HOST, "Elk Fork 0417")) as screen:
        yield screen


def begun(screen: Screen, path: str, values: dict[str, str]) -> Any:
    """What the page's script is told."""
    body = {"_token": screen.token, "_back": "/me/passkeys", **values}
    answer = screen.client.post(path, data=body, headers={"Origin": ORIGIN})
    return answer.json() if answer.headers["content-type"] == "application/json" else answer


def add(screen: Screen, phone: Phone, *, name: str = "My phone", secret: str = SECRET) -> Screen:
    screen.get("/me/passkeys")
    told = begun(screen, "/me/passkeys/begin", {"name": name, "passphrase": secret})
    return screen.post("/me/passkeys", {"name": name, "answer": phone.make(told["options"], ORIGIN)})


def use(screen: Screen, phone: Phone, *, then: str = "/me") -> Screen:
    screen.get("/me/sign-in")
    told = begun(screen, "/me/sign-in/passkey/begin", {})
    return screen.post("/me/sign-in/passkey", {"then": then, "answer": phone.sign(told["options"], ORIGIN)})


def test_from_adding_to_removing() -> None:
    with with_passkeys() as screen:
        account, phone = her(screen), Phone()
        assert add(screen, phone).path == "/me/passkeys"
        assert "My phone" in screen.text
        assert "not used yet" in screen.text
        screen.post("/me/sign-out", {})
        before = screen.client.cookies.get(MEMBER_COOKIE)
        assert use(screen, phone, then=f"/me/account/{account}").path == f"/me/account/{account}"
        assert screen.client.cookies[MEMBER_COOKIE] != before
        screen.get("/me/passkeys")
        assert "last used" in screen.text
        screen.post("/me/passkeys/name", {**screen.hidden("/me/passkeys/name"), "name": "Kitchen tablet"})
        assert "Kitchen tablet" in screen.text
        screen.post("/me/passkeys/remove", screen.hidden("/me/passkeys/remove"))
        assert "You have none yet" in screen.text
        screen.post("/me/sign-out", {})
        assert use(screen, phone).status == 422
        assert "The passkey did not work" in screen.text


def test_the_way_back_stays_among_her_pages() -> None:
    with with_passkeys() as screen:
        her(screen)
        phone = Phone()
        add(screen, phone)
        for then in ("/counter", "//evil.example", "https://evil.example/me", "/mean"):
            screen.client.cookies.clear()
            assert use(screen, phone, then=then).path == "/me"


def test_the_passphrase_stays() -> None:
    with with_passkeys() as screen:
        account = her(screen)
        add(screen, Phone())
        screen.client.cookies.clear()
        assert sign_in(screen, account).path == "/me"
        # Without a script the forms for passkeys stay hidden, and a note says why.
        screen.get("/me/passkeys")
        assert re.search(r'<form[^>]*data-passkey="create"[^>]* hidden>', screen.text)
        assert '<p class="cf-muted" data-no-passkey>' in screen.text
        assert re.search(r'<form[^>]*data-passkey="get"[^>]* hidden>', screen.get("/me/sign-in").text)


def test_nothing_is_offered_where_it_cannot_work() -> None:
    with at_home() as screen:
        her(screen)
        assert "This office offers passphrases only" in screen.get("/me/passkeys").text
        assert "data-passkey" not in screen.text + screen.get("/me/sign-in").text
        screen.get("/me/passkeys")
        for path in ("/me/passkeys/begin", "/me/passkeys", "/me/passkeys/name", "/me/passkeys/remove",
                     "/me/sign-in/passkey/begin", "/me/sign-in/passkey"):  # fmt: skip
            screen.get("/me/help")
            assert screen.post(path, {}).status == 503, path
            screen.get("/me/help")
    with with_passkeys(origin="https://bank.example") as screen:
        her(screen)
        for path in ("/me/passkeys", "/me/sign-in"):
            assert "Passkeys work at https://bank.example alone" in screen.get(path).text
            assert "data-passkey=" not in screen.text
            assert "<script" not in screen.text
        assert begun(screen, "/me/passkeys/begin", {"passphrase": SECRET}).status_code == 503


def test_adding_asks_for_the_passphrase_and_says_what_is_wrong() -> None:
    with with_passkeys() as screen:
        her(screen)
        screen.get("/me/passkeys")
        for _ in range(3):
            told = begun(screen, "/me/passkeys/begin", {"passphrase": "wrong words of mine"})
            assert told == {"said": "This is not your passphrase. Try again."}
        assert "Wait" in begun(screen, "/me/passkeys/begin", {"passphrase": SECRET})["said"]
        screen.post("/me/passkeys", {"name": "x", "answer": "{}"})
        assert (screen.status, "No passkey was added" in screen.text) == (422, True)
        assert 'value="x"' in screen.text
        assert list(screen.house.store.scan("customer_passkey")) == []


def test_nobody_touches_another_ones_passkey() -> None:
    with with_passkeys() as screen:
        her(screen)
        phone = Phone()
        add(screen, phone)
        kept = list(screen.house.store.scan("customer_passkey"))
        screen.post("/me/sign-out", {})
        number, theirs = another(screen.house)
        enroll(screen, theirs, code_for(screen, number))
        assert ">My phone<" not in screen.get("/me/passkeys").text
        for what in ("name", "remove"):
            for passkey in (phone.credential.hex(), "00", "", "zz"):
                screen.get("/me/passkeys")
                told = screen.post(f"/me/passkeys/{what}", {"passkey": passkey, "name": "mine now"})
                assert (told.status, "There is no such page for you" in told.text) == (404, True)
        assert list(screen.house.store.scan("customer_passkey")) == kept


def test_a_challenge_is_bound_to_the_browser_that_asked() -> None:
    with with_passkeys() as screen:
        her(screen)
        phone = Phone()
        add(screen, phone)
        screen.client.cookies.clear()
        screen.get("/me/sign-in")
        told = begun(screen, "/me/sign-in/passkey/begin", {})
        answer = phone.sign(told["options"], ORIGIN)
        screen.client.cookies.clear()  # Somebody else carries the answer to her own browser.
        screen.get("/me/sign-in")
        assert screen.post("/me/sign-in/passkey", {"answer": answer}).status == 422
        assert screen.get("/me").status == 401


def test_begins_are_bounded_for_one_address() -> None:
    with with_passkeys() as screen:
        screen.get("/me/sign-in")
        said = [begun(screen, "/me/sign-in/passkey/begin", {}) for _ in range(41)]
        assert "options" in said[39]
        assert "Too many tries" in said[40]["said"]
        screen.ticking.now += 61
        assert "options" in begun(screen, "/me/sign-in/passkey/begin", {})


def test_no_begin_without_the_forms_token() -> None:
    with with_passkeys() as screen:
        her(screen)
        screen.get("/me/passkeys")
        for path in ("/me/passkeys/begin", "/me/passkeys", "/me/passkeys/name", "/me/passkeys/remove"):
            told = screen.client.post(path, data={"_token": "0" * 40, "passphrase": SECRET})
            assert told.status_code == 403, path
            told = screen.client.post(
                path, data={"_token": screen.token, "passphrase": SECRET}, headers={"Origin": "https://evil.example"}
            )
            assert told.status_code == 403, path
        screen.client.cookies.clear()
        screen.get("/me/help")
        answer = screen.client.post("/me/passkeys/begin", data={"_token": "0" * 40}, headers={"Origin": ORIGIN})
        assert answer.status_code == 401
        assert "Account number" in answer.text, "a customer's sign-in, not a clerk's"


def test_removing_one_signs_other_screens_out() -> None:
    with with_passkeys() as screen:
        account, phone = her(screen), Phone()
        add(screen, phone)
        here = screen.client.cookies[MEMBER_COOKIE]
        screen.client.cookies.clear()
        use(screen, phone)
        elsewhere = screen.client.cookies[MEMBER_COOKIE]
        screen.client.cookies.clear()
        screen.client.cookies.set(MEMBER_COOKIE, here)
        screen.get("/me/passkeys")
        screen.post("/me/passkeys/remove", screen.hidden("/me/passkeys/remove"))
        assert screen.get(f"/me/account/{account}").status == 200
        screen.client.cookies.clear()
        screen.client.cookies.set(MEMBER_COOKIE, elsewhere)
        assert screen.get("/me").status == 401


def test_a_new_passphrase_signs_other_screens_out() -> None:
    """Whoever knew the old one may sit there."""
    with with_passkeys() as screen:
        account = her(screen)
        elsewhere = screen.client.cookies[MEMBER_COOKIE]
        screen.client.cookies.clear()
        enroll(screen, account, code_for(screen, screen.house.customer), "four other words here")
        assert screen.path == "/me"
        screen.client.cookies.clear()
        screen.client.cookies.set(MEMBER_COOKIE, elsewhere)
        assert screen.get("/me").status == 401


def test_her_device_is_told_neither_her_name_nor_her_number() -> None:
    with with_passkeys() as screen:
        account = her(screen)
        screen.get("/me/passkeys")
        told = json.dumps(begun(screen, "/me/passkeys/begin", {"passphrase": SECRET}))
        assert account not in told
        held = [one.account for one in screen.house.desk.state.holding.all() if one.customer == screen.house.customer]
        assert any(f'{one[-4:]}"' in told for one in held)
        assert screen.house.customer not in told
