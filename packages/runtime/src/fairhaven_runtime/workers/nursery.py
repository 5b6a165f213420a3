"""Warm starts: workers are forked from a process that has imported, once, what they all need.

It never loads the module, so no thread, lock or device of it is copied. Where it cannot be had, or has just
ended, workers are started one by one.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Mapping, Sequence
from socket import socket

from fairhaven_runtime.workers.children import LAST_WORDS, Forked
from fairhaven_runtime.workers.forkserver import ForkServer, NoNursery

log = logging.getLogger(__name__)

MOST_STILLBORN = 3
LONGEST_PAUSE = 30.0
LONGEST_BIRTH = 10.0
"""Seconds that an open nursery gets for a fork, even on a machine that is very busy."""


class Nursery:
    """Keeps one fork server running: when it ends there is another, each time after a longer pause."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, patience: float) -> None:
        self._command = command
        self._environment = environment
        self._patience = patience
        self._server: ForkServer | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._failures = 0
        self._stillborn = 0
        self._over = False

    def open(self) -> None:
        """Begin to start it; returns at once, and needs no event loop."""
        if sys.platform != "linux":
            self.give_up("it needs Linux")
            return
        try:
            self._server = ForkServer.start(self._command, self._environment)
        except OSError as error:
            self.give_up(str(error))

    async def fork(self, arguments: list[str], theirs: socket) -> Forked:
        """A new worker with this command line and this end of a socket to us.

        Raises:
            NoNursery: it has to be started in another way.
        """
        server = self._server
        if server is None or self._over:
            raise NoNursery
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())
        try:
            async with asyncio.timeout(LONGEST_BIRTH if server.is_open else self._patience):
                return await server.fork(arguments, theirs)
        except TimeoutError:
            if not server.is_open:
                self.give_up(f"it was not ready after {self._patience:g} s")
                server.kill()
            raise NoNursery from None

    def go_on(self) -> None:
        """A worker is ready: the machine has time for what helps later ones."""
        if self._server is not None and not self._server.is_open:
            self._server.go_on()

    def give_up(self, reason: str) -> None:
        """From now on fork no more; what was forked lives on."""
        if not self._over:
            log.warning("workers are started one by one, without a nursery: %s", reason)
        self._over = True

    async def close(self) -> None:
        """End it, with all workers that it forked."""
        self._over = True
        server = self._server
        if server is None:
            if self._keeper is not None:
                self._keeper.cancel()  # it pauses
            return
        server.leave()
        keeper = self._keeper or asyncio.create_task(self._keep())
        await asyncio.wait([keeper], timeout=LAST_WORDS)
        server.kill()
        await keeper

    async def _keep(self) -> None:
        while (server := self._server) is not None:
            how = await server.follow()
            self._server = None
            self._learn(server, how)
            if self._over:
                return
            if pause := self._pause():
                await asyncio.sleep(pause)
            self.open()
            if pause:
                self.go_on()  # meanwhile workers were started without it: nobody waits for the first

    def _learn(self, server: ForkServer, how: str) -> None:
        """Count failures in a row; what never opens is not worth many attempts."""
        lasted = time.monotonic() - server.begun
        self._failures = 1 if lasted > LONGEST_PAUSE else self._failures + 1
        self._stillborn = 0 if server.is_open else self._stillborn + 1
        if server.refusal or self._stillborn == MOST_STILLBORN:
            self.give_up(server.refusal or f"it does not start: {how}")
        elif not self._over:
            log.warning("nursery %s ended: %s; another follows in %g s", server.pid, how, self._pause())

    def _pause(self) -> float:
        """Seconds until the next attempt: none after the first failure."""
        return min(LONGEST_PAUSE, float(2 ** (self._failures - 2))) if self._failures > 1 else 0.0
