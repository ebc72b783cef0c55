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
from counterfoil.policy.terms.elsewhere import Elsewhere as Found
from counterfoil.policy.terms.elsewhere import PriceElsewhere
from counterfoil.policy.terms.loans import LoanTerms
from counterfoil.policy.terms.mail import MailTerms
from counterfoil.policy.terms.money_orders import MoneyOrderTerms
from counterfoil.policy.terms.profile import ProfileTexts, words_of
from counterfoil.policy.terms.remittances import RemittanceTerms
from counterfoil.products.elsewhere import compared, cost_of
from counterfoil.products.exact import rounded_half_up


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the same costs at another place, minor units or ``in_words``, as ``source`` said at ``as_of``."""

    where: str
    price: int
    source: str
    as_of: str
    in_words: str = ""

    def __post_init__(self) -> None:
        for name in ("where", "source", "as_of", *(("in_words",) if self.in_words else ())):
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
    notes: tuple[str, ...] = ()
    """What the operator says besides (``[texts]``), in the language of the paper."""

    def __post_init__(self) -> None:
        said(self.edition, "edition")
        bounded(self.prices, "prices")
        for note in self.notes:
            said(note, "notes")


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


_ACCOUNTS = ("Account, for a month", "Passbook savings, for a month")


def elsewhere_in(edition: Edition, words: Words, kind: str, amount: int = 0, **said_: str) -> tuple[Elsewhere, ...]:
    """What the edition has found that others take for a service of ``kind``, each as it was found."""
    rows, _ = compared(kind, 0, edition.terms(Found), edition.currency, amount=amount, said=said_)
    return tuple(
        Elsewhere(one.who(words.language), one.cost or 0, one.row.source, one.row.as_of, _as_found(one.row, words))
        for one in rows
    )


def _as_found(row: PriceElsewhere, words: Words) -> str:
    """A price as it was found: so much for each, a part of the amount, a rate of a year."""
    value = str(row.value.numerator) if row.value.denominator == 1 else rounded_half_up(row.value, 2)
    if row.how == "percent":
        return words.say(mark("{percent}% of the amount"), percent=value)
    if row.how == "percent-a-year":
        return words.say(mark("{percent}% a year"), percent=value)
    cost = words.money(cost_of(row, 10 ** (2 + words.currency.exponent), words.currency) or 0)
    if row.how == "per-100":
        hundred = words.money(10 ** (2 + words.currency.exponent))
        return words.say(mark("{cost} for each {hundred}, for {days} days"), cost=cost, hundred=hundred, days=row.days)
    if row.how == "a-month":
        return words.say(mark("{cost} a month"), cost=cost)
    return words.say(mark("{cost}, up to {most}"), cost=cost, most=words.money(row.up_to)) if row.up_to else cost


def free_services(edition: Edition, words: Words) -> Iterator[Listed]:
    """What costs nothing with the products that the edition offers."""
    for product in edition.products:
        for text in _FREE.get(product, ()):
            kind = "account-open" if text in _ACCOUNTS else ""
            yield text, Price(words.say(text), elsewhere=elsewhere_in(edition, words, kind) if kind else ())


def stamps(edition: Edition, words: Words) -> Iterator[Listed]:
    """Stamps at their face."""
    yield from ((item.title, Price(words.translate(item.title), item.face)) for item in edition.stock.values())


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
        there = elsewhere_in(edition, words, "check-cash", sort=name)
        service = words.say(mark("Cash for a {sort}"), sort=words.say(english))
        yield f"Cash for a {english}", Price(service, 0, told, there)


def bills(edition: Edition, words: Words) -> Iterator[Listed]:
    """The fee for a bill of each biller."""
    terms = edition.terms(BillTerms)
    for biller in terms.billers.values() if terms is not None else ():
        service = mark("Pay a bill of {biller}")
        yield service.format(biller=biller.title), Price(words.say(service, biller=biller.title), biller.fee)


def money_orders(edition: Edition, words: Words) -> Iterator[Listed]:
    """The fee table, each row of a later day named with it, and a new form for a lost one."""
    terms = edition.terms(MoneyOrderTerms)
    if terms is None:
        return
    for row in terms.fees:
        there = elsewhere_in(edition, words, "order-sale", row.up_to)
        most, plain, dated = (
            words.money(row.up_to),
            mark("Money order up to {most}"),
            mark("Money order up to {most}, from {since}"),
        )
        if row.since is None:
            yield plain.format(most=most), Price(words.say(plain, most=most), row.fee, elsewhere=there)
        else:
            since = words.day(row.since)
            yield dated.format(most=most, since=row.since), Price(words.say(dated, most=most, since=since), row.fee)
    lost = mark("New money order for a lost one")
    yield lost, Price(words.say(lost), terms.replace_fee, elsewhere=elsewhere_in(edition, words, "order-replace"))
    for free in (mark("New money order for a damaged one"), mark("Find out what became of a money order")):
        yield free, Price(words.say(free))


def cash_sent(edition: Edition, words: Words) -> Iterator[Listed]:
    """The fee table of cash sent."""
    terms = edition.terms(RemittanceTerms)
    service = mark("Send cash up to {most}")
    for row in terms.fees if terms is not None else ():
        most, there = words.money(row.up_to), elsewhere_in(edition, words, "cash-send", row.up_to)
        yield service.format(most=most), Price(words.say(service, most=most), row.fee, elsewhere=there)


def small_loans(edition: Edition, words: Words) -> Iterator[Listed]:
    """All that a loan costs is its rate."""
    terms = edition.terms(LoanTerms)
    if terms is None:
        return
    service = mark("Small loan of {least} to {most}")
    amounts = {"least": words.money(terms.amount_min), "most": words.money(terms.amount_max)}
    told = words.say(mark("at most {percent}% a year, no fee"), percent=rounded_half_up(terms.apr_max, 2))
    there = elsewhere_in(edition, words, "loan-open")
    yield service.format(**amounts), Price(words.say(service, **amounts), 0, told, there)
    for free in (mark("Put a loan payment off"), mark("Pay a loan back early")):
        yield free, Price(words.say(free))


def mail(edition: Edition, words: Words) -> Iterator[Listed]:
    """The services of the price list of the mail."""
    terms = edition.terms(MailTerms)
    yield from (
        (one.title, Price(words.translate(one.title), one.price)) for one in (terms.services.values() if terms else ())
    )


LISTS: tuple[Callable[[Edition, Words], Iterator[Listed]], ...] = (
    free_services, checks_into_cash, money_orders, bills, cash_sent, small_loans, stamps, mail,
)  # fmt: skip
"""What an edition prices, one function a product, in the order of the paper. A product with a price adds its own."""


def fees_of(
    head: Head, edition: Edition, words: Words, elsewhere: Mapping[str, tuple[Elsewhere, ...]] | None = None
) -> Fees:
    """Every price that an edition holds, beside what it has found of others. ``elsewhere``: further prices of others by
    the English name of our service.

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
        prices=tuple(replace(price, elsewhere=(*price.elsewhere, *known.get(name, ()))) for name, price in listed),
        digest=edition.digest.hex(),
        notes=operators_words(edition, words.language),
    )


def operators_words(edition: Edition, language: str) -> tuple[str, ...]:
    """What the operator says of insurance and complaints in a language; nothing if its edition is silent."""
    own = words_of(edition.terms(ProfileTexts), language)
    return (own.insured, own.complaints) if own is not None else ()


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
    if fees.notes:
        blocks += [Heading(words.say(mark("Good to know"))), Points(fees.notes)]
    return paper_of("fees", fees.head, words, blocks, title=mark("What everything costs"))


def _here(price: Price, words: Words) -> str:
    if price.in_words:
        return price.in_words
    return words.money(price.price) if price.price else words.say(mark("free"))


def _there(price: Price, words: Words) -> str:
    return "; ".join(f"{one.where}: {one.in_words or words.money(one.price)}" for one in price.elsewhere)


def _source(one: Elsewhere, words: Words) -> str:
    return words.say(
        mark("{where}: {source}; from {as_of}."), where=one.where, source=one.source, as_of=one.as_of
    )  # fmt: skip
