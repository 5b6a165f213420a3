"""Feeds: lists of modules elsewhere become modules, whatever is wrong with one, whenever we are killed."""

import asyncio
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, update

from fairhaven.catalog import service, tasks
from fairhaven.catalog.models import FeedRow, ModuleRow
from fairhaven.catalog.ports import Entry
from fairhaven.catalog.schemas import Feed, FeedItem, FeedItemState, FeedState, NewFeed, SourceSpec
from fairhaven.catalog.service import feeds
from fairhaven.catalog.service.feeds import importing
from fairhaven.core.db import now
from fairhaven.core.errors import NotAllowed, NotFound
from fairhaven.core.facts import FactRow
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.core.testing import make

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
METADATA = "ai4-metadata.yml"


class Hub:
    """A folder with a `.gitmodules`, beside the modules that it names."""

    def __init__(self, root: Path) -> None:
        self.root, self.hub = root, root / "hub"
        self.hub.mkdir(parents=True)

    @property
    def address(self) -> str:
        return f"gitmodules+{self.hub}"

    def module(self, name: str, text: str | None = None) -> None:
        (self.root / name).mkdir()
        if text is None:
            shutil.copy(EXAMPLES / "digits" / METADATA, self.root / name)
        else:
            (self.root / name / METADATA).write_text(text)

    def names(self, *names: str) -> None:
        lines = [f'[submodule "{name}"]\n\tpath = modules/{name}\n\turl = ../{name}\n' for name in names]
        (self.hub / ".gitmodules").write_text("".join(lines))


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return Hub(tmp_path / "lists")


@pytest.fixture
def follow(platform: Platform, ada: Actor, project_id: UUID) -> Callable[..., Any]:
    async def follow(hub: Hub, **given: Any) -> UUID:
        async with platform.transaction(ada) as session:
            made = await feeds.add(session, ada, project_id, NewFeed(address=hub.address, **given))
        await work(platform, made.id)
        return made.id

    return follow


async def work(platform: Platform, feed_id: UUID) -> None:
    while await feeds.step(platform, feed_id) is not None:
        pass


async def again(platform: Platform, ada: Actor, feed_id: UUID) -> None:
    async with platform.transaction(ada) as session:
        await feeds.ask(session, ada, feed_id)
    await work(platform, feed_id)


async def told(platform: Platform, actor: Actor, feed_id: UUID) -> tuple[Feed, dict[str, FeedItem]]:
    async with platform.transaction(actor) as session:
        found = await feeds.feed(session, actor, feed_id)
        items = await feeds.feed_items(session, actor, feed_id, limit=200)
    return found, {each.key: each for each in items.items}


async def test_one_broken_entry_hides_no_other(
    platform: Platform, ada: Actor, hub: Hub, follow: Callable[..., Any]
) -> None:
    hub.module("alpha")
    hub.module("beta")
    hub.module("wrong", "metadata_version: 2.0.0\ntitle: [\n")
    hub.names("alpha", "beta", "missing", "wrong")
    with (hub.hub / ".gitmodules").open("a") as file:
        file.write('[submodule "evil"]\n\tpath = e\n\turl = ext::sh -c id\n')
    feed_id = await follow(hub)
    feed, items = await told(platform, ada, feed_id)
    assert (feed.state, feed.counts.imported, feed.counts.refused) == (FeedState.FOLLOWED, 3, 2)
    assert (items["alpha"].module, items["beta"].module) == ("alpha", "beta")
    assert (items["wrong"].module, items["wrong"].valid) == ("wrong", False)
    assert "There is no folder" in str(items["missing"].problem)
    assert items["missing"].next_try_at > now()
    assert "run something else" in str(items["evil"].problem)
    async with platform.transaction() as session:
        [fact] = await session.scalars(select(FactRow).where(FactRow.kind == "feed.refreshed"))
    assert (fact.data["imported"], fact.data["refused"], fact.data["gone"]) == (3, 2, 0)
    hub.module("missing")
    await again(platform, ada, feed_id)
    assert (await told(platform, ada, feed_id))[1]["missing"].module == "missing"


async def test_what_is_gone_is_kept_or_removed_as_the_feed_says_and_may_come_back(
    platform: Platform, ada: Actor, hub: Hub, follow: Callable[..., Any]
) -> None:
    for name in ("alpha", "beta", "mine"):
        hub.module(name)
    spec = SourceSpec(url=str(hub.root / "mine"))
    inspected = await service.inspect(platform, spec)
    hub.names("alpha", "beta", "mine")
    async with platform.transaction(ada) as session:
        project = (await session.scalars(select(FeedRow.project_id))).first()
        project = project or next(iter(ada.roles))
        await service.register(session, ada, project, spec, inspected)
    feed_id = await follow(hub, keep=False)
    _, items = await told(platform, ada, feed_id)
    assert (items["mine"].linked, items["mine"].module, items["alpha"].linked) == (True, "mine", False)
    hub.names("alpha")
    await again(platform, ada, feed_id)
    feed, items = await told(platform, ada, feed_id)
    assert (feed.counts.imported, feed.counts.gone) == (1, 2)
    async with platform.transaction(ada) as session:
        assert (await service.module(session, ada, "mine")).name == "mine"  # it was there before
        with pytest.raises(NotFound):
            await service.module(session, ada, "beta")
    hub.names()
    await again(platform, ada, feed_id)
    feed, _ = await told(platform, ada, feed_id)
    assert (feed.state, feed.counts.imported) == (FeedState.FAILING, 1)
    hub.names("alpha", "beta")
    await again(platform, ada, feed_id)
    feed, items = await told(platform, ada, feed_id)
    assert (feed.problem, items["alpha"].module, items["beta"].module) == (None, "alpha", "beta")
    async with platform.transaction(ada) as session:
        await session.execute(update(FeedRow).values(keep=True))
    hub.names("alpha")
    await again(platform, ada, feed_id)
    _, items = await told(platform, ada, feed_id)
    assert (items["beta"].state, items["beta"].module) == (FeedItemState.GONE, "beta")


async def test_a_long_list_is_imported_once_however_often_its_reader_is_killed(
    platform: Platform, database_url: str, ada: Actor, project_id: UUID, hub: Hub
) -> None:
    names = [f"m{number:03}" for number in range(520)]
    for name in names[:100]:
        hub.module(name)
    hub.names(*names)
    async with platform.transaction(ada) as session:
        feed_id = (await feeds.add(session, ada, project_id, NewFeed(address=hub.address))).id

    def reached(most: int) -> Callable[[], Any]:
        async def imported() -> bool:
            return (await told(platform, ada, feed_id))[0].counts.imported >= most

        return imported

    argv = [sys.executable, str(Path(__file__).with_name("feed_worker.py"))]
    argv += [database_url, str(platform.settings.data), str(feed_id)]
    for most in (1, 50):
        worker = await asyncio.create_subprocess_exec(*argv)
        await make.until(reached(most))
        worker.kill()
        assert await worker.wait() == -signal.SIGKILL
    await work(platform, feed_id)
    feed, _ = await told(platform, ada, feed_id)
    assert (feed.counts.imported, feed.counts.refused, feed.counts.waiting) == (100, 420, 0)
    async with platform.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(ModuleRow)) == 100
        kinds = await session.scalars(select(FactRow.kind).where(FactRow.kind == "module.registered"))
        assert len(list(kinds)) == 100


async def test_a_list_that_cannot_be_read_says_why_and_is_asked_ever_more_seldom(
    platform: Platform, ada: Actor, hub: Hub, follow: Callable[..., Any]
) -> None:
    feed_id = await follow(hub)
    feed, _ = await told(platform, ada, feed_id)
    assert feed.state is FeedState.FAILING
    assert ".gitmodules" in str(feed.problem)
    first = feed.next_check_at - now()
    for _ in range(3):
        await again(platform, ada, feed_id)
    feed, _ = await told(platform, ada, feed_id)
    assert feed.next_check_at - now() > 3 * first


async def test_only_those_of_the_project_have_feeds_and_folders_are_for_administrators(
    platform: Platform, ada: Actor, grace: Actor, bob: Actor, project_id: UUID, hub: Hub
) -> None:
    hub.names()
    viewer = await make.person(platform, "Vera", project_id, Role.VIEWER)
    spec = NewFeed(address=hub.address)
    for actor in (grace, bob, viewer):
        with pytest.raises(NotAllowed):
            async with platform.transaction(actor) as session:
                await feeds.add(session, actor, project_id, spec)
    async with platform.transaction(grace) as session:
        elsewhere = NewFeed(address="https://lists.example/hub", kind="gitmodules")
        made = await feeds.add(session, grace, project_id, elsewhere)
        same = NewFeed(address="gitmodules+https://lists.example/hub/")
        with pytest.raises(feeds.AlreadyFollowed):
            await feeds.add(session, grace, project_id, same)
        with pytest.raises(NotAllowed):
            await feeds.remove(session, grace, made.id)
        row = await session.get(FeedRow, made.id)
        assert row is not None
        for source in ("/etc", "git@lists.example:a/b", "file:///etc"):
            assert "may not name" in importing.not_permitted(row, Entry("k", source))
    async with platform.transaction(bob) as session:
        assert (await feeds.feeds(session, bob)).items == []
        with pytest.raises(NotFound):
            await feeds.feed(session, bob, made.id)
    async with platform.transaction(ada) as session:
        await feeds.remove(session, ada, made.id)
        assert (await feeds.feeds(session, ada)).items == []


async def test_the_pages_show_a_list_before_and_after_it_is_followed(
    platform: Platform, ada: Actor, grace: Actor, hub: Hub, api_for: Callable[..., Any]
) -> None:
    client: httpx.AsyncClient = await api_for(ada)
    hub.module("alpha")
    hub.names("alpha", "beta")
    empty = await client.get("/feeds")
    assert "No list is followed yet" in empty.text
    assert (await client.get("/feeds/new")).status_code == 200
    unknown = await client.post("/feeds/new", data={"address": "https://example.org/x"})
    assert (unknown.status_code, "choose the kind" in unknown.text) == (422, True)
    looked = await client.post("/feeds/new", data={"address": hub.address, "act": "look"})
    assert looked.status_code == 200
    assert "2 entries" in looked.text
    assert 'name="option_branch"' in looked.text
    typed = {"address": str(hub.hub), "kind": "gitmodules", "act": "follow", "trust": "listed"}
    made = await client.post("/feeds/new", data=typed)
    assert made.status_code == 303
    place = made.headers["location"]
    feed_id = UUID(place.rpartition("/")[2])
    again = await client.post("/feeds/new", data=typed)
    assert (again.status_code, place in again.text) == (422, True)
    await tasks.read_feed(platform, feed_id=str(feed_id))
    page = (await client.get(place)).text
    assert 'href="/catalog/alpha"' in page
    assert "There is no folder" in page
    assert 'href="/catalog/alpha"' not in (await client.get(f"{place}?state=refused")).text
    told = (await client.get(f"/api/v1{place}")).json()
    assert (told["counts"]["imported"], told["counts"]["refused"], told["state"]) == (1, 1, "followed")
    items = (await client.get(f"/api/v1{place}/items", params={"limit": 1})).json()
    more = (await client.get(f"/api/v1{place}/items", params={"cursor": items["next"]})).json()
    assert [each["key"] for each in (*items["items"], *more["items"])] == ["alpha", "beta"]
    assert (await client.post(f"/api/v1{place}/check")).status_code == 202
    assert {each["kind"] for each in (await client.get("/api/v1/feed-kinds")).json()} >= {"gitmodules", "oai"}
    assert f'It comes from a list: <a href="{place}">' in (await client.get("/catalog/alpha?tab=source")).text
    seen = await (await api_for(grace)).get(place)
    assert "Stop following" not in seen.text
    wrong = await client.post(f"{place}/remove", data={"confirm": "x"})
    assert wrong.status_code == 400
    gone = await client.post(f"{place}/remove", data={"confirm": str(hub.hub)})
    assert gone.status_code == 303
    assert (await client.get("/api/v1/modules/alpha")).json()["trust"] == "listed"


async def test_a_list_is_followed_by_command(
    platform: Platform, ada: Actor, hub: Hub, command: Callable[..., Any]
) -> None:
    hub.module("alpha")
    hub.names("alpha")
    assert "alpha" in await command("feed", "add", hub.address, "--preview")
    await command("feed", "add", hub.address, "--listed", "--remove-gone")
    async with platform.transaction(ada) as session:
        [made] = (await feeds.feeds(session, ada)).items
    assert (made.trust, made.keep) == ("listed", False)
    await work(platform, made.id)
    shown = await command("feed", "show", str(made.id))
    assert "1 of 1" in shown
    await command("feed", "remove", str(made.id), "--yes")
    async with platform.transaction(ada) as session:
        assert not (await feeds.feeds(session, ada)).items
