"""The processes of workers, however they came about: one waits for their end, or ends them."""

import asyncio
import os
import signal
from contextlib import suppress
from typing import Protocol


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
