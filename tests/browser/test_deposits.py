"""A release gets its DOI by pages: a draft, steps as they happen, publication by name, and the patch."""

import asyncio
import os
import shutil
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="browser tests need playwright")

from playwright.sync_api import Browser, Page, expect  # noqa: E402
from pydantic import SecretStr  # noqa: E402
from tests.browser.conftest import Album, Visit  # noqa: E402
from tests.service.deposits.conftest import METADATA, bundled  # noqa: E402

from fairhaven import app as application  # noqa: E402
from fairhaven.catalog import service  # noqa: E402
from fairhaven.catalog.schemas import NewRelease, SourceSpec  # noqa: E402
from fairhaven.core.config import Settings  # noqa: E402
from fairhaven.core.depositories import Depository  # noqa: E402
from fairhaven.core.platform import Platform  # noqa: E402
from fairhaven.core.policy import Actor  # noqa: E402
from fairhaven.core.testing import invenio, servers  # noqa: E402
from fairhaven.core.testing.browser import WIDE  # noqa: E402
from fairhaven.core.testing.jobs import drain  # noqa: E402
from fairhaven.core.testing.served import served  # noqa: E402
from fairhaven.identity import service as identity  # noqa: E402
from fairhaven.projects import service as projects  # noqa: E402
from fairhaven.secrets import service as secrets  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("whole")]

Doing = Callable[[Callable[[Platform], Coroutine[Any, Any, Any]]], Any]


@pytest.fixture(scope="module")
def there() -> Iterator[invenio.Served]:
    with invenio.running() as found:
        yield found


@pytest.fixture(scope="module")
def settings(there: invenio.Served, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    place = Depository(name="archive", label="The Archive", url=f"inveniordm+{there.url}", settles=0)
    folder = tmp_path_factory.mktemp("deposits") / "data"
    folder.mkdir()
    return Settings(data=folder, log_level="error", outbound_allow=["127.0.0.0/8"], depositories=[place])


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    name = "t" + os.urandom(6).hex()
    yield servers.new_database(name)
    servers.drop_database(name)


@pytest.fixture(scope="module")
def do(settings: Settings, database: str) -> Doing:
    """Do something with a platform of its own, as a worker process would."""

    async def opened(act: Callable[[Platform], Coroutine[Any, Any, Any]]) -> Any:
        objects = os.environ[servers.OBJECTS]
        async with application.opened(settings, database_url=database, objects_url=objects) as platform:
            return await act(platform)

    def run(act: Callable[[Platform], Coroutine[Any, Any, Any]]) -> Any:
        found: list[Any] = []
        # The browser's own loop is in this thread.
        thread = threading.Thread(target=lambda: found.append(asyncio.run(opened(act))))
        thread.start()
        thread.join(60)
        return found[0]

    return run


@pytest.fixture(scope="module")
def site(settings: Settings, database: str) -> Iterator[str]:
    with served(settings, database) as running:
        yield running.url


@pytest.fixture(scope="module")
def page(
    site: str, do: Doing, there: invenio.Served, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """Signed in as the manager of a project with a release and a token."""
    folder = tmp_path_factory.mktemp("modules") / "finder"
    folder.mkdir()
    shutil.copyfile(METADATA, folder / "ai4-metadata.yml")
    secret = do(lambda platform: _furnished(platform, folder, there.token))
    still: Any = {"viewport": WIDE, "reduced_motion": "reduce", "base_url": site}
    with chromium.new_context(**still) as context:
        opened = context.new_page()
        opened.goto(f"/sign-in/{secret}")
        opened.locator("main").get_by_role("button", name="Sign in").click()
        opened.wait_for_url(f"{site}/")
        yield opened


async def _furnished(platform: Platform, folder: Path, token: str) -> str:
    async with platform.transaction() as session:
        person = await identity.administrator(session)
        project = await projects.default_project(session)
        roles = await projects.roles_of(session, person.id)
    ada = Actor(id=person.id, name=person.name, administrator=True, roles=roles)
    await secrets.put(platform, ada, secrets.of_project(project.id), "deposit-token", SecretStr(token))
    spec = SourceSpec(url=str(folder))
    inspected = await service.inspect(platform, spec)
    digest = await bundled(platform, folder, folder.parent)
    async with platform.transaction(ada) as session:
        made = await service.register(session, ada, project.id, spec, inspected)
        for version in ("1.0.0", "1.1.0"):
            new = NewRelease(
                module_id=made.id, version=version, commit=made.commit, digest=version, bundle=digest
            )
            await service.publish(session, new)
        return await identity.make_link(session, person.id)


def test_a_release_gets_a_doi(page: Page, site: str, do: Doing, there: invenio.Served, album: Album) -> None:
    visit = Visit(page, site)

    def sound(name: str) -> None:
        album.take(page, f"deposits-{name}")
        assert not visit.faults(), name

    page.goto("/catalog/finder?tab=releases")
    page.get_by_role("link", name="Get a DOI").click()
    sound("none-yet")
    page.get_by_label("Release", exact=True).select_option("1.0.0")
    page.get_by_role("button", name="Make a draft").click()
    status = page.locator("#status")
    expect(status.locator(".state").first).to_have_attribute("data-state", "running")
    do(drain)
    expect(status.locator(".state").first).to_have_attribute("data-state", "waiting")  # without a reload
    expect(status).to_contain_text("4 of 4 files")
    sound("drafted")
    # `faults` opened everything that folds.
    expect(page.get_by_text("It cannot be undone")).to_be_visible()
    page.get_by_label("Type finder to go on").fill("finder")
    page.get_by_role("button", name="Publish release 1.0.0").click()
    do(drain)
    expect(status.locator(".state").first).to_have_attribute("data-state", "published")
    [record] = there.public
    expect(page.get_by_role("link", name=record.doi or "")).to_be_visible()
    sound("published")
    page.get_by_role("link", name="Name the DOI in the metadata file").click()
    expect(page.locator("main pre")).to_contain_text(f"+doi: '10.5072/invenio.{record.parent}'")
    sound("proposal")
    page.goto("/catalog/finder?tab=cite")
    expect(page.locator("main")).to_contain_text(f"doi = {{10.5072/invenio.{record.parent}}}")
    page.goto("/catalog/finder?tab=releases")
    expect(page.locator("main table").first).to_contain_text(record.doi or "")


def test_what_went_wrong_is_said_with_what_to_do(
    page: Page, site: str, do: Doing, there: invenio.Served, album: Album
) -> None:
    there.scopes = {"deposit:read"}
    visit = Visit(page, site)
    page.goto("/catalog/finder/deposits?release=1.1.0")
    page.get_by_role("button", name="Make a draft").click()
    do(drain)
    status = page.locator("#status")
    expect(status.locator(".state").first).to_have_attribute("data-state", "failed")
    expect(status.locator(".notice").first).to_contain_text("Permission denied.")
    album.take(page, "deposits-failed")
    assert not visit.faults()
    page.get_by_label("Release", exact=True).select_option("1.0.0")
    page.get_by_role("button", name="Make a draft").click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("main")).to_contain_text("it is published")
    there.scopes = {"deposit:write", "deposit:actions"}
    page.get_by_role("button", name="Try again").click()
    do(drain)
    expect(status.locator(".state").first).to_have_attribute("data-state", "waiting")
    page.get_by_role("button", name="Discard").click()
    expect(status.locator(".state").first).to_have_attribute("data-state", "stopped")
