"""A workload's life: queued, started, answering, stopped, started again, deleted; and what goes wrong."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import psutil
import pytest
from sqlalchemy import select

from fairhaven.catalog.schemas import Release
from fairhaven.core import facts
from fairhaven.core.db import now
from fairhaven.core.errors import NotAllowed, NotFound
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.core.testing import make
from fairhaven.core.testing.make import until
from fairhaven.projects import service as projects
from fairhaven.projects.schemas import Limit
from fairhaven.workloads import reconcile, service
from fairhaven.workloads.drivers.local import LocalEngine
from fairhaven.workloads.models import WorkloadRow
from fairhaven.workloads.ports import Observed, Phase
from fairhaven.workloads.reconcile import Outcome
from fairhaven.workloads.schemas import Kind, State, Wanted, Workload, WorkloadSpec


async def start(platform: Platform, actor: Actor, release: Release, **given: Any) -> Workload:
    async with platform.transaction(actor) as session:
        return await service.start(session, actor, WorkloadSpec(release=release.id, **given))


async def test_a_started_workload_runs_answers_stops_and_starts_again(
    platform: Platform, ada: Actor, release: Release, working: None, reaches: Callable[..., Any]
) -> None:
    made = await start(platform, ada, release, name="my digits")
    assert (made.state, made.wanted, made.name) == (State.QUEUED, Wanted.RUNNING, "my digits")
    running = await reaches(made.id, "running")
    assert running.engine == "local"
    assert running.endpoints[0].url == f"{platform.settings.public_url}/endpoints/{made.id}/"
    address = await address_of(platform, ada, made.id)
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{address}/readyz")).status_code == 200
    async with platform.transaction(ada) as session:
        assert (await service.stop(session, ada, made.id)).wanted is Wanted.STOPPED
    stopped = await reaches(made.id, "stopped")
    assert stopped.endpoints == []
    assert stopped.exit_code == 0
    async with platform.transaction(ada) as session:
        await service.start_again(session, ada, made.id)
    again = await reaches(made.id, "running")
    assert again.generation == 2
    assert await address_of(platform, ada, made.id) == address


async def test_a_deleted_workload_is_out_of_sight_at_once_and_gone_soon(
    platform: Platform,
    ada: Actor,
    release: Release,
    working: None,
    engine: LocalEngine,
    reaches: Callable[..., Any],
) -> None:
    made = await start(platform, ada, release)
    await reaches(made.id, "running")
    async with platform.transaction(ada) as session:
        await service.delete(session, ada, made.id)
    async with platform.transaction(ada) as session:
        with pytest.raises(NotFound):
            await service.workload(session, ada, made.id)
    await until(lambda: row_gone(platform, made.id))
    assert not (platform.data / "workloads" / str(made.id)).exists()


async def test_a_crashed_workload_is_started_again_after_a_pause(
    platform: Platform, ada: Actor, release: Release, working: None, reaches: Callable[..., Any]
) -> None:
    made = await start(platform, ada, release)
    await reaches(made.id, "running")
    kill(platform, made.id)
    hurt = await reaches(made.id, "starting")
    assert "exit code 137" in hurt.reason or "listen" in hurt.reason
    healed = await reaches(made.id, "running")
    assert (healed.restarts, healed.generation) == (1, 2)


async def test_a_restart_is_a_new_generation(
    platform: Platform, ada: Actor, release: Release, working: None, reaches: Callable[..., Any]
) -> None:
    made = await start(platform, ada, release)
    await reaches(made.id, "running")
    async with platform.transaction(ada) as session:
        assert (await service.restart(session, ada, made.id)).state is State.QUEUED
    assert (await reaches(made.id, "running")).generation == 2


async def test_a_program_that_keeps_dying_is_given_up_with_its_last_words(row: WorkloadRow) -> None:
    for attempt in range(reconcile.MOST_FAILURES):
        wait = reconcile._settle(row, died(row, "no such weights\n"))
        assert wait == timedelta(seconds=2**attempt)
        assert row.state == State.STARTING
        assert f"attempt {attempt + 1} of 5" in (row.reason or "")
    assert reconcile._settle(row, died(row, "no such weights\n")) is None
    assert row.state == State.FAILED
    assert "exit code 3: no such weights" in (row.reason or "")


@pytest.mark.parametrize(
    ("code", "state"), [(0, State.SUCCEEDED), (3, State.FAILED), (None, State.INTERRUPTED)]
)
async def test_batch_work_ends_as_its_program_did(row: WorkloadRow, code: int | None, state: State) -> None:
    row.kind = Kind.BATCH
    assert reconcile._settle(row, died(row, "", code)) is None
    assert row.state == state


async def test_reasons_bear_no_control_characters(row: WorkloadRow) -> None:
    reconcile._settle(row, died(row, "a\x00b\x1b[31mc\n"))
    assert "ab[31mc" in (row.reason or "")


async def test_asking_twice_changes_nothing(
    platform: Platform, ada: Actor, release: Release, engine: LocalEngine
) -> None:
    made = await start(platform, ada, release)
    async with platform.transaction(ada) as session:
        assert (await service.start_again(session, ada, made.id)).generation == 1
        await service.stop(session, ada, made.id)
        await service.stop(session, ada, made.id)
        asked = await session.scalars(select(facts.FactRow).where(facts.FactRow.kind == "workload.asked"))
        assert len(asked.all()) == 1


async def test_a_trial_is_reused_by_its_owner_only(
    platform: Platform, ada: Actor, grace: Actor, release: Release, engine: LocalEngine
) -> None:
    async with platform.transaction(ada) as session:
        first = await service.trial(session, ada, release.id)
        assert first.kind is Kind.TRIAL
        assert (await service.trial(session, ada, release.id)).id == first.id
    async with platform.transaction(grace) as session:
        assert (await service.trial(session, grace, release.id)).id != first.id


async def test_foreign_workloads_do_not_exist(
    platform: Platform, ada: Actor, bob: Actor, release: Release, engine: LocalEngine
) -> None:
    made = await start(platform, ada, release)
    verbs = [service.workload, service.stop, service.start_again, service.restart, service.delete]
    for verb in [*verbs, service.target, service.callable_by, service.log_source]:
        async with platform.transaction(bob) as session:
            with pytest.raises(NotFound):
                await verb(session, bob, made.id)
    async with platform.transaction(bob) as session:
        assert (await service.workloads(session, bob, state=None, limit=10, cursor=None)).items == []


async def test_members_see_and_call_but_only_owners_and_managers_operate(
    platform: Platform, ada: Actor, project_id: UUID, release: Release, engine: LocalEngine
) -> None:
    made = await start(platform, ada, release)
    member = await make.person(platform, "Mary", project_id, Role.MEMBER)
    async with platform.transaction(member) as session:
        await service.workload(session, member, made.id)
        await service.callable_by(session, member, made.id)
        with pytest.raises(NotAllowed):
            await service.stop(session, member, made.id)
        with pytest.raises(NotAllowed):
            await service.log_source(session, member, made.id)
    viewer = await make.person(platform, "Vera", project_id, Role.VIEWER)
    async with platform.transaction(viewer) as session:
        with pytest.raises(NotAllowed):
            await service.callable_by(session, viewer, made.id)
        with pytest.raises(NotAllowed):
            await service.start(session, viewer, WorkloadSpec(release=release.id))


@pytest.fixture
def row() -> WorkloadRow:
    return WorkloadRow(
        kind=Kind.SERVICE, state=State.RUNNING, wanted=Wanted.RUNNING, generation=1, failures=0, restarts=0
    )


def died(row: WorkloadRow, last_words: str, code: int | None = 3) -> Outcome:
    seen = Observed(Phase.ENDED, row.generation, code, started_at=now(), ended_at=now())
    return Outcome(row.generation, "local", seen, last_words=last_words)


def kill(platform: Platform, workload_id: UUID) -> None:
    """Kill the server itself, as the kernel does when memory is short."""
    mark = str(platform.data / "workloads" / str(workload_id) / "work")
    for process in psutil.process_iter():
        try:
            line = process.cmdline()
        except psutil.Error:
            continue
        if line[1:3] == ["-m", "fairhaven_runtime"] and mark in line:
            os.kill(process.pid, signal.SIGKILL)


async def address_of(platform: Platform, actor: Actor, workload_id: UUID) -> str:
    async with platform.transaction(actor) as session:
        return (await service.target(session, actor, workload_id)).address


async def row_gone(platform: Platform, workload_id: UUID) -> bool:
    async with platform.transaction() as session:
        return await session.get(WorkloadRow, workload_id) is None


async def test_a_quota_refuses_one_too_many_and_what_ended_gives_back(
    platform: Platform, release: Release, ada: Actor, project_id: UUID, working: None
) -> None:
    async with platform.transaction(ada) as session:
        limit = Limit(resource="workloads", amount=1)
        await projects.set_limit(session, ada, project_id, limit)
        first = await service.start(session, ada, WorkloadSpec(release=release.id))
    with pytest.raises(projects.QuotaReached, match="may use 1 workloads at once; 1 are in use"):
        async with platform.transaction(ada) as session:
            await service.start(session, ada, WorkloadSpec(release=release.id))
    async with platform.transaction(ada) as session:
        await service.stop(session, ada, first.id)

    async def given_back() -> bool:
        async with platform.transaction(ada) as session:
            used = await projects.balances(session, ada, project_id)
            assert await projects.verify(session) == []
        return all(each.used == 0 for each in used if each.resource in ("workloads", "cpu", "memory_mb"))

    await until(given_back)
