"""Several processes start things at once: no more than the quota are let in, whoever is killed meanwhile."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from fairhaven.projects import service as projects
from fairhaven.projects.schemas import Limit

STARTER = Path(__file__).with_name("starter.py")
MOST = 50


@pytest.fixture
async def limited(platform, ada, project_id):
    async with platform.transaction(ada) as session:
        await projects.set_limit(session, ada, project_id, Limit(resource="workloads", amount=MOST))
    return project_id


@contextmanager
def starters(url: str, project_id: UUID, each: int, count: int = 4) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that are ready, and wait for a line."""
    command = [sys.executable, str(STARTER), url, str(project_id), str(each)]
    with ExitStack() as stack:
        running = []
        for _ in range(count):
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            stack.callback(process.wait)
            stack.callback(process.kill)
            running.append(process)
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        yield running


def go(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


async def counted(platform, ada, project_id) -> float:
    async with platform.transaction(ada) as session:
        assert await projects.verify(session) == []
        found = await projects.balances(session, ada, project_id)
    return next((each.used for each in found if each.resource == "workloads"), 0.0)


async def test_200_starts_over_4_processes_admit_exactly_the_quota(platform, ada, limited, database_url):
    with starters(database_url, limited, each=50) as processes:
        go(processes)
        said = [line for process in processes for line in process.communicate(timeout=60)[0].split()]
    assert len(said) == 200
    assert said.count("refused") == 200 - MOST
    assert await counted(platform, ada, limited) == MOST


async def test_a_process_killed_in_the_middle_leaves_nothing_reserved(platform, ada, limited, database_url):
    with starters(database_url, limited, each=50) as processes:
        go(processes)
        doomed = processes[0]
        assert doomed.stdout is not None
        known = {doomed.stdout.readline().strip()}
        doomed.kill()
        for process in processes[1:]:
            known |= set(process.communicate(timeout=60)[0].split())
    known.discard("refused")
    assert await counted(platform, ada, limited) <= MOST
    living = {UUID(each) for each in known if each}
    async with platform.transaction() as session:
        await projects.reclaim(session, living, older=timedelta(0))
    assert await counted(platform, ada, limited) == len(living)
