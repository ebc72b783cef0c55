"""Passkeys by WebAuthn: what is said to a browser and read from it. Needs the extra ``passkeys`` (webauthn).

Always true (``tests/unit/engines/test_passkeys.py``): an answer is taken only if it is signed over this challenge, at
this origin and nowhere else, not inside another site's frame, and by a device that verified the person
(``test_only_a_whole_answer_is_taken``); whatever else arrives is refused in one way, never a fault
(``test_nonsense_is_refused``). No maker's certificate is asked for: which phone a customer has is not the office's
business.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import wraps
from importlib.util import find_spec
from typing import Any, ParamSpec, TypeVar

from counterfoil.operations.passkeys import Made
from counterfoil.operations.self_service import WrongEntry

TIMEOUT_MS = 120_000
"""How long a browser lets her look for her finger; the challenge lives a little longer."""
P = ParamSpec("P")
R = TypeVar("R")


def installed() -> bool:
    """Whether the extra is there."""
    return find_spec("webauthn") is not None


def _or_wrong(read: Callable[P, R]) -> Callable[P, R]:
    """Whatever a broken answer makes the library raise is a wrong entry."""

    @wraps(read)
    def reading(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return read(*arguments, **named)
        except WrongEntry:
            raise
        except Exception:
            raise WrongEntry from None

    return reading


class WebAuthn:
    """``operations.passkeys.Ceremonies`` for one origin. ``title``: what a device shows as the place."""

    def __init__(self, origin: str, rp_id: str, title: str) -> None:
        self.origin, self._rp_id, self._title = origin, rp_id, title

    def creation(self, challenge: bytes, *, handle: bytes, name: str, known: Sequence[bytes]) -> str:
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers import structs

        chosen = structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(
            generate_registration_options(
                rp_id=self._rp_id, rp_name=self._title, user_id=handle, user_name=name, challenge=challenge,
                timeout=TIMEOUT_MS, attestation=structs.AttestationConveyancePreference.NONE,
                authenticator_selection=chosen,
                exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in known],
            )
        )  # fmt: skip

    def request(self, challenge: bytes) -> str:
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers.structs import UserVerificationRequirement

        return options_to_json(
            generate_authentication_options(
                rp_id=self._rp_id, challenge=challenge, timeout=TIMEOUT_MS,
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )  # fmt: skip

    @_or_wrong
    def made(self, answer: str, challenge: bytes) -> Made:
        from webauthn import verify_registration_response

        _not_framed(answer)
        seen = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=self._rp_id, expected_origin=self.origin,
            require_user_verification=True,
        )  # fmt: skip
        return Made(seen.credential_id, seen.credential_public_key, seen.sign_count)

    @_or_wrong
    def named(self, answer: str) -> tuple[bytes, bytes]:
        from webauthn.helpers import parse_authentication_credential_json

        credential = parse_authentication_credential_json(answer)
        if not credential.response.user_handle or not credential.raw_id:
            raise WrongEntry
        return credential.response.user_handle, credential.raw_id

    @_or_wrong
    def counted(self, answer: str, challenge: bytes, public_key: bytes) -> int:
        from webauthn import verify_authentication_response

        _not_framed(answer)
        # The counter is compared by whoever keeps it, once the signature is known to be right: so that nobody else can
        # make it seem to go back.
        seen = verify_authentication_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=self._rp_id, expected_origin=self.origin,
            credential_public_key=public_key, credential_current_sign_count=0, require_user_verification=True,
        )  # fmt: skip
        return seen.new_sign_count


def _not_framed(answer: str) -> None:
    """The library leaves ``crossOrigin`` to its user."""
    from webauthn.helpers import base64url_to_bytes

    said: Any = json.loads(base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"]))
    if said.get("crossOrigin", False) is not False or "topOrigin" in said:
        raise WrongEntry
