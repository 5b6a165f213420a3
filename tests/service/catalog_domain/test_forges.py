"""What forges say where authors are silent: answers of the three kinds, served by a real HTTP server.

The answers in `tests/recorded/forges` have the shapes that the forges document; names in them are made up.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import delete, select, update

from fairhaven.catalog import forge_tasks, metadata, service
from fairhaven.catalog.exports import formats
from fairhaven.catalog.exports.item import Item, Site
from fairhaven.catalog.models import ForgeLookRow, ForgeRow, ModuleRow
from fairhaven.catalog.schemas import Module, SourceSpec
from fairhaven.catalog.service import Inspected
from fairhaven.cli import doctor
from fairhaven.core.forges import ForgeHost
from fairhaven.core.platform import Platform
from fairhaven.core.policy import ANONYMOUS, Actor
from fairhaven.core.sources import Revision
from fairhaven.core.testing.recorded import NOT_FOUND, Answer, Asked, Recorded, recorded

RECORDED = Path(__file__).parents[2] / "recorded" / "forges"
SILENT = """\
metadata_version: 2.3.0
title: A model
summary: Says little.
description: It says little of itself.
links: {source_code: "https://example.org/a/model"}
libraries: [Other]
tasks: [Other]
categories: [AI4 inference]
tags: [little]
"""
TALKATIVE = SILENT + "license: MIT\ndates: {created: '2020-01-01', updated: '2020-02-02'}\n"
GITHUB = "/repos/ai4os-hub/mods"
GITLAB = "/api/v4/projects/marine%2Fmodels%2Fseabirds"
GITEA = "/api/v1/repos/fjord/plankton"
HOUR = timedelta(hours=1)


def told(name: str, etag: str = "") -> Answer:
    said = json.loads((RECORDED / f"{name}.json").read_text())
    return Answer.json(said, ETag=etag) if etag else Answer.json(said)


@pytest.fixture
def forge() -> Iterator[Recorded]:
    with recorded({}) as server:
        server.answers.update(
            {
                GITHUB: told("github-repository", etag='W/"one"'),
                f"{GITHUB}/contributors": told("github-contributors"),
                f"{GITHUB}/releases/latest": told("github-release"),
                GITLAB: told("gitlab-project"),
                f"{GITLAB}/repository/commits": told("gitlab-commits"),
                f"{GITLAB}/repository/contributors": told("gitlab-contributors"),
                f"{GITLAB}/repository/tags": told("gitlab-tags"),
                "/api/v4/version": Answer.json({"message": "401 Unauthorized"}, 401),
                GITEA: told("gitea-repository"),
                f"{GITEA}/commits": told("gitea-commits"),
                f"{GITEA}/releases/latest": told("gitea-release"),
                "/api/v1/version": NOT_FOUND,
            }
        )
        yield server


@pytest.fixture
def world(platform: Platform, ada: Actor, project_id: UUID, forge: Recorded) -> "World":
    return World(platform, ada, project_id, forge)


class World:
    """A platform on which modules come from one forge on this machine."""

    def __init__(self, platform: Platform, ada: Actor, project_id: UUID, forge: Recorded) -> None:
        self.platform, self.ada, self.project_id, self.forge = platform, ada, project_id, forge
        self.host = forge.url.partition("://")[2]
        self.set_up()

    def set_up(self, **setting: Any) -> None:
        forges = [ForgeHost(host=self.host, **setting)] if setting else []
        changes = {"forges": forges, "outbound_allow": ["127.0.0.0/8"]}
        self.platform.settings = self.platform.settings.model_copy(update=changes)

    async def register(self, path: str = "ai4os-hub/mods", text: str = SILENT) -> Module:
        spec = SourceSpec(url=f"{self.forge.url}/{path}.git")
        content = metadata.parse(text).metadata
        assert content is not None
        inspected = Inspected(Revision("a" * 40, "main"), content, ())
        async with self.platform.transaction(self.ada) as session:
            return await service.register(session, self.ada, self.project_id, spec, inspected)

    async def fill(self, *, again: bool = True) -> None:
        """Let the job run; `again`: as if its time had come."""
        if again:
            async with self.platform.transaction() as session:
                await session.execute(update(ForgeLookRow).values(next_at=datetime.now(UTC) - HOUR))
        await forge_tasks.fill(self.platform)

    async def module(self, name: str = "mods") -> Module:
        async with self.platform.transaction() as session:
            return await service.module(session, ANONYMOUS, name)

    async def values(self, name: str = "mods") -> dict[str, Any]:
        return {key: each.value for key, each in (await self.module(name)).filled.items()}

    async def row(self, kind: type[Any]) -> Any:
        async with self.platform.transaction() as session:
            return await session.scalar(select(kind))


async def test_github_says_what_the_repository_does_not(world: World) -> None:
    world.set_up(kind="github", api=world.forge.url)
    made = await world.register()
    assert made.filled == {}
    await world.fill(again=False)
    module = await world.module()
    assert {key: each.value for key, each in module.filled.items()} == {
        "license": "Apache-2.0",
        "created": "2022-09-08T12:57:01+00:00",
        "pushed": "2025-11-14T09:26:40+00:00",  # not `updated_at`, which a star changes
        "contributors": ["alovelace", "ghopper"],
        "stars": 7,
        "latest_release": {
            "name": "v1.2.0",
            "url": "https://github.com/ai4os-hub/mods/releases/tag/v1.2.0",
            "at": "2025-11-14T09:30:12+00:00",
        },
        "topics": ["deep-learning", "intrusion-detection"],
        "default_branch": "main",
        "archived": False,
        "homepage": "https://mods.example.org/",
        "issues": "https://github.com/ai4os-hub/mods/issues",
    }
    assert {each.source for each in module.filled.values()} == {world.host}
    assert module.license == "Apache-2.0"
    assert module.metadata["license"] is None
    assert module.updated_at > made.updated_at
    assert all(each.headers["user-agent"] == "fairhaven" for each in world.forge.asked)
    async with world.platform.transaction() as session:
        found = await service.modules(session, ANONYMOUS, facets={"license": ["Apache-2.0"]})
    assert [each.name for each in found.items] == ["mods"]


async def test_gitlab_is_recognised_and_its_groups_are_kept(world: World) -> None:
    await world.register("marine/models/seabirds")
    await world.fill()
    values = await world.values("seabirds")
    assert values["license"] == "GPL-3.0-only"
    assert values["pushed"] == "2025-06-03T17:01:11+02:00"  # not `last_activity_at`, which a comment changes
    assert values["contributors"] == ["Ada Lovelace", "Grace Hopper"]
    assert values["latest_release"] == {"name": "v0.3"}
    assert (values["stars"], values["archived"], values["topics"]) == (12, True, ["birds", "counting"])
    assert values["issues"].endswith("/marine/models/seabirds/-/issues")
    row = await world.row(ForgeRow)
    assert (row.host, row.kind) == (world.host, "gitlab")
    asked = len(world.forge.asked)
    await world.fill()
    assert not any("version" in each.path for each in world.forge.asked[asked:]), "it is remembered"


async def test_gitea_and_forgejo_are_recognised(world: World) -> None:
    world.forge.answers["/api/v1/version"] = Answer.json({"version": "12.0.1+gitea-1.22.0"})
    await world.register("fjord/plankton")
    await world.fill()
    values = await world.values("plankton")
    assert (values["license"], values["stars"]) == ("EUPL-1.2", 4)
    assert values["pushed"] == "2025-01-02T03:04:05+01:00"
    assert values["latest_release"]["name"] == "2.0"
    assert "homepage" not in values


async def test_no_address_of_e_mail_is_kept(world: World) -> None:
    for path in ("marine/models/seabirds", "fjord/plankton"):
        await world.register(path)
    await world.fill()
    look = await world.row(ForgeLookRow)
    assert "@" not in json.dumps(look.answers)


async def test_what_authors_say_counts_and_is_not_filled(world: World) -> None:
    world.set_up(kind="github", api=world.forge.url)
    await world.register(text=TALKATIVE)
    await world.fill()
    values = await world.values()
    assert values.keys().isdisjoint({"license", "created"})
    assert (await world.module()).license == "MIT"


async def test_what_did_not_change_is_asked_for_by_its_tag(world: World) -> None:
    world.set_up(kind="github", api=world.forge.url)
    await world.register()
    await world.fill()
    before = await world.module()

    def unchanged(asked: Asked) -> Answer:
        assert asked.headers["if-none-match"] == 'W/"one"'
        return Answer(status=304, headers={"ETag": 'W/"one"'})

    world.forge.answers[GITHUB] = unchanged
    await world.fill()
    after = await world.module()
    assert await world.values() | {} == {key: each.value for key, each in before.filled.items()}
    assert after.filled["stars"].at > before.filled["stars"].at
    assert after.updated_at == before.updated_at


# What GitHub, GitLab and proxies say when one asks too often, and for how many seconds that counts.
LIMITS: tuple[tuple[int, dict[str, str], int], ...] = (
    (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{in half an hour}"}, 1800),
    (429, {"Retry-After": "90"}, 90),
    (429, {"RateLimit-Remaining": "0", "RateLimit-Reset": "600"}, 600),
    (403, {}, 60),  # GitHub's secondary limits: it says so in words only
    (503, {"Retry-After": "120"}, 120),
    (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{in half an hour}"}, 1800),
    (429, {"Retry-After": "99999999999"}, 86_400),
)


async def test_limits_are_obeyed_for_all_modules_of_the_forge(world: World) -> None:
    world.set_up(kind="github", api=world.forge.url)
    later = str(int((datetime.now(UTC) + timedelta(minutes=30)).timestamp()))
    for name in ("mods", "other"):
        await world.register(f"ai4os-hub/{name}")
    for status, headers, wait in LIMITS:
        given = {name: later if "{" in value else value for name, value in headers.items()}
        body = told("github-repository" if status == 200 else "github-limited").body
        world.forge.answers[GITHUB] = world.forge.answers["/repos/ai4os-hub/other"] = Answer(
            body, status, given
        )
        world.forge.asked.clear()
        moment = datetime.now(UTC)
        for _ in range(2):
            await world.fill()
        row = await world.row(ForgeRow)
        assert abs((row.paused_until - moment).total_seconds() - wait) < 5, (status, headers)
        assert len([each for each in world.forge.asked if each.path.startswith("/repos")]) == 1, "once in all"
        look = await world.row(ForgeLookRow)
        assert (look.next_at, look.failures) == (row.paused_until, 0)
        async with world.platform.transaction() as session:
            await session.execute(delete(ForgeRow))


async def test_a_forge_that_goes_on_refusing_is_asked_less_and_less(world: World) -> None:
    world.set_up(kind="github", api=world.forge.url)
    world.forge.answers[GITHUB] = Answer(told("github-limited").body, 403)
    await world.register()
    waits = []
    for _ in range(4):
        await world.fill()
        row = await world.row(ForgeRow)
        waits.append(round((row.paused_until - datetime.now(UTC)).total_seconds() / 60))
        async with world.platform.transaction() as session:
            await session.execute(update(ForgeRow).values(paused_until=None))
    assert waits == [1, 2, 4, 8]
    world.forge.answers[GITHUB] = told("github-repository")
    await world.fill()
    assert (await world.row(ForgeRow)).refusals == 0
    assert (await world.values())["stars"] == 7


FAULTS = (
    (Answer.json({"message": "Not Found"}, 404), "no such repository"),
    (Answer(b"down", 502), "status 502"),
    (Answer(b"<html>It works!</html>"), "not understood"),
    (Answer(b"[" * 100_000), "not understood"),
    (Answer.json({"hello": "world"}), "not understood"),
    (Answer(b"0" * (3 << 20)), "larger than 2 MiB"),
    (Answer(status=302, headers={"Location": "http://10.1.2.3/"}), "public network"),
    (Answer(b"{}" * 99, cut=7), "could not be asked"),
)


async def test_a_forge_that_fails_changes_nothing_and_is_asked_less_and_less(world: World) -> None:
    world.set_up(kind="github", api=world.forge.url)
    await world.register()
    await world.fill()
    before = await world.values()
    for failures, (answer, words) in enumerate(FAULTS, start=1):
        world.forge.answers[GITHUB] = answer
        await world.fill()
        look = await world.row(ForgeLookRow)
        assert words in look.problem, look.problem
        hours = round((look.next_at - datetime.now(UTC)) / HOUR)
        assert (look.failures, hours) == (failures, min(2 ** (failures - 1), 24))
    assert await world.values() == before


async def test_values_of_another_kind_are_left_out(world: World) -> None:
    world.set_up(kind="github", api=world.forge.url)
    given = json.loads(told("github-repository").body)
    given |= {
        "license": {"spdx_id": "NOASSERTION"},
        "created_at": "yesterday",
        "stargazers_count": -1,
        "topics": [{}, "x" * 900, "fine", 7],
        "homepage": "javascript:alert(1)",
        "html_url": "https://user:secret@github.com/x",
        "archived": "no",
        "default_branch": ["main"],
    }
    world.forge.answers[GITHUB] = Answer.json(given)
    await world.register()
    await world.fill()
    values = await world.values()
    assert (
        values.keys() & {"license", "created", "stars", "homepage", "issues", "archived", "default_branch"}
        == set()
    )
    assert values["topics"] == ["x" * 80, "fine"]


async def test_a_token_goes_to_its_forge_and_nowhere_else(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FORGE_TOKEN", "s3cret-token")
    world.set_up(kind="github", api=world.forge.url, token="environment:FORGE_TOKEN")
    with recorded({"*": told("github-repository")}) as elsewhere:
        world.forge.answers[GITHUB] = Answer(status=302, headers={"Location": f"{elsewhere.url}/x"})
        await world.register()
        await world.fill()
        assert world.forge.asked[0].headers["authorization"] == "Bearer s3cret-token"
        assert "authorization" not in elsewhere.asked[0].headers
    world.forge.answers[GITHUB] = Answer(b"bad credentials", 401)
    await world.fill()
    look = await world.row(ForgeLookRow)
    assert "status 401" in look.problem
    assert "s3cret" not in caplog.text + json.dumps(look.answers) + look.problem
    assert not any("s3cret" in each.target for each in world.forge.asked)


def test_the_doctor_sees_a_kind_that_nobody_knows_and_a_token_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORGE_TOKEN", "s3cret-token")
    found = [
        doctor._forge(ForgeHost(host="git.example.org", **given))
        for given in (
            {"token": "environment:FORGE_TOKEN"},
            {"token": "environment:NOT_THERE"},
            {"kind": "gitlub"},
            {"kind": "git"},
        )
    ]
    assert [each.well for each in found] == [True, False, False, True]
    assert "NOT_THERE" in found[1].word
    assert "gitea, github, gitlab" in found[2].advice
    assert not any("s3cret" in each.word for each in found)


async def test_a_machine_that_is_no_forge_is_asked_nothing_more(world: World) -> None:
    world.forge.answers["/api/v4/version"] = NOT_FOUND
    await world.register()
    await world.fill()
    assert (await world.row(ForgeRow)).kind == "git"
    asked = [each.path for each in world.forge.asked if each.path.startswith("/api")]
    assert sorted(asked) == ["/api/v1/version", "/api/v4/version"]
    world.set_up(kind="git")
    world.forge.asked.clear()
    await world.fill()
    assert not [each for each in world.forge.asked if each.path.startswith("/api")]


async def test_a_kind_that_nobody_knows_and_a_source_of_before_keep_no_other_waiting(world: World) -> None:
    made = await world.register("marine/models/seabirds")
    await world.register()
    async with world.platform.transaction() as session:
        odd = update(ModuleRow).where(ModuleRow.id == made.id).values(source="https://münster.example/a/b")
        await session.execute(odd)
    world.set_up(kind="gitlub")
    await world.fill()
    async with world.platform.transaction() as session:
        looks = {each.module_id: each.problem for each in await session.scalars(select(ForgeLookRow))}
    assert "other letters" in looks.pop(made.id)
    assert ["`gitlub`" in (problem or "") for problem in looks.values()] == [True]


async def test_nobody_is_asked_when_the_settings_say_so(world: World) -> None:
    changes = {"forge_interval": 0.0}
    world.platform.settings = world.platform.settings.model_copy(update=changes)
    await world.register()
    await world.fill()
    assert world.forge.asked == []


async def test_developers_are_told_what_went_wrong(
    world: World, api_for: Callable[..., Any], grace: Actor, bob: Actor
) -> None:
    world.set_up(kind="github", api=world.forge.url)
    world.forge.answers[GITHUB] = Answer(b"down", 502)
    await world.register()
    await world.fill()
    developer, stranger = await api_for(grace), await api_for(bob)
    found = (await developer.get("/api/v1/modules/mods/forge-look")).json()
    assert "status 502" in found["problem"]
    page = await developer.get("/catalog/mods?tab=source", headers={"Accept": "text/html"})
    assert "status 502" in page.text
    assert (await stranger.get("/api/v1/modules/mods/forge-look")).status_code == 403


async def test_exports_and_pages_say_who_said_it(world: World, api_for: Callable[..., Any]) -> None:
    world.set_up(kind="github", api=world.forge.url)
    await world.register()
    await world.fill()
    async with world.platform.transaction() as session:
        found = await service.exported(session, ANONYMOUS, Site("F", "https://f.example"), "mods")
    item = found.told()
    assert isinstance(item, Item)
    assert (item.licence and item.licence.text, item.created.isoformat()) == ("Apache-2.0", "2022-09-08")
    assert item.modified.isoformat() == "2025-11-14"
    assert item.filled["license"] == item.filled["dates"] == world.host
    citation = formats.DOCUMENTS["cff"].make(item)
    assert 'license: "Apache-2.0"' in citation
    turtle = next(
        each for name, profile, each in formats.offered() if (name, profile) == ("turtle", "fair4ml")
    )
    assert "https://github.com/ai4os-hub/mods/issues" in turtle.make(item)
    nobody: httpx.AsyncClient = await api_for(None)
    page = (await nobody.get("/catalog/mods", headers={"Accept": "text/html"})).text
    assert f"From {world.host}" in page
    for words in ("Apache-2.0", "alovelace, ghopper", "v1.2.0"):
        assert words in page
