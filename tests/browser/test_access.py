"""Every page for everybody: WCAG 2.0 to 2.2 A and AA by axe-core, both languages, narrow, large and dark; and light in
bytes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from browser.window import Counter, Line, served, sign_in, violations
from counterfoil.faces.web import app
from counterfoil.office.requests import ASKS
from counterfoil.operations.roles import may_ask
from counterfoil.testing.builders import CLERK, SUPERVISOR, counter

FIRST_BYTES_MAX, AGAIN_BYTES_MAX, OTHERS_BYTES_MAX = 80_000, 15_000, 35_000
"""Of the counter's pages, first and again; and of everybody else's."""
TARGET_PX = 44
SMALL = """most => [...document.querySelectorAll('button, input, select, summary, .usa-button, .cf-tile')]
    .filter(e => e.offsetParent && !['hidden', 'checkbox'].includes(e.type) && !e.classList.contains('cf-default'))
    .map(e => [e.outerHTML.slice(0, 120), e.getBoundingClientRect().height]).filter(x => x[1] < most - 0.5)"""
FORMS = ("deposit", "till-count", "customer-open", "pouch-in", "reversal", "policy-edition", "visit")
LONG_PAGES = ("/counter/receipt", "/counter/done")
"""Pages with a receipt's code, whose repeat view is heavier by its picture."""


@pytest.fixture(scope="module")
def served_office() -> Iterator[Counter]:
    with served(counter(), with_printer=False) as made:
        yield made


def paths(office: Counter, *, every: bool = False) -> list[str]:
    """Every page of the router that a browser opens, with something in its places. ``every``: the form of every kind,
    else one for each sort of control."""
    house = office.house
    values = {"{number:str}": house.customer, "{account:str}": house.account, "{epoch:int}": "1", "{entry:int}": "6"}
    found = []
    for page in app.PAGES:
        if page.method != "GET" or page.face == "customers" or "{code" in page.path or "{rid" in page.path:
            continue
        path = page.path
        for place, value in values.items():
            path = path.replace(place, value)
        found += (
            [path]
            if "{kind" not in path
            else [
                path.replace("{kind:str}", kind) for kind in (ASKS if every else FORMS) if may_ask("postmaster", kind)
            ]
        )
    return [
        *dict.fromkeys(found),
        "/counter/find?q=nobody",
        f"/counter/find?q={house.account}",
        "/counter/done/" + "0" * 32,
    ]


def states(page: Page, office: Counter) -> Iterator[str]:
    """Pages that are reached by doing: errors, check pages, refusals, a receipt, a counted drawer, a locked screen."""
    url = office.url
    page.goto(f"{url}/counter/do/deposit")
    page.fill("#f-amount", "x")
    page.locator("#work button[type=submit]").click()
    page.wait_for_selector("#errors")
    yield "errors of a form"
    page.goto(f"{url}/counter/do/withdrawal")
    page.fill("#f-amount", "79")
    page.fill("#f-account", office.house.second_account)
    page.locator("#work button[type=submit]").click()
    page.wait_for_url("**/check/*")
    yield "check page with a refusal to come"
    page.locator("main .cf-actions button[type=submit]").click()
    page.wait_for_url("**/done/*")
    yield "refused"
    page.goto(f"{url}/counter/do/cash-from-vault")
    page.fill("#f-amount", "10")
    page.locator("#work button[type=submit]").click()
    page.wait_for_url("**/check/*")
    yield "check page with a second person"
    page.fill("#f-approver", CLERK)
    page.fill("#f-pin_approver", "1")
    page.locator("main .usa-button--big").click()
    page.wait_for_selector("#errors")
    yield "wrong second person"
    page.locator('main button[name="_what"]').click()
    page.wait_for_url("**/wait/*")
    yield "waits for a second person"
    rid = page.url.rpartition("/")[2]
    page.goto(f"{url}/counter/do/deposit?visit=1")
    page.fill("#f-amount", "5")
    page.fill("#f-account", office.house.account)
    page.locator("#work button[type=submit]").click()
    page.wait_for_url("**/visit")
    yield "a visit"
    page.goto(f"{url}/counter/do/deposit")
    page.fill("#f-amount", "5")
    page.fill("#f-account", office.house.account)
    page.locator("#work button[type=submit]").click()
    page.wait_for_url("**/check/*")
    page.locator("main .usa-button--big").click()
    page.wait_for_url("**/done/*")
    yield "receipt"
    page.locator("main .usa-button--big").click()
    page.wait_for_url("**/print/*")
    yield "paper"
    page.goto(f"{url}/counter/do/till-count")
    page.fill('[name="count.10000"]', "1")
    page.locator("#work button[type=submit]").click()
    page.wait_for_url("**/check/*")
    page.locator("main .usa-button--big").click()
    page.wait_for_url("**/done/*")
    page.goto(f"{url}/counter/drawer")
    yield "a counted drawer with a difference"
    page.goto(f"{url}/counter")
    page.locator('form[action="/counter/lock"] button').click()
    page.wait_for_selector("#f-pin")
    yield "a locked screen"
    page.locator("main button[type=submit]").click()
    page.wait_for_selector("#errors")
    yield "errors at sign-in"
    sign_in(page, office, SUPERVISOR, language=page.locator("html").get_attribute("lang") or "en")
    page.goto(f"{url}/counter/approval/{rid}")
    page.wait_for_selector('button[value="decline"]')
    yield "signs as the second person"
    page.goto(f"{url}/office")
    yield "what waits for a person"


def test_axe_finds_a_planted_violation(page: Page, served_office: Counter) -> None:
    page.goto(f"{served_office.url}/sign-in")
    assert violations(page) == []
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
    page.evaluate("document.querySelector('h1').style.color = '#eee'")
    found = {one.partition(":")[0] for one in violations(page)}
    assert {"image-alt", "color-contrast"} <= found


@pytest.mark.parametrize(
    ("language", "scheme", "every"),
    [
        ("en", "light", False), ("es", "dark", False),
        pytest.param("en", "light", True, marks=pytest.mark.slow),
        pytest.param("es", "light", True, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_no_page_has_a_violation(
    chromium: Browser, served_office: Counter, language: str, scheme: str, every: bool
) -> None:
    """Every page of the router and every state; the forms of all kinds, which are made of the same controls, when
    there is time."""
    context = chromium.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    wrong: dict[str, list[str]] = {}
    sign_in(page, served_office, SUPERVISOR, language=language)
    for path in paths(served_office, every=every):
        page.goto(f"{served_office.url}{path}")
        assert page.locator("html").get_attribute("lang") == language
        if found := violations(page):
            wrong[path] = found
    sign_in(page, served_office, CLERK, language=language)
    reopened(served_office)
    for state in states(page, served_office):
        if found := violations(page):
            wrong[state] = found
    context.close()
    assert wrong == {}


def reopened(office: Counter) -> None:
    """A drawer that an earlier run counted takes cash again only once it is closed and opened anew."""
    house = office.house
    till = house.desk.state.till.get("T1")
    if till is not None and till.state == "counted":
        house.do("till-close", till="T1", answer="accept")
        house.do("till-open", till="T1", count={"10000": 1})


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["templates", "forms"])
def test_nothing_scrolls_sideways_and_everything_can_be_touched(
    chromium: Browser, served_office: Counter, every: bool
) -> None:
    """320 px wide, and at 200 % text; whatever is pressed is 44 px or is a link inside text."""
    context = chromium.new_context()
    page = context.new_page()
    sign_in(page, served_office, SUPERVISOR, language="es")
    for path in paths(served_office, every=every):
        page.goto(f"{served_office.url}{path}")
        for width, text in ((320, "100%"), (640, "200%")):
            page.set_viewport_size({"width": width, "height": 700})
            page.evaluate("size => document.documentElement.style.fontSize = size", text)
            assert page.evaluate("innerWidth") == width
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= page.evaluate("document.documentElement.clientWidth"), (path, text, wide)
            assert page.evaluate(SMALL, TARGET_PX) == [], (path, text)
    context.close()


def test_everything_is_on_one_screen_and_large_enough_for_a_finger(chromium: Browser, served_office: Counter) -> None:
    """At 1280 by 800 the list of everything, and the tiles of the first page, need no scrolling; on a touch screen each
    line of the list is 44 px high."""
    lowest = "s => Math.max(...[...document.querySelectorAll(s)].map(e => e.getBoundingClientRect().bottom))"
    for language, clerk in (("en", SUPERVISOR), ("en", CLERK), ("es", CLERK)):
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        sign_in(page, served_office, clerk, language=language)
        assert page.evaluate(lowest, ".cf-tile") < 600
        page.keyboard.press("F10")
        page.wait_for_url("**/counter/all")
        assert page.evaluate(lowest, ".cf-menu a") <= (800 if language == "en" else 880)
        context.close()
    context = chromium.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page = context.new_page()
    sign_in(page, served_office)
    page.goto(f"{served_office.url}/counter/all")
    heights = page.locator(".cf-menu li a").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    assert min(heights) >= TARGET_PX
    context.close()


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["templates", "forms"])
def test_pages_are_light(chromium: Browser, served_office: Counter, every: bool) -> None:
    context = chromium.new_context()
    page = context.new_page()
    line = Line(page)

    def weight(path: str) -> float:
        return sum(line.opened(f"{served_office.url}{path}"))

    first = weight("/sign-in")
    sign_in(page, served_office, SUPERVISOR)
    heavy = {}
    for path in paths(served_office, every=every):
        again = weight(path)
        most = AGAIN_BYTES_MAX if path.startswith("/counter") else OTHERS_BYTES_MAX
        if again > (FIRST_BYTES_MAX if path.startswith(LONG_PAGES) else most):
            heavy[path] = again
    context.close()
    assert heavy == {}
    assert first <= FIRST_BYTES_MAX
