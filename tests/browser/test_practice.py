"""The training office as a learner meets it: opened from the demo, its three planted mistakes put right in the
browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from browser.keyboard import Keys
from counterfoil.demo import practice
from counterfoil.demo.office import Place
from counterfoil.demo.people import CUSTOMERS
from counterfoil.testing.builders import CLERK, PINS, SUPERVISOR
from scenarios.test_demo_window import demo
from scenarios.test_practice import to_do


def test_the_training_office_opens_in_a_browser(page: Page, tmp_path: Path) -> None:
    place = Place(tmp_path / "practice-post-office")
    practice.make_here(place)
    assert to_do(place.folder) == ["the lost network", "the wrong count", "the double click"]
    with demo(tmp_path, "--practice") as told:
        assert [one["clerk"] for one in told["logins"]] == ["101", CLERK, "103"]
        keys = Keys(page)
        keys.sign_in(told["url"], CLERK)
        expect(page.locator(".cf-practice")).to_be_visible()

        page.click("text=Receipts that were not printed yet")
        page.click("details a:has-text('Withdrawal')")
        page.click("text=Print the receipt")
        page.wait_for_url("**/print/*")
        assert "PRACTICE: NOT A REAL RECEIPT" in page.inner_text(".cf-receipt")
        assert to_do(place.folder) == ["the wrong count", "the double click"]

        page.goto(f"{told['url']}/counter/drawer")
        assert "-$145.00" in page.inner_text("main")
        page.fill("#f-note", "a deposit stands twice")
        page.click("button[value=dispute]")
        page.wait_for_url("**/done/*")
        assert to_do(place.folder) == ["the double click"]

        page.goto(f"{told['url']}/counter/do/till-open?till=T1")
        page.fill('[name="count.10000"]', "8")
        page.fill('[name="count.2000"]', "2")
        page.fill('[name="count.500"]', "1")
        page.click("#work button[type=submit]")
        keys.sent()
        page.goto(f"{told['url']}/counter/find?q={CUSTOMERS[0].name.split()[-1]}")
        page.wait_for_url("**/customer/*")
        page.locator("#last + ul a:has-text('Deposit')").first.click()
        page.click("text=Undo this entry")
        page.fill("#f-reason", "entered twice")
        page.click("#work button[type=submit]")
        page.wait_for_url("**/check/*")
        page.fill("#f-approver", SUPERVISOR)
        page.fill("#f-pin_approver", PINS[SUPERVISOR])
        page.click("main .usa-button--big")
        page.wait_for_url("**/done/*")
        assert to_do(place.folder) == []
