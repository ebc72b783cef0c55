"""From a form to a signed request, and what it would do, told before anything is asked."""

from __future__ import annotations

import pytest

from counterfoil.engines.keys.session import ClerkSigner
from counterfoil.faces.web.asking import BLIND
from counterfoil.office.requests import ASKS
from counterfoil.testing.builders import CLERK, PINS, SUPERVISOR, everything
from unit.web.screen import open_screen


def test_the_same_form_is_the_same_request() -> None:
    """Opened twice, sent twice, with a customer's details: one entry, one number."""
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("customer-open", {"tier": "known", "details.name": "Rosa"})
        action, values = screen.action("/counter/check/"), screen.hidden("/counter/check/")
        token = screen.token
        first = screen.post(action, values, token=token).path
        size = screen.house.desk.size
        assert screen.post(action, values, token=token).path == first
        assert screen.house.desk.size == size


def test_a_second_key_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    unsealed: list[ClerkSigner] = []
    with open_screen() as screen:
        second = screen.house.authority.second

        def seen(clerk: str, pin: str, *, screen: str = "") -> ClerkSigner:
            signer = second(clerk, pin, screen=screen)
            assert isinstance(signer, ClerkSigner)
            unsealed.append(signer)
            return signer

        monkeypatch.setattr(screen.house.authority, "second", seen)
        screen.sign_in()
        screen.fill("cash-from-vault", {"amount": "100"})
        assert "A second person signs here" in screen.text
        screen.confirm({"approver": SUPERVISOR, "pin_approver": PINS[SUPERVISOR]})
        assert "It is in the books" in screen.text
        assert screen.house.till("T1") == 210_000
    assert [repr(one).endswith("dropped)") for one in unsealed] == [True]


def test_a_wrong_second_pin_stays_on_the_page() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("cash-from-vault", {"amount": "100"})
        size = screen.house.desk.size
        screen.confirm({"approver": SUPERVISOR, "pin_approver": "999111"})
        assert screen.status == 422
        assert "The number and the PIN do not go together" in screen.text
        assert f'value="{SUPERVISOR}"' in screen.text
        assert "999111" not in screen.text
        screen.confirm({"approver": CLERK, "pin_approver": PINS[CLERK]})
        assert "someone else than you" in screen.text
        screen.confirm({"approver": "999", "pin_approver": "123"})
        assert "This person cannot sign here" in screen.text
        assert screen.house.desk.size == size
        screen.confirm({"approver": SUPERVISOR, "pin_approver": PINS[SUPERVISOR]})
        assert screen.house.desk.size == size + 1


def test_foreseeing_records_nothing() -> None:
    with open_screen() as screen:
        screen.sign_in()
        before = everything(screen.house.store)
        screen.fill("withdrawal", {"amount": "10", "account": screen.house.account})
        assert "can pay out $0.00" in screen.text
        screen.fill("deposit", {"amount": "10", "account": screen.house.account})
        assert "Cash taken in" in screen.text
        assert {**everything(screen.house.store), "unfinished": []} == before, "but what was typed, which is kept"


def test_a_number_that_chance_gives_is_not_foretold() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("account-open", {"customer": screen.house.customer, "product": "everyday"})
        assert "Account number" not in screen.text.partition("This will be recorded")[2].partition("<form")[0]


def test_a_count_is_foreseen_blind() -> None:
    with open_screen() as screen:
        screen.sign_in()
        screen.fill("till-count", {"count.2000": "50"})
        assert "This will be recorded" not in screen.text
        assert "Expected" not in screen.text
    counts = {kind for kind in ASKS if "count" in kind.split("-") or kind in ("till-open", "till-close")}
    assert counts <= set(BLIND)
