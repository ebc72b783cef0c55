"""Stories of cash sent, told whole, on a real folder: to a daughter, a change of mind, a wrong code, no one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counterfoil.engines.disk import RealDisk
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.engines.texts import catalog
from counterfoil.operations.audit import audit
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.papers import Papers
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import CLERK, OFFICE, OTHER, SUPERVISOR, House, counter, line_id, pieces


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An office on SQLite in a folder of its own."""
    store = SqliteStore.create(tmp_path / "office.db", EXTRA_TABLES)
    house = counter(store, RealDisk(), folder=str(tmp_path))
    yield house
    house.store.close()


def line(number: int, **fields: Any) -> str:
    return json.dumps({"id": line_id(number), "clerk": CLERK, "till": "T1", **fields})


def play(house: House, *lines: str) -> list[dict[str, Any]]:
    return list(house.player().play(lines))


SEND = {
    "kind": "cash-send", "amount": 12_000, "currency": "USD", "fee": 300, "office": OFFICE,
    "details": {"name": "Lucía Ñandú", "sender_document": "passport", "sender_number": "C01234567"},
}  # fmt: skip
CLAIM = {
    "kind": "cash-claim",
    "case": f"@{line_id(0)}",
    "amount": 12_000,
    "currency": "USD",
    "identification": "state-id",
}
CANCEL = {**CLAIM, "kind": "cash-send-cancel"}


def sound(house: House) -> None:
    house.check()
    report = audit(house.store)
    assert report.clean, report.as_json()


def papers(house: House) -> Papers:
    return Papers(house.store, signer=lambda epoch: house.node_key, catalog=catalog, office_key=house.office_key)


def test_cash_to_a_daughter(house: House) -> None:
    """The sender's paper tells all that she was told before she paid, and the code; the books hold neither code nor
    name."""
    (sent,) = house.player(print_slip=None).play([line(0, **SEND)])
    code = sent["claim_code"]
    epoch, entry = sent["entries"][0]
    first = papers(house).receipt(epoch, entry, copy=False)
    for pair in (
        ("Claim code", code), ("For", "Lucía Ñandú"), ("Transfer amount", "$120.00"), ("Transfer fee", "$3.00"),
        ("Taxes", "$0.00"), ("Total", "$123.00"), ("The person gets", "$120.00"),
        ("Can be claimed until", "2026-04-01"),
    ):  # fmt: skip
        assert pair in first.lines, pair
    again = papers(house).receipt(epoch, entry, copy=True)
    assert "Claim code" not in dict(again.lines)
    checked, claimed, twice = play(
        house, line(1, kind="claim-check", case=f"@{line_id(0)}", claim_code=code.lower().replace("-", " ")),
        line(2, **CLAIM), line(3, **CLAIM),
    )  # fmt: skip
    assert (checked["right"], claimed["outcome"], twice["code"]) == (True, "accepted", "send.state")
    journal = b"".join(e.facts for e in house.store.entries(1, 0, house.desk.size))
    assert code.replace("-", "").encode() not in journal
    assert "Lucía".encode() not in journal
    assert (house.balance("cash-sent"), house.balance("house:fee-cash-sent")) == (0, -300)
    assert play(house, line(0, **SEND))[0]["claim_code"] == code  # The file may be played again: the same code.
    sound(house)


def test_a_change_of_mind_within_the_half_hour(house: House) -> None:
    before = house.till("T1")
    house.at("2026-03-02T10:00")
    play(house, line(0, **SEND))
    house.at("2026-03-02T10:29")
    (late,) = play(house, line(1, **CANCEL, fee=0))
    assert late["code"] == "send.fee"
    (done,) = play(house, line(2, **CANCEL, fee=300))
    assert (done["outcome"], house.till("T1")) == ("accepted", before)
    sound(house)


def test_somebody_guesses_the_code(house: House) -> None:
    """Three wrong ones block it. The sender comes back with her passport and has a new code."""
    (sent,) = play(house, line(0, **SEND))
    case = f"@{line_id(0)}"
    told = play(house, *(line(n, kind="claim-check", case=case, claim_code="AAAA-BBBB-CCCC") for n in (1, 2, 3)))
    assert [one["blocked"] for one in told] == [False, False, True]
    (refused,) = play(house, line(4, kind="claim-check", case=case, claim_code=sent["claim_code"]))
    assert refused["code"] == "claim.blocked"
    who = {"name": "María José Ñandú", "document": "passport", "number": "C01234567"}
    unblock = {"id": line_id(5), "clerk": SUPERVISOR, "approve": [CLERK], "kind": "claim-unblock", "case": case}
    (fresh,) = play(house, json.dumps({**unblock, "details": who}))
    assert fresh["claim_code"] != sent["claim_code"]
    done = play(
        house, line(6, kind="claim-check", case=case, claim_code=fresh["claim_code"]), line(7, **CLAIM),
    )  # fmt: skip
    assert done[1]["outcome"] == "accepted", done
    sound(house)


def test_nobody_came_for_it(house: House) -> None:
    """After its last day the day's end sets it apart for the sender, who has it back whenever she comes."""
    play(house, line(0, **SEND))
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    house.at("2026-04-03T09:00")
    house.date = "2026-04-03"
    DayEnd(lambda call: call(house.desk)).run("2026-04-02")
    assert (house.balance("cash-sent"), house.balance("cash-unclaimed")) == (0, -12_000)
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count=pieces(house.till("T1")))
    refused, done = play(house, line(1, kind="claim-check", case=f"@{line_id(0)}", claim_code="AAAA-BBBB-CCCC"),
                         line(2, **CANCEL, fee=0))  # fmt: skip
    assert (refused["code"], done["outcome"]) == ("send.state", "accepted")
    assert house.balance("cash-unclaimed") == 0
    sound(house)
