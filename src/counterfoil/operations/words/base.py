"""What the words of every product's receipts are made of: a language, lines, and which fact says what.

Always true: a line's left side is a marked text of the catalog, its right side a value of the fact, so nothing is said
in one language only (``test_every_kind_and_fact_has_its_words``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from counterfoil.facts.record import Fact
from counterfoil.kernel.money import Currency, Money
from counterfoil.kernel.outcomes import Translate, mark, untranslated

Line = tuple[str, str]
Titles = dict[str, str]
"""Kind of entry → the title of its receipt."""
Notes = dict[str, tuple[str, ...]]
"""Kind of entry → what is said below its lines."""
Told = dict[type[Fact], tuple[str, ...]]
"""Fact → the names of the fields that the asker is told in the answer."""


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an entry. ``clerks``: who signed, the asking clerk first. ``when``: local date and time.

    ``day``: the business date. ``stock``: titles of stamps by item. ``details``: a customer's, as she gave them.
    """

    office: str
    currency: Currency
    language: str = "en"
    translate: Translate = untranslated
    when: str = ""
    day: str = ""
    clerks: tuple[str, ...] = ()
    stock: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    practice: bool = False
    edition: str = ""
    """The name of the policy edition that the entry cites."""
    claim_code: str = ""
    """Of cash sent: on the first print only, made again by the office that made it."""
    foot: tuple[str, ...] = ()
    """What the operator says at the foot of a receipt of a service, in the receipt's language."""
    receiver: str = ""
    """Who may claim cash sent, as the sender named her."""

    def say(self, text: str, **fields: object) -> str:
        """A marked text in the receipt's language, its places filled."""
        return self.translate(text).format(**fields)

    def money(self, minor: int) -> str:
        """An amount as people read it."""
        return str(Money(minor, self.currency))

    def line(self, text: str, right: object = "") -> Line:
        """A marked text on the left, a value on the right."""
        return self.translate(text), str(right)

    def item(self, code: str) -> str:
        """What a kind of stamp is called."""
        return self.stock.get(code, code)


F = TypeVar("F", bound=Fact)
LINES: dict[type[Fact], Callable[[Any, Around], list[Line]]] = {}
"""Fact → its lines. ``VisitSettled`` stands at the foot of a visit's receipt instead."""


def says(*facts: type[Fact]) -> Callable[[Callable[[F, Around], list[Line]]], Callable[[F, Around], list[Line]]]:
    def register(lines: Callable[[F, Around], list[Line]]) -> Callable[[F, Around], list[Line]]:
        LINES.update(dict.fromkeys(facts, lines))
        return lines

    return register


def account_line(account: str, w: Around) -> Line:
    """The last four digits tell a customer which account it is, and tell a finder of the paper nothing."""
    return w.line(mark("Account ending in"), account[-4:])


def pieces(count: Mapping[str, int] | None, w: Around) -> list[Line]:
    """A count by face value, the largest first."""
    faces = sorted(((int(face), number) for face, number in (count or {}).items()), reverse=True)
    return [(f"{number} × {w.money(face)}", w.money(face * number)) for face, number in faces]
