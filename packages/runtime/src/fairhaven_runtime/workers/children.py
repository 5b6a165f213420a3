"""The processes of workers, however they came about: one waits for their end, or ends them."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Protocol

LAST_WORDS = 2.0
"""Seconds in which a fork server has to end when its socket is closed, and to tell how a worker ended."""


class Process(Protocol):
    """A process that leads a group of its own."""

    @property
    def pid(self) -> int:
        """Process id, which is also the id of the group."""

    async def ended(self) -> str:
        """Wait for the end; says how it ended."""

    def kill(self) -> None:
        """End the process and the children that the module started."""


class Spawned:
    """A process that we started ourselves."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ended(self) -> str:
        return describe_exit(await self._process.wait())

    def kill(self) -> None:
        kill_group(self.pid)


class Forked:
    """A worker's process whose parent is a fork server, which tells how it ended; the kernel tells that."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[str] = self._loop.create_future()
        self._handle = _handle_of(pid)
        if self._handle is not None:
            self._loop.add_reader(self._handle, self._died)

    async def ended(self) -> str:
        """Wait for the end; says how it ended."""
        return await asyncio.shield(self._end)

    def kill(self) -> None:
        """End the process and the children that the module started."""
        if self._end.done() or kill_group(self.pid):
            return
        with suppress(ProcessLookupError, PermissionError):
            os.kill(self.pid, signal.SIGKILL)  # just forked: it does not lead a group yet

    def report(self, how: str) -> None:
        """It has ended."""
        self._let_go()
        if not self._end.done():
            self._end.set_result(how)

    def _died(self) -> None:
        self._let_go()
        self._loop.call_later(LAST_WORDS, self.report, "its nursery does not tell how")

    def _let_go(self) -> None:
        if self._handle is not None:
            self._loop.remove_reader(self._handle)
            os.close(self._handle)
            self._handle = None


async def spawn(command: Sequence[str], environment: Mapping[str, str], descriptor: int) -> Spawned:
    """Start a process that leads a group of its own and inherits `descriptor`.

    Raises:
        OSError: the command cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        pass_fds=[descriptor],
        stdin=asyncio.subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
    return Spawned(process)


def kill_group(pid: int) -> bool:
    """End the group that the process leads; whether there was one."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # macOS says so of a group of zombies
    return True


def describe_exit(code: int) -> str:
    """An exit code in words: negative numbers are signals."""
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        name = signal.Signals(-code).name
        hint = " (often: out of memory)" if name == "SIGKILL" else ""
        return f"killed by {name}{hint}"
    return f"killed by signal {-code}"


def _handle_of(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None  # it has ended already, or Linux is older than 5.3
