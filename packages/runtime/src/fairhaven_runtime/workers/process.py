"""One worker process: start it with the module's interpreter, ask it, end it with everything it started."""

import asyncio
import json
import os
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from fairhaven_runtime.errors import LoadFailed
from fairhaven_runtime.worker.frames import Frame, Head
from fairhaven_runtime.workers.channel import Channel, WorkerGone

ENTRY = Path(__file__).parents[1] / "worker" / "start.py"


@dataclass(frozen=True, kw_only=True)
class WorkerSpec:
    """How workers of this server are started; `timeout` seconds are given to load the module."""

    python: Path
    model: str
    spool: Path
    tmp: Path
    timeout: float


class Starter:
    """Starts workers of one server."""

    def __init__(self, spec: WorkerSpec) -> None:
        self._spec = spec

    async def start(self, *, warm: bool) -> "Worker":
        """Start a worker and wait until its module is loaded (and warmed).

        Raises:
            LoadFailed: the interpreter is missing, the module fails, or it takes too long.
        """
        return await Worker.start(self._spec, warm=warm)

    async def stop(self) -> None:
        """Let go of what helps to start them."""


class Worker:
    """A running worker whose module is loaded; `document` is the module's description of itself."""

    def __init__(self, process: asyncio.subprocess.Process, channel: Channel) -> None:
        self._process = process
        self._channel = channel
        self._end = asyncio.create_task(self._watch())
        self.document: dict[str, Any] = {}
        self.served = 0

    @classmethod
    async def start(cls, spec: WorkerSpec, *, warm: bool) -> Self:
        """Start a worker and wait until its module is loaded (and warmed).

        Raises:
            LoadFailed: the interpreter is missing, the module fails, or it takes longer than `spec.timeout`.
        """
        worker = await cls._spawn(spec, warm=warm)
        try:
            async with asyncio.timeout(spec.timeout):
                worker.document = await worker._loaded()
        except TimeoutError:
            raise LoadFailed(f"The module was not ready after {spec.timeout:g} s of loading.") from None
        finally:
            if not worker.document:
                await worker.stop()
        return worker

    async def ask(self, head: Head, body: bytes = b"") -> Frame:
        """Send one message and wait for its answer.

        Raises:
            WorkerGone: the process ended first.
        """
        self._channel.send(head, body)
        answer = await self._channel.receive()
        self.served += 1
        return answer

    def tell(self, head: Head) -> None:
        """Send one message that has no answer.

        Raises:
            WorkerGone: the process ended.
        """
        self._channel.send(head)

    async def more(self) -> Frame:
        """The next piece of a stream.

        Raises:
            WorkerGone: the process ended first.
        """
        return await self._channel.receive()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return not self._end.done()

    @property
    def pid(self) -> int:
        """Process id, which is also the id of the process group."""
        return self._process.pid

    async def ended(self) -> str:
        """Wait for the end of the process; says how it ended."""
        return await asyncio.shield(self._end)

    def kill(self) -> None:
        """End the process and the children that the module started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def stop(self) -> None:
        """`kill`, and wait until it has gone."""
        self.kill()
        await self.ended()

    @classmethod
    async def _spawn(cls, spec: WorkerSpec, *, warm: bool) -> Self:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = await _start_process(spec, theirs.fileno(), warm=warm)
            except OSError as error:
                ours.close()
                raise LoadFailed(
                    f"The interpreter {spec.python} cannot be started: {error.strerror}."
                ) from error
        _, channel = await asyncio.get_running_loop().create_connection(Channel, sock=ours)
        return cls(process, channel)

    async def _loaded(self) -> dict[str, Any]:
        try:
            head, body = await self._channel.receive()
        except WorkerGone:
            raise LoadFailed(
                f"The module's process ended while it was loading: {await self.ended()}."
            ) from None
        if head.get("event") != "ready":
            raise LoadFailed(str(head["reason"]))
        document: dict[str, Any] = json.loads(body)
        return document

    async def _watch(self) -> str:
        code = await self._process.wait()
        self.kill()  # what the module started must not outlive it
        self._channel.abort()
        return describe_exit(code)


def describe_exit(code: int) -> str:
    """An exit code in words: negative numbers are signals."""
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        name = signal.Signals(-code).name
        hint = " (often: out of memory)" if name == "SIGKILL" else ""
        return f"killed by {name}{hint}"
    return f"killed by signal {-code}"


async def _start_process(spec: WorkerSpec, fd: int, *, warm: bool) -> asyncio.subprocess.Process:
    arguments = [
        "--fd",
        str(fd),
        "--parent",
        str(os.getpid()),
        "--spool",
        str(spec.spool),
        "--model",
        spec.model,
    ]
    return await asyncio.create_subprocess_exec(
        str(spec.python),
        str(ENTRY),
        *arguments,
        *(["--warm"] if warm else []),
        pass_fds=[fd],
        stdin=asyncio.subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(spec.tmp), "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
