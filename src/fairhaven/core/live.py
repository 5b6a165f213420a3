"""Live updates: facts as they are committed, told to every process by LISTEN/NOTIFY, to pages by SSE."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg import sql
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import StreamingResponse

from fairhaven.core.db import Database
from fairhaven.core.policy import Actor

log = structlog.get_logger(__name__)

CHANNEL = "fairhaven_facts"
CHANGES = "fairhaven_changes"
HEARTBEAT = 15.0  # seconds of silence after which an SSE stream says it is alive
# Seconds: a server that vanished without a word is noticed after five.
_NOTICES_A_DEAD_SERVER: dict[str, Any] = {
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}
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
        self._hearers: dict[str, Callable[[str], None]] = {}
        self._when_silent: list[Callable[[], None]] = []
        self._streams: dict[UUID, set[asyncio.Future[None]]] = {}
        self.connected = False

    def hear(self, topic: str, told: Callable[[str], None]) -> None:
        """Call `told` with whatever is said about the topic, by `say`, in any process."""
        self._hearers[topic] = told

    def on_silence(self, act: Callable[[], None]) -> None:
        """Call `act` whenever something may have been missed: the connection was lost."""
        self._when_silent.append(act)

    def closing(self, actor: Actor) -> "asyncio.Future[None]":
        """Done when streams of this actor must end."""
        closing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if (person := actor.id) is not None:
            self._streams.setdefault(person, set()).add(closing)
            closing.add_done_callback(lambda done: self._streams.get(person, set()).discard(done))
        return closing

    def cut(self, person: UUID) -> None:
        """End the streams of a person: who may go on opens them again."""
        for closing in self._streams.pop(person, set()):
            if not closing.done():
                closing.set_result(None)

    async def run(self) -> None:
        """Listen until cancelled; after a lost connection every reader is told to look again."""
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                log.warning("live updates are interrupted", error=str(error).strip())
            self.connected = False
            self._tell(None)
            for act in self._when_silent:
                act()
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
        connection = await psycopg.AsyncConnection.connect(
            self._database.conninfo, autocommit=True, **_NOTICES_A_DEAD_SERVER
        )
        async with connection:
            for channel in (CHANNEL, CHANGES):
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            self.connected = True
            async for notify in connection.notifies():
                if notify.channel == CHANNEL:
                    self._tell(_parse(notify.payload))
                else:
                    self._pass_on(notify.payload)

    def _pass_on(self, payload: str) -> None:
        topic, _, text = payload.partition(":")
        if hearer := self._hearers.get(topic):
            hearer(text)

    def _tell(self, notice: Notice | None) -> None:
        for queue in self._readers:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                notice = None
            queue.put_nowait(notice)


async def say(session: AsyncSession, topic: str, text: str) -> None:
    """Tell every process, once this transaction is committed, that what it keeps of a topic is old."""
    await session.execute(select(func.pg_notify(CHANGES, f"{topic}:{text}")))


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


async def keep_true(
    live: Live,
    refresh: Callable[[], Awaitable[None]],
    wanted: Callable[[Notice], bool],
    *,
    what: str,
    interval: float = 30.0,
) -> None:
    """Refresh what a process keeps until cancelled: after wanted facts, and every `interval` seconds."""
    changed = asyncio.Event()
    watch = asyncio.create_task(_flag(live, wanted, changed))
    try:
        while True:
            changed.clear()
            try:
                await refresh()
            except DBAPIError as error:
                log.warning("what is kept waits for the database", what=what, error=str(error.orig).strip())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), interval)
    finally:
        watch.cancel()


async def _flag(live: Live, wanted: Callable[[Notice], bool], changed: asyncio.Event) -> None:
    async for notice in live.notices():
        if notice is None or wanted(notice):
            changed.set()


def events(request: Request, source: AsyncIterator[tuple[str, str]]) -> StreamingResponse:
    """Send (event, data) pairs as Server-Sent Events (WHATWG HTML §9.2), with heartbeats.

    They end when what the reader may has changed; a browser then comes again by itself.
    """
    closing = request.app.state.live.closing(request.state.actor)
    return StreamingResponse(
        _encoded(source, closing),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _encoded(
    source: AsyncIterator[tuple[str, str]], closing: "asyncio.Future[None]"
) -> AsyncIterator[str]:
    pending: asyncio.Task[tuple[str, str]] | None = None
    yield ": hello\n\n"
    try:
        while True:
            pending = pending or asyncio.ensure_future(_next(source))
            either: set[asyncio.Future[Any]] = {pending, closing}
            await asyncio.wait(either, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            if closing.done():
                return
            if not pending.done():
                yield ": still here\n\n"
                continue
            try:
                event, data = pending.result()
            except StopAsyncIteration:
                return
            pending = None
            yield f"event: {event}\n" + "".join(f"data: {line}\n" for line in data.split("\n")) + "\n"
    finally:
        closing.cancel()
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
