"""One worker process: start it with the module's interpreter, ask it, end it with everything it started."""

import asyncio
import json
import os
import shutil
import socket
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairhaven_runtime.errors import LoadFailed
from fairhaven_runtime.worker.frames import Frame, Head
from fairhaven_runtime.workers.channel import Channel, WorkerGone
from fairhaven_runtime.workers.children import Process, spawn
from fairhaven_runtime.workers.forkserver import NoNursery
from fairhaven_runtime.workers.nursery import Nursery

ENTRY = Path(__file__).parents[1] / "worker" / "start.py"


@dataclass(frozen=True, kw_only=True)
class WorkerSpec:
    """How workers of this server are started.

    Attributes:
        timeout: seconds that are given to load the module.
        preload: what a nursery imports before it forks, beside what all workers need.
        prints: whether the module writes to our own standard output, not to the log.
    """

    python: Path
    model: str
    spool: Path
    tmp: Path
    timeout: float
    preload: tuple[str, ...] = ()
    prints: bool = False

    def command(self) -> list[str]:
        """What runs our files with the module's interpreter."""
        return [str(self.python), str(ENTRY)]

    def environment(self) -> dict[str, str]:
        """The environment variables of a worker."""
        return {**os.environ, "TMPDIR": str(self.tmp), "PYTHONUNBUFFERED": "1"}

    def arguments(self, spool: Path, *, warm: bool) -> list[str]:
        """The command line of a worker, but for what ties it to its parent."""
        switches = [name for name, wanted in (("--warm", warm), ("--prints", self.prints)) if wanted]
        return ["--spool", str(spool), "--model", self.model, *switches]


class Starter:
    """Starts workers of one server: with a nursery forked, if there is one; else one by one."""

    def __init__(self, spec: WorkerSpec, *, nursery: bool = False) -> None:
        self._spec = spec
        self._nursery = _nursery(spec) if nursery else None

    def prepare(self) -> None:
        """Begin with what takes time, ahead of the first start; needs no event loop."""
        if self._nursery is not None:
            self._nursery.open()

    async def start(self, *, warm: bool) -> "Worker":
        """Start a worker and wait until its module is loaded (and warmed).

        Raises:
            LoadFailed: the interpreter is missing, the module fails, or it takes too long.
        """
        worker = await self._launched(warm=warm)
        try:
            async with asyncio.timeout(self._spec.timeout):
                await worker.load()
        except TimeoutError:
            raise LoadFailed(f"The module was not ready after {self._spec.timeout:g} s of loading.") from None
        finally:
            if not worker.document:
                await worker.stop()
        if self._nursery is not None:
            self._nursery.go_on()
        return worker

    async def stop(self) -> None:
        """Let go of what helps to start them."""
        if self._nursery is not None:
            await self._nursery.close()

    async def _launched(self, *, warm: bool) -> "Worker":
        spool = Path(tempfile.mkdtemp(dir=self._spec.spool))
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process = await self._process(theirs, self._spec.arguments(spool, warm=warm))
        except BaseException:
            ours.close()
            shutil.rmtree(spool, ignore_errors=True)
            raise
        _, channel = await asyncio.get_running_loop().create_connection(Channel, sock=ours)
        return Worker(process, channel, spool)

    async def _process(self, theirs: socket.socket, arguments: list[str]) -> Process:
        if self._nursery is not None:
            with suppress(NoNursery):
                return await self._nursery.fork(arguments, theirs)
        ties = ["--fd", str(theirs.fileno()), "--parent", str(os.getpid())]
        command = [*self._spec.command(), *ties, *arguments]
        try:
            return await spawn(command, self._spec.environment(), theirs.fileno())
        except OSError as error:
            python, why = self._spec.python, error.strerror
            raise LoadFailed(f"The interpreter {python} cannot be started: {why}.") from error


class Worker:
    """A running worker; `document` is the module's description of itself, once it is loaded."""

    def __init__(self, process: Process, channel: Channel, spool: Path) -> None:
        self._process = process
        self._channel = channel
        self._spool = spool
        self._end = asyncio.create_task(self._watch())
        self.document: dict[str, Any] = {}
        self.served = 0

    async def load(self) -> None:
        """Wait until the module is loaded.

        Raises:
            LoadFailed: it fails.
        """
        try:
            head, body = await self._channel.receive()
        except WorkerGone:
            raise LoadFailed(
                f"The module's process ended while it was loading: {await self.ended()}."
            ) from None
        if head.get("event") != "ready":
            raise LoadFailed(str(head["reason"]))
        self.document = json.loads(body)

    async def ask(self, head: Head, body: bytes = b"") -> Frame:
        """Send one message and wait for its answer.

        Raises:
            WorkerGone: the process ended first.
        """
        self._channel.send(head, body)
        answer = await self._channel.receive()
        self.served += 1
        for each in (answer[0], *answer[0].get("answers", ())):
            if "path" in each:
                each["path"] = _kept(Path(each["path"]))
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
        """Whether the process still runs and listens."""
        return not (self._end.done() or self._channel.closed)

    @property
    def pid(self) -> int:
        """Process id, which is also the id of the process group."""
        return self._process.pid

    async def ended(self) -> str:
        """Wait for the end of the process; says how it ended."""
        return await asyncio.shield(self._end)

    def kill(self) -> None:
        """End the process and the children that the module started."""
        self._process.kill()

    async def stop(self) -> None:
        """`kill`, and wait until it has gone."""
        self.kill()
        await self.ended()

    async def _watch(self) -> str:
        how = await self._process.ended()
        self.kill()  # what the module started must not outlive it
        self._channel.abort()
        shutil.rmtree(self._spool, ignore_errors=True)  # what it wrote and did not come to announce
        return how


def _kept(path: Path) -> str:
    """Where the file of an answer outlives the worker that wrote it."""
    try:
        return str(path.rename(path.parents[1] / path.name))
    except FileNotFoundError:
        raise WorkerGone from None  # it ended at once, and its files have been cleared away


def _nursery(spec: WorkerSpec) -> Nursery:
    preload = ["--preload", ",".join(spec.preload)] if spec.preload else []
    return Nursery([*spec.command(), *preload], spec.environment(), patience=spec.timeout)
