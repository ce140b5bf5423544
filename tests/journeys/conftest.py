"""The journeys are made in the whole of Chromium, the browser that people have."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import QUIET
from playwright.sync_api import Browser, Playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: Path) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
    yield browser
    browser.close()
