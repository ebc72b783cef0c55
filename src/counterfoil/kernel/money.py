"""Money is whole minor units of one currency. No float comes near it and no rate is implied.

Always true: an amount fits in int64 (``test_an_amount_beyond_int64_cannot_be_built``); two currencies never meet in
one sum (``test_currencies_do_not_mix``); reading a text never rounds (``test_fractions_of_a_cent_are_refused``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from counterfoil.kernel.limits import AMOUNT_MINOR_MAX
from counterfoil.kernel.outcomes import Fault, Malformed, short

_CODE = re.compile(r"[A-Z]{3}")
_MINOR_UNITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY "
        "COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR "
        "ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
        "MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP "
        "SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST YER ZAR ZMW"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
}
"""ISO 4217: the decimal places of each currency's minor unit. Two with four places (CLF, UYW) are no one's money."""
_EXPONENTS = {code: places for places, codes in _MINOR_UNITS.items() for code in codes.split()}
_SIGNS = {"USD": "$", "EUR": "€", "JPY": "¥"}


@dataclass(frozen=True, slots=True, order=True)
class Currency:
    """ISO 4217 code and exponent (decimal places of the minor unit: USD 2, JPY 0, KWD 3)."""

    code: str
    exponent: int = 2

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise Malformed(f"{short(self.code)} is not an ISO 4217 code: three capital letters", field="currency")
        if self.exponent not in (0, 2, 3):
            raise Malformed(f"{short(self.exponent)} is not an exponent kept here (0, 2 or 3)", field="currency")


def currency(code: str) -> Currency:
    """The currency with its ISO 4217 exponent; a code not kept here is refused by name."""
    try:
        return _KNOWN[code]
    except (KeyError, TypeError):
        raise Malformed(
            f"{short(code)} is not a currency of ISO 4217 that is kept here, such as USD, JPY or KWD", field="currency"
        ) from None


_KNOWN = {code: Currency(code, exponent) for code, exponent in _EXPONENTS.items()}
USD = _KNOWN["USD"]


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency in minor units: 12.50 is 1250, never 12.5."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if type(self.minor) is not int or abs(self.minor) > AMOUNT_MINOR_MAX:
            raise Malformed(f"{short(self.minor)} is not a whole number of minor units in range", field="amount")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def exceeds(self, other: Money) -> bool:
        """Whether this is strictly more than ``other``."""
        self._same(other)
        return self.minor > other.minor

    def decimal(self) -> str:
        """``1250.00``: digits and a point only, as files and JSON carry it."""
        sign, digits = ("-" if self.minor < 0 else ""), str(abs(self.minor))
        places = self.currency.exponent
        if places == 0:
            return sign + digits
        digits = digits.rjust(places + 1, "0")
        return f"{sign}{digits[:-places]}.{digits[-places:]}"

    def __str__(self) -> str:
        """``$1,250.00`` (a sign where one is customary, else the code after it: ``1,250.00 CZK``)."""
        whole, point, fraction = self.decimal().lstrip("-").partition(".")
        grouped = f"{int(whole):,}{point}{fraction}"
        minus = "-" if self.minor < 0 else ""
        sign = _SIGNS.get(self.currency.code)
        return f"{minus}{sign}{grouped}" if sign else f"{minus}{grouped} {self.currency.code}"

    def _same(self, other: Money) -> None:
        if other.currency != self.currency:  # No rate is implied: exchange is a fact of its own.
            raise Fault(f"cannot combine {other.currency.code} with {self.currency.code}")


_DECIMAL = re.compile(r"([0-9]{1,19})(?:\.([0-9]{1,3}))?")


def parse_decimal(text: str, unit: Currency) -> Money:
    """Reads ``1250`` or ``1250.00``; refuses a sign, a blank, an exponent or more decimals than the currency has."""
    found = _DECIMAL.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise Malformed(f"{short(text)} is not an amount such as 1250.00", field="amount")
    whole, fraction = found.group(1), found.group(2) or ""
    if len(fraction) > unit.exponent:
        raise Malformed(f"{short(text)} has more decimals than {unit.code} has", field="amount")
    return Money(int(whole + fraction.ljust(unit.exponent, "0")), unit)
