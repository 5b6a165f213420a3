"""The front's end of the socket to one worker: frames out, frames in, one conversation at a time."""

import asyncio
from collections import deque
from typing import cast

from fairhaven_runtime.worker.frames import Frame, Head, frame_size, pack, unpack

AHEAD = 64
"""Messages that a worker may be ahead of who reads them."""


class WorkerGone(Exception):
    """The worker's end of the socket is closed."""


class Channel(asyncio.Protocol):
    """Length-framed messages over an asyncio transport."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._inbox: deque[Frame] = deque()
        self._waiter: asyncio.Future[Frame] | None = None
        self._transport: asyncio.Transport | None = None
        self.closed = False

    def send(self, head: Head, body: bytes = b"") -> None:
        """Write one message.

        Raises:
            WorkerGone: the socket is closed.
        """
        if self.closed or self._transport is None:
            raise WorkerGone
        self._transport.write(pack(head, body))

    async def receive(self) -> Frame:
        """The next message.

        Raises:
            WorkerGone: the socket closed before one came.
        """
        if self._inbox:
            if len(self._inbox) == AHEAD and self._transport is not None:
                self._transport.resume_reading()
            return self._inbox.popleft()
        if self.closed:
            raise WorkerGone
        self._waiter = asyncio.get_running_loop().create_future()
        return await self._waiter

    def abort(self) -> None:
        """Close at once, dropping what was not sent."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the socket is ours."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by behaviour, not by class

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes arrived; mostly they are just one message."""
        if not self._buffer and frame_size(data) == len(data):
            self._deliver(unpack(data))
            return
        self._buffer += data
        while len(self._buffer) >= (size := frame_size(self._buffer)):
            self._deliver(unpack(self._buffer[:size]))
            del self._buffer[:size]

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the worker is gone."""
        self.closed = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(WorkerGone())

    def _deliver(self, frame: Frame) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(frame)
        else:
            self._inbox.append(frame)
            if len(self._inbox) == AHEAD and self._transport is not None:
                self._transport.pause_reading()  # a stream whose reader is slower than the module
