"""`fairhaven up`, `serve` and `work`: the processes of a platform, from their settings to a clean stop.

`up` is web, worker and embedded components in one supervised tree; `serve` and `work` are the same
parts apart, for a shared PostgreSQL.
"""

import asyncio
import gc
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
import uvicorn
from fastapi import FastAPI

from fairhaven import app as application
from fairhaven.core import s3, telemetry
from fairhaven.core.components.component import Component
from fairhaven.core.components.folders import private_folder, write_private
from fairhaven.core.components.gateway import EmbeddedGateway
from fairhaven.core.components.objects import EmbeddedObjects
from fairhaven.core.components.ports import LOOPBACK, remembered_ports
from fairhaven.core.components.postgres import EmbeddedPostgres
from fairhaven.core.components.supervisor import Supervisor
from fairhaven.core.config import Settings
from fairhaven.core.errors import Unconfigured
from fairhaven.core.forwarded import GATEWAY_HEADER
from fairhaven.core.installation import EMBEDDED, Note
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.identity import service as identity
from fairhaven.migrations import upgrade

log = structlog.get_logger(__name__)

READY_LIMIT = 60.0  # seconds that a start may take


@dataclass(frozen=True)
class Started:
    """What `up` says when everything answers: the address to open, and how long it took."""

    url: str
    sign_in: str | None
    seconds: float


class Embedded:
    """The components that the settings ask for, and where they are once they run."""

    def __init__(self, settings: Settings, web_port: int, gateway_secret: str) -> None:
        self._settings = settings
        self.postgres = EmbeddedPostgres() if settings.database.get_secret_value() == EMBEDDED else None
        self.objects = EmbeddedObjects() if settings.objects.get_secret_value() == EMBEDDED else None
        self.gateway = _gateway(settings, web_port, gateway_secret) if settings.gateway == EMBEDDED else None

    @property
    def stores(self) -> list[Component]:
        return [each for each in (self.postgres, self.objects) if each is not None]

    @property
    def door(self) -> list[Component]:
        return [self.gateway] if self.gateway else []

    @property
    def database_url(self) -> str:
        return self.postgres.url if self.postgres else self._settings.database.get_secret_value()

    @property
    def objects_url(self) -> str:
        if self.objects is None:
            return self._settings.objects.get_secret_value()
        found = self.objects
        return s3.address(
            endpoint=found.endpoint,
            bucket=found.bucket,
            access_key=found.access_key,
            secret_key=found.secret_key,
        )


async def up(settings: Settings, announce: Callable[[Started], None]) -> None:
    """Run everything on this machine until SIGTERM or SIGINT.

    Raises:
        ComponentFailed, PortTaken, HomeInUse: an embedded program cannot run; the message says what to do.
    """
    began = time.perf_counter()
    telemetry.configure(settings)
    private_folder(settings.data)
    stop = _stop_on_signals()
    async with AsyncExitStack() as stack:
        web_socket = stack.enter_context(_web_socket(settings))
        web_url = f"http://{LOOPBACK}:{web_socket.getsockname()[1]}"
        secret = _gateway_secret(settings)
        embedded = Embedded(settings, web_socket.getsockname()[1], secret)
        note = Note(settings, web_url)
        stack.callback(note.remove)
        stores = Supervisor(settings.data / "components", embedded.stores, on_change=note.changed)
        await stack.enter_async_context(stores)
        platform = await stack.enter_async_context(
            _platform(settings, embedded.database_url, embedded.objects_url)
        )
        platform.web_url, platform.gateway_secret = web_url, secret
        live = Live(platform.database)
        await stack.enter_async_context(_listening(live))
        await stack.enter_async_context(serving(application.web(platform, live), web_socket))
        background = application.Background(platform, live)
        await stack.enter_async_context(background.running(alone=embedded.postgres is not None))
        # Last: Traefik slows down when its first question for routes is not answered.
        door = Supervisor(settings.data / "entrance", embedded.door, on_change=note.changed)
        await stack.enter_async_context(door)
        await _answers(f"{settings.public_url if embedded.gateway else web_url}/readyz")
        note.database_url = embedded.database_url
        note.write()
        announce(Started(settings.public_url, await _first_link(platform), time.perf_counter() - began))
        await stop.wait()


async def serve(settings: Settings) -> None:
    """Run the web alone, on a shared database and object store, until SIGTERM or SIGINT."""
    stop = _stop_on_signals()
    async with AsyncExitStack() as stack:
        platform, live = await _shared(settings, stack)
        web_socket = stack.enter_context(_web_socket(settings))
        platform.web_url = settings.web_url or f"http://{LOOPBACK}:{web_socket.getsockname()[1]}"
        platform.gateway_secret = _gateway_secret(settings)
        await stack.enter_async_context(serving(application.web(platform, live), web_socket))
        log.info("the web answers", address=platform.web_url)
        await stop.wait()


async def work(settings: Settings) -> None:
    """Run jobs and reconcilers alone, on a shared database and object store, until SIGTERM or SIGINT."""
    stop = _stop_on_signals()
    async with AsyncExitStack() as stack:
        platform, live = await _shared(settings, stack)
        await stack.enter_async_context(application.Background(platform, live).running(alone=False))
        log.info("the worker takes jobs")
        await stop.wait()


async def _shared(settings: Settings, stack: AsyncExitStack) -> tuple[Platform, Live]:
    telemetry.configure(settings)
    private_folder(settings.data)
    database, objects = settings.database.get_secret_value(), settings.objects.get_secret_value()
    if EMBEDDED in (database, objects):
        raise Unconfigured(
            "`serve` and `work` need a shared database and object store.",
            fix='Set `database = "postgresql://…"` and `objects = "s3+https://…"`, or run `fairhaven up`.',
        )
    platform = await stack.enter_async_context(_platform(settings, database, objects))
    live = Live(platform.database)
    await stack.enter_async_context(_listening(live))
    return platform, live


@asynccontextmanager
async def _platform(settings: Settings, database_url: str, objects_url: str) -> AsyncIterator[Platform]:
    await asyncio.to_thread(upgrade, database_url)
    async with application.opened(settings, database_url=database_url, objects_url=objects_url) as platform:
        await application.first_start(platform)
        yield platform


@asynccontextmanager
async def _listening(live: Live) -> AsyncIterator[None]:
    async with application.tasks([live.run()]):
        yield


class _Server(uvicorn.Server):
    """Uvicorn, but the signals are ours: everything stops together, in order."""

    @contextmanager
    def capture_signals(self) -> Any:
        yield


def settle_memory() -> None:
    """Take what was imported out of the garbage collector's sight, and let it look less often.

    A full look at all modules and models takes 100 ms, in which no request is answered.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@asynccontextmanager
async def serving(app: FastAPI, web_socket: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `core.forwarded` believes the gateway only, not whoever is on this machine
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[web_socket]))
    try:
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        settle_memory()
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)


@contextmanager
def _web_socket(settings: Settings) -> Any:
    folder = private_folder(settings.data / "web")
    port = settings.web_port or remembered_ports(folder, ["web"])["web"]
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((LOOPBACK, port))
        yield opened


def _gateway(settings: Settings, web_port: int, secret: str) -> EmbeddedGateway:
    provider = f"http://{LOOPBACK}:{web_port}/internal/gateway"
    return EmbeddedGateway(
        settings.listen,
        provider_url=provider,
        provider_headers={GATEWAY_HEADER: secret},
        proxies=settings.proxies,
    )


def _gateway_secret(settings: Settings) -> str:
    file = settings.data / "gateway-secret"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(32))
    return file.read_text()


async def _first_link(platform: Platform) -> str | None:
    """A sign-in link, as long as nobody ever signed in."""
    async with platform.transaction() as session:
        if await identity.has_anyone_signed_in(session):
            return None
        person = await identity.administrator(session)
        return f"{platform.settings.public_url}/sign-in/{await identity.make_link(session, person.id)}"


async def _answers(url: str) -> None:
    """Wait until the platform answers through its front door.

    Raises:
        TimeoutError: it did not within a minute.
    """
    async with asyncio.timeout(READY_LIMIT), httpx.AsyncClient(timeout=5.0) as http:
        while True:
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, stop.set)
    return stop
