"""What is kept of a person is shown to them whole, and is gone from everywhere when they erase it."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, insert, select, text, update

from fairhaven.audit import service as audit
from fairhaven.audit.appending import append
from fairhaven.audit.schemas import Filter
from fairhaven.core.db import Base, now
from fairhaven.core.facts import FactRow
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.identity import service as identity
from fairhaven.projects import service as projects

ADDRESS = "2001:db8::77"


async def anywhere(platform: Platform, words: str) -> Sequence[str]:
    """The tables that have a row with these words."""
    async with platform.transaction() as session:
        tables = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        return [
            table
            for table in tables
            if await session.scalar(
                text(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE :words'),
                {"words": f"%{words}%"},
            )
        ]


async def referring(platform: Platform, person: Actor) -> Sequence[str]:
    """The tables whose rows belong to a person, by a foreign key."""
    found = []
    async with platform.transaction() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if any(key.target_fullname == "people.id" for key in column.foreign_keys):
                    count = await session.scalar(select(func.count()).where(column == person.id))
                    found += [table.name] if count else []
    return found


async def everywhere(platform: Platform, person: Actor, project_id: UUID) -> None:
    """Leave traces of a person in each table that may have some."""
    later, key = now() + timedelta(hours=1), {"person_id": person.id}
    traces: list[tuple[str, dict[str, Any]]] = [
        ("identities", {**key, "issuer": "https://issuer.example", "subject": "dora-at-melpomene",
                        "name": person.name, "email": "dora@melpomene.example"}),
        ("local_accounts", {**key, "name": "melpomene"}),
        ("sign_in_flows", {**key, "digest": "1", "browser": "1", "issuer": "x", "return_to": "/",
                           "expires_at": later}),
        ("sign_in_links", {**key, "digest": "1", "expires_at": later}),
        ("device_logins", {**key, "digest": "1", "user_code": "BCDF-BCDF", "expires_at": later}),
        ("sessions", {**key, "digest": "1", "expires_at": later, "agent": "x", "address": ADDRESS}),
        ("saved_searches", {**key, "name": "melpomene", "query": "q=x"}),
        ("accepted_terms", {**key, "project_id": project_id, "version": 1, "accepted_at": now()}),
        ("invitations", {"project_id": project_id, "inviter_id": UUID(int=0), "digest": "1",
                         "level": "viewer", "email": "Dora@melpomene.example", "most": 1,
                         "expires_at": later}),
    ]  # fmt: skip
    async with platform.transaction() as session:
        inviter = await session.scalar(text("SELECT id FROM people ORDER BY id LIMIT 1"))
        for name, values in traces:
            values = {**values, "inviter_id": inviter} if "inviter_id" in values else values
            await session.execute(insert(Base.metadata.tables[name]).values(**values))


async def flaws(platform: Platform, actor: Actor) -> Sequence[str]:
    while await append(platform):
        pass
    async with platform.transaction(actor) as session:
        return [each.wrong for each in (await audit.verify(session, actor)).flaws]


@pytest.fixture
async def dora(platform: Platform, project_id: UUID) -> Actor:
    """Somebody with a name and an address that nothing else has."""
    async with platform.transaction() as session:
        made = await identity.add_person(session, "Dora Melpomene", email="dora@melpomene.example")
        await projects.add_member(session, project_id, made.id, Role.DEVELOPER)
    return Actor(id=made.id, name=made.name, roles={project_id: Role.DEVELOPER})


async def test_everything_is_shown_and_everything_can_be_erased(
    platform: Platform, dora: Actor, project_id: UUID, ada: Actor, api_for: Callable[..., Any]
) -> None:
    api: httpx.AsyncClient = await api_for(dora)
    assert (await api.post("/api/v1/tokens", json={"name": "for my laptop"})).status_code == 201
    assert (await api.put("/api/v1/secrets/mine", json={"value": "x y z"})).is_success
    async with platform.transaction() as session:  # as when she comes through a gateway
        await session.execute(update(FactRow).where(FactRow.actor_id == dora.id).values(address=ADDRESS))

    await everywhere(platform, dora, project_id)
    data = (await api.get("/api/v1/me/data")).json()
    assert data["identity"]["identities"][0]["subject"] == "dora-at-melpomene"
    assert (data["identity"]["name"], data["identity"]["email"]) == (dora.name, "dora@melpomene.example")
    assert "for my laptop" in [each["name"] for each in data["identity"]["tokens"]]
    assert [each["level"] for each in data["projects"]["memberships"]] == ["developer"]
    assert [each["name"] for each in data["secrets"]["secrets"]] == ["mine"]
    assert data["audit"]["acts"][0]["address"] == ADDRESS

    assert (await api.post("/api/v1/me/erasure", json={"name": "Dora"})).status_code == 422
    assert (await api.post("/api/v1/me/erasure", json={"name": dora.name})).status_code == 204
    assert (await api.get("/api/v1/me")).status_code == 401
    for words in ("Melpomene", "melpomene", ADDRESS, "for my laptop"):
        left = await anywhere(platform, words)
        assert left == (["facts"] if words == "for my laptop" else []), words
    assert await referring(platform, dora) == []


async def test_the_audit_log_still_holds_and_a_name_cannot_be_hidden(
    platform: Platform, dora: Actor, grace: Actor, ada: Actor, api_for: Callable[..., Any]
) -> None:
    for actor in (dora, grace):
        api = await api_for(actor)
        await api.post("/api/v1/tokens", json={"name": "one"})
    assert await flaws(platform, ada) == []
    api = await api_for(dora)
    assert (await api.post("/api/v1/me/erasure", json={"name": dora.name})).status_code == 204
    assert await flaws(platform, ada) == []
    async with platform.transaction(ada) as session:
        found = await audit.entries(session, ada, Filter(who=str(dora.id)), limit=50, cursor=None)
    assert {each.actor for each in found.items} == {"somebody who left"}

    by_grace = FactRow.actor_id == grace.id
    async with platform.transaction() as session:
        await session.execute(update(FactRow).where(by_grace).values(actor_name="somebody else"))
    assert "changed" in await flaws(platform, ada)
    async with platform.transaction() as session:
        await session.execute(update(FactRow).where(by_grace).values(salt=None))
    assert set(await flaws(platform, ada)) == {"hidden"}


async def test_an_export_shows_who_it_was_and_whether_that_was_changed(
    platform: Platform, api: httpx.AsyncClient, command: Callable[..., Any], tmp_path: Path
) -> None:
    await api.post("/api/v1/tokens", json={"name": "one"})
    while await append(platform):
        pass
    exported = await api.get("/api/v1/audit/export", params={"form": "jsonl"})
    file = tmp_path / "export.jsonl"
    file.write_bytes(exported.content)
    assert "follow from one another" in await command("audit", "verify", str(file))
    lines = [json.loads(line) for line in exported.text.splitlines()]
    lines[-1]["who"]["actor"] = "somebody else"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "it names somebody else" in await command("audit", "verify", str(file), code=1)


async def test_nobody_leaves_a_project_or_the_platform_without_a_manager(
    platform: Platform, ada: Actor, grace: Actor, api: httpx.AsyncClient, api_for: Callable[..., Any],
    project_id: UUID,
) -> None:  # fmt: skip
    refused = await api.post("/api/v1/me/erasure", json={"name": ada.name})
    assert refused.status_code == 409
    assert refused.json()["title"] == "The project needs a manager"
    hers: httpx.AsyncClient = await api_for(grace)
    assert (await hers.post("/api/v1/me/erasure", json={"name": grace.name})).is_success
    refused = await api.post("/api/v1/me/erasure", json={"name": ada.name})
    assert (refused.status_code, refused.json()["title"]) == (
        409,
        "Nobody else administers this installation",
    )
    async with platform.transaction() as session:
        before = await session.scalar(select(FactRow.actor_name).where(FactRow.actor_id == ada.id).limit(1))
    assert before in (None, ada.name)


async def test_a_limited_token_neither_sees_nor_erases(
    api_for: Callable[..., Any], platform: Platform, dora: Actor, project_id: UUID
) -> None:
    for limit in ({"scopes": ["*:*"]}, {"project_id": str(project_id)}):
        secret = (await (await api_for(dora)).post("/api/v1/tokens", json={"name": "x", **limit})).json()
        headers = {"Authorization": f"Bearer {secret['secret']}"}
        api = await api_for(None)
        assert (await api.get("/api/v1/me/data", headers=headers)).status_code == 403
        answer = await api.post("/api/v1/me/erasure", json={"name": dora.name}, headers=headers)
        assert answer.status_code == 403


async def test_the_command_exports(command: Callable[..., Any], dora: Actor) -> None:
    assert json.loads(await command("data", "export", actor=dora))["identity"]["name"] == dora.name
