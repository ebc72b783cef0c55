"""The price list, the record of what was seen, and the money order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from counterfoil.engines.editions import demonstration
from counterfoil.engines.texts import catalog
from counterfoil.kernel.money import USD
from counterfoil.kernel.outcomes import Malformed
from counterfoil.operations.documents.fees import Elsewhere, Fees, Price, fees_of, fees_paper
from counterfoil.operations.documents.identity import Identity, Seen, identity_paper
from counterfoil.operations.documents.money_order import MoneyOrder, money_order_paper
from counterfoil.operations.documents.paper import Head, Table, Words, texts
from counterfoil.policy.edition import read_edition
from counterfoil.policy.terms.bills import BillTerms
from counterfoil.policy.terms.checks import CheckTerms
from counterfoil.policy.terms.mail import MailTerms
from counterfoil.policy.terms.money_orders import MoneyOrderTerms
from counterfoil.policy.terms.remittances import RemittanceTerms
from counterfoil.testing.builders import EDITION

HEAD = Head("Elk Fork · 0417", date(2026, 3, 2))
THERE = Elsewhere("A bank", 5_00, "its price list", "2015")
PRICES = Fees(HEAD, "us-village 2026-01", date(2026, 1, 1), (Price("Account", elsewhere=(THERE,)), Price("Stamp", 78)))
SEEN = Seen("Consular card", "Consulate of Mexico", "MX-88214407", None, date(2028, 5, 3))
RECORD = Identity(HEAD, "102", date(2026, 3, 2), (SEEN,), "weak-paper", "A neighbor vouches for her.")
ORDER = MoneyOrder(
    HEAD, "4170 0002 219 6", 312_50, "Three hundred twelve 50/100", "Valley Feed", "Rosa Delgado", "Rent"
)


def test_a_price_elsewhere_has_its_source() -> None:
    made = fees_paper(PRICES, Words())
    assert next(block for block in made.blocks if isinstance(block, Table)).rows == (
        ("Account", "free", "A bank: $5.00"), ("Stamp", "$0.78", ""),
    )  # fmt: skip
    assert "A bank: its price list; from 2015." in texts(made)
    for name in ("where", "source", "as_of"):
        with pytest.raises(Malformed, match=name):
            changed(THERE, name, "")


def test_a_list_without_a_comparison_has_no_empty_column() -> None:
    made = fees_paper(replace(PRICES, prices=(Price("Check", in_words="1% of the check"),)), Words())
    assert next(block for block in made.blocks if isinstance(block, Table)).rows == (("Check", "1% of the check"),)
    assert "Elsewhere" not in texts(made)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_price_of_an_edition_is_listed(language: str) -> None:
    edition = read_edition(demonstration("us-postal-bank"))
    words = Words(language, USD, catalog(language))
    fees = fees_of(HEAD, edition, words, {"Pay in cash": (THERE,), "Forever stamp": (THERE,)})
    listed = {price.service: price for price in fees.prices}
    assert all(listed[words.say(item.title)].price == item.face for item in edition.stock.values())
    assert [price.elsewhere for price in fees.prices].count((THERE,)) == 2
    assert words.say("Pay in cash") in listed
    assert fees.digest == edition.digest.hex()
    with pytest.raises(Malformed, match="'Haircut' is not on the price list"):
        fees_of(HEAD, edition, words, {"Haircut": (THERE,)})
    assert edition.digest.hex() in texts(fees_paper(fees, words))


def test_no_price_of_the_edition_is_missing_from_its_list() -> None:
    edition = read_edition(demonstration("us-postal-bank"))
    listed = {price.service: price for price in fees_of(HEAD, edition, Words()).prices}
    orders, sent = edition.tables[MoneyOrderTerms], edition.tables[RemittanceTerms]
    for row in orders.fees:
        assert listed[f"Money order up to {Words().money(row.up_to)}"].price == row.fee
    assert listed["New money order for a lost one"].price == orders.replace_fee
    for fee in sent.fees:
        assert listed[f"Send cash up to {Words().money(fee.up_to)}"].price == fee.fee
    for service in edition.tables[MailTerms].services.values():
        assert listed[service.title].price == service.price
    assert listed["Small loan of $20.00 to $500.00"].in_words == "at most 28.00% a year, no fee"


def test_the_list_says_what_the_edition_has_found_elsewhere() -> None:
    edition = read_edition(demonstration("us-postal-bank"))
    fees = fees_of(HEAD, edition, Words("es", USD, catalog("es")))
    made = texts(fees_paper(fees, Words("es", USD, catalog("es"))))
    assert "el Servicio Postal: $2.55" in " ".join(made)
    assert "un prestamista de día de pago: $15.00 por cada $100.00" in " ".join(made)
    assert "391% al año" in " ".join(made)
    assert "un banco (lo máximo que permiten las normas Bank On): $5.00 al mes" in " ".join(made)
    there = [one for price in fees.prices for one in price.elsewhere]
    assert there
    assert all(one.source and one.as_of for one in there)
    assert "Para quejarse" in " ".join(made), "what the operator says of complaints"
    assert fees_of(HEAD, read_edition(EDITION), Words()).notes == ()


def test_a_fee_of_a_later_day_is_listed_with_its_day() -> None:
    edition = read_edition(demonstration("us-postal-bank"))
    terms = edition.tables[MoneyOrderTerms]
    later = replace(terms.fees[0], up_to=terms.each_max, fee=300, since=date(2026, 7, 1))
    changed_ = replace(edition, tables={MoneyOrderTerms: replace(terms, fees=(*terms.fees, later))})
    listed = {price.service: price.price for price in fees_of(HEAD, changed_, Words()).prices}
    assert listed[f"Money order up to $1,000.00, from {Words().day(date(2026, 7, 1))}"] == 300
    assert listed["Money order up to $1,000.00"] == 360


def changed(value: Any, name: str, to: Any) -> Any:
    return replace(value, **{name: to})


@pytest.mark.parametrize("wrong", [{"price": -1}, {"service": ""}, {"in_words": "\u202e"}])
def test_a_price_that_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        replace(PRICES.prices[1], **wrong)


def test_a_number_is_never_printed_whole() -> None:
    told = texts(identity_paper(RECORD, Words()))
    assert "4407" in told
    assert not any("8821" in text for text in told)
    assert not any(field in Seen.__slots__ for field in ("image", "picture", "photo", "copy"))


def test_what_was_not_stated_is_said() -> None:
    told = texts(identity_paper(RECORD, Words()))
    assert "not stated" in told
    assert "May 3, 2028" in told
    assert "A neighbor vouches for her." in told
    bare = texts(identity_paper(replace(RECORD, documents=(), tier="", otherwise=""), Words()))
    assert "No document was shown." in bare
    assert "How else we know you" not in bare


@pytest.mark.parametrize(
    ("value", "wrong"),
    [(RECORD, {"clerk": ""}), (RECORD, {"tier": "\u202e"}), (SEEN, {"kind": ""}), (SEEN, {"issued_by": ""}),
     (SEEN, {"number": "\u202e"})],
)  # fmt: skip
def test_a_record_that_is_none(value: Any, wrong: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        replace(value, **wrong)


def test_the_form_of_a_money_order() -> None:
    told = texts(money_order_paper(ORDER, Words()))
    assert told.count("$312.50") == 2  # the form and its stub
    assert told.count("Valley Feed") == 2
    assert "Rent" in told
    assert "For" not in texts(money_order_paper(replace(ORDER, memo=""), Words()))


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"amount": -1}, {"amount": True}, {"serial": ""}, {"in_words": ""},
                                   {"pay_to": ""}, {"sender": ""}, {"memo": "\u202e"}])  # fmt: skip
def test_a_money_order_that_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        replace(ORDER, **wrong)


def test_fees_of_checks_and_bills_are_listed() -> None:
    edition = read_edition(demonstration("us-postal-bank"))
    listed = {price.service: price for price in fees_of(HEAD, edition, Words()).prices}
    assert listed["Cash for a payroll check"].in_words == "1.00% of the check"
    billers = edition.tables[BillTerms].billers.values()
    assert all(listed[f"Pay a bill of {biller.title}"].price == biller.fee for biller in billers)


def test_a_least_fee_is_said_and_a_check_that_is_not_cashed_is_left_out() -> None:
    edition = read_edition(demonstration("us-postal-bank"))
    terms = edition.tables[CheckTerms]
    sorts = {
        "payroll": replace(terms.sorts["payroll"], least=100),
        "personal": replace(terms.sorts["personal"], each=0),
    }
    changed_ = replace(edition, tables={CheckTerms: replace(terms, sorts=sorts)})
    told = {price.service: price.in_words for price in fees_of(HEAD, changed_, Words()).prices if price.in_words}
    assert told == {"Cash for a payroll check": "1.00% of the check, at least $1.00"}
