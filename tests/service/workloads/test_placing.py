"""Where a project may start something is decided where things are started."""

from uuid import UUID

import pytest

from fairhaven.catalog.schemas import Release
from fairhaven.core.errors import Conflict
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.projects import service as projects
from fairhaven.projects.schemas import NewProject, ProjectChange
from fairhaven.workloads import service
from fairhaven.workloads.schemas import Workload, WorkloadSpec


async def change(platform: Platform, ada: Actor, project_id: UUID, **wanted: object) -> None:
    async with platform.transaction(ada) as session:
        asked = ProjectChange.model_validate(wanted)
        await projects.change(session, ada, project_id, asked, ["local", "far"])


async def start(platform: Platform, ada: Actor, release: Release, project_id: UUID) -> Workload:
    async with platform.transaction(ada) as session:
        spec = WorkloadSpec(release=release.id, project_id=project_id)
        return await service.start(session, ada, spec)


async def again(platform: Platform, ada: Actor, workload_id: UUID) -> Workload:
    async with platform.transaction(ada) as session:
        return await service.restart(session, ada, workload_id)


async def test_the_first_engine_that_is_allowed_is_taken(
    platform: Platform, ada: Actor, release: Release, project_id: UUID
) -> None:
    assert (await start(platform, ada, release, project_id)).engine is None
    await change(platform, ada, project_id, engines=["far", "local"])
    assert (await start(platform, ada, release, project_id)).engine == "far"


async def test_what_is_not_allowed_is_refused_and_reserves_nothing(
    platform: Platform, ada: Actor, release: Release, project_id: UUID
) -> None:
    await change(platform, ada, project_id, engines=["far"])
    there = await start(platform, ada, release, project_id)
    await change(platform, ada, project_id, engines=["local"])
    with pytest.raises(Conflict, match="Default project may use local; this is of far"):
        await again(platform, ada, there.id)
    await change(platform, ada, project_id, engines=[])
    with pytest.raises(Conflict, match="may start nothing: no engine is allowed to it"):
        await start(platform, ada, release, project_id)
    async with platform.transaction(ada) as session:
        found = await projects.balances(session, ada, project_id)
        assert {each.used for each in found if each.resource == "workloads"} == {1}
        assert await projects.verify(session) == []


async def test_nothing_is_started_in_an_archive_not_even_by_administrators(
    platform: Platform, ada: Actor, release: Release
) -> None:
    async with platform.transaction(ada) as session:
        old = await projects.create(session, ada, NewProject(slug="old", name="Old"))
    there = await start(platform, ada, release, old.id)
    await change(platform, ada, old.id, archived=True)
    for act in (start(platform, ada, release, old.id), again(platform, ada, there.id)):
        with pytest.raises(Conflict, match="Nothing is started in Old any more"):
            await act
