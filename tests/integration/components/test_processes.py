"""Running a program to its end: its output, its limits, and that nothing it started is left."""

import asyncio
import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from fairhaven.core.launch import Limits
from fairhaven.core.processes import run, safe_environment

pytestmark = pytest.mark.anyio

LEAVES_DAEMONS = "(sleep 611 &); setsid sleep 612 & echo started; "


async def test_a_program_ends_with_its_code_and_its_words(tmp_path):
    done = await _sh("echo out; echo err >&2; exit 3", tmp_path)
    assert (done.exit_code, done.output_tail, done.ok) == (3, "out\nerr\n", False)
    assert done.seconds < 5


async def test_a_program_reads_what_it_is_given_and_need_not_read_it_all(tmp_path):
    assert (await _sh("cat", tmp_path, stdin=b"hello")).output_tail == "hello"
    assert (await _sh("exit 0", tmp_path, stdin=b"x" * 1_000_000)).ok


async def test_a_missing_program_is_said_so(tmp_path):
    done = await run(["no-such-program"], cwd=tmp_path, env=safe_environment(), time_limit=10)
    assert done.exit_code == 126
    assert "cannot start no-such-program" in done.output_tail


async def test_a_program_over_its_time_is_ended_with_all_it_started(tmp_path):
    done = await _sh(LEAVES_DAEMONS + "sleep 613", tmp_path, time_limit=0.5)
    assert done.timed_out and not done.ok
    assert "started" in done.output_tail
    assert _programs_in(tmp_path) == []


async def test_nothing_stays_when_a_program_ends(tmp_path):
    done = await _sh(LEAVES_DAEMONS, tmp_path)
    assert done.ok
    assert _programs_in(tmp_path) == []


async def test_cancelling_ends_the_program(tmp_path, until):
    log = tmp_path / "log"
    task = asyncio.create_task(_sh(LEAVES_DAEMONS + "sleep 613", tmp_path, log=log))
    await until(lambda: log.exists() and "started" in log.read_text())
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert _programs_in(tmp_path) == []


async def test_programs_end_when_we_are_killed(tmp_path, until):
    story = (
        "import asyncio, pathlib\n"
        "from fairhaven.core.processes import run, safe_environment\n"
        f"argv = ['sh', '-c', {LEAVES_DAEMONS!r} + 'sleep 613']\n"
        "here = pathlib.Path('.').absolute()\n"
        "asyncio.run(run(argv, cwd=here, env=safe_environment(), time_limit=60, log=here / 'log'))\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", story, cwd=tmp_path)
    log = tmp_path / "log"
    await until(lambda: log.exists() and "started" in log.read_text())
    assert len(_programs_in(tmp_path)) >= 4
    parent.kill()
    await parent.wait()
    await until(lambda: _programs_in(tmp_path) == [])


async def test_long_output_is_kept_in_part_and_its_end_is_known(tmp_path):
    log = tmp_path / "log"
    done = await _sh("head -c 300000 /dev/zero | tr '\\0' x; echo the end", tmp_path, log=log, log_limit=1000)
    assert done.truncated
    assert log.stat().st_size < 1200
    assert "too long" in log.read_text()
    assert done.output_tail.endswith("the end\n")
    assert len(done.output_tail) <= 16384


async def test_memory_and_file_size_are_bounded(tmp_path):
    greedy = [sys.executable, "-c", "bytearray(400_000_000)"]
    limits = Limits(memory=200_000_000, file_size=1_000_000)
    done = await run(greedy, cwd=tmp_path, env=safe_environment(), time_limit=10, limits=limits)
    assert "MemoryError" in done.output_tail
    done = await _sh("head -c 2000000 /dev/zero > big", tmp_path, limits=limits)
    assert not done.ok
    assert (tmp_path / "big").stat().st_size == 1_000_000


async def test_endless_computing_is_ended_by_its_processor_time(tmp_path):
    began = time.monotonic()
    done = await _sh("while :; do :; done", tmp_path, limits=Limits(cpu_seconds=1))
    assert not done.ok and not done.timed_out
    assert time.monotonic() - began < 10


def test_only_harmless_variables_are_passed_on(monkeypatch):
    monkeypatch.setenv("FAIRHAVEN_SECRET_KEY", "s3cret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    monkeypatch.setenv("UV_INDEX_URL", "https://index.example")
    assert "s3cret" not in safe_environment(network=True).values()
    assert "UV_INDEX_URL" in safe_environment(network=True)
    assert "UV_INDEX_URL" not in safe_environment()
    assert safe_environment()["PATH"] == os.environ["PATH"]


async def _sh(script: str, cwd: Path, *, time_limit: float | None = 20, **options):
    argv = ["sh", "-c", script]
    return await run(argv, cwd=cwd, env=safe_environment(), time_limit=time_limit, **options)


def _programs_in(folder: Path) -> list[str]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(folder):
                found.append(" ".join(process.cmdline()))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found
