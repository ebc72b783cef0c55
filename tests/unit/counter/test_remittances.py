"""Cash sent between offices: the minutes to the millisecond, wrong codes, and that it is paid once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.remittances import CODE, blocked, cancel, check, claim, send, sent
from counterfoil.counter.remittances import STEPS, expired, told_before
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.desk import read_entry
from counterfoil.products.claim_codes import code_hash, read_code
from counterfoil.products.remittances import MINUTE_MS, Disclosure, whole_back
from counterfoil.testing.builders import (
    CLERK,
    DAY,
    OTHER,
    SUPERVISOR,
    House,
    counter,
    facts_of,
    outcome_of,
    refusal,
    taken,
)


def run_out(house: House, date: str) -> None:
    """The days up to ``date`` end, as the engine of the day's end ends them."""
    house.at(f"{date}T23:00")
    DayEnd(lambda call: call(house.desk), steps=STEPS).run(date)


@pytest.mark.parametrize(
    ("amount", "fee", "approve", "outcome"),
    [
        (20_000, 300, [], "accepted"),
        (20_001, 300, [], "send.fee"),
        (20_001, 500, [], "accepted"),
        (40_001, 500, [], "second.needed"),
        (50_000, 500, [SUPERVISOR], "accepted"),
        (50_001, 500, [SUPERVISOR], "send.limit"),
    ],
)
def test_the_price_and_the_limit_of_sending(amount: int, fee: int, approve: list[str], outcome: str) -> None:
    house = counter()
    given_: dict[str, Any] = {"till": "T1", "office": "0417", "code": bytes(32), "details": bytes(32)}
    assert outcome_of(house.decide("cash-send", approve=approve, amount=amount, fee=fee, **given_)) == outcome


def test_what_the_sender_is_told_is_what_she_pays() -> None:
    house = counter()
    told = told_before(send(house).ask, house.desk.state)  # type: ignore[arg-type]  # a request to send cash
    assert told == Disclosure(12_000, 300, 0, 12_300, 0, 12_000, 30, "2026-04-01")
    before = house.till("T1")
    house.desk.one(send(house))
    assert house.till("T1") - before == told.total


def test_what_is_sent_is_paid_once() -> None:
    house, case = sent()
    check(house, case)
    claims = [{"kind": "cash-claim", "till": "T1", "case": case, "amount": 12_000, "identification": "passport"}] * 2
    assert refusal(house.ask("visit", till="T1", services=claims)).code == "send.state"
    house.desk.one(claim(house, case))
    assert refusal(house.desk.one(claim(house, case))).code == "send.state"
    assert refusal(house.desk.one(cancel(house, case))).code == "send.state"
    assert (house.balance("cash-sent"), house.till("T1")) == (0, 200_300)
    house.check()


@pytest.mark.parametrize(
    ("after", "fee", "outcome"),
    [(30 * MINUTE_MS, 300, "accepted"), (30 * MINUTE_MS, 0, "send.fee"), (30 * MINUTE_MS + 1, 300, "send.fee"),
     (30 * MINUTE_MS + 1, 0, "accepted")],
)  # fmt: skip
def test_half_an_hour_to_the_millisecond(after: int, fee: int, outcome: str) -> None:
    house, case = sent()
    row = house.desk.state.cash_send.get(case)
    assert row is not None
    house.clock.set(row.sent + after)
    assert whole_back(30, row.sent, row.sent + after) == (after == 30 * MINUTE_MS)
    assert outcome_of(house.decide("cash-send-cancel", **vars_of(cancel(house, case, fee=fee)))) == outcome


def vars_of(request: Any) -> dict[str, Any]:
    """The fields of a request, for ``House.decide``."""
    return {k: v for k, v in request.mapping().items() if k != "kind"}


def test_a_cancellation_within_half_an_hour_leaves_no_trace_in_the_money() -> None:
    house = counter()
    before = house.figures()
    case = taken(house.desk.one(send(house))).result()["case"]
    house.desk.one(cancel(house, case))
    assert house.figures() == before
    house.check()


def test_from_an_account_and_back_to_it() -> None:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=20_000)
    case = taken(house.desk.one(send(house, account=house.account))).result()["case"]
    assert house.owed() == 7_700
    assert refusal(house.desk.one(cancel(house, case))).code == "send.payer"
    taken(house.desk.one(cancel(house, case, account=house.account)))
    assert house.owed() == 20_000
    house.check()


def test_wrong_codes_are_counted_and_then_blocked() -> None:
    house, case = sent()
    for tries in (1, 2):
        told = house.do("claim-check", till="T1", case=case, claim_code="0000-0000-0000").result()
        assert (told["right"], told["tries"], told["blocked"]) == (False, tries, False)
    check(house, case)  # Right: it may be paid, and the wrong ones stay counted.
    row = house.desk.state.cash_send.get(case)
    assert row is not None
    assert (row.tries, row.checked) == (2, f"T1@{DAY}")
    told = house.do("claim-check", till="T1", case=case, claim_code="0000-0000-0000").result()
    assert (told["tries"], told["blocked"]) == (3, True)
    assert refusal(house.desk.one(claim(house, case))).code == "claim.blocked"
    unblock: dict[str, Any] = {"case": case, "code": code_hash("ABCD-ABCD-ABCD"), "details": bytes(32)}
    assert refusal(house.ask("claim-unblock", approve=[OTHER], **unblock)).code == "clerk.role"
    house.do("claim-unblock", by=SUPERVISOR, approve=[CLERK], **unblock)
    check(house, case, CODE)
    assert refusal(house.desk.one(claim(house, case))).code == "claim.code"
    check(house, case, "ABCD-ABCD-ABCD")
    taken(house.desk.one(claim(house, case)))
    house.check()


def test_a_code_shown_at_one_till_pays_at_no_other() -> None:
    house, case = sent()
    check(house, case)
    other: dict[str, Any] = {"by": OTHER, "till": "T2", "case": case, "amount": 12_000, "identification": "passport"}
    assert outcome_of(house.decide("cash-claim", **other)) == "claim.code"


def test_only_the_hash_of_a_code_is_on_record() -> None:
    house, case = sent()
    check(house, case)
    house.desk.one(claim(house, case))
    plain = read_code(CODE).encode()
    for kept in house.store.entries(house.desk.epoch, 0, house.desk.size):
        assert plain not in kept.facts + kept.leaf
        assert CODE.encode() not in kept.facts + kept.leaf
    assert read_entry(house.store.entries(house.desk.epoch, house.desk.size - 2, 1)[0]).body["claim_code"] == code_hash(
        CODE
    )


def test_what_nobody_claims_waits_for_its_sender() -> None:
    house, case = sent()
    assert list(expired(house.desk.state, "2026-04-01")) == []  # its last day
    run_out(house, "2026-04-02")
    assert list(expired(house.desk.state, "2026-04-02")) == []  # a line that was applied is not made again
    assert house.balance("cash-unclaimed") == -12_000
    assert refusal(house.desk.one(claim(house, case))).code == "send.state"
    assert refusal(house.desk.one(cancel(house, case))).code == "send.fee"
    taken(house.desk.one(cancel(house, case, fee=0)))
    assert house.balance("cash-unclaimed") == house.balance("cash-sent") == 0
    house.check()


@pytest.mark.parametrize("closed", [False, True])
def test_what_nobody_claims_goes_back_to_its_account_or_waits_if_that_is_closed(closed: bool) -> None:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=12_300)
    case = taken(house.desk.one(send(house, account=house.account))).result()["case"]
    if closed:
        house.do("account-close", account=house.account, reason="moves away")
    run_out(house, "2026-04-02")
    row = house.desk.state.cash_send.get(case)
    assert row is not None
    assert row.state == ("unclaimed" if closed else "returned")
    assert house.owed() == (0 if closed else 12_000)
    house.check()


def test_the_sender_who_is_known_has_it_back_and_nobody_else() -> None:
    house = counter()
    case = taken(house.desk.one(send(house, presented_by=house.customer))).result()["case"]
    other = house.new_customer("known")
    assert refusal(house.desk.one(cancel(house, case, presented_by=other))).code == "send.sender"
    taken(house.desk.one(cancel(house, case, presented_by=house.customer)))


def test_cash_sent_counts_with_money_orders() -> None:
    house = counter()
    shown: dict[str, Any] = {"buyer": bytes([7]) * 32}
    for amount in (50_000, 50_000, 49_999):
        taken(house.desk.one(send(house, amount, approve=[SUPERVISOR], **shown)))
    assert refusal(house.desk.one(send(house, 1, **shown))).code == "order.papers"


def test_facts_of_a_visit_have_numbers_of_their_own() -> None:
    house = counter()
    one: dict[str, Any] = {
        "kind": "cash-send", "till": "T1", "amount": 1_000, "fee": 300, "office": "0417", "code": bytes(32),
        "details": bytes(32),
    }  # fmt: skip
    answer = house.do("visit", till="T1", tendered=5_000, services=[one, one])
    cases = [getattr(fact, "case", None) for fact in facts_of(answer)]
    assert len({case for case in cases if case}) == 2
    house.check()


ACTS = st.lists(
    st.tuples(st.sampled_from(["send", "right", "wrong", "claim", "cancel", "late", "expire"]), st.integers(0, 3)),
    max_size=30,
)


@settings(max_examples=25, deadline=None)
@given(acts=ACTS)
def test_open_transfers_add_up_to_the_ledger(acts: list[tuple[str, int]]) -> None:
    house = counter()
    cases: list[str] = []
    for act, number in acts:
        case = cases[number] if number < len(cases) else "R9-9"
        row = house.desk.state.cash_send.get(case)
        if act == "send":
            cases.append(str(taken(house.desk.one(send(house))).result()["case"]))
        elif act in ("right", "wrong"):
            code = CODE if act == "right" else "0000-0000-0000"
            house.ask("claim-check", till="T1", case=case, claim_code=code)
        elif act == "claim":
            house.desk.one(claim(house, case))
        elif act == "cancel":
            house.desk.one(cancel(house, case))
        elif act == "late" and row is not None:
            house.clock.set(max(house.clock.now(), row.sent + 31 * MINUTE_MS))
            house.desk.one(cancel(house, case, fee=0))
        elif act == "expire":
            run_out(house, "2026-04-02")
        rows = house.desk.state.cash_send.rows.values()
        for states, account in ((("sent", "blocked"), "cash-sent"), (("unclaimed",), "cash-unclaimed")):
            assert sum(one.amount for one in rows if one.state in states) == -house.balance(account)
    house.check()


def test_a_blocked_transfer_still_comes_back_to_its_sender() -> None:
    house, case = blocked()
    taken(house.desk.one(cancel(house, case)))
    assert house.balance("cash-sent") == 0
    house.check()
