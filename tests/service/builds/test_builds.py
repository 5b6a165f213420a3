"""Queue, look, retry, stop: what the service allows whom, and what happens when facts are told."""

import pytest
from sqlalchemy import select, text

from fairhaven.builds import handlers, logs, progress, service
from fairhaven.builds.models import BuildRow
from fairhaven.builds.schemas import BuildSpec, StageName, State
from fairhaven.builds.service import NothingToRetry
from fairhaven.catalog import service as catalog
from fairhaven.core.db import now
from fairhaven.core.errors import NotAllowed, NotFound, SignInNeeded
from fairhaven.core.facts import Told
from fairhaven.core.ids import new_id
from fairhaven.core.policy import ANONYMOUS, SYSTEM, Role
from fairhaven.core.testing import make
from fairhaven.facts.builds import BuildQueued
from fairhaven.facts.catalog import ModuleRegistered, ModuleRemoved

OTHER = "a" * 40


async def test_a_registered_module_is_built_once_however_often_it_is_told(platform, module):
    told = Told(
        new_id(), ModuleRegistered(module=module.id, name=module.name, commit=module.commit), now(), None
    )
    for _time in range(2):
        async with platform.transaction() as session:
            await handlers.build_new_module(platform, session, told)
    async with platform.transaction() as session:
        found = (await service.builds(session, SYSTEM)).items
    assert [(each.module, each.commit, each.state) for each in found] == [
        ("digits", module.commit, State.QUEUED)
    ]


async def test_a_queued_build_is_given_to_the_workers(platform, build):
    told = Told(
        new_id(), BuildQueued(build=build.id, module=build.module_id, commit=build.commit), now(), None
    )
    async with platform.transaction() as session:
        await handlers.run_build(platform, session, told)
        jobs = await session.scalars(
            text("SELECT args->>'build_id' FROM procrastinate_jobs WHERE task_name = 'builds.run'")
        )
    assert list(jobs) == [str(build.id)]


async def test_a_removed_modules_builds_are_forgotten(platform, module, build):
    await platform.objects.put(logs.key(build.id, "checkout"), b"some words")
    told = Told(new_id(), ModuleRemoved(module=module.id, name=module.name), now(), None)
    async with platform.transaction() as session:
        await handlers.forget_builds(platform, session, told)
    async with platform.transaction() as session:
        assert list(await session.scalars(select(BuildRow))) == []
    await logs.delete(platform, build.id)
    assert not await platform.objects.exists(logs.key(build.id, "checkout"))


async def test_a_module_that_is_gone_is_not_built(platform, module):
    async with platform.transaction() as session:
        await catalog.remove(session, SYSTEM, module.name)
    told = Told(new_id(), ModuleRegistered(module=module.id, name=module.name, commit=OTHER), now(), None)
    async with platform.transaction() as session:
        await handlers.build_new_module(platform, session, told)
        assert (await service.builds(session, SYSTEM)).items == []


async def test_starting_twice_gives_the_same_build(platform, module, grace):
    async with platform.transaction(grace) as session:
        first = await service.start(session, grace, BuildSpec(module="digits"))
        second = await service.start(session, grace, BuildSpec(module="digits"))
    assert first.id == second.id and first.owner_id == grace.id


async def test_starting_what_failed_tries_it_again(platform, build, grace):
    await _end(platform, build.id, State.FAILED)
    async with platform.transaction(grace) as session:
        again = await service.start(session, grace, BuildSpec(module="digits"))
    assert (again.id, again.state, again.attempt) == (build.id, State.QUEUED, 2)
    assert {stage.state for stage in again.stages} == {State.QUEUED}


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.SUCCEEDED])
async def test_only_what_ended_badly_can_be_retried(platform, build, ada, state):
    await _put(platform, build.id, state)
    async with platform.transaction(ada) as session:
        with pytest.raises(NothingToRetry):
            await service.retry(session, ada, build.id)


async def test_a_queued_build_stops_at_once(platform, build, ada):
    async with platform.transaction(ada) as session:
        stopped = await service.cancel(session, ada, build.id)
    assert stopped.state == State.STOPPED and ada.name in stopped.reason
    assert await progress.begin(platform, build.id) is None


async def test_members_see_and_developers_act(platform, build, project_id, bob):
    member = await make.person(platform, "Mel", project_id, Role.MEMBER)
    async with platform.transaction(member) as session:
        assert (await service.build(session, member, build.id)).id == build.id
        for act in (service.retry, service.cancel):
            with pytest.raises(NotAllowed):
                await act(session, member, build.id)
    async with platform.transaction(bob) as session:
        assert (await service.builds(session, bob)).items == []
        for act in (service.build, service.retry, service.cancel):
            with pytest.raises(NotFound):
                await act(session, bob, build.id)
    async with platform.transaction() as session:
        with pytest.raises(SignInNeeded):
            await service.build(session, ANONYMOUS, build.id)


async def test_lists_are_filtered_by_module_and_state(platform, module, build, ada):
    async with platform.transaction() as session:
        await service.queue(session, module, OTHER, owner_id=None)
    await _end(platform, build.id, State.FAILED)
    async with platform.transaction() as session:
        failed = await service.builds(session, ada, module="digits", state=State.FAILED)
        others = await service.builds(session, ada, module="coins")
        first = await service.builds(session, ada, limit=1)
        second = await service.builds(session, ada, limit=1, cursor=first.next)
    assert [each.id for each in failed.items] == [build.id] and others.items == []
    assert first.items[0].commit == OTHER and second.items[0].id == build.id and second.next is None


async def test_a_failed_build_skips_the_stages_after(platform, build):
    await progress.begin(platform, build.id)
    await progress.stage_started(platform, build.id, StageName.CHECKOUT)
    async with platform.transaction() as session:
        await progress.stage_ended(
            session, build.id, StageName.CHECKOUT, State.FAILED, reason="No such thing."
        )
        await progress.build_ended(session, build.id, State.FAILED, reason="No such thing.")
    async with platform.transaction() as session:
        found = await service.build(session, SYSTEM, build.id)
    assert [stage.state for stage in found.stages] == [State.FAILED, *[State.SKIPPED] * 5]
    assert found.seconds is not None


async def _put(platform, build_id, state: State):
    async with platform.transaction() as session:
        row = await session.get_one(BuildRow, build_id)
        row.state = state


async def _end(platform, build_id, state: State):
    async with platform.transaction() as session:
        await progress.build_ended(session, build_id, state, reason="It did not work.")
