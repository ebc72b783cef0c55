"""The demo day: about 400 requests of one Monday at a village post office, made from a seed.

Always true (``tests/scenarios/test_demo_day.py``): the same seed gives the same bytes, and they are those of
``day.jsonl`` beside this module (``test_the_file_is_what_the_seed_gives``); what each line expects is what the real
counter answers (``test_the_day_goes_as_expected``), so the plain sums kept here are a second opinion on the books; the
day shows every kind of request but a few that a quiet day does not need (``test_the_day_shows_nearly_every_kind``).

``python -m counterfoil demo --write-day FILE`` writes it. Amounts: minor units (cents). Times: local to the office.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from counterfoil.demo import paydays, services
from counterfoil.demo.people import CLERKS, CUSTOMERS, Person

SEED = 417
DATE = "2026-03-02"
ZONE = "America/New_York"
OFFICE, PLACE, DOMAIN, EDITION = "0417", "Elk Fork", "post.example", "us-postal-bank"

_RUTH, _BEN, _THA = "101", "102", "103"  # The supervisor and the two at the windows.
_OWN = {"T1": _BEN, "T2": _THA, "T3": _RUTH}
_FACES = (10_000, 2_000, 1_000, 500, 100, 25, 10, 5, 1)
_PRICE = {"forever": 78, "postcard": 61, "additional-ounce": 29}
_CEILING = {"known": 100_000, "weak-paper": 500_000, "full": 2_000_000}
_WITHDRAWAL_ALONE, _TRANSFER_ALONE = 100_000, 200_000
USD = "USD"


class Line(NamedTuple):
    """One line of the file, and what the counter answers: ``accepted``, a refusal's code, or a session's outcome."""

    ask: Mapping[str, Any]
    expect: str


def day(seed: int = SEED) -> list[Line]:
    """The lines of the day, in order of time."""
    return _Day(seed).played()


def day_file(seed: int = SEED) -> str:
    """The day as a request file: one JSON object a line."""
    return "".join(json.dumps(line.ask, ensure_ascii=False) + "\n" for line in day(seed))


def pins_file() -> str:
    """The three clerks' PIN file, for ``clerk add --pins`` and ``replay --pins``."""
    clerks = [
        {"clerk": one.clerk, "name": one.name, "role": one.role, "pin": one.pin}
        | ({"new_pin": one.new_pin} if one.new_pin else {})
        for one in CLERKS
    ]
    return json.dumps({"clerks": clerks}, ensure_ascii=False, indent=1) + "\n"


def counted(amount: int) -> dict[str, int]:
    """``amount`` in notes and coins: half of it, at most, in hundreds, and the rest in as few pieces as may be."""
    found = {}
    for face in _FACES:
        pieces = amount // (2 * face if face == _FACES[0] else face)
        amount -= pieces * face
        if pieces:
            found[str(face)] = pieces
    return found


class _Chance:
    """Numbers from the seed, by the one method whose results are the same in every version of Python."""

    def __init__(self, seed: int) -> None:
        self._bits = random.Random(seed).getrandbits

    def below(self, bound: int) -> int:
        return self._bits(32) % bound

    def between(self, low: int, high: int) -> int:
        return low + self.below(high - low + 1)

    def one_in(self, many: int) -> bool:
        return self.below(many) == 0

    def id(self) -> str:
        return f"{self._bits(128):032x}"


class _Account(NamedTuple):
    """``made``: the id of the request that opened it; ``customer``: that of its customer."""

    made: str
    customer: str
    person: Person

    @property
    def at(self) -> str:
        return f"@{self.made}"


class _Day:
    """Writes the lines, keeping the plainest possible sums: what each account, till and shelf holds."""

    def __init__(self, seed: int) -> None:
        self.chance = _Chance(seed)
        self.lines: list[Line] = []
        self.now = datetime.fromisoformat(f"{DATE}T08:05:00")
        self.accounts: list[_Account] = []
        self.balance: defaultdict[str, int] = defaultdict(int)
        self.till: defaultdict[str, int] = defaultdict(int)
        self.stock: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.vault = 0
        self.resting: set[str] = set()
        """Accounts that a story has in hand: chance leaves them alone."""
        self.windows = ["T1"]

    def played(self) -> list[Line]:
        self.open_office()
        for number, person in enumerate(CUSTOMERS):
            self.arrives(person)
            for _ in range(self.chance.between(1, 4)):
                self.something()
            for story in _STORIES.get(number, ()):
                story(self)
        self.close_office()
        return self.lines

    # --- lines -----------------------------------------------------------------------------------------------------

    def until(self, clock: str) -> None:
        """Lets time pass until ``clock`` (or the day after, if that is earlier on the clock than the day's start)."""
        then = datetime.fromisoformat(f"{DATE}T{clock}:00")
        self.now = max(self.now, then if then.hour >= 6 else then + timedelta(days=1))

    def write(self, expect: str, **fields: Any) -> None:
        self.now += timedelta(seconds=self.chance.between(20, 150))
        self.lines.append(Line({"at": self.now.isoformat(timespec="seconds"), **fields}, expect))

    def ask(self, kind: str, clerk: str, *, approve: str = "", expect: str = "accepted", **fields: Any) -> str:
        """A request of ``clerk``; returns its id."""
        identity = self.chance.id()
        signed: dict[str, Any] = {"approve": [approve]} if approve else {}
        self.write(expect, id=identity, kind=kind, clerk=clerk, **signed, **fields)
        return identity

    def money(self, kind: str, clerk: str, amount: int, **fields: Any) -> str:
        return self.ask(kind, clerk, amount=amount, currency=USD, **fields)

    # --- the morning -----------------------------------------------------------------------------------------------

    def open_office(self) -> None:
        for clerk in (_RUTH, _BEN):
            self.write("signed in", kind="sign-in", clerk=clerk)
        self.ask("day-open", _RUTH)
        self.pouches()
        for item, quantity in (("forever", 2_000), ("postcard", 400), ("additional-ounce", 300)):
            self.ask("stock-in", _RUTH, approve=_BEN, item=item, quantity=quantity)
            self.stock["reserve", item] += quantity
        self.open_till("T1", 300_000, second=_RUTH)
        # Thandiwe has forgotten her PIN: two others vouch for her new key, and her number stays the same.
        self.ask("clerk-rotate", _RUTH, approve=_BEN, subject=_THA)
        self.write("signed in", kind="sign-in", clerk=_THA)
        self.open_till("T2", 250_000, second=_RUTH)
        self.open_till("T3", 120_000, second=_THA, shared=True)
        self.windows = ["T1", "T1", "T1", "T2", "T2", "T3"]
        self.until("09:00")

    def pouches(self) -> None:
        whole = {"pouch": "P-9000-0611", "from_office": "9000", "to_office": OFFICE, "condition": "whole"}
        found = {"10000": 40, "5000": 80, "2000": 500, "1000": 300, "500": 400, "100": 600, "25": 800, "10": 900,
                 "5": 100, "1": 500}  # fmt: skip
        self.vault = sum(int(face) * pieces for face, pieces in found.items())
        self.money("pouch-in", _RUTH, self.vault, approve=_BEN, found=found, **whole)
        self.money("pouch-in", _RUTH, self.vault, approve=_BEN, found=found, **whole, expect="pouch.used")
        other = {"pouch": "P-9000-0612", "from_office": "9000", "to_office": "0423", "condition": "whole"}
        self.money("pouch-in", _RUTH, 90_000, approve=_BEN, found={"10000": 9}, **other, expect="pouch.office")
        short = {"pouch": "P-9000-0613", "from_office": "9000", "to_office": OFFICE}
        self.money("pouch-in", _RUTH, 50_000, approve=_BEN, found={"500": 96}, condition="whole", **short,
                   expect="pouch.whole")  # fmt: skip
        self.money("pouch-in", _RUTH, 50_000, approve=_BEN, found={"500": 96}, condition="partial", **short)
        self.vault += 48_000

    def open_till(self, till: str, cash: int, *, second: str, shared: bool = False) -> None:
        clerk = _OWN[till]
        kept: dict[str, Any] = {"shared": True} if shared else {}
        self.ask("till-open", clerk, till=till, count={}, **kept)
        self.money("cash-from-vault", clerk, cash, approve=second, till=till, count=counted(cash))
        self.till[till], self.vault = cash, self.vault - cash
        for item, quantity in (("forever", 300), ("postcard", 60), ("additional-ounce", 50)):
            self.ask("stock-to-till", clerk, approve=second, till=till, item=item, quantity=quantity)
            self.stock[till, item] += quantity
            self.stock["reserve", item] -= quantity

    # --- customers -------------------------------------------------------------------------------------------------

    def arrives(self, person: Person) -> None:
        """A new customer: on record, an account, and nearly always something to put in it."""
        till = self.window()
        clerk = _OWN[till]
        salt = self.chance.id()
        papers = {"identification": person.papers} if person.papers else {}
        customer = self.ask("customer-open", clerk, tier=person.tier, **papers, details=person.details(), salt=salt)
        account = _Account(self.ask("account-open", clerk, customer=f"@{customer}"), customer, person)
        self.accounts.append(account)
        if not self.chance.one_in(8):
            self.deposit(account, till, self.chance.between(4, 80) * 500)

    def window(self) -> str:
        return self.windows[self.chance.below(len(self.windows))]

    def free(self) -> list[_Account]:
        return [one for one in self.accounts if one.made not in self.resting]

    def someone(self, least: int = 0) -> _Account | None:
        """An account with at least ``least`` in it, that no story has in hand."""
        found = [one for one in self.free() if self.balance[one.made] >= least]
        return found[self.chance.below(len(found))] if found else None

    def named(self, start: str) -> _Account:
        """The account of the person whose name begins so; from then on only the story moves it."""
        found = next(one for one in self.accounts if one.person.name.startswith(start))
        self.resting.add(found.made)
        return found

    def room(self, account: _Account) -> int:
        return _CEILING[account.person.tier] - self.balance[account.made]

    def deposit(self, account: _Account, till: str, amount: int, **more: Any) -> str:
        count = {"count": counted(amount)} if self.chance.one_in(3) else {}
        self.balance[account.made] += amount
        self.till[till] += amount
        return self.money("deposit", _OWN[till], amount, till=till, account=account.at, **count, **more)

    def withdraw(self, account: _Account, till: str, amount: int, **more: Any) -> str:
        self.balance[account.made] -= amount
        self.till[till] -= amount
        if amount > _WITHDRAWAL_ALONE and "approve" not in more:
            more["approve"] = _RUTH if _OWN[till] != _RUTH else _BEN
        return self.money("withdrawal", _OWN[till], amount, till=till, account=account.at, **more)

    def sell(self, till: str, item: str, quantity: int, **more: Any) -> str:
        price = _PRICE[item] * quantity
        self.till[till] += price
        self.stock[till, item] -= quantity
        return self.money("stamp-sale", _OWN[till], price, till=till, item=item, quantity=quantity, **more)

    # --- what chance brings ----------------------------------------------------------------------------------------

    def something(self) -> None:
        """One of the usual things, for someone who is here already."""
        till, what = self.window(), self.chance.below(100)
        account = self.someone(least=2_000)
        if account is None or what < 26:
            self.brings(till)
        elif what < 45:
            self.takes(account, till)
        elif what < 60:
            self.pays(account)
        elif what < 71:
            items = sorted(_PRICE)
            self.sell(till, items[self.chance.below(3)], self.chance.between(1, 20))
        elif what < 89:
            self.visits(account, till)
        elif what < 96:
            self.ask("balance-told", _OWN[till], account=account.at, till=till)
        else:
            self.ask("cash-exchange", _OWN[till], till=till, taken={"2000": 2}, given={"500": 6, "100": 8, "25": 8})

    def brings(self, till: str) -> None:
        account = self.someone()
        amount = self.chance.between(2, 120) * 250 + self.chance.below(4) * 25
        if account is None or amount > self.room(account):
            self.sell(till, "forever", self.chance.between(1, 10))
            return
        payer = self.someone()
        if self.chance.one_in(5) and payer is not None and payer is not account:
            self.deposit(account, till, amount, presented_by=f"@{payer.customer}", on_behalf_of=f"@{account.customer}")
        else:
            self.deposit(account, till, amount)

    def takes(self, account: _Account, till: str) -> None:
        most = min(self.balance[account.made], self.till[till], _WITHDRAWAL_ALONE)
        amount = self.chance.between(1, max(1, most // 500)) * 500
        if amount > most:
            self.sell(till, "postcard", 1)
        else:
            self.withdraw(account, till, amount)

    def pays(self, account: _Account) -> None:
        to = self.someone()
        amount = self.chance.between(1, self.balance[account.made] // 100) * 100
        if to is None or to is account or amount > min(self.room(to), _TRANSFER_ALONE):
            self.ask("balance-told", _BEN, account=account.at, till="T1")
            return
        references = ("rent March", "for the calf", "gas", "thank you", "hay", "préstamo")
        reference = {"reference": references[self.chance.below(6)]} if self.chance.one_in(2) else {}
        self.money("transfer", _BEN, amount, account=account.at, to=to.at, **reference)
        self.balance[account.made] -= amount
        self.balance[to.made] += amount

    def visits(self, account: _Account, till: str) -> None:
        """Two or three services and one payment, with change."""
        quantity = self.chance.between(1, 10)
        price = _PRICE["forever"] * quantity
        amount = self.chance.between(1, 16) * 500
        stamps = {"kind": "stamp-sale", "till": till, "item": "forever", "quantity": quantity, "amount": price,
                  "currency": USD}  # fmt: skip
        pays_in = self.chance.one_in(2) and amount <= self.room(account)
        if not pays_in and amount > min(self.balance[account.made], self.till[till]):
            self.sell(till, "forever", quantity)
            return
        kind = "deposit" if pays_in else "withdrawal"
        cash = {"kind": kind, "till": till, "account": account.at, "amount": amount, "currency": USD}
        told = [{"kind": "balance-told", "till": till, "account": account.at}] if self.chance.one_in(2) else []
        net = price + (amount if pays_in else -amount)
        tendered = -(-net // 1_000) * 1_000 if net > 0 else 0
        self.ask("visit", _OWN[till], till=till, services=[cash, stamps, *told], tendered=tendered)
        self.balance[account.made] += amount if pays_in else -amount
        self.till[till] += net
        self.stock[till, "forever"] -= quantity

    # --- stories of the day ----------------------------------------------------------------------------------------

    def short_of_money(self) -> None:
        account = self.named("Sukarno")
        more = self.balance[account.made] + 2_500
        self.money("withdrawal", _BEN, more, till="T1", account=account.at, expect="funds.short")

    def over_the_ceiling(self) -> None:
        """Without papers an account holds $1,000; with papers that do not fit the tier none is opened."""
        account = self.named("Rosa")
        self.money("deposit", _BEN, 120_000, till="T1", account=account.at, expect="account.ceiling")
        self.ask("customer-open", _BEN, tier="full", identification="library-card", details={"name": "Rosa"},
                 salt=self.chance.id(), expect="tier.papers")  # fmt: skip

    def another_clerks_till(self) -> None:
        account = self.named("Björk")
        self.money("deposit", _THA, 4_000, till="T1", account=account.at, expect="till.other_clerk")
        self.deposit(account, "T2", 4_000)

    def sent_twice(self) -> None:
        """The screen was slow and the clerk pressed again: one deposit, one answer."""
        self.deposit(self.named("Hannah"), "T1", 7_500)
        again = self.lines[-1]
        self.lines.append(again)

    def wrong_account(self) -> None:
        """A deposit on the wrong account is undone with a second signature, and made again on the right one."""
        wrong, right = self.named("محمد"), self.named("Teuila")
        made = self.deposit(wrong, "T1", 40_000)
        self.ask("reversal", _BEN, entry=f"@{made}", reason="wrong account", expect="second.needed")
        self.ask("reversal", _BEN, approve=_RUTH, entry=f"@{made}", reason="wrong account")
        self.balance[wrong.made] -= 40_000
        self.till["T1"] -= 40_000
        self.ask("reversal", _BEN, approve=_RUTH, entry=f"@{made}", reason="wrong account", expect="reversal.done")
        self.deposit(right, "T1", 40_000)

    def money_gone(self) -> None:
        """The money of a wrong deposit was paid out already: the house pays first, never the till."""
        account = self.named("Олена")
        made = self.deposit(account, "T2", 30_000)
        left = self.balance[account.made] - 2_000
        self.withdraw(account, "T2", left)
        self.ask("reversal", _THA, approve=_RUTH, entry=f"@{made}", reason="meant for another customer")
        self.balance[account.made] = 0
        self.till["T2"] -= 30_000

    def large_withdrawal(self) -> None:
        account = self.named("Walter")
        self.deposit(account, "T1", 480_000)
        amount = self.till["T3"] // 500 * 500 + 50_000  # A little more than the drawer holds.
        self.money("withdrawal", _RUTH, amount, till="T3", account=account.at, expect="second.needed")
        self.money("withdrawal", _RUTH, amount, approve=_BEN, till="T3", account=account.at, expect="till.short")
        self.money("cash-from-vault", _RUTH, 100_000, approve=_THA, till="T3")
        self.till["T3"] += 100_000
        self.vault -= 100_000
        self.withdraw(account, "T3", amount)
        self.money("withdrawal", _BEN, 600_000, till="T1", account=account.at, expect="limit.each")

    def suspect_note(self) -> None:
        who = self.named("Guadalupe")
        self.ask("suspect-note", _BEN, till="T1", face=5_000, serial="MK 18274655 B", customer=f"@{who.customer}",
                 reason="no watermark, paper too smooth")  # fmt: skip

    def frozen(self) -> None:
        account = self.named("Łucja")
        self.deposit(account, "T1", 20_000)
        self.ask("account-freeze", _RUTH, account=account.at, reason="she says her purse was stolen")
        self.money("withdrawal", _BEN, 5_000, till="T1", account=account.at, expect="account.frozen")
        self.deposit(account, "T1", 2_000)
        self.ask(
            "account-unfreeze", _RUTH, approve=_BEN, account=account.at, reason="purse found, she came with passport"
        )
        self.withdraw(account, "T1", 5_000)

    def held(self) -> None:
        account = self.named("Tomás")
        self.deposit(account, "T2", 50_000)
        case = self.money("legal-hold", _RUTH, 30_000, approve=_BEN, account=account.at,
                          authority="Elk County Court 26-CV-114")  # fmt: skip
        most = self.balance[account.made] - 30_000
        self.money("withdrawal", _THA, most + 100, till="T2", account=account.at, expect="funds.short")
        self.withdraw(account, "T2", most)
        self.ask("legal-hold-release", _RUTH, approve=_BEN, case=f"@{case}", reason="order lifted by fax at noon")

    def closed_and_opened(self) -> None:
        account = self.named("Chukwuemeka")
        self.deposit(account, "T1", 1_500)
        self.ask("account-close", _BEN, account=account.at, reason="moving away", expect="account.not_empty")
        self.withdraw(account, "T1", self.balance[account.made])
        self.ask("account-close", _BEN, account=account.at, reason="moving away")
        self.money("deposit", _BEN, 1_000, till="T1", account=account.at, expect="account.closed")
        self.ask("account-reopen", _BEN, account=account.at, reason="staying after all")
        self.deposit(account, "T1", 1_000)

    def moved_house(self) -> None:
        who = self.named("Nguyễn")
        new = {"lives": "31 Main Street, first floor", "phone": "406-555-0146"}
        self.ask("customer-change", _BEN, customer=f"@{who.customer}", details=new, salt=self.chance.id())
        wrong = self.named("D'Angelo")
        right = {"name": "D’Angelo O’Shaughnessy-Pratt"}
        self.ask("customer-change", _BEN, customer=f"@{wrong.customer}", details=right, salt=self.chance.id(),
                 correction=True)  # fmt: skip

    def at_the_counter(self) -> None:
        """Small things that a rule stops."""
        till, account = "T1", self.named("Zoë")
        self.money("stamp-sale", _BEN, 700, till=till, item="forever", quantity=9, expect="stock.price")
        self.sell(till, "forever", 9)
        self.money("stamp-sale", _BEN, 61 * 900, till=till, item="postcard", quantity=900, expect="stock.short")
        self.ask("cash-exchange", _BEN, till=till, taken={"2000": 1}, given={"500": 3}, expect="count.unequal")
        deposit = {"kind": "deposit", "till": till, "account": account.at, "amount": 5_000, "currency": USD}
        stamps = {"kind": "stamp-sale", "till": till, "item": "forever", "quantity": 10, "amount": 780, "currency": USD}
        visit: dict[str, Any] = {"till": till, "services": [deposit, stamps]}
        self.ask("visit", _BEN, **visit, tendered=5_000, expect="visit.short")
        self.ask("visit", _BEN, **visit, tendered=6_000)
        self.balance[account.made] += 5_000
        self.till[till] += 5_780
        self.stock[till, "forever"] -= 10

    def looked_over(self) -> None:
        """A hand-over, a count nobody announced, an X report."""
        self.money("till-handover", _BEN, 40_000, approve=_THA, till="T1", to_till="T2", count={"10000": 4})
        self.till["T1"] -= 40_000
        self.till["T2"] += 40_000
        self.ask("surprise-count", _RUTH, approve=_BEN, till="T1", count=counted(self.till["T1"]))
        self.ask("till-report", _BEN, till="T1")

    def paper_out(self) -> None:
        self.write("noted", kind="printer", state="out")
        for name in ("Mary", "Nizhoni", "Jean"):
            self.deposit(self.named(name), "T1", self.chance.between(5, 30) * 100)
        self.withdraw(self.named("Mary"), "T1", 400)
        self.write("noted", kind="printer", state="ready")
        self.write("printed", kind="print-due")

    def goes_home_ill(self) -> None:
        """Thandiwe leaves with her till open. Two others count and close it: a dollar more than the books say."""
        self.windows = ["T1", "T1", "T3"]
        self.write("signed out", kind="sign-out", clerk=_THA)
        stock = {item: self.stock["T2", item] for item in sorted(_PRICE)}
        count = counted(self.till["T2"] + 100)
        self.absent = self.ask("till-count-absent", _RUTH, approve=_BEN, till="T2", count=count, stock=stock,
                               reason="clerk went home ill")  # fmt: skip
        self.till["T2"] += 100

    # --- the evening -----------------------------------------------------------------------------------------------

    def close_office(self) -> None:
        self.until("17:02")
        self.write("signed in", kind="sign-in", clerk=_THA)
        case = f"@{self.absent}"
        self.ask("difference-dispute", _THA, case=case, reason="at noon the till was right to the cent")
        self.ask("difference-accept", _THA, case=case, note="found it: my own dollar, in the wrong tray")
        self.back_to_vault("T1", _BEN, 800_000)
        services.count_orders(self)
        self.close_first_till()
        self.ask("day-close", _RUTH, expect="day.tills_open")
        self.back_to_vault("T3", _RUTH, 50_000)
        self.ask("stock-from-till", _RUTH, approve=_THA, till="T3", item="additional-ounce",
                 quantity=self.stock["T3", "additional-ounce"])  # fmt: skip
        self.stock["T3", "additional-ounce"] = 0
        self.ask("till-close", _RUTH, till="T3", expect="till.not_counted")
        self.count("T3", self.till["T3"])
        self.ask("till-close", _RUTH, till="T3")
        self.ask("day-close", _RUTH, expect="day.not_counted")
        self.write("signed out", kind="sign-out", clerk=_THA)
        # The truck for the pouch is late, in the snow: the day runs past midnight and stays the same business day.
        self.until("23:46")
        self.money("pouch-out", _RUTH, 600_000, approve=_BEN, pouch="P-0417-0088", office="9000", seal="K 77120")
        self.vault -= 600_000
        self.until("00:04")
        self.ask("vault-count", _RUTH, approve=_BEN, count=counted(self.vault))
        self.ask("day-close", _RUTH)
        for clerk in (_BEN, _RUTH):
            self.write("signed out", kind="sign-out", clerk=clerk)

    def back_to_vault(self, till: str, clerk: str, amount: int) -> None:
        amount = min(amount, self.till[till] // 2_000 * 2_000)
        self.money("cash-to-vault", clerk, amount, approve=_THA, till=till, count=counted(amount))
        self.till[till] -= amount
        self.vault += amount

    def close_first_till(self) -> None:
        """Five dollars short. Counted again it is the same, and Benito disputes it: nothing is collected."""
        short = self.till["T1"] - 500
        self.count("T1", short)
        self.ask("till-close", _BEN, till="T1", expect="till.answer_needed")
        self.count("T1", short)
        self.ask("till-close", _BEN, till="T1", answer="dispute", note="the hand-over at T2 was counted in a hurry")
        self.till["T1"] = short

    def count(self, till: str, cash: int) -> None:
        stock = {item: self.stock[till, item] for item in sorted(_PRICE)}
        self.ask("till-count", _OWN[till], till=till, count=counted(cash), stock=stock)

    absent: str = ""
    """The id of the count of the absent clerk's till."""


_STORIES: dict[int, tuple[Callable[[_Day], None], ...]] = {
    5: (_Day.short_of_money,),
    6: (paydays.checks, paydays.bills),
    8: (_Day.over_the_ceiling, _Day.another_clerks_till),
    10: (services.loan, services.money_orders),
    12: (_Day.sent_twice,),
    14: (_Day.wrong_account, services.cash_sent, services.mail),
    16: (_Day.suspect_note, _Day.money_gone),
    20: (_Day.frozen,),
    22: (_Day.held, _Day.moved_house),
    24: (services.people,),
    26: (_Day.closed_and_opened,),
    29: (_Day.large_withdrawal,),
    32: (_Day.looked_over,),
    34: (_Day.paper_out,),
    36: (_Day.goes_home_ill,),
    38: (_Day.at_the_counter,),
}
"""After the arrival of which customer (from 0) a story happens."""
