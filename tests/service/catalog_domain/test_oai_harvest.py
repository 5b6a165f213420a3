"""Harvesting a foreign OAI-PMH endpoint, which is a second platform of ours behind a real HTTP server."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from fairhaven import app as application
from fairhaven.catalog import service
from fairhaven.catalog.models import FeedItemRow, FeedRow
from fairhaven.catalog.schemas import FeedItemState, NewFeed, SourceSpec, Trust, Visibility
from fairhaven.catalog.service import feeds
from fairhaven.core.config import Settings
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing import servers
from fairhaven.identity import service as identity
from fairhaven.projects import service as projects

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
MANY = 220
COPY = """
    insert into modules ({columns})
    select {values} from modules m, generate_series(1, :many) n where m.name = 'digits'
"""
CHANGED = {
    "id": "gen_random_uuid()",
    "name": "'model-' || n",
    "title": "'Model ' || n",
    "source_key": "'k' || n",
    "updated_at": "timestamptz '2026-01-01' + n / 50 * interval '1 second'",
    "removed_at": "case when n % 10 = 0 then timestamptz '2026-02-01' + n * interval '1 second' end",
    "metadata": "jsonb_set(m.metadata, '{title}', to_jsonb('Model ' || n))",
}


@pytest.fixture
async def provider(platform: Platform, ada: Actor, project_id: UUID) -> Platform:
    """A platform with 198 modules, and 22 that were removed."""
    spec = SourceSpec(url=str(EXAMPLES / "digits"))
    inspected = await service.inspect(platform, spec)
    async with platform.transaction(ada) as session:
        await service.register(session, ada, project_id, spec, inspected, visibility=Visibility.PUBLIC)
        names = "select column_name from information_schema.columns where table_name = 'modules'"
        rows = await session.execute(text(f"{names} and is_generated = 'NEVER'"))
        columns = [str(name) for (name,) in rows]
        values = ", ".join(CHANGED.get(name, f'm."{name}"') for name in columns)
        listed = ", ".join(f'"{name}"' for name in columns)
        await session.execute(text(COPY.format(columns=listed, values=values)), {"many": MANY})
        await session.execute(text("delete from modules where name = 'digits'"))
    return platform


@pytest.fixture
async def harvester(tmp_path: Path) -> AsyncIterator[Platform]:
    """A second platform, on a database of its own, which may ask servers of this machine."""
    name = "t" + os.urandom(6).hex()
    settings = Settings(data=tmp_path / "second", log_level="error", outbound_allow=("127.0.0.1/32",))
    settings.data.mkdir()
    url, objects = servers.new_database(name), os.environ[servers.OBJECTS]
    async with application.opened(settings, database_url=url, objects_url=objects) as opened:
        await application.first_start(opened)
        yield opened
    servers.drop_database(name)


@pytest.fixture
async def lin(harvester: Platform) -> Actor:
    async with harvester.transaction() as session:
        person = await identity.administrator(session)
        roles = await projects.roles_of(session, person.id)
    return Actor(id=person.id, name=person.name, administrator=True, roles=roles, via="token")


@pytest.fixture
def follow(harvester: Platform, lin: Actor, provider: Platform, served_url: str) -> Callable[..., Any]:
    async def follow(**options: str) -> UUID:
        async with harvester.transaction(lin) as session:
            project = (await projects.default_project(session)).id
            spec = NewFeed(address=f"oai+{served_url}/oai", options=options)
            return (await feeds.add(session, lin, project, spec)).id

    return follow


async def work(platform: Platform, feed_id: UUID) -> None:
    while await feeds.step(platform, feed_id) is not None:
        pass


async def test_a_whole_list_then_only_what_changed_over_a_restart_in_its_midst(
    harvester: Platform, provider: Platform, lin: Actor, follow: Callable[..., Any]
) -> None:
    feed_id = await follow()
    assert await feeds.step(harvester, feed_id) == 0.0
    async with harvester.transaction(lin) as session:
        found = await feeds.feed(session, lin, feed_id)
    assert (found.counts.imported, found.total, found.state) == (100, MANY, "reading")
    # A process that knows the database only: as after a restart in mid-list.
    second = Platform(harvester.settings, harvester.database, harvester.objects)
    await work(second, feed_id)
    async with harvester.transaction(lin) as session:
        found = await feeds.feed(session, lin, feed_id)
        module = await service.module(session, lin, "model-7")
    assert (found.counts.imported, found.counts.refused, found.counts.gone) == (198, 0, 0)
    assert (module.title, module.trust, module.valid) == ("Model 7", Trust.LISTED, True)
    assert module.metadata["libraries"] == ["Scikit-learn"]  # only MLDCAT-AP says it
    assert module.license == "Apache-2.0"
    async with provider.transaction() as session:
        gone = "update modules set removed_at = now() where name in ('model-1', 'model-2')"
        await session.execute(text(gone))
        title = "jsonb_set(metadata, '{title}', to_jsonb('New title'::text))"
        change = f"update modules set metadata = {title}, updated_at = now() where name = 'model-3'"
        await session.execute(text(change))
    async with harvester.transaction(lin) as session:
        await feeds.ask(session, lin, feed_id)
    await work(second, feed_id)
    async with harvester.transaction(lin) as session:
        found = await feeds.feed(session, lin, feed_id)
        module = await service.module(session, lin, "model-3")
        again = select(FeedItemRow.name, FeedItemRow.state).where(FeedItemRow.seen == 2)
        states = {row.name: row.state for row in await session.execute(again)}
    assert (found.counts.imported, found.counts.gone) == (196, 2)
    assert states == {
        "model-1": FeedItemState.GONE,
        "model-2": FeedItemState.GONE,
        "model-3": FeedItemState.IMPORTED,
    }
    assert module.title == "New title"


async def test_a_set_and_a_format_may_be_chosen(
    harvester: Platform, lin: Actor, follow: Callable[..., Any]
) -> None:
    feed_id = await follow(set="task:regression", prefix="oai_dc")
    await work(harvester, feed_id)
    async with harvester.transaction(lin) as session:
        row = await session.get(FeedRow, feed_id)
        assert row is not None
        assert (row.problem, row.reading) == (None, False)
        assert not (await feeds.feed_items(session, lin, feed_id)).items
