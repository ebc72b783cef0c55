"""A second person at another screen: what waits, who signs it, and who posts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from counterfoil.codec import decode
from counterfoil.faces.web.approvals import EACH_CLERK_MAX, EXPIRES_SECONDS
from counterfoil.journal import entry as je
from counterfoil.testing.builders import CLERK, OTHER, SUPERVISOR, House
from unit.operations.test_window import with_jose
from unit.web.screen import Screen, open_screen
from unit.web.test_back_office import as_role, staffed

WAIT = re.compile(r"/counter/wait/([0-9a-f]{32})")


class Screens:
    """Several people, each at a browser of her own, at one office."""

    def __init__(self, screen: Screen) -> None:
        self.screen, self.house = screen, screen.house
        self._jars: dict[str, dict[str, str]] = {}
        self._who = ""

    def at(self, clerk: str) -> Screen:
        """The browser of this clerk, who is signed in there."""
        if clerk != self._who:
            jar = self.screen.client.cookies
            self._jars[self._who] = dict(jar)
            jar.clear()
            known = self._jars.get(clerk)
            for name, value in (known or {}).items():
                jar.set(name, value)
            self._who = clerk
            if known is None:
                self.screen.sign_in(clerk)
        return self.screen

    def parked(self, clerk: str = CLERK, amount: str = "100") -> str:
        """Cash from the vault, which two sign, waits for the second; its request's id."""
        screen = self.at(clerk)
        screen.fill("cash-from-vault", {"amount": amount})
        screen.confirm({"_what": "park"})
        found = WAIT.fullmatch(screen.path)
        assert found is not None, screen.path
        return found.group(1)

    def sign(self, rid: str, clerk: str = SUPERVISOR, what: str = "sign") -> Screen:
        screen = self.at(clerk)
        screen.get(f"/counter/approval/{rid}")
        assert screen.status == 200, screen.text
        action = f"/counter/approval/{rid}"
        return screen.post(action, {**screen.hidden(action), "what": what})

    def settle(self, rid: str, what: str = "post", clerk: str = CLERK) -> Screen:
        screen = self.at(clerk)
        screen.get(f"/counter/wait/{rid}")
        return screen.post(f"/counter/wait/{rid}", {"what": what})


@contextmanager
def screens(house: House | None = None) -> Iterator[Screens]:
    with open_screen(house) as screen:
        yield Screens(screen)


def test_from_the_asking_to_the_receipt() -> None:
    with screens() as office:
        house, size = office.house, office.house.desk.size
        rid = office.parked()
        assert "You have signed this" in office.screen.text
        assert "Nothing has been recorded" in office.screen.text
        screen = office.at(SUPERVISOR).get("/office")
        assert "Cash from the vault" in screen.text
        assert f'href="/counter/approval/{rid}"' in screen.text
        screen.get(f"/counter/approval/{rid}")
        assert "$100.00" in screen.text
        assert "This will be recorded" in screen.text
        assert office.sign(rid).path == "/counter/approvals"
        assert house.desk.size == size, "two have signed, and it is not asked yet"
        screen = office.at(CLERK).get("/counter/approvals")
        assert "signed" in screen.text
        assert house.till("T1") == 200_000
        assert "It is in the books" in office.settle(rid).text
        assert house.till("T1") == 210_000
        kept = house.store.entries(1, size, 1)[0]
        signed = {one.key_id for one in je.decode_approvals(kept.approvals)}
        assert signed == {house.signer(CLERK).key_id, house.signer(SUPERVISOR).key_id}
        assert office.at(SUPERVISOR).get("/office").text.count("Waits for a second person") == 0
        events = [(row[2], row[3]) for row in house.store.scan("event")]
        assert ("approval-asked", CLERK) in events
        assert ("approval-given", SUPERVISOR) in events


def test_nothing_is_posted_without_both() -> None:
    with screens() as office:
        size, rid = office.house.desk.size, office.parked()
        assert office.settle(rid).status == 409
        assert "You have signed this" in office.screen.text
        office.sign(rid, what="decline")
        assert office.settle(rid).status == 409
        assert "does not sign this" in office.screen.text
        assert office.house.desk.size == size


def test_nobody_signs_second_for_herself() -> None:
    with screens() as office:
        rid = office.parked()
        screen = office.at(CLERK)
        assert screen.get(f"/counter/approval/{rid}").status == 404
        seen = screen.get(f"/counter/wait/{rid}").text
        assert "You have signed this" in seen
        screen.post(f"/counter/approval/{rid}", {"what": "sign", "_seen": "0" * 32})
        assert screen.status == 409
        assert office.settle(rid).status == 409


def test_who_may_not_sign_second_sees_nothing_of_it() -> None:
    with screens(staffed()) as office:
        rid = office.parked()
        digest = "0" * 32
        screen = office.screen
        as_role(screen, "auditor")
        assert screen.get(f"/counter/approval/{rid}").status == 403
        assert screen.post(f"/counter/approval/{rid}", {"what": "sign", "_seen": digest}).status == 403
        assert f"/counter/approval/{rid}" not in screen.get("/office").text
        assert "Cash from the vault" in screen.text, "she looks over the office, and it waits there"


def test_the_clerks_screen_posts_it() -> None:
    with screens() as office:
        rid = office.parked()
        office.sign(rid)
        size = office.house.desk.size
        for other in (OTHER, SUPERVISOR):
            screen = office.at(other)
            assert screen.get(f"/counter/wait/{rid}").status == 404
            screen.post(f"/counter/wait/{rid}", {"what": "post"})
            assert office.house.desk.size == size
        office.settle(rid)
        office.settle(rid)  # Twice is once.
        assert office.house.desk.size == size + 1


def test_a_changed_request_needs_new_signatures() -> None:
    with screens() as office:
        rid = office.parked()
        office.sign(rid)
        screen = office.at(CLERK)
        screen.get(f"/counter/do/cash-from-vault?rid={rid}")
        action = "/counter/do/cash-from-vault"
        screen.post(action, {**screen.hidden(action), "amount": "900"})
        assert screen.path == f"/counter/check/{rid}", "it waits no more"
        screen.confirm({"_what": "park"})
        assert screen.path == f"/counter/wait/{rid}"
        assert "You have signed this" in screen.text
        assert office.settle(rid).status == 409, "the second signature was over another amount"
        office.sign(rid)
        office.settle(rid)
        assert office.house.till("T1") == 290_000


def test_a_page_that_was_shown_before_a_change_signs_nothing() -> None:
    with screens() as office:
        rid = office.parked()
        screen = office.at(SUPERVISOR)
        screen.get(f"/counter/approval/{rid}")
        before = screen.hidden(f"/counter/approval/{rid}")
        clerk = office.at(CLERK)
        clerk.get(f"/counter/do/cash-from-vault?rid={rid}")
        action = "/counter/do/cash-from-vault"
        clerk.post(action, {**clerk.hidden(action), "amount": "900"})
        clerk.confirm({"_what": "park"})
        screen = office.at(SUPERVISOR)
        screen.get("/counter/approvals")
        assert screen.post(f"/counter/approval/{rid}", {**before, "what": "sign"}).status == 409
        assert office.settle(rid).status == 409


def test_what_waited_too_long_is_gone() -> None:
    with screens() as office:
        rid = office.parked()
        office.sign(rid)
        office.screen.ticking.now += EXPIRES_SECONDS - 1
        screen = office.at(CLERK)
        screen.sign_in(CLERK)
        assert screen.get(f"/counter/wait/{rid}").status == 200
        office.screen.ticking.now += 1
        assert screen.get(f"/counter/wait/{rid}").status == 404
        assert "Nothing was signed" in screen.text
        size = office.house.desk.size
        screen.get("/counter")
        screen.post(f"/counter/wait/{rid}", {"what": "post"})
        assert office.house.desk.size == size


def test_a_restart_keeps_what_waited() -> None:
    """Signed before, posted after; taken back and declined as ever; and details that go with it are still written."""
    with screens() as office:
        house, rid, other = office.house, office.parked(), office.parked(amount="200")
        office.sign(rid)
    with screens(house.reopened()) as again:
        size = house.desk.size
        assert "it waits" in again.at(CLERK).get(f"/counter/wait/{other}").text.lower()
        assert "It is in the books" in again.settle(rid).text
        assert house.desk.size == size + 1
        again.sign(other, what="decline")
        assert "does not sign this" in again.at(CLERK).get(f"/counter/wait/{other}").text
    with screens(house.reopened()) as once_more:
        assert "does not sign this" in once_more.at(CLERK).get(f"/counter/wait/{other}").text
        once_more.settle(other, "back")
        assert list(house.store.scan("unfinished")) != [], "its form is still there to be changed"
    house.clock.set(house.clock.now() + EXPIRES_SECONDS * 1_000)
    with screens(house.reopened()) as late:
        assert late.at(CLERK).get(f"/counter/wait/{other}").status == 404
        house.check()


def test_details_wait_with_their_request() -> None:
    """A money order's buyer is written beside the journal although the server stopped in between."""
    house = staffed()
    with screens(house) as office:
        screen = office.at(CLERK)
        screen.fill("customer-open", {"tier": "known", "details.name": "Zoë Ωmega"})
        screen.confirm({"_what": "park"})
        found = WAIT.fullmatch(screen.path)
        assert found is not None, screen.path
        rid = found.group(1)
        office.sign(rid)
    with screens(house.reopened()) as again:
        assert "It is in the books" in again.settle(rid).text
        names = [decode(bytes(row[3])).get("name") for row in house.store.scan("details") if isinstance(row[3], bytes)]
        assert "Zoë Ωmega" in names


def test_it_can_be_taken_back() -> None:
    with screens() as office:
        rid = office.parked()
        assert office.settle(rid, "back").path == f"/counter/check/{rid}"
        assert office.at(SUPERVISOR).get(f"/counter/approval/{rid}").status == 404
        assert ("approval-withdrawn", CLERK) in [(row[2], row[3]) for row in office.house.store.scan("event")]


def test_it_is_signed_on_the_clerks_own_screen_all_the_same() -> None:
    with screens() as office:
        rid = office.parked()
        office.settle(rid, "back")
        office.screen.confirm({"approver": SUPERVISOR, "pin_approver": "482915"})
        assert office.house.till("T1") == 210_000


def test_a_visit_waits_as_one_and_another_goes_on_meanwhile() -> None:
    with screens() as office:
        house = office.house
        screen = office.at(CLERK)
        screen.get("/counter/do/deposit?visit=1")
        action = "/counter/do/deposit"
        screen.post(action, {**screen.hidden(action), "amount": "700", "account": house.account})
        assert screen.path == "/counter/visit"
        assert "Let it wait" in screen.text
        screen.post("/counter/visit", {**screen.hidden("/counter/visit"), "tendered": "700", "what": "park"})
        found = WAIT.fullmatch(screen.path)
        assert found is not None, screen.text
        rid = found.group(1)
        assert screen.get("/counter/visit").path == f"/counter/wait/{rid}"
        screen.post("/counter/next", {})
        screen.fill("deposit", {"amount": "5", "account": house.second_account}, query="?visit=1")
        office.sign(rid)
        office.settle(rid)
        assert "It is in the books" in office.screen.text
        assert house.owed(house.account) == 70_000
        assert "Deposit" in office.at(CLERK).get("/counter/visit").text, "the other visit was not given up"


def test_one_clerk_keeps_only_so_many_waiting() -> None:
    with screens() as office:
        for number in range(EACH_CLERK_MAX):
            office.parked(amount=str(100 + number))
        screen = office.at(CLERK)
        screen.fill("cash-from-vault", {"amount": "99"})
        screen.confirm({"_what": "park"})
        assert screen.status == 503
        assert "Take one back first" in screen.text
        assert office.parked(OTHER)


def test_whoever_looks_at_a_customers_request_is_noted() -> None:
    with screens() as office:
        number = with_jose(office.house)
        account = next(one.account for one in office.house.desk.state.holding.all() if one.customer == number)
        screen = office.at(CLERK)
        screen.get(f"/counter/customer/{number}")
        screen.fill("withdrawal", {"amount": "400", "account": account})
        screen.confirm({"_what": "park"})
        found = WAIT.fullmatch(screen.path)
        assert found is not None
        office.at(SUPERVISOR).get(f"/counter/approval/{found.group(1)}")
        assert "José" in office.screen.text
        assert [row[2:] for row in office.house.store.scan("looked")][-1] == (SUPERVISOR, number, "approval")


@pytest.mark.parametrize("language", ["en", "es"])
def test_empty_lists_have_their_words(language: str) -> None:
    with screens() as office:
        screen = office.at(SUPERVISOR)
        screen.get(f"/lang/{language}?back=/counter/approvals")
        assert ("Nothing waits" if language == "en" else "Nada espera") in screen.text
