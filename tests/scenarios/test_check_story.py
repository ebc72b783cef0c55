"""Stories of checks, told whole, on a real folder: cash on payday, a long weekend, and a check that comes back."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from counterfoil import codec
from counterfoil.counter.receipt import text_lines
from counterfoil.engines.disk import RealDisk
from counterfoil.engines.sqlite import SqliteStore
from counterfoil.engines.texts import catalog
from counterfoil.kernel.money import USD
from counterfoil.office import rules
from counterfoil.operations.answers import Accepted
from counterfoil.operations.audit import audit
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.receipts import Around, Printed, receipt_of
from counterfoil.operations.tables import EXTRA_TABLES
from counterfoil.testing.builders import CLERK, DAY, OTHER, SUPERVISOR, House, counter, line_id, pieces, refusal

MILL, FRIEND = "⑈004417⑈ ⑆021000021⑆ 77004210⑈", "⑆021000021⑆ 123456789⑈ 0101"
ELSEWHERE = """\
place,percent
"West Virginia, the lowest cap of any state",1
"New York, the cap",2
"Florida, the cap for payroll checks",5
"""
"""What a check casher may take of a payroll check: caps of states' laws (docs/decisions/0021-checks.md)."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An office on SQLite in a folder of its own."""
    house = counter(SqliteStore.create(tmp_path / "office.db", EXTRA_TABLES), RealDisk(), folder=str(tmp_path))
    yield house
    house.store.close()


def line(house: House, number: int, **fields: Any) -> str:
    return json.dumps({"id": line_id(number), "clerk": CLERK, "currency": "USD", **fields})


def played(house: House, *lines: str) -> list[dict[str, Any]]:
    return list(house.player().play(lines))


def next_day(house: House, day: str, *, at: str = "09:00") -> None:
    """Drawers and day are closed, and the office opens on ``day`` with one till."""
    house.close_tills(*((till, clerk) for till, clerk in (("T1", CLERK), ("T2", OTHER)) if is_open(house, till)))
    house.close_day()
    house.at(f"{day}T{at}")
    house.date = day
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count=pieces(house.till("T1")))


def is_open(house: House, till: str) -> bool:
    row = house.desk.state.till.get(till)
    return row is not None and row.state != "closed"


def evening(house: House) -> None:
    """The end of the business day, and of every day before it that nobody ended."""
    DayEnd(lambda call: call(house.desk)).run(house.date)


def can_take_out(house: House) -> int:
    return rules.owed(house.desk.state, house.account)[1]


def paper(answer: Accepted, language: str = "en") -> str:
    """The receipt as it is printed."""
    entry = answer.entries[-1]
    around = Around("Elk Fork · 0417", USD, language, catalog(language), f"{DAY} 09:05", DAY, clerks=(CLERK,))
    shown = Printed(entry.epoch, entry.sequence, entry.kind, entry.facts, entry.slip)
    return "\n".join(text_lines(receipt_of([shown], around), catalog(language), columns=42))


def test_friday_at_the_mill(house: House) -> None:
    """A payroll check of $512.40 for cash, the receipt in hand, beside what others may take of it."""
    check: dict[str, Any] = {
        "kind": "check-cash", "till": "T1", "customer": house.customer, "sort": "payroll", "amount": 51_240,
        "check_date": "2026-02-27", "fee": 512, "identification": "passport", "approve": [SUPERVISOR],
        "details": {"micr": MILL, "payee": "María José Ñandú", "maker": "Elk Fork Mill"},
    }  # fmt: skip
    [first] = played(house, line(house, 1, **check))
    assert (first["outcome"], first["fee"], first["paid"]) == ("accepted", 512, 50_728)
    assert house.till("T1") == 200_000 - 50_728
    cheaper_than = {row["place"]: 51_240 * int(row["percent"]) // 100 for row in csv.DictReader(StringIO(ELSEWHERE))}
    assert [theirs >= 512 for theirs in cheaper_than.values()] == [True, True, True]
    assert cheaper_than["Florida, the cap for payroll checks"] - 512 == 2_050, "twenty dollars and a half, each payday"

    [again] = played(house, line(house, 2, **check))
    assert (again["outcome"], again["code"]) == ("refused", "check.twice")
    [other] = played(house, line(house, 3, **{**check, "clerk": OTHER, "till": "T2"}))
    assert other["code"] == "check.twice", "at the next window it is the same check"
    assert played(house, line(house, 1, **check)) == [first], "the same request is answered, not paid twice"

    altered = {**check, "details": {**check["details"], "micr": MILL.replace("021000021", "021000012")}}
    [bad] = played(house, line(house, 4, **altered))
    assert (bad["outcome"], bad["field"]) == ("malformed", "details.micr")
    raised = {**check, "details": {**check["details"], "micr": f"{MILL} ⑇0000051240⑇"}, "amount": 91_240, "fee": 912}
    [bad] = played(house, line(house, 5, **raised))
    assert "the line says 51240 and amount is 91240" in bad["message"]

    kept = [codec.decode(row[3], what="details") for row in house.store.scan("details") if isinstance(row[3], bytes)]
    assert {"micr": MILL, "payee": "María José Ñandú", "maker": "Elk Fork Mill"} in kept
    journal = b"".join(entry.facts for entry in house.store.entries(1, 0, house.desk.size))
    assert b"77004210" not in journal, "the maker's account number is in no entry"
    assert audit(house.store).findings == ()
    house.check()


def test_a_deposit_over_a_long_weekend(house: House) -> None:
    """Labor Day: a check of Thursday afternoon counts as Friday's, and no bank works on Monday."""
    next_day(house, "2026-09-03", at="15:10")
    given = {
        "kind": "check-deposit", "till": "T1", "account": house.account, "sort": "payroll", "amount": 60_000,
        "check_date": "2026-09-03", "cash": 6_000, "date": "2026-09-03",
        "details": {"micr": MILL, "payee": "María José Ñandú", "maker": "Elk Fork Mill"},
    }  # fmt: skip
    [told] = played(house, line(house, 1, **given))
    assert told["holds"] == [["2026-09-08", 17_500], ["2026-09-09", 32_500]]
    assert (house.owed(), can_take_out(house)) == (54_000, 4_000)
    notice = paper(house.desk.recall(bytes.fromhex(line_id(1))))  # type: ignore[arg-type]  # it was accepted
    for words in ("$600.00", "Yours to use now", "$40.00", "from 2026-09-08", "$175.00", "$325.00", "Why it is held"):
        assert words in notice
    in_spanish = paper(house.desk.recall(bytes.fromhex(line_id(1))), "es")  # type: ignore[arg-type]  # it was accepted
    assert "desde el 2026-09-08" in in_spanish
    evening(house)
    assert can_take_out(house) == 4_000, "Friday is the next banking day: nothing is due on it"
    next_day(house, "2026-09-04")
    evening(house)
    assert can_take_out(house) == 21_500, "what is due on Tuesday morning is free on Friday evening"
    next_day(house, "2026-09-05")  # The window is open on Saturday, the banks are not.
    house.do("withdrawal", till="T1", account=house.account, amount=21_500)
    evening(house)
    assert can_take_out(house) == 0
    next_day(house, "2026-09-08")
    evening(house)
    assert can_take_out(house) == house.owed() == 32_500
    assert audit(house.store).findings == ()
    house.check()


def test_a_friends_check_comes_back(house: House) -> None:
    """It was cashed, the bank sends it back; she owes what she was given, without a fee, and pays in two parts."""
    check: dict[str, Any] = {
        "kind": "check-cash", "till": "T1", "customer": house.customer, "sort": "personal", "amount": 15_000,
        "check_date": DAY, "fee": 300,
        "details": {"micr": FRIEND, "payee": "María José Ñandú", "maker": "Bo Lind"},
    }  # fmt: skip
    [cashed] = played(house, line(house, 1, **check))
    case = cashed["case"]
    next_day(house, "2026-03-05")
    answer = house.do("check-return", by=SUPERVISOR, case=case, reason="A")
    told = paper(answer)
    for words in ("not enough money", "Our fee, yours again", "$3.00", "Owed to us, without a fee", "$147.00"):
        assert words in told
    mill = {
        **check, "sort": "payroll", "amount": 30_000, "fee": 300, "date": "2026-03-05",
        "details": {"micr": MILL, "payee": "María José Ñandú", "maker": "Elk Fork Mill"},
    }  # fmt: skip
    [refused] = played(house, line(house, 2, **mill))
    assert refused["code"] == "check.owed"
    visit = {
        "kind": "visit", "till": "T1", "date": "2026-03-05",
        "services": [
            {"kind": "check-recover", "case": case, "till": "T1", "amount": 14_700, "currency": "USD"},
            {name: value for name, value in mill.items() if name != "date"} | {"currency": "USD"},
        ],
        "tendered": 0,
    }  # fmt: skip
    [paid] = played(house, json.dumps({"id": line_id(3), "clerk": CLERK, **visit}))
    assert (paid["outcome"], paid["net"]) == ("accepted", 14_700 - 29_700), "out of the payroll check, in one visit"
    assert house.balance(f"check-due:{case}") == 0
    assert house.balance("house:fee-checks") == -300, "the fee of the friend's check was not earned"
    house.do("check-settle", by=SUPERVISOR, case=paid["case"])
    assert house.balance("house:check-settlement") == 30_000
    assert audit(house.store).findings == ()
    house.check()


def test_a_debt_that_nobody_can_pay_is_the_houses(house: House) -> None:
    check: dict[str, Any] = {
        "kind": "check-cash", "till": "T1", "customer": house.customer, "sort": "payroll", "amount": 20_000,
        "check_date": DAY, "fee": 200,
        "details": {"micr": MILL, "payee": "María José Ñandú", "maker": "Elk Fork Mill"},
    }  # fmt: skip
    case = played(house, line(house, 1, **check))[0]["case"]
    house.do("check-return", by=SUPERVISOR, case=case, reason="D")
    house.do("check-recover", case=case, till="T1", amount=9_800)
    house.do("check-write-off", by=SUPERVISOR, approve=[CLERK], case=case, reason="the mill has closed")
    assert house.balance("house:check-loss") == 10_000
    assert (house.till("T1"), house.till("T2")) == (200_000 - 19_800 + 9_800, 200_000), "no clerk's till bears it"
    # Two weeks later the mill's owner pays his people after all, and she brings what the house had borne.
    next_day(house, "2026-03-16")
    house.do("check-recover", case=case, till="T1", amount=10_000)
    assert (house.balance("house:check-loss"), house.balance("house:check-recovery")) == (10_000, -10_000)
    assert refusal(house.ask("check-recover", case=case, till="T1", amount=1)).code == "check.nothing_due"
    assert audit(house.store).findings == ()
    house.check()
