"""Live updates: facts as they are committed, told to every process by LISTEN/NOTIFY, to pages by SSE."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import structlog
from starlette.responses import StreamingResponse

from fairhaven.core.db import Database

log = structlog.get_logger(__name__)

CHANNEL = "fairhaven_facts"
HEARTBEAT = 15.0  # seconds of silence after which an SSE stream says it is alive
BACKLOG = 100  # notices that a slow reader may fall behind before it is told to look again


@dataclass(frozen=True)
class Notice:
    """That a fact was committed: enough to decide who wants to look."""

    seq: int
    kind: str
    subject: UUID
    project: UUID | None


class Live:
    """One LISTEN connection per process, and those who wait in it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._readers: set[asyncio.Queue[Notice | None]] = set()
        self.connected = False

    async def run(self) -> None:
        """Listen until cancelled; after a lost connection every reader is told to look again."""
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                log.warning("live updates are interrupted", error=str(error).strip())
            self.connected = False
            self._tell(None)
            await asyncio.sleep(0.5)

    async def notices(self) -> AsyncGenerator[Notice | None, None]:
        """Yield notices as they come; None, as the very first, means that some may have been missed."""
        queue: asyncio.Queue[Notice | None] = asyncio.Queue(BACKLOG)
        queue.put_nowait(None)  # what happened between the making of a page and its connection
        self._readers.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._readers.discard(queue)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._database.conninfo, autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self.connected = True
            async for notify in connection.notifies():
                self._tell(_parse(notify.payload))

    def _tell(self, notice: Notice | None) -> None:
        for queue in self._readers:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                notice = None
            queue.put_nowait(notice)


async def changes(
    live: Live, wanted: Callable[[Notice], bool], *, settle: float = 0.15
) -> AsyncIterator[None]:
    """Yield once for every burst of wanted facts."""
    stream = live.notices()
    async with contextlib.aclosing(stream):
        async for notice in stream:
            if notice is None or wanted(notice):
                await asyncio.sleep(settle)
                yield


def events(source: AsyncIterator[tuple[str, str]]) -> StreamingResponse:
    """Send (event, data) pairs as Server-Sent Events (WHATWG HTML §9.2), with heartbeats."""
    return StreamingResponse(
        _encoded(source),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _encoded(source: AsyncIterator[tuple[str, str]]) -> AsyncIterator[str]:
    pending: asyncio.Task[tuple[str, str]] | None = None
    yield ": hello\n\n"
    try:
        while True:
            pending = pending or asyncio.ensure_future(_next(source))
            done, _ = await asyncio.wait({pending}, timeout=HEARTBEAT)
            if not done:
                yield ": still here\n\n"
                continue
            try:
                event, data = pending.result()
            except StopAsyncIteration:
                return
            pending = None
            yield f"event: {event}\n" + "".join(f"data: {line}\n" for line in data.split("\n")) + "\n"
    finally:
        if pending:
            pending.cancel()
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                await pending
        close: Any = getattr(source, "aclose", None)
        if close:
            await close()


async def _next(source: AsyncIterator[tuple[str, str]]) -> tuple[str, str]:
    return await anext(source)


def _parse(payload: str) -> Notice:
    told = json.loads(payload)
    project = told["project"]
    return Notice(told["seq"], told["kind"], UUID(told["subject"]), UUID(project) if project else None)
