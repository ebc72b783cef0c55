"""Screens: cookies anew at each sign-in, locks after idleness, and bounds that one screen cannot spend for another."""

from __future__ import annotations

import pytest

from counterfoil.faces.web.sessions import (
    COUNTERS_MAX,
    DRAFTS_MAX,
    PARKED_SECONDS,
    SESSIONS_EACH_MAX,
    SESSIONS_MAX,
    Draft,
    Session,
    Sessions,
    known_screen,
    plain,
    screen_mark,
)
from counterfoil.testing.builders import CLERK, OTHER, PINS
from unit.web.screen import Ticking, open_screen

SECRET = b"s" * 32


def opened(ticking: Ticking | None = None) -> tuple[Sessions, Session]:
    sessions = Sessions(ticking or Ticking(), SECRET, idle=600)
    return sessions, sessions.open(CLERK, "clerk", object())


def test_the_cookie_changes_at_sign_in() -> None:
    with open_screen() as screen:
        screen.get("/sign-in")
        guest = dict(screen.client.cookies)
        screen.sign_in()
        first = screen.client.cookies["cf_session"]
        screen.sign_in()
        second = screen.client.cookies["cf_session"]
        assert "cf_session" not in guest
        assert first != second
        screen.client.cookies.set("cf_session", first)
        assert screen.get("/counter/drawer").status == 401


def test_cookies_are_for_the_server_alone() -> None:
    with open_screen() as screen:
        screen.get("/sign-in")
        answer = screen.client.post(
            "/sign-in", data={"_token": screen.token, "clerk": CLERK, "pin": PINS[CLERK]}, follow_redirects=False
        )
        made = answer.headers.get_list("set-cookie")
        session = next(one for one in made if one.startswith("cf_session="))
        assert "HttpOnly" in session
        assert "samesite=strict" in session.lower()
        assert "max-age" not in session.lower()
        assert all("HttpOnly" in one for one in made)


def test_a_visit_waits_for_its_own_clerk() -> None:
    ticking = Ticking()
    sessions, mine = opened(ticking)
    mine.basket.append(Draft("deposit", {"amount": "1"}))
    hers = sessions.open(OTHER, "clerk", object(), before=mine)
    assert (hers.basket, sessions.parked(CLERK), sessions.parked(OTHER)) == ([], 1, 0)
    again = sessions.open(CLERK, "clerk", object())
    assert (len(again.basket), again.resumed, sessions.parked(CLERK)) == (1, True, 0)
    elsewhere = sessions.open(CLERK, "clerk", object())
    assert (len(elsewhere.basket), again.basket) == (1, []), "one visit, at one screen"
    sessions.park(elsewhere)
    ticking.now += PARKED_SECONDS
    assert sessions.abandoned() == [(CLERK, 1)]
    assert sessions.abandoned() == []
    assert sessions.open(CLERK, "clerk", object()).basket == []


def test_after_sign_out_the_cookie_is_worth_nothing() -> None:
    with open_screen() as screen:
        screen.sign_in()
        cookie = screen.client.cookies["cf_session"]
        assert CLERK in screen.house.authority.sessions
        screen.post("/sign-out", {})
        assert CLERK not in screen.house.authority.sessions
        screen.client.cookies.set("cf_session", cookie)
        assert screen.get("/counter/drawer").status == 401


def test_a_token_of_another_session_is_refused() -> None:
    sessions, one = opened()
    other = sessions.open(OTHER, "clerk", object())
    assert sessions.right_token(one.token, sessions.token_for(one.token))
    assert not sessions.right_token(one.token, sessions.token_for(other.token))
    assert not sessions.right_token(None, sessions.token_for(one.token))
    assert not sessions.right_token(one.token, "")


def test_an_idle_screen_locks() -> None:
    with open_screen(idle=600) as screen:
        screen.sign_in()
        screen.ticking.now += 599
        assert screen.get("/counter/drawer").status == 200
        screen.ticking.now += 600
        assert screen.get("/counter/drawer").status == 401
        assert "This screen is locked" in screen.text
        assert CLERK not in screen.house.authority.sessions, "the key is dropped"


def test_still_typing_keeps_the_screen_open() -> None:
    with open_screen(idle=600) as screen:
        screen.sign_in()
        token = screen.token
        for _ in range(4):
            screen.ticking.now += 500
            assert screen.post("/counter/alive", {}, token=token).status == 204
        assert screen.get("/counter/drawer").status == 200


def test_what_was_typed_comes_back_after_the_lock() -> None:
    with open_screen(idle=600) as screen:
        screen.sign_in()
        screen.get("/counter/do/deposit")
        hidden = screen.hidden("/counter/do/deposit")
        typed = {**hidden, "amount": "1,250.00", "account": screen.house.account, "count.2000": "7", "pin_x": "1234"}
        screen.ticking.now += 601
        screen.post("/counter/do/deposit", typed)
        assert screen.status == 401
        assert "What you typed is kept" in screen.text
        assert "1234" not in screen.text, "no PIN is ever kept"
        kept = screen.hidden("/sign-in")
        screen.post("/sign-in", {**kept, "clerk": CLERK, "pin": PINS[CLERK]})
        assert screen.path.startswith(f"/counter/do/deposit?rid={hidden['_rid']}")
        assert 'value="1,250.00"' in screen.text
        assert 'name="count.2000" type="text" inputmode="numeric" autocomplete="off" value="7"' in screen.text


def test_after_a_restart_the_confirmed_form_is_still_the_same_request() -> None:
    """The answer was lost, then the program: the clerk signs in, confirms again, and it is one entry."""
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        screen.fill("deposit", {"amount": "10", "account": house.account})
        action = screen.action("/counter/check/")
        values = screen.hidden("/counter/check/")
        screen.confirm()
    with open_screen(house) as screen:
        house.authority.sessions.clear()
        screen.get("/sign-in")
        assert screen.post(action, values).status == 401
        kept = screen.hidden("/sign-in")
        screen.post("/sign-in", {**kept, "clerk": CLERK, "pin": PINS[CLERK]})
        assert screen.path.startswith("/counter/do/deposit?rid=")
        screen.post(
            "/counter/do/deposit", {**screen.hidden("/counter/do/deposit"), "amount": "10", "account": house.account}
        )
        assert screen.path == action.replace("check", "done")
        assert house.owed() == 1_000


def test_a_second_screen_closes_the_first() -> None:
    house_screen = open_screen()
    with house_screen as screen:
        screen.sign_in()
        first = screen.client.cookies["cf_session"]
        screen.client.cookies.clear()
        screen.sign_in()
        screen.client.cookies.clear()
        screen.client.cookies.set("cf_session", first)
        assert screen.get("/counter/drawer").status == 401


def test_one_screen_cannot_use_up_the_tries_of_another() -> None:
    """A stranger's wrong PINs slow the stranger's address; a screen that a clerk has used before has tries of its
    own."""
    sessions, _ = opened()
    waits = [sessions.over("10.0.0.9", "sign-in", 20) for _ in range(21)]
    assert waits[:20] == [0] * 20
    assert waits[20] > 0
    assert sessions.over("a-known-screen", "sign-in", 20) == 0


def test_a_minute_later_there_are_new_tries() -> None:
    ticking = Ticking()
    sessions, _ = opened(ticking)
    assert [sessions.over("x", "post", 1) for _ in range(2)] == [0, 61]
    ticking.now += 60
    assert sessions.over("x", "post", 1) == 0


def test_the_mark_of_a_screen_cannot_be_made_up() -> None:
    mark = screen_mark(SECRET, "ab12")
    assert known_screen(SECRET, mark) == "ab12"
    for wrong in (
        None,
        "",
        "ab12",
        f"{mark[:-1]}0" if mark[-1] != "0" else f"{mark[:-1]}1",
        mark.replace("ab", "cd"),
        ".",
    ):
        assert known_screen(SECRET, wrong) == ""


def test_everything_in_memory_is_bounded() -> None:
    sessions, session = opened()
    for number in range(DRAFTS_MAX + 5):
        session.keep(f"{number:032x}", Draft("deposit", {}))
    assert len(session.drafts) == DRAFTS_MAX
    assert f"{DRAFTS_MAX + 4:032x}" in session.drafts
    for number in range(SESSIONS_MAX + 5):
        sessions.open(str(number), "clerk", object())
    assert sessions.find(session.token) is None
    for number in range(COUNTERS_MAX + 5):
        sessions.over(str(number), "post", 1)
    assert len(sessions._counts) == COUNTERS_MAX


def test_one_person_signs_nobody_else_out() -> None:
    """Someone who signs in again and again, alone or in a crowd, ends her own oldest sessions and nobody else's."""
    ticking = Ticking()
    sessions = Sessions(ticking, SECRET)
    mine = sessions.open("mine", "clerk", object())
    first = sessions.open("again", "clerk", object())
    for _ in range(SESSIONS_MAX + 5):
        ticking.now += 1
        last = sessions.open("again", "clerk", object())
    assert len(sessions.others_of(last)) == SESSIONS_EACH_MAX - 1
    assert sessions.find(first.token) is None
    assert sessions.find(last.token) is last
    assert sessions.find(mine.token) is mine
    for number in range(SESSIONS_MAX):
        ticking.now += 1
        sessions.touch(mine)
        sessions.open(str(number), "clerk", object())
    assert sessions.find(mine.token) is mine, "who works stays; who rested longest goes"


def test_another_clerk_does_not_see_what_was_typed() -> None:
    sessions, session = opened()
    session.keep("00" * 16, Draft("deposit", {"amount": "5"}))
    same = sessions.open(CLERK, "clerk", object(), before=session)
    assert same.drafts
    assert not sessions.open(OTHER, "clerk", object(), before=same).drafts


@pytest.mark.parametrize("name", ["pin", "pin_again", "pin_approver", "_token", "_rid"])
def test_neither_pins_nor_the_forms_own_fields_are_kept(name: str) -> None:
    assert plain({name: "x", "amount": "5"}) == {"amount": "5"}
