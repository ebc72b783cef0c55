"""Calculators: one kind of question, one element of a file in, one answer out. No office and no books are needed.

Always true:

1. An element is answered by ``result`` or by ``error``, never both and never by an exception
   (``test_no_element_makes_a_traceback``).
2. The answer depends on what is asked alone. The answers, remarks and ids that a file of vectors carries beside the
   question are never read (``test_answers_in_the_file_are_never_read``).
3. Money and rates leave as decimal text; a year fraction leaves as a number of twelve decimals.

The shapes, kind by kind: docs/reference/compute.md. The rules are in ``products`` and ``compliance``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, DecimalException
from fractions import Fraction
from typing import Any

from counterfoil.compliance import currency_reports, error_resolution, holds, returns
from counterfoil.kernel.days import day as read_day
from counterfoil.kernel.days import local_time
from counterfoil.kernel.outcomes import Malformed, short
from counterfoil.products import apr, apy, calendar, check_digits, daycount, savings, schedule
from counterfoil.products.exact import exact, rounded_half_up

ELEMENTS_MAX = 100_000
LIST_MAX = 10_000
CENTS_MAX = 10**15

Element = Mapping[str, Any]
Result = dict[str, Any]


def answers(kind: str, content: Any) -> Iterator[Result]:
    """The answers to a whole file: a map with a list under ``vectors`` or ``cases``. ``Malformed`` if it is not one."""
    if kind not in KINDS:
        raise Malformed(f"{short(kind)} is not a kind: one of {', '.join(KINDS)} is needed", field="kind")
    elements = (
        next((content[key] for key in ("vectors", "cases") if key in content), None) if _is_map(content) else None
    )
    if not isinstance(elements, list):
        raise Malformed("the file is a map with a list under `vectors` or `cases`", field="vectors")
    if len(elements) > ELEMENTS_MAX:
        raise Malformed(f"the file has {len(elements)} elements; at most {ELEMENTS_MAX} are computed", field="vectors")
    return (answer(kind, element) for element in elements)


def answer(kind: str, element: Any) -> Result:
    """One answer: ``{"id", "result"}`` or ``{"id", "error"}``."""
    number = element.get("id") if _is_map(element) else None
    try:
        if not _is_map(element):
            raise Malformed("an element is a map")
        return {"id": number, "result": KINDS[kind](element)}
    except Malformed as error:
        return {"id": number, "error": str(error)}
    except (OverflowError, DecimalException):
        return {"id": number, "error": "not computable: a date or a number runs beyond what is kept"}


def _is_map(value: Any) -> bool:
    return isinstance(value, dict)


# Products


def _apr(element: Element) -> Result:
    advances, payments = (_flows(element, key) for key in ("advances", "payments"))
    periods = _ratio(_need(element, "unit_periods_per_year"), "unit_periods_per_year")
    return {"apr_percent": rounded_half_up(apr.apr_percent(advances, payments, periods), 2)}


def _flows(element: Element, key: str) -> list[apr.Flow]:
    flows = [
        apr.Flow(
            exact(_need(one, "amount"), "amount"),
            _whole(one.get("count", 1), "count", apr.STREAM_MAX),
            _whole(_need(one, "t"), "t", apr.STREAM_MAX),
            _ratio(one.get("f", 0), "f"),
            _whole(one.get("step", 1), "step", apr.STREAM_MAX),
        )
        for one in _maps(element, key)
    ]
    if sum(flow.number for flow in flows) > apr.STREAM_MAX:
        raise Malformed(f"at most {apr.STREAM_MAX} amounts are computed", field=key)
    return flows


def _apy(element: Element) -> Result:
    kind = element.get("kind")
    if kind == "equal-to-rate":
        return {"apy_percent": rounded_half_up(exact(_need(element, "interest_rate_percent"), "rate"), 2)}
    if kind == "composite-rate":
        segments = [
            (exact(rate, "segments"), _whole(days, "segments", LIST_MAX)) for rate, days in _pairs(element, "segments")
        ]
        rate = rounded_half_up(apy.composite_rate_percent(segments), 2)
        return {"composite_rate_percent": rate, "apy_percent": rate}
    if kind == "apy-earned-special":
        special = apy.apy_earned_special_percent(
            exact(_need(element, "balance"), "balance"),
            exact(_need(element, "interest"), "interest"),
            _whole(_need(element, "days_in_period"), "days_in_period", LIST_MAX),
            _whole(_need(element, "compounding_days"), "compounding_days", LIST_MAX),
        )
        return {"apy_percent": rounded_half_up(special, 2)}
    if kind in ("simple", "apy-general", "apy-earned"):
        balance = exact(_need(element, "principal_or_balance"), "principal_or_balance")
        interest = exact(_need(element, "interest"), "interest")
        days = _whole(_need(element, "days"), "days", LIST_MAX)
        return {"apy_percent": rounded_half_up(apy.apy_percent(balance, interest, days), 2)}
    raise Malformed(f"not a yield: the kind {short(kind)} asks for none that is computed here", field="kind")


def _schedule(element: Element) -> Result:
    terms = schedule.read_terms(element.get("convention"), element.get("parameters"))
    places = max(2, len(str(terms.step.denominator)) - 1)
    return {"value": [_row(row, places) for row in schedule.schedule(terms)]}


def _row(row: schedule.Row, places: int) -> Result:
    return {
        "due_date": row.due.isoformat(),
        "principal": rounded_half_up(row.principal, places),
        "interest": rounded_half_up(row.interest, places),
        "fees": rounded_half_up(row.fees, places),
        "total": rounded_half_up(row.total, places),
        "balance_after": rounded_half_up(row.balance, places),
    }


def _savings(element: Element) -> Result:
    postings, decimals = savings.read_case(element.get("parameters"))
    return {
        "value": [{"posted_on": one.on.isoformat(), "interest": _plain(one.interest, decimals)} for one in postings]
    }


def _plain(amount: Fraction, decimals: int | None) -> str:
    """With so many decimals, or with as many of two as are needed."""
    if decimals is not None:
        return rounded_half_up(amount, decimals)
    return rounded_half_up(amount, 0 if amount.denominator == 1 else 2)


def _daycount(element: Element) -> Result:
    dates = {key: _day(element, key) for key in ("ref_start", "ref_end") if element.get(key) is not None}
    end_key = "termination_date"
    counted = daycount.count(
        str(_need(element, "convention")),
        _day(element, "start"),
        _day(element, "end"),
        ref_start=dates.get("ref_start"),
        ref_end=dates.get("ref_end"),
        termination=_day(element, end_key) if element.get(end_key) is not None else None,
    )
    result: Result = {"days": counted.days}
    if counted.year is not None:
        result["year_fraction"] = Decimal(rounded_half_up(counted.year, 12))
    return result


def _calendar(element: Element) -> Result:
    kind = element.get("kind")
    if kind == "is_banking_day":
        return {"value": calendar.is_banking_day(_day(element, "date"))}
    if kind == "add_banking_days":
        days = _whole(_need(element, "days"), "days", calendar.DAYS_MAX)
        return {"value": calendar.add_banking_days(_day(element, "date"), days).isoformat()}
    if kind == "weekday_closures_in_year":
        year = _whole(_need(element, "year"), "year", calendar.YEAR_MAX)
        return {"value": [day.isoformat() for day in calendar.weekday_closures(year)]}
    raise Malformed(f"{short(kind)} is not a question about the calendar that is answered here", field="kind")


def _routing(element: Element) -> Result:
    return {"checksum_valid": check_digits.routing_number(_text(element, "routing"))}


_DIGITS: Mapping[str, Callable[[str], bool]] = {
    "usps_money_order_serial": check_digits.money_order_serial,
    "luhn": check_digits.luhn,
    "iban": check_digits.iban,
    "zip": check_digits.zip_code,
    "aba_routing": check_digits.routing_number,
}


def _checkdigit(element: Element) -> Result:
    kind, text = element.get("kind"), _text(element, "value")
    if kind == "zip_delivery_point_check_digit":
        return {"check_digit": check_digits.delivery_point_digit(text)}
    check = _DIGITS.get(str(kind))
    if check is None:
        raise Malformed(f"{short(kind)} is not a number whose check digit is known here", field="kind")
    return {"valid": check(text)}


# Compliance


def deposit_of(element: Element) -> holds.Deposit:
    """The deposit that an element of kind ``hold`` asks about."""
    return holds.Deposit(
        on=_day(element, "deposit_date"),
        where=_text(element, "where"),
        items=tuple(_item(one) for one in _maps(element, "items")),
        minute=_minute(element, "deposit_time"),
        cutoff=_minute(element, "cutoff"),
        banking_day=_day(element, "banking_day_of_deposit") if element.get("banking_day_of_deposit") else None,
        account_age_days=_whole(element["account_age_days"], "account_age_days", 100_000)
        if element.get("account_age_days") is not None
        else None,
        exception=str(element.get("exception") or ""),
        emergency_ended=_day(element, "emergency_ended") if element.get("emergency_ended") else None,
        lines=_lines(element["thresholds"]) if element.get("thresholds") is not None else None,
        cash_ladder=_flag(element, "cash_withdrawal_adjustment", default=True),
    )


def _hold(element: Element) -> Result:
    found = holds.availability(deposit_of(element))
    return {"value": [{"available_on": one.on.isoformat(), "amount": _money(one.cents)} for one in found]}


def _item(given: Element) -> holds.Item:
    return holds.Item(
        _text(given, "kind"),
        _cents(_need(given, "amount"), "amount"),
        _flag(given, "payee_account", default=True),
        _flag(given, "special_deposit_slip", default=True),
        _flag(given, "same_state", default=True),
    )


def _lines(given: Any) -> holds.Thresholds:
    if not _is_map(given):
        raise Malformed("thresholds is a map of amounts", field="thresholds")
    keys = ("min_next_day", "cash_withdrawal", "new_account", "large_deposit")
    return holds.Thresholds(*(_cents(_need(given, key), key) for key in keys))


def _ctr(element: Element) -> Result:
    kind = element.get("kind")
    if kind == "ctr_aggregation":
        cash = [_cash(one) for one in _maps(element, "transactions")]
        found = currency_reports.reportable(cash, any_one_day=_flag(element, "usps_any_one_day_rule", default=False))
        return {"reportable": [_report(one) for one in found], "ctr_required": bool(found)}
    if kind == "monetary_instrument_cash_sale":
        amounts = [_cents(amount, "cash_amounts") for amount in _list(element, "cash_amounts")]
        together = _flag(element, "aggregated", default=True)
        return {"value": currency_reports.instrument_duty(amounts, known_together=together)}
    if kind == "required_fields" and element.get("case") == "individual account opening":
        return {"value": list(currency_reports.OPENING_FIELDS)}
    raise Malformed(f"nothing to compute: the kind {short(kind)} states a rule or a list", field="kind")


def _cash(given: Element) -> currency_reports.Cash:
    said = " ".join(str(given.get(key, "")) for key in ("kind", "purpose", "for"))
    return currency_reports.Cash(
        _day(given, "date"),
        _text(given, "direction"),
        _cents(_need(given, "amount"), "amount"),
        str(given.get("person", "")),
        re.search("postage|philatelic", said) is not None or given.get("postage") is True,
    )


def _report(one: currency_reports.Reportable) -> Result:
    report = {
        "business_day": one.business_day.isoformat(),
        "direction": one.direction,
        "total": _money(one.cents),
    }
    return {**report, "person": one.person} if one.person else report


def _rege(element: Element) -> Result:
    kind = element.get("kind", "notice" if "transfer_kind" in element else None)
    if kind == "notice":
        limits = error_resolution.timeline(
            _day(element, "notice_received"),
            kind=_text(element, "transfer_kind"),
            new_account=_flag(element, "within_30_days_of_first_deposit", default=False),
        )
        return {
            "value": {
                "determine_or_provisional_credit_by": limits.credit_by.isoformat(),
                "investigation_days": limits.investigation_days,
                "investigation_deadline": limits.investigate_by.isoformat(),
                "written_confirmation_may_be_required_by": limits.confirm_by.isoformat(),
                "inform_of_provisional_credit_within_business_days": error_resolution.INFORM_DAYS,
                "report_results_within_business_days": error_resolution.REPORT_DAYS,
                "correct_within_business_days": error_resolution.CORRECT_DAYS,
            }
        }
    if kind == "consumer_liability":
        cents = error_resolution.liability(
            _whole(_need(element, "days_to_notice_after_learning"), "days_to_notice_after_learning", LIST_MAX),
            _cents(_need(element, "unauthorized_within_2_business_days"), "unauthorized_within_2_business_days"),
            _cents(
                _need(element, "unauthorized_after_2_days_before_notice"), "unauthorized_after_2_days_before_notice"
            ),
        )
        return {"max_liability": cents // 100 if cents % 100 == 0 else Decimal(_money(cents))}
    if kind == "remittance_cancel":
        back = error_resolution.cancellation(
            local_time(_text(element, "paid_at"), field="paid_at"),
            local_time(_text(element, "cancel_received_at"), field="cancel_received_at"),
            picked_up=_flag(element, "picked_up", default=False),
        )
        return {"accept": back is not None, "refund_by": back.isoformat() if back else None}
    if kind == "remittance_error":
        by = error_resolution.remittance_investigate_by(_day(element, "notice_received"))
        return {
            "value": {
                "investigate_by": by.isoformat(),
                "report_within_business_days": error_resolution.REPORT_DAYS,
                "correct_within_business_days": error_resolution.CORRECT_DAYS,
                "sender_must_notify_within_days": error_resolution.REMITTANCE_NOTICE_DAYS,
            }
        }
    raise Malformed(f"{short(kind)} is not a question about Regulation E that is answered here", field="kind")


_RULE = re.compile(r"([0-9]{1,3}) (banking|calendar) days")


def _achreturn(element: Element) -> Result:
    settled = _day(element, "settlement_date")
    try:
        kept = returns.limit(_text(element, "return_code"))
    except Malformed:
        stated = _RULE.fullmatch(str(element.get("rule", "")))
        if stated is None:
            raise
        kept = returns.Limit(int(stated[1]), stated[2] == "banking")
    return {"deadline": returns.return_by(settled, kept).isoformat()}


KINDS: Mapping[str, Callable[[Element], Result]] = {
    "apr": _apr,
    "apy": _apy,
    "hold": _hold,
    "schedule": _schedule,
    "savings": _savings,
    "daycount": _daycount,
    "calendar": _calendar,
    "routing": _routing,
    "checkdigit": _checkdigit,
    "ctr": _ctr,
    "rege": _rege,
    "achreturn": _achreturn,
}
"""Every kind, and what answers it."""


# Reading an element's fields


def _need(element: Element, key: str) -> Any:
    if key not in element:
        raise Malformed(f"not computable: {key} is missing", field=key)
    return element[key]


def _day(element: Element, key: str) -> date:
    return read_day(_need(element, key), field=key)


def _text(element: Element, key: str) -> str:
    value = _need(element, key)
    if not isinstance(value, str) or len(value) > 200:
        raise Malformed(f"{key} is {short(value)}: a short text is needed", field=key)
    return value


def _whole(value: Any, key: str, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise Malformed(f"{key} is {short(value)}: a whole number from 0 to {most} is needed", field=key)
    return value


def _flag(element: Element, key: str, *, default: bool) -> bool:
    value = element.get(key, default)
    if not isinstance(value, bool):
        raise Malformed(f"{key} is {short(value)}: true or false is needed", field=key)
    return value


def _list(element: Element, key: str) -> list[Any]:
    value = _need(element, key)
    if not isinstance(value, list) or len(value) > LIST_MAX:
        raise Malformed(f"{key} is a list of at most {LIST_MAX}", field=key)
    return value


def _maps(element: Element, key: str) -> list[Element]:
    found = _list(element, key)
    if not all(_is_map(one) for one in found):
        raise Malformed(f"{key} is a list of maps", field=key)
    return found


def _pairs(element: Element, key: str) -> list[tuple[Any, Any]]:
    found = _list(element, key)
    if not all(isinstance(one, list) and len(one) == 2 for one in found):
        raise Malformed(f"{key} is a list of pairs", field=key)
    return [(one[0], one[1]) for one in found]


def _ratio(value: Any, key: str) -> Fraction:
    """A number, or a pair of whole numbers: numerator and denominator."""
    if isinstance(value, list):
        if len(value) != 2 or not all(type(part) is int for part in value) or not 0 < value[1] <= CENTS_MAX:
            raise Malformed(f"{key} is {short(value)}: [numerator, denominator] is needed", field=key)
        return Fraction(_whole(value[0], key, CENTS_MAX), value[1])
    return exact(value, key)


def _cents(value: Any, key: str) -> int:
    cents = exact(value, key) * 100
    if cents.denominator != 1 or abs(cents) > CENTS_MAX:
        raise Malformed(f"{key} is {short(value)}: an amount in dollars and cents is needed", field=key)
    return int(cents)


def _money(cents: int) -> str:
    return rounded_half_up(Fraction(cents, 100), 2)


def _minute(element: Element, key: str) -> int | None:
    """Minutes since midnight of ``14:30``; None where nothing is said."""
    value = element.get(key)
    if value is None:
        return None
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", value) if isinstance(value, str) else None
    if match is None:
        raise Malformed(f"{key} is {short(value)}: a time such as 14:30 is needed", field=key)
    return int(match[1]) * 60 + int(match[2])
