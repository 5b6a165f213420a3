"""Secrets are put, listed, replaced and deleted by the right people, and never read back by anybody."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from fairhaven.core import facts
from fairhaven.core.db import now
from fairhaven.core.errors import Conflict, NotAllowed, NotFound, SignInNeeded
from fairhaven.core.ids import new_id
from fairhaven.core.platform import Platform
from fairhaven.core.policy import ANONYMOUS, Actor, Role
from fairhaven.core.testing import make
from fairhaven.core.testing.jobs import drain
from fairhaven.secrets import service, tasks
from fairhaven.secrets.models import SecretRow, SecretValueRow
from fairhaven.secrets.ports import Owner, OwnerKind, Place
from fairhaven.secrets.schemas import Secret

VALUE = SecretStr("correct horse battery staple")


async def put(platform: Platform, actor: Actor, name: str, project_id: UUID | None = None) -> Secret:
    owner = service.of_project(project_id) if project_id else service.own(actor)
    return await service.put(platform, actor, owner, name, VALUE)


async def named(platform: Platform, actor: Actor, project_id: UUID | None = None) -> list[str]:
    owner = service.of_project(project_id) if project_id else service.own(actor)
    async with platform.transaction(actor) as session:
        return [each.name for each in await service.secrets(session, actor, owner)]


async def remove(platform: Platform, actor: Actor, name: str, project_id: UUID | None = None) -> None:
    owner = service.of_project(project_id) if project_id else service.own(actor)
    async with platform.transaction(actor) as session:
        await service.delete(session, actor, owner, name)


async def values(platform: Platform) -> int:
    async with platform.transaction() as session:
        return len((await session.scalars(select(SecretValueRow))).all())


async def told(platform: Platform) -> list[tuple[str, dict[str, object]]]:
    async with platform.transaction() as session:
        rows = await session.scalars(
            select(facts.FactRow).where(facts.FactRow.kind.like("secret.%")).order_by(facts.FactRow.seq)
        )
        return [(row.kind, row.data) for row in rows]


async def test_own_secrets_are_put_listed_and_deleted(platform: Platform, grace: Actor) -> None:
    kept = await put(platform, grace, "my-token")
    assert (kept.name, kept.version, kept.project_id, kept.delivered_at) == ("my-token", 1, None, None)
    await put(platform, grace, "another")
    assert await named(platform, grace) == ["another", "my-token"]
    await remove(platform, grace, "my-token")
    assert await named(platform, grace) == ["another"]
    with pytest.raises(NotFound):
        await remove(platform, grace, "my-token")


async def test_a_new_value_is_a_new_version_and_the_last_one_is_erased(
    platform: Platform, grace: Actor
) -> None:
    first = await put(platform, grace, "my-token")
    second = await put(platform, grace, "my-token")
    assert (first.version, second.version) == (1, 2)
    assert second.updated_at > first.updated_at
    assert second.created_at == first.created_at
    assert await values(platform) == 2
    await drain(platform)
    assert await values(platform) == 1


async def test_a_deleted_secret_is_erased_and_its_name_is_free_at_once(
    platform: Platform, grace: Actor
) -> None:
    await put(platform, grace, "my-token")
    await remove(platform, grace, "my-token")
    again = await put(platform, grace, "my-token")
    assert again.version == 1
    await drain(platform)
    assert await values(platform) == 1
    store = service.store_of(platform)
    async with platform.transaction() as session:
        row = await session.scalar(select(SecretRow))
    assert row is not None
    assert await store.read(service.place_of(row), 1) == VALUE.get_secret_value()


async def test_facts_tell_names_and_no_values(platform: Platform, grace: Actor, project_id: UUID) -> None:
    await put(platform, grace, "my-token")
    await remove(platform, grace, "my-token")
    seen = await told(platform)
    assert [kind for kind, _ in seen] == ["secret.stored", "secret.deleted"]
    for _, data in seen:
        assert (data["name"], data["person"], data["project"]) == ("my-token", str(grace.id), None)
        assert VALUE.get_secret_value() not in str(data)


async def test_two_people_may_have_secrets_of_one_name(platform: Platform, ada: Actor, grace: Actor) -> None:
    assert (await put(platform, ada, "my-token")).version == 1
    assert (await put(platform, grace, "my-token")).version == 1
    await remove(platform, ada, "my-token")
    assert await named(platform, grace) == ["my-token"]


async def test_nobody_else_sees_or_touches_own_secrets(platform: Platform, ada: Actor, grace: Actor) -> None:
    """Not even an administrator."""
    await put(platform, grace, "my-token")
    graces = service.own(grace)
    assert await named(platform, ada) == []
    async with platform.transaction(ada) as session:
        with pytest.raises(NotFound):
            await service.secrets(session, ada, graces)
        with pytest.raises(NotFound):
            await service.delete(session, ada, graces, "my-token")
    with pytest.raises(NotFound):
        await service.put(platform, ada, graces, "my-token", VALUE)


async def test_nobody_keeps_no_secrets() -> None:
    with pytest.raises(SignInNeeded):
        service.own(ANONYMOUS)


@pytest.mark.parametrize(
    ("role", "may_list", "may_change"),
    [
        (Role.VIEWER, False, False),
        (Role.MEMBER, False, False),
        (Role.DEVELOPER, True, False),
        (Role.MANAGER, True, True),
    ],
)
async def test_secrets_of_a_project_are_kept_by_managers_and_known_to_developers(
    platform: Platform, ada: Actor, project_id: UUID, role: Role, may_list: bool, may_change: bool
) -> None:
    await put(platform, ada, "shared", project_id)
    actor = await make.person(platform, "Mary", project_id, role)
    if may_list:
        assert await named(platform, actor, project_id) == ["shared"]
    else:
        with pytest.raises(NotAllowed):
            await named(platform, actor, project_id)
    if may_change:
        assert (await put(platform, actor, "shared", project_id)).version == 2
        await remove(platform, actor, "shared", project_id)
    else:
        with pytest.raises(NotAllowed):
            await put(platform, actor, "shared", project_id)
        with pytest.raises(NotAllowed):
            await remove(platform, actor, "shared", project_id)
        await drain(platform)
        assert await values(platform) == 1


async def test_foreign_projects_and_projects_that_are_not_there_have_no_secrets(
    platform: Platform, ada: Actor, bob: Actor, project_id: UUID
) -> None:
    await put(platform, ada, "shared", project_id)
    for actor, project in ((bob, project_id), (ada, new_id())):
        with pytest.raises(NotFound):
            await named(platform, actor, project)
        with pytest.raises(NotFound):
            await put(platform, actor, "shared", project)
        with pytest.raises(NotFound):
            await remove(platform, actor, "shared", project)
    assert await values(platform) == 1


async def test_first_values_put_at_the_same_time_make_one_secret(platform: Platform, grace: Actor) -> None:
    results = await asyncio.gather(
        *(put(platform, grace, "my-token") for _ in range(6)), return_exceptions=True
    )
    assert all(isinstance(each, Secret | Conflict) for each in results)
    assert await named(platform, grace) == ["my-token"]
    async with platform.transaction() as session:
        row = await session.scalar(select(SecretRow))
    assert row is not None
    assert await service.store_of(platform).read(service.place_of(row), row.version)


async def test_there_is_an_end_to_how_many_one_may_keep(
    platform: Platform, grace: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST", 2)
    for name in ("one", "two", "two"):
        await put(platform, grace, name)
    with pytest.raises(service.TooManySecrets, match="2 already"):
        await put(platform, grace, "three")


async def test_values_that_no_row_names_are_swept_when_they_are_old(platform: Platform, grace: Actor) -> None:
    await put(platform, grace, "my-token")
    store = service.store_of(platform)
    owner = Owner(OwnerKind.PERSON, new_id())
    old = UUID(int=new_id().int - (int(timedelta(hours=2).total_seconds() * 1000) << 80))
    for each in (old, new_id()):
        await store.put(Place(owner, each, "orphan"), "value")
    await tasks.sweep(platform)
    assert await values(platform) == 2
    async with platform.transaction() as session:
        assert await session.get(SecretValueRow, (old, 1)) is None


async def test_secrets_go_with_their_person(platform: Platform) -> None:
    mary = await make.person(platform, "Mary")
    await put(platform, mary, "my-token")
    async with platform.transaction() as session:
        await session.execute(text("DELETE FROM people WHERE id = :id"), {"id": mary.id})
    async with platform.transaction() as session:
        assert (await session.scalars(select(SecretRow))).all() == []


async def test_times_are_told(platform: Platform, grace: Actor) -> None:
    began = now()
    kept = await put(platform, grace, "my-token")
    assert began <= kept.created_at <= kept.updated_at <= now()
