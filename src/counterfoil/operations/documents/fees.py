"""The list of every price, each beside what the same costs elsewhere, with source and date.

Always true: one price for everyone, so the list has no place for an office's or a person's own price; a price elsewhere
is never shown without where it was read and from when (``test_a_price_elsewhere_has_its_source``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from counterfoil.kernel.outcomes import Malformed, mark, short
from counterfoil.operations.documents.paper import (
    Block,
    Head,
    Heading,
    Paper,
    Points,
    Table,
    Text,
    Words,
    bounded,
    not_below_zero,
    paper_of,
    said,
    who,
)
from counterfoil.operations.words.checks import SORT_WORDS
from counterfoil.policy.edition import Edition
from counterfoil.policy.terms.bills import BillTerms
from counterfoil.policy.terms.checks import CheckTerms
from counterfoil.products.exact import rounded_half_up


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the same costs at another place, minor units, as ``source`` said at ``as_of``."""

    where: str
    price: int
    source: str
    as_of: str

    def __post_init__(self) -> None:
        for name in ("where", "source", "as_of"):
            said(getattr(self, name), f"elsewhere.{name}")
        not_below_zero(self.price, "elsewhere.price")


@dataclass(frozen=True, slots=True)
class Price:
    """One price in minor units, or in words (``in_words``: "1% of the check, at least $1.00")."""

    service: str
    price: int = 0
    in_words: str = ""
    elsewhere: tuple[Elsewhere, ...] = ()

    def __post_init__(self) -> None:
        said(self.service, "service")
        not_below_zero(self.price, "price")
        if self.in_words:
            said(self.in_words, "in_words")


@dataclass(frozen=True, slots=True)
class Fees:
    """The prices of one edition of the policy book. ``digest``: the first 16 bytes of its hash, in hexadecimal."""

    head: Head
    edition: str
    effective: date
    prices: tuple[Price, ...]
    digest: str = ""

    def __post_init__(self) -> None:
        said(self.edition, "edition")
        bounded(self.prices, "prices")


Listed = tuple[str, Price]
"""A price under the English name of its service, by which prices elsewhere are found."""

_FREE = {
    "everyday": (
        mark("Account, for a month"), mark("Pay in cash"), mark("Take out cash"), mark("Move money between accounts"),
        mark("Change notes and coins"), mark("Account statement"),
    ),
    "passbook": (mark("Passbook savings, for a month"),),
}  # fmt: skip
"""Product of an edition → the services that cost nothing with it."""


def free_services(edition: Edition, words: Words) -> Iterator[Listed]:
    """What costs nothing with the products that the edition offers."""
    for product in edition.products:
        yield from ((text, Price(words.say(text))) for text in _FREE.get(product, ()))


def stamps(edition: Edition, words: Words) -> Iterator[Listed]:
    """Stamps at their face."""
    yield from ((item.title, Price(item.title, item.face)) for item in edition.stock.values())


def checks_into_cash(edition: Edition, words: Words) -> Iterator[Listed]:
    """The fee for each sort of check that is turned into cash."""
    terms = edition.terms(CheckTerms)
    for name, sort in terms.sorts.items() if terms is not None else ():
        if not sort.each:
            continue
        percent = rounded_half_up(sort.percent, 2)
        told = words.say(mark("{percent}% of the check"), percent=percent)
        if sort.least:
            least = words.money(sort.least)
            told = words.say(mark("{percent}% of the check, at least {least}"), percent=percent, least=least)
        english = SORT_WORDS.get(name, name)
        yield f"Cash for a {english}", Price(words.say(mark("Cash for a {sort}"), sort=words.say(english)), 0, told)


def bills(edition: Edition, words: Words) -> Iterator[Listed]:
    """The fee for a bill of each biller."""
    terms = edition.terms(BillTerms)
    for biller in terms.billers.values() if terms is not None else ():
        service = mark("Pay a bill of {biller}")
        yield service.format(biller=biller.title), Price(words.say(service, biller=biller.title), biller.fee)


LISTS: tuple[Callable[[Edition, Words], Iterator[Listed]], ...] = (free_services, checks_into_cash, bills, stamps)
"""What an edition prices, one function a product, in the order of the paper. A product with a price adds its own."""


def fees_of(
    head: Head, edition: Edition, words: Words, elsewhere: Mapping[str, tuple[Elsewhere, ...]] | None = None
) -> Fees:
    """Every price that an edition holds. ``elsewhere``: prices of others by the English name of our service.

    ``Malformed`` for a name that is not a service of the edition: a comparison would be left out in silence.
    """
    known = elsewhere or {}
    listed = [one for of_product in LISTS for one in of_product(edition, words)]
    unknown = sorted(set(known) - {name for name, _ in listed})
    if unknown:
        names = ", ".join(name for name, _ in listed)
        raise Malformed(f"{short(unknown[0])} is not on the price list: {names}", field="elsewhere")
    return Fees(
        head=head,
        edition=edition.name,
        effective=edition.effective,
        prices=tuple(replace(price, elsewhere=known.get(name, ())) for name, price in listed),
        digest=edition.digest.hex(),
    )


def fees_paper(fees: Fees, words: Words) -> Paper:
    """The list: service, price here, price elsewhere; below it the sources."""
    sources = tuple(dict.fromkeys(_source(one, words) for price in fees.prices for one in price.elsewhere))
    compared = bool(sources)
    columns = (
        words.column(mark("Service")),
        words.column(mark("Price here"), figures=not any(price.in_words for price in fees.prices)),
        *((words.column(mark("Elsewhere")),) if compared else ()),
    )
    rows = tuple(
        (price.service, _here(price, words), *((_there(price, words),) if compared else ())) for price in fees.prices
    )
    blocks: list[Block] = [
        who(
            fees.head,
            words,
            (words.say(mark("Price list")), fees.edition),
            (words.say(mark("In force from")), words.day(fees.effective)),
            *(((words.say(mark("Code of this list")), fees.digest),) if fees.digest else ()),
        ),
        Text(words.say(mark("These prices are the same at every office and for every person.")), strong=True),
        Table(columns, rows),
    ]
    if compared:
        blocks += [Heading(words.say(mark("Where the other prices come from"))), Points(sources)]
    return paper_of("fees", fees.head, words, blocks, title=mark("What everything costs"))


def _here(price: Price, words: Words) -> str:
    if price.in_words:
        return price.in_words
    return words.money(price.price) if price.price else words.say(mark("free"))


def _there(price: Price, words: Words) -> str:
    return "; ".join(f"{one.where}: {words.money(one.price)}" for one in price.elsewhere)


def _source(one: Elsewhere, words: Words) -> str:
    return words.say(
        mark("{where}: {source}; from {as_of}."), where=one.where, source=one.source, as_of=one.as_of
    )  # fmt: skip
