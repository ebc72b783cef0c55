"""The back office's pages: who sees them, what they show, what they never tell."""

from __future__ import annotations

import re
from typing import Any

import pytest

from counterfoil.faces.web import app, office
from counterfoil.office.readers import ROLES as READERS
from counterfoil.operations import overview
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.roles import CLERK as CLERK_ROLE
from counterfoil.operations.roles import Question, may_read
from counterfoil.testing.builders import (
    CLERK,
    EDITION,
    OTHER,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    House,
    counter,
    open_office,
    taken,
)
from unit.operations.test_cash_reports import PROFILE
from unit.operations.test_window import with_jose
from unit.web.screen import Screen, open_screen

PAGES = [page for page in app.PAGES if page.path.startswith("/office")]


def path_of(page: app.Page, house: House) -> str:
    """A page's path with something in its places."""
    return page.path.replace("{number:str}", house.customer).replace("{account:str}", house.account)


STAFF = {CLERK_ROLE: CLERK, "supervisor": SECOND_SUPERVISOR, "postmaster": SUPERVISOR,
         "operations": "201", "auditor": "301"}  # fmt: skip
MORE_PINS = {"201": "950317", "301": "604182"}


def staffed() -> House:
    """A counter with one person of each role."""
    house = counter()
    for role in ("operations", "auditor"):
        answer, _ = house.authority.enrol(
            house.new_id(), STAFF[role], role, MORE_PINS[STAFF[role]], None, by=[house.signer(SUPERVISOR)],
            date=house.date,
        )  # fmt: skip
        taken(answer)
    return house


def as_role(screen: Screen, role: str) -> None:
    """Somebody of that role signs in."""
    screen.client.cookies.clear()
    screen.sign_in(STAFF[role], MORE_PINS.get(STAFF[role], ""))
    assert screen.path == "/counter"


def test_each_page_is_for_those_who_may_ask() -> None:
    assert {page.asks for page in PAGES} <= set(Question)
    with open_screen(staffed()) as screen:
        for role in READERS:
            as_role(screen, role)
            for page in PAGES:
                assert page.asks is not None
                status = screen.get(path_of(page, screen.house)).status
                assert status == (200 if may_read(role, page.asks) else 403), (role, page.path)


def test_an_auditor_sees_every_page_and_changes_nothing() -> None:
    with open_screen(staffed()) as screen:
        as_role(screen, "auditor")
        size = screen.house.desk.size
        for page in PAGES:
            assert screen.get(path_of(page, screen.house)).status == 200
            assert page.method == "GET"
            assert re.findall(r'<form[^>]*method="post"[^>]*', screen.text) == [
                '<form action="/counter/lock" method="post"', '<form action="/sign-out" method="post"',
            ], page.path  # fmt: skip
        assert screen.house.desk.size == size


def test_the_menu_names_only_pages_one_may_see() -> None:
    with open_screen() as screen:
        screen.sign_in(CLERK)
        screen.get("/office/differences")
        links = re.findall(r'<li><a href="(/office[^"]*)"', screen.text)
        assert "/office/books" not in links
        assert "/office/journal" in links
        assert all(screen.get(link).status == 200 for link in links)


def test_a_clerk_is_not_told_what_her_own_drawer_should_hold() -> None:
    house = counter()
    mine = {one.row.till: one.cash for one in overview.day_now(house.desk, CLERK).tills}
    assert mine == {"T1": None, "T2": 200_000}
    house.do("till-count", till="T1", count={"10000": 20})
    assert overview.day_now(house.desk, CLERK).tills[0].cash == 200_000


def test_the_day_at_a_glance() -> None:
    with open_screen() as screen:
        screen.sign_in(SUPERVISOR)
        screen.get("/office")
        for said in ("$6,000.00", "$2,000.00", "T1", "T2", "A second person signs on the clerk"):
            assert said in screen.text, said
        house = screen.house
        house.do("till-count", till="T1", count={"10000": 19})
        house.do("till-close", till="T1", answer="dispute")
        assert "Differences without an end: 1" in screen.get("/office").text
        assert "-$100.00" in screen.get("/office/differences").text
        assert "disputed" in screen.text


def test_empty_offices_have_their_words() -> None:
    with open_screen(open_office()) as screen:
        screen.sign_in(SUPERVISOR)
        for path, said in (
            ("/office", "No drawer was opened yet"), ("/office/differences", "Every count was right"),
            ("/office/accounts", "No account is open yet"), ("/office/instruments", "No check is on its way"),
            ("/office/day-end", "No day has ended yet"), ("/office/customers?q=nobody", "Nothing was found"),
            ("/office/stops", "No payment is stopped"), ("/office/cash-reports", "Nobody is over the line on"),
            ("/office/cash-reports?date=2020-01-01", "Nobody is over the line on Jan 1, 2020"),
        ):  # fmt: skip
            assert said in screen.get(path).text, path


def test_stops_in_force_are_listed() -> None:
    with open_screen() as screen:
        house = screen.house
        bill: dict[str, Any] = {
            "till": "T1",
            "biller": "water",
            "reference": "1234567",
            "amount": 5_000,
            "fee": 0,
            "on": "2026-03-09",
        }
        case = str(house.do("bill-pay", **bill).result()["case"])
        house.do("bill-stop", case=case, reason="she asked")
        screen.sign_in(CLERK)
        shown = screen.get("/office/stops").text
        for said in (case, "$50.00", "until it is lifted", ">Bill<"):
            assert said in shown, said


def test_cash_over_the_line_is_a_page() -> None:
    house = counter(content=EDITION + PROFILE)
    friend = house.new_customer()
    house.do("deposit", till="T1", account=house.account, amount=50_001, approve=[SUPERVISOR], presented_by=friend)
    with open_screen(house) as screen:
        screen.sign_in(SUPERVISOR)
        shown = screen.get("/office/cash-reports").text
        assert shown.count("$500.01 paid in") == 2, "for her, and by her friend"
        for said in (
            f"/office/customer/{house.customer}", "Mar 17, 2026", "somebody else came", "for somebody else", "deposits",
            f"at the window: {friend}", "Date of birth, Papers shown", "work or trade",
        ):  # fmt: skip
            assert said in shown, said
        assert screen.get("/office/cash-reports?date=yesterday").status == 422
        screen.get("/lang/es")
        assert "pagados" in screen.get("/office/cash-reports").text


def test_whoever_looks_at_an_account_is_noted() -> None:
    with open_screen() as screen:
        house = screen.house
        number = with_jose(house)
        screen.sign_in(SUPERVISOR)
        assert "José" in screen.get("/office/customers?q=ibarra").text
        assert list(house.store.scan("looked")) == []
        assert "José" in screen.get(f"/office/customer/{number}").text
        screen.get(f"/office/account/{house.account}")
        assert [row[2:] for row in house.store.scan("looked")] == [
            (SUPERVISOR, number, "back office"), (SUPERVISOR, house.customer, "account"),
        ]  # fmt: skip
        assert screen.get("/office/account/4133798713").status == 400


def test_entries_of_an_account_go_on_page_by_page() -> None:
    house = counter()
    for _ in range(overview.PAGE + 3):
        house.do("deposit", amount=100, account=house.account, till="T1")
    with open_screen(house) as screen:
        screen.sign_in(SUPERVISOR)
        screen.get(f"/office/account/{house.account}")
        first = re.findall(r'href="(/counter/receipt/1/\d+)"', screen.text)
        assert len(first) == overview.PAGE
        more = re.search(r'href="(/office/account/[^"]+after=[^"]+)"', screen.text)
        assert more is not None
        rest = re.findall(r'href="(/counter/receipt/1/\d+)"', screen.get(more.group(1)).text)
        assert len(rest) == 4, "three deposits more, and the opening of the account"
        assert set(first) & set(rest) == set()
        assert "Older entries" not in screen.text


def test_a_cursor_serves_its_own_list() -> None:
    with open_screen() as screen:
        house = screen.house
        screen.sign_in(SUPERVISOR)
        good = office.cursor(house.account, 1, 9)
        assert screen.get(f"/office/account/{house.account}?after={good}").status == 200
        for wrong in (office.cursor(house.second_account, 1, 9), office.cursor(house.account, "1", 9), "x", "A" * 300,
                      good[:-2]):  # fmt: skip
            assert screen.get(f"/office/account/{house.account}?after={wrong}").status == 400, wrong
        assert screen.get(f"/office/accounts?after={good}").status == 400


def test_the_books_balance_now_and_as_of_a_date() -> None:
    with open_screen() as screen:
        house = screen.house
        house.do("deposit", amount=12_345, account=house.account, till="T1")
        screen.sign_in(SUPERVISOR)
        screen.get("/office/books")
        assert "The books balance" in screen.text
        assert "$123.45" in screen.text
        assert house.account not in screen.text
        screen.get("/office/books?date=2026-03-01")
        assert "The books balance" in screen.text
        assert "$123.45" not in screen.text
        assert "Mar 1, 2026" in screen.text
        screen.get("/office/books?date=yesterday&by=value")
        assert screen.status == 422
        assert 'value="yesterday"' in screen.text
        assert 'id="e-date"' in screen.text


def test_the_journals_health() -> None:
    with open_screen() as screen:
        house = screen.house
        screen.sign_in(SUPERVISOR)
        screen.get("/office/journal")
        assert "agrees with them" in screen.text
        assert house.desk.root().hex() in screen.text
        assert str(house.desk.size) in screen.text


@pytest.mark.parametrize(("findings", "said"), [(0, "Everything agreed"), (3, "Something did not agree: 3")])
def test_the_last_audit_is_shown(findings: int, said: str) -> None:
    house = counter()
    last = overview.LastAudit(house.clock.now(), "0.9", house.desk.size, findings, signatures=False)
    with open_screen(house, last_audit=lambda: last) as screen:
        screen.sign_in(SUPERVISOR)
        screen.get("/office/journal")
        assert said in screen.text
        assert "0.9" in screen.text
        assert "more since then" not in screen.text
        house.do("deposit", amount=100, account=house.account, till="T1")
        assert "1 more since then" in screen.get("/office/journal").text
    with open_screen(counter(), last_audit=lambda: None) as screen:
        screen.sign_in(SUPERVISOR)
        assert "No audit was kept here yet" in screen.get("/office/journal").text


def test_policy_people_and_the_end_of_the_day() -> None:
    with open_screen() as screen:
        screen.sign_in(SUPERVISOR)
        assert "deposit" in screen.get("/office/policy").text
        text = screen.get("/office/people").text
        assert all(clerk in text for clerk in (CLERK, OTHER, SUPERVISOR))
        assert "auditor (2)" in text
        assert "Days that can be ended now" in screen.get("/office/day-end").text
        assert "Days do not end by themselves here" in screen.text


def test_the_page_says_when_days_end_by_themselves() -> None:
    house = counter()
    DayEnd(lambda call: call(house.desk)).run(house.date)
    with open_screen(house, ends_days=True) as screen:
        screen.sign_in(SUPERVISOR)
        text = screen.get("/office/day-end").text
        assert "Days end by themselves at 21:00, once the day is counted." in text
        assert re.search("The last day that has ended is ([^.]*). That was done on \\1, ", text)


@pytest.mark.parametrize("path", ["/office", "/office/books", "/office/policy", "/office/people", "/office/journal"])
def test_pages_speak_spanish(path: str) -> None:
    with open_screen() as screen:
        screen.sign_in(SUPERVISOR)
        screen.get("/lang/es?back=/office")
        screen.get(path)
        assert 'lang="es"' in screen.text
        assert "Administración" in screen.text
