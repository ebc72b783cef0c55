"""One Chromium for each file of browser tests; where there is none, its tests are skipped and say so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from browser.window import Counter, browser, served
from counterfoil.testing.builders import counter


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture
def office() -> Iterator[Counter]:
    """A counter with its day and two drawers open, and a printer."""
    with served(counter()) as made:
        yield made


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1280, "height": 800})
    made.set_default_timeout(20_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures go: ``COUNTERFOIL_PICTURES`` if it is set (docs/images, to renew those of the pages)."""
    return Path(os.environ.get("COUNTERFOIL_PICTURES") or tmp_path)
