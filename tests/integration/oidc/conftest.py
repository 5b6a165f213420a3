"""A whole platform whose people sign in with a real Canaille, or with a small issuer of the tests' own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fairhaven.core.testing import browser, canaille, issuer
from fairhaven.core.testing.browser import WIDE
from fairhaven.core.testing.canaille import Canaille
from fairhaven.core.testing.issuer import TestIssuer
from fairhaven.core.testing.whole import WholePlatform, end_workloads

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PASSWORD = "correct horse battery staple"
RULES = [{"claim": "groups", "level": "developer"}]


@dataclass
class House:
    """The platform, who may say who somebody is, and a browser."""

    platform: WholePlatform
    canaille: Canaille
    own: TestIssuer
    chromium: "Browser"

    @property
    def url(self) -> str:
        return self.platform.url

    def context(self) -> "BrowserContext":
        context = self.chromium.new_context(base_url=self.url, viewport=WIDE)  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        return context

    def sign_in(self, page: "Page", name: str) -> None:
        """Sign in with Canaille, as a person does."""
        page.get_by_role("link", name="Sign in with Canaille").click()
        self.say_who(page, name)

    def say_who(self, page: "Page", name: str) -> None:
        page.locator("input[name=login]").fill(name)
        page.locator("input[name=login]").press("Enter")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password]").press("Enter")

    def arrives(self, page: "Page", where: str) -> None:
        """Wait until the browser is there; where it is instead is told."""
        from playwright.sync_api import TimeoutError as Late

        try:
            page.wait_for_url(f"{self.url}{where}", timeout=20_000)
        except Late:
            raise AssertionError(f"{page.url}: {page.inner_text('body')[:2000]}") from None

    def projects(self, context: "BrowserContext") -> list[str] | None:
        """What somebody sees; None: they are not signed in."""
        answer = context.request.get("/api/v1/projects")
        if answer.status == 401:
            return None
        told: Any = answer.json()
        return [each["slug"] for each in (told["items"] if isinstance(told, dict) else told)]


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """One Chromium; ends with the module, because its loop would be in the way of others."""
    with browser.chromium() as started:
        yield started


@pytest.fixture(scope="module")
def house(
    request: pytest.FixtureRequest, chromium: "Browser", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("oidc")
    with (
        canaille.running(request.config, tmp_path_factory.mktemp("canaille")) as real,
        issuer.running() as own,
    ):
        platform = _platform(folder, real, own)
        _furnish(real, own, platform)
        platform.start()
        try:
            yield House(platform, real, own, chromium)
        finally:
            platform.stop()
            end_workloads(platform.data)


def _platform(folder: Path, real: Canaille, own: TestIssuer) -> WholePlatform:
    secret, other = folder / "secret", folder / "other"
    secret.write_text(canaille.CLIENT_SECRET)
    other.write_text(own.client_secret)
    issuers = [
        {
            "name": "canaille",
            "label": "Canaille",
            "url": real.url,
            "client_id": canaille.CLIENT_ID,
            "client_secret": f"file:{secret}",
            "scopes": ["openid", "profile", "email", "groups"],
            "believed_seconds": 2,
            "claims": RULES,
        },
        {
            "name": "own",
            "label": "The tests' own",
            "url": own.url,
            "client_id": own.client_id,
            "client_secret": f"file:{other}",
            "audiences": ["api"],
            "claims": RULES,
        },
    ]
    return WholePlatform(folder / "data", issuers=json.dumps(issuers), local_accounts="true")


def _furnish(real: Canaille, own: TestIssuer, platform: WholePlatform) -> None:
    real.do(
        people={
            name: {"name": called, "password": PASSWORD, "email": f"{name}@example.org"}
            for name, called in (("ada", "Ada Lovelace"), ("grace", "Grace Hopper"), ("ida", "Ida Rhodes"))
        },
        groups={"default": ["ada", "grace", "ida"]},
    )
    real.register("canaille", platform.url)
    own.people["mary"] = {"name": "Mary Somerville", "groups": ["default"]}
    own.who = "mary"
