"""What a service costs here and elsewhere, told before anybody agrees.

Always true: our price is the one that the desk would book today, from the products' own ``PRICES``
(``test_a_quote_is_what_the_desk_takes``); every service that costs something has a quote
(``test_every_service_that_costs_something_has_a_quote``); nothing is recorded.

A quote asks for no more than the price depends on: a field that it needs and was not given is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil.counter import bills, checks, day_end, loans, mail, money_orders, people, remittances, savings
from counterfoil.kernel.money import Currency, Money
from counterfoil.kernel.outcomes import Fault, Malformed, Refusal, Translate, mark
from counterfoil.office import refusals as no
from counterfoil.office.deciding import Prices
from counterfoil.office.requests import ASKS, SellStamps, fields_of
from counterfoil.office.state import State
from counterfoil.policy.book import decimal
from counterfoil.policy.edition import Edition
from counterfoil.policy.terms.elsewhere import Elsewhere
from counterfoil.products.elsewhere import There, compared


def _stamps(a: SellStamps, s: State) -> int | Refusal:
    item = _edition(s).stock.get(a.item)
    return item.face * a.quantity if item is not None else no.StockUnknown(a.item)


def _account(a: Any, s: State) -> int | Refusal:
    return 0 if a.product in _edition(s).products else no.ProductUnknown(a.product)


def _nothing(a: Any, s: State) -> int | Refusal:
    return 0


PRICES: Prices = {
    "stamp-sale": _stamps,
    "account-open": _account,
    "deposit": _nothing,
    "withdrawal": _nothing,
    "transfer": _nothing,
    "cash-exchange": _nothing,
    "balance-told": _nothing,
}
"""Kind → our price today: the core's own, then each product's. Cash in and out of an account costs nothing."""
for _product in (savings, checks, money_orders, bills, remittances, loans, people, mail, day_end):
    PRICES |= _product.PRICES

_DAYS = {"weekly": 7, "biweekly": 14, "semimonthly": 15, "monthly": 30}
"""How long one period of a loan lasts, for how often a loan elsewhere would be renewed meanwhile."""


class Wanted:
    """What the price of a service is asked for: the fields that were given, read as the request's own."""

    def __init__(self, kind: str, given: Mapping[str, Any], date: str) -> None:
        shape = fields_of(ASKS[kind])
        for name in given:
            if name not in shape:
                raise Malformed(f"{name} is not a field of {kind}", field=name)
        self._kind = kind
        self._needed = {name: needed for name, (_, needed) in shape.items()}
        self._said = {"date": date} | {name: shape[name][0].read(value, name) for name, value in given.items()}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._needed:
            raise AttributeError(name)
        if name not in self._said and self._needed[name]:
            raise Malformed(f"{name} is missing: the price of {self._kind} depends on it", field=name)
        found = self._said.get(name)
        return ASKS[self._kind].__dataclass_fields__[name].default if name not in self._said else found

    def said(self) -> Mapping[str, Any]:
        """The fields that were given."""
        return self._said


@dataclass(frozen=True, slots=True)
class Quote:
    """Our price and theirs, in minor units. ``times_a_year``: the habit that the year's saving is told for."""

    kind: str
    price: int
    currency: Currency
    edition: str
    effective: str
    there: tuple[There, ...]
    times_a_year: int | None

    def lines(self, translate: Translate, language: str = "en") -> list[str]:
        """The quote in words, our price first."""
        said = [_say(translate, mark("Here: {price}."), price=self._money(self.price))]
        for one in self.there:
            said += self._there(one, translate, language)
        if not self.there:
            said.append(translate(mark("We have found no figure of what this costs elsewhere.")))
        said.append(
            _say(translate, mark("Our price is that of {edition}, the same at every office."), edition=self.edition)
        )
        return said

    def as_json(self) -> dict[str, Any]:
        """The quote as data."""
        return {
            "kind": self.kind, "price": self.price, "currency": self.currency.code, "edition": self.edition,
            "effective": self.effective, "times_a_year": self.times_a_year,
            "elsewhere": [
                {
                    "who": {"en": one.row.who.en, "es": one.row.who.es}, "cost": one.cost, "how": one.row.how,
                    "value": decimal(one.row.value), "renewed": list(one.renewed) if one.renewed else None,
                    "saving": one.saving, "as_of": one.row.as_of, "source": one.row.source, "status": one.row.status,
                }
                for one in self.there
            ],
        }  # fmt: skip

    def _there(self, one: There, translate: Translate, language: str) -> list[str]:
        row, who = one.row, one.who(language)
        found = _say(
            translate, mark("(as of {as_of}; {how}: {source})"), as_of=row.as_of, how=translate(_STATUS[row.status]),
            source=row.source,
        )  # fmt: skip
        if one.cost is None:
            told = _say(translate, mark("At {who}: {rate} % a year"), who=who, rate=decimal(row.value))
        elif row.how == "a-month":
            told = _say(translate, mark("At {who}: {cost} a month"), who=who, cost=self._money(one.cost))
        elif one.renewed:
            told = _say(
                translate, mark("At {who}: {cost} for {days} days; taken {times} times, {whole}"), who=who,
                cost=self._money(one.cost), days=row.days, times=one.renewed[0], whole=self._money(one.renewed[1]),
            )  # fmt: skip
        else:
            told = _say(translate, mark("At {who}: {cost}"), who=who, cost=self._money(one.cost))
        return [f"{told} {found}.", *self._saving(one, translate)]

    def _saving(self, one: There, translate: Translate) -> list[str]:
        if one.saving is None:
            return []
        kept = self._money(abs(one.saving))
        if one.row.how == "a-month":
            less, more = mark("In a year you keep {kept}."), mark("In a year we cost {kept} more.")
        elif self.times_a_year == 1:
            less, more = mark("Each time you keep {kept}."), mark("Each time we cost {kept} more.")
        else:
            less = mark("If you do this {times} times a year, you keep {kept} a year.")
            more = mark("If you do this {times} times a year, we cost {kept} more a year.")
        return [_say(translate, less if one.saving >= 0 else more, kept=kept, times=self.times_a_year)]

    def _money(self, minor: int) -> str:
        return str(Money(minor, self.currency))


def quote(kind: str, body: Mapping[str, Any], state: State) -> Quote | Refusal:
    """What a service of ``kind`` costs today, here and elsewhere; the rule that says no if it is not to be had.
    ``Malformed`` names a field that the price depends on and ``body`` does not have, or a kind that has no price."""
    if kind not in PRICES:
        raise Malformed(f"{kind!r} has no price: {', '.join(sorted(PRICES))} do", field="kind")
    edition = _edition(state)
    wanted = Wanted(kind, {name: value for name, value in body.items() if name != "kind"}, _date(body, state, edition))
    price = PRICES[kind](wanted, state)
    if isinstance(price, Refusal):
        return price
    said = wanted.said()
    there, times = compared(
        kind, price, edition.terms(Elsewhere), edition.currency, amount=said.get("amount", 0), days=_days(said),
        said=said,
    )  # fmt: skip
    return Quote(kind, price, edition.currency, edition.name, edition.effective.isoformat(), there, times)


_STATUS = {
    "read": mark("read there"),
    "secondary": mark("from a report"),
    "computed": mark("worked out from it"),
}


def _date(body: Mapping[str, Any], state: State, edition: Edition) -> str:
    if "date" in body:
        return str(body["date"])
    if state.today is not None:
        return state.today.date
    days = [day.date for day in state.day.rows.values()]
    return max([*days, edition.effective.isoformat()])


def _days(said: Mapping[str, Any]) -> int:
    every, number = said.get("every"), said.get("number_of_payments")
    return _DAYS.get(every, 0) * number if isinstance(every, str) and isinstance(number, int) else 0


def _edition(state: State) -> Edition:
    if state.policy is None:
        raise Fault("no policy edition is in force")
    return state.policy


def _say(translate: Translate, text: str, **fields: object) -> str:
    return translate(text).format(**fields)
