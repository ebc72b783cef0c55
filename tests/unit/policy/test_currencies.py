"""A currency's decimals are data of the edition: a desk in yen and one in dinars, as one in dollars."""

from __future__ import annotations

import pytest

from counterfoil.testing.builders import EDITION, House, bare_office, counter, refusal, taken


def in_currency(code: str) -> House:
    return counter(content=EDITION.replace(b'currency = "USD"', f'currency = "{code}"'.encode()))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("USD", "$125.01 was asked for and $125.00"),
        ("JPY", "¥12,501 was asked for and ¥12,500"),
        ("KWD", "12.501 KWD was asked for and 12.500 KWD"),
        ("CLP", "12,501 CLP was asked for and 12,500 CLP"),
    ],
)
def test_a_desk_in_a_currency_with_its_own_decimals(code: str, told: str) -> None:
    house = in_currency(code)
    house.do("deposit", till="T1", account=house.account, amount=12_500)
    said = refusal(house.ask("withdrawal", till="T1", account=house.account, amount=12_501)).sentence()
    for word in told.split(" was asked for and "):
        assert word in said
    taken(house.ask("withdrawal", till="T1", account=house.account, amount=12_500))
    house.check()


def test_another_currency_is_refused_at_the_desk_and_in_a_new_edition() -> None:
    house = in_currency("JPY")
    wrong = house.ask("deposit", till="T1", account=house.account, amount=100, currency="USD")
    assert refusal(wrong).code == "currency.other"
    dollars = EDITION.replace(b"2026-01-01", b"2027-01-01")
    told = house.ask("policy-edition", by="101", approve=["102"], content=dollars)
    assert refusal(told).code == "currency.other"


def test_the_office_is_opened_in_its_editions_currency() -> None:
    house = bare_office(content=EDITION.replace(b'currency = "USD"', b'currency = "KWD"'))
    assert house.desk.state.current is not None
    assert house.desk.state.current.currency == "KWD"
