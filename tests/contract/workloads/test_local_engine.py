"""The local engine keeps the engines' contract, closed in or not; and what only it promises."""

import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psutil
import pytest

from fairhaven.core.bundles import Bundle
from fairhaven.core.ids import new_id
from fairhaven.core.sandbox import Mechanism, Sandbox
from fairhaven.core.testing.engines import (
    SEE_FILES,
    SERVE,
    WAIT,
    EngineContract,
    ended,
    logged,
    program,
    running,
    seen_file,
    until_seen,
)
from fairhaven.core.testing.make import until
from fairhaven.identity.service import NoWalls
from fairhaven.workloads.drivers.local import LocalEngine
from fairhaven.workloads.drivers.local.engine import LocalSettings
from fairhaven.workloads.ports import Phase, Run

CANARY = "correct horse battery staple"
FAST = LocalSettings(grace=1.0, log_segment=1 << 20, log_segments=3)


async def no_bundle(digest: str) -> Bundle:
    raise AssertionError(f"nobody asked for {digest}")


@pytest.fixture(params=list(Mechanism))
def mechanism(request: pytest.FixtureRequest) -> Mechanism:
    return Mechanism(request.param)


@pytest.fixture
async def sandbox(mechanism: Mechanism) -> Sandbox:
    if mechanism is Mechanism.LIMITS:
        return Sandbox(Mechanism.LIMITS)
    best = await Sandbox.detect()
    if best.mechanism is not Mechanism.BUBBLEWRAP:
        pytest.skip(f"no bubblewrap here: {best.reason}")
    return best


@pytest.fixture
async def engine(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[LocalEngine]:
    home = tmp_path / "workloads"
    engine = made(home, sandbox)
    yield engine
    for folder in home.glob("*"):
        await engine.delete(UUID(folder.name))
    assert not processes_in(tmp_path), "something was left behind"


def made(home: Path, sandbox: Sandbox) -> LocalEngine:
    return LocalEngine(home, no_bundle, settings=FAST, sandbox=sandbox)


async def test_where_it_must_not_run_nothing_is_started_and_it_is_told_why(tmp_path: Path) -> None:
    async def refuse(walls: Sandbox) -> None:
        raise NoWalls("2 people can sign in, and nothing keeps them apart.")

    engine = LocalEngine(tmp_path, no_bundle, sandbox=Sandbox(Mechanism.LIMITS), admit=refuse)
    run = program(new_id(), WAIT)
    await engine.start(run)
    seen = await ended(engine, run.id)
    assert "nothing keeps them apart" in (seen.reason or "")
    assert "local_unprotected" in (seen.reason or "")
    assert not (tmp_path / str(run.id)).exists()


class TestContract(EngineContract):
    """Every engine's promises."""


async def test_another_process_goes_on_with_a_run(
    tmp_path: Path, engine: LocalEngine, run_id: UUID, sandbox: Sandbox
) -> None:
    await engine.start(program(run_id, WAIT))
    await logged(engine, run_id, "waiting")
    heir = made(tmp_path / "workloads", sandbox)
    assert (await heir.look(run_id)).phase is Phase.RUNNING
    await heir.start(program(run_id, WAIT))
    await heir.stop(run_id)
    assert (await ended(heir, run_id)).exit_code == 128 + signal.SIGTERM


async def test_a_killed_keeper_leaves_nothing_running(
    tmp_path: Path, engine: LocalEngine, run_id: UUID
) -> None:
    await engine.start(
        program(run_id, "import os; os.fork(); os.setsid() if os.fork() == 0 else None\n" + WAIT)
    )
    await logged(engine, run_id, "waiting")
    keeper = keeper_of(tmp_path, run_id)
    family = keeper.children(recursive=True)
    assert len(family) >= 4
    keeper.send_signal(signal.SIGKILL)
    await until(lambda: not any(alive(each) for each in family))
    seen = await engine.look(run_id)
    assert seen.phase is Phase.ENDED
    assert seen.exit_code is None
    assert "kept it died" in (seen.reason or "")


async def test_the_keeper_is_nobodys_child(tmp_path: Path, engine: LocalEngine, run_id: UUID) -> None:
    await engine.start(program(run_id, WAIT))
    await logged(engine, run_id, "waiting")
    keeper = keeper_of(tmp_path, run_id)
    assert os.getpid() not in [each.pid for each in keeper.parents()][:1]
    assert os.getsid(keeper.pid) != os.getsid(0)


async def test_a_run_can_be_stopped_while_the_platform_is_down(
    tmp_path: Path, engine: LocalEngine, run_id: UUID
) -> None:
    await engine.start(program(run_id, WAIT))
    await logged(engine, run_id, "waiting")
    keeper_of(tmp_path, run_id).send_signal(signal.SIGTERM)
    assert (await ended(engine, run_id)).exit_code == 128 + signal.SIGTERM


async def test_no_secret_is_on_a_command_line_or_readable_by_others(
    tmp_path: Path, engine: LocalEngine, run_id: UUID
) -> None:
    run = Run(run_id, 1, ["{runtime}", "-c", WAIT], environment={"PLAIN": CANARY}, secrets={"SECRET": CANARY})
    await engine.start(run)
    await logged(engine, run_id, "waiting")
    assert CANARY not in repr(replace(run, environment={}))
    keeper = keeper_of(tmp_path, run_id)
    lines = [" ".join(each.cmdline()) for each in [keeper, *keeper.children(recursive=True)]]
    assert not any(CANARY in line for line in lines)
    assert files_with(tmp_path, CANARY) == []


async def test_secret_files_are_nowhere_when_the_run_is_over(
    tmp_path: Path, engine: LocalEngine, run_id: UUID, mechanism: Mechanism
) -> None:
    await engine.start(Run(run_id, 1, ["{runtime}", "-c", WAIT], secret_files={"token": CANARY}))
    await logged(engine, run_id, "waiting")
    while_it_runs = [each.name for each in files_with(tmp_path, CANARY)]
    # Behind walls they are in memory, and nobody outside sees them.
    assert while_it_runs == (["token"] if mechanism is Mechanism.LIMITS else [])
    await engine.stop(run_id)
    await ended(engine, run_id)
    assert files_with(tmp_path, CANARY) == []


async def test_secret_files_go_even_when_the_keeper_was_killed(
    tmp_path: Path, engine: LocalEngine, run_id: UUID
) -> None:
    await engine.start(Run(run_id, 1, ["{runtime}", "-c", WAIT], secret_files={"token": CANARY}))
    await logged(engine, run_id, "waiting")
    keeper_of(tmp_path, run_id).send_signal(signal.SIGKILL)
    await ended(engine, run_id)
    assert files_with(tmp_path, CANARY) == []


async def test_what_a_program_puts_in_the_place_of_its_secrets_is_removed_and_not_followed(
    tmp_path: Path, engine: LocalEngine, run_id: UUID
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "token").write_text("of somebody else")
    code = f"import os; os.symlink({str(elsewhere)!r}, 'secrets')"
    await engine.start(program(run_id, code))
    await ended(engine, run_id)
    await engine.start(Run(run_id, 2, ["{runtime}", "-c", SEE_FILES], secret_files={"token": CANARY}))
    await until_seen(engine, run_id, Phase.ENDED, generation=2)
    assert (await engine.log(run_id, 0, 1000)).text == seen_file("token", CANARY) + "\n"
    assert (elsewhere / "token").read_text() == "of somebody else"


async def test_secrets_are_masked_in_the_log(tmp_path: Path, engine: LocalEngine, run_id: UUID) -> None:
    """Whole, cut in two by how they are written, line by line, at the very end."""
    code = """
import os, time
secret, key = os.environ["SECRET"], os.environ["KEY"]
print("it is", secret, secret.upper(), flush=True)
for part in (secret[:5], secret[5:9], secret[9:], " and ", secret[:12], "\\n"):
    os.write(1, part.encode())
for line in key.splitlines(): print(">", line, flush=True)
print("pin", os.environ["PIN"], flush=True)
os.write(1, secret.encode())
"""
    secrets = {"SECRET": CANARY, "KEY": "-----BEGIN-----\nMIIBxyzzy\nshort\n", "PIN": "1234"}
    await engine.start(Run(run_id, 1, ["{runtime}", "-c", code], secrets=secrets))
    await ended(engine, run_id)
    said = (await engine.log(run_id, 0, 4000)).text
    assert said == (
        f"it is *** {CANARY.upper()}\n*** and {CANARY[:12]}\n> ***\n> ***\n> short\npin 1234\n***"
    )
    assert files_with(tmp_path, CANARY) == []


async def test_a_flood_of_output_is_masked_too(engine: LocalEngine, run_id: UUID) -> None:
    code = "import os\nfor n in range(20000): print(n, os.environ['SECRET'], os.environ['SECRET'][:-1])"
    await engine.start(Run(run_id, 1, ["{runtime}", "-c", code], secrets={"SECRET": CANARY}))
    await ended(engine, run_id)
    text, offset = "", 0
    while (part := await engine.log(run_id, offset, 1 << 20)).text:
        text, offset = text + part.text, part.next
    assert text == "".join(f"{n} *** {CANARY[:-1]}\n" for n in range(20000))


async def test_it_listens_on_the_same_port_again(engine: LocalEngine, run_id: UUID) -> None:
    command = ["{runtime}", "-c", SERVE, "{host}", "{port}"]
    await engine.start(Run(run_id, 1, command))
    first = await running(engine, run_id)
    await engine.stop(run_id)
    await ended(engine, run_id)
    await engine.start(Run(run_id, 2, command))
    assert (await running(engine, run_id)).addresses == first.addresses


async def test_a_bundle_that_cannot_be_made_ready_is_told(
    tmp_path: Path, sandbox: Sandbox, run_id: UUID
) -> None:
    async def broken(digest: str) -> Bundle:
        raise OSError("the disk is full")

    engine = LocalEngine(tmp_path, broken, sandbox=sandbox)
    await engine.start(Run(run_id, 1, ["{python}"], bundle="abc"))
    assert "the disk is full" in ((await ended(engine, run_id)).reason or "")


async def test_the_walls_hide_the_platform(
    tmp_path: Path, engine: LocalEngine, run_id: UUID, sandbox: Sandbox
) -> None:
    if sandbox.mechanism is Mechanism.LIMITS:
        pytest.skip("limits make no walls")
    secret = tmp_path / "secret"
    secret.write_text("of the platform")
    code = f"import os; print(os.path.exists({str(secret)!r}), os.listdir({str(tmp_path / 'workloads')!r}))"
    await engine.start(program(run_id, code))
    await ended(engine, run_id)
    assert (await engine.log(run_id, 0, 1000)).text == f"False ['{run_id}']\n"


@pytest.fixture
def run_id() -> UUID:
    return new_id()


def keeper_of(tmp_path: Path, run_id: UUID) -> psutil.Process:
    folder = str(tmp_path / "workloads" / str(run_id))
    return next(each for each in psutil.process_iter() if cmdline(each)[-1:] == [folder])


def files_with(folder: Path, text: str) -> list[Path]:
    """Files that bear a text in their content."""
    files = (each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())
    return [each for each in files if text.encode() in each.read_bytes()]


def processes_in(tmp_path: Path) -> list[psutil.Process]:
    return [each for each in psutil.process_iter() if any(str(tmp_path) in word for word in cmdline(each))]


def cmdline(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
