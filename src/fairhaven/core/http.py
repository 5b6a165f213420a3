"""The web edge: one transaction per request, errors rendered once, deny by default.

A route takes `call: Call` and gets the session, the actor and the platform. The transaction commits
before the answer is sent, and only if a policy rule was asked.
"""

import hashlib
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Protocol, TypeVar

import structlog
from fastapi import Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from opentelemetry.trace import SpanKind
from pydantic import BaseModel
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fairhaven.core import idempotency, origin, policy
from fairhaven.core.errors import BadRequest, Invalid, NotAllowed, NotFound, NotReady, Problem, TooLarge
from fairhaven.core.forwarded import Door
from fairhaven.core.limits import Limiter
from fairhaven.core.origin import Origin
from fairhaven.core.pagination import MAX_LIMIT
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import FieldError
from fairhaven.core.telemetry import REQUESTS, tracer

log = structlog.get_logger(__name__)

Model = TypeVar("Model", bound=BaseModel)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Authenticate(Protocol):
    """How the application learns who asks; provided by `identity`."""

    async def __call__(self, session: AsyncSession, request: Request) -> Actor: ...


@dataclass
class RequestContext:
    """What a route works with."""

    request: Request
    session: AsyncSession
    actor: Actor
    platform: Platform

    async def once(self, asked: BaseModel, model: type[Model], act: Callable[[], Awaitable[Model]]) -> Model:
        """Do `act` once for an `Idempotency-Key`; a repeated request gets the first answer again."""
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            return await act()
        digest = hashlib.sha256(f"{self.request.url.path}\n{asked.model_dump_json()}".encode()).hexdigest()
        return await idempotency.once(self.session, self.actor, key, digest, model, act)


def platform_of(request: Request) -> Platform:
    platform = request.app.state.platform
    assert isinstance(platform, Platform)
    return platform


def origin_of(request: Request) -> str:
    """The address at which the reader reached us, for links that stay there; only one that we know."""
    origin_at = getattr(request.app.state, "origin_at", None)
    return str(origin_at(request)) if origin_at else platform_of(request).settings.public_url


async def _context(request: Request) -> AsyncIterator[RequestContext]:
    platform = platform_of(request)
    asked = policy.watch()
    alone = request.scope.get("endpoint") in _asking_once
    async with platform.database.reading() if alone else platform.database.transaction() as session:
        session.info.update(origin.carried())
        actor = await _admitted(session, request)
        session.info["actor"] = request.state.actor = actor
        _check_scope(request, actor)
        yield RequestContext(request, session, actor, platform)
        if not asked:
            raise NotAllowed("No policy allows this.", fix="This is a mistake of ours: please report it.")


Call = Annotated[RequestContext, Depends(_context, scope="function")]


async def identify(request: Request) -> Actor:
    """Who asks, learnt in a short transaction of its own: for answers that stream."""
    policy.watch()
    async with platform_of(request).database.transaction() as session:
        actor = await _admitted(session, request)
    request.state.actor = actor
    _check_scope(request, actor)
    return actor


async def _admitted(session: AsyncSession, request: Request) -> Actor:
    limiter: Limiter = request.app.state.limiter
    return await limiter.admit(request, partial(request.app.state.authenticate, session, request))


Caller = Annotated[Actor, Depends(identify)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Most items to return.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]


Route = TypeVar("Route", bound=Callable[..., object])
_uploading: set[object] = set()
_asking_once: set[object] = set()
_verbs: dict[object, str] = {}


def needs(verb: str) -> Callable[[Route], Route]:
    """Mark a route with the verb that a token's scope must name, where the method does not tell it."""

    def mark(route: Route) -> Route:
        _verbs[route] = verb
        return route

    return mark


def asks_once(route: Route) -> Route:
    """Mark a route that changes nothing and is asked often: its questions stand outside of a transaction."""
    _asking_once.add(route)
    return route


def scope_of(endpoint: Callable[..., object], method: str) -> tuple[str, str]:
    """The resource and the verb of a route: its domain, and `read`, `write` or what `needs` says."""
    _, resource, *_ = endpoint.__module__.split(".")
    return resource, _verbs.get(endpoint) or ("read" if method in SAFE_METHODS else "write")


def _check_scope(request: Request, actor: Actor) -> None:
    endpoint = request.scope.get("endpoint")
    if actor.scopes is not None and endpoint is not None:
        policy.check_scope(actor, *scope_of(endpoint, request.method))


def takes_uploads(route: Route) -> Route:
    """Mark a route whose forms may be as large as `max_upload`; the others take `max_body`.

    It must learn who asks before it reads the form itself: what is declared with `Form()` is read, and
    written to disk, before anybody is asked.
    """
    _uploading.add(route)
    return route


def with_etag(request: Request, model: BaseModel) -> Response:
    """Answer a read with an ETag, or 304 when the caller has it already (RFC 9110 §13.1.2)."""
    body = model.model_dump_json(by_alias=True).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def install_errors(app: FastAPI, page: Callable[[Request, Problem], Response]) -> None:
    """Render every failure once: as a page for browsers, as problem+json for everybody else."""

    def render(request: Request, problem: Problem) -> Response:
        answer = page(request, problem) if _wants_page(request) else as_json(request, problem)
        answer.headers.update(problem.headers)
        return answer

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return render(request, error)

    async def unreadable(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return render(request, _invalid(error))

    async def routing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if _wants_page(request) and not hasattr(request.state, "actor"):
            with suppress(
                Problem, SQLAlchemyError
            ):  # no route asked who reads; the frame of the page shows it
                await identify(request)
        return render(request, _from_http(error))

    async def database(request: Request, error: Exception) -> Response:
        return render(request, _from_database(error))

    async def last(request: Request, error: Exception) -> Response:
        return render(request, _unexpected(request, error))

    app.add_exception_handler(Problem, known)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, routing)
    app.add_exception_handler(DBAPIError, database)
    app.add_exception_handler(Exception, last)


def as_json(request: Request, problem: Problem) -> Response:
    details = problem.details(getattr(request.state, "request_id", None))
    return JSONResponse(
        details.model_dump(exclude_none=True), problem.status, media_type="application/problem+json"
    )


def _wants_page(request: Request) -> bool:
    return not request.url.path.startswith(("/api/", "/internal/")) and "text/html" in request.headers.get(
        "accept", ""
    )


def _invalid(error: RequestValidationError) -> Problem:
    errors = [
        FieldError(field=".".join(str(p) for p in e["loc"][1:]) or "body", message=e["msg"])
        for e in error.errors()
    ]
    if any(e["type"] == "json_invalid" for e in error.errors()):
        return BadRequest("The body is not JSON.", errors=errors)
    named = "; ".join(f"{e.field}: {e.message}" for e in errors[:5])
    return Invalid(f"{named}.", errors=errors)


def _from_http(error: HTTPException) -> Problem:
    if error.status_code == 404:
        return NotFound("There is nothing at this address.")
    if error.status_code == 413:
        return TooLarge(error.detail)
    made = type("HttpProblem", (Problem,), {"status": error.status_code, "title": str(error.detail)})
    problem = made(str(error.detail), headers=dict(error.headers or {}))
    assert isinstance(problem, Problem)
    return problem


def _from_database(error: Exception) -> Problem:
    if isinstance(error, OperationalError):
        log.warning("the database does not answer", error=str(error.orig).strip())
        return NotReady("The database does not answer at the moment.", headers={"Retry-After": "2"})
    if isinstance(error, DataError):  # a route that did not look at what it was given
        log.warning("what was sent cannot be stored", error=str(error.orig).strip())
        return BadRequest("It has a character or a number that cannot be stored, such as NUL.")
    log.error("the database refused", exc_info=error)
    return Problem("The database refused this.", fix="Please report it with the request id.")


class Edge:
    """Pure-ASGI middleware: where a request is from, its id, bound on its body, headers, metrics."""

    def __init__(self, app: ASGIApp, *, platform: Platform) -> None:
        settings = platform.settings
        self.app, self.max_body, self.max_upload = app, settings.max_body, settings.max_upload
        self._door = Door(platform)
        always = dict(SECURITY_HEADERS)
        if settings.hsts and settings.public_url.startswith("https://"):
            always["Strict-Transport-Security"] = f"max-age={settings.hsts}"
        self._always = [(name.lower().encode(), value.encode()) for name, value in always.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex[:16]
        scope.setdefault("state", {})["request_id"] = request_id
        address = self._door.settle(scope)
        began, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": self._headers(message["headers"], request_id)}
            await send(message)

        with (
            tracer.start_as_current_span(scope["method"], kind=SpanKind.SERVER) as span,
            structlog.contextvars.bound_contextvars(request=request_id),
            origin.noted(Origin(request_id, address)),
        ):
            try:
                await self.app(scope, _bounded(scope, receive, self._limit), send_with_headers)
            finally:
                route = getattr(scope.get("route"), "path", "unmatched")
                # Not the path itself: it may be a link that signs somebody in.
                span.update_name(f"{scope['method']} {route}")
                REQUESTS.labels(scope["method"], route, str(status)).observe(time.perf_counter() - began)

    def _limit(self, scope: Scope) -> int:
        uploads = b"multipart/form-data" in dict(scope["headers"]).get(b"content-type", b"")
        return self.max_upload if uploads and scope.get("endpoint") in _uploading else self.max_body

    def _headers(self, given: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
        present = {name.lower() for name, _ in given}
        added = [*self._always, (b"x-request-id", request_id.encode())]
        return [*given, *((name, value) for name, value in added if name not in present)]


def _bounded(scope: Scope, receive: Receive, limit_of: Callable[[Scope], int]) -> Receive:
    """Refuse a body that is too large: at once when its length is declared, else as it passes.

    The limit is asked for when the body is read: the route is known by then.
    """
    length = dict(scope["headers"]).get(b"content-length", b"0")
    declared = int(length) if length.isdigit() else 0
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        limit = limit_of(scope)
        if declared > limit:
            raise _too_large(limit)
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise _too_large(limit)
        return message

    return bounded


def _too_large(limit: int) -> HTTPException:
    # FastAPI turns any other exception of a body's reading into a plain 400.
    return HTTPException(413, f"At most {limit / (1 << 20):.0f} MiB are taken here.")


def _unexpected(request: Request, error: Exception) -> Problem:
    """The last net: log the failure with its request id, tell the reader that id and nothing else."""
    log.error("request failed", path=request.url.path, exc_info=error)
    return Problem("An unexpected error happened.", fix="Please report it with the request id.")
