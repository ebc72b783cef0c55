"""Replay: a file of requests, one a line, played at the counter in order; one outcome a line comes back.

A line is a JSON object. ``kind`` says what is asked. Lines of the session: ``sign-in``, ``sign-out`` (``clerk``),
``printer`` (``state``: ``out`` or ``ready``), ``print-due`` (prints what is waiting), ``confirm-clock``. All others are
requests: ``id`` (32 hexadecimal digits), ``clerk`` (who asks), ``approve`` (list of clerks who sign too), ``at`` (the
office's local time; with it the office runs on the file's clock), and the fields of the kind. Left out, ``date`` is the
open business day (for day-open: the day of ``at``) and ``epoch`` is the current one. Any field may name the
account, customer, entry, pouch or case that an earlier request made by ``@ID``.

Playing a file twice gives the same outcomes and no second effect: what was decided is remembered by its id; sign-in is
done anew each time and answers with a constant line.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from counterfoil.customers.details import FIELDS
from counterfoil.facts.office import BY_OLD_KEY, BY_TWO_CLERKS
from counterfoil.kernel.days import local_day, local_time
from counterfoil.kernel.idents import request_id
from counterfoil.kernel.limits import REPLAY_LINE_BYTES_MAX
from counterfoil.kernel.money import Money
from counterfoil.kernel.outcomes import CounterfoilError, Malformed, Translate, Unavailable, untranslated
from counterfoil.office.readers import CLERK, ROLE, short, text
from counterfoil.office.requests import ASKS, fields_of, parse
from counterfoil.operations.answers import Accepted, Answer, Refused
from counterfoil.operations.authority import Authority, SessionSigner
from counterfoil.operations.beside import Beside, details_at, details_beside, together
from counterfoil.operations.desk import Desk, Request
from counterfoil.operations.screens import MADE, told_once
from counterfoil.operations.window import reversal_body

LINE_DEPTH_MAX = 8
"""Levels of lists and objects in one line: a visit's counts need five."""
SESSION_KINDS = ("sign-in", "sign-out", "printer", "print-due", "confirm-clock")
LINE_FIELDS: dict[str, Any] = {
    "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "at": {"type": "string", "description": "local time of the office, such as 2026-03-02T09:05"},
    "clerk": {"type": "string", "pattern": "^[0-9]{2,8}$"},
    "approve": {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{2,8}$"}, "maxItems": 3},
    "epoch": {"type": "integer", "minimum": 1},
    "subject": {"type": "string", "pattern": "^[0-9]{2,8}$", "description": "the clerk whose key is made or ended"},
    "name": {"type": "string", "description": "of a clerk who is enrolled"},
    "details": {"type": "object", "description": "a customer's details: name, lives, mail, phone, born, language, …"},
    "salt": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
}
"""Fields of every line, for the schema."""


class SettableClock(Protocol):
    """A clock that the file sets."""

    def set(self, ms: int) -> None: ...


class Player:
    """Plays lines at one office. ``pins`` finds a clerk's PIN; ``print_slip`` is told of every slip to print."""

    def __init__(
        self,
        desk: Desk,
        authority: Authority,
        *,
        pins: Callable[[str], str],
        clock: SettableClock | None,
        to_ms: Callable[[Any, str], int],
        print_slip: Callable[[int, int, str, bool], None] | None = None,
        translate: Translate = untranslated,
    ) -> None:
        self.desk, self.authority, self.pins = desk, authority, pins
        self._clock, self._to_ms, self._print = clock, to_ms, print_slip
        self._paper = True
        self._translate = translate
        self._second: dict[str, SessionSigner] = {}
        self._day: str | None = None
        self._shown = 0

    def play(self, lines: Iterable[bytes | str]) -> Iterator[dict[str, Any]]:
        """One outcome for each line that is not blank. A line that cannot be read is an outcome too, and changes
        nothing."""
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            outcome: dict[str, Any] = {"line": number}
            try:
                ask = self._read(line)
                if isinstance(ask.get("id"), str):
                    outcome["id"] = ask["id"][:40]
                outcome |= self._one(ask)
            except Malformed as error:
                outcome |= {"outcome": "malformed", "field": error.field, "message": str(error)}
            except Unavailable as error:
                outcome |= {"outcome": "unavailable", "message": str(error)}
            except CounterfoilError as error:
                outcome |= {"outcome": "unanswered", "message": str(error)}
            yield outcome
        self.desk.flush()

    def close(self) -> None:
        """Signs everyone out."""
        for clerk in list(self.authority.sessions):
            self.authority.sign_out(clerk)
        for signer in self._second.values():
            signer.drop()
        self._second.clear()

    # --- one line --------------------------------------------------------------------------------------------------

    def _read(self, line: bytes | str) -> dict[str, Any]:
        if len(line) > REPLAY_LINE_BYTES_MAX:
            raise Malformed(f"a line of {len(line)} bytes is over the limit of {REPLAY_LINE_BYTES_MAX}", field="line")
        try:
            value = json.loads(line, parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise Malformed(f"the line is not JSON: {short(str(error))}", field="line") from None
        if type(value) is not dict:
            raise Malformed("the line is not a JSON object", field="line")
        if _deeper_than(value, LINE_DEPTH_MAX):
            raise Malformed(f"the line is nested more than {LINE_DEPTH_MAX} levels deep", field="line")
        return value

    def _one(self, line: dict[str, Any]) -> dict[str, Any]:
        kind = line.get("kind")
        at = line.get("at")
        if at is not None:
            if self._clock is None:
                raise Malformed("at: this office runs on the machine's clock now", field="at")
            zone = self.desk.state.current.zone if self.desk.state.current else "UTC"
            self._clock.set(self._moment(local_time(at), zone))
        if kind in SESSION_KINDS:
            return self._session(str(kind), line)
        if not isinstance(kind, str) or kind not in ASKS:
            raise Malformed(f"kind is {short(kind)}: nothing of that name can be asked here", field="kind")
        identity = request_id(line.get("id", ""))
        clerk = CLERK.read(line.get("clerk"), "clerk")
        if kind in ("clerk-enrol", "clerk-rotate"):
            return self._told(str(kind), self._new_key(str(kind), identity, clerk, line))
        request = self._request(str(kind), identity, clerk, line)
        answer = self.desk.one(request)
        if isinstance(answer, Accepted) and kind in ("day-open", "day-close"):
            self._day = request.ask.date if kind == "day-open" else None
        return self._told(str(kind), answer)

    def _moment(self, local: datetime, zone: str) -> int:
        """A local time as milliseconds. In the hour that clocks show twice, lines in order stay in order."""
        ms = self._to_ms(local, zone)
        if ms < self._shown:
            ms = self._to_ms(local.replace(fold=1), zone)
        self._shown = max(self._shown, ms)
        return ms

    def _session(self, kind: str, line: dict[str, Any]) -> dict[str, Any]:
        if kind in ("sign-in", "sign-out"):
            clerk = CLERK.read(line.get("clerk"), "clerk")
            if kind == "sign-in":
                self.authority.sign_in(clerk, self._pin(clerk))
            else:
                self.authority.sign_out(clerk)
            return {"outcome": "signed in" if kind == "sign-in" else "signed out", "clerk": clerk}
        if kind == "printer":
            state = line.get("state")
            if state not in ("out", "ready"):
                raise Malformed(f"state is {short(state)}: out or ready is needed", field="state")
            self._paper = state == "ready"
            return {"outcome": "noted", "printer": state}
        if kind == "confirm-clock":
            self.desk.confirm_clock()
            return {"outcome": "noted"}
        if self._paper:
            self._print_due()
        return {"outcome": "printed"}

    def _request(self, kind: str, identity: bytes, clerk: str, line: dict[str, Any]) -> Request:
        given = {k: self._resolve(k, v) for k, v in line.items() if k == "subject" or k not in LINE_FIELDS}
        if kind == "clerk-revoke":
            given["clerk"] = given.pop("subject", None)
        shape = fields_of(ASKS[kind])
        kept = self.desk.body_of_record(identity)
        if "date" not in given:
            given["date"] = kept["date"] if kept and "date" in kept else self._date(kind)
        sides: list[Beside] = []
        if "details" in shape and (line.get("details") is not None or shape["details"][1]):
            sides.append(self._details(kind, identity, line, given, kept))
        if kind == "visit":
            given["services"] = self._services(identity, given.get("services"), sides)
        if kind == "reversal":
            given = self._fill_reversal(given)
        ask = parse({"kind": kind, **given})
        signers = [self.authority.session(clerk).signer, *(self._approver(c) for c in self._approvers(line))]
        epoch = line.get("epoch", self.desk.epoch)
        if type(epoch) is not int or epoch < 1:
            raise Malformed(f"epoch is {short(epoch)}: a whole number from 1 is needed", field="epoch")
        return Request(identity, epoch, ask, signers, side=together(sides))

    def _services(self, identity: bytes, services: Any, sides: list[Beside]) -> Any:
        """The services of a visit, each with the hash of its own details in their place."""
        if not isinstance(services, list):
            return services
        found = []
        for number, service in enumerate(services):
            kind = service.get("kind") if isinstance(service, dict) else None
            if isinstance(kind, str) and kind in ASKS and isinstance(service.get("details"), dict):
                given = {name: value for name, value in service.items() if name not in ("details", "salt")}
                sides.append(self._details(kind, identity + bytes([number + 1]), service, given, None))
                service = given
            found.append(service)
        return found

    def _new_key(self, kind: str, identity: bytes, clerk: str, line: Mapping[str, Any]) -> Answer:
        """A key is made by the screen, once: a second play is answered from what was decided."""
        subject, role = CLERK.read(line.get("subject"), "subject"), ROLE.read(line.get("role", "clerk"), "role")
        known = self.desk.recall(identity)
        if known is not None:
            return known
        by = [self.authority.session(clerk).signer, *(self._approver(c) for c in self._approvers(line))]
        date = self._date(kind)
        if kind == "clerk-enrol":
            name = line.get("name")
            typed = text(name, "name") if name is not None else None
            return self.authority.enrol(identity, subject, role, self.pins(subject), typed, by=by, date=date)[0]
        answer, _ = self.authority.rotate(identity, subject, self.pins(f"{subject}/new"), by=by, date=date)
        self._second.pop(subject, None)
        return answer

    def _pin(self, clerk: str) -> str:
        """The PIN of the clerk's present key: after a rotation the new one."""
        rotated = any(
            key.clerk == clerk and key.valid and key.how in (BY_OLD_KEY, BY_TWO_CLERKS)
            for key in self.desk.state.clerk_key.rows.values()
        )
        return self.pins(f"{clerk}/new") if rotated else self.pins(clerk)

    def _approvers(self, line: Mapping[str, Any]) -> list[str]:
        approve = line.get("approve", [])
        if not isinstance(approve, list) or len(approve) > 3 or not all(isinstance(c, str) for c in approve):
            raise Malformed(f"approve is {short(approve)}: a list of at most three clerks is needed", field="approve")
        for clerk in approve:
            CLERK.read(clerk, "approve")
        return [c for n, c in enumerate(approve) if c not in approve[:n] and c != line.get("clerk")]

    def _approver(self, clerk: str) -> SessionSigner:
        """A second person signs with her own PIN on this screen; replay keeps the key for the rest of the file."""
        session = self.authority.sessions.get(clerk)
        if session is not None:
            return session.signer
        if clerk not in self._second:
            self._second[clerk] = self.authority.second(clerk, self._pin(clerk))
        return self._second[clerk]

    def _date(self, kind: str) -> str:
        """The open business day: of this file, if it opened one (a second play finds it closed), else of the office."""
        state = self.desk.state
        if kind != "day-open":
            if self._day is not None:
                return self._day
            if state.today is not None:
                return state.today.date
        zone = state.current.zone if state.current else "UTC"
        return local_day(self.desk.clock.now(), zone)

    def _resolve(self, field: str, value: Any) -> Any:
        """``@ID`` → what the request of that id made, as this field needs it."""
        if isinstance(value, list):
            return [self._resolve(field, item) for item in value]
        if isinstance(value, dict):
            return {k: self._resolve(k, v) for k, v in value.items()}
        if not isinstance(value, str) or not value.startswith("@"):
            return value
        named = self.desk.recall(request_id(value[1:]))
        if not isinstance(named, Accepted):
            raise Malformed(f"{field} names {value}: no accepted request of that id is known here", field=field)
        if field == "entry":
            return named.entries[-1].sequence
        result = named.result()
        wanted = {
            "to": "account",
            "presented_by": "customer",
            "on_behalf_of": "customer",
            "representative": "customer",
            "pouch": "token",
        }.get(field, field)
        if wanted not in result:
            raise Malformed(f"{field} names {value}, which made no {wanted}", field=field)
        return result[wanted]

    def _details(
        self, kind: str, identity: bytes, line: Mapping[str, Any], given: dict[str, Any], kept: Mapping[str, Any] | None
    ) -> Beside:
        """Puts the hash of the details in ``given``, with what the screen reads from them; returns what keeps
        them. Without a salt in the line, one that only the office can make again (so that the file may be played
        twice) and nobody with the journal alone can."""
        details = line.get("details")
        if not isinstance(details, dict):
            raise Malformed("details is missing: at least the name, as the customer writes it", field="details")
        customer = given.get("customer")
        before: Mapping[str, str] = {}
        if kind == "customer-change":
            given.setdefault("what", [name for name in FIELDS if name in details] or ["nothing"])
            before = details_at(self.desk.store, kept["details"] if kept else self._digest_of(customer))
        made = details_beside(kind, details, self._salt(identity, line), given, before=before)
        given |= {**made.read_off, "details": made.digest}
        if kind in MADE:
            given |= MADE[kind](self.desk.office_key, identity, made.kept)
        return made

    def _salt(self, identity: bytes, line: Mapping[str, Any]) -> bytes:
        given = line.get("salt")
        if given is None:
            return hmac.digest(self.desk.office_key, b"counterfoil/details-salt/v1\x00" + identity, "sha256")[:16]
        return request_id(given)

    def _digest_of(self, customer: Any) -> bytes:
        row = self.desk.state.customer.get(customer) if isinstance(customer, str) else None
        return row.details if row else b""

    def _fill_reversal(self, given: dict[str, Any]) -> dict[str, Any]:
        """The screen reads account, amount and currency off the receipt, unless the line says what it read."""
        given.setdefault("epoch", self.desk.epoch)
        return given if "amount" in given else reversal_body(self.desk, given)

    # --- the outcome -----------------------------------------------------------------------------------------------

    def _told(self, kind: str, answer: Answer) -> dict[str, Any]:
        if isinstance(answer, Refused):
            refusal = answer.refusal
            details = {k: v.decimal() if isinstance(v, Money) else v for k, v in refusal.details().items()}
            return {
                "outcome": "refused", "code": refusal.code, "details": details,
                "message": refusal.sentence(self._translate),
            }  # fmt: skip
        entries = [[e.epoch, e.sequence] for e in answer.entries]
        if self._paper:
            due = set(self.desk.unprinted_among([(e.epoch, e.sequence) for e in answer.entries]))
            for entry in answer.entries:
                if (entry.epoch, entry.sequence) in due and self._print is not None:
                    self._print(entry.epoch, entry.sequence, entry.slip, False)
            self.desk.printed(due)
        return {
            "outcome": "accepted",
            "kind": kind,
            "entries": entries,
            **answer.result(),
            **told_once(self.desk.office_key, answer),
        }

    def _print_due(self) -> None:
        due = self.desk.unprinted()
        for epoch, sequence in due:
            if self._print is not None:
                self._print(epoch, sequence, self.desk.slip(epoch, sequence), False)
        self.desk.printed(due)
        self.desk.flush()


def _deeper_than(value: Any, levels: int) -> bool:
    """Whether lists and objects stand in one another more than ``levels`` deep; without recursion."""
    row = [value]
    for _ in range(levels):
        row = [inner for outer in row for inner in (outer.values() if isinstance(outer, dict) else outer)
               if isinstance(inner, dict | list)]  # fmt: skip
    return bool(row)


def _no_float(text: str) -> Any:
    raise ValueError(f"{text} is not a whole number: amounts are whole minor units")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} stands twice")
        found[key] = value
    return found
