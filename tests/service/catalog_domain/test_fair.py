"""The FAIR robot on the real application, over HTTP: the examples, what is kept, who may, what is private."""

import socket
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from fairhaven import app as application
from fairhaven import up
from fairhaven.catalog import service, tasks
from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.schemas import Assessment, NewRelease, SourceSpec, Visibility
from fairhaven.core.bundles import archive, key
from fairhaven.core.config import Settings
from fairhaven.core.jobs import Worker
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing.jobs import drain

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
NAMES = ("coins", "digits", "penguins")
DESCRIPTION = {
    "name": "digits",
    "metadata": {},
    "predict": {"schema": {"type": "object", "properties": {}}, "accepts": ["application/json"]},
    "train": None,
}


@pytest.fixture
def listening() -> Any:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path, listening: socket.socket) -> Settings:
    """An installation whose public address is where these tests serve it."""
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    return Settings(data=tmp_path / "data", log_level="warning", address=address)


@pytest.fixture
async def served(
    platform: Platform, live: Live, listening: socket.socket
) -> AsyncIterator[httpx.AsyncClient]:
    """The platform served at its public address, and somebody whom nobody knows who asks there."""
    serving = up.serving(application.web(platform, live), listening)
    async with serving, httpx.AsyncClient(base_url=platform.settings.public_url) as client:
        yield client


@pytest.fixture
async def released(platform: Platform, ada: Actor, project_id: UUID, tmp_path: Path) -> Callable[..., Any]:
    """Register an example and publish its release 1.0.0, with a bundle of its real files."""

    async def release(name: str, visibility: Visibility = Visibility.PUBLIC) -> Any:
        spec = SourceSpec(url=str(EXAMPLES / name))
        inspected = await service.inspect(platform, spec)
        packed = tmp_path / f"{name}.tar.gz"
        digest = archive.write(packed, EXAMPLES / name, {"bundle.json": "{}"}, {})
        await platform.objects.put(key(digest), packed)
        async with platform.transaction(ada) as session:
            made = await service.register(session, ada, project_id, spec, inspected, visibility=visibility)
            given = {"commit": made.commit, "digest": digest, "bundle": digest, "description": DESCRIPTION}
            return await service.publish(session, NewRelease(module_id=made.id, version="1.0.0", **given))

    return release


async def assessed(platform: Platform, actor: Actor, release: Any) -> Assessment:
    await tasks.assess(platform, module_id=str(release.module_id))
    async with platform.transaction(actor) as session:
        found = (await service.assessments(session, actor, release.module)).latest
    assert found is not None
    return found


async def test_the_examples_get_what_needs_no_doi_and_all_that_is_the_platforms(
    platform: Platform, ada: Actor, served: httpx.AsyncClient, released: Callable[..., Any]
) -> None:
    found = {name: await assessed(platform, ada, await released(name)) for name in NAMES}
    print(table(found))
    for name, each in found.items():
        platforms, authors = each.points["platform"], each.points["author"]
        assert platforms.earned == platforms.points == 18, name
        assert platforms.earned + authors.earned >= 0.9 * (platforms.points + authors.points), name
        assert failed(each, "platform") == [], name
        assert (await served.get(f"/api/v1/modules/{name}")).json()["fair_score"] == int(each.percentage)


def table(found: dict[str, Assessment]) -> str:
    """Points by metric, and shares, side by side."""
    lines = [f"\n{'metric':<22}{'points':>6}  " + "  ".join(f"{name:>9}" for name in found)]
    for metrics in zip(*(each.metrics for each in found.values()), strict=True):
        earned = "  ".join(f"{each.earned:>9g}" for each in metrics)
        lines.append(f"{metrics[0].id:<22}{metrics[0].points:>6g}  {earned}")
    for word in ("percentage", "software"):
        shares = "  ".join(f"{getattr(each, word):>9g}" for each in found.values())
        lines.append(f"{word + ', %':<22}{'':>6}  {shares}")
    return "\n".join(lines)


def failed(found: Assessment, control: str) -> list[str]:
    """The tests in somebody's hands that failed, of both rubrics."""
    return [test.id for each in found.metrics for test in each.tests if test.fix and test.control == control]


async def test_a_release_is_assessed_by_itself_and_everybody_who_sees_it_sees_how(
    platform: Platform, ada: Actor, served: httpx.AsyncClient, released: Callable[..., Any]
) -> None:
    await released("coins")
    await drain(platform)
    told = (await served.get("/api/v1/modules/coins/assessments")).json()
    assert (told["latest"]["release"], len(told["history"])) == ("1.0.0", 1)
    tests = {test["id"]: test for each in told["latest"]["metrics"] for test in each["tests"]}
    assert tests["FsF-F1-02MD-1"]["fix"] and tests["FsF-F1-01MD-1"]["fix"] is None
    page = (await served.get("/catalog/coins?tab=fair")).text
    assert "96 %" in page and "FsF-F1-02MD" in page and "Send the robot" not in page
    badge = await served.get("/catalog/coins/badges/fair.svg")
    assert (badge.headers["content-type"], "FAIR: 96 %" in badge.text) == ("image/svg+xml", True)
    assert (await served.post("/api/v1/modules/coins/assessments")).status_code == 401


async def test_what_is_private_has_no_score_and_loses_the_one_it_had(
    platform: Platform, ada: Actor, served: httpx.AsyncClient, released: Callable[..., Any]
) -> None:
    release = await released("coins", Visibility.PROJECT)
    found = await assessed(platform, ada, release)
    assert (found.percentage, "not public" in (found.problem or "")) == (0, True)
    async with platform.transaction(ada) as session:
        assert (await service.module(session, ada, "coins")).fair_score is None
    assert (await served.get("/api/v1/modules/coins/assessments")).status_code == 404


async def test_files_of_a_release_are_had_and_do_nothing_in_a_browser(
    platform: Platform, ada: Actor, served: httpx.AsyncClient, released: Callable[..., Any]
) -> None:
    await assessed(platform, ada, await released("coins"))
    place = "/id/module/coins@1.0.0/files/samples/coins-24.png"
    content = (EXAMPLES / "coins" / "samples" / "coins-24.png").read_bytes()
    head, answer = await served.head(place), await served.get(place)
    assert answer.content == content and head.headers["content-length"] == str(len(content))
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    again = await served.get(place, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    for other in ("pyproject.toml", "../bundle.json", "%2e%2e/bundle.json", "LICENSE"):
        assert (await served.get(f"/id/module/coins/files/{other}")).status_code == 404
    interface = (await served.get("/id/module/coins@1.0.0/openapi.json")).json()
    assert interface["openapi"].startswith("3.1")


async def test_the_robot_that_cannot_reach_us_says_so_and_changes_no_score(
    platform: Platform, ada: Actor, served: httpx.AsyncClient, released: Callable[..., Any]
) -> None:
    release = await released("coins")
    await assessed(platform, ada, release)
    platform.settings = platform.settings.model_copy(update={"address": "http://127.0.0.1:9"})
    found = await assessed(platform, ada, release)
    assert "could not reach http://127.0.0.1:9/id/module/coins" in (found.problem or "")
    async with platform.transaction(ada) as session:
        assert (await service.module(session, ada, "coins")).fair_score == 96


async def test_modules_that_changed_are_visited_without_a_release(
    platform: Platform, ada: Actor, served: httpx.AsyncClient, released: Callable[..., Any]
) -> None:
    await released("coins")
    await tasks.assess_outdated(platform)  # it may be building yet
    async with platform.transaction() as session:
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        await session.execute(update(ModuleRow).values(updated_at=long_ago))
    await tasks.assess_outdated(platform)
    await tasks.assess_outdated(platform)  # nothing changed since
    async with platform.transaction(ada) as session:
        assert len((await service.assessments(session, ada, "coins")).history) == 1


async def test_the_commands_send_the_robot_and_tell_what_it_found(
    platform: Platform, served: httpx.AsyncClient, released: Callable[..., Any], command: Callable[..., Any]
) -> None:
    await released("coins")
    assert "was never assessed" in await command("module", "fair", "coins")
    assert "on its way" in await command("module", "assess", "coins", "--no-wait")
    await Worker(platform, concurrency=1).run_until_idle()
    said = await command("module", "fair", "coins")
    assert "96.2 %" in said and "FsF-F1-02MD" in said and "FsF-F4-01M" not in said
