"""Keeps one component running: starts it, waits until it is ready, watches it, starts it again.

A start that fails is the caller's to hear of; a failure later is healed with pauses that grow from 0.1 s
to 10 s and shrink back after half a minute of health.
"""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fairhaven.core.components import folders
from fairhaven.core.components.child import Child
from fairhaven.core.components.component import Component, ComponentStatus, State
from fairhaven.core.components.errors import ComponentFailed, PortTaken
from fairhaven.core.components.memory import process_tree
from fairhaven.core.components.remains import end_remains, remember

FIRST_PAUSE, LONGEST_PAUSE, HEALTHY_AFTER = 0.1, 10.0, 30.0


@dataclass(frozen=True)
class Watch:
    """How closely a running component is watched: seconds between probes, seconds a probe may take, and
    how many must fail in a row before the program is started again."""

    every: float = 5.0
    patience: float = 3.0
    failures: int = 3


class Keeper:
    """One component of a supervisor."""

    def __init__(
        self,
        component: Component,
        folder: Path,
        *,
        watch: Watch,
        on_change: Callable[[ComponentStatus], None],
    ) -> None:
        self.component = component
        self.folder = folder
        self.log = folder / "log"
        self._watch = watch
        self._on_change = on_change
        self._child: Child | None = None
        self._state = State.STOPPED
        self._restarts = 0
        self._started_at: datetime | None = None
        self._problem: str | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it and wait until it is ready; from then on it is kept running.

        Raises:
            ComponentFailed: it did not become ready; nothing of it is left running.
        """
        folders.private_folder(self.folder)
        folders.rotate(self.log)
        try:
            await self._launch_twice()
        except BaseException:
            await self._discard()
            self._change(State.STOPPED)
            raise
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.component.name}")

    async def stop(self, patience: float) -> None:
        """Stop it for good within about `patience` seconds."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._child is not None:
            await self._child.stop(patience)
        await self._discard()
        self._change(State.STOPPED)

    def status(self) -> ComponentStatus:
        tree = process_tree(self._child.pid) if self._child is not None else None
        return ComponentStatus(
            name=self.component.name,
            version=self.component.version(),
            state=self._state,
            url=self.component.url,
            pids=tree.pids if tree else (),
            restarts=self._restarts,
            rss_bytes=tree.rss_bytes if tree else 0,
            pss_bytes=tree.pss_bytes if tree else 0,
            started_at=self._started_at,
            log=self.log,
            problem=self._problem,
        )

    async def _launch_twice(self) -> None:
        """A port may be lost to another program between choosing and using it, so one retry is fair."""
        try:
            await self._launch()
        except PortTaken:
            raise
        except ComponentFailed:
            if self._child is None or self._child.exit_code is None:
                raise
            await self._discard()
            await self._launch()

    async def _launch(self) -> None:
        self._change(State.STARTING)
        await asyncio.to_thread(end_remains, self.folder)
        program = await self.component.prepare(self.folder)
        self._child = await Child.start(program, self.log)
        remember(self.folder, self._child.pid, program)
        self._started_at = datetime.now(UTC)
        await self._until_ready(self._child)
        self._change(State.RUNNING)

    async def _until_ready(self, child: Child) -> None:
        ended = asyncio.create_task(child.wait())
        try:
            async with asyncio.timeout(self.component.start_limit):
                while not await self._answers():
                    await asyncio.wait([ended], timeout=0.03)
                    if ended.done():
                        raise self._failure(f"it ended at once ({_ending(ended.result())}).")
        except TimeoutError:
            limit = self.component.start_limit
            raise self._failure(f"it was not ready within {limit:.0f} s.") from None
        finally:
            ended.cancel()

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(self._watch.patience):
                return await self.component.ready()
        except OSError:  # TimeoutError is one
            return False

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            began = asyncio.get_running_loop().time()
            problem = await self._watch_until_it_fails()
            if asyncio.get_running_loop().time() - began > HEALTHY_AFTER:
                pause = FIRST_PAUSE
            await self._discard()
            pause = await self._start_again(problem, pause)

    async def _watch_until_it_fails(self) -> str:
        child = self._child
        if child is None:
            return "it is not running"
        ended = asyncio.create_task(child.wait())
        try:
            failures = 0
            while failures < self._watch.failures:
                await asyncio.wait([ended], timeout=self._watch.every)
                if ended.done():
                    return f"it ended ({_ending(ended.result())})"
                await asyncio.to_thread(folders.shorten, self.log)
                failures = 0 if await self._answers() else failures + 1
            return f"it did not answer {failures} times in a row"
        finally:
            ended.cancel()

    async def _start_again(self, problem: str, pause: float) -> float:
        """Try until it runs; returns the next pause."""
        while True:
            self._problem = problem
            self._restarts += 1
            self._change(State.WAITING)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            try:
                await self._launch()
            except (ComponentFailed, OSError) as failure:
                problem = failure.reason if isinstance(failure, ComponentFailed) else str(failure)
                await self._discard()
            else:
                return pause

    async def _discard(self) -> None:
        """Leave nothing of the present run alive."""
        child, self._child = self._child, None
        if child is not None:
            await child.kill()
            await asyncio.to_thread(end_remains, self.folder)

    def _failure(self, reason: str) -> ComponentFailed:
        return ComponentFailed(self.component.name, reason, folders.tail(self.log))

    def _change(self, state: State) -> None:
        self._state = state
        self._on_change(self.status())


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
