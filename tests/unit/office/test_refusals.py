"""Every rule that can say no, reached through the desk: told in both languages, remembered, and nothing is booked."""

from __future__ import annotations

import re
import string
from typing import Any

import pytest

from cases import PRODUCTS as PRODUCTS
from cases.registry import REACHED, reached
from counterfoil.engines.keys.session import ClerkSigner
from counterfoil.engines.texts import catalog
from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.kernel.money import USD, Money
from counterfoil.kernel.outcomes import Fault, Refusal
from counterfoil.office import refusals as no
from counterfoil.office.refusals import REFUSALS
from counterfoil.operations.answers import Answer, Refused, pack_refusal, unpack_refusal
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.desk import Request
from counterfoil.testing.builders import (
    CLERK,
    DAY,
    EDITION,
    NEXT_DAY,
    OFFICE,
    OTHER,
    SECOND_SUPERVISOR,
    SUPERVISOR,
    House,
    bare_office,
    counter,
    edition,
    open_office,
    pieces,
    refusal,
    unchanged,
)

NO_ACCOUNT, NO_CUSTOMER = "4000000002", "7000000005"


@reached("epoch.changed")
def _() -> tuple[House, Request]:
    house = counter()
    request = house.request("balance-told", account=house.account)
    request.epoch = 2
    return house, request


@reached("clerk.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    request = house.request("balance-told", account=house.account)
    request.signers = [ClerkSigner(bytes(32))]
    return house, request


@reached("role.not_allowed")
def _() -> tuple[House, Request]:
    house = counter()
    made = house.authority.enrol(
        house.new_id(), "301", "auditor", "604182", None, by=[house.signer(SUPERVISOR)], date=house.date
    )
    assert not isinstance(made[0], Refused)
    house.authority.sign_in("301", "604182")
    return house, house.request("balance-told", by="301", account=house.account)


@reached("clerk.role")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("account-freeze", account=house.account, reason="a court's order")


@reached("second.needed")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("cash-to-vault", till="T1", amount=100)


@reached("day.not_open")
def _() -> tuple[House, Request]:
    house = bare_office()
    return house, house.request("account-open", customer=NO_CUSTOMER)


@reached("day.other")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("balance-told", account=house.account, date=NEXT_DAY)


@reached("day.clock")
def _() -> tuple[House, Request]:
    house = counter()
    house.on_the_machines_clock()
    return house, house.request("balance-told", account=house.account)


@reached("day.still_open")
def _() -> tuple[House, Request]:
    house = counter()
    house.at(f"{NEXT_DAY}T09:00")
    return house, house.request("day-open", by=SUPERVISOR, date=NEXT_DAY)


@reached("day.past")
def _() -> tuple[House, Request]:
    house = open_office()
    house.close_day()
    return house, house.request("day-open", by=SUPERVISOR, date=DAY)


@reached("day.future")
def _() -> tuple[House, Request]:
    house = bare_office()
    return house, house.request("day-open", by=SUPERVISOR, date=NEXT_DAY)


@reached("day.no_edition")
def _() -> tuple[House, Request]:
    house = bare_office(content=edition(NEXT_DAY))
    return house, house.request("day-open", by=SUPERVISOR, date=DAY)


@reached("day.tills_open")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("day-close", by=SUPERVISOR)


@reached("day.not_counted")
def _() -> tuple[House, Request]:
    house = open_office()
    return house, house.request("day-close", by=SUPERVISOR)


@reached("till.open_already")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("till-open", by=SUPERVISOR, till="T1", count={})


@reached("clerk.has_till")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("till-open", till="T3", count={})


@reached("till.not_open")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("deposit", till="T9", account=house.account, amount=100)


@reached("till.other_clerk")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("deposit", till="T2", account=house.account, amount=100)


@reached("till.counted")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("till-count", till="T1", count=pieces(200_000))
    return house, house.request("deposit", till="T1", account=house.account, amount=100)


@reached("till.not_counted")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("till-close", till="T1")


@reached("till.same")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("till-handover", approve=[OTHER], till="T1", to_till="T1", amount=100)


@reached("till.answer_needed")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("till-count", till="T1", count=pieces(199_900))
    return house, house.request("till-close", till="T1")


@reached("till.not_absent")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request(
        "till-count-absent", by=SUPERVISOR, approve=[CLERK], till="T1", count=pieces(200_000), reason="ill"
    )


@reached("currency.other")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("deposit", till="T1", account=house.account, amount=100, currency="EUR")


@reached("count.face")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("deposit", till="T1", account=house.account, amount=300, count={"300": 1})


@reached("count.unequal")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("cash-exchange", till="T1", taken={"2000": 1}, given={"1000": 1})


@reached("limit.each")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("deposit", till="T1", approve=[SUPERVISOR], account=house.account, amount=200_001)


@reached("limit.till_day")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("deposit", till="T1", approve=[SUPERVISOR], account=house.account, amount=120_001)
    for _ in range(2):
        house.do("withdrawal", till="T1", approve=[SUPERVISOR], account=house.account, amount=60_000)
    return house, house.request("withdrawal", till="T1", account=house.account, amount=1)


@reached("till.full")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("cash-from-vault", approve=[SUPERVISOR], till="T1", amount=300_001)


@reached("account.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("deposit", till="T1", account=NO_ACCOUNT, amount=100)


@reached("account.closed")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("account-close", account=house.account, reason="moves away")
    return house, house.request("deposit", till="T1", account=house.account, amount=100)


@reached("account.frozen")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("account-freeze", by=SUPERVISOR, account=house.account, reason="a court's order")
    return house, house.request("withdrawal", till="T1", account=house.account, amount=100)


@reached("account.not_closed")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("account-reopen", account=house.account, reason="came back")


@reached("account.not_frozen")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request(
        "account-unfreeze", by=SUPERVISOR, approve=[CLERK], account=house.account, reason="over"
    )


@reached("account.frozen_already")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("account-freeze", by=SUPERVISOR, account=house.account, reason="a court's order")
    return house, house.request("account-freeze", by=SUPERVISOR, account=house.account, reason="again")


@reached("account.not_empty")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=1)
    return house, house.request("account-close", account=house.account, reason="moves away")


@reached("account.same")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("transfer", account=house.account, to=house.account, amount=100)


@reached("account.ceiling")
def _() -> tuple[House, Request]:
    house = counter()
    account = house.new_account(house.new_customer("known"))
    return house, house.request("deposit", till="T1", approve=[SUPERVISOR], account=account, amount=100_001)


@reached("funds.short")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("withdrawal", till="T1", account=house.account, amount=1)


@reached("till.short")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("cash-to-vault", approve=[SUPERVISOR], till="T1", amount=200_001)


@reached("vault.short")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request(
        "pouch-out", by=SUPERVISOR, approve=[CLERK], pouch="OUT-1", office="9000", seal="S1", amount=600_001
    )


@reached("visit.short")
def _() -> tuple[House, Request]:
    house = counter()
    service = {"kind": "deposit", "till": "T1", "account": house.account, "amount": 100}
    return house, house.request("visit", till="T1", tendered=99, services=[service])


@reached("visit.till")
def _() -> tuple[House, Request]:
    house = counter()
    service = {"kind": "deposit", "till": "T2", "account": house.account, "amount": 100}
    return house, house.request("visit", till="T1", tendered=100, services=[service])


@reached("customer.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("account-open", customer=NO_CUSTOMER)


@reached("tier.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("customer-open", tier="golden", details=bytes(32))


@reached("tier.papers")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("customer-open", tier="full", details=bytes(32), identification="library-card")


@reached("product.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("account-open", customer=house.customer, product="savings")


@reached("details.same")
def _() -> tuple[House, Request]:
    house = counter()
    row = house.desk.state.customer.get(house.customer)
    assert row is not None
    return house, house.request("customer-change", customer=house.customer, details=row.details, what=["name"])


def pouch_in(house: House, pouch: str, **changed: object) -> Request:
    given: dict[str, Any] = {
        "pouch": pouch, "from_office": "9000", "to_office": OFFICE, "amount": 5_000, "found": {"5000": 1},
        "condition": "whole", **changed,
    }  # fmt: skip
    return house.request("pouch-in", by=SUPERVISOR, approve=[CLERK], **given)


@reached("pouch.used")
def _() -> tuple[House, Request]:
    house = counter()
    return house, pouch_in(house, "FIRST-0001")


@reached("pouch.office")
def _() -> tuple[House, Request]:
    house = counter()
    return house, pouch_in(house, "STRAY-1", to_office="0555")


@reached("pouch.differs")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("pouch-out", by=SUPERVISOR, approve=[CLERK], pouch="OUT-1", office="9000", seal="S1", amount=4_000)
    return house, pouch_in(house, "OUT-1")


@reached("pouch.whole")
def _() -> tuple[House, Request]:
    house = counter()
    return house, pouch_in(house, "P-0002", found={"2000": 2})


@reached("pouch.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("pouch-lost", by=SUPERVISOR, approve=[CLERK], pouch="FIRST-0001", reason="never came")


@reached("stock.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("stock-in", by=SUPERVISOR, approve=[CLERK], item="duck-stamp", quantity=1)


@reached("stock.short")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("stamp-sale", till="T1", item="forever", quantity=1, amount=78)


@reached("stock.price")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("stamp-sale", till="T1", item="forever", quantity=2, amount=155)


@reached("reversal.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("reversal", entry=house.desk.size)


@reached("reversal.kind")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("reversal", entry=0)


@reached("reversal.done")
def _() -> tuple[House, Request]:
    house = counter()
    entry = house.do("deposit", till="T1", account=house.account, amount=100).entries[0].sequence
    house.do("reversal", entry=entry)
    return house, house.request("reversal", entry=entry)


@reached("reversal.differs")
def _() -> tuple[House, Request]:
    house = counter()
    entry = house.do("deposit", till="T1", account=house.account, amount=100).entries[0].sequence
    return house, house.request("reversal", entry=entry, amount=101, currency="USD")


@reached("difference.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("difference-accept", case="D9-9")


def with_difference() -> House:
    house = counter()
    house.do("till-count", till="T1", count=pieces(199_000))
    house.do("till-close", till="T1", answer="accept")
    return house


@reached("difference.other_clerk")
def _() -> tuple[House, Request]:
    house = with_difference()
    return house, house.request("difference-dispute", by=OTHER, case="D1-1", reason="not mine")


@reached("difference.answered")
def _() -> tuple[House, Request]:
    house = with_difference()
    return house, house.request("difference-accept", case="D1-1")


@reached("hold.unknown")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("legal-hold-release", by=SUPERVISOR, approve=[CLERK], case="H1-1", reason="over")


@reached("key.known")
def _() -> tuple[House, Request]:
    house = counter()
    key = house.signer(OTHER).public_key
    return house, house.request("clerk-rotate", clerk=CLERK, key=key, custody="file")


@reached("clerk.enrolled")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("clerk-enrol", by=SUPERVISOR, clerk=OTHER, role="clerk", key=bytes(32), custody="file")


@reached("key.rotation")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("clerk-rotate", by=SUPERVISOR, clerk=OTHER, key=bytes(32), custody="file")


@reached("clerk.last")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("clerk-revoke", by=SUPERVISOR, clerk=SECOND_SUPERVISOR, reason="leaves", leaves=True)
    return house, house.request("clerk-revoke", by=SUPERVISOR, clerk=SUPERVISOR, reason="leaves", leaves=True)


@reached("edition.past")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("policy-edition", by=SUPERVISOR, approve=[CLERK], content=edition("2026-03-01"))


@reached("edition.broken")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("policy-edition", by=SUPERVISOR, approve=[CLERK], content=b"[edition]")


@reached("edition.known")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("policy-edition", by=SUPERVISOR, approve=[CLERK], content=EDITION)


@reached("edition.method")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("account-open", customer=house.customer, product="passbook")
    house.close_tills(("T1", CLERK), ("T2", OTHER))
    house.close_day()
    DayEnd(lambda call: call(house.desk)).run(house.date)
    monthly = b'compounding = "monthly"\ncrediting = "monthly"'
    lowest = b'compounding = "annual"\ncrediting = "annual"\nmethod = "lowest-of-month"'
    changed = edition(NEXT_DAY).replace(monthly, lowest, 1)
    return house, house.request("policy-edition", by=SUPERVISOR, approve=[CLERK], content=changed)


BOUNDLESS = re.sub(rb"\[limits\..*?\n\n", b"", EDITION, flags=re.DOTALL).replace(b"cash_max = 500000\n", b"").replace(
    b"balance_max = 2000000\n", b""
)  # fmt: skip


@reached("ledger.refused")
def _() -> tuple[House, Request]:
    house = counter(content=re.sub(rb"\[limits\.[a-z-]+\]\n(?:[a-z_]+ = \d+\n)+", b"", BOUNDLESS))
    most = AMOUNT_MINOR_MAX - house.till("T1")
    house.do("deposit", till="T1", account=house.account, amount=most)
    house.do("withdrawal", till="T1", account=house.account, amount=most)
    return house, house.request("deposit", till="T1", account=house.account, amount=1)


def test_every_refusal_is_reached() -> None:
    assert set(REACHED) == set(REFUSALS)


@pytest.mark.parametrize("code", REACHED)
def test_a_refusal_is_told_and_remembered_and_books_nothing(code: str) -> None:
    house, request = REACHED[code]()
    first = unchanged(house, lambda: house.desk.one(request), but=["answer", "books"])
    said = refusal(first)  # type: ignore[arg-type]  # ``unchanged`` gives back whatever was done
    assert said.code == code
    again = unchanged(house, lambda: house.desk.one(request))
    assert again == first
    house.check()


@pytest.mark.parametrize("code", ["funds.short", "limit.each", "till.answer_needed", "clerk.role"])
def test_a_refusal_outlives_a_restart(code: str) -> None:
    house, request = REACHED[code]()
    first = house.desk.one(request)
    assert house.reopened().desk.recall(request.id) == first


def invented(cls: type[Refusal]) -> Refusal:
    """A refusal with each field filled by a value of its type."""
    kinds = {"int": 7, "str": "T1", "Money": Money(-1_250, USD)}
    return cls(**{name: kinds[str(kind)] for name, kind in cls.__annotations__.items() if name not in ("code", "said")})


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refusal_speaks_both_languages(code: str) -> None:
    cls = REFUSALS[code]
    told = invented(cls)
    english, spanish = told.sentence(), told.sentence(catalog("es"))
    assert english != spanish, "the Spanish text is missing"
    for sentence in (english, spanish):
        assert "{" not in sentence
        assert sentence.endswith(".")
    fields = {name for _, name, _, _ in string.Formatter().parse(cls.said) if name}
    assert fields <= set(told.details())
    assert "recorded" in english, "a refusal says what was recorded"


@pytest.mark.parametrize("code", REFUSALS)
def test_a_kept_refusal_comes_back_as_it_was(code: str) -> None:
    told = invented(REFUSALS[code])
    assert unpack_refusal(pack_refusal(told)) == told


@pytest.mark.parametrize("code", REFUSALS)
def test_a_code_is_two_short_words(code: str) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", code)
    assert REFUSALS[code].code == code


@pytest.mark.parametrize(
    "data", ["80", "8263666f6fa0", "826b66756e64732e73686f727480", "826b66756e64732e73686f7274a0", "8201a0", "ff"]
)
def test_a_kept_refusal_that_cannot_be_read_is_a_fault(data: str) -> None:
    with pytest.raises(Fault):
        unpack_refusal(bytes.fromhex(data))


def test_a_new_attempt_after_a_refusal_is_a_new_id() -> None:
    house = counter()
    refused: Answer = house.ask("withdrawal", till="T1", account=house.account, amount=100)
    house.do("deposit", till="T1", account=house.account, amount=100)
    again = house.desk.one(
        house.request("withdrawal", id=refused.request, till="T1", account=house.account, amount=100)
    )
    assert isinstance(again, Refused)
    house.do("withdrawal", till="T1", account=house.account, amount=100)
    assert house.owed() == 0


def test_the_words_in_a_sentence_are_of_its_language() -> None:
    limit = no.OverLimit("deposit", Money(500, USD), Money(600, USD))
    assert "(depósito)" in limit.sentence(catalog("es"))
    assert "One deposit is" in limit.sentence()
    assert "disputada" in no.CaseAnswered("D1-1", "disputed").sentence(catalog("es"))
    assert "open" in no.PouchElsewhere("open", "0418").sentence(catalog("es"))  # A code is no word, whatever it spells.
