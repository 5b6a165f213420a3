"""Asking the application as somebody, about something; whatever a request does is undone after it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tests.service.matrix.expectations import ROLES, Place, Row
from tests.service.matrix.world import NOUN, World, nouns_of

from fairhaven.core.db import Database

ANY = "ANY"  # of routes that take every method
EVENTS = b"text/event-stream"


@dataclass(frozen=True)
class Case:
    """One question of the matrix."""

    method: str
    template: str
    row: Row
    role: str
    place: Place

    @property
    def expected(self) -> int:
        return self.row.expected(self.method, self.role, self.place)

    def __str__(self) -> str:
        return f"{self.role}, {self.place} project"


class Matrix:
    """The world, and a way to ask in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        transport = httpx.ASGITransport(_WithoutStreams(world.app), raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://fairhaven.test")

    async def ask(self, case: Case, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask as the case's role, by its token unless other credentials are given; then undo it."""
        world, row, role, place = self.world, case.row, case.role, case.place
        path = world.path(case.template, role, place)
        known = {"Authorization": f"Bearer {world.tokens[role]}"} if role in world.tokens else {}
        accept = "application/json" if path.startswith(("/api/", "/internal/")) else "text/html"
        self._client.cookies.clear()  # what one is told with a redirect is not for the next
        async with undone(world.platform.database):
            return await self._client.request(
                "GET" if case.method == ANY else case.method,
                f"{path}?{world.body(row.query, role, place)}" if row.query else path,
                headers={"Accept": accept, **(known if headers is None else headers)},
                json=world.body(row.json, role, place),
                data=world.body(row.form, role, place),
            )


# Of what is not one's own, all members are told the same: a few of them will do.
ASKERS = {
    Place.OWN: ROLES,
    Place.OTHER: ("nobody", "outsider", "manager", "administrator", "service", "bound"),
    Place.NONE: ("nobody", "manager", "administrator"),
    Place.CROSSED: ("member", "manager", "bound"),
}


def cases(key: str, row: Row) -> Iterator[Case]:
    """Every question about a route."""
    method, _, template = key.partition(" ")
    for place in places(template, row):
        for role in ("nobody", "administrator") if row.who.unasked else ASKERS[place]:
            yield Case(method, template, row, role, place)


def places(template: str, row: Row) -> tuple[Place, ...]:
    """Where a route is tried: everywhere, when it names a thing."""
    if row.places:
        return row.places
    nouns = [*nouns_of(template), *NOUN.findall(f"{row.json}{row.form}{row.query}")]
    if not nouns or row.who.unasked:
        return (Place.OWN,)
    below = template.count("{") > 1 and "{project_id}" in template and row.crossed is not None
    return (Place.OWN, Place.OTHER, Place.NONE, *([Place.CROSSED] if below else []))


def routes_of(app: FastAPI) -> dict[str, Any]:
    """Every route of an application, by the key that its row in the table has."""
    return {key: route for route in _walked(app.routes) for key in _keys(route)}


def _walked(routes: Any) -> Iterator[Any]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        yield from _walked(inner.routes) if inner else [route]


def _keys(route: Any) -> list[str]:
    path = route.path.replace(":path}", "}")
    methods = set(getattr(route, "methods", None) or ())
    if not methods:
        return [f"GET {path}/{{path}}"]  # a folder of files
    if len(methods) > 2:
        return [f"{ANY} {path}"]
    return [f"{method} {path}" for method in sorted(methods - {"HEAD"} or methods)]


@asynccontextmanager
async def undone(database: Database) -> AsyncIterator[None]:
    """All transactions meanwhile are parts of one that is rolled back at the end."""
    usual = database._sessions
    async with database.engine.connect() as connection, connection.begin() as outer:
        database._sessions = async_sessionmaker(
            connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        try:
            yield
        finally:
            database._sessions = usual
            await outer.rollback()


class _WithoutStreams:
    """Hangs up on streams of events as soon as they have begun: they never end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = asyncio.Event()

        async def until_events(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.start" and EVENTS in _type_of(message):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                begun.set()
                await asyncio.Event().wait()

        answering = asyncio.create_task(self._app(scope, receive, until_events))
        hung_up = asyncio.create_task(begun.wait())
        await asyncio.wait({answering, hung_up}, return_when=asyncio.FIRST_COMPLETED)
        (answering if begun.is_set() else hung_up).cancel()
        with suppress(asyncio.CancelledError):
            await answering


def _type_of(message: Message) -> bytes:
    found = dict(message["headers"]).get(b"content-type", b"")
    assert isinstance(found, bytes)
    return found
