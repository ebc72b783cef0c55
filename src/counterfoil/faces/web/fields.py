"""Forms from the registry: every field of every kind becomes a control, and what was typed becomes the request's body.

Always true (``tests/unit/web/test_fields.py``): a field that is typed as it is shown is read back as the same value
(``test_what_is_shown_is_read_back``); nothing typed is thrown away, whatever is wrong with it
(``test_a_wrong_form_keeps_what_was_typed``); an amount is exact (``test_amounts_are_read_to_the_cent``); what the
screen fills in by itself (the day, the currency, the drawer) cannot be typed (``test_the_screens_own_fields``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from counterfoil.customers.details import CUSTOMER, SHAPES
from counterfoil.faces.web import words
from counterfoil.kernel.money import Currency, Money, parse_decimal
from counterfoil.kernel.outcomes import Malformed, Translate
from counterfoil.office import readers as read
from counterfoil.office.readers import Reader, count_total
from counterfoil.office.requests import ASKS, fields_of, parse
from counterfoil.operations.window import READ_FROM_DETAILS, OfficeNow, prices_of
from counterfoil.policy.terms.bills import BillTerms
from counterfoil.policy.terms.checks import CheckTerms
from counterfoil.policy.terms.mail import MailTerms

BY_SCREEN = (
    "date", "currency", "key", "custody", "services", "what", "routing", "fingerprint", "left", "code", "buyer",
)  # fmt: skip
"""Fields that nobody types."""
ANY_TILL = ("till-open", "surprise-count", "till-count-absent")
"""Kinds that name a drawer which need not be the clerk's own."""
PLAIN_NUMBERS = ("epoch", "entry")
"""Whole numbers that are not money, though their reader is that of amounts."""
MONEY_NUMBERS = ("tendered", "fee", "cash")
WORKED_IF_EMPTY = ("first_due",)
"""Fields that may be typed, and are worked out with the price if they are not."""
UNASKED = ("identification",)
"""A detail that has a field of its own beside the details."""
_PIECES = re.compile(r"\s*([0-9]{1,7})\s*[x×*]\s*\$?\s*([0-9]{1,7}(?:\.[0-9]{1,3})?)\s*", re.I)
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a count: a face, an item, a detail."""

    name: str
    label: str
    value: str
    error: str = ""
    hint: str = ""
    each: int = 0
    """Minor units of one piece, for the running total; 0 where there is none."""
    control: str = "number"
    options: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Control:
    """One field as a template shows it. ``control``: money, number, text, date, choice, flag, pieces, details, long or
    hidden."""

    name: str
    control: str
    label: str
    hint: str = ""
    value: str = ""
    required: bool = True
    error: str = ""
    options: Sequence[tuple[str, str]] = ()
    parts: Sequence[Part] = ()


@dataclass(slots=True)
class Typed:
    """What a form's values came to: the body so far, and what is wrong, by field."""

    body: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    """A customer's details, which travel beside the request."""


class Form:
    """The form of one kind, at one screen of one office."""

    def __init__(self, kind: str, office: OfficeNow, say: Translate, *, till: str = "", basket: bool = False) -> None:
        self.kind, self.office, self.say, self.till, self.basket = kind, office, say, till, basket
        self.shape = fields_of(ASKS[kind])
        self.worked = prices_of(kind)

    # --- shown -------------------------------------------------------------------------------------------------------

    def controls(self, typed: Mapping[str, str], errors: Mapping[str, str] = {}) -> list[Control]:
        """Every control in order, holding what was typed."""
        shown = [name for name in self.shape if self._shown(name)]
        return [self._control(name, *self.shape[name], typed, errors) for name in shown]

    def told(self, typed: Mapping[str, str]) -> list[Control]:
        """As ``controls``, with what the screen has worked out: for the page on which it is agreed to."""
        shown = [name for name in self.shape if self._shown(name) or name in self.worked]
        return [self._control(name, *self.shape[name], typed, {}) for name in shown]

    def _shown(self, name: str) -> bool:
        if name in BY_SCREEN or name in READ_FROM_DETAILS.get(self.kind, ()) or name in self.worked:
            return False
        if name == "till":
            return self.kind in ANY_TILL or not self.till
        # What is undone is read from the entry itself.
        return not (self.kind == "reversal" and name in ("account", "amount"))

    def _control(
        self, name: str, reader: Reader, required: bool, typed: Mapping[str, str], errors: Mapping[str, str]
    ) -> Control:
        label = words.label_of(self.kind, name)
        control = self.control_of(name, reader)
        needed = required and control != "pieces" and not (self.kind == "stamp-sale" and name == "amount")
        needed = needed and name not in WORKED_IF_EMPTY
        value = typed.get(name, self._default(name))
        return Control(
            name=name, control=control, label=self.say(label.text), hint=self.say(label.hint) if label.hint else "",
            value=value, required=needed and control not in ("flag", "details"), error=errors.get(name, ""),
            options=self._options(name, reader, required), parts=self._parts(name, control, typed, errors),
        )  # fmt: skip

    def control_of(self, name: str, reader: Reader) -> str:
        """Which control a field has, from its reader, its schema and its name."""
        schema = reader.schema
        if name == "details":
            return "details"
        if name == "content":
            return "long"
        if reader is read.COUNT or reader is read.QUANTITIES or schema.get("type") == "object":
            return "pieces"
        if "enum" in schema or self._choices(name) is not None:
            return "choice"
        if schema.get("type") == "boolean":
            return "flag"
        if schema.get("format") == "date":
            return "date"
        if schema.get("type") == "integer":
            money = (reader is read.AMOUNT and name not in PLAIN_NUMBERS) or name in MONEY_NUMBERS
            return "money" if money else "number"
        return "text"

    def _default(self, name: str) -> str:
        if name == "epoch":
            return str(self.office.epoch)
        if name == "to_office" and self.kind == "pouch-in":
            return self.office.office
        if name == "product" and self.office.edition and self.office.edition.products:
            return self.office.edition.products[0]
        return ""

    def _choices(self, name: str) -> list[tuple[str, str]] | None:
        edition = self.office.edition
        if edition is None:
            return None
        if name == "item":
            return [(code, f"{self.say(item.title)} ({self.money(item.face)})") for code, item in edition.stock.items()]
        if name == "tier":
            return [(code, self.say(words.choice(code))) for code in edition.tiers]
        if name == "product":
            return [(code, self.say(words.choice(code))) for code in edition.products]
        if name == "biller":
            bills = edition.terms(BillTerms)
            return [(code, biller.title) for code, biller in bills.billers.items()] if bills else []
        if name == "sort":
            checks = edition.terms(CheckTerms)
            return [(code, self.say(words.choice(code))) for code in checks.sorts] if checks else []
        if name == "identification":
            papers = dict.fromkeys(paper for tier in edition.tiers.values() for paper in tier.identification)
            return [(code, self.say(words.choice(code))) for code in papers]
        if name == "to_till":
            return [(t.till, t.till) for t in self.office.tills if t.state == "open" and t.till != self.till]
        if name == "till" and self.kind in ("surprise-count", "till-count-absent"):
            return [(t.till, t.till) for t in self.office.tills if t.state != "closed"]
        return None

    def _options(self, name: str, reader: Reader, required: bool) -> list[tuple[str, str]]:
        found = self._choices(name)
        if found is None:
            found = [(str(one), self.say(words.choice(str(one)))) for one in reader.schema.get("enum", ())]
        return found

    def _parts(self, name: str, control: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> list[Part]:
        def made(key: str, label: str, **more: Any) -> Part:
            whole = f"{name}.{key}"
            return Part(whole, label, typed.get(whole, ""), errors.get(whole, ""), **more)

        if control == "details":
            languages = [(one, self.say(words.choice(one))) for one in ("en", "es")]
            controls: dict[str, dict[str, Any]] = {
                "born": {"control": "date"}, "language": {"control": "choice", "options": languages},
            }  # fmt: skip
            return [
                made(key, self.say(label.text), hint=self.say(label.hint) if label.hint else "",
                     **{"control": "text", **controls.get(key, {})})
                for key, label in ((key, words.detail(key)) for key in self._asked())
            ]  # fmt: skip
        if control != "pieces" or self.office.edition is None:
            return []
        if self.by_item(name):
            edition = self.office.edition
            mail = edition.terms(MailTerms) if self.kind == "mail-sale" else None
            services = mail.services.items() if mail is not None else ()
            return [
                *(made(code, self.say(item.title), each=item.face) for code, item in edition.stock.items()),
                *(made(code, self.say(service.title), each=service.price) for code, service in services),
            ]
        return [made(str(face), self.money(face), each=face) for face in self.office.edition.denominations]

    def by_item(self, name: str) -> bool:
        """Whether a field of pieces counts stamps, not notes and coins."""
        reader = self.shape[name][0]
        return reader is read.QUANTITIES or "a-z" in str(reader.schema.get("propertyNames", ""))

    def money(self, minor: int) -> str:
        """An amount as people read it."""
        return str(Money(minor, self.office.currency))

    # --- read --------------------------------------------------------------------------------------------------------

    def read(self, typed: Mapping[str, str], *, date: str) -> Typed:
        """The body that was typed. With errors, the body is not whole."""
        found = Typed({"kind": self.kind})
        for name, (reader, required) in self.shape.items():
            if name in BY_SCREEN or (name == "till" and not self._shown("till")):
                self._fill(found, name, required, date)
            elif self._shown(name) or (name in self.worked and typed.get(name)):
                self._take(found, name, reader, required and name not in WORKED_IF_EMPTY, typed)
        if self.kind == "stamp-sale" and "amount" not in found.body:
            self._price(found)
        if not found.errors and "details" not in self.shape and not self._unpriced(found):
            self._whole(found, typed)
        return found

    def _fill(self, found: Typed, name: str, required: bool, date: str) -> None:
        if name == "date" and not self.basket:
            found.body[name] = date
        elif name == "currency" and (required or self.kind != "reversal"):
            found.body[name] = self.office.currency.code
        elif name == "till" and self.till:
            found.body[name] = self.till

    def _take(self, found: Typed, name: str, reader: Reader, required: bool, typed: Mapping[str, str]) -> None:
        control = self.control_of(name, reader)
        label = self.say(words.label_of(self.kind, name).text)
        try:
            if control == "details":
                self._take_details(found, typed)
            elif control == "pieces":
                self._take_pieces(found, name, label, required, typed)
            elif control == "flag":
                if typed.get(name):
                    found.body[name] = True
            else:
                text = " ".join(typed.get(name, "").split()) if control != "long" else typed.get(name, "")
                if not text:
                    if required and not (self.kind == "stamp-sale" and name == "amount"):
                        found.errors[name] = self._said("missing", label)
                    return
                found.body[name] = reader.read(self._value(name, control, reader, text), name)
        except Malformed:
            found.errors[name] = self._said(self._trouble(control, reader, typed.get(name, "")), label)

    def _value(self, name: str, control: str, reader: Reader, text: str) -> Any:
        if control == "money":
            return amount(text, self.office.currency)
        if control == "number":
            return whole(text)
        if control == "long":
            return text.replace("\r\n", "\n").encode()
        if reader is read.TILL or reader is read.CASE:
            return text.upper()
        if reader is read.ACCOUNT or reader is read.CUSTOMER:
            return text.replace(" ", "").replace("-", "")
        return text

    def _trouble(self, control: str, reader: Reader, text: str) -> str:
        if control == "money":
            return "zero" if text.strip(" 0.,$") == "" else "money"
        if control in ("number", "choice", "date"):
            return control
        if reader is read.ACCOUNT or reader is read.CUSTOMER:
            return "account"
        return "text" if reader is read.TEXT else "other"

    def _take_pieces(self, found: Typed, name: str, label: str, required: bool, typed: Mapping[str, str]) -> None:
        counted: dict[str, int] = {}
        for part in self._parts(name, "pieces", typed, {}):
            if not part.value.strip():
                continue
            try:
                pieces = whole(part.value)
            except Malformed:
                found.errors[part.name] = self._said("count", part.label)
                continue
            if pieces:
                counted[part.name.partition(".")[2]] = pieces
        if counted or required:
            found.body[name] = self.shape[name][0].read(counted, name)
        elif name == "stock" and any(key.startswith("stock.") and value.strip() for key, value in typed.items()):
            found.body[name] = {}

    def _take_details(self, found: Typed, typed: Mapping[str, str]) -> None:
        for key in self._asked():
            text = " ".join(typed.get(f"details.{key}", "").split())
            label = self.say(words.detail(key).text)
            try:
                if text:
                    found.details[key] = read.text(text, key)
                if text and key == "born":
                    read.DATE.read(text, key)
            except Malformed:
                found.errors[f"details.{key}"] = self._said("date" if key == "born" else "text", label)
        if not found.details and not self.shape["details"][1]:
            return
        for key in SHAPES.get(self.kind, CUSTOMER).required:
            if key not in found.details and f"details.{key}" not in found.errors:
                found.errors[f"details.{key}"] = self._said("missing", self.say(words.detail(key).text))

    def _asked(self) -> list[str]:
        """The parts of details that this kind's form asks for, in their order."""
        return [name for name in SHAPES.get(self.kind, CUSTOMER).fields if name not in UNASKED]

    def _unpriced(self, found: Typed) -> bool:
        """Whether the screen has not yet worked out what this will cost."""
        return any(name not in found.body for name in self.worked)

    def _price(self, found: Typed) -> None:
        """The price of stamps, when the clerk leaves it to the screen."""
        item = self.office.edition.stock.get(str(found.body.get("item"))) if self.office.edition else None
        if item is not None and "quantity" in found.body:
            found.body["amount"] = item.face * int(found.body["quantity"])

    def _whole(self, found: Typed, typed: Mapping[str, str]) -> None:
        """What holds between two fields."""
        body = {"date": "0001-01-01", **found.body}
        if self.kind == "reversal":
            body.pop("currency", None)
        try:
            parse(body)
        except Malformed as error:
            name = error.field if error.field in self.shape else next(iter(self.shape))
            if error.field == "count" and "amount" in body:
                text = self.say(words.TROUBLE["sum"]).format(
                    counted=self.money(count_total(body["count"])), amount=self.money(body["amount"])
                )
            else:
                text = self._said("other", self.say(words.label_of(self.kind, name).text))
            found.errors[name] = text

    def _said(self, trouble: str, label: str) -> str:
        return self.say(words.TROUBLE[trouble]).format(label=label)


def amount(text: str, unit: Currency) -> int:
    """Minor units of ``1250``, ``1,250.00``, ``$1,250.00``, or of pieces: ``7x20+5x1``; ``Malformed`` otherwise."""
    plain = text.strip().removeprefix("$").strip()
    if "," in plain and _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    total = 0
    for piece in plain.split("+"):
        found = _PIECES.fullmatch(piece)
        if found:
            total += int(found.group(1)) * parse_decimal(found.group(2), unit).minor
        else:
            total += parse_decimal(piece.strip(), unit).minor
    return total


def whole(text: str) -> int:
    """A whole number as typed; ``Malformed`` otherwise."""
    plain = text.strip().replace(",", "")
    if not re.fullmatch(r"[0-9]{1,18}", plain):
        raise Malformed("a whole number is needed", field="number")
    return int(plain)
