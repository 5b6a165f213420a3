"""Composition root: settings in; the web, the workers, or both out. Knows every domain, by `domains.py`."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from prometheus_client import generate_latest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from fairhaven import __version__, domains
from fairhaven.core import cors, drivers, http, reconcile
from fairhaven.core.config import Settings
from fairhaven.core.db import Database
from fairhaven.core.deliveries import deliver_forever
from fairhaven.core.errors import NotReady
from fairhaven.core.jobs import Worker, queues_but
from fairhaven.core.limits import Limiter
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.identity import service as identity
from fairhaven.identity import web as identity_web
from fairhaven.identity.issuers import Issuers, Projects
from fairhaven.identity.known import Known
from fairhaven.identity.schemas import Person
from fairhaven.notices.board import Board
from fairhaven.projects import service as projects
from fairhaven.projects.brands import Brands
from fairhaven.projects.service import naming as project_names
from fairhaven.secrets import service as secrets
from fairhaven.ui import environment, rendering

log = structlog.get_logger(__name__)

# What signing in with issuers needs of the domain above identity.
_PROJECTS = Projects(grant=projects.grant, levels=projects.known_levels, existing=project_names.existing)

BUILDS = "builds"  # the queue of jobs that take long


@asynccontextmanager
async def opened(settings: Settings, *, database_url: str, objects_url: str) -> AsyncIterator[Platform]:
    """Open what one process needs: connections and drivers; close them at the end."""
    database = Database(database_url)
    objects = drivers.find("objects", objects_url).open(objects_url)
    platform = Platform(settings, database, objects)
    platform.drivers = {
        "engines": {
            _scheme(url): drivers.find("engines", url).open(url, platform) for url in settings.engines
        },
        "secrets": {
            _scheme(settings.secrets): drivers.find("secrets", settings.secrets).open(
                settings.secrets, platform
            )
        },
        "depositories": {
            each.name: drivers.find("depositories", each.url).open(each, settings)
            for each in settings.depositories
        },
        "sign_in": {"issuers": Issuers(platform, _PROJECTS)},
    }
    try:
        yield platform
    finally:
        await database.close()


async def first_start(platform: Platform) -> Person:
    """Make what an installation needs to begin: an administrator, and a project they manage."""
    async with platform.transaction() as session:
        await projects.align_levels(session, platform.settings.levels)
        person = await identity.administrator(session)
        project = await projects.default_project(session)
        await projects.add_member(session, project.id, person.id, Role.MANAGER)
    await secrets.ready(platform)
    return person


def web(platform: Platform, live: Live) -> FastAPI:
    """The web application: REST, pages, and what operators ask."""
    usual = rendering.Brand(name=platform.settings.name, docs=platform.settings.docs_url or "")
    board, brands = Board(platform, live), Brands(platform, live, usual)

    @asynccontextmanager
    async def served(app: FastAPI) -> AsyncIterator[None]:
        await brands.begin()
        async with tasks([board.run(), brands.run()]):
            yield

    app = FastAPI(
        title="Fairhaven",
        version=__version__,
        summary="The whole life of a scientific AI model.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=served,
    )
    app.state.board, app.state.banners = board, board.shown
    app.state.platform, app.state.live = platform, live
    app.state.authenticate, app.state.known = authenticate, Known(live)
    app.state.templates = environment.templates(*domains.TEMPLATES)
    app.state.brands, app.state.brand_at, app.state.origin_at = brands, brands.shown, brands.origin
    app.state.nav, app.state.limiter = domains.NAV, Limiter(platform.settings.limits)
    app.state.beside = domains.BESIDE
    app.mount(environment.STATIC_URL, environment.static_files(), name="static")
    for router in domains.ROUTERS:
        app.include_router(router)
    _add_operations(app)
    http.install_errors(app, rendering.problem_page)
    if platform.settings.cors_origins:
        app.add_middleware(cors.ForeignPages, origins=platform.settings.cors_origins)
    app.add_middleware(http.Edge, platform=platform)
    return app


async def authenticate(session: AsyncSession, request: Request) -> Actor:
    """Who asks, with the roles they have in projects; led to the terms first, where there are some."""
    actor = await identity_web.recognise(session, request, request.app.state.known, projects.roles_of)
    await request.app.state.brands.ask(session, request, actor)
    return actor


class Background:
    """What runs beside the web: jobs, reconcilers, live updates."""

    def __init__(self, platform: Platform, live: Live) -> None:
        self._platform, self._live = platform, live
        settings = platform.settings
        # Builds take minutes and all of a processor: they must not keep the short jobs waiting.
        self._workers = [
            Worker(platform, concurrency=settings.job_concurrency, queues=queues_but(BUILDS)),
            Worker(platform, concurrency=settings.build_concurrency, queues=[BUILDS]),
        ]

    @asynccontextmanager
    async def running(self, *, alone: bool) -> AsyncIterator[None]:
        """Run until the block ends; `alone`: no other process of this installation can be alive."""
        if alone:
            for each in domains.RECONCILERS:
                await reconcile.release_all(self._platform, each.table)
        await self._workers[0].adopt(alone=alone)
        loops = [worker.run() for worker in self._workers]
        loops += [self._workers[0].adopt_forever(), deliver_forever(self._platform, self._live)]
        loops += [each.run(self._platform, self._live) for each in domains.RECONCILERS]
        loops += [loop(self._platform, self._live) for loop in domains.LOOPS]
        async with tasks(loops):
            yield


@asynccontextmanager
async def tasks(loops: list[Any]) -> AsyncIterator[None]:
    running = [asyncio.create_task(loop) for loop in loops]
    for each in running:
        each.add_done_callback(_must_not_end)
    try:
        yield
    finally:
        for each in running:
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _must_not_end(task: asyncio.Task[Any]) -> None:
    """A loop that ends by itself is a mistake of ours: tell it, and end the process."""
    if task.cancelled():
        return
    log.critical("a background loop ended", loop=repr(task.get_coro()), exc_info=task.exception())
    signal.raise_signal(signal.SIGTERM)


def _add_operations(app: FastAPI) -> None:
    """What operators and load balancers ask; none of it tells secrets."""
    platform: Platform = app.state.platform
    live: Live = app.state.live

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> PlainTextResponse:
        async with platform.database.transaction() as session:
            await session.execute(text("SELECT 1"))
        if not live.connected:
            raise NotReady("Live updates are not connected to the database yet.")
        return PlainTextResponse("ready\n")

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> PlainTextResponse:
        return PlainTextResponse(generate_latest(), media_type="text/plain; version=0.0.4")


def _scheme(url: str) -> str:
    return url.partition(":")[0]
