"""People around an account: who may draw, after a death, for a child, for another; and what a levy may hold."""

from __future__ import annotations

from typing import Any

import pytest

from cases.bills import bill
from cases.money_orders import BLOCK
from cases.people import DIGEST, TWO, child, dead, estate, house_with, joint, levied, mandated
from cases.remittances import CODE, DETAILS
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.read_off import age
from counterfoil.policy.edition import BrokenEdition, read_edition
from counterfoil.products.claim_codes import code_hash
from counterfoil.testing.builders import CLERK, EDITION, NEXT_DAY, OFFICE, OTHER, SUPERVISOR, House, outcome_of

OK = "accepted"


def drawing(house: House, who: str | None = None, amount: int = 1_000) -> str:
    """What a withdrawal comes to; ``who``: ``her`` (the owner), ``other`` or nobody named."""
    named = {None: {}, "her": {"presented_by": house.customer}, "other": {"presented_by": house.names["other"]}}[who]
    return outcome_of(house.decide("withdrawal", till="T1", account=house.account, amount=amount, **named))


def moving(house: House, who: str | None = None) -> str:
    """What a transfer comes to."""
    named = {None: {}, "her": {"presented_by": house.customer}, "other": {"presented_by": house.names["other"]}}[who]
    return outcome_of(house.decide("transfer", account=house.account, to=house.second_account, amount=1_000, **named))


@pytest.mark.parametrize(
    ("made", "nobody", "her", "other"),
    [
        (house_with, OK, OK, "account.not_hers"),
        (joint, OK, OK, OK),
        (mandated, OK, OK, OK),
        (lambda: mandated(scope="look"), OK, OK, "account.not_hers"),
        (lambda: mandated(role="payee"), "account.presenter", "account.not_hers", OK),
        (lambda: mandated(role="guardian"), "account.presenter", OK, OK),
        (child, "account.presenter", OK, "account.not_hers"),
        (dead, "account.estate", "account.estate", "account.estate"),
        (estate, "account.estate", "account.estate", "account.estate"),
        (lambda: dead(joint()), OK, "account.not_hers", OK),
        (lambda: dead(joint(survivorship=False)), "account.estate", "account.estate", "account.estate"),
        (lambda: dead(mandated()), "account.estate", "account.estate", "account.estate"),
    ],
    ids=[
        "alone", "joint", "attorney", "attorney who looks", "payee", "guardian", "child", "dead", "estate",
        "survivor", "joint without survivorship", "attorney of the dead",
    ],
)  # fmt: skip
def test_who_may_draw(made: Any, nobody: str, her: str, other: str) -> None:
    house = made()
    assert [drawing(house), drawing(house, "her"), drawing(house, "other")] == [nobody, her, other]
    assert [moving(house), moving(house, "her"), moving(house, "other")] == [nobody, her, other]


PAID: tuple[tuple[str, dict[str, Any]], ...] = (
    ("order-sale", {"serial": BLOCK[0], "amount": 1_000, "fee": 255}),
    ("bill-pay", bill(1_000)),
    ("cash-send", {"amount": 1_000, "fee": 300, "office": OFFICE, "code": code_hash(CODE), "details": DETAILS}),
)
"""Services that an account may pay for."""


@pytest.mark.parametrize(("kind", "given"), PAID, ids=[kind for kind, _ in PAID])
def test_whoever_pays_from_an_account_may_draw_on_it(kind: str, given: dict[str, Any]) -> None:
    guarded, joined = mandated(role="payee"), joint()
    for house in (guarded, joined):
        house.do("order-stock-in", by=SUPERVISOR, approve=[CLERK], first=BLOCK[0], quantity=1)
        house.do("order-stock-to-till", approve=[SUPERVISOR], till="T1", first=BLOCK[0], quantity=1)

    def paid(house: House, **who: str) -> str:
        return outcome_of(house.decide(kind, **{**given, "till": "T1", "account": house.account, **who}))

    assert paid(guarded) == "account.presenter"
    assert paid(guarded, presented_by=guarded.customer) == "account.not_hers"
    assert paid(guarded, presented_by=guarded.names["other"]) == "accepted"
    stranger = joined.new_customer()
    assert paid(joined, presented_by=stranger) == "account.not_hers"
    assert paid(joined) == "accepted", "an owner needs no more than before"


def test_interest_is_paid_into_a_guarded_account() -> None:
    house = mandated(role="payee")
    assert outcome_of(house.decide("interest-pay", account=house.account)) == "interest.nothing", "nobody draws"


def test_after_a_death_only_the_survivor_draws() -> None:
    house = dead(joint())
    house.do("withdrawal", till="T1", account=house.account, amount=1_000, presented_by=house.names["other"])
    assert outcome_of(house.decide("deposit", till="T1", account=house.account, amount=1)) == OK
    house.check()


def test_a_guarded_account_asks_who_draws() -> None:
    house = mandated(role="payee")
    assert drawing(house) == "account.presenter"
    house.do("mandate-end", case=house.names["case"], reason="she manages by herself now")
    assert drawing(house) == OK


@pytest.mark.parametrize("amount", [2_000, 2_001])
def test_what_a_child_may_take_out_alone(amount: int) -> None:
    house = child()
    assert drawing(house, "her", amount) == (OK if amount == 2_000 else "minor.limit")
    house.do("minor-mark", customer=house.customer, details=DIGEST, minor=False)
    assert drawing(house, None, amount) == OK


def test_a_right_to_act_ends() -> None:
    house = mandated(ends="2026-03-02")
    assert drawing(house, "other") == OK
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    house.date = NEXT_DAY
    house.at(f"{NEXT_DAY}T08:00")
    house.do("day-open", by=SUPERVISOR)
    house.do("till-open", till="T1", count={"10000": 20, "5000": 10})
    assert drawing(house, "other") == "account.not_hers"


def test_a_right_to_act_ends_with_the_one_who_acts() -> None:
    house = mandated()
    house.do("death-note", **TWO, customer=house.names["other"], died="2026-02-20", papers="certificate 9")
    assert drawing(house, "other") == "account.not_hers"
    assert drawing(house, "her") == OK


def test_a_death_noted_of_the_wrong_person_is_taken_back_whole() -> None:
    house = dead(mandated())
    house.do("death-take-back", **TWO, customer=house.customer, reason="another of that name")
    assert (drawing(house), drawing(house, "other")) == (OK, OK)
    house.check()


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({}, OK),
        ({"amount": 50_001}, "funds.short"),
        ({"presented_by": "her"}, "estate.representative"),
        ({"by": CLERK, "approve": []}, "second.needed"),
        ({"by": CLERK, "approve": [OTHER]}, "clerk.role"),
        ({"to": "second"}, OK),
        ({"to": "first"}, "account.same"),
        ({"till": "T2"}, "till.other_clerk"),
    ],
)
def test_an_estate_is_paid_to_whom_it_is_due(more: dict[str, Any], outcome: str) -> None:
    house = estate()
    given: dict[str, Any] = {
        **TWO, "till": "T1", "account": house.account, "amount": 50_000, "presented_by": house.names["other"], **more,
    }  # fmt: skip
    if given["presented_by"] == "her":
        given["presented_by"] = house.customer
    if "to" in given:
        given["to"] = {"first": house.account, "second": house.second_account}[given["to"]]
    assert outcome_of(house.decide("estate-pay", **given)) == outcome


def test_an_estate_paid_in_cash_is_undone_whole() -> None:
    house = estate()
    before = house.figures()
    house.do("estate-pay", **TWO, till="T1", account=house.account, amount=50_000, presented_by=house.names["other"])
    assert house.owed() == 0
    house.do(
        "reversal", approve=[SUPERVISOR], entry=house.desk.size - 1, account=house.account, amount=50_000,
        currency="USD", reason="the court named another",
    )  # fmt: skip
    assert house.figures() == before
    house.check()


def test_an_empty_account_of_an_estate_can_be_closed() -> None:
    house = estate()
    house.do("estate-pay", **TWO, till="T1", account=house.account, amount=50_000, presented_by=house.names["other"])
    house.do("account-close", account=house.account, reason="paid out to the estate")
    assert house.desk.state.holding.rows[house.account,].state == "closed"
    assert house.owed() == 0


# --- levies -----------------------------------------------------------------------------------------------------------


def with_benefits(*amounts: int) -> House:
    """The first account with 500.00 of cash and benefits credited on 2 March, reviewed on the 3rd."""
    house = house_with()
    for amount in amounts:
        house.do("benefit-credit", **TWO, account=house.account, amount=amount, agency="ssa", reference="2026-03")
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    house.date = NEXT_DAY
    house.at(f"{NEXT_DAY}T08:00")
    house.do("day-open", by=SUPERVISOR)
    return house


def levy(house: House, amount: int) -> dict[str, Any]:
    return house.do("levy", **TWO, account=house.account, amount=amount, authority="County court 12").result()


@pytest.mark.parametrize(
    ("benefits", "ordered", "protected", "held"),
    [
        ((), 20_000, 0, 20_000),
        ((), 90_000, 0, 50_000),
        ((90_000,), 20_000, 90_000, 20_000),
        ((90_000,), 50_001, 90_000, 50_000),
        ((90_000, 10_000), 999_999, 100_000, 50_000),
    ],
)
def test_a_levy_holds_what_is_not_protected(benefits: tuple[int, ...], ordered: int, protected: int, held: int) -> None:
    house = with_benefits(*benefits)
    told = levy(house, ordered)
    assert (told["protected"], told["held"]) == (protected, held)
    assert (told["since"], told["until"]) == ("2026-01-02", "2026-03-02")
    house.check()


def test_a_levy_on_benefits_alone_holds_nothing() -> None:
    house = with_benefits(90_000)
    first = levy(house, 50_000)
    assert first["held"] == 50_000
    second = levy(house, 1)
    assert (second["protected"], second["held"]) == (90_000, 0)
    assert outcome_of(house.decide("levy-pay", **TWO, case=second["case"])) == "levy.unknown"
    house.check()


def test_a_benefit_that_was_credited_wrongly_protects_nothing() -> None:
    house = house_with()
    house.do("benefit-credit", **TWO, account=house.account, amount=90_000, agency="ssa", reference="2026-03")
    house.do(
        "reversal", approve=[SUPERVISOR], entry=house.desk.size - 1, account=house.account, amount=90_000,
        currency="USD", reason="another's payment",
    )  # fmt: skip
    assert [row.state for row in house.desk.state.benefit.all()] == ["reversed"]
    house.check()


def test_what_a_levy_holds_is_paid_once_or_freed_once() -> None:
    house = levied()
    assert drawing(house, None, 30_001) != OK
    assert drawing(house, None, 30_000) == OK
    house.do("levy-pay", **TWO, case=house.names["case"])
    assert house.owed() == 30_000
    assert house.balance("house:levies-due") == -20_000
    assert outcome_of(house.decide("levy-release", **TWO, case=house.names["case"], reason="late")) == "levy.unknown"
    house.check()
    other = levied()
    other.do("levy-release", **TWO, case=other.names["case"], reason="order lifted")
    assert (other.owed(), drawing(other, None, 30_001)) == (50_000, drawing(house_with(), None, 30_001))
    other.check()


# --- age --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "on", "minor"),
    [
        ("2008-03-02", "2026-03-02", False),
        ("2008-03-03", "2026-03-02", True),
        ("2008-02-29", "2026-02-28", True),
        ("2008-02-29", "2026-03-01", False),
        ("2026-03-02", "2026-03-02", True),
    ],
)
def test_an_age_is_read_from_the_paper(born: str, on: str, minor: bool) -> None:
    kept, read = age({"born": born, "shown": "birth certificate"}, {"date": on})
    assert read == {"minor": minor}
    assert kept["born"] == born


@pytest.mark.parametrize(
    ("state", "majority", "outcome"),
    [
        (None, None, OK),  # the only state served says nothing else: 18
        (None, 18, OK),
        (None, 19, "minor.majority"),
        ("mt", None, OK),
        ("al", None, "minor.majority"),
        ("al", 18, "minor.majority"),
        ("al", 19, OK),
        ("ms", 21, OK),
        ("ms", 19, "minor.majority"),
    ],
)
def test_the_age_of_majority_is_the_editions(
    lives: House, state: str | None, majority: int | None, outcome: str
) -> None:
    given: dict[str, Any] = {"customer": lives.customer, "details": DIGEST, "minor": True}
    given |= {name: value for name, value in (("state", state), ("majority", majority)) if value is not None}
    told = lives.decide("minor-mark", **given)
    assert outcome_of(told) == outcome


@pytest.fixture(scope="module")
def lives() -> House:
    return house_with(0)


@pytest.mark.parametrize(("majority", "minor"), [(18, False), (19, True), (21, True)])
def test_an_age_is_measured_by_the_majority_that_is_named(majority: int, minor: bool) -> None:
    born = {"born": "2007-11-26", "shown": "birth certificate 12"}  # eighteen today
    assert age(born, {"date": "2025-11-26", "majority": majority})[1] == {"minor": minor}


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("majority = 15", "one is of age from 16 to 21"),
        ('majority_in = { al = { years = 22, source = "x" } }', "one is of age from 16 to 21"),
        ('majority_in = { xx = { years = 19, source = "x" } }', "not a state's postal code"),
        ("majority_in = { al = { years = 19 } }", "source is missing"),
    ],
)
def test_an_age_of_majority_that_is_none_is_refused(lines: str, reason: str) -> None:
    kept = [line for line in EDITION.decode().split("\n") if not line.startswith("majority_in")]
    with pytest.raises(BrokenEdition, match=reason):
        read_edition("\n".join(kept).replace("[people]", f"[people]\n{lines}").encode())


def test_nobody_is_born_tomorrow() -> None:
    with pytest.raises(Malformed) as error:
        age({"born": "2026-03-03", "shown": "x"}, {"date": "2026-03-02"})
    assert error.value.field == "details.born"
