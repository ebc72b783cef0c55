"""What a screen of the counter shows: found, looked at and noted, and told again after a restart."""

from __future__ import annotations

import hmac

import pytest

from counterfoil import codec
from counterfoil.customers.details import details_hash
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office import refusals as no
from counterfoil.operations import window
from counterfoil.operations.beside import together
from counterfoil.operations.desk import Request
from counterfoil.testing.builders import CLERK, SUPERVISOR, House, counter, pieces, taken

JOSE = {"name": "José Ángel Ibarra Peña", "lives": "Camp 3", "phone": "406-555-0192", "language": "es"}


def with_jose(house: House) -> str:
    """A customer whose details are kept, with one account."""
    request = house.new_id()
    body, side = window.details_body(house.desk, request, "customer-open", {"tier": "known"}, JOSE)
    ask = house.body("customer-open", **body)
    told = taken(
        house.desk.one(Request(request, house.desk.epoch, ask, [house.signer(CLERK)], side=together([side])))
    ).result()
    house.new_account(str(told["customer"]))
    return str(told["customer"])


def test_the_office_as_it_stands() -> None:
    house = counter()
    now = window.office_now(house.desk)
    assert (now.office, now.place, now.currency.code, now.epoch) == ("0417", "Elk Fork", "USD", 1)
    assert now.day is not None
    assert now.day.date == house.date == now.today
    assert [one.till for one in now.tills] == ["T1", "T2"]
    mine = now.till_of(CLERK)
    assert mine is not None
    assert mine.till == "T1"
    assert now.till_of(SUPERVISOR) is None
    assert now.people[CLERK].role == "clerk"


def test_whoever_looks_is_noted() -> None:
    house = counter()
    number = with_jose(house)
    shown = window.looked_at(house.desk, number, by=CLERK, what="customer page")
    assert shown.details["name"] == JOSE["name"]
    assert [row[2:] for row in house.store.scan("looked")] == [(CLERK, number, "customer page")]
    window.looked_at(house.desk, number, by=SUPERVISOR, what="customer page")
    assert [one[2] for one in window.looks(house.store, count=9)] == [SUPERVISOR, CLERK]
    with pytest.raises(Malformed, match="no customer"):
        window.looked_at(house.desk, "7000000005", by=CLERK, what="customer page")
    assert len(list(house.store.scan("looked"))) == 2


@pytest.mark.parametrize("asked", ["jose angel", "IBARRA", "peña", "406-555-0192", "0192", "(406) 555 0192"])
def test_a_customer_is_found_as_people_ask(asked: str) -> None:
    house = counter()
    number = with_jose(house)
    assert [one.customer for one in window.find(house.store, asked)] == [number]


def test_a_customer_is_found_by_number_and_by_account() -> None:
    house = counter()
    number = with_jose(house)
    found = window.find(house.store, number)
    assert [one.customer for one in found] == [number]
    (account,) = found[0].accounts
    assert window.find(house.store, account) == found
    assert window.find(house.store, f"{account[:4]} {account[4:]}") == found


@pytest.mark.parametrize("asked", ["", "x", "nobody at all", "4000000002", "192192192", "91"])
def test_nobody_is_found(asked: str) -> None:
    house = counter()
    with_jose(house)
    assert window.find(house.store, asked) == []


def test_a_receipts_code_leads_to_its_entry() -> None:
    house = counter()
    answer = house.do("deposit", till="T1", account=house.account, amount=1_000)
    entry = answer.entries[0]
    assert window.receipt_scanned(entry.slip) == (entry.epoch, entry.sequence)
    assert window.receipt_scanned("CF1:nonsense") is None
    assert window.receipt_scanned("4133798712") is None
    assert window.request_of(house.store, entry.epoch, entry.sequence) == answer.request.hex()


def test_an_outcome_is_told_again() -> None:
    house = counter()
    good, bad = house.new_id(), house.new_id()
    entry = taken(house.ask("deposit", till="T1", account=house.account, amount=1_000, id=good)).entries[0]
    house.ask("withdrawal", till="T1", account=house.account, amount=2_000, id=bad)
    again = house.reopened()
    assert window.what_became(again.store, good) == window.Went(None, ((entry.epoch, entry.sequence, "deposit"),))
    went = window.what_became(again.store, bad)
    assert went is not None
    assert isinstance(went.refusal, no.NotEnoughFunds)
    assert window.what_became(again.store, bytes(16)) is None


def test_last_entries_are_the_newest_first() -> None:
    house = counter()
    for amount in (100, 200):
        house.do("deposit", till="T1", account=house.account, amount=amount)
    shown = window.entries_of(house.store, [house.account, house.second_account], 3)
    assert [kind for _, _, kind in shown] == ["deposit", "deposit", "account-open"]


def test_a_change_names_what_differs_and_keeps_the_rest() -> None:
    house = counter()
    number = with_jose(house)
    told = {**JOSE, "phone": "406-555-0100"}
    body, _ = window.details_body(house.desk, house.new_id(), "customer-change", {"customer": number}, told)
    assert body["what"] == ["phone"]
    same, _ = window.details_body(house.desk, house.new_id(), "customer-change", {"customer": number}, JOSE)
    assert same["what"] == ["nothing"]
    without = {name: value for name, value in JOSE.items() if name != "phone"}
    removed, side = window.details_body(house.desk, house.new_id(), "customer-change", {"customer": number}, without)
    assert removed["what"] == ["phone"]
    row = side.row({})
    assert row[1] == number
    assert codec.decode(row[3], what="details") == without  # type: ignore[arg-type]  # a row's column is bytes here


def test_the_same_form_has_the_same_hash_of_details() -> None:
    house = counter()
    request = house.new_id()
    first, _ = window.details_body(house.desk, request, "customer-open", {"tier": "known"}, JOSE)
    salt = hmac.digest(house.office_key, b"counterfoil/details-salt/v1\x00" + request, "sha256")[:16]
    assert first["details"] == details_hash(salt, JOSE)
    assert window.details_body(house.desk, request, "customer-open", {"tier": "known"}, JOSE)[0] == first


def test_a_reversal_reads_what_it_undoes() -> None:
    house = counter()
    entry = house.do("deposit", till="T1", account=house.account, amount=1_000).entries[0]
    body = window.reversal_body(house.desk, {"epoch": 1, "entry": entry.sequence, "reason": "wrong"})
    assert (body["account"], body["amount"], body["currency"]) == (house.account, 1_000, "USD")
    nothing = {"epoch": 1, "entry": 99_999, "reason": "wrong", "currency": "USD"}
    assert window.reversal_body(house.desk, nothing) == {"epoch": 1, "entry": 99_999, "reason": "wrong"}


def test_a_count_is_told_only_once_it_is_on_record() -> None:
    house = counter()
    assert window.closing(house.desk, "T1") is None
    assert window.closing(house.desk, "T9") is None
    house.do("till-count", till="T1", count=pieces(199_500))
    closing = window.closing(house.desk, "T1")
    assert closing is not None
    assert (closing.counted, closing.expected, closing.differs) == (199_500, 200_000, True)


def test_events_and_prints_are_listed() -> None:
    house = counter()
    window.note_event(house.desk, "refused", CLERK, "deposit till.full")
    number, _, what, who, detail = window.events(house.store, before=None, count=1)[0]
    assert (what, who, detail) == ("refused", CLERK, "deposit till.full")
    assert all(one[0] < number for one in window.events(house.store, before=number, count=50))
    due = window.due_for_print(house.store, 50)
    assert due
    window.printed(house.desk, [(due[0][0], due[0][1])])
    assert window.due_for_print(house.store, 50) == due[1:]
    assert window.log_of(house.store, 1) is not None
    assert window.log_of(house.store, 9) is None
