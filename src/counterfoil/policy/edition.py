"""One edition of the policy book, read from TOML and checked whole before anything uses it.

Always true, of every edition that is read:

1. It has every value it needs, each in range; a broken one is refused with its line and reason
   (``test_a_broken_edition_is_refused_with_its_line``). Amounts are minor units of the edition's one currency.
2. One price everywhere: no table has a place where a price could differ by office or by person
   (``test_a_price_that_differs_by_office_or_person_is_refused``), and none exceeds the cap of a state that is served
   (each product's ``check``, by ``policy.terms.states``).
3. Each value says where it comes from (``test_a_value_without_a_source_is_refused``).
4. Accounts, savings and loans stand only in an edition that names its operator's authority
   (``test_accounts_need_an_authority``).

Editions from before there were profiles say no ``profile``. They can be read, since entries cite them for ever, and are
held to 1 alone; a new one without a profile is not entered (``read_new_edition``).
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NoReturn, TypeVar

from counterfoil.kernel.limits import AMOUNT_MINOR_MAX, DENOMINATIONS_MAX, TEXT_CHARACTERS_MAX
from counterfoil.kernel.money import Currency, currency
from counterfoil.kernel.outcomes import Malformed
from counterfoil.policy.tables import BadValue, read_table
from counterfoil.policy.terms import TABLES, UNDER_AUTHORITY
from counterfoil.policy.terms.states import Served, read_states

T = TypeVar("T")
EDITION_BYTES_MAX = 65_536


class BrokenEdition(Malformed):
    """A policy edition that cannot be used. ``line`` is where to look (0: the whole file)."""

    def __init__(self, reason: str, *, line: int = 0) -> None:
        super().__init__(_placed("policy edition", line, reason), field="policy")
        self.line, self.reason = line, reason

    def of_file(self, name: str) -> str:
        """The refusal as it is told of a file: ``new.toml, line 12: …``."""
        return _placed(name, self.line, self.reason)


def _placed(what: str, line: int, reason: str) -> str:
    return f"{what}, line {line}: {reason}" if line else f"{what}: {reason}"


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
    profile: str = ""
    """The set of values this is an edition of; empty for one from before there were profiles."""
    authority: str = ""
    """The law, charter or license that the operator acts under; empty where none is needed."""
    states: tuple[str, ...] = ()
    """Postal codes of the states whose offices this is for."""
    holidays: str = "XFED"
    """The calendar of banking days: ``products.calendar`` says what it closes."""
    closed: tuple[date, ...] = ()
    """Further days on which the offices are closed: bills go and deposits count on the next banking day."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where the values of the core's own tables come from, by table; each product's tables carry their own."""
    tables: Mapping[type, Any] = field(default_factory=dict)
    """The products' tables by their class (``policy.terms``)."""
    _none: Limit = field(default=Limit(), repr=False)

    def limit(self, operation: str) -> Limit:
        """The bounds of ``operation``; without a table of its own, none but int64."""
        return self.limits.get(operation, self._none)

    def terms(self, table: type[T]) -> T | None:
        """A product's table; None if this edition does not offer the product."""
        return self.tables.get(table)


_HEAD = {
    "name", "effective", "currency", "exponent", "products", "profile", "authority", "states",
}  # fmt: skip
HOLIDAYS = ("XFED", "none")
"""Calendars of banking days: the Federal Reserve's, or none (every weekday)."""
CLOSED_MAX = 400
"""Days of its own that an edition may list: a few years' worth, and never all days there are."""
DIFFERING = frozenset(
    {
        "office", "offices", "place", "places", "branch", "branches", "zip", "zips", "county", "counties",
        "city", "cities", "region", "regions", "window", "windows", "person", "persons", "customer",
        "customers", "holder", "holders", "clerk", "clerks", "sex", "gender", "race", "religion", "nationality",
    }
)  # fmt: skip
"""Keys under which a price would differ by office or by person."""
_TABLES = {"edition", "denominations", "till", "limits", "tiers", "stock", "calendar"}
_LIMITED = {"deposit", "withdrawal", "transfer", "reversal", "stamp-sale", "cash-exchange"}
"""Operations of the core that have limits in ``[limits]``; a product's limits stand in its own table."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def read_new_edition(content: bytes) -> Edition:
    """As ``read_edition``, for one that is to be entered: it names its profile, and is held to everything above."""
    edition = read_edition(content)
    if not edition.profile:
        raise BrokenEdition("[edition] has no profile: name the set of values it is an edition of")
    return edition


@lru_cache(maxsize=16)
def read_edition(content: bytes) -> Edition:
    """The edition in ``content`` (a TOML file), or ``BrokenEdition`` with line and reason.

    The same bytes give the same value, which nobody changes: an office is taken up, checked and rebuilt by few
    editions, and reading one costs as much as a hundred deposits.
    """
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
        self._one_price(root, "")
        self._known(root, _TABLES | TABLES.keys(), "")
        head = self._table(root, "edition")
        self._known(head, _HEAD, "edition")
        name = self._text(head, "name")
        effective = head.get("effective")
        if type(effective) is not date:
            self._broken("effective", f"{effective!r} is not a date such as 2026-01-01")
        assert isinstance(effective, date)
        unit = self._currency(head)
        products = head.get("products", ["everyday"])
        if not isinstance(products, list) or not all(isinstance(p, str) and _NAME.fullmatch(p) for p in products):
            self._broken("products", "a list of product names")
        profile = self._profile(head)
        states = self._states(head, unit) if profile else ()
        authority = self._authority(head, products, root) if profile else ""
        till = self._table(root, "till", optional=True)
        self._known(till, {"cash_max", "blind_count", "source"}, "till")
        sources = self._sources(root, all_of=bool(profile))
        calendar = self._table(root, "calendar", optional=True)
        self._known(calendar, {"every_day", "holidays", "closed", "source"}, "calendar")
        holidays = calendar.get("holidays", "XFED")
        if holidays not in HOLIDAYS:
            self._broken("holidays", f"{holidays!r} is not a calendar kept here: {', '.join(HOLIDAYS)}")
        closed = calendar.get("closed", [])
        if not isinstance(closed, list) or len(closed) > CLOSED_MAX or not all(type(one) is date for one in closed):
            self._broken("closed", f"a list of at most {CLOSED_MAX} dates such as 2026-12-24")
        if len(set(closed)) != len(closed):
            self._broken("closed", "a day stands twice")
        return Edition(
            digest=hashlib.sha256(self.content).digest()[:16],
            content=self.content,
            name=name,
            effective=effective,
            currency=unit,
            denominations=self._denominations(self._table(root, "denominations")),
            till_cash_max=self._amount(till, "cash_max"),
            limits={
                self._limited(k): self._limit(self._inner(root["limits"], k), k) for k in self._rows(root, "limits")
            },
            tiers={k: self._tier(self._inner(root["tiers"], k)) for k in self._rows(root, "tiers", optional=False)},
            stock={k: self._item(self._inner(root["stock"], k)) for k in self._rows(root, "stock")},
            blind_count=self._flag(till, "blind_count", True),
            every_day=self._flag(calendar, "every_day", False),
            products=tuple(products),
            profile=profile,
            authority=authority,
            states=states,
            holidays=holidays,
            closed=tuple(sorted(closed)),
            sources=sources,
            tables=self._products(root, Served(states)),
        )

    def _currency(self, head: Mapping[str, Any]) -> Currency:
        """The currency by its code; an ``exponent`` beside it must be the one that ISO 4217 gives it."""
        try:
            unit = currency(head.get("currency", ""))
        except Malformed as error:
            self._broken("currency", str(error))
        exponent = head.get("exponent", unit.exponent)
        if type(exponent) is not int or exponent != unit.exponent:
            self._broken("exponent", f"{unit.code} has {unit.exponent} decimal places, not {exponent!r}")
        return unit

    def _profile(self, head: Mapping[str, Any]) -> str:
        profile = head.get("profile", "")
        if not isinstance(profile, str) or ("profile" in head and not _NAME.fullmatch(profile)):
            self._broken("profile", "a profile's name of small letters, digits and hyphens")
        if not profile:
            for key in ("authority", "states"):
                if key in head:
                    self._broken(key, f"{key} goes with a profile: say which")
        return profile

    def _states(self, head: Mapping[str, Any], unit: Currency) -> tuple[str, ...]:
        american = unit.code == "USD"
        try:
            states = read_states(head.get("states", []), american=american)
        except ValueError as error:
            self._broken("states", f"states is {head.get('states')!r}: {error}")
        if american and not states:
            self._broken("edition", "states is missing in [edition]: the states whose laws its prices are held to")
        return states

    def _authority(self, head: Mapping[str, Any], products: list[str], root: Mapping[str, Any]) -> str:
        """What the operator acts under. Accounts, savings and loans are not offered without one."""
        authority = self._text(head, "authority") if head.get("authority", "") != "" else ""
        if not authority.strip():
            needing = [*(["products"] if products else []), *(name for name in root if name in UNDER_AUTHORITY)]
            if needing:
                self._broken(
                    "authority" if "authority" in head else needing[0],
                    f"{needing[0]} needs an authority: accounts, savings and loans are offered only by an operator who "
                    "names the law, charter or license it acts under (`--authority TEXT`)",
                )
        return authority

    def _sources(self, root: Mapping[str, Any], *, all_of: bool) -> Mapping[str, str]:
        """Where the values of the core's own tables come from: said in each table or in the table above it."""
        found: dict[str, str] = {}
        for name in ("calendar", "denominations", "till", "limits", "tiers", "stock"):
            table = self._table(root, name, optional=True)
            rows = {f"{name}.{key}": row for key, row in table.items() if isinstance(row, dict)}
            for path, row in ((name, table), *rows.items()):
                if "source" in row:
                    self._within = path
                    found[path] = self._text(row, "source")
            bare = [key for key in table if f"{name}.{key}" not in found]
            if all_of and bare and name not in found:
                self._within = name
                self._broken(bare[0], f"[{name}] has no source: say where its values come from")
        return found

    def _one_price(self, table: Any, within: str) -> None:
        """No key of any table names an office or a person: there is one price everywhere, for everyone."""
        rows = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
        for key, value in rows:
            if isinstance(key, str) and key in DIFFERING:
                self._within = within
                self._broken(key, f"{key!r} would make a price differ: there is one price everywhere, for everyone")
            if not (within == "" and key == "edition"):
                inner = f"{within}.{key}" if within and isinstance(key, str) else str(key if within == "" else within)
                self._one_price(value, inner)

    def _products(self, root: Mapping[str, Any], served: Served) -> Mapping[type, Any]:
        try:
            read: dict[type, Any] = {
                cls: read_table(cls, root[name], within=name) for name, (cls, _) in TABLES.items() if name in root
            }
            read[Served] = served
            for name, (cls, check) in TABLES.items():
                if name in root and check is not None:
                    check(read[cls], read)
        except BadValue as bad:
            self._within = bad.within
            self._broken(bad.key, bad.reason, row=bad.row)
        return read

    def _denominations(self, table: Mapping[str, Any]) -> tuple[int, ...]:
        self._known(table, {"faces", "source"}, "denominations")
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
        self._known(table, {"each", "till_day", "approval_above", "source"}, name)
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

    def _rows(self, root: Mapping[str, Any], name: str, *, optional: bool = True) -> list[str]:
        """The names of a table's tables, without its ``source``."""
        return [k for k in self._table(root, name, optional=optional) if k != "source"]

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

    def _broken(self, key: str, reason: str, *, row: int = 0) -> NoReturn:
        """Refuses the edition, naming the line of ``key``; ``row``: in that row of its table, from 0."""
        place = re.compile(rf"^\s*(\[.*\b{re.escape(key)}\]|{re.escape(key)}\s*=)|[{{,]\s*{re.escape(key)}\s*=")
        found = [n for n, text in enumerate(self.lines, start=1) if place.search(text)]
        # Several tables have keys of one name: the one that is read now comes first.
        head = re.compile(rf"^\s*\[(.*\b)?{re.escape(self._within)}\]")
        starts = [n for n, text in enumerate(self.lines, start=1) if self._within and head.match(text)]
        if row < len(starts):  # A row of its own heading.
            found, row = [n for n in found if n >= starts[row]] or found, 0
        else:  # Rows within one value, a line each.
            inner = re.compile(rf"^\s*{re.escape(self._within.rpartition('.')[2])}\s*=")
            start = next((n for n, text in enumerate(self.lines, start=1) if inner.match(text)), 0)
            found = [n for n in found if n >= start] or found
        line = found[min(row, len(found) - 1)] if found else 0
        raise BrokenEdition(reason, line=line)
