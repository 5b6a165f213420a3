"""The paper's ladder of access levels, as the documentation writes it: configuration, not code."""

import tomllib
from pathlib import Path

import pytest

from fairhaven.core.config import Settings
from fairhaven.core.ids import new_id
from fairhaven.core.policy import Role
from fairhaven.core.testing import make
from fairhaven.projects import service as projects
from fairhaven.projects.schemas import Level, Limit
from fairhaven.projects.service import QuotaReached

PAGE = Path(__file__).parents[3] / "docs/how-to/manage-members.md"
LADDER = ["ap-a", "ap-b", "ap-u", "ap-d"]


@pytest.fixture(scope="module")
def documented() -> Settings:
    text = PAGE.read_text().split("```toml\n", 1)[1].split("```", 1)[0]
    return Settings(levels=tomllib.loads(text)["levels"])


@pytest.fixture
async def ladder(platform, documented):
    async with platform.transaction() as session:
        await projects.align_levels(session, documented.levels)


async def test_each_rung_gives_its_role_and_limits(platform, ladder, documented, project_id):
    assert list(documented.levels) == LADDER
    roles = []
    for level in LADDER:
        person = await make.person(platform, level)
        async with platform.transaction() as session:
            assert await projects.grant(session, person.id, "issuer:egi", {"default": level}) == []
            roles.append((await projects.roles_of(session, person.id))[project_id])
    assert roles == [Role.MEMBER, Role.MEMBER, Role.DEVELOPER, Role.DEVELOPER]


async def start(platform, person, project_id, **wanted: float) -> None:
    async with platform.transaction() as session:
        await projects.reserve(session, new_id(), project_id, person.id, wanted)


async def test_the_limit_of_a_rung_holds_until_one_of_ones_own(platform, ladder, ada, project_id):
    person = await make.person(platform, "Ben")
    async with platform.transaction() as session:
        await projects.grant(session, person.id, "issuer:egi", {"default": "ap-b"})
    await start(platform, person, project_id, workloads=2)
    with pytest.raises(
        QuotaReached, match="Each person with the level ap-b, and so you, may use 2 workloads"
    ):
        await start(platform, person, project_id, workloads=1)
    async with platform.transaction(ada) as session:
        own = Limit(resource="workloads", amount=3, level=Level.PERSON, person_id=person.id)
        await projects.set_limit(session, ada, project_id, own)
    await start(platform, person, project_id, workloads=1)


async def test_who_may_only_try_starts_nothing_that_goes_on(platform, ladder, project_id):
    person = await make.person(platform, "Abe")
    async with platform.transaction() as session:
        await projects.grant(session, person.id, "issuer:egi", {"default": "ap-a"})
    with pytest.raises(QuotaReached, match="may use 0 services"):
        await start(platform, person, project_id, workloads=1, services=1)
    await start(platform, person, project_id, workloads=1)


async def test_a_higher_rung_by_another_way_has_its_own_limits(platform, ladder, project_id):
    person = await make.person(platform, "Cleo")
    async with platform.transaction() as session:
        await projects.grant(session, person.id, "issuer:egi", {"default": "ap-b"})
        await projects.grant(session, person.id, "issuer:home", {"default": "ap-u"})
    await start(platform, person, project_id, workloads=4)
    async with platform.transaction() as session:
        await projects.add_member(session, project_id, person.id, Role.DEVELOPER)
    await start(platform, person, project_id, workloads=50)


async def test_one_sees_what_ones_level_allows(platform, ladder, project_id):
    person = await make.person(platform, "Dora")
    async with platform.transaction() as session:
        await projects.grant(session, person.id, "issuer:egi", {"default": "ap-b"})
        roles = await projects.roles_of(session, person.id)
    actor = type(person)(person.id, person.name, roles=roles, via="token")
    async with platform.transaction(actor) as session:
        found = await projects.balances(session, actor, project_id)
    assert ("workloads", 0, 2) in [(each.resource, each.used, each.limit) for each in found]
