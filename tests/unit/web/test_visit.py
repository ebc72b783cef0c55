"""Every request passes one gate: strict headers, tokens, our own pages only, and ways back that stay here."""

from __future__ import annotations

import re

import pytest

from counterfoil.engines.texts import catalog
from counterfoil.faces.web import app
from counterfoil.faces.web.visit import BODY_BYTES_MAX, HEADERS, clock_time, day, local, static_files, static_path
from counterfoil.journal.slip import TRAINING_DOMAIN
from counterfoil.kernel.outcomes import untranslated
from counterfoil.testing import builders
from counterfoil.testing.builders import CLERK, PINS, SUPERVISOR, counter
from unit.web.screen import ORIGIN, Screen, open_screen


def filled(path: str, screen: Screen) -> str:
    """A page's path with something in its places."""
    values = {"{code:str}": "es", "{number:str}": screen.house.customer, "{kind:str}": "deposit", "{rid:str}": "0" * 32,
              "{epoch:int}": "1", "{entry:int}": "5"}  # fmt: skip
    for place, value in values.items():
        path = path.replace(place, value)
    return path


def test_every_page_has_strict_headers() -> None:
    with open_screen() as screen:
        screen.sign_in()
        for page in app.PAGES:
            path = filled(page.path, screen)
            answer = screen.client.request(page.method, path, follow_redirects=False)
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, page
            assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", answer.text), page
            screen.sign_in()


def test_a_training_office_on_the_same_host_signs_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """One browser at the counter and at practice, which is another port of the same host: no cookie is both's."""
    with open_screen() as real:
        real.sign_in()
        kept = {one.name for one in real.client.cookies.jar}
    monkeypatch.setattr(builders, "DOMAIN", TRAINING_DOMAIN + builders.DOMAIN)
    with open_screen(counter()) as practice:
        practice.sign_in()
        assert practice.client.get("/counter").status_code == 200
        its = {one.name for one in practice.client.cookies.jar}
    assert kept & its == {"cf_lang"}
    assert "cf_session_practice" in its


@pytest.mark.parametrize(("language", "word"), [("en", "PRACTICE"), ("es", "PRÁCTICA")])
def test_every_page_of_a_training_office_says_so(monkeypatch: pytest.MonkeyPatch, language: str, word: str) -> None:
    """At its top and in its title; nothing of a real office does."""
    monkeypatch.setattr(builders, "DOMAIN", TRAINING_DOMAIN + builders.DOMAIN)
    with open_screen(counter()) as screen:
        screen.client.cookies.set("cf_lang", language)
        screen.sign_in(SUPERVISOR)
        for page in app.PAGES:
            path = filled(page.path, screen)
            if page.method == "GET" and not path.startswith("/lang/") and not path.endswith("/pdf"):
                text = screen.get(path).text
                assert f"<title>{word} · " in text, path
                assert f'<p class="cf-practice" role="note"><strong>{word}</strong>' in text, path
        screen.sign_in().fill("deposit", {"amount": "1", "account": screen.house.account})
        assert screen.confirm().text.count("*** PRACTICE: NOT A REAL RECEIPT ***") == 2, "in the customer's language"
    monkeypatch.undo()
    with open_screen(counter()) as screen:
        assert word not in screen.sign_in().text


def test_every_page_asks_who() -> None:
    with open_screen() as screen:
        for page in app.PAGES:
            if page.asks is None:
                continue
            screen.get("/sign-in")
            path, size = filled(page.path, screen), screen.house.desk.size
            if page.method == "GET":
                screen.get(path)
            else:
                screen.post(path, {"_kind": "deposit", "_rid": "0" * 32})
            assert screen.status == 401 or screen.path == "/sign-in", page
            assert "Sign in" in screen.text, page
            assert screen.house.account not in screen.text, page
            assert screen.house.desk.size == size, page


def test_a_form_without_its_token_changes_nothing() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("deposit", {"amount": "10", "account": screen.house.account})
        action, values = screen.action("/counter/check/"), screen.hidden("/counter/check/")
        good = screen.token
        assert screen.post(action, values, token="").status == 403
        assert screen.post(action, values, token="0" * 40).status == 403
        assert screen.post(action, values, token=good, Origin="https://elsewhere.example").status == 403
        assert screen.post(action, values, token=good, **{"Sec-Fetch-Site": "cross-site"}).status == 403
        assert screen.house.owed() == 0
        assert screen.post(action, values, token=good).status == 200
        assert screen.house.owed() == 1_000


def test_only_a_form_of_a_sane_size_is_read() -> None:
    with open_screen() as screen:
        screen.sign_in()
        token = screen.token
        assert screen.client.post("/counter/next", json={"_token": token}).status_code == 400
        assert screen.post("/counter/next", {"x": "y" * BODY_BYTES_MAX}, token=token).status in (400, 413)
        many = {f"f{n}": "1" for n in range(500)}
        assert screen.post("/counter/next", many, token=token).status == 400
        assert screen.client.post(
            "/counter/next", content=b"_token=%ff%fe", headers={"Content-Type": "application/x-www-form-urlencoded"}
        ).status_code == 400  # fmt: skip


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/counter/visit?x=1", True), ("/counter", True), ("//evil.example", False), ("/\\evil.example", False),
        ("https://evil.example", False), ("", False), ("/a\r\nSet-Cookie: x=1", False), ("javascript:1", False),
    ],
)  # fmt: skip
def test_a_way_back_stays_here(path: str, kept: bool) -> None:
    assert local(path) == (path if kept else "/counter")


def test_a_sign_in_leads_nowhere_else() -> None:
    with open_screen() as screen:
        screen.get("/sign-in?then=//evil.example/")
        screen.post("/sign-in", {"clerk": CLERK, "pin": PINS[CLERK], "then": "//evil.example/"})
        assert screen.path == "/counter"


def test_the_language_is_chosen_and_kept() -> None:
    with open_screen() as screen:
        assert 'lang="en"' in screen.get("/sign-in").text
        assert 'html lang="es"' in screen.get("/lang/es?back=/sign-in").text
        assert "Entrar" in screen.text
        assert 'html lang="es"' in screen.sign_in().text
        screen.client.cookies.clear()
        assert "Entrar" in screen.client.get("/sign-in", headers={"Accept-Language": "fr, es-MX;q=0.8"}).text


def test_static_files_are_kept_by_the_browser_until_they_change() -> None:
    with open_screen() as screen:
        for name in static_files():
            answer = screen.client.get(static_path(name))
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
        assert screen.client.get("/static/000000000000/counterfoil.css").status_code == 404
        assert screen.client.get("/static/000000000000/..%2f..%2fapp.py").status_code == 404


def test_the_first_page_is_the_counter() -> None:
    with open_screen() as screen:
        assert screen.get("/").path == "/sign-in"
        assert screen.client.get("/", headers={"Origin": ORIGIN}, follow_redirects=False).status_code == 303


def test_days_and_times_cannot_be_mistaken() -> None:
    assert day("2026-03-02", untranslated) == "Mar 2, 2026"
    assert day("2026-03-02", catalog("es")) == "2 mar 2026"
    assert clock_time(1_772_463_600_000, "America/Denver", untranslated) == "Mar 2, 2026, 08:00"


def test_too_many_forms_at_once_are_put_off() -> None:
    with open_screen() as screen:
        screen.sign_in()
        token = screen.token
        answers = [screen.post("/counter/alive", {}, token=token).status for _ in range(242)]
        assert answers[-1] == 429
        assert int(screen.headers["Retry-After"]) > 0
        screen.ticking.now += 60
        assert screen.post("/counter/alive", {}, token=token).status == 204
