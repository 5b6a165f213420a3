"""Builds whose worker is killed, whose platform stops, or that somebody stops."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import psutil

from fairhaven.builds import logs, pipeline, progress, service, tasks
from fairhaven.builds.schemas import StageName, State
from fairhaven.core import jobs
from fairhaven.core.policy import SYSTEM
from fairhaven.core.testing import make, servers

WORKER = Path(__file__).with_name("worker.py")
# Waits until somebody lets it go on, in a folder that only the module's own copy and we can see.
WAITING = """
    import pathlib, time

    def test_waits():
        print("it waits", flush=True)
        while not pathlib.Path("go").exists():
            time.sleep(0.05)
"""


async def test_a_killed_workers_build_continues_where_it_was(
    platform, settings, database_url, queued, look, make_module
):
    build_id = await queued(make_module(tests=WAITING))
    await _enqueue(platform, build_id)
    with _worker(settings, database_url) as first:
        await _testing(platform, look, build_id)
        before = await look(build_id)
        first.send_signal(signal.SIGKILL)
        first.wait(10)
    await make.until(lambda: not _processes_of(build_id))
    with _worker(settings, database_url):
        await _testing(platform, look, build_id, begun_after=before.stage(StageName.TESTS).started_at)
        (logs.folder(platform, build_id) / "module" / "go").touch()
        build = await _ended(look, build_id)
        await make.until(lambda: not _processes_of(build_id) and not logs.folder(platform, build_id).exists())
    assert (build.state, build.reason) == (State.SUCCEEDED, None)
    for name in (StageName.CHECKOUT, StageName.METADATA, StageName.ENVIRONMENT):
        assert build.stage(name) == before.stage(name)
    log = await service.stage_log(platform, SYSTEM, build_id, StageName.TESTS)
    assert "interrupted; this stage begins again" in log.text


async def test_a_build_that_is_interrupted_three_times_ends_and_can_be_retried(
    platform, queued, look, make_module, ada
):
    build_id = await queued(make_module())
    for _attempt in range(3):
        assert await progress.begin(platform, build_id) is not None
    await pipeline.run(platform, build_id)
    build = await look(build_id)
    assert build.state == State.INTERRUPTED and "three times" in build.reason
    async with platform.transaction(ada) as session:
        await service.retry(session, ada, build_id)
    await pipeline.run(platform, build_id)
    build = await look(build_id)
    assert (build.state, build.attempt) == (State.SUCCEEDED, 2)


async def test_a_platform_that_stops_leaves_the_build_to_the_next_one(platform, queued, look, make_module):
    build_id = await queued(make_module(tests=WAITING))
    running = asyncio.create_task(pipeline.run(platform, build_id))
    await _testing(platform, look, build_id)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert (await look(build_id)).state == State.RUNNING
    assert not _processes_of(build_id)
    continued = asyncio.create_task(pipeline.run(platform, build_id))
    await make.until(lambda: _processes_of(build_id))
    (logs.folder(platform, build_id) / "module" / "go").touch()
    await continued
    assert (await look(build_id)).state == State.SUCCEEDED


async def test_a_stopped_build_ends_at_once_and_leaves_nothing(platform, queued, look, make_module, ada):
    build_id = await queued(make_module(tests=WAITING))
    running = asyncio.create_task(pipeline.run(platform, build_id))
    await _testing(platform, look, build_id)
    async with platform.transaction(ada) as session:
        asked = await service.cancel(session, ada, build_id)
    assert asked.stopping
    async with asyncio.timeout(10):
        await running
    build = await look(build_id)
    assert (build.state, build.stage(StageName.TESTS).state) == (State.STOPPED, State.STOPPED)
    assert not build.stopping
    assert not _processes_of(build_id) and not logs.folder(platform, build_id).exists()


async def test_two_workers_never_run_one_build(platform, queued, look, make_module):
    build_id = await queued(make_module())
    async with progress.alone(platform, build_id) as mine:
        assert mine
        async with progress.alone(platform, build_id, patience="50ms") as theirs:
            assert not theirs


async def test_a_build_that_nobody_runs_any_more_is_found(platform, queued, look, make_module):
    build_id = await queued(make_module())
    await progress.begin(platform, build_id)
    assert await progress.abandoned(platform, after=timedelta(0)) == [build_id]
    async with progress.alone(platform, build_id):
        assert await progress.abandoned(platform, after=timedelta(0)) == []


async def test_tidying_is_harmless_when_there_is_nothing_to_do(platform, queued, look, make_module):
    build_id = await queued(make_module())
    await tasks.tidy(platform)
    assert (await look(build_id)).state == State.QUEUED


async def test_folders_that_nobody_needs_are_swept(platform, queued, look, make_module):
    needed, left = (
        await queued(make_module()),
        platform.data / "builds" / "01a205af-a435-7220-b823-754eabae41c5",
    )
    logs.folder(platform, needed).mkdir(parents=True)
    left.mkdir()
    await progress.sweep(platform)
    assert [each.name for each in left.parent.iterdir()] == [str(needed)]


async def _enqueue(platform, build_id):
    async with platform.transaction() as session:
        await jobs.enqueue(session, tasks.run, build_id=build_id)


async def _testing(platform, look, build_id, begun_after=None):
    """Wait until the module's own test runs (again)."""

    async def waits():
        stage = (await look(build_id)).stage(StageName.TESTS)
        fresh = stage.started_at and (begun_after is None or stage.started_at > begun_after)
        return stage.state == State.RUNNING and fresh and _processes_of(build_id)

    await make.until(waits, seconds=60)


async def _ended(look, build_id):
    async def ended():
        build = await look(build_id)
        return build if build.state.ended else None

    return await make.until(ended, seconds=60)


@contextmanager
def _worker(settings, database_url):
    given = json.dumps({**settings.model_dump(mode="json"), "database": "embedded:", "objects": "embedded:"})
    process = subprocess.Popen([sys.executable, WORKER, given, database_url, os.environ[servers.OBJECTS]])
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def _processes_of(build_id):
    """The processes that run the tests of a build."""
    marks = (str(build_id), "pytest")
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if all(mark in line for mark in marks):
            found.append(process)
    return found
