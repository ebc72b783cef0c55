"""What is said to a browser about passkeys and read from it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.engines.passkeys import WebAuthn, installed
from counterfoil.operations.self_service import WrongEntry
from unit.operations.device import PRESENT, VERIFIED, Phone, raw

pytest.importorskip("webauthn", reason="passkeys need the extra: counterfoil[passkeys]")
ORIGIN, NAME = "https://bank.example", "bank.example"
CHALLENGE, HANDLE = bytes(range(32)), bytes(32)
PLACE = WebAuthn(ORIGIN, NAME, "Elk Fork 0417")


def creation() -> str:
    return PLACE.creation(CHALLENGE, handle=HANDLE, name="Elk Fork 0417 ···8710", known=[b"other"])


def test_what_a_browser_is_told() -> None:
    made, asked = json.loads(creation()), json.loads(PLACE.request(CHALLENGE))
    assert installed()
    assert made["rp"] == {"name": "Elk Fork 0417", "id": NAME}
    assert raw(made["user"]["id"]) == HANDLE
    assert made["attestation"] == "none"
    assert made["authenticatorSelection"]["residentKey"] == "required"
    assert made["authenticatorSelection"]["userVerification"] == asked["userVerification"] == "required"
    assert [raw(one["id"]) for one in made["excludeCredentials"]] == [b"other"]
    assert asked["rpId"] == NAME
    assert asked.get("allowCredentials", []) == [], "nobody is named before she signed"
    assert raw(made["challenge"]) == raw(asked["challenge"]) == CHALLENGE


def test_a_passkey_is_made_and_signs() -> None:
    phone = Phone()
    made = PLACE.made(phone.make(creation(), ORIGIN), CHALLENGE)
    assert (made.credential, made.counter) == (phone.credential, 0)
    answer = phone.sign(PLACE.request(CHALLENGE), ORIGIN)
    assert PLACE.named(answer) == (HANDLE, phone.credential)
    assert PLACE.counted(answer, CHALLENGE, made.public_key) == 1


BENT: dict[str, dict[str, Any]] = {
    "another place": {"origin": "https://evil.example"},
    "without TLS": {"origin": "http://bank.example"},
    "another port": {"origin": "https://bank.example:444"},
    "for another place": {"rp_id": "evil.example"},
    "another challenge": {"client": {"challenge": "AAAA"}},
    "made instead of signed, or the other way": {"client": {"type": "webauthn.other"}},
    "inside a frame": {"client": {"crossOrigin": True}},
    "inside a frame, by a newer browser": {"client": {"topOrigin": "https://evil.example"}},
    "nobody was there": {"flags": VERIFIED},
    "nobody was verified": {"flags": PRESENT},
}


@pytest.mark.parametrize("bent", BENT.values(), ids=BENT)
def test_only_a_whole_answer_is_taken(bent: dict[str, Any]) -> None:
    phone, said = Phone(), {"origin": ORIGIN, **bent}
    origin = said.pop("origin")
    with pytest.raises(WrongEntry):
        PLACE.made(phone.make(creation(), origin, **said), CHALLENGE)
    with pytest.raises(WrongEntry):
        PLACE.counted(phone.sign(PLACE.request(CHALLENGE), origin, **said), CHALLENGE, phone.public_key)


def test_only_its_own_key_signs() -> None:
    phone = Phone()
    forged = phone.sign(PLACE.request(CHALLENGE), ORIGIN, key=ec.derive_private_key(99, ec.SECP256R1()))
    with pytest.raises(WrongEntry):
        PLACE.counted(forged, CHALLENGE, phone.public_key)
    with pytest.raises(WrongEntry):
        PLACE.counted(phone.sign(PLACE.request(CHALLENGE), ORIGIN), CHALLENGE, Phone(2).public_key)


def test_who_does_not_say_whose_it_is_is_refused() -> None:
    with pytest.raises(WrongEntry):
        PLACE.named(Phone().sign(PLACE.request(CHALLENGE), ORIGIN, handle=b""))


GOOD = Phone().make(creation(), ORIGIN)


@settings(max_examples=40)
@given(st.one_of(st.text(max_size=80), st.recursive(st.none() | st.text(max_size=8), st.lists).map(json.dumps)))
def test_nonsense_is_refused(text: str) -> None:
    for read in (lambda: PLACE.made(text, CHALLENGE), lambda: PLACE.named(text),
                 lambda: PLACE.counted(text, CHALLENGE, b"\xa0")):  # fmt: skip
        with pytest.raises(WrongEntry):
            read()


@settings(max_examples=40)
@given(
    st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "attestationObject"]), st.text(max_size=40)
)
def test_a_bent_part_is_refused(part: str, value: str) -> None:
    answer: dict[str, Any] = json.loads(GOOD)
    if part in answer:
        answer[part] = value
    else:
        answer["response"][part] = value
    with pytest.raises(WrongEntry):
        PLACE.made(json.dumps(answer), CHALLENGE)
    with pytest.raises(WrongEntry):
        PLACE.made("[" * 8_000, CHALLENGE)
