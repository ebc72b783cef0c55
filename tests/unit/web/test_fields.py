"""Forms from the registry: each field has its control, and what is typed as shown is read back exactly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.engines.texts import catalog
from counterfoil.faces.web.fields import BY_SCREEN, Control, Form, amount, whole
from counterfoil.kernel.money import USD, Money
from counterfoil.kernel.outcomes import Malformed, untranslated
from counterfoil.office.requests import ASKS, fields_of
from counterfoil.operations.window import READ_FROM_DETAILS, OfficeNow, office_now, prices_of
from counterfoil.testing.builders import counter

ACCOUNT = "4133798712"


@pytest.fixture(scope="module")
def office() -> OfficeNow:
    return office_now(counter().desk)


def form(kind: str, office: OfficeNow, **more: Any) -> Form:
    return Form(kind, office, untranslated, till="T1", **more)


def typed_in(control: Control) -> dict[str, str]:
    """Something right for a control, as a person types it."""
    if control.control == "pieces":
        return {control.parts[0].name: "2"}
    if control.control == "details":
        told = {"details.name": "Ada Whitehorse", "details.born": "1951-04-09", "details.language": "es"}
        told |= {"details.income": "1450.00", "details.rent": "600.00", "details.dues": "350.00"}
        return {part.name: told.get(part.name, "some words") for part in control.parts}
    right = {
        "money": "1,250.00", "number": "7", "date": "2026-03-02", "flag": "1", "long": "text",
        "choice": control.options[0][0] if control.options else "",
    }  # fmt: skip
    named = {
        "account": ACCOUNT, "to": ACCOUNT, "customer": ACCOUNT, "presented_by": ACCOUNT, "on_behalf_of": ACCOUNT,
        "dues_from": ACCOUNT,
        "till": "t9", "case": "d1-204", "office": "9000", "from_office": "9000", "to_office": "0417", "clerk": "103",
        "pouch": "P-9000-0611", "loan": ACCOUNT, "apr": "27.94", "tag": "ref-77",
        "serial": "10000000001", "new_serial": "10000000012", "first": "10000000001",
        "forms": "10000000001 x 9, 10000000102", "claim_code": "k7qm-2f9d-xw3p",
        "representative": ACCOUNT, "agency": "ssa", "state": "ny",
    }  # fmt: skip
    return {control.name: right.get(control.control) or named.get(control.name, "some words")}


FORMED = sorted(set(ASKS) - {"visit", "clerk-enrol", "clerk-rotate"})


@pytest.mark.parametrize("kind", FORMED)
def test_what_is_shown_is_read_back(office: OfficeNow, kind: str) -> None:
    """Every field of every kind has a control, and a form filled in by what its controls ask for has no error."""
    made = form(kind, office)
    controls = made.controls({})
    shown = {control.name for control in controls}
    own = {"till"} if "till" not in shown else set()
    own |= {*prices_of(kind), *READ_FROM_DETAILS.get(kind, ())} | (
        {"account", "amount"} if kind == "reversal" else set()
    )
    assert shown | own | (set(fields_of(ASKS[kind])) & set(BY_SCREEN)) == set(fields_of(ASKS[kind])) | own
    typed: dict[str, str] = {}
    for control in controls:
        if control.name not in ("count", "price"):  # A count has to agree with its amount: tried below.
            typed |= typed_in(control)
    if "count" in shown and "amount" not in shown:
        typed |= {"count.2000": "3"}
    read = made.read(typed, date="2026-03-02")
    assert read.errors == {}
    assert made.read({c.name: c.value for c in made.controls(typed)} | typed, date="2026-03-02").body == read.body


@pytest.mark.parametrize("kind", FORMED)
def test_a_wrong_form_keeps_what_was_typed(office: OfficeNow, kind: str) -> None:
    made = form(kind, office)
    rubbish = "<b>&'\"%%% ½"
    typed = {name: rubbish for c in made.controls({}) for name in [c.name, *(part.name for part in c.parts)]}
    read = made.read(typed, date="2026-03-02")
    for control in made.controls(typed, read.errors):
        assert control.value == rubbish
        assert all(part.value == rubbish for part in control.parts)
    assert all(error and "{" not in error for error in read.errors.values())


@pytest.mark.parametrize("kind", FORMED)
def test_what_is_missing_is_named(office: OfficeNow, kind: str) -> None:
    made = form(kind, office)
    needed = {c.name for c in made.controls({}) if c.required and not c.value}
    assert needed <= set(made.read({}, date="2026-03-02").errors)


def test_the_screens_own_fields(office: OfficeNow) -> None:
    """The day, the currency and the drawer are the screen's, whatever a form says."""
    typed = {"amount": "10", "account": ACCOUNT, "date": "2020-01-01", "currency": "EUR", "till": "T7"}
    body = form("deposit", office).read(typed, date="2026-03-02").body
    assert (body["date"], body["currency"], body["till"]) == ("2026-03-02", "USD", "T1")


def test_a_count_must_agree_with_its_amount(office: OfficeNow) -> None:
    typed = {"amount": "60", "account": ACCOUNT, "count.2000": "2"}
    read = form("deposit", office).read(typed, date="2026-03-02")
    assert read.errors == {"count": "The count adds up to $40.00, and the amount is $60.00. Count again."}
    typed["count.2000"] = "3"
    assert form("deposit", office).read(typed, date="2026-03-02").body["count"] == {"2000": 3}


def test_the_price_of_stamps_is_worked_out(office: OfficeNow) -> None:
    read = form("stamp-sale", office).read({"item": "forever", "quantity": "20"}, date="2026-03-02")
    assert (read.errors, read.body["amount"]) == ({}, 1_560)


def test_a_service_of_a_visit_has_no_day_of_its_own(office: OfficeNow) -> None:
    body = form("deposit", office, basket=True).read({"amount": "5", "account": ACCOUNT}, date="2026-03-02").body
    assert "date" not in body


def test_details_travel_beside(office: OfficeNow) -> None:
    read = form("customer-open", office).read({"tier": "known", "details.name": "  Rosa  "}, date="2026-03-02")
    assert read.details == {"name": "Rosa"}
    assert "Rosa" not in str(read.body)
    assert "details.name" in form("customer-open", office).read({"tier": "known"}, date="2026-03-02").errors


def test_errors_are_in_the_readers_language(office: OfficeNow) -> None:
    read = Form("deposit", office, catalog("es"), till="T1").read({"amount": "x"}, date="2026-03-02")
    assert read.errors["amount"] == "Monto: escriba dólares y centavos, por ejemplo 1250.00."


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1250", 125_000), ("1,250.00", 125_000), ("$1,250.00", 125_000), ("$ 12.5", 1_250), ("0.01", 1),
        ("7x20", 14_000), ("7x20+5x1", 14_500), ("7 × 20 + 0.50", 14_050), ("3*0.25", 75), ("1,000,000", 100_000_000),
    ],
)  # fmt: skip
def test_amounts_are_read_to_the_cent(text: str, minor: int) -> None:
    assert amount(text, USD) == minor


@pytest.mark.parametrize(
    "text", ["", "-5", "1.234", "1,25.00", "12,50", "1e3", "١٢", "7x", "x20", "1 250", "5+", "0x-1"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        amount(text, USD)


@given(st.integers(0, 10**14))
def test_an_amount_as_it_is_shown_is_the_same_amount(minor: int) -> None:
    assert amount(str(Money(minor, USD)), USD) == minor
    assert amount(Money(minor, USD).decimal(), USD) == minor


@pytest.mark.parametrize(("text", "number"), [("7", 7), (" 1,000 ", 1_000), ("007", 7)])
def test_whole_numbers(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.0", "seven", "1" * 19])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        whole(text)
