"""What was begun outlives the server: forms, a visit, under the same request ids, for their own clerk alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from counterfoil.faces.web.sessions import BEGUN_MAX
from counterfoil.kernel.outcomes import Unavailable
from counterfoil.operations import unfinished
from counterfoil.operations.unfinished import KEPT_MS
from counterfoil.testing.builders import CLERK, OTHER, PINS, House, counter
from unit.web.screen import Screen, open_screen


@contextmanager
def restarted(house: House) -> Iterator[Screen]:
    """The office as its server finds it after a stop: no session, no key."""
    house.reopened()
    house.authority.sessions.clear()
    with open_screen(house) as screen:
        yield screen


def kept(house: House) -> list[str]:
    return [str(row[0]) for row in house.store.scan("unfinished")]


def to_visit(screen: Screen, amount: str) -> None:
    screen.fill("deposit", {"amount": amount, "account": screen.house.account}, query="?visit=1")
    assert screen.path == "/counter/visit"


def pay(screen: Screen, tendered: str = "100") -> dict[str, str]:
    screen.get("/counter/visit")
    return {**screen.hidden("/counter/visit"), "tendered": tendered, "what": "pay"}


def test_what_was_begun_outlives_the_server() -> None:
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        to_visit(screen, "40")
        to_visit(screen, "60")
        screen.fill("withdrawal", {"amount": "7.25", "account": house.second_account})
        check = screen.path
    with restarted(house) as screen:
        assert screen.get(check).status == 401
        screen.post("/sign-in", {**screen.hidden("/sign-in"), "clerk": CLERK, "pin": PINS[CLERK], "then": check})
        assert screen.path == check
        assert "$7.25" in screen.text
        screen.get("/counter")
        assert "You have not finished this" in screen.text
        assert f'href="{check}"' in screen.text
        screen.post("/counter/visit", pay(screen))
        assert "It is in the books" in screen.text
        assert house.owed() == 10_000
        assert ("visit-resumed", CLERK) in [(row[2], row[3]) for row in house.store.scan("event")]
        house.check()


def test_it_comes_back_to_its_own_clerk_alone() -> None:
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        to_visit(screen, "40")
        screen.fill("deposit", {"amount": "7.25", "account": house.account})
        check = screen.path
    with restarted(house) as screen:
        screen.sign_in(OTHER)
        assert "You have not finished this" not in screen.text
        assert screen.get(check).status == 404
        assert "Nothing is in this visit yet" in screen.get("/counter/visit").text
        assert kept(house) == [f"screen:{CLERK}"]
        screen.sign_in(CLERK)
        assert "You have not finished this" in screen.text


def test_what_was_recorded_is_shown_and_not_sent_again() -> None:
    """The server stopped after the commit and before the answer: nothing was kept after it."""
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        to_visit(screen, "40")
        to_visit(screen, "60")
        screen.fill("deposit", {"amount": "10", "account": house.account})
        before = list(house.store.scan("unfinished"))
        screen.confirm()
        done = screen.path
        paid = pay(screen)
        screen.post("/counter/visit", paid)
        assert house.owed() == 11_000
        house.desk.note({"unfinished": before})
    with restarted(house) as screen:
        screen.sign_in()
        assert f'href="{done}"' in screen.text
        assert f'href="/counter/done/{paid["_rid"]}"' in screen.text
        assert screen.text.count("it is in the books") == 2
        assert "Nothing is in this visit yet" in screen.get("/counter/visit").text
        screen.get("/counter")
        screen.post("/counter/visit", paid)
        assert screen.path == f"/counter/done/{paid['_rid']}"
        assert house.owed() == 11_000
        assert kept(house) == []


def test_a_payment_that_was_sent_into_a_stopped_server_goes_on_after_the_pin() -> None:
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        to_visit(screen, "40")
        sent = pay(screen, "50")
    with restarted(house) as screen:
        screen.get("/sign-in")
        assert screen.post("/counter/visit", sent).status == 401
        screen.post("/sign-in", {**screen.hidden("/sign-in"), "clerk": CLERK, "pin": PINS[CLERK]})
        assert screen.path == "/counter/visit"
        assert re.search(r'name="tendered"[^>]*value="50"', screen.text)
        assert house.owed() == 0
        screen.post("/counter/visit", pay(screen, "50"))
        assert house.owed() == 4_000


def test_what_is_done_is_kept_no_longer() -> None:
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        assert kept(house) == []
        screen.fill("deposit", {"amount": "10", "account": house.account})
        assert kept(house) == [f"screen:{CLERK}"]
        screen.confirm()
        assert kept(house) == [], "recorded"
        to_visit(screen, "40")
        assert kept(house) == [f"screen:{CLERK}"]
        screen.post("/counter/visit", pay(screen))
        assert kept(house) == [], "paid"
        screen.fill("deposit", {"amount": "10", "account": house.account})
        screen.get(f"/counter/customer/{house.customer}")
        screen.post("/counter/next", {})
        assert kept(house) == [], "the customer is gone"


def test_a_visit_that_waits_for_its_clerk_outlives_the_server_too() -> None:
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        to_visit(screen, "40")
        screen.post("/sign-out", {})
    with restarted(house) as screen:
        screen.sign_in()
        assert "You have not finished this" in screen.text
    house.clock.set(house.clock.now() + KEPT_MS)
    with restarted(house) as screen:
        screen.sign_in()
        assert "You have not finished this" not in screen.text
        assert kept(house) == []


def test_only_the_newest_forms_come_back() -> None:
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        for amount in range(BEGUN_MAX + 2):
            screen.fill("deposit", {"amount": str(amount + 1), "account": house.account})
    with restarted(house) as screen:
        screen.sign_in()
        assert screen.text.count("not recorded yet") == BEGUN_MAX


def test_a_pin_that_was_typed_is_not_kept() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("cash-from-vault", {"amount": "10"})
        screen.confirm({"approver": OTHER, "pin_approver": "123456"})
        (one,) = unfinished.kept(screen.house.desk)
        assert "123456" not in str(one.value)


def test_work_goes_on_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> NoReturn:
        raise Unavailable("the disk is full")

    told: list[BaseException] = []
    with open_screen(report=told.append) as screen:
        screen.sign_in()
        monkeypatch.setattr(unfinished, "keep", full)
        screen.fill("deposit", {"amount": "10", "account": screen.house.account})
        screen.confirm()
        assert "It is in the books" in screen.text
        assert [str(one) for one in told] == ["the disk is full"]


def test_what_another_build_kept_stops_nobody() -> None:
    house = counter()
    told: list[BaseException] = []
    unfinished.keep(house.desk, {f"screen:{CLERK}": {"other": 1}, "approval:00": {"time": 1}, "more:1": {}})
    with open_screen(house, report=told.append) as screen:
        assert screen.sign_in().path == "/counter"
        assert len(told) == 2


def test_a_refused_visit_can_be_paid_once_the_reason_is_gone() -> None:
    """A request that was refused stays refused: the visit is asked again under another id."""
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        to_visit(screen, "40")
        screen.post("/counter/visit", pay(screen, "1"))
        assert "It was not done" in screen.text
        screen.post("/counter/visit", pay(screen, "40"))
        assert "It is in the books" in screen.text
        assert house.owed() == 4_000
