"""A clerk's work in a real browser: by keyboard alone, with a scanner, with a bad line, in two tabs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from browser.keyboard import Keys
from browser.window import Counter, picture, scan, served, sign_in, until
from counterfoil.engines.texts import catalog
from counterfoil.testing.builders import CLERK, PINS, SUPERVISOR, House, bare_office, counter

PERSON_MS = 70
"""Between two keys of a quick typist."""


def with_name(house: House) -> str:
    """A customer with a name on record and one account: its number."""
    from unit.operations.test_window import with_jose

    number = with_jose(house)
    return next(one.account for one in house.desk.state.holding.all() if one.customer == number)


# --- a whole day ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", pytest.param("es", marks=pytest.mark.slow)])
def test_the_tutorials_day_by_keyboard(page: Page, language: str) -> None:
    """A day from its opening to its close, with a refusal and a difference that is disputed; no mouse is touched."""
    house, say = bare_office(), catalog(language)
    with served(house) as office:
        page.goto(f"{office.url}/lang/{language}?back=/sign-in")
        keys = Keys(page, say)

        def back() -> None:
            page.keyboard.press("Escape")
            page.wait_for_url("**/counter")

        keys.sign_in(office.url, SUPERVISOR)
        assert page.locator("html").get_attribute("lang") == language
        keys.to("Open the day")
        keys.sent()
        back()
        keys.to("Receive a pouch")
        page.wait_for_url("**/do/pouch-in*")
        keys.into("Amount on the label", "5000")
        keys.into("Code on the pouch", "P-9000-0611")
        keys.into("From office", "9000")
        keys.into("$100.00", "50")
        keys.into("How the pouch came", say("whole")[:2])
        keys.to("Go on")
        keys.sent(second=CLERK)
        keys.sign_in(office.url, CLERK)
        keys.go("F8", "**/drawer")
        keys.to("Open another drawer")
        expect(page.locator("#f-till")).to_be_focused()
        keys.type("T1")
        keys.press("Enter")
        keys.sent()
        back()
        keys.go("F10", "**/all")
        keys.to("Cash from the vault")
        page.wait_for_url("**/do/cash-from-vault*")
        keys.amount("1000")
        keys.press("Enter")
        keys.sent(second=SUPERVISOR)
        back()
        keys.to("New customer")
        page.wait_for_url("**/do/customer-open*")
        keys.into("How well we know the customer", say("known to the office, no papers")[:4])
        keys.into("Name", "María José Ñandú")
        keys.into("Language of receipts", say("Spanish" if language == "es" else "English")[:3])
        keys.to("Go on")
        keys.sent()
        keys.to("Open an account")
        page.wait_for_url("**/do/account-open*")
        keys.to("Go on")
        keys.sent()
        keys.to("Back to the customer")
        page.wait_for_url("**/customer/*")
        keys.go("F2", "**/do/deposit*")
        keys.amount("125")
        keys.press("Enter")
        keys.sent()
        account = house.desk.state.holding.all()[0].account
        assert house.owed(account) == 12_500
        keys.to("Back to the customer")
        page.wait_for_url("**/customer/*")
        keys.go("F4", "**/do/withdrawal*")
        keys.amount("200")
        keys.press("Enter")
        page.wait_for_url("**/check/*")
        refused = page.inner_text("main")
        assert "$125.00" in refused
        assert "$200.00" in refused
        assert say("Change something") in refused
        keys.go("Escape", "**/do/withdrawal*")
        page.locator("#f-amount").focus()
        keys.press("Control+A")
        keys.amount("20")
        keys.press("Enter")
        keys.sent()
        assert house.owed(account) == 10_500
        assert page.locator(".cf-receipt").get_attribute("lang") == language
        keys.printed()
        until(lambda: len(office.printed) == 1)
        back()
        keys.go("F8", "**/drawer")
        keys.go("F9", "**/do/till-count*")
        keys.into("$100.00", "11")
        keys.press("Enter")
        keys.to("Go on")
        keys.sent(look=lambda text: _hides(text, "$1,105.00"))
        keys.to("Your drawer")
        page.wait_for_url("**/drawer")
        assert "-$5.00" in page.inner_text("main")
        keys.into("Note", "I gave out no five too many")
        keys.to("Dispute")
        page.wait_for_url("**/done/*")
        assert [row.state for row in house.desk.state.difference.all()] == ["disputed"]
        keys.sign_in(office.url, SUPERVISOR)
        keys.to("Count the vault")
        page.wait_for_url("**/do/vault-count*")
        keys.into("$100.00", "40")
        keys.to("Go on")
        keys.sent(second=CLERK)
        back()
        keys.to("Close the day")
        keys.sent()
        assert house.desk.state.today is None
        house.check()


def _hides(text: str, figure: str) -> None:
    assert figure not in text, "the count is blind"


# --- the scanner ------------------------------------------------------------------------------------------------------


def test_a_scanner_never_submits_money(page: Page, office: Counter) -> None:
    """Ten digits and Enter in 160 ms, in the amount's field and on the last button: nothing moves, and what was typed
    before stays."""
    house = office.house
    sign_in(page, office)
    scan(page, house.account)
    page.wait_for_url("**/customer/*")
    page.keyboard.press("F2")
    expect(page.locator("#f-amount")).to_be_focused()
    page.keyboard.type("12.50", delay=PERSON_MS)
    page.wait_for_timeout(200)
    scan(page, house.second_account)
    expect(page.locator("#scan")).to_be_visible()
    expect(page.locator("#f-amount")).to_have_value("12.50")
    assert "/do/deposit" in page.url
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/*")
    scan(page, house.second_account)
    page.wait_for_timeout(300)
    assert "/check/" in page.url
    expect(page.locator("#scan")).to_be_visible()
    assert house.owed() == house.owed(house.second_account) == 0
    page.keyboard.press("Enter")
    page.wait_for_url("**/done/*")
    assert house.owed() == 1_250


def test_a_scan_in_the_search_box_goes_into_the_form(page: Page, office: Counter) -> None:
    sign_in(page, office)
    page.goto(f"{office.url}/counter/do/deposit")
    expect(page.locator("#f-amount")).to_be_focused()
    page.keyboard.type("12.50", delay=PERSON_MS)
    page.keyboard.press("F3")
    scan(page, office.house.second_account)
    page.wait_for_url("**/do/deposit?rid=*")
    expect(page.locator("#f-amount")).to_have_value("12.50")
    expect(page.locator("#f-account")).to_have_value(office.house.second_account)


# --- a double click, a bad line, two tabs -----------------------------------------------------------------------------


def at_check(page: Page, office: Counter, kind: str, fill: Callable[[Page], None]) -> None:
    page.goto(f"{office.url}/counter/do/{kind}")
    fill(page)
    page.locator("#work button[type=submit]").click()
    page.wait_for_url("**/check/*")


def typed(**values: str) -> Callable[[Page], None]:
    def fill(page: Page) -> None:
        for name, value in values.items():
            field = page.locator(f'[name="{name.replace("__", ".")}"]')
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    return fill


def postings(house: House) -> list[tuple[str, Callable[[Page], None], str]]:
    """Postings of several kinds: (kind, how its form is filled in, whose second signature)."""
    return [
        ("deposit", typed(amount="10", account=house.account), ""),
        ("withdrawal", typed(amount="5", account=house.account), ""),
        ("transfer", typed(amount="2", account=house.account, to=house.second_account), ""),
        ("balance-told", typed(account=house.account), ""),
        ("cash-to-vault", typed(amount="20"), SUPERVISOR),
        ("customer-open", typed(tier="known", details__name="Rosa"), ""),
        ("account-open", typed(customer=house.customer), ""),
        ("till-count", typed(count__2000="100"), ""),
    ]


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_a_double_click_is_one_entry(chromium: Browser, office: Counter, script: bool) -> None:
    context = chromium.new_context(java_script_enabled=script)
    page = context.new_page()
    house = office.house
    if script:
        sign_in(page, office)
    else:
        page.goto(f"{office.url}/sign-in")
        page.fill("#f-clerk", CLERK)
        page.fill("#f-pin", PINS[CLERK])
        page.click("main button[type=submit]")
    for kind, fill, second in postings(house):
        at_check(page, office, kind, fill) if script else plain_check(page, office, kind)(fill)
        if second:
            page.fill("#f-approver", second)
            page.fill("#f-pin_approver", PINS[second])
        size = house.desk.size
        page.locator("main .usa-button--big").dblclick(no_wait_after=True)
        page.wait_for_url("**/done/*")
        assert house.desk.size == size + 1, kind
        page.reload()
        page.go_back(wait_until="load")
        assert house.desk.size == size + 1, kind
    context.close()
    house.check()


def plain_check(page: Page, office: Counter, kind: str) -> Callable[[Callable[[Page], None]], None]:
    """As ``at_check`` where no script runs, so that nothing can be asked of the page's own."""

    def go(fill: Callable[[Page], None]) -> None:
        page.goto(f"{office.url}/counter/do/{kind}")
        for details in page.locator("#work details:not([open]) summary").all():
            details.click()
        fill(page)
        page.locator("#work button[type=submit]").click()
        page.wait_for_url("**/check/*")

    return go


def test_a_form_is_not_sent_into_a_server_that_does_not_answer(page: Page, office: Counter) -> None:
    """The page stays, says that nothing was sent, and the same button works once the server is back."""
    sign_in(page, office)
    at_check(page, office, "deposit", typed(amount="10", account=office.house.account))
    check, asked = page.url, []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    page.route("**/counter/**", lambda route: route.abort("connectionrefused"))
    page.keyboard.press("Enter")
    expect(page.locator("#away")).to_be_visible()
    assert page.url == check
    assert ("POST", check) not in asked, "nothing was sent"
    page.unroute("**/counter/**")
    page.keyboard.press("Enter")
    page.wait_for_url("**/done/*")
    assert office.house.owed() == 1_000


def test_a_lost_response_is_one_entry(page: Page, office: Counter) -> None:
    """The server has done it, and the line breaks before the answer arrives: pressed again, it is the same entry."""
    house = office.house
    sign_in(page, office)
    for kind, fill, second in postings(house):
        at_check(page, office, kind, fill)
        if second:
            page.fill("#f-approver", second)
            page.fill("#f-pin_approver", PINS[second])
        check, size = page.url, house.desk.size

        def lose(route: Route) -> None:
            if route.request.method == "POST":
                route.fetch(max_redirects=0)
                route.abort("connectionreset")
            else:
                route.continue_()

        page.route("**/counter/check/*", lose)
        page.locator("main .usa-button--big").click(no_wait_after=True)
        for _ in range(200):  # Playwright breaks the line on this thread, while it waits.
            page.wait_for_timeout(50)
            if house.desk.size > size:
                break
        page.wait_for_timeout(200)
        assert house.desk.size == size + 1, f"{kind} arrived"
        page.unroute("**/counter/check/*")
        page.goto(check)
        page.wait_for_url("**/done/*")
        assert house.desk.size == size + 1, kind
    house.check()


def test_two_tabs_on_one_drawer(office: Counter, chromium: Browser) -> None:
    """Each tab posts its own form; the same form posted from both is one entry."""
    house = office.house
    context = chromium.new_context()
    one, two = context.new_page(), context.new_page()
    sign_in(one, office)
    at_check(one, office, "deposit", typed(amount="10", account=house.account))
    at_check(two, office, "deposit", typed(amount="20", account=house.account))
    one.locator("main .usa-button--big").click()
    two.locator("main .usa-button--big").click()
    one.wait_for_url("**/done/*")
    two.wait_for_url("**/done/*")
    assert house.owed() == 3_000
    at_check(one, office, "deposit", typed(amount="1", account=house.account))
    two.goto(one.url)
    one.locator("main .usa-button--big").click()
    two.locator("main .usa-button--big").click()
    two.wait_for_url("**/done/*")
    assert house.owed() == 3_100
    one.goto(f"{office.url}/counter/do/till-count")
    typed(count__2000="100")(one)
    one.locator("#work button[type=submit]").click()
    one.wait_for_url("**/check/*")
    one.locator("main .usa-button--big").click()
    one.wait_for_url("**/done/*")
    at_check(two, office, "deposit", typed(amount="5", account=house.account))
    assert "has been counted" in two.inner_text("main")
    context.close()


# --- without script, and the idle lock --------------------------------------------------------------------------------


def test_a_deposit_without_script(chromium: Browser, office: Counter) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{office.url}/sign-in")
    page.fill("#f-clerk", CLERK)
    page.fill("#f-pin", PINS[CLERK])
    page.click("main button[type=submit]")
    page.fill("#q", office.house.account)
    page.keyboard.press("Enter")
    page.wait_for_url("**/customer/*")
    page.click("text=Deposit")
    page.fill("#f-amount", "12.50")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check/*")
    page.click("text=Take in the cash")
    page.wait_for_url("**/done/*")
    page.click("text=Print the receipt")
    until(lambda: len(office.printed) == 1)
    assert office.house.owed() == 1_250
    context.close()


def test_a_screen_says_that_it_will_lock_and_typing_keeps_it_open(page: Page) -> None:
    with served(counter(), idle=92) as office:  # It warns 90 seconds before: after two.
        sign_in(page, office)
        page.goto(f"{office.url}/counter/do/till-count")
        expect(page.locator("#idle")).to_be_hidden()
        expect(page.locator("#idle")).to_be_visible(timeout=10_000)
        with page.expect_request("**/counter/alive"):
            page.keyboard.type("7")
        expect(page.locator("#idle")).to_be_hidden()


def test_the_lock_keeps_a_half_typed_count(page: Page) -> None:
    with served(counter(), idle=2) as office:
        sign_in(page, office)
        page.goto(f"{office.url}/counter/do/till-count")
        page.fill('[name="count.10000"]', "20")
        time.sleep(2.5)
        page.locator("#work button[type=submit]").click()
        page.wait_for_selector("#f-pin")
        assert CLERK not in office.house.authority.sessions
        expect(page.locator("#f-clerk")).to_have_value(CLERK)
        page.fill("#f-pin", PINS[CLERK])
        page.keyboard.press("Enter")
        page.wait_for_url("**/do/till-count*")
        expect(page.locator('[name="count.10000"]')).to_have_value("20")


def test_the_receipt_fits_80_millimeters(chromium: Browser) -> None:
    """What the browser prints without a printer of ours: the receipt alone, on one page as wide and as long as it."""
    with served(counter(), with_printer=False) as office:
        context = chromium.new_context()
        page = context.new_page()
        sign_in(page, office)
        at_check(page, office, "deposit", typed(amount="10", account=office.house.account))
        page.locator("main .usa-button--big").click()
        page.wait_for_url("**/done/*")
        page.locator("main .usa-button--big").click()
        page.wait_for_url("**/print/*")
        page.emulate_media(media="print")
        shown = page.locator("header, footer, .cf-noprint").evaluate_all("l => l.filter(e => e.offsetParent).length")
        assert shown == 0
        wide = page.locator(".cf-receipt").evaluate("e => e.getBoundingClientRect().width / 96 * 25.4")
        assert 70 <= wide <= 77
        printed = page.pdf(prefer_css_page_size=True)
        boxes = re.findall(rb"/MediaBox \[([^\]]+)", printed)
        sizes = [[float(one) * 25.4 / 72 for one in box.split()[2:]] for box in boxes]
        assert len(sizes) == 1, "one page"
        assert 79 <= sizes[0][0] <= 81
        assert 90 <= sizes[0][1] <= 160
        context.close()


@pytest.mark.slow
def test_pictures_for_the_pages(chromium: Browser, pictures: Path) -> None:
    house = counter()
    account = with_name(house)
    with served(house, with_printer=False) as office:
        for width in (1280, 320):
            context = chromium.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
            page = context.new_page()
            sign_in(page, office)
            picture(page, pictures, f"counter-home-{width}")
            page.goto(f"{office.url}/counter/find?q={account}")
            page.wait_for_url("**/customer/*")
            at_check(page, office, "deposit", typed(amount="100"))
            picture(page, pictures, f"counter-check-{width}")
            page.locator("main .usa-button--big").click()
            page.wait_for_url("**/done/*")
            picture(page, pictures, f"counter-receipt-{width}")
            context.close()
    assert len(list(pictures.glob("counter-*.png"))) >= 6
    assert re.match(rb"\x89PNG", (pictures / "counter-home-320.png").read_bytes())
