"""A customer's passkey in a real browser, with a device that Chromium plays: added, used, named, removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from browser.test_access import SMALL, TARGET_PX
from browser.test_customers import PAGE_BYTES_MAX, REQUESTS_MAX
from browser.window import Counter, picture, served, violations
from counterfoil.engines.passkeys import installed
from counterfoil.testing.builders import SUPERVISOR, counter

pytestmark = pytest.mark.skipif(not installed(), reason="passkeys need the extra: counterfoil[passkeys]")
SECRET = "blue kettle seven owls"


@pytest.fixture(scope="module")
def office() -> Iterator[Counter]:
    with served(counter(), with_printer=False) as made:
        yield made


def device(page: Page) -> tuple[CDPSession, str]:
    """A phone's own authenticator, which has just seen the right finger."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
               "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def code(page: Page, office: Counter) -> str:
    page.goto(f"{office.by_name}/sign-in")
    page.fill("#f-clerk", SUPERVISOR)
    page.fill("#f-pin", "482915")
    page.click("main button[type=submit]")
    page.goto(f"{office.by_name}/counter/customer/{office.house.customer}")
    page.click('form[action^="/counter/code/"] button')
    found = page.inner_text(".cf-code")
    page.context.clear_cookies()
    return found


def enrolled(page: Page, office: Counter) -> None:
    given = code(page, office)
    page.goto(f"{office.by_name}/me/enroll")
    page.fill("#f-account", office.house.account)
    page.fill("#f-code", given)
    page.fill("#f-passphrase", SECRET)
    page.fill("#f-again", SECRET)
    page.click("main button[type=submit]")
    page.wait_for_url("**/me")


def add(page: Page, office: Counter, name: str, secret: str = SECRET) -> None:
    page.goto(f"{office.by_name}/me/passkeys")
    page.fill("#f-name", name)
    page.fill("#f-passphrase", secret)
    page.click('form[data-passkey="create"] button')


def sign_out(page: Page) -> None:
    page.click('form[action="/me/sign-out"] button')
    page.wait_for_url("**/me/sign-in")


def test_a_passkey_from_the_first_day_to_the_last(chromium: Browser, office: Counter) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    devtools, authenticator = device(page)
    enrolled(page, office)
    page.click('a[href="/me/passkeys"]')
    add(page, office, "My phone", "not my passphrase")
    expect(page.locator('form[data-passkey="create"] [data-said]')).to_contain_text("not your passphrase")
    page.fill("#f-passphrase", SECRET)
    page.click('form[data-passkey="create"] button')
    expect(page.locator("main h3")).to_have_text("My phone")
    kept = devtools.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    assert [one["rpId"] for one in kept] == ["localhost"]

    sign_out(page)
    page.click('form[data-passkey="get"] button')
    page.wait_for_url("**/me")
    assert office.house.account in page.content()

    page.goto(f"{office.by_name}/me/passkeys")
    page.click("summary")
    page.fill("#f-name-1", "Teléfono de Rosa")
    page.click('form[action="/me/passkeys/name"] button')
    expect(page.locator("main h3")).to_have_text("Teléfono de Rosa")
    page.click("summary")
    page.click('form[action="/me/passkeys/remove"] button')
    expect(page.locator("main h3")).to_have_count(0)

    sign_out(page)
    page.click('form[data-passkey="get"] button')
    expect(page.locator("#errors")).to_contain_text("The passkey did not work")
    context.close()


def test_who_turns_away_and_who_cannot_goes_on_with_the_passphrase(chromium: Browser, office: Counter) -> None:
    """No finger, or a browser without passkeys: a sentence or nothing, and the passphrase beside it."""
    context = chromium.new_context()
    page = context.new_page()
    devtools, authenticator = device(page)
    enrolled(page, office)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    add(page, office, "")
    expect(page.locator("[data-said]")).to_contain_text("No passkey was added")
    sign_out(page)
    page.click('form[data-passkey="get"] button')
    expect(page.locator("[data-said]")).to_contain_text("No passkey was used")
    page.fill("#f-account", office.house.account)
    page.fill("#f-passphrase", SECRET)
    page.click('form[action="/me/sign-in"] button')
    page.wait_for_url("**/me")
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto(f"{office.by_name}/me/passkeys")
    expect(page.locator('form[data-passkey="create"]')).to_be_hidden()
    expect(page.locator("[data-no-passkey]")).to_be_visible()
    page.goto(f"{office.url}/me/passkeys")  # By its number: not signed in there, and nothing that cannot work.
    expect(page.locator("main")).to_contain_text(f"Passkeys work at {office.by_name} alone")
    assert page.locator("[data-passkey]").count() == 0
    context.close()


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("es", "dark")])
def test_its_pages_are_for_everybody(chromium: Browser, office: Counter, language: str, scheme: Any) -> None:
    """Without a violation, without sideways scroll, large enough for a finger, and light."""
    context = chromium.new_context(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    page = context.new_page()
    devtools, _ = device(page)
    enrolled(page, office)
    add(page, office, "My phone")
    expect(page.locator("main h3")).to_have_count(1)
    page.goto(f"{office.by_name}/lang/{language}?back=/me/passkeys")
    got: list[float] = []
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    devtools.on("Network.loadingFinished", lambda event: got.append(event["encodedDataLength"]))
    for path in ("/me/passkeys", "/me/sign-in"):
        got.clear()
        page.goto(f"{office.by_name}{path}", wait_until="networkidle")
        assert len(got) <= REQUESTS_MAX
        assert sum(got) <= PAGE_BYTES_MAX
        for summary in page.locator("summary").all():
            summary.click()
        assert page.locator("html").get_attribute("lang") == language
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.evaluate(SMALL, TARGET_PX) == []
    page.click('form[data-passkey="get"] button')
    page.wait_for_url("**/me")
    context.close()


@pytest.mark.slow
def test_pictures_of_passkeys(chromium: Browser, office: Counter, pictures: Path) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    device(page)
    enrolled(page, office)
    add(page, office, "My phone")
    expect(page.locator("main h3")).to_have_count(1)
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800 if width > 320 else 640})
        for name, path in (("passkeys", "/me/passkeys"), ("sign-in", "/me/sign-in")):
            page.goto(f"{office.by_name}{path}")
            expect(page.locator("form[data-passkey]")).to_be_visible()
            picture(page, pictures, f"customer-{name}-{width}", whole=width == 320)
    context.close()
    assert len(list(pictures.glob("customer-*-320.png"))) >= 2
