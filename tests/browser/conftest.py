"""A whole platform and one Chromium for the tests that read its pages as a person does.

Screenshots go to the folder that FAIRHAVEN_SCREENSHOTS names, then in light and dark, wide and narrow;
without it one of each step is kept among pytest's temporary files.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fairhaven.core.testing import browser
from fairhaven.core.testing.browser import NARROW, WIDE
from fairhaven.core.testing.whole import WholePlatform, until, whole_platform

if TYPE_CHECKING:  # the test modules skip when it is absent
    from playwright.sync_api import Browser, BrowserContext, Page

EXAMPLES = Path(__file__).parents[2] / "examples" / "modules"
# Nobody signs in with it here (tests/integration/oidc does that with others): it is on the pages.
ISSUER = {
    "name": "home",
    "label": "Home",
    "url": "https://issuer.example",
    "client_id": "fairhaven",
    "claims": [{"claim": "realm_access.roles", "pattern": "access:{project}:{level}"}],
}
KIB = 1024
MOST_WEIGHT = 100 * KIB
SECONDS = 60.0
WEIGHED = """() => {
  const parts = performance.getEntriesByType('resource');
  const [page] = performance.getEntriesByType('navigation');
  const name = (part) => new URL(part.name).pathname;
  return {
    bytes: [page, ...parts].reduce((sum, part) => sum + part.transferSize, 0),
    styles: parts.filter((part) => name(part).endsWith('.css')).length,
    scripts: parts.filter((part) => name(part).endsWith('.js')).length,
    server: page.responseStart - page.requestStart,
  };
}"""
BLANK_ICONS = """() => [...document.querySelectorAll('svg.icon')].filter((icon) => icon.checkVisibility()
  && !icon.querySelector('use').getBBox().width).map((icon) => icon.innerHTML)"""
ICONS_ARE_THERE = """() => !document.querySelector('svg.icon')
  || performance.getEntriesByType('resource').some((part) => part.name.includes('icons.svg'))"""


@dataclass
class Visit:
    """A page that was opened: what it answered, and what it said and asked for while it was there."""

    page: "Page"
    home: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    def faults(self) -> list[str]:
        """Everything that is wrong with the page as it stands: empty when it is sound."""
        self.page.wait_for_function(ICONS_ARE_THERE)
        found = [*self.complaints, *self.foreign, *browser.serious(self.page)]
        found += [f"blank icon: {icon}" for icon in self.page.evaluate(BLANK_ICONS)]
        self.page.emulate_media(color_scheme="dark")
        found += browser.serious(self.page, "color-contrast")
        self.page.emulate_media(color_scheme="light")
        return found + self._too_wide()

    def weight(self) -> dict[str, float]:
        """Bytes over the wire, requests for styles and scripts, and the server's time in ms."""
        self.page.wait_for_function(ICONS_ARE_THERE)
        found: dict[str, float] = self.page.evaluate(WEIGHED)
        return found

    def too_heavy(self) -> list[str]:
        """What is above the limits of a page as it arrives (what a model answers comes later)."""
        found = self.weight()
        said = []
        if found["bytes"] > MOST_WEIGHT:
            said.append(f"{found['bytes'] / KIB:.0f} KiB")
        if found["styles"] > 1 or found["scripts"] > 2:
            said.append(f"{found['styles']} style sheets, {found['scripts']} scripts")
        return said

    def _too_wide(self) -> list[str]:
        self.page.set_viewport_size(NARROW)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size(WIDE)
        return [f"{width} px wide on a screen of {NARROW['width']}"] if width > NARROW["width"] else []

    def _heard(self, message: Any) -> None:
        # A page that tells of an error has its status; Chromium writes that down as well.
        if not (message.text.startswith("Failed to load") and message.location["url"] == self.page.url):
            self.complaints.append(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.foreign.append(f"foreign request: {request.url}")


class Album:
    """Pictures of the steps of a journey."""

    def __init__(self, folder: Path, *, whole: bool) -> None:
        self.folder, self.whole = folder, whole
        folder.mkdir(parents=True, exist_ok=True)

    def take(self, page: "Page", name: str) -> None:
        if not self.whole:
            page.screenshot(path=self.folder / f"{name}.png")
            return
        page.evaluate("scrollTo(0, 0)")
        for scheme in ("dark", "light"):
            for size in (NARROW, WIDE):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.set_viewport_size(size)  # type: ignore[arg-type]
                page.screenshot(path=self.folder / f"{name}-{scheme}-{size['width']}.png", full_page=True)

    def note(self, name: str, numbers: dict[str, float]) -> None:
        """Keep the numbers of a page (bytes, requests, the server's time in ms) beside the pictures."""
        if self.whole:
            with (self.folder / "numbers.txt").open("a") as file:
                file.write(
                    f"{name}: " + ", ".join(f"{key} {value:.0f}" for key, value in numbers.items()) + "\n"
                )


@dataclass
class House:
    """The installation and how its pages are opened."""

    platform: WholePlatform
    chromium: "Browser"
    kept: dict[str, Any] = field(default_factory=dict)  # the administrator's session

    @property
    def url(self) -> str:
        return self.platform.url

    def context(self, *, signed_in: bool = True, **options: Any) -> "BrowserContext":
        state = self.session() if signed_in else None
        still = {"viewport": WIDE, "reduced_motion": "reduce", "base_url": self.url, "storage_state": state}
        context = self.chromium.new_context(**{**still, **options})
        context.set_default_timeout(SECONDS * 1000)
        return context

    def visit(self, path: str, *, signed_in: bool = True, home: str = "", **options: Any) -> Visit:
        """Open a page with nothing cached; close `visit.page.context` after. `home`: at another host name."""
        home = home or self.url
        context = self.context(signed_in=signed_in, base_url=home, **options)
        visit = Visit(context.new_page(), home)
        visit.page.goto(path)
        return visit

    def link(self) -> str:
        """A new link that signs the administrator in, once."""
        found = re.search(r"http\S+/sign-in/\S+", self.platform.command("sign-in-link"))
        assert found is not None
        return found.group()

    def session(self) -> Any:
        """Cookies of the administrator, who signed in once for all these tests."""
        if not self.kept:
            with self.context(signed_in=False) as context:
                page = context.new_page()
                page.goto(self.link())
                page.locator("main").get_by_role("button", name="Sign in").click()
                page.wait_for_url(f"{self.url}/")
                self.kept.update(context.storage_state())  # type: ignore[arg-type]
        return self.kept

    def ask(self, path: str) -> Any:
        """An answer of the REST API."""
        with self.context() as context:
            return context.request.get(f"/api/v1{path}").json()

    def register(self, folder: Path) -> None:
        """Register a module through the form; its build goes on by itself."""
        with self.context() as context:
            page = context.new_page()
            page.goto("/catalog/new")
            page.get_by_label("Repository").fill(str(folder))
            page.get_by_role("button", name="Register").click()
            page.wait_for_url(f"**/catalog/{folder.name}")

    def built(self, module: str) -> dict[str, Any]:
        """The module's newest build, ended."""
        ended = ("succeeded", "failed", "stopped", "interrupted")

        def found() -> Any:
            newest = self.ask(f"/builds?module={module}")["items"][:1]
            return newest[0] if newest and newest[0]["state"] in ended else None

        build: dict[str, Any] = until(found, 2 * SECONDS)
        return build

    def stop_workloads(self) -> None:
        """Workloads outlive the platform on purpose: end them, and wait until they have ended."""

        def alive() -> list[str]:
            found = self.ask("/workloads?limit=100")["items"]
            return [one["id"] for one in found if one["state"] in ("queued", "starting", "running")]

        with self.context() as context:
            page = context.new_page()
            page.goto("/workloads")
            token = page.locator("meta[name=csrf-token]").get_attribute("content") or ""
            for each in alive():
                context.request.post(f"/api/v1/workloads/{each}/stop", headers={"X-CSRF-Token": token})
        until(lambda: not alive(), SECONDS)


@pytest.fixture(scope="package")
def chromium() -> "Iterator[Browser]":
    """One Chromium; ends with this folder, because its loop would be in the way of others."""
    with browser.chromium() as started:
        yield started


@pytest.fixture(scope="package")
def house(chromium: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A whole platform in which nothing was done yet."""
    folder = tmp_path_factory.mktemp("house")
    with whole_platform(folder, issuers=json.dumps([ISSUER]), local_accounts="true") as platform:
        made = House(platform, chromium)
        yield made
        made.stop_workloads()


@pytest.fixture(scope="package")
def bare(house: House) -> dict[str, list[str]]:
    """What is wrong with the pages of an installation in which nothing was done yet."""
    found = {}
    for path in ("/", "/catalog", "/builds", "/workloads", "/account/tokens"):
        visit = house.visit(path)
        found[path] = visit.too_heavy() + visit.faults()
        if not visit.page.locator("main .empty").count():
            found[path].append("it does not say that there is nothing yet")
        visit.page.context.close()
    return found


@pytest.fixture(scope="package")
def furnished(house: House, bare: object, workshop: Callable[..., Path]) -> House:
    """The house with a module that is built quickly (it has no tests), and one that cannot be built."""
    house.register(workshop("coins"))
    house.register(workshop("broken", "coins", needs="fairhaven-no-such-package"))
    return house


@pytest.fixture(scope="package")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Copies of example modules, without their tests; `needs` is one more dependency."""
    folder = tmp_path_factory.mktemp("modules")

    def copy(name: str, example: str = "", needs: str = "") -> Path:
        there = folder / name
        shutil.copytree(EXAMPLES / (example or name), there, ignore=shutil.ignore_patterns("tests"))
        project = there / "pyproject.toml"
        if needs:
            words = project.read_text().replace("dependencies = [", f'dependencies = [\n    "{needs}",', 1)
            project.write_text(words)
        return there

    return copy


@pytest.fixture(scope="package")
def album(tmp_path_factory: pytest.TempPathFactory) -> Album:
    named = os.environ.get("FAIRHAVEN_SCREENSHOTS")
    return Album(Path(named) if named else tmp_path_factory.mktemp("screenshots"), whole=bool(named))
