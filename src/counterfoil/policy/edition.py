"""One edition of the policy book, read from TOML and checked whole before anything uses it.

Always true: an edition that is read has every value it needs, each in range; a broken one is refused with its line and
reason (``test_a_broken_edition_is_refused_with_its_line``). Amounts are minor units of the edition's one currency.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from counterfoil.kernel.limits import AMOUNT_MINOR_MAX, DENOMINATIONS_MAX, TEXT_CHARACTERS_MAX
from counterfoil.kernel.money import Currency, currency
from counterfoil.kernel.outcomes import Malformed
from counterfoil.policy.tables import BadValue, read_table
from counterfoil.policy.terms import TABLES

T = TypeVar("T")
EDITION_BYTES_MAX = 65_536


class BrokenEdition(Malformed):
    """A policy edition that cannot be used. ``line`` is where to look (0: the whole file)."""

    def __init__(self, reason: str, *, line: int = 0) -> None:
        super().__init__(
            f"policy edition, line {line}: {reason}" if line else f"policy edition: {reason}", field="policy"
        )
        self.line, self.reason = line, reason


@dataclass(frozen=True, slots=True)
class Limit:
    """Bounds on one operation, in minor units. ``approval_above``: a second person signs beyond it."""

    each: int = AMOUNT_MINOR_MAX
    till_day: int = AMOUNT_MINOR_MAX
    approval_above: int = AMOUNT_MINOR_MAX


@dataclass(frozen=True, slots=True)
class Tier:
    """An identification tier: which documents it asks for (empty: none) and the balance it may hold, minor units."""

    identification: tuple[str, ...]
    balance_max: int


@dataclass(frozen=True, slots=True)
class StockItem:
    """Accountable stock sold at face value, minor units each."""

    title: str
    face: int


@dataclass(frozen=True, slots=True)
class Edition:
    """A checked edition. ``digest`` is the first 16 bytes of SHA-256 of the file: what every entry cites."""

    digest: bytes
    content: bytes
    name: str
    effective: date
    currency: Currency
    denominations: tuple[int, ...]
    till_cash_max: int
    limits: Mapping[str, Limit]
    tiers: Mapping[str, Tier]
    stock: Mapping[str, StockItem]
    blind_count: bool = True
    every_day: bool = False
    products: tuple[str, ...] = ("everyday",)
    tables: Mapping[type, Any] = field(default_factory=dict)
    """The products' tables by their class (``policy.terms``)."""
    _none: Limit = field(default=Limit(), repr=False)

    def limit(self, operation: str) -> Limit:
        """The bounds of ``operation``; without a table of its own, none but int64."""
        return self.limits.get(operation, self._none)

    def terms(self, table: type[T]) -> T | None:
        """A product's table; None if this edition does not offer the product."""
        return self.tables.get(table)


_TABLES = {"edition", "denominations", "till", "limits", "tiers", "stock", "calendar"}
_LIMITED = {"deposit", "withdrawal", "transfer", "reversal", "stamp-sale", "cash-exchange"}
"""Operations of the core that have limits in ``[limits]``; a product's limits stand in its own table."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def read_edition(content: bytes) -> Edition:
    """The edition in ``content`` (a TOML file), or ``BrokenEdition`` with line and reason."""
    if len(content) > EDITION_BYTES_MAX:
        raise BrokenEdition(f"{len(content)} bytes is over the limit of {EDITION_BYTES_MAX}")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BrokenEdition(f"not UTF-8: {error.reason}", line=content[: error.start].count(b"\n") + 1) from None
    try:
        return _Reader(text, content).edition(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise BrokenEdition(str(error), line=int(found.group(1)) if found else text.count("\n") + 1) from None
    except RecursionError:
        raise BrokenEdition("nested too deeply") from None


class _Reader:
    """Reads the tables of one file; knows where each key stands so that a refusal can name the line."""

    def __init__(self, text: str, content: bytes) -> None:
        self.lines = text.splitlines()
        self.content = content
        self._within = ""

    def edition(self, root: Mapping[str, Any]) -> Edition:
        self._known(root, _TABLES | TABLES.keys(), "")
        head = self._table(root, "edition")
        self._known(head, {"name", "effective", "currency", "products"}, "edition")
        name = self._text(head, "name")
        effective = head.get("effective")
        if type(effective) is not date:
            self._broken("effective", f"{effective!r} is not a date such as 2026-01-01")
        assert isinstance(effective, date)
        try:
            unit = currency(head.get("currency", ""))
        except Malformed as error:
            self._broken("currency", str(error))
        products = head.get("products", ["everyday"])
        if not isinstance(products, list) or not all(isinstance(p, str) and _NAME.fullmatch(p) for p in products):
            self._broken("products", "a list of product names")
        till = self._table(root, "till", optional=True)
        self._known(till, {"cash_max", "blind_count"}, "till")
        calendar = self._table(root, "calendar", optional=True)
        self._known(calendar, {"every_day"}, "calendar")
        return Edition(
            digest=hashlib.sha256(self.content).digest()[:16],
            content=self.content,
            name=name,
            effective=effective,
            currency=unit,
            denominations=self._denominations(self._table(root, "denominations")),
            till_cash_max=self._amount(till, "cash_max"),
            limits={
                self._limited(k): self._limit(self._inner(root["limits"], k), k)
                for k in self._table(root, "limits", optional=True)
            },
            tiers={k: self._tier(self._inner(root["tiers"], k)) for k in self._table(root, "tiers")},
            stock={k: self._item(self._inner(root["stock"], k)) for k in self._table(root, "stock", optional=True)},
            blind_count=self._flag(till, "blind_count", True),
            every_day=self._flag(calendar, "every_day", False),
            products=tuple(products),
            tables=self._products(root),
        )

    def _products(self, root: Mapping[str, Any]) -> Mapping[type, Any]:
        try:
            read: dict[type, Any] = {
                cls: read_table(cls, root[name], within=name) for name, (cls, _) in TABLES.items() if name in root
            }
            for name, (cls, check) in TABLES.items():
                if name in root and check is not None:
                    check(read[cls], read)
        except BadValue as bad:
            self._within = bad.within
            self._broken(bad.key, bad.reason)
        return read

    def _denominations(self, table: Mapping[str, Any]) -> tuple[int, ...]:
        faces = table.get("faces")
        if (
            not isinstance(faces, list)
            or not 0 < len(faces) <= DENOMINATIONS_MAX
            or not all(type(f) is int and f > 0 for f in faces)
            or faces != sorted(set(faces), reverse=True)
        ):
            self._broken("faces", "a list of face values in minor units, largest first, none twice")
        return tuple(faces or ())

    def _limited(self, operation: str) -> str:
        if operation not in _LIMITED:
            self._broken(operation, f"{operation!r} is not an operation with limits ({', '.join(sorted(_LIMITED))})")
        return operation

    def _limit(self, table: Mapping[str, Any], name: str) -> Limit:
        self._known(table, {"each", "till_day", "approval_above"}, name)
        return Limit(*(self._amount(table, key) for key in ("each", "till_day", "approval_above")))

    def _tier(self, table: Mapping[str, Any]) -> Tier:
        wanted = table.get("identification", [])
        if not isinstance(wanted, list) or not all(isinstance(w, str) and w for w in wanted):
            self._broken("identification", "a list of document names")
        return Tier(tuple(wanted), self._amount(table, "balance_max"))

    def _item(self, table: Mapping[str, Any]) -> StockItem:
        face = self._amount(table, "face")
        if not 0 < face < AMOUNT_MINOR_MAX:
            self._broken("face", "a face value above zero")
        return StockItem(self._text(table, "title"), face)

    def _table(self, root: Mapping[str, Any], name: str, *, optional: bool = False) -> Mapping[str, Any]:
        table = root.get(name, {} if optional else None)
        if not isinstance(table, dict):
            self._broken(name, f"table [{name}] is missing")
        assert isinstance(table, dict)
        self._within = name
        return table

    def _inner(self, root: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        table = root[name]
        if not _NAME.fullmatch(name):
            self._broken(name, f"{name!r} is not a name of small letters, digits and hyphens")
        if not isinstance(table, dict):
            self._broken(name, f"{name} is a table of its own")
        assert isinstance(table, dict)
        self._within = name
        return table

    def _text(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not 0 < len(value) <= TEXT_CHARACTERS_MAX or not value.isprintable():
            self._broken(key, f"{key} is a text of 1 to {TEXT_CHARACTERS_MAX} printable characters")
        assert isinstance(value, str)
        return value

    def _amount(self, table: Mapping[str, Any], key: str) -> int:
        value = table.get(key, AMOUNT_MINOR_MAX)
        if type(value) is not int or not 0 <= value <= AMOUNT_MINOR_MAX:
            self._broken(key, f"{value!r} is not a whole number of minor units")
        assert isinstance(value, int)
        return value

    def _flag(self, table: Mapping[str, Any], key: str, default: bool) -> bool:
        value = table.get(key, default)
        if type(value) is not bool:
            self._broken(key, f"{key} is true or false")
        return bool(value)

    def _known(self, table: Mapping[str, Any], known: set[str], where: str) -> None:
        for key in table:
            if key not in known:
                self._broken(key, f"{key!r} is not known here{f' (in [{where}])' if where else ''}")

    def _broken(self, key: str, reason: str) -> None:
        place = re.compile(rf"^\s*(\[.*\b{re.escape(key)}\]|{re.escape(key)}\s*=)")
        found = [n for n, text in enumerate(self.lines, start=1) if place.match(text)]
        # Several tables have keys of one name: the one that is read now comes first.
        head = re.compile(rf"^\s*\[(.*\b)?{re.escape(self._within)}\]")
        start = next((n for n, text in enumerate(self.lines, start=1) if self._within and head.match(text)), 0)
        line = next((n for n in found if n >= start), found[0] if found else 0)
        raise BrokenEdition(reason, line=line)
