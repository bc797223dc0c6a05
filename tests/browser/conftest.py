"""A real browser: Debian's chromium, nothing downloaded, nothing but loopback.

``browser`` is the running chromium, ``open_page`` makes a fresh page and watches it.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

# Playwright's synchronous interface runs an event loop in this thread; Django takes that for
# asynchronous code and refuses the database to the test itself.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_LIMIT = 15_000  # milliseconds for every single call
_AXE = Path(axe_core_python.__file__).with_name("axe.min.js")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Watched:
    """A page, every request it made, and everything it wrote to its console."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.console: list[str] = []
        page.on("request", self._note_request)
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith("data:"):
            self.requests.append(f"{request.method} {request.url}")

    @property
    def is_too_wide(self) -> bool:
        """Whether the page scrolls sideways."""
        return bool(
            self.page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
        )

    def axe_findings(self) -> list[str]:
        """Return what axe finds (A and AA, 2.0 to 2.2), one line for each element."""
        self.page.evaluate(_AXE.read_text(encoding="utf-8"))
        options = {"runOnly": {"type": "tag", "values": _RULES}}
        found = self.page.evaluate("options => axe.run(document, options)", options)
        return [
            f"{rule['id']}: {node['html']}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of this run. Skips where chromium is not installed, but never in CI."""
    executable = shutil.which("chromium")
    if executable is None:
        reason = "chromium is not installed (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """``open_page(width=390, …)``: a fresh, watched page; other options go to the context."""
    contexts: list[BrowserContext] = []

    def opened(*, width: int = 390, height: int = 800, **options: Any) -> Watched:
        options.setdefault("locale", "nl-NL")
        # A colour that is still on its way from one state to the next has no contrast to judge.
        options.setdefault("reduced_motion", "reduce")
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(_LIMIT)
        return Watched(context.new_page())

    yield opened
    for context in contexts:
        context.close()
