"""The kinds of request as JSON: read from it, and described by JSON Schema, both from the readers of the registry.

Always true: what the schema of a kind accepts, its readers accept, and the other way round but for what a schema cannot
say (``test_what_the_document_accepts_is_what_is_read``); a field of bytes is written in hexadecimal.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from counterfoil.customers.details import CUSTOMER, LANGUAGES, SALT_BYTES, SHAPES
from counterfoil.facts.kinds import KINDS
from counterfoil.journal.entry import clerk_key_id
from counterfoil.kernel.idents import request_id
from counterfoil.kernel.limits import EPOCH_MAX, PARTS_MAX, TEXT_CHARACTERS_MAX
from counterfoil.kernel.outcomes import Malformed, short
from counterfoil.office.read_off import MADE_BY_OFFICE
from counterfoil.office.readers import Reader
from counterfoil.office.requests import ASKS, Ask, EnrolClerk, RotateKey, bytes_fields, fields_of, parse
from counterfoil.operations.beside import Beside, details_beside, together
from counterfoil.operations.desk import Carried, Request, Signer
from counterfoil.operations.prepare import Details
from counterfoil.operations.screens import MADE

APPROVALS_MAX = 4
KEY_ID_HEX, SIGNATURE_HEX, SALT_HEX = 16, 128, 2 * SALT_BYTES

Schema = dict[str, Any]


def read_write(kind: str, identity: bytes, value: Any, office_key: bytes) -> Request:
    """The request of a write's JSON body; ``Malformed`` names the field. ``kind`` is known."""
    if type(value) is not dict:
        raise Malformed("the body is not a JSON object", field="")
    members = _members(kind)
    for name in value:
        if name not in members:
            raise Malformed(f"{short(name)} is not a member of this request", field=str(name)[:40])
    epoch = value.get("epoch")
    if type(epoch) is not int or not 1 <= epoch <= EPOCH_MAX:
        raise Malformed(f"epoch is {short(epoch)}: the one that GET /v1/office tells is needed", field="epoch")
    body = value.get("body")
    if type(body) is not dict or "kind" in body:
        raise Malformed("body is missing: an object with the fields of this kind", field="body")
    given = {"kind": kind, **_with_bytes(kind, body)}
    ask = parse(given)
    found = [_beside(kind, given, value, identity, office_key)] if given.get("details") is not None else []
    if kind == "visit":
        found += _beside_services(given, value.get("services"), identity, office_key)
    elif not found and ("details" in value or "salt" in value):
        raise Malformed("details came without their hash in body.details", field="body.details")
    signers = _approvals(value.get("approvals"))
    proves = _proof(ask, signers)
    return Request(identity, epoch, ask, signers, proves=proves, side=together(found))


class Wanted(NamedTuple):
    """What ``POST /v1/prepare`` is asked for."""

    kind: str
    given: dict[str, Any]
    beside: list[Details]


def read_prepare(value: Any) -> Wanted:
    """The JSON body of ``POST /v1/prepare``; ``Malformed`` names the field."""
    if type(value) is not dict:
        raise Malformed("the body is not a JSON object", field="")
    kind, body = value.get("kind"), value.get("body")
    if not isinstance(kind, str) or kind not in ASKS:
        raise Malformed(f"kind is {short(kind)}: nothing of that name can be asked here", field="kind")
    members = {"kind", *_members(kind)} - {"epoch", "approvals"}
    for name in value:
        if name not in members:
            raise Malformed(f"{short(name)} is not a member of this request", field=str(name)[:40])
    if type(body) is not dict or "kind" in body:
        raise Malformed("body is missing: an object with the fields of this kind", field="body")
    return Wanted(kind, _with_bytes(kind, body), _sent_beside(kind, value))


def _sent_beside(kind: str, value: Mapping[str, Any]) -> list[Details]:
    if kind != "visit":
        return [_details(value)] if "details" in value or "salt" in value else []
    given = value.get("services", [])
    if type(given) is not list or len(given) > PARTS_MAX or not all(type(one) is dict for one in given):
        raise Malformed("services has to be a list of details and salt", field="services")
    return [_details(one) for one in given]


def _details(value: Mapping[str, Any]) -> Details:
    details = value.get("details")
    if type(details) is not dict:
        raise Malformed("details is missing: all of them, as they are now", field="details")
    return Details(details, _salt(value.get("salt")))


@cache
def _members(kind: str) -> frozenset[str]:
    """What a write of this kind may hold."""
    if kind == "visit":
        return frozenset({"epoch", "body", "approvals", "services"})
    beside = ("details", "salt") if "details" in fields_of(ASKS[kind]) else ()
    return frozenset({"epoch", "body", "approvals", *beside})


def _beside(
    kind: str, body: Mapping[str, Any], value: Mapping[str, Any], identity: bytes, office_key: bytes
) -> Beside:  # fmt: skip
    """The details that came with a body, which holds their hash, what is read off them, and what the office makes of
    them and of the request's id (``POST /v1/prepare`` tells it)."""
    details, salt = _details(value)
    made = details_beside(kind, details, salt, body)
    if made.digest != body["details"]:
        raise Malformed("body.details is not the hash of salt and details: hash them again", field="body.details")
    for name, wanted in made.read_off.items():
        if body.get(name) != wanted:
            raise Malformed(f"{name} is not what the details say", field=name)
    own = MADE[kind](office_key, identity, made.kept) if kind in MADE else {}
    for name in MADE_BY_OFFICE.get(kind, ()):
        if body.get(name) != own.get(name):
            raise Malformed(
                f"{name} is not what this office makes of it: ask POST /v1/prepare with the same key. "
                "Nothing has been recorded.",
                field=name,
            )
    return made


def _beside_services(body: Mapping[str, Any], value: Any, identity: bytes, office_key: bytes) -> list[Beside]:
    """The details of a visit's services: one item for each service that has some, in order."""
    services = [
        (number, one) for number, one in enumerate(body["services"], start=1) if one.get("details") is not None
    ]  # fmt: skip
    given = [] if value is None else value
    if type(given) is not list or len(given) != len(services) or not all(type(one) is dict for one in given):
        raise Malformed(
            f"services has to be a list of details and salt for each of the {len(services)} services with details",
            field="services",
        )
    return [
        _beside(one["kind"], one, beside, identity + bytes([number]), office_key)
        for (number, one), beside in zip(services, given, strict=True)
    ]


def _salt(salt: Any) -> bytes:
    if not isinstance(salt, str):
        raise Malformed("salt is missing: 16 random bytes as 32 hexadecimal digits", field="salt")
    try:
        return request_id(salt)
    except Malformed:
        raise Malformed(f"salt has to be {SALT_HEX} hexadecimal digits", field="salt") from None


def _approvals(value: Any) -> list[Signer]:
    if type(value) is not list or not 1 <= len(value) <= APPROVALS_MAX:
        raise Malformed(f"approvals is a list of 1 to {APPROVALS_MAX} signatures", field="approvals")
    signers: list[Signer] = []
    for number, one in enumerate(value):
        if type(one) is not dict or one.keys() != {"key_id", "signature"}:
            raise Malformed("an approval has key_id and signature, and nothing else", field=f"approvals.{number}")
        key_id = _hexadecimal(one["key_id"], f"approvals.{number}.key_id", KEY_ID_HEX)
        if any(signer.key_id == key_id for signer in signers):
            raise Malformed(f"key {key_id.hex()} stands twice in the approvals", field=f"approvals.{number}.key_id")
        signers.append(Carried(key_id, _hexadecimal(one["signature"], f"approvals.{number}.signature", SIGNATURE_HEX)))
    return signers


def _proof(ask: Ask, signers: list[Signer]) -> Signer | None:
    """The signature of a key that is being enrolled, taken out of ``signers``: it proves itself, and no more."""
    if not isinstance(ask, EnrolClerk | RotateKey):
        return None
    new = clerk_key_id(ask.key)
    found = next((one for one in signers if one.key_id == new), None)
    if found is None:
        raise Malformed(f"approvals hold no signature by the new key {new.hex()}: it proves itself", field="approvals")
    signers.remove(found)
    if not signers:
        raise Malformed("approvals hold no signature but the new key's: who asks signs too", field="approvals")
    return Carried(new, found.sign(b""), public_key=ask.key)


def _hexadecimal(value: Any, field: str, digits: int | None = None) -> bytes:
    try:
        read = bytes.fromhex(value)
    except (TypeError, ValueError):
        read = b""
    if not read or read.hex() != value or digits not in (None, len(value)):
        wanted = f"{digits} hexadecimal digits are" if digits else "hexadecimal digits in pairs are"
        raise Malformed(f"{field} is {short(value)}: {wanted} needed", field=field)
    return read


def _with_bytes(kind: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with its fields of bytes read, those of a visit's services too."""
    made = dict(body)
    for name in bytes_fields(ASKS[kind]) if isinstance(kind, str) and kind in ASKS else ():
        if name in made:
            made[name] = _hexadecimal(made[name], name)
    if kind == "visit" and type(made.get("services")) is list:
        made["services"] = [_with_bytes(one.get("kind"), one) if type(one) is dict else one for one in made["services"]]
    return made


# --- schemas ----------------------------------------------------------------------------------------------------------


def hexadecimal(count: int | None = None) -> Schema:
    """``count`` bytes as text."""
    return {"type": "string", "pattern": f"^(?:[0-9a-f]{{2}}){{{count}}}$" if count else "^(?:[0-9a-f]{2})+$"}


def body_schema(cls: type[Ask]) -> Schema:
    """The signed fields of a kind."""
    return _object(cls, {})


def _object(cls: type[Ask], first: Schema, *, without: tuple[str, ...] = ()) -> Schema:
    hidden = bytes_fields(cls)
    fields = {name: one for name, one in fields_of(cls).items() if name not in without}
    properties = {
        name: hexadecimal(_length(reader)) if name in hidden else _field(cls, name, reader)
        for name, (reader, _) in fields.items()
    }
    return {
        "type": "object",
        "properties": {**first, **properties},
        "required": [*first, *(name for name, (_, needed) in fields.items() if needed)],
        "additionalProperties": False,
    }


def _field(cls: type[Ask], name: str, reader: Reader) -> Schema:
    if name != "services":
        return dict(reader.schema)
    services = [_object(one, {"kind": {"const": one.kind}}, without=("date",)) for one in ASKS.values() if one.service]
    return {"type": "array", "minItems": 1, "maxItems": PARTS_MAX, "items": {"oneOf": services}}


def _length(reader: Reader) -> int | None:
    """How many bytes a reader takes, if only so many."""
    taken = [count for count in (8, 16, 32) if _takes(reader, bytes(count))]
    return taken[0] if len(taken) == 1 else None


def _takes(reader: Reader, value: bytes) -> bool:
    try:
        reader.read(value, "")
    except Malformed:
        return False
    return True


APPROVALS_SCHEMA: Schema = {
    "type": "array",
    "minItems": 1,
    "maxItems": APPROVALS_MAX,
    "description": "Signatures over this request, the asking clerk's first. docs/reference/api.md says over what.",
    "items": {
        "type": "object",
        "properties": {"key_id": hexadecimal(KEY_ID_HEX // 2), "signature": hexadecimal(SIGNATURE_HEX // 2)},
        "required": ["key_id", "signature"],
        "additionalProperties": False,
    },
}
_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": TEXT_CHARACTERS_MAX}


def details_schema(kind: str) -> Schema:
    """The details that travel beside a kind."""
    shape = SHAPES.get(kind, CUSTOMER)
    known: Schema = {"language": {"enum": list(LANGUAGES)}, "born": {"type": "string", "format": "date"}}
    return {
        "type": "object",
        "description": "All of the details. They are kept apart from the journal, which holds their hash.",
        "properties": {name: known.get(name, _TEXT) for name in shape.fields},
        "required": list(shape.required),
        "additionalProperties": False,
    }


EPOCH_SCHEMA: Schema = {"type": "integer", "minimum": 1, "maximum": EPOCH_MAX}


def write_schema(kind: str) -> Schema:
    """The JSON body of ``POST /v1/KIND``. ``body`` is by reference: a component of the document."""
    properties: Schema = {
        "epoch": EPOCH_SCHEMA, "body": {"$ref": f"#/components/schemas/{kind}"}, "approvals": APPROVALS_SCHEMA,
    }  # fmt: skip
    needed = list(properties)
    if kind == "visit":
        beside = {"details": {"type": "object"}, "salt": hexadecimal(SALT_BYTES)}
        item = {"type": "object", "properties": beside, "required": list(beside), "additionalProperties": False}
        properties["services"] = {"type": "array", "maxItems": PARTS_MAX, "items": item}
    elif "details" in fields_of(ASKS[kind]):
        properties |= {"details": details_schema(kind), "salt": hexadecimal(SALT_BYTES)}
        needed += ["details", "salt"] if fields_of(ASKS[kind])["details"][1] else []
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


def prepare_schema() -> Schema:
    """The JSON body of ``POST /v1/prepare``."""
    beside: Schema = {"details": {"type": "object"}, "salt": hexadecimal(SALT_BYTES)}
    item = {"type": "object", "properties": beside, "required": list(beside), "additionalProperties": False}
    return {
        "type": "object",
        "properties": {
            "kind": {"enum": list(ASKS)},
            "body": {"type": "object", "description": "The fields of the kind that are known."},
            **beside,
            "services": {"type": "array", "maxItems": PARTS_MAX, "items": item,
                         "description": "Of a visit: details and salt of each of its services that has some."},
        },
        "required": ["kind", "body"],
        "additionalProperties": False,
    }  # fmt: skip


def signers_of(kind: str) -> int:
    """How many clerks sign a kind at least."""
    return next((one.signers for one in KINDS if one.name == kind), 1)
