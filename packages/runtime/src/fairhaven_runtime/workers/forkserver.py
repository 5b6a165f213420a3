"""The front's side of one fork server (`worker/nursery.py`): asked for workers, told of their ends."""

import asyncio
import json
import logging
import os
import socket
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Self

from fairhaven_runtime.workers.children import LAST_WORDS, Forked, describe_exit

log = logging.getLogger(__name__)

PACKET = 65536


class NoNursery(Exception):
    """No worker can be forked now; it has to be started in the common way."""


class ForkServer:
    """One process that forks, and the workers that it has forked.

    Attributes:
        begun: when it was started, on the clock of `time.monotonic`.
        is_open: whether it has imported everything.
        refusal: why it cannot fork at all; empty when it can.
    """

    def __init__(self, process: subprocess.Popen[bytes], connection: socket.socket) -> None:
        self.pid = process.pid
        self.begun = time.monotonic()
        self.is_open = False
        self.refusal = ""
        self._process = process
        self._socket = connection
        self._gone = asyncio.Event()
        self._unborn: deque[asyncio.Future[Forked]] = deque()
        self._workers: dict[int, Forked] = {}

    @classmethod
    def start(cls, command: Sequence[str], environment: Mapping[str, str]) -> Self:
        """Start one; returns before it is open, and needs no event loop.

        Raises:
            OSError: the command cannot be started.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            try:
                process = subprocess.Popen(  # noqa: S603 - our own worker, by a list of ours
                    [*command, "--nursery", str(theirs.fileno()), "--parent", str(os.getpid())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    env=environment,
                    start_new_session=True,
                )
            except OSError:
                ours.close()
                raise
        return cls(process, ours)

    async def fork(self, arguments: list[str], theirs: socket.socket) -> Forked:
        """A new worker with this command line and this end of a socket to us.

        Raises:
            NoNursery: it has ended, or cannot fork.
        """
        born: asyncio.Future[Forked] = asyncio.get_running_loop().create_future()
        try:
            socket.send_fds(self._socket, [json.dumps(arguments).encode()], [theirs.fileno()])
        except OSError as error:
            raise NoNursery from error
        self._unborn.append(born)
        return await born

    def go_on(self) -> None:
        """The first worker is ready: it may import what helps later ones."""
        with suppress(OSError):
            self._socket.send(b"[]")

    async def follow(self) -> str:
        """Listen until it ends, and all its workers with it; says how it ended."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._socket, self._read)
        await self._gone.wait()
        loop.remove_reader(self._socket)
        self._socket.close()
        how = describe_exit(await asyncio.to_thread(self._wait))
        for born in self._unborn:
            _disappoint(born)
        for worker in self._workers.values():
            worker.kill()
            await asyncio.to_thread(_reap, worker.pid)
            worker.report(f"its nursery ended: {how}")
        return how

    def leave(self) -> None:
        """Let it end; `follow` returns when it has."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    # --- what it says ------------------------------------------------------------------------------------

    def _read(self) -> None:
        """Take all there is to read: the event loop calls only once when the other end was closed at odds."""
        with suppress(BlockingIOError):
            while packet := self._packet():
                self._hear(json.loads(packet))
            asyncio.get_running_loop().remove_reader(self._socket)
            self._gone.set()

    def _packet(self) -> bytes:
        """One message; empty when there will be none any more."""
        with suppress(ConnectionResetError):  # it went and had not read everything
            return self._socket.recv(PACKET)
        return self._socket.recv(PACKET)  # what it had said before

    def _hear(self, message: dict[str, Any]) -> None:
        match message["event"]:
            case "open":
                self._opened(message["troubles"])
            case "born":
                self._welcome(Forked(message["pid"]))
            case "unborn":
                log.warning("the nursery cannot fork: %s", message["reason"])
                _disappoint(self._unborn.popleft())
            case "ended":
                self._workers.pop(message["pid"]).report(describe_exit(message["code"]))
            case "failed":
                self.refusal = message["reason"]

    def _opened(self, troubles: list[str]) -> None:
        self.is_open = True
        for trouble in troubles:
            log.warning("%s", trouble)

    def _welcome(self, worker: Forked) -> None:
        """Hand it to whoever asked first; if nobody waits any more, it ends with its socket."""
        self._workers[worker.pid] = worker
        born = self._unborn.popleft()
        if not born.done():
            born.set_result(worker)

    def _wait(self) -> int:
        try:
            return self._process.wait(LAST_WORDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def _disappoint(born: asyncio.Future[Forked]) -> None:
    if not born.done():
        born.set_exception(NoNursery())


def _reap(pid: int) -> None:
    """Where we are the first process of a container, the nursery's orphans have become ours."""
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)
