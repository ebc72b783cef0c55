"""A customer's own pages: the code from the counter, signing in, and that each sees only her own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from counterfoil.engines.keys.sealed import FAST_FOR_TESTS
from counterfoil.engines.passphrases import Argon
from counterfoil.faces.web import app
from counterfoil.faces.web.sessions import COOKIE, MEMBER_COOKIE, MEMBER_IDLE_SECONDS, PHONE_COOKIE
from counterfoil.operations import self_service
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.documents.paper import Paper
from counterfoil.operations.roles import EVERY_ROLE, may_give_code
from counterfoil.operations.self_service import SelfService
from counterfoil.testing.builders import CLERK, SUPERVISOR, House, counter
from unit.operations.test_quotes import BANK
from unit.operations.test_window import with_jose
from unit.web.screen import Screen, open_screen
from unit.web.test_back_office import as_role, staffed

SECRET = "blue kettle seven owls"
DAY_MS = 86_400_000


@contextmanager
def at_home(house: House | None = None, **more: Any) -> Iterator[Screen]:
    """An office whose customers may sign in."""
    with open_screen(house, passphrases=Argon(FAST_FOR_TESTS), **more) as screen:
        yield screen


def code_for(screen: Screen, customer: str) -> str:
    """A clerk asks for a code, with the customer in view."""
    screen.sign_in(CLERK)
    screen.get(f"/counter/customer/{customer}")
    screen.post(screen.action("/counter/code/"), {})
    found = re.search(r'class="cf-code">([^<]+)<', screen.text)
    assert found is not None
    return found.group(1)


def enroll(screen: Screen, account: str, code: str, secret: str = SECRET, again: str | None = None) -> Screen:
    screen.get("/me/enroll")
    return screen.post("/me/enroll", {"account": account, "code": code, "passphrase": secret, "again": again or secret})


def sign_in(screen: Screen, account: str, secret: str = SECRET) -> Screen:
    screen.get("/me/sign-in")
    return screen.post("/me/sign-in", {"account": account, "passphrase": secret})


def her(screen: Screen) -> str:
    """The first customer of the house, enrolled and signed in: her account."""
    house = screen.house
    enroll(screen, house.account, code_for(screen, house.customer))
    assert screen.path == "/me"
    return house.account


def another(house: House) -> tuple[str, str]:
    """Another customer: her number and her account."""
    number = with_jose(house)
    return number, next(one.account for one in house.desk.state.holding.all() if one.customer == number)


def test_from_the_code_to_the_balance() -> None:
    with at_home() as screen:
        house = screen.house
        house.do("deposit", amount=12_550, account=house.account, till="T1")
        account = her(screen)
        assert account in screen.text
        screen.get(f"/me/account/{account}")
        for said in ("You have", "$125.50", "You can take out all of it", "Deposit", "+$125.50", "Mar 2, 2026"):
            assert said in screen.text, said
        screen.post("/me/sign-out", {})
        assert screen.get("/me").status == 401
        sign_in(screen, account)
        assert screen.path == "/me"


def test_a_code_is_asked_for_by_people_at_the_window_alone() -> None:
    assert [role for role in EVERY_ROLE if may_give_code(role)] == ["clerk", "supervisor", "postmaster"]
    with at_home(staffed()) as screen:
        for role in ("operations", "auditor"):
            as_role(screen, role)
            assert screen.post(f"/counter/code/{screen.house.customer}", {}).status == 400
            assert "/counter/code/" not in screen.get(f"/counter/customer/{screen.house.customer}").text
        assert list(screen.house.store.scan("customer_login")) == []
        screen.client.cookies.clear()
        screen.get("/sign-in")
        assert screen.post(f"/counter/code/{screen.house.customer}", {}).status == 401
        code_for(screen, screen.house.customer)
        assert ("code-given", CLERK, screen.house.customer) in [row[2:] for row in screen.house.store.scan("event")]


def test_neither_code_nor_passphrase_is_kept_readable() -> None:
    with at_home() as screen:
        code = code_for(screen, screen.house.customer)
        enroll(screen, screen.house.account, code)
        kept = repr(list(screen.house.store.scan("customer_login"))) + repr(list(screen.house.store.scan("event")))
        for secret in (code, code.replace("-", ""), SECRET, "kettle"):
            assert secret not in kept


def test_a_code_serves_once() -> None:
    with at_home() as screen:
        house = screen.house
        code = code_for(screen, house.customer)
        assert enroll(screen, house.account, code.lower().replace("-", " ")).path == "/me"
        screen.post("/me/sign-out", {})
        assert enroll(screen, house.account, code, "another four words here").status == 422
        assert "do not go together" in screen.text
        assert code_for(screen, house.customer) != code


def test_a_newer_code_ends_the_older() -> None:
    with at_home() as screen:
        house = screen.house
        old, new = code_for(screen, house.customer), code_for(screen, house.customer)
        assert enroll(screen, house.account, old).status == 422
        assert enroll(screen, house.account, new).path == "/me"


def test_a_code_ends_after_some_days() -> None:
    with at_home() as screen:
        house = screen.house
        code = code_for(screen, house.customer)
        row = house.store.get("customer_login", (house.customer,))
        assert row is not None
        assert row[2] == house.desk.clock.now() + self_service.CODE_DAYS * DAY_MS
        house.desk.note({"customer_login": [(row[0], row[1], house.desk.clock.now(), 0, None)]})
        assert enroll(screen, house.account, code).status == 422


def test_a_code_has_few_tries() -> None:
    with at_home() as screen:
        house = screen.house
        code = code_for(screen, house.customer)
        row = house.store.get("customer_login", (house.customer,))
        assert row is not None
        house.desk.note({"customer_login": [(*row[:3], self_service.CODE_TRIES - 1, None)]})
        assert enroll(screen, house.account, "WRONG-WRONG").status == 422
        kept = house.store.get("customer_login", (house.customer,))
        assert kept is not None
        assert kept[3] == self_service.CODE_TRIES
        assert enroll(screen, house.account, code).status == 422, "the right one comes too late"


def test_wrong_tries_wait_for_one_account_alone() -> None:
    with at_home() as screen:
        house = screen.house
        number, account = another(house)
        her(screen)
        enroll(screen, account, code_for(screen, number))
        screen.client.cookies.clear()
        said = []
        for tried in (house.account, "4133798713"):
            for _ in range(3):
                assert "do not go together" in sign_in(screen, tried, "wrong words of mine").text
            said.append(sign_in(screen, tried, "wrong words of mine").text)
            assert "Wait" in said[-1]
        strip = re.compile(r'value="[0-9a-f]{40}"|[0-9]{10}')
        assert strip.sub("", said[0]) == strip.sub("", said[1]), "a number that is no account is answered alike"
        assert "Wait" in sign_in(screen, house.account).text, "also with the right one"
        assert sign_in(screen, account).path == "/me", "another customer does not wait"


def test_strangers_cannot_keep_her_out_of_her_own_phone() -> None:
    """Whoever knows her account number can make strangers' next try wait; her own phone is counted apart."""
    with at_home() as screen:
        house = screen.house
        number, theirs = another(house)
        her(screen)
        jar = screen.client.cookies
        mine = jar[PHONE_COOKIE]
        enroll(screen, theirs, code_for(screen, number))
        others = jar[PHONE_COOKIE]
        assert mine.partition(".")[0] != others.partition(".")[0]

        def tried(phone: str, secret: str = SECRET, account: str = house.account) -> str:
            jar.clear()
            if phone:
                jar.set(PHONE_COOKIE, phone)
            sign_in(screen, account, secret)
            return "in" if screen.path == "/me" else "waits" if "Wait" in screen.text else "wrong"

        assert [tried("", "wrong words of mine") for _ in range(4)] == ["wrong", "wrong", "wrong", "waits"]
        made_up = (others, mine[:-1] + ("0" if mine[-1] != "0" else "1"), mine.partition(".")[0], "e.x", ".", "x" * 900)
        assert [tried(one) for one in made_up] == ["waits"] * len(made_up)
        assert tried(mine) == "in"
        assert f"{PHONE_COOKIE}={mine}" in screen.client.get("/me").request.headers["cookie"]
        assert [tried(mine, "wrong words of mine") for _ in range(4)] == ["wrong", "wrong", "wrong", "waits"]
        assert tried(mine) == "waits", "its own wrong tries are counted"
        assert tried(mine, account=theirs) == "in", "for another account it is a stranger, who has not tried yet"


def test_a_restart_forgives_no_wrong_try() -> None:
    with at_home() as screen:
        house = screen.house
        number, account = another(house)
        her(screen)
        enroll(screen, account, code_for(screen, number))
        screen.client.cookies.clear()
        for tried in (house.account, "4133798713"):
            for _ in range(3):
                sign_in(screen, tried, "wrong words of mine")
    kept = list(house.store.scan("customer_try"))
    assert [row[1] for row in kept] == [3, 3]
    assert house.account not in repr(kept)
    with at_home(house.reopened()) as screen:
        for tried in (house.account, "4133798713"):
            assert "Wait" in sign_in(screen, tried).text, "also with the right one"
        assert sign_in(screen, account).path == "/me", "another customer does not wait"
        house.desk.clock.set(house.desk.clock.now() + 3_600_000)  # type: ignore[attr-defined]  # a file's clock
        assert sign_in(screen, house.account).path == "/me"
        assert [row[1] for row in house.store.scan("customer_try")] == [3], "who got in begins anew"


def test_only_so_many_tries_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_service, "ACCOUNTS_TRIED_MAX", 3)
    house = counter()

    def made() -> SelfService:
        return SelfService(house.desk, lambda run: run(), Argon(FAST_FOR_TESTS))

    for tried in ("1", "2", "3", "x" * 90_000, "\ud800"):
        with pytest.raises(self_service.WrongEntry):
            made().sign_in(tried, "wrong words of mine")
    kept = list(house.store.scan("customer_try"))
    assert len(kept) == 3
    assert {len(row[0]) for row in kept} == {16}  # type: ignore[arg-type]  # the column holds a hash
    house.clock.set(house.clock.now() + 1)
    with pytest.raises(self_service.WrongEntry):
        made().sign_in("4", "wrong words of mine")
    assert len(list(house.store.scan("customer_try"))) == 3


@pytest.mark.parametrize(
    "weak", ["short", "aaaaaaaaaaaaaaaa", "1234567890123456", "abababababababab", "my number {account}"]
)
def test_a_weak_passphrase_is_refused_and_the_code_stays_good(weak: str) -> None:
    with at_home() as screen:
        house = screen.house
        code = code_for(screen, house.customer)
        enroll(screen, house.account, code, weak.format(account=house.account))
        assert (screen.status, "Choose 12 letters or more" in screen.text) == (422, True)
        assert house.account in screen.text
        assert enroll(screen, house.account, code, SECRET, "something else again").status == 422
        assert enroll(screen, house.account, code).path == "/me"


# --- only her own -----------------------------------------------------------------------------------------------------


def test_a_customer_sees_only_her_own() -> None:
    """Two customers, and every page with the other's account and the other's receipts in its place."""
    with at_home(pdf=lambda paper: b"%PDF-1.7") as screen:
        house = screen.house
        _, theirs = another(house)
        mine = house.do("deposit", amount=1_000, account=house.account, till="T1").entries[0].sequence
        other = house.do("deposit", amount=38_850, account=theirs, till="T1").entries[0].sequence
        account = her(screen)
        assert screen.get(f"/me/receipt/1/{mine}").status == 200
        for page in app.PAGES:
            if page.face != "customers" or page.asks is None or "{" not in page.path:
                continue
            hers = page.path.replace("{account:str}", account).replace("{epoch:int}", "1").replace(
                "{entry:int}", str(mine)
            )  # fmt: skip
            assert screen.get(hers).status == 200, page.path
            wanted = page.path.replace("{account:str}", theirs).replace("{epoch:int}", "1").replace(
                "{entry:int}", str(other)
            )  # fmt: skip
            told = screen.get(wanted)
            assert told.status == 404, page.path
            missing = page.path.replace("{account:str}", "4133798713").replace("{epoch:int}", "1").replace(
                "{entry:int}", "99999"
            )  # fmt: skip
            strip = re.compile(r"[0-9]{5,}|/[0-9]+")
            found = strip.sub("", told.text)
            assert strip.sub("", screen.get(missing).text) == found, "as if it did not exist"
            assert "388.50" not in found
            assert "José" not in found


def test_not_every_receipt_that_touches_her_account_is_hers() -> None:
    """Money sent to her comes on her list; the sender's receipt stays the sender's."""
    with at_home() as screen:
        house = screen.house
        _, theirs = another(house)
        house.do("deposit", amount=5_000, account=theirs, till="T1")
        sent = house.do("transfer", amount=700, account=theirs, to=house.account).entries[0].sequence
        account = her(screen)
        screen.get(f"/me/account/{account}")
        assert "+$7.00" in screen.text
        assert f"/me/receipt/1/{sent}" not in screen.text
        assert screen.get(f"/me/receipt/1/{sent}").status == 404
        # The other way round it is hers.
        own = house.do("transfer", amount=200, account=house.account, to=theirs).entries[0].sequence
        assert f"/me/receipt/1/{own}" in screen.get(f"/me/account/{account}").text
        assert "-$2.00" in screen.text
        assert screen.get(f"/me/receipt/1/{own}").status == 200


def test_entries_of_the_office_are_nobodys() -> None:
    with at_home() as screen:
        her(screen)
        for entry in range(4):
            assert screen.get(f"/me/receipt/1/{entry}").status == 404
        assert screen.get("/me/receipt/9/0").status == 404


def test_the_two_cookies_open_nothing_else() -> None:
    with at_home() as screen:
        her(screen)
        jar = screen.client.cookies
        clerk, customer = jar[COOKIE], jar[MEMBER_COOKIE]
        jar.clear()
        jar.set(COOKIE, customer)
        assert screen.get("/counter").path == "/sign-in"
        jar.clear()
        jar.set(MEMBER_COOKIE, clerk)
        assert screen.get("/me").status == 401
        jar.clear()
        jar.set(MEMBER_COOKIE, customer)
        assert screen.get("/me").status == 200
        for path in ("/counter", "/office", "/counter/find?q=a"):
            screen.get(path)
            assert screen.status == 401 or screen.path == "/sign-in"


def test_the_cookie_changes_and_ends() -> None:
    with at_home() as screen:
        account = her(screen)
        first = screen.client.cookies[MEMBER_COOKIE]
        answer = screen.client.post("/me/sign-in", data={"_token": screen.token})
        sign_in(screen, account)
        assert screen.client.cookies[MEMBER_COOKIE] != first
        screen.client.cookies.set(MEMBER_COOKIE, first)
        assert screen.get("/me").status == 401
        assert answer.status_code in (200, 422)
        screen.client.cookies.clear()
        sign_in(screen, account)
        screen.ticking.now += MEMBER_IDLE_SECONDS
        assert screen.get("/me").status == 401


def test_what_was_left_open_is_let_go() -> None:
    """Her cookie is worth nothing at once; the memory of it goes with the next look, whoever asks for a page."""
    with at_home() as screen:
        her(screen)
        screen.ticking.now += MEMBER_IDLE_SECONDS - 1
        assert screen.get("/me").status == 200
        screen.ticking.now += MEMBER_IDLE_SECONDS - 1
        assert screen.get("/me/prices").status == 200  # Everybody's page keeps nobody signed in.
        screen.ticking.now += 1
        assert screen.get("/me").status == 401


def test_a_form_without_its_token_signs_nobody_in() -> None:
    with at_home() as screen:
        account = her(screen)
        screen.client.cookies.clear()
        screen.get("/me/sign-in")
        assert screen.post("/me/sign-in", {"account": account, "passphrase": SECRET}, token="0" * 40).status == 403
        assert screen.get("/me").status == 401
        screen.get("/me/sign-in?then=//evil.example")
        screen.post("/me/sign-in", {"account": account, "passphrase": SECRET, "then": "/counter"})
        assert screen.path == "/me"


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_balances_go_back_line_by_line() -> None:
    with at_home() as screen:
        house = screen.house
        for amount in (1_000, 250, 33):
            house.do("deposit", amount=amount, account=house.account, till="T1")
        house.do("withdrawal", amount=500, account=house.account, till="T1")
        number = self_service.ledger_id(house.desk, house.account)
        lines = self_service.last_lines(house.store, house.customer, house.account, number)
        assert [(one.change, one.balance) for one in lines] == [
            (-500, 783), (33, 1_283), (250, 1_250), (1_000, 1_000), (0, 0),
        ]  # fmt: skip
        with pytest.raises(self_service.NotHers):
            self_service.last_lines(house.store, "7000000005", house.account, number)


def test_a_receipt_has_its_code_and_says_copy() -> None:
    with at_home() as screen:
        house = screen.house
        entry = house.do("deposit", amount=1_000, account=house.account, till="T1").entries[0].sequence
        her(screen)
        screen.get(f"/me/receipt/1/{entry}")
        assert "<svg" in screen.text
        assert "COPY" in screen.text
        assert (1, entry) in list(house.store.scan("unprinted")), "the counter's first print is still due"


def test_statements_that_were_cut_are_listed_for_her_alone() -> None:
    with at_home() as screen:
        account, house = her(screen), screen.house
        house.do("deposit", amount=1_000, account=house.account, till="T1")
        house.at("2026-04-01T08:00")
        DayEnd(lambda call: call(house.desk)).run("2026-03-31")
        page = screen.get(f"/me/statement/{account}").text
        assert "Your statements" in page
        path = f"/me/statement/{account}?from=2026-03-02&to=2026-03-31"
        assert path.replace("&", "&amp;") in page
        assert "$10.00" in screen.get(path).text
        _, hers = another(house)
        assert screen.get(f"/me/statement/{hers}?from=yesterday").status in (403, 404)
        assert "Your statements" not in screen.text


def test_a_statement_as_page_and_as_pdf() -> None:
    papers: list[Paper] = []

    def pdf(paper: Paper) -> bytes:
        papers.append(paper)
        return b"%PDF-1.7 made"

    with at_home(pdf=pdf) as screen:
        house = screen.house
        house.do("deposit", amount=4_321, account=house.account, till="T1")
        account = her(screen)
        screen.get(f"/me/statement/{account}")
        assert "Balance at the end" in screen.text
        assert "$43.21" in screen.text
        answer = screen.client.get(f"/me/statement/{account}/pdf")
        assert answer.content == b"%PDF-1.7 made"
        assert answer.headers["content-type"] == "application/pdf"
        assert papers[0].kind == "statement"
        assert "$0.00" in screen.get(f"/me/statement/{account}?from=2026-02-01&to=2026-02-02").text
        for query in ("from=x", "from=2026-03-02&to=2026-03-01"):
            assert screen.get(f"/me/statement/{account}?{query}").status == 422, query
            assert 'role="alert"' in screen.text


@pytest.mark.parametrize("language", ["en", "es"])
def test_prices_and_complaints_need_no_log_in(language: str) -> None:
    with at_home(counter(content=BANK)) as screen:
        screen.get(f"/lang/{language}?back=/me/prices")
        assert screen.status == 200
        english = (
            "Here:",
            "payroll check of $600.00",
            "as of 2022",
            "you keep",
            "Borrow $375.00",
            "Here and elsewhere",
        )
        words = (
            english if language == "en" else ("Aquí", "cheque de nómina", "un cobrador de cheques", "Pedir prestados")
        )
        assert [word for word in words if word not in screen.text] == []
        screen.get("/me/help")
        assert ("60 days" if language == "en" else "60 días") in screen.text
        assert ("You get a number" if language == "en" else "Le damos un número") in screen.text


def test_pages_hold_no_script() -> None:
    with at_home() as screen:
        account = her(screen)
        for path in ("/me", f"/me/account/{account}", f"/me/statement/{account}", "/me/prices", "/me/help",
                     "/me/sign-in", "/me/enroll", "/me/passkeys", "/verify"):  # fmt: skip
            assert "<script" not in screen.get(path).text, path
            assert screen.text.count("src=") == 0, path


def test_an_office_without_log_ins_says_so() -> None:
    with open_screen() as screen:
        assert "no pages for customers yet" in screen.get("/me").text
        assert "no pages for customers yet" in screen.get("/me/enroll").text
        screen.sign_in(SUPERVISOR)
        screen.get(f"/counter/customer/{screen.house.customer}")
        assert "/counter/code/" not in screen.text


def test_a_held_part_of_the_balance_is_told() -> None:
    house = counter()
    house.do("deposit", amount=10_000, account=house.account, till="T1")
    house.do("legal-hold", by=SUPERVISOR, approve=[CLERK], account=house.account, amount=4_000,
             authority="County court 17")  # fmt: skip
    with at_home(house) as screen:
        account = her(screen)
        assert "You can take out $60.00 now" in screen.get(f"/me/account/{account}").text
