"""Sessions, PINs and enrolment: one session a clerk, a key that is dropped at sign-out, a wait after wrong PINs."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from counterfoil.engines.keys.sealed import WeakPin, WrongPin
from counterfoil.engines.keys.session import SignedOut
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.answers import Accepted, Refused
from counterfoil.operations.authority import WAIT_MS, Authority, SessionSigner, WaitBeforePin
from counterfoil.testing.builders import CLERK, OTHER, PINS, SUPERVISOR, counter, unchanged


def test_a_key_is_dropped_at_sign_out() -> None:
    house = counter()
    signer = house.signer(CLERK)
    assert len(signer.sign(b"x")) == 64
    house.authority.sign_out(CLERK)
    with pytest.raises(SignedOut):
        signer.sign(b"x")
    with pytest.raises(Malformed, match="sign in first"):
        house.authority.session(CLERK)
    house.authority.sign_out(CLERK)  # nothing to do


def test_a_clerk_has_one_open_session() -> None:
    house = counter()
    before = house.signer(CLERK)
    house.authority.sign_in(CLERK, PINS[CLERK])
    with pytest.raises(SignedOut):
        before.sign(b"x")
    house.do("deposit", till="T1", account=house.account, amount=100)


def test_a_wrong_pin_opens_nothing_and_is_seen_in_the_event_view() -> None:
    house = counter()
    before = house.authority.session(CLERK)
    with pytest.raises(WrongPin):
        unchanged(house, lambda: house.authority.sign_in(CLERK, "999111"), but=["event"])
    assert house.authority.session(CLERK) is before
    assert [row[2:4] for row in house.store.scan("event")][-1] == ("wrong-pin", CLERK)


def test_each_wrong_pin_makes_the_next_try_of_that_clerk_wait_longer() -> None:
    house = counter()
    for tries in range(1, 12):
        with pytest.raises(WrongPin):
            house.authority.sign_in(CLERK, "999111")
        wait = WAIT_MS[min(tries, len(WAIT_MS) - 1)]
        now = house.clock.now()
        if wait:
            house.clock.set(now + wait - 1)
            with pytest.raises(WaitBeforePin):
                house.authority.sign_in(CLERK, PINS[CLERK])
            house.authority.sign_in(OTHER, PINS[OTHER])  # others need not wait
        house.clock.set(now + wait)
    house.authority.sign_in(CLERK, PINS[CLERK])
    with pytest.raises(WrongPin):
        house.authority.sign_in(CLERK, "999111")
    house.authority.sign_in(CLERK, PINS[CLERK])  # the count began anew


def test_a_stranger_cannot_lock_a_clerk_out_of_her_own_screen() -> None:
    house = counter()
    for _ in range(4):
        with pytest.raises((WrongPin, WaitBeforePin)):
            house.authority.sign_in(CLERK, "999111")
    with pytest.raises(WaitBeforePin):
        house.authority.sign_in(CLERK, PINS[CLERK])
    house.authority.sign_in(CLERK, PINS[CLERK], screen="her window")
    with pytest.raises(WaitBeforePin):
        house.authority.second(CLERK, PINS[CLERK])
    house.authority.second(CLERK, PINS[CLERK], screen="her window").drop()


def test_waits_only_grow() -> None:
    assert list(WAIT_MS) == sorted(WAIT_MS)
    assert WAIT_MS[0] == 0


@pytest.mark.parametrize("clerk", ["999", "", "102 "])
def test_who_has_no_key_here_is_named(clerk: str) -> None:
    with pytest.raises(Malformed) as error:
        counter().authority.sign_in(clerk, "482915")
    assert error.value.field == "clerk"


def test_a_refused_enrolment_keeps_no_key_and_no_name() -> None:
    house = counter()
    answer, _ = house.authority.enrol(
        house.new_id(), "105", "clerk", "502817", "Eva", by=[house.signer(CLERK)], date=house.date
    )
    assert isinstance(answer, Refused)
    assert house.store.get("person", ("105",)) is None
    assert [row for row in house.store.scan("sealed_key") if row[1] == "105"] == []


def test_a_simple_pin_is_refused_before_anything_is_made() -> None:
    house = counter()
    with pytest.raises(WeakPin):
        unchanged(
            house,
            lambda: house.authority.enrol(
                house.new_id(), "105", "clerk", "111111", None, by=[house.signer(SUPERVISOR)], date=house.date
            ),
        )


def test_an_enrolled_clerk_signs_in_after_a_restart() -> None:
    house = counter()
    answer, fingerprint = house.authority.enrol(
        house.new_id(), "105", "clerk", "502817", "Eva", by=[house.signer(SUPERVISOR)], date=house.date
    )
    assert isinstance(answer, Accepted)
    house.reopened()
    assert house.authority.sign_in("105", "502817").signer.key_id.hex() == fingerprint
    assert house.store.get("person", ("105",)) == ("105", "Eva")


def test_sessions_end_with_the_process() -> None:
    house = counter()
    assert Authority(house.desk, house.keys).sessions == {}


def test_two_tries_for_one_clerk_never_run_side_by_side() -> None:
    house = counter()
    unseal, inside, go = house.keys.unseal, threading.Event(), threading.Event()

    def slow(record: bytes, pin: str) -> SessionSigner:
        inside.set()
        assert go.wait(30)
        return unseal(record, pin)

    house.keys.unseal = slow  # type: ignore[method-assign]  # an unsealing that waits for the test
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(house.authority.second, CLERK, PINS[CLERK])
        assert inside.wait(30)
        with pytest.raises(WaitBeforePin, match="being tried"):
            house.authority.second(CLERK, PINS[CLERK])
        go.set()
        house.authority.second(OTHER, PINS[OTHER]).drop()  # Others need not wait.
        first.result(30).drop()
    house.authority.second(CLERK, PINS[CLERK]).drop()


def test_closing_drops_every_key_even_of_an_office_that_does_not_sign() -> None:
    house = counter()
    signers = [house.signer(CLERK), house.signer(OTHER)]
    house.desk._stopped = "planned"
    house.authority.close()
    assert house.authority.sessions == {}
    for signer in signers:
        with pytest.raises(SignedOut):
            signer.sign(b"x")
