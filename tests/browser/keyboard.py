"""A clerk's hands: a keyboard and nothing else, whose presses are counted.

What is typed carries the times of a quick typist (``PERSON_SECONDS`` between two keys), whatever the machine makes of
it, so that nothing here waits for a person and nothing is taken for a scanner.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from counterfoil.kernel.outcomes import Translate, untranslated
from counterfoil.testing.builders import PINS

PERSON_SECONDS = 0.07
TABS_MAX, FIELDS_IN_A_DATE = 160, 12
NAME_OF_FOCUS = "(() => { const e = document.activeElement.cloneNode(true); e.querySelectorAll('kbd, .usa-sr-only').forEach(k => k.remove()); return e.textContent.trim(); })()"  # noqa: E501  # one expression for the browser
LABEL_OF_FOCUS = "(() => { const e = document.activeElement; return e.labels && e.labels.length ? e.labels[0].textContent.trim() : ''; })()"  # noqa: E501  # as above
FOCUS_FROM_HERE = """([name, label, most]) => {
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(e =>
        e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden' && e.checkVisibility());
    const here = all.indexOf(document.activeElement);
    const named = e => { const c = e.cloneNode(true); c.querySelectorAll('kbd, .usa-sr-only').forEach(k => k.remove());
        return c.textContent.trim(); };
    for (let n = label && here >= 0 ? 0 : 1; n <= Math.min(all.length, most); n += 1) {
        const e = all[(here + n) % all.length];
        if (label ? e.labels && e.labels.length && e.labels[0].textContent.trim() === label : named(e) === name) {
            return n; } }
    return -1; }"""
"""How many times Tab goes from here to what is called so: in a page without tabindex, in the order of its elements."""


class Keys:
    """A keyboard that counts; digits and the point of an amount apart. ``say``: the language of the pages."""

    def __init__(self, page: Page, say: Translate = untranslated) -> None:
        self.page, self.say, self.pressed, self.digits, self.written = page, say, 0, 0, 0
        self._devtools = page.context.new_cdp_session(page)

    def press(self, key: str) -> None:
        self.pressed += 1
        self.page.keyboard.press(key)

    def amount(self, text: str) -> None:
        expect(self.page.locator("#f-amount")).to_be_focused()
        self.digits += len(text)
        self._typed(text)

    @property
    def steps(self) -> int:
        """Presses besides what is read off a paper or told by the customer, and written."""
        return self.pressed - self.written

    def type(self, text: str) -> None:
        self.pressed += len(text)
        self.written += len(text)
        self._typed(text)

    def _typed(self, text: str) -> None:
        at = time.time() - len(text) * PERSON_SECONDS  # The last key is pressed now.
        for place, character in enumerate(text, start=1):
            key = {"key": character, "timestamp": at + place * PERSON_SECONDS}
            self._devtools.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": character, **key})
            self._devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})

    def to(self, name: str) -> None:
        """Tab, until what has the focus is called so; then Enter."""
        self._tab(self.say(name), "")
        self.press("Enter")

    def into(self, label: str, text: str) -> None:
        """Tab to the field of that label, and type; what it held is replaced."""
        self._tab("", self.say(label))
        self.type(text)

    def _tab(self, name: str, label: str) -> None:
        for _ in range(2):  # A page that is still being drawn may move the focus once more.
            away = self.page.evaluate(FOCUS_FROM_HERE, [name, label, TABS_MAX])
            assert away >= 0, f"nothing that the keyboard reaches on {self.page.url} is called {name or label}"
            for _ in range(away):
                self.press("Tab")
            for _ in range(FIELDS_IN_A_DATE):  # Tab stops at the day, the month and the year of a date.
                if (label or name) == self.page.evaluate(LABEL_OF_FOCUS if label else NAME_OF_FOCUS):
                    return
                self.press("Tab")
        raise AssertionError(f"Tab does not reach {name or label} on {self.page.url}")

    # --- what is done on every page --------------------------------------------------------------------------------

    def sign_in(self, url: str, clerk: str) -> None:
        self.page.goto(f"{url}/sign-in")
        expect(self.page.locator("#f-clerk")).to_be_focused()
        self.type(clerk)
        self.press("Tab")
        self.type(PINS[clerk])
        self.press("Enter")
        self.page.wait_for_url("**/counter")

    def go(self, key: str, to: str) -> None:
        """A key that leads to another page, whose address ends so."""
        self.press(key)
        self.page.wait_for_url(to)

    def sent(self, *, second: str = "", look: Callable[[str], None] | None = None) -> None:
        """From the check page to what became of it. ``look`` is given the check page's text; ``second`` signs too."""
        self.page.wait_for_url("**/check/*")
        if look is not None:
            look(self.page.inner_text("main"))
        if second:
            expect(self.page.locator("#f-approver")).to_be_focused()
            self.type(second)
            self.press("Tab")
            self.type(PINS[second])
        self.press("Enter")
        self.page.wait_for_url("**/done/*")

    def printed(self) -> None:
        """Enter on the page of a receipt prints it, and the page comes again."""
        expect(self.page.locator("main .usa-button--big")).to_be_focused()
        with self.page.expect_navigation():
            self.press("Enter")
