"""Every kind in the registry can be made by the client, and the office reads what it made: one test a kind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from counterfoil.client import ClerkKey, Draft, draft, filled, sign_draft
from counterfoil.client.keys import plain
from counterfoil.customers.details import CUSTOMER, SHAPES
from counterfoil.faces.api.kinds import read_prepare, read_write
from counterfoil.journal.entry import clerk_key_id
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.read_off import MADE_BY_OFFICE, READ_OFF
from counterfoil.office.requests import ASKS, body_of, fields_of
from counterfoil.operations.clients import request_id_of
from counterfoil.operations.prepare import prepared
from counterfoil.testing.builders import House, counter
from unit.office.test_requests import whole

CLIENT, OFFICE, KEY = b"a client of tests", "0417", ClerkKey(b"\x21" * 32)
MICR = "⑆021000021⑆ 1234567890⑈ 0101"
DETAILS: dict[str, str] = {
    "micr": MICR, "payee": "Ana Ñandú", "maker": "Elk Fork Mill", "income": "1800.00", "rent": "650.00",
    "dues": "200.50", "born": "2012-05-01", "shown": "birth certificate", "document": "passport",
    "number": "C01234567", "sender_document": "passport", "sender_number": "C01234567", "name": "Zoë Núñez",
    "language": "es",
}  # fmt: skip
"""A value for each field that some details must have, and for those that the office makes something of."""
READ_OFF_FIELDS = ("routing", "fingerprint", "left", "minor")
NEW_KEY = ClerkKey(b"\x22" * 32)


@pytest.fixture(scope="module")
def house() -> House:
    return counter()


def details_of(kind: str) -> dict[str, str] | None:
    if "details" not in fields_of(ASKS[kind]):
        return None
    return {name: DETAILS[name] for name in SHAPES.get(kind, CUSTOMER).fields if name in DETAILS}


def body_for(kind: str) -> dict[str, Any]:
    """Every field that a person says; none that is read off details, hashed or made by the office."""
    not_said = {"kind", "details", *READ_OFF_FIELDS, *MADE_BY_OFFICE.get(kind, ())}
    body = {name: value for name, value in whole(kind).items() if name not in not_said}
    if "key" in body:
        body["key"] = NEW_KEY.public_key
    return body


def made_whole(house: House, made: Draft) -> Draft:
    """What the client does over HTTP: the office fills in what is lacking."""
    if not made.lacks:
        return made
    sent = read_prepare(json.loads(json.dumps({"kind": made.kind, "body": plain(made.body), **made.beside})))
    identity = request_id_of(CLIENT, made.key)
    told = prepared(house.desk, identity, sent.kind, sent.given, sent.beside)
    assert told.refusal is None
    return filled(made, json.loads(json.dumps(plain(told.body))))


def read_back(house: House, made: Draft, kind: str) -> Any:
    proves = NEW_KEY if kind in ("clerk-enrol", "clerk-rotate") else None
    request = sign_draft(made, by=[KEY], office=OFFICE, epoch=1, client=CLIENT, proves=proves)
    payload = json.loads(json.dumps(dict(request.payload)))
    return read_write(kind, request.request, payload, house.desk.office_key)


@pytest.mark.parametrize("kind", [kind for kind in ASKS if kind != "visit"])
def test_the_client_makes_every_kind(house: House, kind: str) -> None:
    made = made_whole(house, draft(kind, body_for(kind), details=details_of(kind), key="k-1"))
    read = read_back(house, made, kind)
    assert read.ask.kind == kind
    assert {name: body_of(read.ask)[name] for name in body_for(kind)} == body_for(kind)
    assert read.encoded() == made_again(read)
    assert (read.side is not None) is (details_of(kind) is not None)
    for name in MADE_BY_OFFICE.get(kind, ()):
        assert getattr(read.ask, name) is not None, name
    assert clerk_key_id(KEY.public_key) == read.signers[0].key_id


def made_again(read: Any) -> bytes:
    read.body = b""
    return bytes(read.encoded())


@pytest.mark.parametrize("kind", [kind for kind, cls in ASKS.items() if cls.service])
def test_the_client_makes_every_service_of_a_visit(house: House, kind: str) -> None:
    """Between two others, so that its number in the visit counts."""
    told = {"kind": "balance-told", "account": whole("deposit")["account"]}
    own = {name: value for name, value in body_for(kind).items() if name != "date"}
    details = details_of(kind)
    service = {"kind": kind, **own, **({"details": details} if details else {})}
    visit = {"date": "2026-03-02", "till": "T1", "services": [told, service, told], "tendered": 0}
    read = read_back(house, made_whole(house, draft("visit", visit, key="k-2")), "visit")
    assert [one.kind for one in read.ask.services] == ["balance-told", kind, "balance-told"]
    assert (read.side is not None) is (details is not None)


def test_every_kind_with_something_read_off_is_tried() -> None:
    assert set(READ_OFF) | set(MADE_BY_OFFICE) <= set(ASKS)
    assert all(details_of(kind) for kind in (*READ_OFF, *MADE_BY_OFFICE))


@pytest.mark.parametrize(
    ("name", "value"), [("amount", 501), ("account", "4000000010"), ("till", "T2"), ("shoe", 1), ("date", "2026-03-03")]
)
def test_a_clerk_signs_nothing_that_the_office_changed(name: str, value: Any) -> None:
    made = draft("deposit", {"date": "2026-03-02", "till": "T1", "account": "4000000002", "amount": 500})
    told = {**made.body, "currency": "USD", name: value}
    with pytest.raises(Malformed) as changed:
        filled(made, told)
    assert changed.value.field == name
    assert filled(made, {**made.body, "currency": "USD"}).body["currency"] == "USD"
    with pytest.raises(Malformed):
        filled(made, {n: v for n, v in made.body.items() if n != "till"})


@pytest.mark.parametrize("services", [[], [{"kind": "withdrawal"}], None])
def test_nor_other_services_of_a_visit(services: Any) -> None:
    own = {"kind": "deposit", "till": "T1", "account": "4000000002", "amount": 500}
    made = draft("visit", {"date": "2026-03-02", "till": "T1", "services": [own]})
    with pytest.raises(Malformed) as changed:
        filled(made, {**made.body, "services": services})
    assert changed.value.field == "services"
