"""A Chromium for the tests that read pages as people do."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from fairhaven.ui import assets

if TYPE_CHECKING:  # the test modules skip when it is absent
    from playwright.sync_api import Browser, Page

# The first is the same engine without the windows around it: it opens a page in half of the time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
UNFOLD = "document.querySelectorAll('details').forEach((one) => { one.open ||= !one.closest('header'); })"
SERIOUS = """async (options) => (await axe.run(document, options)).violations
  .filter((one) => ['serious', 'critical'].includes(one.impact))
  .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target} ${node.failureSummary}`))"""


@contextmanager
def chromium() -> "Iterator[Browser]":
    """Chromium, with the scripts of pages ready. End it with the tests that need it: it stops other loops."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        absent("browser tests need chromium")
    try:
        assets.build()
    except assets.AssetsUnavailable as problem:
        absent(str(problem))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def serious(page: "Page", *rules: str) -> list[str]:
    """What axe finds seriously wrong on the page, all of it unfolded; `rules`: only what these look for."""
    from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]

    page.evaluate(UNFOLD)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    narrowed = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    found: list[str] = page.evaluate(SERIOUS, {"resultTypes": ["violations"], **narrowed})
    return found


def absent(why: str) -> Any:
    """Skip what cannot be run here; fail where everything must be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)
