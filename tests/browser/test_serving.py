"""A customer served from first look to printed receipt, in a real browser and by keyboard alone: every service of the
shipped edition, its price beside what others take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.keyboard import Keys
from browser.test_counter import with_name
from browser.window import Counter, picture, scan, served, sign_in, until
from counterfoil.engines.editions import demonstration
from counterfoil.office.money_orders.forms import forms_at
from counterfoil.products.money_orders import with_digit
from counterfoil.testing.builders import CLERK, OTHER, SUPERVISOR, House, counter

FORM = with_digit(4_170_000_001)
MICR = "⑈{number}⑈ ⑆021000021⑆ 77004210⑈"
KEYS_FOR_A_DEPOSIT, KEYS_FOR_A_DEPOSIT_MAX = 5, 8
KEYS_FOR_A_MONEY_ORDER_MAX, KEYS_FOR_CASH_SENT_MAX, KEYS_FOR_A_LOAN_MAX = 5, 6, 13
"""Besides what is read off a paper or told by the customer, and written."""
DEPOSIT = 125_000


@dataclass(slots=True)
class Window:
    """A clerk at her open drawer, with her hands on the keyboard."""

    office: Counter
    page: Page
    keys: Keys

    @property
    def house(self) -> House:
        return self.office.house

    def customer(self, number: str) -> None:
        """Finds a customer from the search box."""
        self.page.goto(f"{self.office.url}/counter")
        scan(self.page, number)
        self.page.wait_for_url("**/customer/*")

    def receipt(self) -> str:
        return self.page.inner_text(".cf-receipt")


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Window]:
    house = counter(content=demonstration("us-postal-bank"))
    house.do("cash-from-vault", approve=[SUPERVISOR], till="T1", amount=200_000)
    house.do("order-stock-in", by=SUPERVISOR, approve=[CLERK], first=FORM, quantity=20)
    house.do("order-stock-to-till", approve=[SUPERVISOR], till="T1", first=FORM, quantity=10)
    house.do("stock-in", by=SUPERVISOR, approve=[CLERK], item="forever", quantity=200)
    house.do("stock-to-till", approve=[SUPERVISOR], till="T1", item="forever", quantity=100)
    house.desk.printed(house.desk.unprinted())
    house.desk.flush()
    with served(house) as office:
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(20_000)
        page = context.new_page()
        keys = Keys(page)
        keys.sign_in(office.url, CLERK)
        yield Window(office, page, keys)
        context.close()


def test_a_deposit_takes_five_keys(window: Window) -> None:
    """$1,250.00 for a customer whose card is scanned, from the search box to the printed receipt: the scanner's Enter,
    F2, Enter after the amount, Enter on the check page, Enter to print."""
    house, page = window.house, window.page
    page.goto(f"{window.office.url}/counter")
    expect(page.locator("#q")).to_be_focused()
    keys, printed, before = Keys(page), len(window.office.printed), house.owed()
    scan(page, house.account)
    keys.pressed += 1
    page.wait_for_url("**/customer/*")
    keys.go("F2", "**/do/deposit*")
    keys.amount("1,250.00")
    keys.press("Enter")
    keys.sent()
    keys.printed()
    until(lambda: len(window.office.printed) == printed + 1)
    assert (keys.pressed, keys.digits) == (KEYS_FOR_A_DEPOSIT, 8)
    assert keys.pressed <= KEYS_FOR_A_DEPOSIT_MAX
    assert house.owed() == before + DEPOSIT
    assert "$1,250.00" in "".join(right for _, right in window.office.printed[-1].lines)


def test_a_customer_is_served_from_first_look_to_printed_receipt(window: Window) -> None:
    """A newcomer turns her payroll check into cash, opens a passbook, agrees on the $375 loan with its price beside the
    payday price, and buys a money order and a book of stamps in one visit with change."""
    house, page, keys, url = window.house, window.page, window.keys, window.office.url
    page.goto(f"{url}/counter")
    keys.to("New customer")
    page.wait_for_url("**/do/customer-open*")
    keys.into("How well we know the customer", "f")
    keys.into("Papers shown", "p")
    keys.into("Name", "Rosa Ñandú")
    keys.press("Enter")
    keys.sent()
    keys.to("Back to the customer")
    page.wait_for_url("**/customer/*")

    keys.go("Shift+F2", "**/do/check-cash*")
    keys.into("Sort of check", "payroll")
    keys.into("Amount", "612.40")
    keys.into("Date on the check", "02272026")
    keys.into("Line at the foot of the check", MICR.format(number="004417"))
    keys.into("Pay to", "Rosa Ñandú")
    keys.into("Written by", "Elk Fork Mill")
    keys.into("Papers shown", "p")
    keys.to("Go on")
    till = house.till("T1")

    def fee_beside_others(text: str) -> None:
        assert re.search(r"Our fee\s+\$6\.12", text)
        assert "What it costs, here and elsewhere" in text
        assert "check" in text.split("elsewhere", 1)[1]

    keys.sent(look=fee_beside_others)
    assert house.till("T1") == till - 60_628
    assert "Check turned into cash" in window.receipt()
    keys.printed()
    until(lambda: window.office.printed[-1].title == "Check turned into cash")
    keys.to("Back to the customer")
    page.wait_for_url("**/customer/*")

    keys.go("Shift+F9", "**/do/account-open*")
    expect(page.locator("#f-product")).to_have_value("passbook")
    filled_in(page, keys)
    keys.sent()
    keys.to("Back to the customer")
    page.wait_for_url("**/customer/*")
    assert "passbook" in page.inner_text("main")

    begun = keys.steps
    keys.go("Shift+F8", "**/do/loan-apply*")
    keys.amount("375")
    keys.into("How often", "every 2")
    keys.into("Number of payments", "5")
    keys.into("Income of a month", "2000")
    keys.into("Rent of a month", "700")
    keys.into("Other bills of a month", "200")
    keys.press("Enter")
    keys.sent(look=lambda text: contains(text, "approved"))
    keys.to("Give out a small loan")
    page.wait_for_url("**/do/loan-open*")
    filled_in(page, keys)

    def price_beside_payday(text: str) -> None:
        contains(text, "Annual percentage rate", "FINANCE CHARGE", "$375.00", "What it costs, here and elsewhere")
        beside = text.split("What it costs, here and elsewhere", 1)[1]
        assert re.search(r"payday", beside, re.I), beside

    keys.sent(look=price_beside_payday)
    keys.printed()
    assert keys.steps - begun <= KEYS_FOR_A_LOAN_MAX, "asked for, agreed on, given out and printed"
    until(lambda: "loan" in window.office.printed[-1].title.lower())
    keys.to("Back to the customer")
    page.wait_for_url("**/customer/*")
    assert "Loan payment" in page.inner_text("main")

    serial = forms_at(house.desk.state, "T1")[0]
    keys.go("F7", "**/counter/visit")
    keys.to("Sell a money order")
    page.wait_for_url("**/do/order-sale*")
    keys.amount("100")
    keys.into("Serial number", serial)
    keys.press("Enter")
    page.wait_for_url("**/counter/visit")
    keys.to("Sell stamps and mail")
    page.wait_for_url("**/do/mail-sale*")
    keys.into("Forever stamp", "20")
    keys.to("Add to the visit")
    page.wait_for_url("**/counter/visit")
    fee, book = 255, 20 * house.desk.state.policy.stock["forever"].face  # type: ignore[union-attr]  # a day is open
    contains(page.inner_text("main"), f"${(10_000 + fee + book) / 100:.2f}")
    expect(page.locator("#f-tendered")).to_be_focused()
    keys.type("120")
    till = house.till("T1")
    keys.press("Enter")
    expect(page.locator(".cf-net")).to_contain_text("Change")
    keys.press("F9")
    page.wait_for_url("**/done/*")
    assert house.till("T1") == till + 10_000 + fee + book
    assert page.locator(".cf-receipt__code svg").count() == 2, "one code for each service"
    keys.printed()
    until(lambda: len(window.office.printed[-1].slips) == 2)
    house.check()


def filled_in(page: Page, keys: Keys) -> None:
    """A form that asks for nothing more waits for Enter."""
    expect(page.locator("#work button[type=submit]")).to_be_focused()
    keys.press("Enter")


def contains(text: str, *said: str) -> None:
    for one in said:
        assert one in text, one


def test_a_money_order_takes_few_keys(window: Window) -> None:
    """From the customer's page to the printed order: its key, the way to the serial number, three times Enter."""
    house, keys = window.house, window.keys
    window.customer(house.customer)
    till, begun, serial = house.till("T1"), keys.steps, forms_at(house.desk.state, "T1")[0]
    keys.go("Shift+F4", "**/do/order-sale*")
    keys.amount("100")
    keys.into("Serial number", serial)
    keys.press("Enter")
    keys.sent()
    keys.printed()
    assert keys.steps - begun <= KEYS_FOR_A_MONEY_ORDER_MAX
    assert house.till("T1") == till + 10_255


def test_a_bill_is_paid(window: Window) -> None:
    house, keys = window.house, window.keys
    window.customer(house.customer)
    till = house.till("T1")
    keys.go("Shift+F6", "**/do/bill-pay*")
    keys.into("Biller", "Valley")
    keys.into("Customer number at the biller", "4410027")
    keys.into("Amount", "42.10")
    keys.press("Enter")
    keys.sent(look=lambda text: contains(text, "Valley Water District", "$42.10", "$1.00"))
    assert house.till("T1") == till + 4_310
    assert "Valley Water District" in window.receipt()
    keys.printed()
    until(lambda: "Valley Water District" in str(window.office.printed[-1].lines))


def test_cash_is_sent_and_paid_out_by_its_code(window: Window) -> None:
    house, page, keys = window.house, window.page, window.keys
    window.customer(house.customer)
    till, begun = house.till("T1"), keys.steps
    keys.go("Shift+F7", "**/do/cash-send*")
    keys.amount("80")
    keys.into("To office", "0417")
    keys.into("Name", "Lucía Ñandú")
    keys.press("Enter")
    keys.sent()
    case, code = (told(window.receipt(), label) for label in ("Transfer number", "Claim code"))
    assert house.till("T1") == till + 8_300
    keys.printed()
    assert keys.steps - begun <= KEYS_FOR_CASH_SENT_MAX
    until(lambda: code in str(window.office.printed[-1].lines))
    keys.press("Escape")
    page.wait_for_url("**/counter")

    keys.to("Pay out cash sent")
    page.wait_for_url("**/do/claim-check*")
    keys.into("Case number", case)
    keys.into("Claim code", code)
    keys.press("Enter")
    keys.sent()
    keys.to("Pay out cash sent")
    page.wait_for_url("**/do/cash-claim*")
    keys.into("Papers shown", "p")
    keys.to("Go on")
    keys.sent()
    assert house.till("T1") == till + 300
    assert "$80.00" in window.receipt()


def told(receipt: str, label: str) -> str:
    found = re.search(rf"{label}\s+(\S+)", receipt)
    assert found is not None, receipt
    return found.group(1)


@pytest.mark.parametrize("answer", ["Accept", "Dispute"])
def test_a_drawer_is_closed_blind(chromium: Browser, window: Window, answer: str) -> None:
    """The other clerk's drawer, two dollars short: counted without the books' figure, then Accept or Dispute."""
    house = window.house
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    keys = Keys(page)
    keys.sign_in(window.office.url, OTHER)
    till = house.desk.state.till.get("T2")
    if till is None or till.state == "closed":
        house.do("till-open", by=OTHER, till="T2", count={"10000": house.till("T2") // 10_000})
        keys.sign_in(window.office.url, OTHER)
    held = house.till("T2")
    keys.go("F8", "**/drawer")
    keys.go("F9", "**/do/till-count*")
    keys.into("$100.00", str(held // 10_000 - 1))
    keys.into("$1.00", "98")
    keys.to("Go on")
    keys.sent(look=lambda text: hides(text, held))
    keys.to("Your drawer")
    page.wait_for_url("**/drawer")
    contains(page.inner_text("main"), "-$2.00")
    sizes = page.locator(".cf-equal button").evaluate_all(
        "all => all.map(e => [e.getBoundingClientRect().width, e.getBoundingClientRect().height].map(Math.round))"
    )
    assert len(sizes) == 2
    assert sizes[0] == sizes[1], "Accept and Dispute are equally large"
    keys.into("Note", "the coin machine was out")
    keys.to(answer)
    page.wait_for_url("**/done/*")
    last = max(house.desk.state.difference.all(), key=lambda row: row.sequence)
    assert (last.till, last.amount, last.state) == ("T2", -200, {"Accept": "accepted", "Dispute": "disputed"}[answer])
    context.close()


def hides(text: str, minor: int) -> None:
    assert f"${minor / 100:,.2f}" not in text, "the count is blind"


@pytest.mark.slow
def test_pictures_for_the_pages(chromium: Browser, window: Window, pictures: Path) -> None:
    """The price of a check and of a loan, beside what others take, before anything is recorded."""
    house = window.house
    account = with_name(house)
    customer = next(str(one.customer) for one in house.desk.state.holding.all() if one.account == account)
    house.do("deposit", till="T1", account=account, amount=41_250)
    loan = {"customer": customer, "amount": "375", "every": "biweekly", "number_of_payments": "10"}
    flow = {"details.income": "2000", "details.rent": "700", "details.dues": "200"}
    paper = {
        "customer": customer, "sort": "payroll", "amount": "612.40", "check_date": "2026-02-27",
        "details.micr": MICR.format(number="005518"), "details.payee": "José Ángel Ibarra Peña",
        "details.maker": "Elk Fork Mill",
    }  # fmt: skip
    case = ""
    for width in (1280, 320):
        context = chromium.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
        page = context.new_page()
        sign_in(page, window.office, CLERK)
        page.goto(f"{window.office.url}/counter/customer/{customer}")
        picture(page, pictures, f"counter-customer-{width}")
        page.goto(f"{window.office.url}/counter/all")
        picture(page, pictures, f"counter-all-{width}")
        filled(page, window.office.url, "check-cash", paper)
        picture(page, pictures, f"counter-check-cashing-{width}", whole=True)
        if not case:
            filled(page, window.office.url, "loan-apply", {**loan, **flow})
            page.click("main .usa-button--big")
            page.wait_for_url("**/done/*")
            case = house.desk.state.loan_application.all()[-1].case
        filled(page, window.office.url, "loan-open", {**loan, "case": case})
        picture(page, pictures, f"counter-loan-{width}", whole=True)
        context.close()
    assert len(list(pictures.glob("counter-*-320.png"))) >= 4


def filled(page: Page, url: str, kind: str, values: dict[str, str]) -> None:
    """A form filled in and sent, up to its check page."""
    page.goto(f"{url}/counter/do/{kind}")
    for name, value in values.items():
        field = page.locator(f'#work [name="{name}"]')
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.locator("#work button[type=submit]").click()
    page.wait_for_url("**/check/*")
