"""Questions of the API: each a row of ``READS``, which makes both the route and its part of the document.

Always true: nothing is changed by asking (``test_questions_change_nothing``); a list goes on where its cursor says,
without a gap and without a repetition (``test_pages_join_without_gap_or_repetition``); each asks one of the questions
of ``operations.roles``, and what is not a customer's own is not there for her app
(``test_every_role_and_every_question_of_the_api``); whose details are read is noted with the program's name
(``test_whoever_reads_details_is_noted``).

A balance is what the office owes the customer, minor units of ``currency``; ``available`` is less what is held.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Protocol

from counterfoil import __version__
from counterfoil.counter.receipt import Receipt
from counterfoil.faces.api.problems import Problem, refusal_details
from counterfoil.faces.api.wire import AFTER, LIMIT, PAGE, Parameter, cursor, one_of, plain, read_cursor, whole
from counterfoil.facts.kinds import KINDS, Actor, kind_numbered
from counterfoil.facts.record import Fact
from counterfoil.kernel.days import moment
from counterfoil.kernel.idents import request_id
from counterfoil.kernel.limits import EPOCH_MAX, SEQUENCE_MAX
from counterfoil.kernel.outcomes import Malformed, Translate
from counterfoil.ledger.booking import stock_account, till_account
from counterfoil.office import readers
from counterfoil.office.rows import CustomerRow, DifferenceRow, HoldingRow, TillRow
from counterfoil.office.rules import owed
from counterfoil.operations import self_service, window
from counterfoil.operations.answers import Accepted, Answer, Refused
from counterfoil.operations.beside import details_at
from counterfoil.operations.clients import PERSONAL, READ, WRITE, Client
from counterfoil.operations.desk import Desk, own_body, read_entry
from counterfoil.operations.documents.cuts import cuts_of
from counterfoil.operations.items import stops as in_force
from counterfoil.operations.papers import Papers
from counterfoil.operations.queries import as_of_date, trial
from counterfoil.operations.roles import Question as Asks
from counterfoil.operations.service import Service
from counterfoil.operations.store import OfficeStore, StoredEntry

Schema = dict[str, Any]


class Api(Protocol):
    """What a question may use."""

    @property
    def service(self) -> Service: ...
    def papers(self, store: OfficeStore) -> Papers: ...
    def receipt_text(self, receipt: Receipt) -> str: ...


@dataclass(frozen=True, slots=True)
class Question:
    """One GET as it was asked."""

    client: Client
    path: Mapping[str, str]
    query: Mapping[str, Any]
    translate: Translate


class Read(NamedTuple):
    """One question: its path, who may ask it, and what is answered. ``asks``: the question whose readers may have it;
    ``narrowed``: the one it is once it is about one customer."""

    name: str
    path: str
    summary: str
    scope: str
    asks: Asks
    answer: Callable[[Any, Question], Awaitable[Any]]
    result: Schema
    query: tuple[Parameter, ...] = ()
    about: str = ""
    narrowed: Asks | None = None

    def question(self, client: Client, query: Mapping[str, Any]) -> Asks:
        """Which question of ``operations.roles`` it is as it was asked."""
        return self.narrowed if self.narrowed and (client.customer or "customer" in query) else self.asks


_TEXT: Schema = {"type": "string"}
_INT: Schema = {"type": "integer"}
_MAYBE: Schema = {"type": ["integer", "null"]}
_FLAG: Schema = {"type": "boolean"}
_HEX: Schema = {"type": "string", "pattern": "^[0-9a-f]+$"}
_DATE: Schema = {"type": "string", "format": "date"}
_TIME: Schema = {"type": "string", "format": "date-time"}
_CURRENCY: Schema = {"type": "string", "pattern": "^[A-Z]{3}$"}


def shape(required: Schema, optional: Schema | None = None, *, more: bool = False) -> Schema:
    """An object with these members."""
    return {
        "type": "object", "properties": {**required, **(optional or {})}, "required": list(required),
        "additionalProperties": more,
    }  # fmt: skip


def listed(item: str) -> Schema:
    """A page of a list."""
    return shape({"items": {"type": "array", "items": {"$ref": f"#/components/schemas/{item}"}}}, {"next": _TEXT})


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


ENTERED = shape({"epoch": _INT, "entry": _INT, "kind": _TEXT}, {"slip": _TEXT})
SCHEMAS: dict[str, Schema] = {
    "Office": shape(
        {
            "office": _TEXT, "place": _TEXT, "zone": _TEXT, "currency": _CURRENCY, "epoch": _INT, "origin": _TEXT,
            "size": _INT, "business_date": {"anyOf": [_DATE, {"type": "null"}]}, "clock": _TEXT, "time": _TIME,
            "edition": {"anyOf": [shape({"name": _TEXT, "digest": _HEX, "effective": _DATE}), {"type": "null"}]},
            "version": _TEXT,
            "client": shape({"id": _HEX, "name": _TEXT, "scopes": {"type": "array", "items": _TEXT}}),
        }
    ),
    "Account": shape(
        {
            "account": _TEXT, "customer": {"type": ["string", "null"]}, "product": _TEXT, "state": _TEXT,
            "balance": _INT, "available": _INT, "currency": _CURRENCY,
        }
    ),
    "Customer": shape({"customer": _TEXT, "tier": _TEXT, "epoch": _INT, "entry": _INT}),
    "CustomerDetails": shape({"customer": _TEXT, "details": {"type": "object", "additionalProperties": _TEXT}}),
    "Entry": shape(
        {
            "epoch": _INT, "entry": _INT, "kind": _TEXT, "actor": _TEXT, "actor_key": _HEX, "time": _TIME,
            "request": _HEX, "part": _INT, "parts": _INT, "body": {"type": "object"},
            "facts": {"type": "array", "items": {"type": "object"}},
        },
        {
            "date": _TEXT, "amount": _INT, "currency": _CURRENCY,
            "reverses": shape({"node": _INT, "epoch": _INT, "entry": _INT}),
        },
    ),
    "Receipt": shape(
        {
            "text": _TEXT, "language": _TEXT, "copy": _FLAG, "slips": {"type": "array", "items": _TEXT},
        }
    ),
    "Entered": ENTERED,
    "Accepted": shape(
        {
            "outcome": {"const": "accepted"}, "request": _HEX, "kind": _TEXT, "currency": _CURRENCY,
            "entries": {"type": "array", "items": _ref("Entered"), "minItems": 1},
            "result": {"type": "object", "description": "What the entries made: numbers given, cases, amounts told."},
        },
        {"told": {"type": "object", "description": "What the asker is told and no book holds: a claim code."}},
    ),
    "Prepared": shape(
        {"epoch": _INT, "body": {"type": "object", "description": "What is to be signed and sent as `body`."}},
        {"refusal": shape({"code": _TEXT, "details": {"type": "object"}, "message": _TEXT})},
    ),
    "Refused": shape(
        {
            "outcome": {"const": "refused"}, "request": _HEX, "code": _TEXT, "details": {"type": "object"},
            "message": _TEXT,
        }
    ),
    "TrialBalance": shape(
        {
            "as_of": {"anyOf": [shape({"date": _DATE, "by": {"enum": ["booked", "value"]}}), {"type": "null"}]},
            "balanced": _FLAG,
            "lines": {
                "type": "array",
                "items": shape(
                    {
                        "currency": _CURRENCY, "accounts": _INT, "debits_posted": _INT, "credits_posted": _INT,
                        "debits_pending": _INT, "credits_pending": _INT, "balanced": _FLAG,
                    }
                ),
            },
        }
    ),
    "Till": shape(
        {
            "till": _TEXT, "state": _TEXT, "shared": _FLAG, "clerk": _TEXT, "date": _TEXT, "cash": _MAYBE,
            "stock_value": _MAYBE, "currency": _CURRENCY, "counted": {"type": ["integer", "null"]},
        }
    ),
    "Difference": shape(
        {
            "case": _TEXT, "till": _TEXT, "date": _TEXT, "amount": _INT, "stock": _INT, "state": _TEXT,
            "currency": _CURRENCY, "epoch": _INT, "entry": _INT,
        }
    ),
    "Unprinted": shape({"epoch": _INT, "entry": _INT}),
    "StatementCut": shape(
        {"since": _DATE, "until": _DATE, "balance": _INT, "currency": _CURRENCY, "epoch": _INT, "entry": _INT}
    ),
    "Stop": shape(
        {
            "what": {"enum": ["bill", "money order"]}, "which": _TEXT, "amount": _INT, "currency": _CURRENCY,
            "until": {"anyOf": [_DATE, {"type": "null"}]}, "case": {"type": ["string", "null"]},
        }
    ),
}  # fmt: skip


async def office(api: Api, asked: Question) -> Any:
    def look(desk: Desk) -> dict[str, Any]:
        state, row, policy = desk.state, desk.state.current, desk.state.policy
        if row is None:
            raise Problem("unavailable", "This office has no open log yet. Nothing has been recorded.")
        return {
            "office": row.office, "place": row.place, "zone": row.zone, "currency": row.currency, "epoch": desk.epoch,
            "origin": row.origin, "size": desk.size, "business_date": state.today.date if state.today else None,
            "clock": desk.clock.kind, "time": _when(state.now), "version": __version__,
            "edition": {"name": policy.name, "digest": policy.digest, "effective": policy.effective.isoformat()}
            if policy else None,
        }  # fmt: skip

    client = asked.client
    who = {"id": client.id, "name": client.name, "scopes": sorted(client.scopes)}
    return {**await api.service.at_desk(look), "client": who}


async def accounts(api: Api, asked: Question) -> Any:
    customer, limit = asked.query.get("customer"), asked.query.get("limit", PAGE)
    after, hers = _after("accounts", asked, (str,)), asked.client.customer

    def question(store: OfficeStore) -> tuple[list[HoldingRow], bool]:
        rows = (HoldingRow(*row) for row in store.scan("holding", after=after))  # type: ignore[arg-type]  # the store keeps the columns
        found: list[HoldingRow] = []
        for row in rows:
            if (customer is not None and row.customer != customer) or (hers and row.customer != hers):
                continue
            if len(found) == limit:
                return found, True
            found.append(row)
        return found, False

    rows, more = await api.service.read(question)
    items = await api.service.at_desk(lambda desk: [_account(desk, row) for row in rows])
    return _page("accounts", items, (rows[-1].account,) if more else None)


async def account(api: Api, asked: Question) -> Any:
    number = readers.ACCOUNT.read(asked.path["account"], "account")

    def look(desk: Desk) -> dict[str, Any]:
        row = desk.state.holding.get(number)
        if row is None or not _hers(asked, row.customer):
            raise Problem("not-found", f"There is no account {number} in these books.")
        return _account(desk, row)

    return await api.service.at_desk(look)


async def account_entries(api: Api, asked: Question) -> Any:
    number, limit = readers.ACCOUNT.read(asked.path["account"], "account"), asked.query.get("limit", PAGE)
    after = _after("account-entries", asked, (str, int, int))
    if after is not None and after[0] != number:
        raise Malformed("after is a cursor of another account", field="after")

    def question(store: OfficeStore) -> tuple[list[dict[str, Any]], tuple[Any, ...] | None]:
        row = store.get("holding", (number,))
        if row is None or not _hers(asked, row[1]):
            raise Problem("not-found", f"There is no account {number} in these books.")
        rows = list(store.scan("statement", (number,), after=after, limit=limit + 1))
        places = [(int(row[1] or 0), int(row[2] or 0)) for row in rows[:limit]]
        hers = asked.client.customer  # Who sent her money is not told to her app: that entry is another's.
        shown = [at for at in places if not hers or self_service.may_see(store, hers, at)]
        last = (number, *places[-1]) if len(rows) > limit else None
        return [_entry(store.entries(*at, 1)[0]) for at in shown], last

    items, last = await api.service.read(question)
    return _page("account-entries", items, last)


async def account_statements(api: Api, asked: Question) -> Any:
    number, limit = readers.ACCOUNT.read(asked.path["account"], "account"), asked.query.get("limit", PAGE)
    after = _after("account-statements", asked, (str, str))
    if after is not None and after[0] != number:
        raise Malformed("after is a cursor of another account", field="after")

    def question(store: OfficeStore) -> list[dict[str, Any]]:
        row = store.get("holding", (number,))
        if row is None or not _hers(asked, row[1]):
            raise Problem("not-found", f"There is no account {number} in these books.")
        return [
            {
                "since": cut.since.isoformat(), "until": cut.until.isoformat(), "balance": cut.balance,
                "epoch": cut.at[0], "entry": cut.at[1],
            }
            for cut in cuts_of(store, number)
            if after is None or cut.until.isoformat() > after[1]
        ]  # fmt: skip

    cuts = await api.service.read(question)
    currency = await api.service.at_desk(currency_of)
    items = [{**one, "currency": currency} for one in cuts[:limit]]
    return _page("account-statements", items, (number, items[-1]["until"]) if len(cuts) > limit else None)


async def stops(api: Api, asked: Question) -> Any:
    found = await api.service.read(lambda store: list(in_force(store)))
    currency = await api.service.at_desk(currency_of)
    return _page("stops", [{**one, "currency": currency} for one in found], None)


async def customer(api: Api, asked: Question) -> Any:
    return await api.service.read(lambda store: _customer(store, asked)[0])


async def customer_details(api: Api, asked: Question) -> Any:
    number = (await customer(api, asked))["customer"]
    who = f"API {asked.client.name}"
    await api.service.at_desk(lambda desk: window.note_look(desk, number, by=who, what="details"))

    def question(store: OfficeStore) -> dict[str, Any]:
        shown, digest = _customer(store, asked)
        return {"customer": shown["customer"], "details": details_at(store, digest)}

    return await api.service.read(question)


async def entries(api: Api, asked: Question) -> Any:
    kind, limit = asked.query.get("kind"), asked.query.get("limit", PAGE)
    after = _after("entries", asked, (int, int))

    def question(store: OfficeStore) -> tuple[list[dict[str, Any]], tuple[int, int] | None]:
        found: list[dict[str, Any]] = []
        last: tuple[int, int] | None = after and (int(after[0] or 0), int(after[1] or 0))
        for looked, kept in enumerate(_journal(store, last)):
            if len(found) == limit or looked == _LOOKED_MAX:
                return found, last
            shown = _entry(kept)
            last = kept.epoch, kept.sequence
            if kind is None or shown["kind"] == kind:
                found.append(shown)
        return found, None

    items, last = await api.service.read(question)
    return _page("entries", items, last)


async def entry(api: Api, asked: Question) -> Any:
    epoch, sequence = _place(asked)

    def question(store: OfficeStore) -> dict[str, Any]:
        kept = store.entries(epoch, sequence, 1)
        if not kept:
            raise Problem("not-found", f"There is no entry {sequence} in epoch {epoch}.")
        return _entry(kept[0])

    return await api.service.read(question)


async def receipt(api: Api, asked: Question) -> Any:
    epoch, sequence = _place(asked)
    await entry(api, asked)  # Says which of the two is not there.

    def question(store: OfficeStore) -> dict[str, Any]:
        hers = asked.client.customer
        if hers and not self_service.may_see(store, hers, (epoch, sequence)):
            raise Problem("not-found", f"There is no entry {sequence} in epoch {epoch}.")
        made = api.papers(store).receipt(epoch, sequence, language=asked.query.get("language"))
        text = api.receipt_text(made)
        return {"text": text, "language": made.language, "copy": made.copy, "slips": list(made.slips)}

    return await api.service.read(question)


async def request(api: Api, asked: Question) -> Any:
    identity = request_id(asked.path["id"])
    answer = await api.service.at_desk(lambda desk: desk.recall(identity))
    if answer is None:
        raise Problem("not-found", f"No request {identity.hex()} was decided here. If it was sent, send it again.")
    currency = await api.service.at_desk(currency_of)
    return outcome(answer, currency, asked.translate)


async def trial_balance(api: Api, asked: Question) -> Any:
    day, by = asked.query.get("date"), asked.query.get("by", "booked")
    at = as_of_date(day, by) if day is not None else None
    return await api.service.read(lambda store: trial(store, at=at))


async def tills(api: Api, asked: Question) -> Any:
    blind = not asked.client.reads(Asks.BOOKS)
    rows = await api.service.at_desk(lambda desk: [_till(desk, row, blind) for row in desk.state.till.all()])
    return _page("tills", rows, None)


async def till(api: Api, asked: Question) -> Any:
    name = readers.TILL.read(asked.path["till"], "till")

    def look(desk: Desk) -> dict[str, Any]:
        row = desk.state.till.get(name)
        if row is None:
            raise Problem("not-found", f"There is no till {name} in these books.")
        return _till(desk, row, not asked.client.reads(Asks.BOOKS))

    return await api.service.at_desk(look)


async def differences(api: Api, asked: Question) -> Any:
    state = asked.query.get("state")

    def look(desk: Desk) -> list[dict[str, Any]]:
        rows = [row for row in desk.state.difference.all() if state in (None, row.state)]
        return [_difference(desk, row) for row in rows]

    return _page("differences", await api.service.at_desk(look), None)


async def unprinted(api: Api, asked: Question) -> Any:
    limit, after = asked.query.get("limit", PAGE), _after("unprinted", asked, (int, int))
    rows = await api.service.read(lambda store: list(store.scan("unprinted", after=after, limit=limit + 1)))
    items = [{"epoch": row[0], "entry": row[1]} for row in rows[:limit]]
    return _page("unprinted", items, (rows[limit - 1][0], rows[limit - 1][1]) if len(rows) > limit else None)


_LOOKED_MAX = 2_000
"""Entries looked at for one page of a filtered list."""
_KIND_NAMES = tuple(kind.name for kind in KINDS)
_KIND = Parameter("kind", one_of(*_KIND_NAMES), {"enum": list(_KIND_NAMES)}, "Only entries of this kind.")
_BY = Parameter("by", one_of("booked", "value"), {"enum": ["booked", "value"], "default": "booked"},
                "Which of a transfer's two dates is compared.")  # fmt: skip
_ON = Parameter("date", readers.DATE.read, dict(readers.DATE.schema), "As of the end of this day.")
_OF = Parameter("customer", readers.CUSTOMER.read, dict(readers.CUSTOMER.schema), "Only this customer's.")
_SPOKEN = Parameter("language", one_of("en", "es"), {"enum": ["en", "es"]}, "Left out, the customer's own.")
_STATE = Parameter("state", one_of("open", "accepted", "disputed"), {"enum": ["open", "accepted", "disputed"]},
                   "Only differences in this state.")  # fmt: skip

READS: tuple[Read, ...] = (
    Read("office", "/v1/office", "The office, its log and its day",
         "", Asks.OFFICE, office, _ref("Office"),
         about="Any token may ask. `client.id` is what request ids are made with; `epoch` goes with every write."),
    Read("accounts", "/v1/accounts", "Customers' accounts",
         READ, Asks.BOOKS, accounts, listed("Account"), (_OF, AFTER, LIMIT), narrowed=Asks.ACCOUNT),
    Read("account", "/v1/accounts/{account}", "One account", READ, Asks.ACCOUNT, account, _ref("Account")),
    Read("account-entries", "/v1/accounts/{account}/entries", "The entries that touched an account",
         READ, Asks.ACCOUNT, account_entries, listed("Entry"), (AFTER, LIMIT)),
    Read("account-statements", "/v1/accounts/{account}/statements",
         "The periods of an account's statements, as they were cut",
         READ, Asks.ACCOUNT, account_statements, listed("StatementCut"), (AFTER, LIMIT),
         about="The first one first. `balance` is the closing balance; `epoch` and `entry` name the entry that "
               "cut it. Which movements stand on a statement is told by its paper."),
    Read("stops", "/v1/stops", "Stops of payments that are in force", READ, Asks.INSTRUMENTS, stops, listed("Stop")),
    Read("customer", "/v1/customers/{customer}", "One customer, by number",
         READ, Asks.CUSTOMER, customer, _ref("Customer")),
    Read("customer-details", "/v1/customers/{customer}/details", "A customer's personal details",
         PERSONAL, Asks.CUSTOMER, customer_details, _ref("CustomerDetails")),
    Read("entries", "/v1/entries", "The journal, in order",
         READ, Asks.ENTRIES, entries, listed("Entry"), (_KIND, AFTER, LIMIT)),
    Read("entry", "/v1/entries/{epoch}/{entry}", "One entry", READ, Asks.ENTRIES, entry, _ref("Entry")),
    Read("receipt", "/v1/entries/{epoch}/{entry}/receipt", "The receipt of an entry, with its slips",
         PERSONAL, Asks.RECEIPT, receipt, _ref("Receipt"), (_SPOKEN,),
         about="It may show the customer's name. COPY unless its first print is due."),
    Read("request", "/v1/requests/{id}", "What became of a request",
         READ, Asks.OUTCOME, request, {"oneOf": [_ref("Accepted"), _ref("Refused")]}),
    Read("trial-balance", "/v1/trial-balance", "The trial balance, now or as of a date",
         READ, Asks.BOOKS, trial_balance, _ref("TrialBalance"), (_ON, _BY)),
    Read("tills", "/v1/tills", "Every till",
         READ, Asks.TILLS, tills, listed("Till"),
         about="What an open till holds by the books is null for a token of the role clerk: it is counted blind."),
    Read("till", "/v1/tills/{till}", "One till", READ, Asks.TILLS, till, _ref("Till")),
    Read("differences", "/v1/differences", "Differences at close",
         READ, Asks.DIFFERENCES, differences, listed("Difference"), (_STATE,)),
    Read("unprinted", "/v1/unprinted", "Entries whose slip has not been printed",
         WRITE, Asks.DAY, unprinted, listed("Unprinted"), (AFTER, LIMIT)),
)  # fmt: skip
"""In the order of the document. An empty scope: any token."""


def outcome(answer: Answer, currency: str, translate: Translate) -> dict[str, Any]:
    """A decided request as JSON."""
    if isinstance(answer, Refused):
        return {
            "outcome": "refused", "request": answer.request, "code": answer.refusal.code,
            "details": refusal_details(answer.refusal), "message": answer.refusal.sentence(translate),
        }  # fmt: skip
    return accepted(answer, currency)


def accepted(answer: Accepted, currency: str) -> dict[str, Any]:
    """An accepted request as JSON. A slip is left out where it cannot be signed again (its epoch's key is gone)."""
    return {
        "outcome": "accepted", "request": answer.request.hex(), "kind": answer.entries[0].kind, "currency": currency,
        "entries": [
            {"epoch": e.epoch, "entry": e.sequence, "kind": e.kind, **({"slip": e.slip} if e.slip else {})}
            for e in answer.entries
        ],
        "result": plain(answer.result()),
    }  # fmt: skip


def currency_of(desk: Desk) -> str:
    """The office's currency."""
    return desk.state.current.currency if desk.state.current else "XXX"


def _page(what: str, items: list[Any], last: tuple[Any, ...] | None) -> dict[str, Any]:
    return {"items": items, **({"next": cursor(what, last)} if last is not None else {})}


def _after(what: str, asked: Question, like: tuple[type, ...]) -> tuple[Any, ...] | None:
    given = asked.query.get("after")
    return read_cursor(what, given, like) if given is not None else None


def _place(asked: Question) -> tuple[int, int]:
    return whole(1, EPOCH_MAX)(asked.path["epoch"], "epoch"), whole(0, SEQUENCE_MAX)(asked.path["entry"], "entry")


def _when(ms: int) -> str:
    return moment(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _account(desk: Desk, row: HoldingRow) -> dict[str, Any]:
    balance, available = owed(desk.state, row.account)
    return {
        "account": row.account, "customer": row.customer, "product": row.product, "state": row.state,
        "balance": balance, "available": available, "currency": currency_of(desk),
    }  # fmt: skip


def _till(desk: Desk, row: TillRow, blind: bool) -> dict[str, Any]:
    """``blind``: what an open till should hold is not told, since whoever asks may be the one to count it."""
    policy = desk.state.policy
    hidden = blind and row.state == "open" and (policy is None or policy.blind_count)

    def held(name: str) -> int | None:
        debits, credits, *_ = desk.state.balance(name)
        return None if hidden else debits - credits

    return {
        "till": row.till, "state": row.state, "shared": bool(row.shared), "clerk": row.clerk, "date": row.date,
        "cash": held(till_account(row.till)), "stock_value": held(stock_account(row.till)),
        "currency": currency_of(desk), "counted": row.counted,
    }  # fmt: skip


def _difference(desk: Desk, row: DifferenceRow) -> dict[str, Any]:
    """Without the clerk: nothing here ranks people; who counted stands in the entry."""
    return {
        "case": row.case, "till": row.till, "date": row.date, "amount": row.amount, "stock": row.stock,
        "state": row.state, "currency": currency_of(desk), "epoch": row.epoch, "entry": row.sequence,
    }  # fmt: skip


def not_for_its_role(role: str) -> Problem:
    """The token's role has no part in this question."""
    return Problem(
        "scope-missing",
        f"A token of the role {role} does not read this: ask with one of another role. Nothing has been recorded.",
    )


def _hers(asked: Question, customer: object) -> bool:
    """Whether a token of one customer may have what is this customer's; any other token may."""
    return not asked.client.customer or asked.client.customer == customer


def _customer(store: OfficeStore, asked: Question) -> tuple[dict[str, Any], bytes]:
    number = readers.CUSTOMER.read(asked.path["customer"], "customer")
    kept = store.get("customer", (number,))
    if kept is None or not _hers(asked, number):
        raise Problem("not-found", f"There is no customer {number} in these books.")
    row = CustomerRow(*kept)  # type: ignore[arg-type]  # the store keeps the columns of the row class
    return {"customer": row.customer, "tier": row.tier, "epoch": row.epoch, "entry": row.sequence}, row.details


def _journal(store: OfficeStore, after: tuple[int, int] | None) -> Any:
    """Every entry after that place, in order."""
    for row in store.scan("entry", after=after):
        yield StoredEntry(*row)  # type: ignore[arg-type]  # the store keeps the columns of an entry


def _entry(kept: StoredEntry) -> dict[str, Any]:
    read = read_entry(kept)
    core, part = read.core, read.core.which_part
    own = own_body(read.body, part[0] - 1)
    shown = {
        "epoch": kept.epoch, "entry": kept.sequence, "kind": kind_numbered(core.kind).name,
        "actor": Actor(core.actor_kind).name.lower(), "actor_key": core.actor_key_id, "time": _when(core.time_ms),
        "request": core.request_id, "part": part[0], "parts": part[1], "body": plain(own),
        "facts": [_fact(fact) for fact in read.facts],
    }  # fmt: skip
    if read.date:
        shown["date"] = read.date
    if core.amount is not None:
        shown |= {"amount": core.amount, "currency": core.currency}
    if core.reverses is not None:
        node, epoch, sequence = core.reverses
        shown["reverses"] = {"node": node, "epoch": epoch, "entry": sequence}
    plained: dict[str, Any] = plain(shown)
    return plained


def _fact(fact: Fact) -> dict[str, Any]:
    named = {one.name: getattr(fact, one.name) for one in fields(fact)}
    return {"fact": type(fact).__name__, **{name: plain(value) for name, value in named.items() if value is not None}}
