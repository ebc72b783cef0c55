"""Whatever a screen can post is posted once: pressed twice at once, sent again after a lost answer, gone back to.

The kinds and how each is asked come from the registry (``cases.registry``): a new kind with a screen is here by itself,
and one that no form can ask fails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import unit.operations.test_desk  # noqa: F401  # where the cases of the core's kinds are registered
from cases.registry import DONE
from counterfoil.faces.web.fields import Control, Form
from counterfoil.faces.web.menu import OWN_PAGES
from counterfoil.kernel.money import USD, Money
from counterfoil.kernel.outcomes import untranslated
from counterfoil.office.requests import ASKS
from counterfoil.operations.desk import Request
from counterfoil.operations.window import office_now
from counterfoil.testing.builders import PINS, House
from unit.web.screen import ORIGIN, Screen, open_screen

DETAILS = {
    "name": "Ada Whitehorse", "lives": "Third house past the mill", "born": "2014-06-01", "language": "en",
    "micr": "⑈004417⑈ ⑆021000021⑆ 77004210⑈", "payee": "Ada", "maker": "Elk Fork Mill", "income": "3000.00",
    "rent": "600.00", "dues": "100.00", "shown": "two pay slips", "document": "passport", "number": "C0411217",
}  # fmt: skip
"""What people say and papers show, where a request holds only its hash."""
QUICK = (
    "deposit", "withdrawal", "transfer", "stamp-sale", "check-cash", "loan-apply", "order-sale", "order-replace",
    "bill-pay", "cash-send", "mail-sale", "customer-open", "till-count", "pouch-in", "reversal", "account-open",
)  # fmt: skip
"""One for each sort of form; the others when there is time."""


def typed(control: Control, body: Mapping[str, Any]) -> dict[str, str]:
    """What a person types into a control for this request."""
    value = body.get(control.name)
    if control.control == "details":
        return {part.name: DETAILS.get(part.name.removeprefix("details."), "") for part in control.parts}
    if value is None:
        return {}
    if control.control == "pieces":
        return {f"{control.name}.{key}": str(count) for key, count in value.items()}
    if control.control == "flag":
        return {control.name: "1"} if value else {}
    if control.control == "money":
        return {control.name: Money(value, USD).decimal()}
    if control.name == "forms":
        return {control.name: ", ".join(f"{one['first']} x {one['quantity']}" for one in value) or "0"}
    if isinstance(value, bytes):
        return {control.name: value.decode("utf-8", "replace") if control.control == "long" else "k7qm-2f9d-xw3p"}
    return {control.name: str(value)}


def asked(house: House, request: Request) -> tuple[list[str], dict[str, str]]:
    """Who signs it, and how its form is filled in."""
    signers = [clerk for one in request.signers for clerk, s in house.authority.sessions.items() if s.signer is one]
    kind, body = request.ask.kind, {name: getattr(request.ask, name) for name in request.ask.__slots__}
    body |= {name: getattr(request.ask, name) for name in type(request.ask).__dataclass_fields__}
    office = office_now(house.desk)
    till = office.till_of(signers[0])
    form = Form(kind, office, untranslated, till=till.till if till else "")
    values: dict[str, str] = {}
    for control in form.controls({}):
        values |= typed(control, body)
    return signers, values


def posted_twice(screen: Screen, values: dict[str, str]) -> list[str]:
    """The last button of the check page, pressed twice at once. Where each press led."""
    action = screen.action("/counter/check/")
    body = {"_token": screen.token, **screen.hidden(action), **values}

    def press(_: int) -> str:
        answer = screen.client.post(action, data=body, headers={"Origin": ORIGIN})
        said = re.findall(r'usa-alert__text">([^<]*)|<a href="#f-[^>]*>([^<]*)', answer.text)
        return str(answer.url.path) if "/done/" in answer.url.path else f"{answer.status_code} {said}"

    with ThreadPoolExecutor(2) as both:
        return list(both.map(press, range(2)))


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=() if kind in QUICK else pytest.mark.slow)
        for kind in sorted(set(ASKS) - set(OWN_PAGES))
    ],
)
def test_whatever_is_posted_twice_is_one_entry(kind: str) -> None:
    house, request = DONE[kind][1]()
    (asker, *others), values = asked(house, request)
    with open_screen(house) as screen:
        screen.sign_in(asker)
        size = house.desk.size
        if "/counter/check/" not in screen.get(f"/counter/do/{kind}").path:  # A form without a field is none.
            screen.fill(kind, values)
        assert "/counter/check/" in screen.path, re.findall(r'<a href="#f-[^>]*>([^<]*)', screen.text)
        check = screen.path
        assert house.desk.size == size, "nothing is recorded before the last button"
        second = {"approver": others[0], "pin_approver": PINS[others[0]]} if others else {}
        led = posted_twice(screen, second)
        done = check.replace("/check/", "/done/")
        assert led == [done, done]
        text = screen.get(done).text
        assert "It is in the books" in text, re.findall(r'usa-alert__text">([^<]*)', text)
        entries = list(house.store.scan("part", (bytes.fromhex(check.rpartition("/")[2]),)))
        assert len(entries) == (2 if kind == "reversal" else 1), "the money had gone: the house advances it first"
        assert house.desk.size == size + len(entries)
        assert screen.get(check).path == done, "its answer was lost, and the page is opened again"
        assert house.desk.size == size + len(entries)
        house.check()
