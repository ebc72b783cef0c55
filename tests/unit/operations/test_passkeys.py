"""Customers' passkeys: what is kept, what is refused, and in which words."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

import pytest

from counterfoil.engines.keys.sealed import FAST_FOR_TESTS
from counterfoil.engines.passkeys import WebAuthn
from counterfoil.engines.passphrases import Argon
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations import passkeys
from counterfoil.operations.passkeys import CHALLENGE_SECONDS, PASSKEYS_MAX, Passkeys, TooManyPasskeys
from counterfoil.operations.self_service import SelfService, WaitBeforeTry, WrongEntry
from counterfoil.testing.builders import CLERK, House, counter
from unit.operations.device import Phone
from unit.operations.test_window import with_jose

pytest.importorskip("webauthn", reason="passkeys need the extra: counterfoil[passkeys]")
ORIGIN, SECRET = "https://bank.example", "blue kettle seven owls"


class Place:
    """One office with one customer who has her passphrase, and the seconds that pass."""

    def __init__(self) -> None:
        self.house: House = counter()
        self.now = 100.0
        self.chance = Random(11)
        self.members = SelfService(self.house.desk, lambda run: run(), Argon(FAST_FOR_TESTS))
        self.keys = self.opened()
        self.customer, self.account = self.house.customer, self.house.account
        self.enroll(self.customer, self.account)

    def opened(self) -> Passkeys:
        ceremonies = WebAuthn(ORIGIN, "bank.example", "Elk Fork 0417")
        return Passkeys(
            self.house.desk, lambda run: run(), self.members, ceremonies, self.chance.randbytes, lambda: self.now
        )

    def enroll(self, customer: str, account: str, secret: str = SECRET) -> None:
        self.members.enroll(account, self.members.give_code(customer, by=CLERK), secret)

    def add(self, phone: Phone, name: str = "My phone", *, customer: str = "") -> None:
        who = customer or self.customer
        options = self.keys.begin_adding("s", who, SECRET, "shown")
        self.keys.add("s", who, name, phone.make(options, ORIGIN))

    def sign_in(self, phone: Phone, **bent: object) -> str:
        return self.keys.sign_in("g", phone.sign(self.keys.begin_sign_in("g"), ORIGIN, **bent))

    def events(self) -> list[tuple[object, ...]]:
        return [row[2:] for row in self.house.store.scan("event")]


@pytest.fixture
def place() -> Place:
    return Place()


def refused(run: Callable[[], object]) -> str:
    with pytest.raises(WrongEntry) as error:
        run()
    return str(error.value)


def test_a_passkey_is_added_used_named_and_removed(place: Place) -> None:
    phone = Phone()
    place.add(phone)
    assert place.sign_in(phone) == place.customer
    assert place.sign_in(phone) == place.customer
    (row,) = place.keys.of(place.customer)
    assert (row.name, row.counter, row.used > 0) == ("My phone", 2, True)
    place.keys.rename(place.customer, phone.credential, "  Kitchen\n tablet ")
    assert place.keys.of(place.customer)[0].name == "Kitchen tablet"
    place.keys.remove(place.customer, phone.credential)
    assert place.keys.of(place.customer) == []
    refused(lambda: place.sign_in(phone))
    short = passkeys.short_id(phone.credential)
    for event in (("passkey-added", place.customer, short), ("passkey-removed", place.customer, short),
                  ("customer-signed-in", place.customer, f"passkey {short}")):  # fmt: skip
        assert event in place.events()


def test_what_is_kept_opens_nothing(place: Place) -> None:
    """Public keys and a keyed hash: neither a secret nor, to the phone, whose it is."""
    phone = Phone()
    place.add(phone)
    assert place.customer.encode() not in phone.handle
    assert place.account.encode() not in phone.handle
    assert len(phone.handle) == 32
    (row,) = place.house.store.scan("customer_passkey")
    assert row[4] == phone.public_key


def test_a_restart_keeps_passkeys_and_forgets_challenges(place: Place) -> None:
    phone = Phone()
    place.add(phone)
    answer = phone.sign(place.keys.begin_sign_in("g"), ORIGIN)
    place.keys = place.opened()
    refused(lambda: place.keys.sign_in("g", answer))
    assert place.sign_in(phone) == place.customer


# --- challenges -------------------------------------------------------------------------------------------------------


def test_a_challenge_serves_once(place: Place) -> None:
    phone = Phone()
    place.add(phone)
    answer = phone.sign(place.keys.begin_sign_in("g"), ORIGIN)
    assert place.keys.sign_in("g", answer) == place.customer
    refused(lambda: place.keys.sign_in("g", answer))
    place.keys.begin_sign_in("g")
    refused(lambda: place.keys.sign_in("g", answer))  # Signed over an older challenge.
    asked = place.keys.begin_sign_in("g")
    refused(lambda: place.keys.sign_in("g", "{}"))
    refused(lambda: place.keys.sign_in("g", phone.sign(asked, ORIGIN)))  # A wrong answer used it up, too.


def test_a_challenge_is_of_one_session_and_one_purpose(place: Place) -> None:
    phone = Phone()
    place.add(phone)
    asked = place.keys.begin_sign_in("one")
    place.keys.begin_sign_in("two")
    refused(lambda: place.keys.sign_in("two", phone.sign(asked, ORIGIN)))
    refused(lambda: place.keys.sign_in("three", phone.sign(asked, ORIGIN)))
    asked = place.keys.begin_adding("s", place.customer, SECRET, "shown")
    signing = {"rpId": "bank.example", "challenge": json.loads(asked)["challenge"]}
    refused(lambda: place.keys.sign_in("s", phone.sign(signing, ORIGIN)))
    refused(lambda: place.keys.add("t", place.customer, "", Phone(2).make(asked, ORIGIN)))


@pytest.mark.parametrize(("seconds", "good"), [(CHALLENGE_SECONDS - 1, True), (CHALLENGE_SECONDS, False)])
def test_a_challenge_ends_soon(place: Place, seconds: int, good: bool) -> None:
    phone = Phone()
    place.add(phone)
    asked = place.keys.begin_sign_in("g")
    place.now += seconds
    if good:
        assert place.keys.sign_in("g", phone.sign(asked, ORIGIN)) == place.customer
    else:
        refused(lambda: place.keys.sign_in("g", phone.sign(asked, ORIGIN)))


def test_only_so_many_challenges_are_kept(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passkeys, "CHALLENGES_MAX", 2)
    phone = Phone()
    place.add(phone)
    asked = [place.keys.begin_sign_in(one) for one in "abc"]
    refused(lambda: place.keys.sign_in("a", phone.sign(asked[0], ORIGIN)))
    assert place.keys.sign_in("b", phone.sign(asked[1], ORIGIN)) == place.customer


# --- adding -----------------------------------------------------------------------------------------------------------


def test_adding_asks_for_the_passphrase(place: Place) -> None:
    for _ in range(3):
        refused(lambda: place.keys.begin_adding("s", place.customer, "wrong words of mine", "shown"))
    with pytest.raises(WaitBeforeTry):
        place.keys.begin_adding("s", place.customer, SECRET, "shown")
    assert place.members.sign_in(place.account, SECRET) == place.customer, "who tries at her screen keeps nobody out"
    refused(lambda: place.keys.add("s", place.customer, "", Phone().make({
        "user": {"id": "AAAA"}, "rp": {"id": "bank.example"}, "challenge": "AAAA"}, ORIGIN)))  # fmt: skip
    assert place.keys.of(place.customer) == []


def test_one_device_is_added_once_and_not_too_many_are(place: Place) -> None:
    for number in range(PASSKEYS_MAX - 1):
        place.add(Phone(number))
    refused(lambda: place.add(Phone(0)))
    late = place.keys.begin_adding("late", place.customer, SECRET, "shown")
    place.add(Phone(20))
    with pytest.raises(TooManyPasskeys):
        place.add(Phone(21))
    with pytest.raises(TooManyPasskeys):
        place.keys.add("late", place.customer, "", Phone(22).make(late, ORIGIN))
    assert len(place.keys.of(place.customer)) == PASSKEYS_MAX


@pytest.mark.parametrize(("name", "good"), [("", True), ("x" * 40, True), ("x" * 41, False), ("José's", True),
                                            ("a\u202eb", False), ("a\x00", False), ("a\u200bb", False)])  # fmt: skip
def test_a_name_can_be_read(place: Place, name: str, good: bool) -> None:
    if good:
        place.add(Phone(), name)
        assert place.keys.of(place.customer)[0].name == name
    else:
        with pytest.raises(Malformed):
            place.add(Phone(), name)


# --- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "then"), [(5, 5), (5, 4), (5, 0)])
def test_a_counter_that_goes_back_is_refused_and_noted(place: Place, first: int, then: int) -> None:
    phone = Phone()
    place.add(phone)
    assert place.sign_in(phone, count=first) == place.customer
    refused(lambda: place.sign_in(phone, count=then))
    assert place.keys.of(place.customer)[0].counter == first
    event = ("passkey-counter-back", place.customer, passkeys.short_id(phone.credential))
    assert place.events().count(event) == 1
    assert place.sign_in(phone, count=first + 1) == place.customer


def test_a_counter_goes_back_only_by_its_own_key(place: Place) -> None:
    phone, stranger = Phone(), Phone(2)
    place.add(phone)
    place.sign_in(phone, count=5)
    refused(lambda: place.sign_in(phone, count=1, key=stranger._key))
    assert "passkey-counter-back" not in [one[0] for one in place.events()]


def test_a_device_without_a_counter_signs_in_again_and_again(place: Place) -> None:
    phone = Phone(counts=False)
    place.add(phone)
    for _ in range(3):
        assert place.sign_in(phone) == place.customer


def test_what_is_refused_does_not_say_why(place: Place) -> None:
    phone, stranger = Phone(), Phone(2)
    place.add(phone)
    jose = with_jose(place.house)
    theirs = next(one.account for one in place.house.desk.state.holding.all() if one.customer == jose)
    place.enroll(jose, theirs)
    place.add(stranger, customer=jose)
    said = {
        refused(lambda: place.sign_in(Phone(3), handle=phone.handle)),
        refused(lambda: place.sign_in(phone, handle=bytes(32))),
        refused(lambda: place.sign_in(phone, handle=stranger.handle)),
        refused(lambda: place.sign_in(phone, flags=1)),
        refused(lambda: place.keys.sign_in("g", "")),
        refused(lambda: place.keys.sign_in("g", "x" * 20_000)),
    }
    assert len(said) == 1
    refused(lambda: place.keys.remove(jose, phone.credential))
    refused(lambda: place.keys.rename(jose, phone.credential, "mine now"))


def test_wrong_signatures_wait(place: Place) -> None:
    """For that passkey alone: the passphrase and her other passkeys do not wait."""
    phone, other = Phone(), Phone(2)
    place.add(phone)
    place.add(other)
    for _ in range(3):
        refused(lambda: place.sign_in(phone, key=other._key))
    with pytest.raises(WaitBeforeTry):
        place.sign_in(phone)
    assert place.sign_in(other) == place.customer
    assert place.members.sign_in(place.account, SECRET) == place.customer


def test_a_code_from_the_counter_ends_every_passkey(place: Place) -> None:
    phone = Phone()
    place.add(phone)
    place.enroll(place.customer, place.account, "four other words here")
    assert list(place.house.store.scan("customer_passkey")) == []
    refused(lambda: place.sign_in(phone))


def test_one_removed_while_it_signs_opens_nothing(place: Place) -> None:
    phone = Phone()
    place.add(phone)
    (row,) = place.keys.of(place.customer)
    place.keys.remove(place.customer, phone.credential)
    assert not place.keys._used(row, 9)
