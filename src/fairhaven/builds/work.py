"""One build under way on this machine: its folder, its logs and evidence, and how it runs foreign code."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.builds import logs, progress
from fairhaven.builds.schemas import Build, StageName, State
from fairhaven.catalog.schemas import Release
from fairhaven.core import processes
from fairhaven.core.errors import Problem
from fairhaven.core.launch import Limits
from fairhaven.core.platform import Platform
from fairhaven.core.processes import Completed
from fairhaven.core.sandbox import Sandbox, interpreter_folders
from fairhaven.identity import service as identity

log = structlog.get_logger(__name__)

T = TypeVar("T")

LOOK_AGAIN = 1.0  # seconds between looks whether the build should stop
LARGEST_FILE = 32 << 30
SHARE_OF_MEMORY = 0.8


class StageFailed(Problem):
    """The module did not pass; the detail says what failed in one sentence, the fix what to do."""

    status = 422
    title = "The stage failed"

    def __init__(
        self, detail: str, *, fix: str | None = None, evidence: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(detail, fix=fix)
        self.evidence = dict(evidence or {})


class BuildOver(Exception):
    """The build has ended, and its rows say how."""


@dataclass(frozen=True)
class Outcome:
    """How a stage ended well; `handed` is for the build's ending alone, and kept nowhere."""

    evidence: Mapping[str, Any]
    state: State = State.SUCCEEDED
    reason: str | None = None
    handed: Mapping[str, Any] | None = None


Act = Callable[["Work"], Coroutine[Any, Any, Outcome]]
Ending = Callable[["Work", AsyncSession, Outcome], Awaitable[Release]]


@dataclass
class Work:
    """What the stages work with. Each stage leaves its products in the folder and its evidence here."""

    platform: Platform
    build: Build
    evidence: dict[StageName, Mapping[str, Any]] = field(default_factory=dict)
    stage: StageName = StageName.CHECKOUT

    @classmethod
    def of(cls, platform: Platform, build: Build) -> "Work":
        """Continue where the build stands."""
        done: dict[StageName, Mapping[str, Any]] = {
            each.name: each.evidence
            for each in build.stages
            if each.state in (State.SUCCEEDED, State.SKIPPED)
        }
        return cls(platform, build, done)

    @property
    def folder(self) -> Path:
        return logs.folder(self.platform, self.build.id)

    @property
    def source(self) -> Path:
        """The module's files as they are at the commit."""
        return self.folder / "source"

    @property
    def copy(self) -> Path:
        """The module's files as its own code may change them."""
        return self.folder / "module"

    @property
    def environment(self) -> Path:
        return self.folder / "env"

    @property
    def python(self) -> Path:
        return self.environment / "bin" / "python"

    @property
    def log(self) -> Path:
        """The log of the present stage."""
        return logs.path(self.platform, self.build.id, self.stage)

    def note(self, text: str) -> None:
        """Write a line of ours into the log."""
        with self.log.open("a") as file:
            file.write(f"{text}\n")

    async def through(self, name: StageName, act: Act, ending: Ending | None = None) -> None:
        """Do a stage unless it is done; `ending` ends the build, in the transaction that ends the stage.

        Raises:
            BuildOver: the stage failed, or somebody stopped the build.
        """
        if name in self.evidence:
            return
        self.stage = name
        await progress.stage_started(self.platform, self.build.id, name)
        if self.log.exists():
            self.note("\n--- interrupted; this stage begins again ---\n")
        try:
            outcome = await self._unless_stopped(act(self))
            await self._end(outcome, ending)
        except Problem as problem:
            await self._fail(problem)
        self.evidence[name] = outcome.evidence

    async def closed_in(
        self,
        argv: Sequence[str | Path],
        *,
        home: Path,
        time_limit: float,
        read_only: Sequence[Path] = (),
        env: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run the module's code: it sees its environment, may change `home` only, and has no network."""
        caches = self.folder / "pycache"
        caches.mkdir(exist_ok=True)
        given = processes.safe_environment() | _quiet(caches) | dict(env or {})
        sandbox = await Sandbox.detect()
        await identity.check_apart(self.platform, sandbox)
        command = sandbox.wrap(
            [str(each) for each in argv],
            read_only=[self.environment, *interpreter_folders(self.python), *read_only],
            writable=[home, caches],
            network=False,
            home=home,
            env=given,
            limits=limits(),
        )
        return await processes.run(command, cwd=home, env=given, time_limit=time_limit, log=self.log)

    async def _unless_stopped(self, work: Coroutine[Any, Any, T]) -> T:
        running = asyncio.ensure_future(work)
        watch = asyncio.create_task(self._asked_to_stop())
        try:
            await asyncio.wait({running, watch}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return running.result()
        finally:
            await _ended(running, watch)
        await self._stop()
        raise BuildOver

    async def _asked_to_stop(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            try:
                if not await progress.wants_to_go_on(self.platform, self.build.id):
                    return
            except (DBAPIError, OSError) as error:
                log.warning(
                    "a build cannot see whether it should stop", build=str(self.build.id), error=str(error)
                )

    async def _end(self, outcome: Outcome, ending: Ending | None) -> None:
        await logs.store(self.platform, self.build.id, self.stage)
        async with self.platform.transaction() as session:
            release = await ending(self, session, outcome) if ending else None
            evidence = dict(outcome.evidence) | ({"version": release.version} if release else {})
            await progress.stage_ended(
                session, self.build.id, self.stage, outcome.state, reason=outcome.reason, evidence=evidence
            )
            if release:
                await progress.build_ended(session, self.build.id, State.SUCCEEDED, release_id=release.id)

    async def _fail(self, problem: Problem) -> None:
        words = " ".join(filter(None, [problem.detail, problem.remedy]))
        self.note(f"\n{words}")
        await logs.store(self.platform, self.build.id, self.stage)
        evidence = problem.evidence if isinstance(problem, StageFailed) else {}
        async with self.platform.transaction() as session:
            await progress.stage_ended(
                session, self.build.id, self.stage, State.FAILED, reason=words, evidence=evidence
            )
            await progress.build_ended(session, self.build.id, State.FAILED, reason=words)
        raise BuildOver from problem

    async def _stop(self) -> None:
        self.note("\nSomebody stopped the build.")
        await logs.store(self.platform, self.build.id, self.stage)
        async with self.platform.transaction() as session:
            await progress.build_ended(session, self.build.id, State.STOPPED, reason="Somebody stopped it.")


def limits() -> Limits:
    """What one process of a module may take of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Limits(memory=int(memory * SHARE_OF_MEMORY), file_size=LARGEST_FILE)


def _quiet(caches: Path) -> dict[str, str]:
    """Bytecode is compiled once, outside the read-only environment; output comes as it is written."""
    return {"PYTHONPYCACHEPREFIX": str(caches), "PYTHONUNBUFFERED": "1", "MPLBACKEND": "Agg", "NO_COLOR": "1"}


async def _ended(*tasks: "asyncio.Future[Any]") -> None:
    """Cancel what still runs, and wait until it has cleaned up."""
    for each in tasks:
        each.cancel()
    for each in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await asyncio.shield(each)
