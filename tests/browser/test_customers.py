"""Customers' own pages and the public page in a real browser: without script, on a phone, for everybody, and light."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from browser.test_access import SMALL, TARGET_PX
from browser.window import Counter, Line, picture, served, sign_in, violations
from counterfoil.faces.web import app
from counterfoil.testing.builders import SUPERVISOR, counter
from unit.operations.test_quotes import BANK

SECRET = "blue kettle seven owls"
PAGE_BYTES_MAX, REQUESTS_MAX = 35_000, 4


@pytest.fixture(scope="module")
def office() -> Iterator[Counter]:
    house = counter(content=BANK)
    for amount in (125_00, 40_00, 3_75):
        house.do("deposit", amount=amount, account=house.account, till="T1")
    house.do("withdrawal", amount=20_00, account=house.account, till="T1")
    with served(house, with_printer=False) as made:
        yield made


@pytest.fixture(scope="module")
def cookies(chromium: Browser, office: Counter) -> list[dict[str, object]]:
    """Of a customer who enrolled with a code from the counter, on a phone without script."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"{office.url}/sign-in")
    page.fill("#f-clerk", SUPERVISOR)
    page.fill("#f-pin", "482915")
    page.click("main button[type=submit]")
    page.goto(f"{office.url}/counter/customer/{office.house.customer}")
    page.click('form[action^="/counter/code/"] button')
    code = page.inner_text(".cf-code")
    context.clear_cookies()
    page.goto(f"{office.url}/me/enroll")
    page.fill("#f-account", office.house.account)
    page.fill("#f-code", code)
    page.fill("#f-passphrase", SECRET)
    page.fill("#f-again", SECRET)
    page.click("main button[type=submit]")
    assert page.url == f"{office.url}/me"
    found = [dict(one) for one in context.cookies() if one["name"] == "cf_me"]
    context.close()
    return found


def phone(
    chromium: Browser, cookies: list[dict[str, object]], *, dark: bool = False, width: int = 320, script: bool = True
) -> BrowserContext:
    """A customer's browser, signed in. ``script``: axe needs it; the pages do not."""
    made = chromium.new_context(
        viewport={"width": width, "height": 640}, color_scheme="dark" if dark else "light", java_script_enabled=script
    )
    made.add_cookies(cookies)  # type: ignore[arg-type]  # as they were given
    return made


def paths(office: Counter) -> list[str]:
    """Every page of the router for customers and for everybody."""
    house = office.house
    last = next(row[2] for row in house.store.scan("statement", (house.account,), descending=True))
    values = {"{account:str}": house.account, "{epoch:int}": "1", "{entry:int}": str(last)}
    found = []
    for one in app.PAGES:
        if one.method != "GET" or one.face == "clerks" or one.path.endswith("/pdf"):
            continue
        path = one.path
        for place, value in values.items():
            path = path.replace(place, value)
        found.append(path)
    return [*found, "/me/receipt/1/0", f"/me/statement/{house.account}?from=x"]


def slip_checked(page: Page, office: Counter, text: str) -> None:
    page.goto(f"{office.url}/verify")
    page.fill("#f-text", text)
    page.click("main button[type=submit]")
    page.wait_for_selector("section.usa-alert, #errors")


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("es", True)])
def test_no_page_has_a_violation(
    chromium: Browser, office: Counter, cookies: list[dict[str, object]], language: str, dark: bool
) -> None:
    context = phone(chromium, cookies, dark=dark)
    page = context.new_page()
    page.goto(f"{office.url}/lang/{language}?back=/me/prices")
    wrong, slip = {}, office.house.desk.slip(1, office.house.desk.size - 1)
    for path in paths(office):
        page.goto(f"{office.url}{path}")
        assert page.locator("html").get_attribute("lang") == language
        if found := violations(page):
            wrong[path] = found
    for text in (slip, "CFP:A", "nonsense", ""):
        slip_checked(page, office, text)
        if found := violations(page):
            wrong[f"verify {text[:8]}"] = found
    context.close()
    assert wrong == {}


def test_nothing_scrolls_sideways_and_everything_can_be_touched(
    chromium: Browser, office: Counter, cookies: list[dict[str, object]]
) -> None:
    context = phone(chromium, cookies)
    page = context.new_page()
    page.goto(f"{office.url}/lang/es?back=/me/prices")
    for path in paths(office):
        page.goto(f"{office.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert page.evaluate(SMALL, TARGET_PX) == [], path
    slip_checked(page, office, office.house.desk.slip(1, office.house.desk.size - 1))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_pages_are_light(chromium: Browser, office: Counter, cookies: list[dict[str, object]]) -> None:
    """A first view, with an empty cache, of each."""
    heavy = {}
    for path in paths(office):
        context = phone(chromium, cookies)
        page = context.new_page()
        got = Line(page).opened(f"{office.url}{path}")
        if sum(got) > PAGE_BYTES_MAX or len(got) > REQUESTS_MAX:
            heavy[path] = (sum(got), len(got))
        context.close()
    assert heavy == {}


def test_a_statement_comes_as_pdf(chromium: Browser, office: Counter, cookies: list[dict[str, object]]) -> None:
    context = phone(chromium, cookies)
    answer = context.request.get(f"{office.url}/me/statement/{office.house.account}/pdf")
    assert answer.body().startswith(b"%PDF-")
    context.close()


@pytest.mark.slow
def test_pictures_for_the_pages(
    chromium: Browser, office: Counter, cookies: list[dict[str, object]], pictures: Path
) -> None:
    house = office.house
    for width in (1280, 320):
        context = phone(chromium, cookies, width=width)
        page = context.new_page()
        for name, path in (("balance", f"/me/account/{house.account}"), ("prices", "/me/prices")):
            page.goto(f"{office.url}{path}")
            picture(page, pictures, f"customer-{name}-{width}")
        slip_checked(page, office, house.desk.slip(1, house.desk.size - 1))
        picture(page, pictures, f"verify-{width}")
        sign_in(page, office, SUPERVISOR)
        for name in ("", "/books"):
            page.goto(f"{office.url}/office{name}")
            picture(page, pictures, f"office{name.replace('/', '-') or '-today'}-{width}")
        context.close()
    assert len(list(pictures.glob("*-320.png"))) >= 5
