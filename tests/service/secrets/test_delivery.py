"""Who gets which secrets: the owner's own and the project's, as rights are at the moment of delivery."""

from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from fairhaven.core import facts
from fairhaven.core.ids import new_id
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.core.testing import make
from fairhaven.projects import service as projects
from fairhaven.secrets import delivery, service
from fairhaven.secrets.delivery import Recipient, SecretMissing
from fairhaven.secrets.models import SecretRow, SecretValueRow
from fairhaven.secrets.ports import StoreFailed

VALUE = "correct horse battery staple"


@pytest.fixture
def recipient(grace: Actor, project_id: UUID) -> Recipient:
    assert grace.id is not None
    return Recipient(workload=new_id(), name="digits", owner_id=grace.id, project_id=project_id)


async def put(
    platform: Platform, actor: Actor, name: str, value: str = VALUE, project_id: UUID | None = None
) -> None:
    owner = service.of_project(project_id) if project_id else service.own(actor)
    await service.put(platform, actor, owner, name, SecretStr(value))


async def test_own_secrets_and_the_projects_are_delivered_and_told(
    platform: Platform, ada: Actor, grace: Actor, project_id: UUID, recipient: Recipient
) -> None:
    await put(platform, grace, "token", "grace's")
    await put(platform, ada, "token", "the project's", project_id)
    given = await delivery.deliver(platform, recipient, ["token", "project/token", "token"])
    assert given.values == {"token": "grace's", "project/token": "the project's"}
    assert VALUE not in repr(given)
    async with platform.transaction() as session:
        rows = await session.scalars(select(facts.FactRow).where(facts.FactRow.kind == "secret.delivered"))
        told = {row.project_id: row.data for row in rows}
        assert all((await session.scalars(select(SecretRow.delivered_at))).all())
    assert told.keys() == {None, project_id}
    assert {each["workload"] for each in told.values()} == {str(recipient.workload)}
    assert "grace's" not in str(told)
    assert "the project's" not in str(told)


async def test_nothing_asked_for_is_nothing_delivered(platform: Platform, recipient: Recipient) -> None:
    assert (await delivery.deliver(platform, recipient, [])).values == {}


async def test_anothers_secret_is_not_there(platform: Platform, ada: Actor, recipient: Recipient) -> None:
    await put(platform, ada, "token")
    with pytest.raises(SecretMissing, match="no secret token") as told:
        await delivery.deliver(platform, recipient, ["token"])
    assert "fairhaven secret put" in (told.value.remedy or "")


async def test_another_projects_secret_is_not_there(
    platform: Platform, ada: Actor, project_id: UUID, recipient: Recipient
) -> None:
    await put(platform, ada, "token", project_id=project_id)
    other = Recipient(recipient.workload, "digits", recipient.owner_id, new_id())
    with pytest.raises(SecretMissing, match="may not use secrets of the project"):
        await delivery.deliver(platform, other, ["project/token"])


async def test_who_lost_the_role_gets_the_projects_secrets_no_more(
    platform: Platform, ada: Actor, grace: Actor, project_id: UUID, recipient: Recipient
) -> None:
    await put(platform, ada, "token", project_id=project_id)
    assert (await delivery.deliver(platform, recipient, ["project/token"])).values
    assert grace.id is not None
    async with platform.transaction(ada) as session:
        await projects.set_level(session, ada, project_id, grace.id, "member")
    with pytest.raises(SecretMissing, match="may not use secrets of the project"):
        await delivery.deliver(platform, recipient, ["project/token"])


async def test_what_is_missing_is_told_by_name_before_anything_is_read(
    platform: Platform, grace: Actor, recipient: Recipient
) -> None:
    await put(platform, grace, "there")
    with pytest.raises(SecretMissing, match="no secret gone, project/gone"):
        await delivery.deliver(platform, recipient, ["there", "gone", "project/gone"])
    async with platform.transaction() as session:
        assert await session.scalar(select(SecretRow.delivered_at)) is None


async def test_a_value_that_is_gone_is_told(platform: Platform, grace: Actor, recipient: Recipient) -> None:
    await put(platform, grace, "token")
    async with platform.transaction() as session:
        await session.execute(update(SecretValueRow).values(version=7))
    with pytest.raises(SecretMissing, match="value of one of its secrets is gone: token"):
        await delivery.deliver(platform, recipient, ["token"])


async def test_a_value_that_does_not_open_is_the_stores_failure(
    platform: Platform, grace: Actor, recipient: Recipient
) -> None:
    await put(platform, grace, "token")
    async with platform.transaction() as session:
        await session.execute(update(SecretValueRow).values(sealed=b"x" * 60))
    with pytest.raises(StoreFailed, match="does not open"):
        await delivery.deliver(platform, recipient, ["token"])


async def test_an_owner_who_is_gone_has_no_secrets(platform: Platform, recipient: Recipient) -> None:
    gone = Recipient(recipient.workload, "digits", new_id(), recipient.project_id)
    with pytest.raises(SecretMissing, match="owner is gone"):
        await delivery.deliver(platform, gone, ["token"])


async def test_what_is_about_to_start_is_checked_for_the_one_who_starts_it(
    platform: Platform, grace: Actor, project_id: UUID
) -> None:
    await put(platform, grace, "token")
    member = await make.person(platform, "Mary", project_id, Role.MEMBER)
    async with platform.transaction(grace) as session:
        await delivery.check(session, grace, project_id, ["token"])
        with pytest.raises(SecretMissing):
            await delivery.check(session, grace, project_id, ["other"])
        with pytest.raises(SecretMissing, match="may not use"):
            await delivery.check(session, member, project_id, ["project/token"])
