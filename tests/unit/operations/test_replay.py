"""Replay: a file of requests, played in order; twice gives the same outcomes; bad lines are outcomes too."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.engines.clock import FileClock
from counterfoil.engines.texts import catalog
from counterfoil.facts.customers import CustomerOpened
from counterfoil.kernel.limits import REPLAY_LINE_BYTES_MAX
from counterfoil.testing.builders import (
    CLERK,
    DAY,
    SUPERVISOR,
    House,
    a_day,
    bare_office,
    counter,
    everything,
    line_id,
    unchanged,
)

Outcomes = list[dict[str, Any]]


def play(house: House, lines: Sequence[Mapping[str, Any] | str], **more: Any) -> Outcomes:
    return list(house.player(**more).play(line if isinstance(line, str) else json.dumps(line) for line in lines))


def again(house: House) -> House:
    """The same office, opened anew on the file's clock from the beginning."""
    house.clock = FileClock()
    return house.reopened()


def codes(outcomes: Outcomes) -> list[str]:
    return [str(outcome.get("code", outcome["outcome"])) for outcome in outcomes]


def test_a_day_is_played_from_sign_in_to_close() -> None:
    house = bare_office()
    outcomes = play(house, a_day())
    assert codes(outcomes) == [
        "signed in", "signed in", "accepted", "accepted", "accepted", "accepted", "accepted", "accepted", "accepted",
        "funds.short", "accepted", "accepted", "accepted", "accepted", "accepted", "accepted", "till.answer_needed",
        "accepted", "accepted", "accepted",
    ]  # fmt: skip
    assert [outcome["line"] for outcome in outcomes] == list(range(1, 21))
    assert house.desk.state.today is None
    house.check()


def test_a_file_played_twice_gives_the_same_outcomes_and_no_second_effect() -> None:
    house = bare_office()
    first = play(house, a_day())
    second_house = again(house)
    second = unchanged(second_house, lambda: play(second_house, a_day()), but=["event"])
    assert second == first


def test_the_same_file_at_two_offices_of_one_seed_gives_the_same_bytes() -> None:
    one, other = bare_office(seed=5), bare_office(seed=5)
    assert play(one, a_day()) == play(other, a_day())
    assert everything(one.store) == everything(other.store)


@pytest.mark.parametrize("seed", range(6))
def test_a_shuffled_file_never_unbalances(seed: int) -> None:
    house = bare_office()
    lines = a_day()
    random.Random(seed).shuffle(lines)
    outcomes = play(house, [{k: v for k, v in line.items() if k != "at"} for line in lines])
    assert len(outcomes) == len(lines)
    house.check()
    play(house, [{k: v for k, v in line.items() if k != "at"} for line in a_day()])
    house.check()


@pytest.mark.parametrize("cut", range(0, 20, 3))
def test_a_file_cut_anywhere_and_played_again_ends_the_same(cut: int) -> None:
    whole, parted = bare_office(), bare_office()
    expected = play(whole, a_day())
    play(parted, a_day()[:cut])
    assert codes(play(again(parted), a_day())) == codes(expected)
    assert parted.figures() == whole.figures()
    parted.check()


def test_a_message_is_told_in_the_readers_language() -> None:
    english, spanish = counter(), counter()
    line = {"id": line_id(9_000), "kind": "withdrawal", "clerk": CLERK, "till": "T1", "amount": 1, "currency": "USD"}
    told = [
        play(house, [{**line, "account": house.account}], translate=catalog(language))[0]
        for house, language in ((english, "en"), (spanish, "es"))
    ]
    assert told[0]["code"] == told[1]["code"] == "funds.short"
    assert told[0]["message"] != told[1]["message"]
    assert (
        told[0]["details"] == told[1]["details"] == {"account": english.account, "wanted": "0.01", "available": "0.00"}
    )


# --- paper -----------------------------------------------------------------------------------------------------------


def deposit(house: House, number: int) -> dict[str, Any]:
    return {"id": line_id(number), "kind": "deposit", "clerk": CLERK, "till": "T1", "account": house.account,
            "amount": 100, "currency": "USD"}  # fmt: skip


def test_a_printer_out_of_paper_keeps_the_slips_and_prints_them_later_as_first_prints() -> None:
    house = counter()
    house.desk.printed(house.desk.unprinted())
    house.desk.flush()
    printed: list[tuple[int, int, str, bool]] = []
    lines = [
        deposit(house, 9_001), {"kind": "printer", "state": "out"}, deposit(house, 9_002), deposit(house, 9_003),
        {"kind": "print-due"}, {"kind": "printer", "state": "ready"}, {"kind": "print-due"}, {"kind": "print-due"},
    ]  # fmt: skip
    first = house.desk.size
    seen = []
    for _ in house.player(print_slip=lambda *paper: printed.append(paper)).play(map(json.dumps, lines)):
        seen.append(len(printed))
    assert seen == [1, 1, 1, 1, 1, 1, 3, 3], "nothing while there is no paper, and then each slip once"
    assert [(paper[1], paper[3]) for paper in printed] == [(first, False), (first + 1, False), (first + 2, False)]
    assert all(paper[2] == house.desk.slip(1, paper[1]) for paper in printed)
    assert house.desk.unprinted() == []


def test_what_was_not_printed_is_listed_after_a_restart() -> None:
    house = counter()
    house.desk.printed(house.desk.unprinted())
    house.desk.flush()
    play(house, [{"kind": "printer", "state": "out"}, deposit(house, 9_001)])
    assert house.reopened().desk.unprinted() == [(1, house.desk.size - 1)]


def test_a_request_sent_again_is_not_printed_again() -> None:
    house = counter()
    printed: list[tuple[int, int, str, bool]] = []
    play(house, [deposit(house, 9_001), deposit(house, 9_001)], print_slip=lambda *paper: printed.append(paper))
    assert len(printed) == 1


# --- people ----------------------------------------------------------------------------------------------------------


def test_a_forgotten_pin_is_replaced_by_two_others_and_the_file_goes_on() -> None:
    house = counter()
    rotate: dict[str, Any] = {
        "id": line_id(9_001),
        "kind": "clerk-rotate",
        "clerk": SUPERVISOR,
        "approve": ["103"],
        "subject": CLERK,
    }
    lines = [rotate, {"kind": "sign-in", "clerk": CLERK}, deposit(house, 9_002)]
    first = play(house, lines)
    assert codes(first) == ["accepted", "signed in", "accepted"]
    assert codes(play(house, lines)) == codes(first)
    house.check()


def test_a_clerk_is_enrolled_and_ended_by_a_file() -> None:
    house = counter()
    lines: list[dict[str, Any]] = [
        {
            "id": line_id(9_001),
            "kind": "clerk-revoke",
            "clerk": SUPERVISOR,
            "subject": "103",
            "reason": "leaves",
            "leaves": True,
        },
        {
            "id": line_id(9_002),
            "kind": "clerk-enrol",
            "clerk": SUPERVISOR,
            "subject": "103",
            "role": "clerk",
            "name": "Óscar",
        },
        {"kind": "sign-in", "clerk": "103"},
    ]
    first = play(house, lines)
    assert codes(first) == ["accepted", "accepted", "signed in"]
    assert codes(play(house, lines)) == codes(first)
    assert house.store.get("person", ("103",)) == ("103", "Óscar")
    house.check()


def test_details_stay_out_of_the_journal() -> None:
    house = bare_office()
    play(house, a_day())
    journal = b"".join(part for kept in house.store.entries(1, 0, house.desk.size) for part in kept[2:])
    for secret in ("María", "Ñandú", "PO Box", "the mill"):
        assert secret.encode() not in journal
    rows = list(house.store.scan("details"))
    assert len(rows) == 2, "before and after the change"
    opened = next(
        fact
        for kept in house.store.entries(1, 0, house.desk.size)
        for fact in _facts(kept)
        if isinstance(fact, CustomerOpened)
    )
    assert opened.details in {row[0] for row in rows}


def _facts(kept: Any) -> tuple[Any, ...]:
    from counterfoil.operations.desk import read_entry

    return read_entry(kept).facts


# --- bad input -------------------------------------------------------------------------------------------------------

GOOD = {
    "id": line_id(9_999),
    "kind": "deposit",
    "clerk": CLERK,
    "till": "T1",
    "account": "A",
    "amount": 100,
    "currency": "USD",
}
DETAILS = {"id": line_id(9_999), "kind": "customer-open", "clerk": CLERK, "tier": "known"}


def raw(**changed: Any) -> str:
    return json.dumps({k: v for k, v in {**GOOD, **changed}.items() if v is not ...}, ensure_ascii=False)


BAD_LINES = {
    "zero": (raw(amount=0), "amount"),
    "negative": (raw(amount=-100), "amount"),
    "fraction": (raw(amount=...)[:-1] + ', "amount": 100.5}', "line"),
    "whole fraction": (raw(amount=...)[:-1] + ', "amount": 100.0}', "line"),
    "exponent": (raw(amount=...)[:-1] + ', "amount": 1e2}', "line"),
    "not a number": (raw(amount=...)[:-1] + ', "amount": NaN}', "line"),
    "over int64": (raw(amount=2**63), "amount"),
    "thousands of digits": (raw(amount=...)[:-1] + ', "amount": ' + "9" * 5_000 + "}", "line"),
    "text": (raw(amount="100"), "amount"),
    "no amount": (raw(amount=...), "amount"),
    "currency": (raw(currency="BTC"), "currency"),
    "currency as list": (raw(currency=["USD"]), "currency"),
    "account": (raw(account="4000000003"), "account"),
    "account as number": (raw(account=4000000002), "account"),
    "nothing made": (raw(account="@" + "f" * 32), "account"),
    "bad name": (raw(account="@5"), "id"),
    "clerk": (raw(clerk="Ana"), "clerk"),
    "no clerk": (raw(clerk=...), "clerk"),
    "not signed in": (raw(clerk="109"), "clerk"),
    "clerk of a megabyte": (raw(clerk="1" * 200_000), "clerk"),
    "till": (raw(till="t1"), "till"),
    "till with a blank": (raw(till=" A"), "till"),
    "id": (raw(id="1"), "id"),
    "no id": (raw(id=...), "id"),
    "id as number": (raw(id=1), "id"),
    "kind": (raw(kind="deposits"), "kind"),
    "kind as list": (raw(kind=["deposit"]), "kind"),
    "kind as object": (raw(kind={}), "kind"),
    "date": (raw(date="2026-02-30"), "date"),
    "date as number": (raw(date=20260302), "date"),
    "at": (raw(at="yesterday"), "at"),
    "at before": (raw(at="1999-01-01T00:00"), "at"),
    "at to come": (raw(at="2999-01-01T00:00"), "at"),
    "epoch": (raw(epoch=0), "epoch"),
    "epoch as text": (raw(epoch="1"), "epoch"),
    "approve": (raw(approve="101"), "approve"),
    "approve four": (raw(approve=["101", "102", "103", "104"]), "approve"),
    "approve nobody": (raw(approve=["x\u202e"]), "approve"),
    "approve unknown": (raw(approve=["109"]), "clerk"),
    "unknown field": (raw(amuont=1), "amuont"),
    "field twice": (raw()[:-1] + ', "amount": 200}', "line"),
    "deep": (raw(count=...)[:-1] + ', "count": ' + "[" * 600 + "]" * 600 + "}", "line"),
    "deeper": ("[" * 60_000, "line"),
    "list": ("[1]", "line"),
    "number": ("7", "line"),
    "null": ("null", "line"),
    "no JSON": ("{", "line"),
    "control": ('{"kind": "dep\x00osit"}', "line"),
    "long": (json.dumps({"kind": "x" * (REPLAY_LINE_BYTES_MAX + 1)}), "line"),
    "name of 1 MB": (json.dumps({**DETAILS, "details": {"name": "n" * 1_000_000}}), "line"),
    "name of 200 KB": (json.dumps({**DETAILS, "details": {"name": "n" * 200_000}}), "details.name"),
    "name with control": (json.dumps({**DETAILS, "details": {"name": "a\x1b[2Jb"}}), "details.name"),
    "name with override": (json.dumps({**DETAILS, "details": {"name": "a\u202eb"}}), "details.name"),
    "name with surrogate": (json.dumps({**DETAILS, "details": {"name": "a\ud800b"}}), "details.name"),
    "details as text": (json.dumps({**DETAILS, "details": "María"}), "details"),
    "details unknown": (json.dumps({**DETAILS, "details": {"name": "M", "iban": "x"}}), "details.iban"),
    "salt": (json.dumps({**DETAILS, "details": {"name": "M"}, "salt": "x"}), "id"),
    "count": (raw(count={"100": 2}), "count"),
    "count of text": (raw(count={"100": "1"}), "count"),
    "printer": ('{"kind": "printer", "state": "jam"}', "state"),
    "sign-in nobody": ('{"kind": "sign-in"}', "clerk"),
    "sign-in unknown": ('{"kind": "sign-in", "clerk": "104000"}', "clerk"),
    "subject": (json.dumps({"id": line_id(9_999), "kind": "clerk-rotate", "clerk": SUPERVISOR}), "subject"),
    "role": (
        json.dumps({"id": line_id(9_999), "kind": "clerk-enrol", "clerk": SUPERVISOR, "subject": "105", "role": "x"}),
        "role",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def house() -> House:
    return counter()


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_malformed_line_names_its_field_and_changes_nothing(house: House, name: str) -> None:
    line, field = BAD_LINES[name]
    player = house.player()
    player.pins = lambda who: "482915"  # Whoever is not known here must be found out before a PIN is.
    line = line.replace('"A"', f'"{house.account}"')
    outcome = unchanged(house, lambda: next(player.play([line])))
    assert isinstance(outcome, dict)
    assert (outcome["outcome"], outcome["field"]) == ("malformed", field), outcome
    assert len(json.dumps(outcome)) < 600, "a message is short whatever was sent"
    assert outcome["message"].isprintable()


def test_the_line_that_the_bad_ones_are_made_of_is_good() -> None:
    house = counter()
    assert codes(play(house, [raw(account=house.account)])) == ["accepted"]


def test_the_same_id_with_another_body_is_malformed() -> None:
    house = counter()
    first, other = raw(account=house.account), raw(account=house.account, amount=101)
    play(house, [first])
    outcome = unchanged(house, lambda: play(house, [other])[0])
    assert isinstance(outcome, dict)
    assert (outcome["outcome"], outcome["field"]) == ("malformed", "id")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"currency": "EUR"}, "currency.other"),
        ({"account": "4000000002"}, "account.unknown"),
        ({"till": "ZZ9"}, "till.not_open"),
        ({"date": "2026-03-01"}, "day.other"),
        ({"date": "2026-03-03"}, "day.other"),
        ({"epoch": 2}, "epoch.changed"),
    ],
)
def test_what_is_well_formed_and_unknown_here_is_refused(changed: dict[str, Any], code: str) -> None:
    house = counter()
    outcome = unchanged(
        house, lambda: play(house, [raw(**{"account": house.account, **changed})])[0], but=["answer", "books"]
    )
    assert isinstance(outcome, dict)
    assert outcome["code"] == code


@pytest.mark.parametrize(
    "name",
    ["Jose\u0301 \u05d0\u05d1\u05d2", "م\u200cن", "ก็็็", "Zalgo" + "\u0300" * 50, "王小明", "Ó'Súilleabháin", "🕊 Dove"],
)
def test_any_script_is_a_name(name: str) -> None:
    house = counter()
    line = {"id": line_id(9_999), "kind": "customer-open", "clerk": CLERK, "tier": "known", "details": {"name": name}}
    assert codes(play(house, [line])) == ["accepted"]
    assert play(house, [line])[0]["customer"]


@given(st.binary(max_size=200))
def test_random_bytes_are_outcomes(house: House, line: bytes) -> None:
    outcomes = list(house.player().play([line]))
    assert [outcome["outcome"] for outcome in outcomes] in ([], ["malformed"])


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just(DAY), st.just("@" + "0" * 32)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)


@given(field=st.sampled_from([*GOOD, "at", "count", "approve", "epoch", "date", "presented_by"]), value=JUNK)
def test_junk_in_any_field_is_an_outcome(field: str, value: Any) -> None:
    house = JUNK_HOUSE
    outcomes = play(house, [json.dumps({**GOOD, "account": house.account, field: value})])
    assert outcomes[0]["outcome"] in ("malformed", "refused", "accepted")


JUNK_HOUSE = counter(seed=3)
