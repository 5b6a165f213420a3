"""Who is in a project, by which way, and who may change that."""

from uuid import UUID

import pytest
from sqlalchemy import select

from fairhaven.core import config
from fairhaven.core.errors import BadRequest, Conflict, Invalid, NotAllowed, NotFound
from fairhaven.core.facts import FactRow
from fairhaven.core.policy import Actor, Role
from fairhaven.core.testing import make
from fairhaven.identity import service as identity
from fairhaven.projects import service as projects
from fairhaven.projects.schemas import NewProject, ProjectChange

LEVELS = {
    "try-only": config.Level(role="viewer", says="To look and to try."),
    "student": config.Level(role="developer", limits={"workloads": 1}),
}


async def again(platform, actor: Actor) -> Actor:
    """The actor as the next request would find them."""
    async with platform.transaction() as session:
        roles = await projects.roles_of(session, actor.id)
    return Actor(actor.id, actor.name, actor.administrator, roles=roles, via="token")


async def role_of(platform, actor: Actor, project_id: UUID) -> Role | None:
    return (await again(platform, actor)).roles.get(project_id)


async def grant(platform, actor: Actor, source: str, wanted: dict[str, str]) -> list[str]:
    async with platform.transaction() as session:
        return list(await projects.grant(session, actor.id, source, wanted))


async def set_level(platform, actor: Actor, project_id: UUID, person: Actor, level: str):
    async with platform.transaction(actor) as session:
        return await projects.set_level(session, actor, project_id, person.id, level)


async def remove(platform, actor: Actor, project_id: UUID, person: Actor) -> None:
    async with platform.transaction(actor) as session:
        await projects.remove_member(session, actor, project_id, person.id)


@pytest.fixture
async def manager(platform, project_id) -> Actor:
    return await make.person(platform, "Mary", project_id, Role.MANAGER)


async def test_the_highest_of_several_ways_counts_and_each_ends_by_itself(platform, bob, project_id):
    assert await grant(platform, bob, "issuer:egi", {"default": "developer"}) == []
    async with platform.transaction() as session:
        await projects.add_member(session, project_id, bob.id, Role.VIEWER)
    assert await role_of(platform, bob, project_id) is Role.DEVELOPER
    await grant(platform, bob, "issuer:egi", {})
    assert await role_of(platform, bob, project_id) is Role.VIEWER


async def test_a_grant_makes_memberships_exactly_those_and_tells_what_it_skipped(platform, ada, bob):
    async with platform.transaction(ada) as session:
        for slug in ("one", "two"):
            await projects.create(session, ada, NewProject(slug=slug, name=slug))
    wanted = {"one": "member", "two": "manager", "nowhere": "member", "default": "no-such-level"}
    assert set(await grant(platform, bob, "issuer:egi", wanted)) == {"nowhere", "default"}
    assert sorted((await again(platform, bob)).roles.values()) == [Role.MEMBER, Role.MANAGER]
    await grant(platform, bob, "issuer:other", {"one": "developer"})
    await grant(platform, bob, "issuer:egi", {"one": "viewer"})
    assert list((await again(platform, bob)).roles.values()) == [Role.DEVELOPER]


async def test_only_managers_see_members_and_strangers_see_nothing(platform, manager, grace, bob, project_id):
    async with platform.transaction(manager) as session:
        found = await projects.members(session, manager, project_id)
    assert [each.name for each in found][-1] == "Grace"
    assert {each.role for each in found} == {"manager", "developer"}
    for actor, refusal in ((grace, NotAllowed), (bob, NotFound)):
        with pytest.raises(refusal):
            async with platform.transaction(actor) as session:
                await projects.members(session, actor, project_id)


async def test_managers_change_and_remove_but_add_nobody(platform, manager, grace, bob, ada, project_id):
    assert (await set_level(platform, manager, project_id, grace, "viewer")).role == "viewer"
    assert await role_of(platform, grace, project_id) is Role.VIEWER
    with pytest.raises(NotFound):
        await set_level(platform, manager, project_id, bob, "member")
    await set_level(platform, ada, project_id, bob, "member")
    assert await role_of(platform, bob, project_id) is Role.MEMBER
    await remove(platform, manager, project_id, bob)
    assert await role_of(platform, bob, project_id) is None


async def test_the_last_manager_stays_unless_an_administrator_says_otherwise(platform, ada, bob, manager):
    async with platform.transaction(ada) as session:
        made = await projects.create(session, ada, NewProject(slug="small", name="Small"))
    await set_level(platform, ada, made.id, manager, "manager")
    await remove(platform, await again(platform, ada), made.id, ada)
    now = await again(platform, manager)
    for act in (remove(platform, now, made.id, now), set_level(platform, now, made.id, now, "viewer")):
        with pytest.raises(Conflict, match="Nobody else manages it"):
            await act
    await set_level(platform, ada, made.id, bob, "manager")
    async with platform.transaction(ada) as session:
        await identity.disable(session, ada, bob.id)
    with pytest.raises(Conflict, match="Nobody else manages it"):
        await remove(platform, now, made.id, now)
    await remove(platform, ada, made.id, now)
    assert await role_of(platform, manager, made.id) is None


async def test_what_an_issuer_gave_is_changed_there(platform, manager, bob, project_id):
    await grant(platform, bob, "issuer:egi", {"default": "developer"})
    with pytest.raises(Conflict, match="Nothing else makes them a member"):
        await remove(platform, manager, project_id, bob)
    with pytest.raises(Conflict, match="developer"):
        await set_level(platform, manager, project_id, bob, "viewer")
    await set_level(platform, manager, project_id, bob, "manager")
    assert await role_of(platform, bob, project_id) is Role.MANAGER
    await remove(platform, manager, project_id, bob)
    assert await role_of(platform, bob, project_id) is Role.DEVELOPER


async def test_everybody_may_leave(platform, grace, bob, project_id):
    await remove(platform, grace, project_id, grace)
    assert await role_of(platform, grace, project_id) is None
    with pytest.raises(NotFound):
        await remove(platform, bob, project_id, bob)


async def test_levels_are_bundles_and_one_that_is_gone_is_worth_least(
    platform, ada, manager, bob, project_id
):
    async with platform.transaction() as session:
        await projects.align_levels(session, LEVELS)
    await set_level(platform, ada, project_id, bob, "student")
    assert await role_of(platform, bob, project_id) is Role.DEVELOPER
    async with platform.transaction() as session:
        await projects.align_levels(session, {})
    assert await role_of(platform, bob, project_id) is Role.VIEWER
    async with platform.transaction(manager) as session:
        found = {each.name: each for each in await projects.members(session, manager, project_id)}
    assert [each.known for each in found["Bob"].sources] == [False]
    with pytest.raises(Invalid, match="Nobody knows the level student"):
        await set_level(platform, ada, project_id, bob, "student")


async def test_nobody_gives_more_than_they_have(platform, project_id, bob, ada):
    """Managers are the highest, so what limits them is a token for one project only, here of another."""
    async with platform.transaction(ada) as session:
        other = await projects.create(session, ada, NewProject(slug="other", name="Other"))
    half = Actor(bob.id, "Bob", roles={other.id: Role.DEVELOPER}, via="token")
    with pytest.raises(NotAllowed):
        await set_level(platform, half, other.id, ada, "viewer")
    with pytest.raises(NotFound):
        await set_level(platform, half, project_id, ada, "viewer")


async def test_in_an_archive_everybody_only_looks(platform, ada, grace, project_id):
    async with platform.transaction(ada) as session:
        made = await projects.create(session, ada, NewProject(slug="old", name="Old"))
    await set_level(platform, ada, made.id, grace, "developer")
    for archived, role in ((True, Role.VIEWER), (False, Role.DEVELOPER)):
        async with platform.transaction(ada) as session:
            await projects.change(session, ada, made.id, ProjectChange(archived=archived), ["local"])
        assert await role_of(platform, grace, made.id) is role
    with pytest.raises(Conflict, match="default"):
        async with platform.transaction(ada) as session:
            await projects.change(session, ada, project_id, ProjectChange(archived=True), ["local"])


async def test_only_engines_that_there_are_can_be_allowed(platform, ada, project_id):
    with pytest.raises(BadRequest, match="no engine moon"):
        async with platform.transaction(ada) as session:
            await projects.change(session, ada, project_id, ProjectChange(engines=["moon"]), ["local"])
    for engines, refusal in ((["local"], "may use local; this is of nomad"), ([], "no engine is allowed")):
        async with platform.transaction(ada) as session:
            await projects.change(session, ada, project_id, ProjectChange(engines=engines), ["local"])
        with pytest.raises(Conflict, match=refusal):
            async with platform.transaction() as session:
                await projects.engine_for(session, project_id, "nomad")


async def test_a_change_of_settings_is_told_with_before_and_after(platform, api, ada, project_id):
    answer = await api.patch(f"/api/v1/projects/{project_id}", json={"name": "Ours", "engines": ["local"]})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["name"], answer.json()["engines"]) == ("Ours", ["local"])
    kept = await api.patch(f"/api/v1/projects/{project_id}", json={"catalog": {"tags": ["sea"]}})
    assert kept.json()["engines"] == ["local"]
    lifted = await api.patch(f"/api/v1/projects/{project_id}", json={"engines": None})
    assert lifted.json()["engines"] is None
    async with platform.transaction() as session:
        told = select(FactRow.data).where(FactRow.kind == "project.changed").order_by(FactRow.seq)
        facts = [(each["before"], each["after"]) for each in await session.scalars(told)]
    assert facts == [
        ({"name": "Default project", "engines": None}, {"name": "Ours", "engines": ["local"]}),
        ({"catalog": {}}, {"catalog": {"tags": ["sea"], "names": []}}),
        ({"engines": ["local"]}, {"engines": None}),
    ]


async def test_the_page_tells_levels_and_warns_of_unknown_ones(platform, ada, bob, project_id, api_for):
    async with platform.transaction() as session:
        await projects.align_levels(session, LEVELS)
        await projects.grant(session, bob.id, "issuer:egi", {"default": "student"})
    client = await api_for(ada)
    path, page = f"/projects/{project_id}/members", {"Accept": "text/html"}
    shown = (await client.get(path, headers=page)).text
    assert "What each level gives" in shown and "To look and to try." in shown
    assert "by signing in at egi" in shown and "changed where they sign in" in shown
    async with platform.transaction() as session:
        await projects.align_levels(session, {"other": config.Level()})
    shown = (await client.get(path, headers=page)).text
    assert "do not name: student" in shown and "unknown level" in shown


async def test_commands(command, project_id, bob, platform):
    project = str(project_id)
    link = (await command("project", "invite", project, "--level", "developer")).strip()
    assert "Welcome to Default project" in await command("project", "join", link, actor=bob)
    members = await command("project", "members", project)
    assert "Bob" in members and "invitation: developer" in members
    await command("project", "set-member", project, str(bob.id), "viewer")
    assert await role_of(platform, bob, project_id) is Role.VIEWER
    assert "1 of 1" in await command("project", "invitations", project)
    await command("project", "leave", project, actor=bob)
    assert await role_of(platform, bob, project_id) is None
    made = await command("project", "create", "other", "Other")
    other = made.split()[-1]
    await command("project", "rename", other, "Another")
    await command("project", "catalog", other, "--tag", "sea", "--module", "plankton")
    await command("project", "archive", other)
    assert "archived" in await command("project", "list")
    assert "manager" in await command("project", "levels")
