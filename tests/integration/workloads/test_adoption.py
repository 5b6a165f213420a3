"""The process that started a workload is killed; what runs goes on, and its heir has it in hand."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fairhaven.core.bundles import Bundle
from fairhaven.core.ids import new_id
from fairhaven.core.testing.engines import POLITE, ended, logged
from fairhaven.core.testing.make import until
from fairhaven.workloads.drivers.local import LocalEngine
from fairhaven.workloads.ports import Phase

STARTER = f"""
import asyncio, sys, time
from pathlib import Path
from uuid import UUID
from fairhaven.workloads.drivers.local import LocalEngine
from fairhaven.workloads.ports import Phase, Run

async def main(home, run_id):
    engine = LocalEngine(Path(home), None)
    await engine.start(Run(UUID(run_id), 1, ["{{runtime}}", "-c", {POLITE!r}]))
    while (await engine.look(UUID(run_id))).phase is not Phase.RUNNING:
        await asyncio.sleep(0.02)
    print("started", flush=True)
    await asyncio.sleep(3600)

asyncio.run(main(*sys.argv[1:]))
"""


async def no_bundle(digest: str) -> Bundle:
    raise AssertionError(digest)


@pytest.mark.parametrize("whole_group", [False, True])
async def test_a_workload_survives_kill_9_of_its_platform_and_is_adopted(
    tmp_path: Path, whole_group: bool
) -> None:
    run_id = new_id()
    starter = subprocess.Popen(  # noqa: ASYNC220 - to be killed in the middle
        [sys.executable, "-c", STARTER, str(tmp_path), str(run_id)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert starter.stdout is not None
    assert await asyncio.to_thread(starter.stdout.readline) == "started\n"
    os.killpg(starter.pid, signal.SIGKILL) if whole_group else starter.kill()
    await asyncio.to_thread(starter.wait)

    heir = LocalEngine(tmp_path, no_bundle)
    await logged(heir, run_id, "ready")
    assert (await heir.look(run_id)).phase is Phase.RUNNING
    await heir.stop(run_id)
    assert (await ended(heir, run_id)).exit_code == 7
    await heir.delete(run_id)
    await until(lambda: not (tmp_path / str(run_id)).exists())
