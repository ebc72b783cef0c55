"""The desk: every kind is decided, committed once, answered twice the same, and found again after a restart."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

import pytest

from cases import PRODUCTS as PRODUCTS
from cases.registry import DONE, done
from counterfoil.engines.keys.session import ClerkSigner
from counterfoil.facts.kinds import KINDS, Actor, kind_named
from counterfoil.journal.entry import decode_approvals
from counterfoil.kernel.limits import GROUP_ENTRIES_MAX
from counterfoil.kernel.outcomes import Fault, Malformed
from counterfoil.office.requests import ASKS
from counterfoil.operations import setup
from counterfoil.operations.answers import Accepted, Differs, Refused
from counterfoil.operations.desk import Carried, NotSigning, Request, Signer, SystemRequest, read_entry
from counterfoil.operations.registry import DECIDE
from counterfoil.testing.builders import (
    CLERK,
    EDITION,
    NEXT_DAY,
    OFFICE,
    OTHER,
    SUPERVISOR,
    House,
    bare_office,
    counter,
    edition,
    everything,
    open_office,
    pieces,
    taken,
    unchanged,
)
from counterfoil.testing.faulty_store import FaultyStore


@done("policy-edition", "EditionTaken")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("policy-edition", by=SUPERVISOR, approve=[CLERK], content=edition(NEXT_DAY))


@done("clerk-enrol", "ClerkEnrolled")
def _() -> tuple[House, Request]:
    house = counter()
    signer, _ = house.keys.new()
    request = house.request(
        "clerk-enrol", by=SUPERVISOR, clerk="105", role="clerk", key=signer.public_key, custody="file"
    )
    request.proves = signer
    return house, request


@done("clerk-rotate", "ClerkEnrolled")
def _() -> tuple[House, Request]:
    house = counter()
    signer, _ = house.keys.new()
    request = house.request("clerk-rotate", clerk=CLERK, key=signer.public_key, custody="stick")
    request.proves = signer
    return house, request


@done("clerk-revoke", "KeyRevoked")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("clerk-revoke", by=SUPERVISOR, clerk=OTHER, reason="lost her stick")


@done("day-open", "DayOpened")
def _() -> tuple[House, Request]:
    house = bare_office()
    return house, house.request("day-open", by=SUPERVISOR)


@done("vault-count", "VaultCounted")
def _() -> tuple[House, Request]:
    house = open_office()
    return house, house.request("vault-count", by=SUPERVISOR, approve=[CLERK], count={"10000": 99})


@done("day-close", "DayClosed")
def _() -> tuple[House, Request]:
    house = open_office()
    house.do("vault-count", by=SUPERVISOR, approve=[CLERK], count={"10000": 100})
    return house, house.request("day-close", by=SUPERVISOR)


@done("till-open", "TillOpened")
def _() -> tuple[House, Request]:
    house = open_office()
    return house, house.request("till-open", till="T1", count={"2000": 3})


@done("cash-from-vault", "CashFromVault")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("cash-from-vault", approve=[SUPERVISOR], till="T1", amount=100, count={"100": 1})


@done("cash-to-vault", "CashToVault")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("cash-to-vault", approve=[OTHER], till="T1", amount=100)


@done("till-handover", "TillHandedOver")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("till-handover", approve=[OTHER], till="T1", to_till="T2", amount=100)


@done("cash-exchange", "CashExchanged")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("cash-exchange", till="T1", taken={"2000": 1}, given={"1000": 2})


@done("suspect-note", "SuspectNoteKept")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("suspect-note", till="T1", face=5_000, serial="MF 12345678 A", reason="no thread")


@done("surprise-count", "SurpriseCounted")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("surprise-count", by=SUPERVISOR, approve=[CLERK], till="T1", count={"2000": 99})


@done("till-report", "TillReported")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("till-report", till="T1")


@done("till-count", "TillCounted")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("till-count", till="T1", count={"2000": 99})


@done("till-close", "TillClosed")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("till-count", till="T1", count=pieces(199_000))
    return house, house.request("till-close", till="T1", answer="dispute", note="I counted twice")


@done("till-count-absent", "TillCounted", "TillClosed")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request(
        "till-count-absent", by=SUPERVISOR, approve=[OTHER], till="T1", count=pieces(199_000), reason="ill"
    )


def with_difference() -> House:
    house = counter()
    house.do("till-count", till="T1", count=pieces(199_000))
    house.do("till-close", till="T1", answer="accept")
    return house


@done("difference-dispute", "DifferenceDisputed")
def _() -> tuple[House, Request]:
    house = with_difference()
    return house, house.request("difference-dispute", case="D1-1", reason="the safe was open")


@done("difference-accept", "DifferenceAccepted")
def _() -> tuple[House, Request]:
    house = with_difference()
    house.do("difference-dispute", case="D1-1", reason="the safe was open")
    return house, house.request("difference-accept", case="D1-1", note="found it")


@done("pouch-out", "PouchSent")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request(
        "pouch-out", by=SUPERVISOR, approve=[CLERK], pouch="OUT-1", office="9000", seal="S-77", amount=5_000
    )


@done("pouch-in", "PouchReceived")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request(
        "pouch-in", by=SUPERVISOR, approve=[CLERK], pouch="P-0002", from_office="9000", to_office=OFFICE, amount=5_000,
        found={"2000": 2}, condition="partial",
    )  # fmt: skip


@done("pouch-lost", "PouchLost")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("pouch-out", by=SUPERVISOR, approve=[CLERK], pouch="OUT-1", office="9000", seal="S-77", amount=5_000)
    return house, house.request("pouch-lost", by=SUPERVISOR, approve=[CLERK], pouch="OUT-1", reason="robbed")


def with_stamps() -> House:
    house = counter()
    house.do("stock-in", by=SUPERVISOR, approve=[CLERK], item="forever", quantity=100)
    house.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=40)
    return house


@done("stock-in", "StockReceived")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("stock-in", by=SUPERVISOR, approve=[CLERK], item="postcard", quantity=10)


@done("stock-to-till", "StockToTill")
def _() -> tuple[House, Request]:
    house = with_stamps()
    return house, house.request("stock-to-till", approve=[OTHER], till="T1", item="forever", quantity=60)


@done("stock-from-till", "StockFromTill")
def _() -> tuple[House, Request]:
    house = with_stamps()
    return house, house.request("stock-from-till", approve=[OTHER], till="T1", item="forever", quantity=40)


@done("stamp-sale", "StampsSold")
def _() -> tuple[House, Request]:
    house = with_stamps()
    return house, house.request("stamp-sale", till="T1", item="forever", quantity=40, amount=3_120)


@done("customer-open", "CustomerOpened")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("customer-open", tier="known", details=bytes(32))


@done("customer-change", "CustomerChanged")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request(
        "customer-change", customer=house.customer, details=b"\1" * 32, what=["lives", "mail"], correction=True
    )


@done("account-open", "AccountOpened")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("account-open", customer=house.customer)


@done("account-close", "AccountClosed")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("account-close", account=house.account, reason="moves away")


@done("account-reopen", "AccountReopened")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("account-close", account=house.account, reason="moves away")
    return house, house.request("account-reopen", account=house.account, reason="came back")


@done("account-freeze", "AccountFrozen")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("account-freeze", by=SUPERVISOR, account=house.account, reason="a court's order")


@done("account-unfreeze", "AccountUnfrozen")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("account-freeze", by=SUPERVISOR, account=house.account, reason="a court's order")
    return house, house.request(
        "account-unfreeze", by=SUPERVISOR, approve=[CLERK], account=house.account, reason="over"
    )


@done("legal-hold", "LegalHoldPlaced")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=100)
    return house, house.request(
        "legal-hold", by=SUPERVISOR, approve=[CLERK], account=house.account, amount=100, authority="county court 26-7"
    )


@done("legal-hold-release", "LegalHoldReleased")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=100)
    case = house.do(
        "legal-hold", by=SUPERVISOR, approve=[CLERK], account=house.account, amount=100, authority="county court 26-7"
    ).result()["case"]
    return house, house.request("legal-hold-release", by=SUPERVISOR, approve=[CLERK], case=case, reason="lifted")


@done("balance-told", "BalanceTold")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request("balance-told", account=house.account, till="T1")


@done("deposit", "CashDeposited")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request(
        "deposit", till="T1", account=house.account, amount=100, count={"100": 1}, presented_by=house.customer,
        on_behalf_of=house.customer, identification="passport",
    )  # fmt: skip


@done("withdrawal", "CashWithdrawn")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=100)
    return house, house.request("withdrawal", till="T1", account=house.account, amount=100)


@done("transfer", "Transferred")
def _() -> tuple[House, Request]:
    house = counter()
    house.do("deposit", till="T1", account=house.account, amount=100)
    return house, house.request(
        "transfer", account=house.account, to=house.second_account, amount=100, reference="rent"
    )


@done("reversal", "HouseAdvanced", "Reversed")
def _() -> tuple[House, Request]:
    house = counter()
    entry = house.do("deposit", till="T1", account=house.account, amount=10_000).entries[0].sequence
    house.do("withdrawal", till="T1", account=house.account, amount=8_000)
    return house, house.request(
        "reversal", entry=entry, account=house.account, amount=10_000, currency="USD", reason="not her money"
    )


@done("visit", "CashDeposited", "CashWithdrawn", "BalanceTold", "VisitSettled")
def _() -> tuple[House, Request]:
    house = counter()
    return house, house.request(
        "visit",
        till="T1",
        tendered=10_000,
        services=[
            {"kind": "deposit", "till": "T1", "account": house.account, "amount": 10_000},
            {"kind": "withdrawal", "till": "T1", "account": house.account, "amount": 500},
            {"kind": "balance-told", "account": house.account},
        ],
    )


def test_every_kind_is_decided() -> None:
    assert set(DECIDE) | {"reversal"} == set(ASKS) == set(DONE)
    of_clerks = {kind.name for kind in KINDS if Actor.CLERK in kind.actors} - {"epoch-close", "house-advance"}
    assert set(ASKS) - {"visit"} == of_clerks, "a visit's entries are those of its services"


class Asked(NamedTuple):
    """A request of a kind that was accepted a moment ago."""

    house: House
    request: Request
    first: Accepted
    facts: list[str]


@pytest.fixture(scope="module", params=DONE)
def asked(request: pytest.FixtureRequest) -> Asked:
    """Each kind once for the tests that look at it: some need years of days before they can be asked."""
    facts, ready = DONE[request.param]
    house, ask = ready()
    return Asked(house, ask, taken(house.desk.one(ask)), facts)


def test_an_entry_carries_its_request_and_the_signatures_that_its_kind_asks_for(asked: Asked) -> None:
    house, request, answer, _ = asked
    for number, entry in enumerate(answer.entries, start=1):
        kept = house.store.entries(entry.epoch, entry.sequence, 1)[0]
        read = read_entry(kept)
        assert read.core.request_id == request.id
        assert read.core.which_part == (number, len(answer.entries))
        assert read.body == request.mapping()
        assert read.core.actor_kind == Actor.CLERK
        approvals = {approval.key_id for approval in decode_approvals(kept.approvals)}
        assert approvals == {
            signer.key_id for signer in [*request.signers, *([request.proves] if request.proves else [])]
        }
        assert len(approvals) >= kind_named(entry.kind).signers


def test_a_rebuild_gives_the_same_books(asked: Asked) -> None:
    asked.house.check()


def test_the_same_id_with_another_body_is_an_error(asked: Asked) -> None:
    house, request, _, _ = asked
    other = house.request("customer-open", tier="known", details=b"\7" * 32, id=request.id)
    error = unchanged(house, lambda: house.desk.handle([other])[0])
    assert isinstance(error, Differs)
    assert error.field == "id"
    assert request.id.hex() in str(error)


def test_every_request_is_sent_twice(asked: Asked) -> None:
    """The last to look: it opens the office anew."""
    house, request, first, facts = asked
    assert [type(fact).__name__ for entry in first.entries for fact in entry.facts] == facts
    assert all(entry.slip.startswith("CF1:") for entry in first.entries)
    again = unchanged(house, lambda: house.desk.one(request))
    assert again == first
    house.reopened()
    assert house.desk.recall(request.id) == first
    assert house.desk.one(request) == first
    house.check()


# --- groups ----------------------------------------------------------------------------------------------------------


def test_a_group_is_answered_in_order_each_by_itself() -> None:
    house = counter()
    deposit = house.request("deposit", till="T1", account=house.account, amount=100)
    short = house.request("withdrawal", till="T1", account=house.account, amount=101)
    payout = house.request("withdrawal", till="T1", account=house.account, amount=100)
    other = house.request("withdrawal", till="T1", account=house.account, amount=99, id=payout.id)
    answers = house.desk.handle([deposit, short, payout, deposit, other])
    assert isinstance(answers[0], Accepted)
    assert isinstance(answers[1], Refused)
    assert isinstance(answers[2], Accepted)
    assert answers[3] == answers[0]
    assert isinstance(answers[4], Differs)
    assert house.owed() == 0
    house.check()


def test_a_reversal_finds_its_original_earlier_in_the_group() -> None:
    house = counter()
    deposit = house.request("deposit", till="T1", account=house.account, amount=100)
    reversal = house.request("reversal", entry=house.desk.size)
    answers = house.desk.handle([deposit, reversal, house.request("reversal", entry=house.desk.size)])
    assert [type(answer) for answer in answers] == [Accepted, Accepted, Refused]
    assert house.owed() == 0
    house.check()


def test_a_request_without_a_signer_is_malformed_and_the_rest_of_its_group_goes_on() -> None:
    house = counter()
    unsigned = house.request("balance-told", account=house.account)
    unsigned.signers = []
    answers = house.desk.handle([unsigned, house.request("balance-told", account=house.account)])
    assert isinstance(answers[0], Malformed)
    assert isinstance(answers[1], Accepted)


def test_a_clerk_who_signed_out_meanwhile_does_not_hold_up_the_others() -> None:
    house = counter()
    mine = house.request("deposit", till="T1", account=house.account, amount=100)
    gone = house.request("deposit", by=OTHER, till="T2", account=house.account, amount=100)
    house.authority.sign_out(OTHER)
    first, second = house.desk.handle([mine, gone])
    assert isinstance(first, Accepted)
    assert isinstance(second, Exception)
    assert house.owed() == 100
    house.check()


def test_a_group_beyond_the_bound_leaves_the_rest_unanswered() -> None:
    house = counter()
    requests = [house.request("balance-told", account=house.account) for _ in range(GROUP_ENTRIES_MAX + 10)]
    answers = house.desk.handle(requests)
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    assert GROUP_ENTRIES_MAX - 32 < len(accepted) <= GROUP_ENTRIES_MAX
    later = house.desk.handle(requests)
    assert all(isinstance(answer, Accepted) for answer in later)
    assert later[: len(accepted)] == accepted
    house.reopened()


def test_a_commit_that_failed_is_looked_up_and_never_assumed() -> None:
    for failure, kept in (("not kept", 0), ("unknown, not kept", 0), ("unknown, kept", 100), ("full", 0)):
        house = counter()
        store = FaultyStore(house.store)
        house.desk.store = store
        store.fail(failure)  # type: ignore[arg-type]  # one of the literal names
        request = house.request("deposit", till="T1", account=house.account, amount=100)
        first = house.desk.handle([request])[0]
        assert isinstance(first, Accepted) is bool(kept), failure
        assert house.owed() == kept
        assert isinstance(house.desk.one(request), Accepted)
        assert house.owed() == 100
        house.check()


def test_what_ends_a_group_in_the_middle_stops_the_till() -> None:
    house = counter()

    def broken(_: object) -> list[object]:
        raise Fault("planned")

    with pytest.raises(Fault):
        house.desk.handle([SystemRequest(house.new_id(), {"kind": "house-movement"}, broken)])  # type: ignore[arg-type]  # it never returns
    with pytest.raises(NotSigning):
        house.ask("deposit", till="T1", account=house.account, amount=100)
    house.reopened()
    house.do("deposit", till="T1", account=house.account, amount=100)
    house.check()


# --- the folds -------------------------------------------------------------------------------------------------------


def test_deciding_changes_nothing() -> None:
    house = counter()
    unchanged(house, lambda: house.decide("deposit", till="T1", account=house.account, amount=100))
    unchanged(house, lambda: house.decide("withdrawal", till="T1", account=house.account, amount=100))
    house.check()


def test_the_same_seed_gives_the_same_bytes() -> None:
    one, other = counter(seed=7), counter(seed=7)
    assert everything(one.store) == everything(other.store)
    assert everything(counter(seed=8).store) != everything(one.store)


def test_the_first_edition_and_the_first_supervisor_are_entered_once() -> None:
    house = bare_office()
    with pytest.raises(Malformed, match="while an epoch opens"):
        setup.enrol_first_supervisor(house.desk, clerk="109", public_key=bytes(32), role="supervisor", custody="file")
    assert read_entry(house.store.entries(1, 1, 1)[0]).body == {"kind": "policy-edition"}
    assert EDITION in house.store.entries(1, 1, 1)[0].facts


def test_a_slip_is_the_same_text_every_time() -> None:
    house = counter()
    answer = house.do("deposit", till="T1", account=house.account, amount=100)
    entry = answer.entries[0]
    assert house.desk.slip(entry.epoch, entry.sequence) == entry.slip
    assert house.reopened().desk.slip(entry.epoch, entry.sequence) == entry.slip
    assert house.desk.slip(1, house.desk.size) == ""


def carried(house: House, request: Request, *, over: Request | None = None) -> Request:
    """The request as if its signatures had been made elsewhere; ``over``: over that one instead."""
    place = house.desk.state.place
    made = (over or request).signers
    sent: list[Signer] = []
    for signer in made:
        message = (over or request)._to_sign(place, signer.key_id)
        sent.append(Carried(signer.key_id, signer.sign(message)))
    return Request(request.id, request.epoch, request.ask, sent)


def test_a_signature_that_was_sent_is_verified_before_anything_is_decided() -> None:
    house = counter()
    good = house.request("deposit", till="T1", account=house.account, amount=100)
    other = house.request("deposit", till="T1", account=house.account, amount=999)
    with pytest.raises(Malformed, match="not over this request") as error:
        unchanged(house, lambda: house.desk.one(carried(house, good, over=other)))
    assert error.value.field == "approvals"
    assert house.desk.recall(good.id) is None  # Never remembered: the right signature comes through.
    answer = house.desk.one(carried(house, good))
    assert isinstance(answer, Accepted)
    assert house.desk.one(carried(house, good)) == answer
    house.check()


def test_a_group_of_sent_and_made_signatures_keeps_each_to_itself() -> None:
    house = counter()
    requests = [house.request("deposit", till="T1", account=house.account, amount=n) for n in range(1, 7)]
    mixed = [carried(house, r) if n % 2 else r for n, r in enumerate(requests)]
    mixed[3] = carried(house, requests[3], over=requests[0])
    for request in mixed:
        with suppress(Malformed):
            request.prepare(house.desk.state)
    answers = house.desk.handle(mixed)
    assert [isinstance(answer, Malformed) for answer in answers] == [False, False, False, True, False, False]
    house.check()


def test_a_key_that_proves_itself_from_elsewhere_is_held_to_it() -> None:
    house = counter()
    new = ClerkSigner(b"\x33" * 32)
    ask = house.body("clerk-enrol", clerk="105", role="clerk", key=new.public_key, custody="client")
    request = Request(house.new_id(), house.desk.epoch, ask, [house.signer(SUPERVISOR)])
    message = request._to_sign(house.desk.state.place, new.key_id)
    for signature, right in (
        (bytes(64), False),
        (house.signer(SUPERVISOR).sign(message), False),
        (new.sign(message), True),
    ):
        request = Request(
            request.id, request.epoch, ask, request.signers,
            proves=Carried(new.key_id, signature, public_key=new.public_key),
        )  # fmt: skip
        if right:
            assert isinstance(house.desk.one(request), Accepted)
        else:
            with pytest.raises(Malformed):
                house.desk.one(request)
    house.check()
