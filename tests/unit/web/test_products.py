"""Products through the pages: what is read off a paper, prices worked out by the screen and agreed to before they are
signed, beside what others take."""

from __future__ import annotations

import re
from html import unescape

import pytest

from counterfoil.testing.builders import PINS, SUPERVISOR
from unit.web.screen import Screen, open_screen

MILL = "⑈004417⑈ ⑆021000021⑆ 77004210⑈"
LOAN = {"amount": "375", "every": "biweekly", "number_of_payments": "5"}
FLOW = {"details.income": "2000", "details.rent": "700", "details.dues": "200"}


def check(screen: Screen, **changed: str) -> dict[str, str]:
    return {
        "sort": "payroll", "amount": "512.40", "check_date": "2026-02-27", "customer": screen.house.customer,
        "identification": "passport", "details.micr": MILL, "details.payee": "Ada", "details.maker": "Elk Fork Mill",
        **changed,
    }  # fmt: skip


def shown(screen: Screen) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", screen.text))


def test_a_payroll_check_is_turned_into_cash() -> None:
    """The clerk types no fee: the screen works it out, shows it beside others, and it is signed."""
    with open_screen() as screen:
        screen.sign_in()
        assert 'name="fee"' not in screen.get("/counter/do/check-cash").text
        screen.fill("check-cash", check(screen))
        assert re.search(r"Our fee\s+\$5\.12", shown(screen))
        assert re.search(r"Date on the check\s+Feb 27, 2026", shown(screen)), "no day can be read as another"
        assert re.search(r"Line at the foot of the check\s+004417 · 021000021 · 77004210", shown(screen))
        assert re.search(r"Cash paid to you\s+\$507\.28", shown(screen))
        assert "What it costs, here and elsewhere" in screen.text
        screen.confirm({"approver": SUPERVISOR, "pin_approver": PINS[SUPERVISOR]})
        assert "Check turned into cash" in screen.text
        assert screen.house.till("T1") == 200_000 - 50_728
        journal = b"".join(entry.facts for entry in screen.house.store.entries(1, 0, screen.house.desk.size))
        assert b"77004210" not in journal
        screen.house.check()


def test_the_same_check_is_foreseen_as_one_that_was_paid() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("check-cash", check(screen))
        screen.confirm({"approver": SUPERVISOR, "pin_approver": PINS[SUPERVISOR]})
        size = screen.house.desk.size
        screen.fill("check-cash", check(screen))
        assert "Nothing has been recorded" in screen.text
        assert screen.house.desk.size == size


def test_a_fee_that_is_typed_is_not_taken() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("check-cash", check(screen, fee="0.01"))
        assert re.search(r"Our fee\s+\$5\.12", shown(screen))


def test_a_line_that_cannot_be_read_is_said_at_its_field() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("check-cash", check(screen, **{"details.micr": MILL.replace("021000021", "021000012")}))
        assert screen.status == 422
        assert 'href="#f-details.micr"' in screen.text
        assert "Elk Fork Mill" in screen.text, "what was typed stays"


def test_a_loan_is_agreed_on_the_terms_that_were_shown() -> None:
    """$375: applied for, approved, its price shown before it is agreed to, and the money paid out."""
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        screen.fill("loan-apply", {"customer": house.customer, **LOAN, **FLOW})
        assert "approved" in screen.text
        screen.confirm()
        way = re.search(r'href="(/counter/do/loan-open\?[^"]+)"', screen.text)
        assert way is not None
        case = re.search(r"L\d+-\d+", unescape(way.group(1)))
        assert case is not None
        screen.get(unescape(way.group(1)))
        assert case.group() in screen.text
        hidden = screen.hidden("/counter/do/loan-open")
        screen.post("/counter/do/loan-open", {**hidden, "customer": house.customer, **LOAN, "case": case.group()})
        for said in (r"Annual percentage rate\s+27\.90", r"FINANCE CHARGE\s+\$12\.16", r"Total of payments\s+\$387\.16",
                     r"First payment due\s+2026-03-16"):  # fmt: skip
            assert re.search(said, shown(screen)), said
        before = house.till("T1")
        screen.confirm()
        assert "It is in the books" in screen.text
        assert house.till("T1") == before - 37_500
        house.check()


@pytest.mark.parametrize("amount", ["0", "x", ""])
def test_a_price_of_nothing_is_not_worked_out(amount: str) -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("check-cash", check(screen, amount=amount))
        assert screen.status == 422
        assert 'href="#f-amount"' in screen.text


def test_a_check_joins_a_visit() -> None:
    """Cash for a check, and part of it straight into the account: one payment."""
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        screen.fill("check-cash", check(screen), query="?visit=1")
        assert screen.path == "/counter/visit"
        screen.fill("deposit", {"amount": "200", "account": house.account}, query="?visit=1")
        assert re.search(r"The customer gets\s+\$307\.28", shown(screen))
        second = {"approver": SUPERVISOR, "pin_approver": PINS[SUPERVISOR]}
        screen.post("/counter/visit", {**screen.hidden("/counter/visit"), "what": "pay", **second})
        assert "Your visit" in screen.text
        assert (house.owed(), house.till("T1")) == (20_000, 200_000 - 30_728)
        kept = [row for row in house.store.scan("details") if row[1] == house.customer]
        assert len(kept) == 1
        house.check()


def test_a_price_list_adds_up_by_itself() -> None:
    """Mail from the price list: the clerk says how many, the screen says how much."""
    with open_screen() as screen:
        screen.sign_in()
        page = screen.get("/counter/do/mail-sale").text
        assert 'name="amount"' not in page
        item, each = re.findall(r'name="(items\.[^"]+)"[^>]*data-each="(\d+)"', page)[-1]
        screen.fill("mail-sale", {item: "2"})
        assert f"${2 * int(each) // 100}.{2 * int(each) % 100:02}" in shown(screen)
        screen.confirm()
        assert "It is in the books" in screen.text
        assert screen.house.till("T1") == 200_000 + 2 * int(each)


def test_an_account_that_may_be_left_empty_is_not_filled_in() -> None:
    """Where it says how something is paid, only the clerk fills it in."""
    with open_screen() as screen:
        screen.sign_in()
        screen.get(f"/counter/customer/{screen.house.customer}")
        text = screen.get("/counter/do/loan-open").text
        assert f'value="{screen.house.customer}"' in text
        chosen = re.compile(r'<option value="4\d{9}" selected>|name="account"[^>]*value="4')
        assert not chosen.search(text)
        assert chosen.search(screen.get("/counter/do/deposit").text)
