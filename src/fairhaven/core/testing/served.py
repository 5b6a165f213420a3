"""The web application behind a real HTTP server in a thread of its own, for tools that speak HTTP only."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass

from fairhaven import app as application
from fairhaven import up
from fairhaven.core.config import Settings
from fairhaven.core.live import Live
from fairhaven.core.policy import Actor
from fairhaven.core.testing import make, servers


@dataclass(frozen=True)
class Served:
    """Where it answers, and a token of its administrator's."""

    url: str
    token: str


@contextmanager
def served(settings: Settings, database_url: str) -> Iterator[Served]:
    """Serve the application until the block ends."""
    started: list[Served] = []
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        async with AsyncExitStack() as stack:
            objects = os.environ[servers.OBJECTS]
            opened = application.opened(settings, database_url=database_url, objects_url=objects)
            platform = await stack.enter_async_context(opened)
            person = await application.first_start(platform)
            live = Live(platform.database)
            await stack.enter_async_context(application.tasks([live.run()]))
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            await stack.enter_async_context(up.serving(application.web(platform, live), listening))
            token = await make.token(platform, Actor(id=person.id, name=person.name, administrator=True))
            started.append(Served(f"http://127.0.0.1:{listening.getsockname()[1]}", token))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), name="served")
    thread.start()
    try:
        if not ready.wait(30):
            raise TimeoutError("the application did not start")
        yield started[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
