"""A body as a screen of this office would have filled it in, for whoever signs elsewhere.

A client signs what it sends, and some fields it cannot know: a hash under the office key, today's price, what the entry
says that is to be reversed. ``prepared`` fills those in; the client signs what it gets and asks with it.

Always true: nothing is recorded, remembered or given out (``test_preparing_records_nothing``); the same request id and
fields give the same body (``test_a_prepared_body_is_the_same_each_time``); a field that was sent stays as it was sent
(``test_what_was_sent_stays_as_it_was``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from counterfoil.kernel.money import parse_decimal
from counterfoil.kernel.outcomes import Malformed, Refusal
from counterfoil.office.read_off import MADE_BY_OFFICE
from counterfoil.office.requests import ASKS, fields_of
from counterfoil.operations import window
from counterfoil.operations.beside import details_beside
from counterfoil.operations.desk import Desk
from counterfoil.operations.screens import MADE

PLAIN_TEXT = ("apr", "first_due")
"""Prices that are told as they stand; all others are amounts."""


class Prepared(NamedTuple):
    """The body, and the rule that says no to a service at any price today."""

    body: dict[str, Any]
    refusal: Refusal | None


class Details(NamedTuple):
    """What travels beside a request (or a service of a visit)."""

    details: Mapping[str, Any]
    salt: bytes


def prepared(desk: Desk, identity: bytes, kind: str, given: Mapping[str, Any], beside: Sequence[Details]) -> Prepared:
    """At the desk: the body of the request ``identity`` made of ``given``. ``beside``: the details that go with it, of
    a visit one for each of its services that has some, in order. ``Malformed`` names what cannot be read."""
    date = str(given.get("date") or (desk.state.today.date if desk.state.today else desk.calendar_day()))
    if kind != "visit":
        return _filled(desk, identity, kind, {**given, "date": date}, beside[0] if beside else None)
    services, refusal, left = [], None, list(beside)
    wanted = given.get("services")
    if type(wanted) is not list or not all(type(one) is dict and one.get("kind") in ASKS for one in wanted):
        raise Malformed("services is a list of objects, each with its own kind", field="services")
    for number, one in enumerate(wanted, start=1):
        shape = fields_of(ASKS[one["kind"]]).get("details")
        has_some = shape is not None and (shape[1] or one.get("details") is not None)
        own = left.pop(0) if left and has_some else None
        rest = {name: value for name, value in one.items() if name != "kind"}
        body, no = _filled(desk, identity + bytes([number]), one["kind"], {**rest, "date": date}, own)
        services.append({"kind": one["kind"], **{name: value for name, value in body.items() if name != "date"}})
        refusal = refusal or no
    if left:
        raise Malformed(f"{len(left)} more details came than services that have some", field="services")
    return Prepared({**given, "date": date, "services": services}, refusal)


def _filled(
    desk: Desk, identity: bytes, kind: str, given: Mapping[str, Any], beside: Details | None
) -> Prepared:  # fmt: skip
    """One kind's fields. What was sent wins over what would be filled in, but for what only the office can say."""
    made = _read(kind, given)
    if beside is not None:
        found = details_beside(kind, beside.details, beside.salt, made)
        made = {**made, **found.read_off, "details": found.digest}
        made |= MADE[kind](desk.office_key, identity, found.kept) if kind in MADE else {}
    if kind == "reversal":
        made = {**window.reversal_body(desk, made), **made}
    refusal: Refusal | None = None
    if any(name not in given for name in window.prices_of(kind)):
        _complete(kind, made)
        told = window.worked_out(desk, kind, made)
        if isinstance(told, Refusal):
            refusal = told
        else:
            made = {**{name: _value(desk, name, text) for name, text in told.items()}, **made}
    return Prepared(made, refusal)


def _read(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were sent, each read as its kind reads it."""
    shape = fields_of(ASKS[kind])
    for name in given:
        if name not in shape:
            raise Malformed(f"{name[:40]} is not a field of {kind}", field=name[:40])
    return {name: shape[name][0].read(value, name) for name, value in given.items()}


def _complete(kind: str, made: Mapping[str, Any]) -> None:
    """What a price may depend on must be there before it is worked out."""
    filled = (*window.prices_of(kind), *PLAIN_TEXT, *MADE_BY_OFFICE.get(kind, ()))
    for name, (_, needed) in fields_of(ASKS[kind]).items():
        if needed and name not in made and name not in filled:
            raise Malformed(f"{name} is missing: {kind} needs it", field=name)


def _value(desk: Desk, name: str, text: str) -> Any:
    """A price as a body holds it."""
    if name in PLAIN_TEXT or desk.state.policy is None:
        return text
    return parse_decimal(text, desk.state.policy.currency).minor
