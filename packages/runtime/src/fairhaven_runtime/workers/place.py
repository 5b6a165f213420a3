"""A call's place in the queue: handed a worker, the answer that came with another's batch, or a refusal."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fairhaven_runtime.errors import ClientGone, QueueFull, Refusal
from fairhaven_runtime.workers.messages import Answer, Call
from fairhaven_runtime.workers.process import Worker

SHORT_WAIT = 0.1
"""Seconds in the queue before somebody looks whether the client is still there."""

Gone = Callable[[], Coroutine[Any, Any, None]]


class Place:
    """One call that waits, at most until its deadline."""

    def __init__(self, call: Call, deadline: float) -> None:
        self.call = call
        self.deadline = deadline
        self.turn: asyncio.Future[Worker | Answer] = asyncio.get_running_loop().create_future()
        self._watch: asyncio.Task[None] | None = None

    async def wait(self, gone: Gone | None) -> Worker | Answer:
        """What the call is handed.

        Raises:
            QueueFull: nothing, until its deadline.
            ClientGone: `gone` returned first.
        """
        loop = asyncio.get_running_loop()
        full = QueueFull("No worker became free before the request's deadline.")
        timers = [loop.call_at(self.deadline, self.refuse, full)]
        if gone is not None:
            timers.append(loop.call_later(SHORT_WAIT, self._watch_client, gone))
        try:
            return await self.turn
        finally:
            for timer in timers:
                timer.cancel()
            if self._watch is not None:
                self._watch.cancel()

    def refuse(self, refusal: Refusal) -> None:
        """Let it wait no more."""
        if not self.turn.done():
            self.turn.set_exception(refusal)

    def _watch_client(self, gone: Gone) -> None:
        self._watch = asyncio.ensure_future(gone())
        self._watch.add_done_callback(self._end_watch)

    def _end_watch(self, watch: asyncio.Task[None]) -> None:
        if not watch.cancelled():
            self.refuse(ClientGone("The client went away while it waited."))
