"""Invitations: as often and as long as said, for whom they are, never for more than their inviter has."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from fairhaven.core.db import now
from fairhaven.core.errors import Gone, NotAllowed, NotFound
from fairhaven.core.facts import FactRow
from fairhaven.core.policy import Actor, Role
from fairhaven.core.testing import make
from fairhaven.identity import service as identity
from fairhaven.projects import service as projects
from fairhaven.projects.models import InvitationRow
from fairhaven.projects.schemas import NewInvitation

AT = "https://here.example"


@pytest.fixture
async def manager(platform, project_id) -> Actor:
    return await make.person(platform, "Mary", project_id, Role.MANAGER)


async def invite(platform, actor, project_id, **wanted) -> str:
    async with platform.transaction(actor) as session:
        sent = await projects.invite(session, actor, project_id, NewInvitation(**wanted), at=AT)
    assert sent.link.startswith(f"{AT}/invitations/")
    return sent.link.rpartition("/")[2]


async def accept(platform, actor, secret):
    async with platform.transaction(actor) as session:
        return await projects.accept(session, actor, secret)


async def roles(platform, actor):
    async with platform.transaction() as session:
        return await projects.roles_of(session, actor.id)


async def test_it_works_as_often_as_it_says_even_for_all_at_once(platform, manager, project_id):
    secret = await invite(platform, manager, project_id, level="developer", uses=2)
    guests = [await make.person(platform, f"Guest {number}") for number in range(6)]
    done = await asyncio.gather(*(accept(platform, each, secret) for each in guests), return_exceptions=True)
    assert sum(not isinstance(each, Exception) for each in done) == 2
    assert {type(each).__name__ for each in done if isinstance(each, Exception)} == {"InvitationOver"}
    assert sum([project_id in await roles(platform, each) for each in guests]) == 2


async def test_accepting_twice_uses_nothing_up_and_makes_nobody_less(
    platform, manager, grace, bob, project_id
):
    secret = await invite(platform, manager, project_id, level="member", uses=1)
    await accept(platform, grace, secret)
    assert (await roles(platform, grace))[project_id] is Role.DEVELOPER
    assert (await accept(platform, bob, secret)).id == project_id
    with pytest.raises(Gone):
        await accept(platform, bob, secret)


async def test_looking_does_nothing(platform, manager, bob, project_id, api_for):
    secret = await invite(platform, manager, project_id)
    client = await api_for(bob)
    page = await client.get(f"/invitations/{secret}", headers={"Accept": "text/html"})
    assert page.status_code == 200 and "Join Default project" in page.text
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert await roles(platform, bob) == {}


async def test_a_stranger_signs_in_first_and_the_address_bears_no_secret(
    platform, manager, project_id, api_for
):
    secret = await invite(platform, manager, project_id)
    client = await api_for(None)
    page = await client.get(f"/invitations/{secret}", headers={"Accept": "text/html"})
    assert page.status_code == 200 and secret not in page.text
    assert "next=%2Finvitations%2Fkept" in page.text
    again = await client.get("/invitations/kept", headers={"Accept": "text/html"})
    assert again.status_code == 200
    refused = await client.post(f"/invitations/{secret}", headers={"Accept": "text/html"})
    assert refused.status_code == 401


@pytest.mark.parametrize("change", [{"expires_at": now() - timedelta(seconds=1)}, {"used": 1}])
async def test_one_that_is_over_is_over(platform, manager, bob, project_id, change):
    secret = await invite(platform, manager, project_id)
    async with platform.transaction() as session:
        await session.execute(update(InvitationRow).values(**change))
    with pytest.raises(Gone):
        await accept(platform, bob, secret)


async def test_a_revoked_one_is_over_at_once(platform, manager, grace, bob, project_id):
    secret = await invite(platform, manager, project_id)
    async with platform.transaction(manager) as session:
        (listed,) = await projects.invitations(session, manager, project_id)
        await projects.revoke_invitation(session, manager, project_id, listed.id)
    with pytest.raises(Gone):
        await accept(platform, bob, secret)
    async with platform.transaction(manager) as session:
        assert [each.standing for each in await projects.invitations(session, manager, project_id)] == [
            "revoked"
        ]
    with pytest.raises(NotAllowed):
        async with platform.transaction(grace) as session:
            await projects.invitations(session, grace, project_id)


async def test_it_is_worth_what_its_inviter_may_today(platform, ada, manager, bob, project_id):
    secret = await invite(platform, manager, project_id, level="manager")
    async with platform.transaction(ada) as session:
        await projects.set_level(session, ada, project_id, manager.id, "developer")
    with pytest.raises(Gone):
        await accept(platform, bob, secret)
    async with platform.transaction(ada) as session:
        await projects.set_level(session, ada, project_id, manager.id, "manager")
    await accept(platform, bob, secret)
    assert (await roles(platform, bob))[project_id] is Role.MANAGER


async def test_one_for_an_address_is_for_nobody_else(platform, manager, bob, project_id):
    secret = await invite(platform, manager, project_id, email="Ada@Example.org")
    with pytest.raises(NotAllowed, match="one e-mail address"):
        await accept(platform, bob, secret)
    async with platform.transaction() as session:
        her = await identity.add_person(session, "Ada", email="ada@example.org")
    await accept(platform, Actor(her.id, her.name, via="session"), secret)


async def test_programs_and_narrow_tokens_join_nothing(platform, manager, grace, bob, project_id):
    secret = await invite(platform, manager, project_id)
    async with platform.transaction() as session:
        account = await identity.add_service_account(session, "Robot")
    with pytest.raises(NotAllowed, match="for people"):
        await accept(platform, Actor(account.id, account.name, via="token"), secret)
    narrow = Actor(bob.id, bob.name, via="token", project=project_id)
    with pytest.raises(NotAllowed):
        await accept(platform, narrow, secret)
    with pytest.raises(NotFound):
        await invite(platform, bob, project_id)
    with pytest.raises(NotAllowed):
        await invite(platform, grace, project_id)


async def test_its_secret_is_nowhere(platform, api, ada, bob, project_id, api_for):
    answer = await api.post(f"/api/v1/projects/{project_id}/invitations", json={"level": "member"})
    secret = answer.json()["link"].rpartition("/")[2]
    joined = await (await api_for(bob)).post("/api/v1/memberships", json={"secret": secret})
    assert joined.status_code == 201 and joined.json()["id"] == str(project_id)
    listed = await api.get(f"/api/v1/projects/{project_id}/invitations")
    assert secret not in listed.text
    async with platform.transaction() as session:
        rows = (await session.execute(text("SELECT to_jsonb(invitations)::text FROM invitations"))).scalars()
        facts = (await session.execute(text("SELECT to_jsonb(facts)::text FROM facts"))).scalars()
        assert not [row for row in [*rows, *facts] if secret in row]
        kinds = set(await session.scalars(select(FactRow.kind)))
    assert {"invitation.made", "invitation.accepted", "member.added"} <= kinds
