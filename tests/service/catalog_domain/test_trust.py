"""What is decided of a module: in which project it is, who sees it, and whether it is built and run."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from fairhaven import app as application
from fairhaven.builds.models import BuildRow
from fairhaven.catalog import service
from fairhaven.catalog.schemas import NewRelease
from fairhaven.core.deliveries import deliver
from fairhaven.core.facts import FactRow
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.core.testing import make
from fairhaven.projects import service as projects
from fairhaven.projects.schemas import NewProject

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
DIGITS = "/api/v1/modules/digits"
HTML = {"Accept": "text/html"}


@pytest.fixture
def digits(tmp_path: Path) -> str:
    folder = tmp_path / "digits"
    folder.mkdir()
    shutil.copy(EXAMPLES / "digits" / "ai4-metadata.yml", folder)
    return str(folder)


@pytest.fixture
async def manager(platform: Platform, project_id: UUID, api_for: Callable[..., Any]) -> httpx.AsyncClient:
    mary = await make.person(platform, "Mary", project_id, Role.MANAGER)
    client: httpx.AsyncClient = await api_for(mary)
    return client


@pytest.fixture
async def nobody(api_for: Callable[..., Any]) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await api_for(None)
    return client


def spoil(folder: str) -> None:
    file = Path(folder, "ai4-metadata.yml")
    file.write_text(file.read_text().replace("title: Handwritten digits", "title: ''"))


async def builds(platform: Platform) -> int:
    while await deliver(platform):
        pass
    async with platform.transaction() as session:
        return len((await session.scalars(select(BuildRow.id))).all())


async def test_what_is_listed_is_neither_built_nor_run_until_a_manager_says_so(
    platform: Platform,
    api: httpx.AsyncClient,
    manager: httpx.AsyncClient,
    nobody: httpx.AsyncClient,
    digits: str,
) -> None:
    made = (await api.post("/api/v1/modules", json={"url": digits, "trust": "listed"})).json()
    assert made["trust"] == "listed"
    assert await builds(platform) == 0
    refused = await api.post("/api/v1/builds", json={"module": "digits"})
    assert (refused.status_code, refused.json()["title"]) == (409, "This module is listed only")
    assert "Listed only" in (await nobody.get("/catalog/digits", headers=HTML)).text
    assert "listed only" in (await nobody.get("/catalog", headers=HTML)).text

    changed = (await manager.patch(DIGITS, json={"trust": "built"})).json()
    assert (changed["trust"], changed["visibility"]) == ("built", "public")
    assert await builds(platform) == 1
    await manager.patch(DIGITS, json={"trust": "built"})
    async with platform.transaction() as session:
        facts = (await session.scalars(select(FactRow.kind))).all()
        given = {
            "module_id": made["id"],
            "version": "1.0.0",
            "commit": made["commit"],
            "digest": "d",
            "bundle": "b",
        }
        release = await service.publish(session, NewRelease(**given))
    assert facts.count("module.trust-changed") == 1

    await manager.patch(DIGITS, json={"trust": "listed"})
    started = await api.post("/api/v1/workloads", json={"release": str(release.id)})
    assert (started.status_code, started.json()["title"]) == (409, "This module is listed only")
    page = (await api.get("/catalog/digits", headers=HTML)).text
    assert "Listed only" in page
    assert "/workloads/new" not in page


async def test_only_managers_decide(
    api: httpx.AsyncClient, api_for: Callable[..., Any], grace: Actor, bob: Actor, digits: str
) -> None:
    await api.post("/api/v1/modules", json={"url": digits})
    for actor, status in ((grace, 403), (bob, 403)):
        client = await api_for(actor)
        assert (await client.patch(DIGITS, json={"trust": "listed"})).status_code == status
    assert (await api.patch(DIGITS, json={"trust": "believed"})).status_code == 422
    assert (await api.patch(DIGITS, json={"title": "Mine"})).status_code == 422


async def test_what_is_withdrawn_from_the_public_is_deleted_to_harvesters_and_may_come_back(
    api: httpx.AsyncClient, manager: httpx.AsyncClient, nobody: httpx.AsyncClient, digits: str
) -> None:
    async def harvested() -> str:
        answer = await nobody.get("/oai", params={"verb": "ListRecords", "metadataPrefix": "oai_dc"})
        return answer.text

    await api.post("/api/v1/modules", json={"url": digits})
    assert "<metadata>" in await harvested()
    for visibility, status, gone in (("project", 404, True), ("public", 200, False)):
        await manager.patch(DIGITS, json={"visibility": visibility})
        assert (await nobody.get(DIGITS)).status_code == status
        identifier = await nobody.get("/id/module/digits", headers={"Accept": "text/turtle"})
        assert identifier.status_code == (410 if gone else 200)
        assert (await nobody.get("/id/module/none-such")).status_code == 404
        assert ('status="deleted"' in await harvested()) == gone
        assert ("<metadata>" in await harvested()) != gone
    assert (await manager.get(DIGITS)).status_code == 200


async def test_what_is_decided_by_page_and_command(
    manager: httpx.AsyncClient, api: httpx.AsyncClient, command: Callable[..., Any], digits: str
) -> None:
    await command(
        *(
            "module",
            "register",
            digits,
            "--trust",
            "listed",
            "--visibility",
            "project",
            "--project",
            "default",
        )
    )
    assert "no project `nowhere`" in await command("module", "register", ".", "--project", "nowhere", code=2)
    shown = await command("module", "show", "digits")
    assert "listed only" in shown
    assert "members of its project" in shown
    assert "digits is built." in await command("module", "trust", "digits", "built")
    assert "seen by everybody" in await command("module", "visibility", "digits", "public")
    page = await manager.get("/catalog/digits?tab=source", headers=HTML)
    assert 'action="/catalog/digits/change"' in page.text
    answer = await manager.post("/catalog/digits/change", data={"visibility": "project", "trust": "listed"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/catalog/digits?tab=source")
    now = (await api.get(DIGITS)).json()
    assert (now["visibility"], now["trust"]) == ("project", "listed")


async def test_a_form_registers_what_has_errors_when_that_is_ticked(
    api: httpx.AsyncClient, nobody: httpx.AsyncClient, digits: str, api_for: Callable[..., Any], grace: Actor
) -> None:
    spoil(digits)
    page = await api.post("/catalog/new", data={"url": digits}, headers=HTML)
    assert (page.status_code, "Register it all the same" in page.text) == (422, True)
    refused = await api.post("/api/v1/modules", json={"url": digits})
    assert refused.status_code == 422
    answer = await api.post("/catalog/new", data={"url": digits, "allow_invalid": "on"}, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/catalog/digits")
    developer = await api_for(grace)
    shown = (await developer.get("/catalog/digits", headers=HTML)).text
    assert "Only those who can mend it see this page." in shown
    assert "ai4-metadata.yml:2" in (await developer.get("/catalog/digits?tab=metadata", headers=HTML)).text
    assert (await nobody.get("/catalog/digits", headers=HTML)).status_code == 404


async def test_a_developer_of_another_project_registers_there(
    platform: Platform, api_for: Callable[..., Any], ada: Actor, nobody: httpx.AsyncClient, digits: str
) -> None:
    async with platform.transaction(ada) as session:
        made = await projects.create(session, ada, NewProject(slug="marine", name="Marine models"))
    linus = await make.person(platform, "Linus", made.id, Role.DEVELOPER)
    client = await api_for(linus)
    page = (await client.get("/catalog/new", headers=HTML)).text
    assert 'name="project"' not in page, "there is no choice"
    elsewhere = {"url": "https://git.example.org/a/b", "project": str((await _default(platform)).id)}
    refused = await client.post("/catalog/new", data=elsewhere, headers=HTML)
    assert (refused.status_code, "may be done by" in refused.text) == (422, True)
    theirs = await api_for(ada)
    page = (await theirs.get("/catalog/new", headers=HTML)).text
    assert "Marine models" in page
    answer = await theirs.post("/catalog/new", data={"url": digits, "project": str(made.id)}, headers=HTML)
    assert answer.status_code == 303
    found = (await client.get(DIGITS)).json()
    assert (found["project_id"], found["visibility"]) == (str(made.id), "project")
    assert (await nobody.get(DIGITS)).status_code == 404


async def test_the_project_whose_pages_these_are_is_chosen(
    platform: Platform, live: Live, ada: Actor
) -> None:
    async with platform.transaction(ada) as session:
        made = await projects.create(session, ada, NewProject(slug="marine", name="Marine models"))
    app = application.web(platform, live)
    running = asyncio.create_task(app.state.brands.run(interval=60.0))
    headers = {"Authorization": f"Bearer {await make.token(platform, ada)}", **HTML}
    transport = httpx.ASGITransport(app)
    try:
        async with httpx.AsyncClient(
            transport=transport, base_url="http://marine.test", headers=headers
        ) as client:
            await client.put(f"/api/v1/projects/{made.id}/hosts", json={"hosts": ["marine.test"]})
            await make.until(lambda: app.state.brands._by_host)
            page = (await client.get("/catalog/new")).text
        assert f'<option value="{made.id}" selected>' in page
    finally:
        running.cancel()


async def _default(platform: Platform) -> Any:
    async with platform.transaction() as session:
        return await projects.default_project(session)
