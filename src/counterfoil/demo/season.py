"""The demo season: ninety days of a village post office up to yesterday, made from a seed through the real desk.

Always true (``tests/scenarios/test_demo_season.py``): every entry was decided, signed and committed as at a counter, on
the file's clock of its day (``test_the_season_is_sound``); every day is closed, with one difference that waits for an
answer and one in dispute (``test_one_difference_waits_and_one_is_disputed``); the same seed and the same last day give
the same requests (``test_the_same_seed_asks_the_same``).

What people come for stands in ``demo.habits``.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from counterfoil.demo.people import CUSTOMERS, Person
from counterfoil.engines.clock import FileClock, local_ms
from counterfoil.kernel.days import local_time
from counterfoil.kernel.outcomes import Fault
from counterfoil.ledger.booking import till_account
from counterfoil.ledger.legs import VAULT
from counterfoil.office import rules
from counterfoil.office.money_orders.forms import forms_at
from counterfoil.office.requests import parse
from counterfoil.operations import window
from counterfoil.operations.answers import Accepted, Answer
from counterfoil.operations.beside import together
from counterfoil.operations.day_end import DayEnd
from counterfoil.operations.desk import Desk, Request, Signer
from counterfoil.policy.terms.money_orders import MoneyOrderTerms
from counterfoil.products.calendar import is_banking_day
from counterfoil.products.money_orders import with_digit

DAYS, PEOPLE = 90, 200
SEED = 417
_FACES = (10_000, 5_000, 2_000, 1_000, 500, 100, 25, 10, 5, 1)
_SATURDAY = 5
_FLOAT, _VAULT_LOW, _VAULT_START = 250_000, 2_000_000, 5_000_000
_GROUP = 48
_GIVEN = (
    "Alma", "Bert", "Carla", "Delmar", "Estela", "Floyd", "Guadalupe", "Harvey", "Inés", "Jamal", "Keiko", "Lonnie",
    "Marisol", "Nadine", "Orville", "Pilar", "Quentin", "Rosa", "Silas", "Teodoro", "Una", "Verna", "Wendell",
    "Yesenia",
)  # fmt: skip
_FAMILY = (
    "Aguilar", "Begay", "Castillo", "Dawes", "Estrada", "Fontaine", "Goss", "Hightower", "Ibarra", "Jessup",
    "Kills Small",
    "Lemke", "Montoya", "Nez", "Olsen", "Pacheco", "Quick", "Rasmussen", "Soto", "Tsosie", "Uribe", "Voss", "Whitaker",
)  # fmt: skip


class Holder(NamedTuple):
    """A customer of the season: her number and accounts, and who she is."""

    customer: str
    account: str
    person: Person
    passbook: str = ""


Habit = Callable[["Season", str, str], None]
"""(season, till, clerk): asks something at a window."""


def counted(amount: int) -> dict[str, int]:
    """``amount`` (minor units) in notes and coin, the large ones first."""
    count: dict[str, int] = {}
    for face in _FACES:
        pieces, amount = divmod(amount, face)
        if pieces:
            count[str(face)] = pieces
    return count


class Season:
    """Asks at the desk, day after day. ``signers``: clerk → her unsealed key; the first is the supervisor."""

    def __init__(
        self, desk: Desk, clock: FileClock, signers: Mapping[str, Signer], *, zone: str, seed: int = SEED,
        habits: Sequence[tuple[int, Habit]],
    ) -> None:  # fmt: skip
        self.desk, self.clock, self.signers, self.zone = desk, clock, signers, zone
        self.bits = random.Random(seed).getrandbits
        self.people: list[Holder] = []
        self.date = ""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        """(kind, body) of every request, in order."""
        self.refused: dict[str, int] = {}
        self._habits = [habit for weight, habit in habits for _ in range(weight)]
        self._waiting: list[Request] = []
        self._minute = 0
        self._persons = iter(_persons())

    # --- chance ----------------------------------------------------------------------------------------------------

    def below(self, bound: int) -> int:
        return self.bits(32) % bound

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def one_in(self, many: int) -> bool:
        return self.below(many) == 0

    def someone(self) -> Holder:
        return self.people[self.below(len(self.people))]

    # --- asking ----------------------------------------------------------------------------------------------------

    def ask(self, kind: str, clerk: str, *others: str, details: Mapping[str, str] | None = None, **fields: Any) -> None:
        """Puts a request into the group that is sent next. ``details``: what is kept beside the journal."""
        body: dict[str, Any] = {"kind": kind, "date": self.date, **fields}
        identity, side = self.bits(128).to_bytes(16, "big"), None
        self.asked.append((kind, {**body, "details": details}))
        if details is not None:
            body, beside = window.details_body(self.desk, identity, kind, body, details)
            side = together([beside])
        keys = [self.signers[one] for one in (clerk, *others)]
        self._waiting.append(Request(identity, self.desk.epoch, parse(body), keys, side=side))
        if len(self._waiting) == _GROUP:
            self.send()

    def money(self, kind: str, clerk: str, amount: int, *others: str, **fields: Any) -> None:
        self.ask(kind, clerk, *others, amount=amount, currency="USD", **fields)

    def send(self) -> list[Answer]:
        """Sends what waits as one group. A refusal is a part of the day; an error is not."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return []
        self._minute = min(self._minute + self.between(5, 20), 590)
        self.clock.set(max(self.clock.now(), self._ms("08:00") + self._minute * 60_000))
        answers: list[Answer] = []
        for answer in self.desk.handle(waiting):
            if isinstance(answer, Exception):
                raise answer
            if not isinstance(answer, Accepted):
                self.refused[answer.refusal.code] = self.refused.get(answer.refusal.code, 0) + 1
            answers.append(answer)
        self.desk.printed([(e.epoch, e.sequence) for a in answers if isinstance(a, Accepted) for e in a.entries])
        return answers

    def told(self, kind: str, clerk: str, *others: str, **fields: Any) -> dict[str, Any]:
        """Sends what waits and this, which must be accepted; what it made."""
        self.ask(kind, clerk, *others, **fields)
        if not self._waiting:  # The group was full, and sent.
            raise Fault("a request whose answer is needed stands alone at the end of its group")
        answer = self.send()[-1]
        if not isinstance(answer, Accepted):
            raise Fault(f"the demo's {kind} of {self.date} was refused: {answer.refusal.sentence()}")
        return answer.result()

    def held(self, till: str) -> int:
        """Cash in a till by the books, minor units."""
        return rules.cash_held(self.desk.state, till_account(till))

    def owed(self, account: str) -> int:
        """What an account can pay out, minor units."""
        return rules.owed(self.desk.state, account)[1]

    def _ms(self, clock: str) -> int:
        return local_ms(local_time(f"{self.date}T{clock}"), self.zone)

    # --- days ------------------------------------------------------------------------------------------------------

    def play(self, last: date, told: Callable[[int, int], None], *, days: int = DAYS, people: int = PEOPLE) -> None:
        """Every open day of the ``days`` up to ``last``. ``told`` hears (days done, days in all)."""
        first = last - timedelta(days=days - 1)
        open_days = [day for n in range(days) if _opens(day := first + timedelta(days=n))]
        for number, day in enumerate(open_days):
            newcomers = -(-people * (number + 1) // len(open_days)) - len(self.people)
            self.day(day, newcomers, number, len(open_days))
            told(number + 1, len(open_days))

    def day(self, day: date, newcomers: int, number: int, of: int) -> None:
        """One day: opened, served, counted, closed."""
        boss, ben, tha = tuple(self.signers)[:3]
        self.date, self._minute = day.isoformat(), 0
        self.clock.set(max(self.clock.now() if number else 0, self._ms("07:55")))
        self.ask("day-open", boss)
        self.send()
        self._supply(boss, ben, number)
        self._settles(boss)
        for till, clerk, second in (("T1", ben, boss), ("T2", tha, boss), ("T3", boss, ben)):
            self._open(till, clerk, second)
        windows = (("T1", ben), ("T1", ben), ("T2", tha), ("T2", tha), ("T3", boss))
        for _ in range(newcomers):
            self._arrives(*windows[self.below(5)])
        for _ in range(self.between(10, 24) if day.weekday() != _SATURDAY else self.between(4, 9)):
            self._habits[self.below(len(self._habits))](self, *windows[self.below(5)])
        self.send()
        self._close(boss, ben, tha, number, of)

    def _supply(self, boss: str, ben: str, number: int) -> None:
        if number == 0 or rules.cash_held(self.desk.state, VAULT) < _VAULT_LOW:
            amount = _VAULT_START
            self.money(
                "pouch-in", boss, amount, ben, pouch=f"P-9000-{1000 + number}", from_office="9000",
                to_office=self.desk.state.place, found=counted(amount), condition="whole",
            )  # fmt: skip
        for item in ("forever", "postcard", "additional-ounce"):
            row = self.desk.state.stock.get("reserve", item)
            if row is None or row.quantity < 1_000:
                self.ask("stock-in", boss, ben, item=item, quantity=4_000)
        if rules.edition(self.desk.state).terms(MoneyOrderTerms) and len(forms_at(self.desk.state, "reserve")) < 120:
            self.ask("order-stock-in", boss, ben, first=with_digit(4_170_000_001 + 400 * number), quantity=400)
        self.send()

    def _settles(self, boss: str) -> None:
        """What the banks said of checks sent a few days ago: nearly all are paid, one in forty comes back."""
        before = (date.fromisoformat(self.date) - timedelta(days=4)).isoformat()
        for row in self.desk.state.check_item.all():
            if row.state == "collecting" and row.date <= before:
                if self.one_in(40):
                    self.ask("check-return", boss, case=row.case, reason="A")
                else:
                    self.ask("check-settle", boss, case=row.case)
        self.send()

    def _open(self, till: str, clerk: str, second: str) -> None:
        held = self.held(till)
        self.ask("till-open", clerk, till=till, count=counted(held))
        if held < _FLOAT:
            self.money("cash-from-vault", clerk, _FLOAT - held, second, till=till, count=counted(_FLOAT - held))
        elif held > 3 * _FLOAT:
            self.money("cash-to-vault", clerk, held - _FLOAT, second, till=till, count=counted(held - _FLOAT))
        for item in ("forever", "postcard", "additional-ounce"):
            row = self.desk.state.stock.get(till, item)
            if row is None or row.quantity < 100:
                self.ask("stock-to-till", clerk, second, till=till, item=item, quantity=300)
        blank = forms_at(self.desk.state, "reserve")
        if blank and len(forms_at(self.desk.state, till)) < 8:
            self.ask("order-stock-to-till", clerk, second, till=till, first=blank[0], quantity=ranges(blank)[0][1])
        self.send()

    def _close(self, boss: str, ben: str, tha: str, number: int, of: int) -> None:
        for till, clerk in (("T1", ben), ("T2", tha), ("T3", boss)):
            held, forms = self.held(till), forms_at(self.desk.state, till)
            if forms:
                counted_forms = [{"first": first, "quantity": many} for first, many in ranges(forms, most=len(forms))]
                self.ask("order-count", clerk, till=till, forms=counted_forms)
            if till == "T2" and number == of * 2 // 3:  # Five dollars short: she says that the machine froze.
                self.ask("till-count", clerk, till=till, count=counted(held - 500))
                note = "the screen froze during a deposit"
                self.ask("till-close", clerk, till=till, answer="dispute", note=note)
            elif till == "T1" and number == of - 2:  # He went home ill, and has not answered yet.
                why = "the clerk went home ill"
                self.ask("till-count-absent", boss, tha, till=till, count=counted(held + 200), reason=why)
            else:
                self.ask("till-count", clerk, till=till, count=counted(held))
                self.ask("till-close", clerk, till=till)
        self.send()
        self.ask("vault-count", boss, ben, count=counted(rules.cash_held(self.desk.state, VAULT)))
        self.ask("day-close", boss)
        for answer in self.send():
            if not isinstance(answer, Accepted):
                raise Fault(f"{self.date} of the demo was not closed: {answer.refusal.sentence()}")
        DayEnd(lambda call: call(self.desk), together=8).run(self.date)

    def _arrives(self, till: str, clerk: str) -> None:
        person = next(self._persons)
        papers = {"identification": person.papers} if person.papers else {}
        self.send()
        customer = self.told("customer-open", clerk, tier=person.tier, details=person.details(), **papers)["customer"]
        account = self.told("account-open", clerk, customer=customer)["account"]
        saves = "passbook" in rules.edition(self.desk.state).products and person.tier != "known" and self.one_in(2)
        passbook = self.told("account-open", clerk, customer=customer, product="passbook")["account"] if saves else ""
        self.people.append(Holder(customer, account, person, passbook))
        if not self.one_in(8):
            self.money("deposit", clerk, self.between(4, 120) * 500, till=till, account=account)


def ranges(serials: Sequence[str], *, most: int = 40) -> list[tuple[str, int]]:
    """Serials in order, as (first, how many) of each unbroken range of at most ``most``."""
    found: list[tuple[str, int]] = []
    for serial in serials:
        if found and found[-1][1] < most and int(serial[:10]) == int(found[-1][0][:10]) + found[-1][1]:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((serial, 1))
    return found


def _opens(day: date) -> bool:
    return is_banking_day(day) or (day.weekday() == _SATURDAY and is_banking_day(day + timedelta(days=2)))


def _persons() -> list[Person]:
    """Two hundred people: the forty of the demo day, and neighbors whose names are put together."""
    found = list(CUSTOMERS)
    for number in range(PEOPLE * 2):
        given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[(number * 7) % len(_FAMILY)]
        chance = hashlib.sha256(f"person {number}".encode()).digest()
        tier, papers = (("full", "state-id"), ("weak-paper", "library-card"), ("known", ""))[chance[0] % 3]
        found.append(
            Person(
                f"{given} {family}", f"{chance[1] + 1} County Road {chance[2] % 40 + 1}", f"PO Box {300 + number}",
                f"406-555-{1000 + number:04d}",
                f"{1940 + chance[3] % 66}-{chance[4] % 12 + 1:02d}-{chance[5] % 28 + 1:02d}",
                "es" if chance[6] % 4 == 0 else "en", tier, papers,
            )
        )  # fmt: skip
    return found
