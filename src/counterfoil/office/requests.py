"""Requests: what may be asked at a counter. One frozen class a kind; the body that is signed is its canonical map.

Always true: a request that was built is well-formed (every field read by its reader), so decisions never check shapes;
a field that a kind does not have is refused by name; an absent optional field is left out of the body.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_type_hints

from counterfoil.kernel.limits import PARTS_MAX
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office import readers as read
from counterfoil.office.readers import Reader, count_total, short

Text = Annotated[str, read.TEXT]
Till = Annotated[str, read.TILL]
Clerk = Annotated[str, read.CLERK]
Account = Annotated[str, read.ACCOUNT]
Customer = Annotated[str, read.CUSTOMER]
Amount = Annotated[int, read.AMOUNT]
Counted = Annotated[int, read.WHOLE]
Date = Annotated[str, read.DATE]
Unit = Annotated[str, read.CURRENCY]
Counts = Annotated[Mapping[str, int], read.COUNT]
Quantities = Annotated[Mapping[str, int], read.QUANTITIES]
Quantity = Annotated[int, read.QUANTITY]
Code = Annotated[str, read.CODE]
Flag = Annotated[bool, read.FLAG]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Base of every request. ``date`` is the business date, which must be the open day's."""

    kind: ClassVar[str] = ""
    service: ClassVar[bool] = False
    """Whether it may be one of several services of a visit."""
    date: Date

    def check(self) -> None:
        """What holds between two fields; ``Malformed`` names one of them."""


A = TypeVar("A", bound=type[Ask])
ASKS: dict[str, type[Ask]] = {}
_FIELDS: dict[type, dict[str, tuple[Reader, bool]]] = {}


def asked(kind: str, *, service: bool = False) -> Any:
    """Registers a request class under its kind's name."""

    def register(cls: A) -> A:
        cls.kind, cls.service = kind, service
        ASKS[kind] = cls
        return cls

    return register


def fields_of(cls: type[Ask]) -> dict[str, tuple[Reader, bool]]:
    """Field name → (reader, required), in order."""
    if cls not in _FIELDS:
        hints = get_type_hints(cls, include_extras=True)
        found: dict[str, tuple[Reader, bool]] = {}
        for f in fields(cls):
            hint = hints[f.name]
            arguments = get_args(hint)
            reader = next((a for a in arguments if isinstance(a, Reader)), None)
            if reader is None:  # Optional: X | None, with the reader inside X.
                reader = next(a for option in arguments for a in get_args(option) if isinstance(a, Reader))
            found[f.name] = (reader, f.default is MISSING)
        _FIELDS[cls] = found
    return _FIELDS[cls]


_BYTES: dict[type[Ask], tuple[str, ...]] = {}


def bytes_fields(cls: type[Ask]) -> tuple[str, ...]:
    """Names of the fields that hold bytes."""
    if cls not in _BYTES:
        hints = get_type_hints(cls)
        _BYTES[cls] = tuple(name for name in fields_of(cls) if hints[name] is bytes or bytes in get_args(hints[name]))
    return _BYTES[cls]


def parse(body: Mapping[str, Any]) -> Ask:
    """The request of a body, or ``Malformed`` naming field and value."""
    kind = body.get("kind")
    cls = ASKS.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise Malformed(f"kind is {short(kind)}: nothing of that name can be asked here", field="kind")
    shape = fields_of(cls)
    for name in body:
        if name != "kind" and name not in shape:
            raise Malformed(f"{short(name)} is not a field of {kind}", field=str(name)[:40])
    arguments = {}
    for name, (reader, required) in shape.items():
        if name in body:
            arguments[name] = reader.read(body[name], name)
        elif required:
            raise Malformed(f"{name} is missing: {kind} needs it", field=name)
    built = cls(**arguments)
    built.check()
    return built


def body_of(ask: Ask) -> dict[str, Any]:
    """The canonical body of a request: what is hashed and signed."""
    body: dict[str, Any] = {"kind": ask.kind}
    for name in fields_of(type(ask)):
        value = getattr(ask, name)
        if value is not None:
            body[name] = body_services(value) if name == "services" else value
    return body


def body_services(services: tuple[Ask, ...]) -> list[dict[str, Any]]:
    """The bodies of a visit's services: without the date, which is the visit's."""
    return [{k: v for k, v in body_of(service).items() if k != "date"} for service in services]


# --- the office: editions, clerks, days -------------------------------------------------------------------------------


@asked("policy-edition")
@dataclass(frozen=True, slots=True, kw_only=True)
class TakeEdition(Ask):
    content: Annotated[bytes, read.CONTENT]


@asked("clerk-enrol")
@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolClerk(Ask):
    clerk: Clerk
    role: Annotated[str, read.ROLE]
    key: Annotated[bytes, read.KEY]
    custody: Code


@asked("clerk-rotate")
@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKey(Ask):
    clerk: Clerk
    key: Annotated[bytes, read.KEY]
    custody: Code


@asked("clerk-revoke")
@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeKey(Ask):
    clerk: Clerk
    reason: Text
    leaves: Flag = False


@asked("day-open")
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDay(Ask):
    pass


@asked("day-close")
@dataclass(frozen=True, slots=True, kw_only=True)
class CloseDay(Ask):
    pass


# --- cash and stock ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cash(Ask):
    """A request with an amount and, if given, a count of the same total."""

    amount: Amount
    currency: Unit
    count: Counts | None = None

    def check(self) -> None:
        if self.count is not None and count_total(self.count) != self.amount:
            raise Malformed(
                f"count adds up to {count_total(self.count)}, and amount is {self.amount}: count again", field="count"
            )


@asked("vault-count")
@dataclass(frozen=True, slots=True, kw_only=True)
class CountVault(Ask):
    count: Counts


@asked("till-open")
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTill(Ask):
    till: Till
    count: Counts
    shared: Flag = False


@asked("cash-from-vault")
@dataclass(frozen=True, slots=True, kw_only=True)
class DrawFromVault(_Cash):
    till: Till


@asked("cash-to-vault")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnToVault(_Cash):
    till: Till


@asked("till-handover")
@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(_Cash):
    till: Till
    to_till: Till


@asked("cash-exchange", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeCash(Ask):
    till: Till
    taken: Counts
    given: Counts
    presented_by: Customer | None = None
    on_behalf_of: Customer | None = None
    identification: Code | None = None


@asked("suspect-note", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class KeepSuspectNote(Ask):
    till: Till
    face: Amount
    serial: Text
    reason: Text
    customer: Customer | None = None


@asked("surprise-count")
@dataclass(frozen=True, slots=True, kw_only=True)
class SurpriseCount(Ask):
    till: Till
    count: Counts


@asked("till-report")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTill(Ask):
    till: Till


@asked("till-count")
@dataclass(frozen=True, slots=True, kw_only=True)
class CountTill(Ask):
    till: Till
    count: Counts
    stock: Quantities | None = None


@asked("till-close")
@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTill(Ask):
    till: Till
    answer: Annotated[str, read.ANSWER] | None = None
    note: Text | None = None


@asked("till-count-absent")
@dataclass(frozen=True, slots=True, kw_only=True)
class CountAbsent(Ask):
    till: Till
    count: Counts
    reason: Text
    stock: Quantities | None = None


@asked("difference-dispute")
@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeDifference(Ask):
    case: Annotated[str, read.CASE]
    reason: Text


@asked("difference-accept")
@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptDifference(Ask):
    case: Annotated[str, read.CASE]
    note: Text | None = None


@asked("pouch-out")
@dataclass(frozen=True, slots=True, kw_only=True)
class SendPouch(_Cash):
    pouch: Annotated[str, read.TOKEN]
    office: Annotated[str, read.OFFICE]
    seal: Text


@asked("pouch-in")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePouch(_Cash):
    """``amount`` is what the pouch declares; ``found`` counts what was in it."""

    pouch: Annotated[str, read.TOKEN]
    from_office: Annotated[str, read.OFFICE]
    to_office: Annotated[str, read.OFFICE]
    found: Counts
    condition: Annotated[str, read.CONDITION]


@asked("pouch-lost")
@dataclass(frozen=True, slots=True, kw_only=True)
class LosePouch(Ask):
    pouch: Annotated[str, read.TOKEN]
    reason: Text


@asked("stock-in")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveStock(Ask):
    item: Code
    quantity: Quantity


@asked("stock-to-till")
@dataclass(frozen=True, slots=True, kw_only=True)
class StockToDrawer(Ask):
    till: Till
    item: Code
    quantity: Quantity


@asked("stock-from-till")
@dataclass(frozen=True, slots=True, kw_only=True)
class StockFromDrawer(Ask):
    till: Till
    item: Code
    quantity: Quantity


@asked("stamp-sale", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class SellStamps(_Cash):
    till: Till
    item: Code
    quantity: Quantity


# --- customers and their accounts -------------------------------------------------------------------------------------


@asked("customer-open")
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCustomer(Ask):
    """``details`` is SHA-256(16 random bytes ‖ canonical details); the details themselves travel beside the request."""

    tier: Code
    details: Annotated[bytes, read.DIGEST]
    identification: Code | None = None


@asked("customer-change")
@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCustomer(Ask):
    customer: Customer
    details: Annotated[bytes, read.DIGEST]
    what: Annotated[list[str], read.NAMES]
    correction: Flag = False


@asked("account-open")
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount(Ask):
    customer: Customer
    product: Code = "everyday"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfAccount(Ask):
    account: Account
    reason: Text


@asked("account-close")
@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAccount(_OfAccount):
    pass


@asked("account-reopen")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenAccount(_OfAccount):
    pass


@asked("account-freeze")
@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeAccount(_OfAccount):
    pass


@asked("account-unfreeze")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnfreezeAccount(_OfAccount):
    pass


@asked("legal-hold")
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold(Ask):
    account: Account
    amount: Amount
    currency: Unit
    authority: Text


@asked("legal-hold-release")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHold(Ask):
    case: Annotated[str, read.CASE]
    reason: Text


@asked("balance-told", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class TellBalance(Ask):
    account: Account
    till: Till | None = None


# --- money ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _CashOfAccount(_Cash):
    account: Account
    till: Till
    presented_by: Customer | None = None
    on_behalf_of: Customer | None = None
    identification: Code | None = None


@asked("deposit", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit(_CashOfAccount):
    pass


@asked("withdrawal", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(_CashOfAccount):
    pass


@asked("transfer", service=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Ask):
    account: Account
    to: Account
    amount: Amount
    currency: Unit
    reference: Text | None = None
    presented_by: Customer | None = None


@asked("reversal")
@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse(Ask):
    """``account``, ``amount`` and ``currency`` are those of the reversed entry, read from its receipt by the screen."""

    epoch: Annotated[int, read.AMOUNT]
    entry: Annotated[int, read.WHOLE]
    reason: Text
    account: Account | None = None
    amount: Amount | None = None
    currency: Unit | None = None

    def check(self) -> None:
        if (self.amount is None) != (self.currency is None):
            raise Malformed("amount and currency are both read from the receipt, or neither", field="currency")


def _services(value: Any, field: str) -> tuple[Ask, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= PARTS_MAX:
        raise Malformed(f"{field} is {short(value)}: a list of 1 to {PARTS_MAX} services is needed", field=field)
    services = []
    for number, item in enumerate(value):
        if not isinstance(item, Mapping) or "date" in item:
            raise Malformed(f"{field}[{number}] is not a service: a map with its own kind and no date", field=field)
        ask = parse({**item, "date": "0001-01-01"})
        if not ask.service:
            raise Malformed(f"{field}[{number}] is {ask.kind}, which is not a service of a visit", field=field)
        services.append(ask)
    return tuple(services)


@asked("visit")
@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Ask):
    """Several services for one person, settled by one net payment. ``tendered``: cash handed over by the customer."""

    till: Till
    services: Annotated[tuple[Ask, ...], Reader(_services, {"type": "array", "minItems": 1, "maxItems": PARTS_MAX})]
    tendered: Counted = 0


def schema(line_fields: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema (2020-12) of the lines of a request file. ``line_fields`` are the line's own (id, at, …)."""
    kinds = []
    for kind, cls in ASKS.items():
        needed = [name for name in _OF_EVERY_LINE if name in line_fields]
        if kind in _OF_A_CLERK and "subject" in line_fields:
            needed.append("subject")
        properties = {"kind": {"const": kind}, **line_fields, **_properties(cls, line_fields)}
        kinds.append(
            {
                "title": kind,
                "type": "object",
                "properties": properties,
                "required": ["kind", *needed, *(name for name in _required(cls) if name not in line_fields)],
                "additionalProperties": False,
            }
        )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A counter request", "oneOf": kinds}


def _properties(cls: type[Ask], line_fields: Mapping[str, Any]) -> dict[str, Any]:
    """The kind's own fields. What an earlier request made may be named by ``@ID``."""
    found: dict[str, Any] = {}
    for name, (reader, _) in fields_of(cls).items():
        if name in line_fields:  # The line says it in its own way: details in the clear, who asks.
            continue
        found[name] = {"anyOf": [dict(reader.schema), _BY_ID]} if name in _NAMED else dict(reader.schema)
        if name == "services":
            services = [_service(service, line_fields) for service in ASKS.values() if service.service]
            found[name]["items"] = {"oneOf": services}
    return found


def _service(cls: type[Ask], line_fields: Mapping[str, Any]) -> dict[str, Any]:
    of_line = {k: line_fields[k] for k in ("details", "salt") if k in line_fields and "details" in fields_of(cls)}
    properties = {k: v for k, v in {**of_line, **_properties(cls, of_line)}.items() if k != "date"}
    return {
        "title": cls.kind,
        "type": "object",
        "properties": {"kind": {"const": cls.kind}, **properties},
        "required": ["kind", *_required(cls)],
        "additionalProperties": False,
    }


def _required(cls: type[Ask]) -> list[str]:
    return [name for name, (_, needed) in fields_of(cls).items() if needed and name not in _BY_SCREEN]


_BY_SCREEN = {"date", "details", "key", "custody", "content", "epoch", "what", "role", "routing", "fingerprint",
               "left", "code", "claim_code"}  # fmt: skip
"""Fields that the screen (or replay) fills when a line leaves them out."""
_OF_EVERY_LINE = ("id", "clerk")
_OF_A_CLERK = ("clerk-enrol", "clerk-rotate", "clerk-revoke")
_NAMED = {
    "account", "to", "customer", "entry", "case", "pouch", "presented_by", "on_behalf_of", "representative", "loan",
    "serial",
}  # fmt: skip
_BY_ID = {"type": "string", "pattern": "^@[0-9a-f]{32}$", "description": "what the request of that id made"}
