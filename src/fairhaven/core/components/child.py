"""One running program: started so that it never outlives us, its output appended to a log file, and
ended together with whatever it started.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from fairhaven.core.components.component import Program
from fairhaven.core.launch import Launch

GUARDED = sys.platform != "linux"
"""Where the kernel offers no signal at a parent's death, a small guard process watches a pipe from us."""


class Child:
    """A started program. On Linux it ends with the *thread* that started it: start it on a lasting one."""

    def __init__(self, process: asyncio.subprocess.Process, program: Program, pipe: int | None) -> None:
        self._process = process
        self._program = program
        self._pipe = pipe

    @classmethod
    async def start(cls, program: Program, log: Path, *, guarded: bool = GUARDED) -> "Child":
        """Start the program; its output and errors go to the end of `log`."""
        inner, outer = os.pipe() if guarded else (None, None)
        output = _appending(log)
        try:
            process = await asyncio.create_subprocess_exec(
                *_launch(program, inner).command(program.argv),
                cwd=program.cwd,
                env=dict(program.env),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=() if inner is None else (inner,),
            )
        except BaseException:
            _close(outer)
            raise
        finally:
            os.close(output)
            _close(inner)
        return cls(process, program, outer)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """`None` while it runs; minus the signal's number when a signal ended it."""
        return self._process.returncode

    async def wait(self) -> int:
        return await self._process.wait()

    async def stop(self, patience: float) -> bool:
        """Ask it to end, and kill it after `patience` seconds. Whether it ended by itself."""
        with suppress(ProcessLookupError):
            self._process.send_signal(self._program.stop_signal)
        try:
            await asyncio.wait_for(self.wait(), patience)
        except TimeoutError:
            await self.kill()
            return False
        self._release()
        return True

    async def kill(self) -> None:
        """End it and its process group at once."""
        guarded = self._pipe is not None
        self._release()
        if guarded:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wait(), 1)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        await self.wait()

    def _release(self) -> None:
        _close(self._pipe)
        self._pipe = None


def _launch(program: Program, guard: int | None) -> Launch:
    return Launch(
        parent=os.getpid(), death_signal=program.death_signal, guard=guard, identity=program.identity
    )


def _appending(log: Path) -> int:
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _close(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)
