"""The local engine: starts a keeper for each run, and reads what the keepers noted."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from fairhaven.core import bundles, processes
from fairhaven.core.bundles import Bundle
from fairhaven.core.components.ports import LOOPBACK, remembered_ports
from fairhaven.core.errors import Problem
from fairhaven.core.launch import Launch, Limits, interpreter
from fairhaven.core.platform import Platform
from fairhaven.core.sandbox import Mechanism, Sandbox, interpreter_folders
from fairhaven.identity import service as identity
from fairhaven.workloads.drivers.local import keeper, machine
from fairhaven.workloads.drivers.local.folder import RunFolder
from fairhaven.workloads.ports import SECRETS, EngineFailed, Observed, Offer, Phase, Run
from fairhaven.workloads.schemas import LogPart

log = structlog.get_logger(__name__)

MIB = 1 << 20
FIRST = keeper.GUARD + 1  # descriptor by which the sandbox gets the first secret file


@dataclass(frozen=True)
class LocalSettings:
    """How the engine keeps its runs.

    Attributes:
        grace: seconds between SIGTERM and SIGKILL.
        log_segment: bytes of one file of a log.
        log_segments: how many files of a log are kept.
    """

    grace: float = 5.0
    log_segment: int = 4 * MIB
    log_segments: int = 4


@dataclass
class _Preparation:
    """A run that is on its way: its bundle is being made, or its keeper is being started."""

    generation: int
    launching: bool = False
    problem: str | None = None
    task: "asyncio.Task[None] | None" = field(default=None)

    @property
    def under_way(self) -> bool:
        return self.task is not None and not self.task.done()


class LocalEngine:
    """Runs workloads as closed-in processes of this machine."""

    def __init__(
        self,
        home: Path,
        materialise: Callable[[str], Awaitable[Bundle]],
        *,
        settings: LocalSettings | None = None,
        sandbox: Sandbox | None = None,
        admit: Callable[[Sandbox], Awaitable[None]] | None = None,
    ) -> None:
        """`admit` raises where code must not run behind these walls, or for want of walls."""
        self._home = home
        self._materialise = materialise
        self._settings = settings or LocalSettings()
        self._sandbox = sandbox
        self._admit = admit
        self._preparing: dict[UUID, _Preparation] = {}

    @classmethod
    def open(cls, url: str, platform: Platform) -> "LocalEngine":
        return cls(
            platform.data / "workloads",
            lambda digest: bundles.materialise(platform, digest),
            admit=partial(identity.check_apart, platform),
        )

    async def start(self, run: Run) -> None:
        known = self._preparing.get(run.id)
        if known is not None and known.generation >= run.generation:
            return
        if await asyncio.to_thread(self._folder(run.id).generation) >= run.generation:
            return
        preparation = _Preparation(run.generation)
        self._preparing[run.id] = preparation
        preparation.task = asyncio.create_task(self._prepare(run, preparation))

    async def look(self, run_id: UUID) -> Observed:
        preparation = self._preparing.get(run_id)
        if preparation is not None and preparation.under_way:
            reason = "Its environment is being made ready on this machine."
            return Observed(Phase.PREPARING, preparation.generation, reason=reason)
        if preparation is not None and preparation.problem:
            return Observed(Phase.ENDED, preparation.generation, reason=preparation.problem)
        return await asyncio.to_thread(self._folder(run_id).look)

    async def stop(self, run_id: UUID) -> None:
        preparation = self._preparing.get(run_id)
        if preparation is not None and preparation.task is not None:
            if not preparation.launching:
                preparation.task.cancel()
            await asyncio.wait([preparation.task])
        await asyncio.to_thread(self._folder(run_id).tell_to_stop)

    async def delete(self, run_id: UUID) -> None:
        await self.stop(run_id)
        folder = self._folder(run_id)
        await self._ended(folder)
        await asyncio.to_thread(folder.remove)
        self._preparing.pop(run_id, None)

    async def log(self, run_id: UUID, offset: int, limit: int) -> LogPart:
        return await asyncio.to_thread(self._folder(run_id).log, offset, limit)

    async def offers(self) -> Offer:
        return machine.offer(self._home)

    def _folder(self, run_id: UUID) -> RunFolder:
        return RunFolder(self._home / str(run_id))

    async def _prepare(self, run: Run, preparation: _Preparation) -> None:
        """Make the bundle ready, then start the keeper; what goes wrong is what `look` then tells."""
        try:
            sandbox = await self._walls()
            bundle = await self._materialise(run.bundle) if run.bundle else None
            preparation.launching = True
            await self._launch(run, bundle, sandbox)
        except Problem as problem:
            said = " ".join(filter(None, [problem.detail, problem.remedy]))
            preparation.problem = f"It could not be started: {said}"
        except Exception as error:
            # The boundary of a background task: nobody else would ever hear of it.
            log.error("a workload could not be started", workload=str(run.id), exc_info=error)
            preparation.problem = f"It could not be started: {error}"
        else:
            self._preparing.pop(run.id, None)

    async def _walls(self) -> Sandbox:
        """What closes runs in; asked before each, for people come and go."""
        if self._sandbox is None:
            self._sandbox = await Sandbox.detect()
        if self._admit is not None:
            await self._admit(self._sandbox)
        return self._sandbox

    async def _launch(self, run: Run, bundle: Bundle | None, sandbox: Sandbox) -> None:
        folder = self._folder(run.id)
        await asyncio.to_thread(folder.prepare)
        ports = await asyncio.to_thread(remembered_ports, folder.path, ["http"])
        environment = _environment(run, folder, bundle)
        order = self._order(run, folder, bundle, ports["http"], environment, sandbox)
        await asyncio.to_thread(folder.remember_addresses, {"http": f"http://{LOOPBACK}:{ports['http']}"})
        await asyncio.to_thread(folder.order, order)
        await _start_keeper(folder.path, _given(run, environment))

    def _order(
        self,
        run: Run,
        folder: RunFolder,
        bundle: Bundle | None,
        port: int,
        environment: dict[str, str],
        sandbox: Sandbox,
    ) -> dict[str, Any]:
        """What the keeper reads: neither variables nor secrets, it gets them by a pipe."""
        closed_in = sandbox.mechanism is Mechanism.BUBBLEWRAP
        descriptors = (
            {name: FIRST + number for number, name in enumerate(run.secret_files)} if closed_in else {}
        )
        argv = sandbox.wrap(
            _filled(run, folder, bundle, port),
            read_only=_readable(bundle),
            writable=[folder.work],
            network=True,
            home=folder.work,
            env=environment,
            given={folder.secrets / name: descriptor for name, descriptor in descriptors.items()},
            limits=Limits(memory=run.resources.memory_mb * MIB),
        )
        return {
            "generation": run.generation,
            # Walls of bubblewrap fall with their parent; without them a guard process must see to it.
            "argv": argv if closed_in else Launch(guard=keeper.GUARD).command(argv),
            "guarded": not closed_in,
            "descriptors": descriptors,
            "files_in": str(folder.secrets) if run.secret_files and not closed_in else "",
            "cwd": str(folder.work),
            "grace": self._settings.grace,
            "log_segment": self._settings.log_segment,
            "log_segments": self._settings.log_segments,
        }

    async def _ended(self, folder: RunFolder) -> None:
        patience = self._settings.grace + 5
        try:
            async with asyncio.timeout(patience):
                while await asyncio.to_thread(folder.alive):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise EngineFailed(f"It did not end within {patience:g} s.") from None


async def _start_keeper(folder: Path, given: dict[str, Any]) -> None:
    """Start a keeper, give it what its program gets, and wait until it has started that.

    Raises:
        EngineFailed: it could not; the detail says why.
    """
    # Not by core.processes, which leaves nothing of what it started behind: the keeper is meant to stay.
    process = await asyncio.create_subprocess_exec(
        *(str(interpreter()), "-I", "-S", keeper.__file__, str(folder)),
        env=processes.safe_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate(json.dumps(given).encode())
    if process.returncode != 0:
        raise EngineFailed(f"Its keeper did not start: {said.decode(errors='replace').strip()}.")


def _filled(run: Run, folder: RunFolder, bundle: Bundle | None, port: int) -> list[str]:
    values = {
        "{python}": str(bundle.python if bundle else sys.executable),
        "{runtime}": sys.executable,
        "{host}": LOOPBACK,
        "{port}": str(port),
        "{work}": str(folder.work),
    }
    argv = []
    for word in run.command:
        for mark, value in values.items():
            word = word.replace(mark, value)
        argv.append(word)
    return argv


def _given(run: Run, environment: dict[str, str]) -> dict[str, Any]:
    """What the keeper gives the program, and what it masks in its output."""
    return {
        "environment": {**environment, **run.secrets},
        "files": dict(run.secret_files),
        "secrets": [*run.secrets.values(), *run.secret_files.values()],
    }


def _environment(run: Run, folder: RunFolder, bundle: Bundle | None) -> dict[str, str]:
    """Where programs are, how many threads fit, then what the workload asks for; all but its secrets."""
    inherited = processes.safe_environment()
    threads = str(max(1, round(run.resources.cpu)))
    if bundle is not None:
        inherited["PATH"] = f"{bundle.python.parent}:{inherited.get('PATH', '/usr/bin:/bin')}"
    counts = {f"{library}_NUM_THREADS": threads for library in ("OMP", "OPENBLAS", "MKL")}
    places = {SECRETS: str(folder.secrets)} if run.secret_files else {}
    return {**inherited, **counts, "PYTHONUNBUFFERED": "1", **run.environment, **places}


def _readable(bundle: Bundle | None) -> list[Path]:
    """What a run may read beside the system: our interpreter, the runtime, its bundle; nothing else."""
    folders = [Path(sys.prefix), *interpreter_folders(Path(sys.executable)), *_runtime_folders()]
    if bundle is not None:
        environment = bundle.python.parent.parent
        folders += [bundle.root, bundle.source, environment, environment.resolve()]
        folders += interpreter_folders(bundle.python)
    return [folder for folder in folders if folder.exists()]


def _runtime_folders() -> list[Path]:
    spec = find_spec("fairhaven_runtime")
    return [Path(spec.origin).parents[1]] if spec is not None and spec.origin else []
