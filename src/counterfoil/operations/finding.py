"""Customers found by name, phone or number, from an index in this process's memory.

A search that reads every customer's details from the store takes seconds where there are many. So names and phones are
read once, after the office is opened, and again for whoever changed. Personal details stay in their side table: the
index is never written anywhere, and goes with the process.

Always true (``tests/unit/operations/test_finding.py``): a search finds what reading every row would find, whatever was
committed since (``test_the_index_is_what_the_rows_say``); whose details were erased is found by number alone
(``test_who_was_erased_is_found_by_number_alone``); a commit that touches no customer costs nothing.

``took`` runs on the desk's thread after each commit, ``found`` on a reader's; each takes the lock for a moment.
"""

from __future__ import annotations

import heapq
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from counterfoil.operations.beside import details_at
from counterfoil.operations.store import OfficeStore, Row

FOUND_MAX = 25
"""Customers shown for one search: a longer list is not read, it is narrowed."""
PHONE_DIGITS_MIN, NAME_LETTERS_MIN = 4, 2


class Found(NamedTuple):
    """One customer that a search found."""

    customer: str
    name: str
    lives: str
    accounts: tuple[str, ...]


class _Known(NamedTuple):
    """What is looked through. ``plain``: the name without accents and capitals; ``phone``: its digits."""

    plain: str
    customer: str
    phone: str
    name: str
    lives: str


class People:
    """The customers of one office, for searches."""

    def __init__(self) -> None:
        self._lock, self._marks = threading.Lock(), threading.Lock()
        self._known: dict[str, _Known] = {}
        self._accounts: dict[str, set[str]] = {}
        self._changed: tuple[set[str], set[str]] = (set(), set())
        self._anew = True

    # --- on the desk's thread ----------------------------------------------------------------------------------------

    def took(self, upserts: Mapping[str, Sequence[Row]], deletes: Mapping[str, Sequence[Row]]) -> None:
        """Notes whom a commit changed; it was made already."""
        if not ("customer" in upserts or "holding" in upserts or "details" in upserts or "details" in deletes):
            return
        with self._marks:
            customers, accounts = self._changed
            customers.update(str(row[0]) for row in upserts.get("customer", ()))
            accounts.update(str(row[0]) for row in upserts.get("holding", ()))
            self._anew = self._anew or "details" in deletes  # Whose they were the key does not say.

    def forget(self) -> None:
        """What is known may not be what is on record: it is read anew before the next search."""
        with self._marks:
            self._anew = True

    # --- on a reader's thread ----------------------------------------------------------------------------------------

    def found(self, store: OfficeStore, asked: str) -> list[Found]:
        """Customers by account, customer number, phone or part of a name; at most ``FOUND_MAX``, by name."""
        wanted = " ".join(asked.split())
        digits = "".join(c for c in wanted if c.isdigit())
        with self._lock:
            self._catch_up(store)
            if len(digits) == 10 and digits == "".join(c for c in wanted if c not in " -"):
                held = store.get("holding", (digits,))
                number = held[1] if held is not None else digits
                if isinstance(number, str) and number in self._known:
                    return [self._shown(self._known[number])]
            plain = plainly(wanted)
            phone = digits if len(digits) >= PHONE_DIGITS_MIN and not plain.strip("0123456789 -+().") else None
            named = len(plain) >= NAME_LETTERS_MIN
            if phone is None and not named:
                return []
            rows = [
                one for one in self._known.values()
                if (named and plain in one.plain) or (phone is not None and one.phone.endswith(phone))
            ]  # fmt: skip
            return [self._shown(one) for one in heapq.nsmallest(FOUND_MAX, rows)]

    def catch_up(self, store: OfficeStore) -> None:
        """Reads what a search needs, before anybody searches."""
        with self._lock:
            self._catch_up(store)

    def _catch_up(self, store: OfficeStore) -> None:
        with self._marks:
            anew, (customers, accounts) = self._anew, self._changed
            self._anew, self._changed = False, (set(), set())
        if not (anew or customers or accounts):
            return
        try:
            store.renew()  # Whatever was marked is on record, so it is in the newest snapshot.
            if anew:
                self._read_all(store)
            else:
                self._read_changed(store, customers, accounts)
        except BaseException:
            self.forget()
            raise

    def _read_all(self, store: OfficeStore) -> None:
        self._known = {str(row[0]): _known(store, row) for row in store.scan("customer")}
        self._accounts = {}
        for row in store.scan("holding"):
            self._put(row)

    def _read_changed(self, store: OfficeStore, customers: set[str], accounts: set[str]) -> None:
        for number in customers:
            row = store.get("customer", (number,))
            if row is not None:
                self._known[number] = _known(store, row)
        for account in accounts:
            row = store.get("holding", (account,))
            if row is not None:
                self._put(row)

    def _put(self, row: Row) -> None:
        account, customer, state = str(row[0]), row[1], row[3]
        if not isinstance(customer, str):
            return
        mine = self._accounts.setdefault(customer, set())
        if state == "closed":
            mine.discard(account)
        else:
            mine.add(account)

    def _shown(self, one: _Known) -> Found:
        accounts = tuple(sorted(self._accounts.get(one.customer, ())))
        return Found(one.customer, one.name, one.lives, accounts)


def _known(store: OfficeStore, row: Row) -> _Known:
    details = details_at(store, row[2]) if isinstance(row[2], bytes) else {}
    name = details.get("name", "")
    phone = "".join(c for c in details.get("phone", "") if c.isdigit())
    return _Known(plainly(name), str(row[0]), phone, name, details.get("lives", ""))


def plainly(name: str) -> str:
    """Without accents and capitals, so that Jose finds José."""
    apart = unicodedata.normalize("NFKD", name)
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).casefold().split())
