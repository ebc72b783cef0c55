"""The counter's pages: look up, serve, check, send, receipt; the drawer; several services; what happened."""

from __future__ import annotations

import re

import pytest

from counterfoil.counter.receipt import Receipt
from counterfoil.kernel.outcomes import Unavailable
from counterfoil.office.requests import ASKS
from counterfoil.operations.roles import may_ask
from counterfoil.testing.builders import CLERK, OTHER, PINS, SUPERVISOR, open_office, pieces
from unit.web.screen import Screen, open_screen


def books(screen: Screen) -> tuple[int, int]:
    return screen.house.desk.size, screen.house.owed()


def test_a_deposit_from_look_up_to_receipt() -> None:
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        screen.get(f"/counter/find?q={house.account}")
        assert screen.path == f"/counter/customer/{house.customer}"
        screen.get("/counter/do/deposit")
        assert f'value="{house.account}" selected' in screen.text, "the account that was scanned"
        screen.post(
            "/counter/do/deposit",
            {**screen.hidden("/counter/do/deposit"), "amount": "1,250.00", "account": house.account},
        )
        assert "$1,250.00" in screen.text
        assert house.owed() == 0, "nothing moves before it is confirmed"
        screen.confirm({"approver": SUPERVISOR, "pin_approver": PINS[SUPERVISOR]})
        assert house.owed() == 125_000
        assert "<svg" in screen.text
        assert "COPY" not in screen.text
        house.check()


def test_a_form_sent_twice_is_one_entry() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("deposit", {"amount": "10", "account": screen.house.account})
        action, values, token = screen.action("/counter/check/"), screen.hidden("/counter/check/"), screen.token
        done = screen.post(action, values, token=token).path
        once = books(screen)
        for _ in range(3):
            assert screen.post(action, values, token=token).path == done
        assert screen.get(action).path == done, "going back to the check page leads on to what was recorded"
        assert screen.get(done).status == 200
        assert books(screen) == once
        assert once[1] == 1_000


def test_the_same_id_with_another_amount_is_not_done() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("deposit", {"amount": "10", "account": screen.house.account})
        action, values, token = screen.action("/counter/check/"), screen.hidden("/counter/check/"), screen.token
        screen.post(action, values, token=token)
        screen.post(action, {**values, "amount": "99"}, token=token)
        assert screen.status == 409
        assert "sent before with other values" in screen.text
        assert screen.house.owed() == 1_000


def test_what_was_typed_stays() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill(
            "deposit", {"amount": "12,50", "account": "4133798713", "count.2000": "x", "identification": "passport"}
        )
        assert screen.status == 422
        for kept in ('value="12,50"', 'value="4133798713"', 'value="x"', '<option value="passport" selected>'):
            assert kept in screen.text
        assert screen.text.count("write dollars and cents, such as 1250.00") == 2, "at the field and in the summary"
        assert 'href="#f-amount"' in screen.text
        assert 'id="f-amount"' in screen.text
        assert 'href="#f-count.2000"' in screen.text
        assert screen.text.count("autofocus") == 1


def test_a_refusal_says_what_to_do_and_the_form_comes_back_under_a_new_id() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("withdrawal", {"amount": "10", "account": screen.house.account})
        assert "Change something" in screen.text
        screen.confirm()
        assert "can pay out $0.00, and $10.00 was asked for" in screen.text
        old = screen.path.rpartition("/")[2]
        again = re.search(r'href="(/counter/do/withdrawal\?from=[^"]+)"', screen.text)
        assert again is not None
        screen.get(again.group(1))
        assert 'value="10"' in screen.text
        assert screen.hidden("/counter/do/withdrawal")["_rid"] != old
        screen.get("/counter/events")
        assert "withdrawal funds.short" in screen.text


def test_a_check_page_of_a_count_shows_no_expected_figure() -> None:
    with open_screen() as screen:
        screen.sign_in()
        assert "2,000.00" not in screen.get("/counter/drawer").text
        screen.fill("till-count", {"count.2000": "99"})
        assert "2,000.00" not in screen.text
        screen.confirm()
        assert "$2,000.00" in screen.text, "told once the count is on record"
        screen.get("/counter/drawer")
        assert "-$20.00" in screen.text
        equal = re.findall(
            r'<button class="([^"]+)" type="submit" name="answer" value="(accept|dispute)">', screen.text
        )
        assert equal == [("usa-button usa-button--big", "accept"), ("usa-button usa-button--big", "dispute")]


@pytest.mark.parametrize("answer", ["accept", "dispute"])
def test_a_difference_is_answered_and_the_drawer_closed(answer: str) -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("till-count", {"count.2000": "99"})
        screen.confirm()
        screen.get("/counter/drawer")
        action = screen.action("/counter/check/")
        screen.post(action, {**screen.hidden("/counter/check/"), "answer": answer, "note": "no five too many"})
        assert "Z report" in screen.text
        row = screen.house.desk.state.difference.all()[0]
        assert (row.state, row.amount) == (f"{answer}ed" if answer == "accept" else "disputed", -2_000)
        screen.get("/counter/drawer")
        assert "You have no open drawer" in screen.text
        assert row.case in screen.text


def test_a_right_drawer_closes_without_an_answer() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("till-count", {f"count.{face}": str(n) for face, n in pieces(200_000).items()})
        screen.confirm()
        screen.get("/counter/drawer")
        assert "The drawer is right" in screen.text
        screen.post(screen.action("/counter/check/"), screen.hidden("/counter/check/"))
        till = screen.house.desk.state.till.get("T1")
        assert till is not None
        assert till.state == "closed"


def test_a_morning_in_the_browser() -> None:
    """The day is opened, a drawer too, and cash drawn with a second signature."""
    with open_screen(open_office()) as screen:
        screen.sign_in()
        assert "You have no open drawer" in screen.get("/counter").text
        screen.fill("till-open", {"till": "t1"})
        screen.confirm()
        assert "Drawer <strong>T1</strong>" in screen.get("/counter").text
        screen.fill("cash-from-vault", {"amount": "5x100"})
        screen.confirm({"approver": SUPERVISOR, "pin_approver": PINS[SUPERVISOR]})
        assert screen.house.till("T1") == 50_000


def test_a_new_customer_gets_an_account() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("customer-open", {"tier": "known", "details.name": "Łucja <b>Ó</b>", "details.language": "es"})
        assert "Łucja &lt;b&gt;Ó&lt;/b&gt;" in screen.text
        screen.confirm()
        way = re.search(r'href="(/counter/do/account-open\?customer=\d+)"', screen.text)
        assert way is not None
        number = way.group(1).rpartition("=")[2]
        screen.fill("account-open", {"customer": number, "product": "everyday"}, query=f"?customer={number}")
        screen.confirm()
        screen.get(f"/counter/customer/{number}")
        assert "Łucja" in screen.text
        assert "$0.00" in screen.text
        screen.fill("customer-change", {"customer": number, "details.name": "Łucja", "correction": "1"})
        screen.confirm()
        assert "Łucja" in screen.get(f"/counter/customer/{number}").text
        assert "<b>" not in screen.text
        noted = [row[2:4] for row in screen.house.store.scan("looked")]
        assert (CLERK, number) in noted


def test_several_services_are_one_visit_with_one_payment() -> None:
    with open_screen() as screen:
        house = screen.house
        house.do("stock-in", by=SUPERVISOR, approve=[OTHER], item="forever", quantity=100)
        house.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=100)
        screen.sign_in()
        screen.fill("deposit", {"amount": "50", "account": house.account}, query="?visit=1")
        assert screen.path == "/counter/visit"
        screen.fill("stamp-sale", {"item": "forever", "quantity": "20"}, query="?visit=1")
        assert "The customer pays" in screen.text
        assert "$65.60" in screen.text
        hidden, token = screen.hidden("/counter/visit"), screen.token
        screen.post("/counter/visit", {**hidden, "tendered": "100", "what": "sum"})
        assert "$34.40" in screen.text
        assert house.owed() == 0
        done = screen.post("/counter/visit", {**hidden, "tendered": "100", "what": "pay"}, token=token).path
        assert "Your visit" in screen.text
        size = house.desk.size
        assert screen.post("/counter/visit", {**hidden, "tendered": "100", "what": "pay"}, token=token).path == done
        assert (house.owed(), house.till("T1"), house.desk.size) == (5_000, 206_560, size)


def test_too_little_cash_is_refused_and_the_visit_stays() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("deposit", {"amount": "50", "account": screen.house.account}, query="?visit=1")
        screen.post("/counter/visit", {**screen.hidden("/counter/visit"), "tendered": "x", "what": "pay"})
        assert screen.status == 422
        screen.post("/counter/visit", {**screen.hidden("/counter/visit"), "tendered": "20", "what": "pay"})
        assert "It was not done" in screen.text
        screen.get("/counter/visit")
        assert "$50.00" in screen.text
        screen.post("/counter/visit", {**screen.hidden("/counter/visit"), "what": "out-0"})
        assert "Nothing is in this visit yet" in screen.text
        assert screen.house.owed() == 0


def test_a_visit_that_is_given_up_leaves_nothing() -> None:
    with open_screen() as screen:
        screen.sign_in()
        size = screen.house.desk.size
        screen.fill("deposit", {"amount": "50", "account": screen.house.account}, query="?visit=1")
        screen.post("/counter/next", {})
        assert "Nothing is in this visit yet" in screen.get("/counter/visit").text
        assert screen.house.desk.size == size


def test_a_scan_beside_a_form_keeps_what_was_typed() -> None:
    with open_screen() as screen:
        house = screen.house
        screen.sign_in()
        screen.get("/counter/do/deposit")
        hidden = screen.hidden("/counter/find")
        screen.post(
            "/counter/find", {**hidden, "q": house.second_account, "amount": "12.50", "identification": "passport"}
        )
        assert screen.path.startswith(f"/counter/do/deposit?rid={hidden['_rid']}")
        assert 'value="12.50"' in screen.text
        assert f'<option value="{house.second_account}" selected>' in screen.text
        screen.post("/counter/find", {**hidden, "q": "nobody", "amount": "12.50"})
        assert "Nobody was found" in screen.text
        assert 'value="12.50"' in screen.text


def test_an_entry_is_undone_from_its_receipt() -> None:
    with open_screen() as screen:
        house = screen.house
        entry = house.do("deposit", till="T1", account=house.account, amount=1_000).entries[0]
        screen.sign_in()
        screen.get(f"/counter/find?q={entry.slip.replace('%', '%25').replace('+', '%2B').replace(' ', '%20')}")
        assert screen.path == f"/counter/receipt/1/{entry.sequence}"
        screen.fill("reversal", {"reason": "wrong account", "entry": str(entry.sequence), "epoch": "1"})
        screen.confirm({"approver": SUPERVISOR, "pin_approver": PINS[SUPERVISOR]})
        assert "It is in the books" in screen.text
        assert house.owed() == 0


def test_the_receipt_is_printed_once_and_then_copied() -> None:
    printed: list[Receipt] = []
    with open_screen(printer=printed.append) as screen:
        screen.sign_in()
        screen.fill("deposit", {"amount": "10", "account": screen.house.account})
        screen.confirm()
        rid = screen.path.rpartition("/")[2]
        for _ in range(2):
            screen.post(f"/counter/print/{rid}", {})
        assert [one.copy for one in printed] == [False, True]
        assert "COPY" in screen.text


def test_a_printer_that_fails_is_told_and_nothing_is_noted() -> None:
    def broken(receipt: Receipt) -> None:
        raise Unavailable("the printer is out of paper")

    with open_screen(printer=broken) as screen:
        screen.sign_in()
        screen.fill("deposit", {"amount": "10", "account": screen.house.account})
        screen.confirm()
        rid = screen.path.rpartition("/")[2]
        screen.post(f"/counter/print/{rid}", {})
        assert screen.status == 503
        assert "The entry stands" in screen.text
        assert "COPY" not in screen.get(f"/counter/done/{rid}").text


def test_without_a_printer_the_browser_prints() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("deposit", {"amount": "10", "account": screen.house.account})
        screen.confirm()
        rid = screen.path.rpartition("/")[2]
        screen.post(f"/counter/print/{rid}", {})
        assert "data-print" in screen.text
        assert "COPY" not in screen.text
        screen.post(f"/counter/print/{rid}", {})
        assert "COPY" in screen.text


def test_a_colleague_is_enrolled_and_signs_in() -> None:
    with open_screen() as screen:
        screen.sign_in(SUPERVISOR)
        screen.get("/counter/enroll")
        hidden = screen.hidden("/counter/enroll")
        wrong = {**hidden, "clerk": "1", "name": "Io", "role": "auditor", "pin": "703914", "pin_again": "703915"}
        screen.post("/counter/enroll", wrong)
        assert screen.status == 422
        assert "703914" not in screen.text
        screen.post("/counter/enroll", {**wrong, "clerk": "301", "pin_again": "703914"})
        assert "Clerk key" in screen.text
        screen.post("/sign-out", {})
        screen.post("/sign-in", {"clerk": "301", "pin": "703914"})
        assert "Your role looks, and changes nothing" in screen.text or "New PIN and key" in screen.text
        assert screen.get("/counter/do/deposit").status == 400
        assert screen.get("/counter/looked").status == 200


def test_a_new_pin_is_made_with_the_old_key() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.get("/counter/pin")
        screen.post(
            "/counter/pin", {**screen.hidden("/counter/pin"), "clerk": CLERK, "pin": "703914", "pin_again": "703914"}
        )
        screen.get("/sign-in")
        screen.post("/sign-in", {"clerk": CLERK, "pin": "703914", "then": "/counter"})
        assert screen.path == "/counter"


@pytest.mark.parametrize("clerk", [CLERK, "999", ""])
def test_a_wrong_pin_says_nothing_more_than_that(clerk: str) -> None:
    with open_screen() as screen:
        screen.get("/sign-in")
        screen.post("/sign-in", {"clerk": clerk, "pin": "999111", "then": "/counter"})
        assert screen.status == 422
        assert ("do not go together" in screen.text) is (clerk != "")
        assert "999111" not in screen.text


def test_every_kind_has_its_page() -> None:
    with open_screen() as screen:
        screen.sign_in(SUPERVISOR)
        for kind in ASKS:
            screen.get(f"/counter/do/{kind}")
            assert screen.status == (200 if may_ask("postmaster", kind) else 400), kind


def test_a_page_that_is_not_for_a_role_is_not_shown() -> None:
    with open_screen() as screen:
        screen.sign_in(OTHER)
        assert screen.get("/counter/looked").status == 403
        assert screen.get("/counter/do/policy-edition").status == 400
        assert screen.get("/counter/do/nothing-such").status == 400
        assert screen.get("/counter/check/" + "0" * 32).status == 404
        assert screen.get("/counter/done/" + "0" * 32).status == 404
        assert screen.get("/counter/customer/7000000005").status == 400
        assert screen.get("/counter/check/xyz").status == 400
