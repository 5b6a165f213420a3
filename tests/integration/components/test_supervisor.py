"""The supervisor with small real programs: starting, healing, stopping, and leaving nothing behind."""

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

import psutil
import pytest

from fairhaven.core.components import folders
from fairhaven.core.components.child import Child
from fairhaven.core.components.component import ComponentStatus, Program, State
from fairhaven.core.components.errors import ComponentFailed, HomeInUse
from fairhaven.core.components.keeper import Watch
from fairhaven.core.components.probes import http_status
from fairhaven.core.components.remains import end_remains, remember
from fairhaven.core.components.supervisor import Supervisor
from fairhaven.core.processes import safe_environment

pytestmark = pytest.mark.anyio

IMPATIENT = Watch(every=0.1, patience=0.2, failures=2)
FOREVER = "import time; print('here', flush=True); time.sleep(600)"


async def test_a_started_component_tells_how_it_is(tmp_path, web_server):
    async with Supervisor(tmp_path, [web_server()]) as supervisor:
        [status] = supervisor.status()
        assert status.state is State.RUNNING
        assert await http_status(status.url) == 200
        assert status.rss_bytes > 1_000_000
        assert status.started_at is not None
        assert (tmp_path / "web").stat().st_mode & 0o777 == 0o700
    [status] = supervisor.status()
    assert (status.state, status.pids) == (State.STOPPED, ())


async def test_a_killed_program_is_back_at_the_same_address(tmp_path, web_server, until):
    told: list[ComponentStatus] = []
    async with Supervisor(tmp_path, [web_server()], on_change=told.append) as supervisor:
        [before] = supervisor.status()
        os.kill(before.pids[0], signal.SIGKILL)
        await until(lambda: told[-1].restarts == 1 and told[-1].state is State.RUNNING)
        [after] = supervisor.status()
        assert after.url == before.url
        assert after.pids != before.pids
        assert after.problem == "it ended (SIGKILL)"
    assert [status.state for status in told] == [
        *(State.STARTING, State.RUNNING, State.WAITING, State.STARTING, State.RUNNING, State.STOPPED)
    ]


async def test_a_program_that_hangs_is_started_again(tmp_path, web_server, until):
    told: list[ComponentStatus] = []
    async with Supervisor(tmp_path, [web_server()], on_change=told.append, watch=IMPATIENT) as supervisor:
        [before] = supervisor.status()
        os.kill(before.pids[0], signal.SIGSTOP)
        await until(lambda: told[-1].restarts >= 1 and told[-1].state is State.RUNNING)
        assert told[-1].problem == "it did not answer 2 times in a row"
        assert not psutil.pid_exists(before.pids[0])


async def test_a_program_that_ends_at_once_is_reported_with_its_last_words(tmp_path, web_server):
    broken = web_server("import sys; sys.exit('no such planet')")
    with pytest.raises(ComponentFailed) as failure:
        await Supervisor(tmp_path, [broken]).start()
    assert failure.value.name == "web"
    assert "exit code 1" in failure.value.detail
    assert "no such planet" in failure.value.log_tail
    assert "doctor" in str(failure.value)


async def test_a_program_that_never_answers_is_given_up_and_so_are_its_neighbours(tmp_path, web_server):
    silent, neighbour = web_server(FOREVER), web_server()
    silent.start_limit, neighbour.name = 0.5, "neighbour"
    supervisor = Supervisor(tmp_path, [silent, neighbour])
    with pytest.raises(ComponentFailed, match="not ready within"):
        await supervisor.start()
    assert _programs_in(tmp_path) == []
    async with Supervisor(tmp_path, [neighbour]):
        assert await neighbour.ready()


async def test_a_program_that_ignores_the_stop_signal_is_killed_in_time(tmp_path, web_server):
    stubborn = web_server(
        "import signal, sys, http.server as h, json; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "port = json.load(open('ports.json'))['http']\n"
        "h.HTTPServer(('127.0.0.1', port), h.SimpleHTTPRequestHandler).serve_forever()"
    )
    supervisor = Supervisor(tmp_path, [stubborn])
    await supervisor.start()
    began = time.monotonic()
    await supervisor.stop()
    assert time.monotonic() - began < 5
    assert _programs_in(tmp_path) == []


async def test_two_supervisors_never_share_a_folder(tmp_path, web_server):
    async with Supervisor(tmp_path, [web_server()]):
        with pytest.raises(HomeInUse) as refusal:
            await Supervisor(tmp_path, [web_server()]).start()
        assert refusal.value.pid == os.getpid()
        assert "--data" in str(refusal.value)
    async with Supervisor(tmp_path, [web_server()]):
        pass


async def test_a_port_taken_meanwhile_is_replaced(tmp_path, web_server):
    async with Supervisor(tmp_path, [web_server()]) as supervisor:
        first = supervisor.status()[0].url
    async with Supervisor(tmp_path, [web_server()]) as supervisor:
        assert supervisor.status()[0].url == first
    with socket.create_server(("127.0.0.1", int(first.rpartition(":")[2]))):
        async with Supervisor(tmp_path, [web_server()]) as supervisor:
            assert supervisor.status()[0].url != first


async def test_remains_of_an_earlier_run_are_ended_first(tmp_path, until):
    log = tmp_path / "log"
    program = Program((sys.executable, "-c", FOREVER), cwd=tmp_path, env=safe_environment())
    child = await Child.start(program, log)
    await until(lambda: "here" in log.read_text())
    remember(tmp_path, child.pid, program)
    assert await asyncio.to_thread(end_remains, tmp_path) == 1
    assert not psutil.pid_exists(child.pid)
    assert await asyncio.to_thread(end_remains, tmp_path) == 0


async def test_a_process_that_only_shares_the_number_of_a_remain_is_left_alone(tmp_path, until):
    log = tmp_path / "log"
    program = Program((sys.executable, "-c", FOREVER), cwd=Path("/"), env=safe_environment())
    bystander = await Child.start(program, log)
    await until(lambda: "here" in log.read_text())
    remember(tmp_path, bystander.pid, program)
    note = tmp_path / "process.json"
    note.write_text(note.read_text().replace('"created": ', '"created": 1'))
    assert await asyncio.to_thread(end_remains, tmp_path) == 0
    assert bystander.exit_code is None
    await bystander.kill()


@pytest.mark.parametrize("guarded", [False, True])
async def test_a_child_never_outlives_its_parent(tmp_path, until, guarded):
    if not guarded and sys.platform != "linux":
        pytest.skip("this system has no signal at a parent's death: the guard is tested instead")
    story = (
        "import asyncio, pathlib, sys\n"
        "from fairhaven.core.components.child import Child\n"
        "from fairhaven.core.components.component import Program\n"
        f"program = Program((sys.executable, '-c', {FOREVER!r}), cwd=pathlib.Path('.'))\n"
        "async def main():\n"
        f"    child = await Child.start(program, pathlib.Path('log'), guarded={guarded})\n"
        "    await child.wait()\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", story, cwd=tmp_path)
    log = tmp_path / "log"
    await until(lambda: log.exists() and "here" in log.read_text())
    children = psutil.Process(parent.pid).children(recursive=True)
    assert len(children) == (2 if guarded else 1)
    parent.kill()
    await parent.wait()
    await until(lambda: not any(_alive(child) for child in children))


def test_a_long_log_is_set_aside_and_emptied_under_its_writer(tmp_path):
    log = tmp_path / "log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 100)
        assert not folders.shorten(log, limit=100)
        writer.write(b"y")
        assert folders.shorten(log, limit=100)
        writer.write(b"new")
    assert log.read_bytes() == b"new"
    assert (tmp_path / "log.1").stat().st_size == 101


def _programs_in(folder: Path) -> list[int]:
    return [
        process.pid for process in psutil.Process().children(recursive=True) if _works_in(process, folder)
    ]


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(folder)
    except psutil.NoSuchProcess:
        return False


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
