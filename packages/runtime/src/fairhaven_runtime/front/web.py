"""The little of HTTP that the front needs on top of ASGI: request, answer, the contract's error texts."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

from fairhaven_runtime.errors import ClientGone, Refusal
from fairhaven_runtime.workers.messages import Answer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON = "application/json; charset=utf-8"
CHUNK = 1024 * 1024


class Request:
    """One HTTP request; header names are lower case."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: str = scope["query_string"].decode("latin-1")
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.client: str = (scope.get("client") or ("", 0))[0]
        self.receive = receive
        self.params: dict[str, str] = {}
        self.refuse: Callable[[Refusal], Answer] = problem

    async def gone(self) -> None:
        """Return when the client goes away; to be asked after the body was read."""
        while (await self.receive())["type"] != "http.disconnect":
            continue

    def prefers(self) -> dict[str, str]:
        """The preferences of the `Prefer` header, with their values (RFC 7240)."""
        parts = (part.split(";")[0].partition("=") for part in self.headers.get("prefer", "").split(","))
        return {name.strip().lower(): value.strip().strip('"') for name, _, value in parts if name.strip()}


def as_json(content: Any, status: int = 200) -> Answer:
    """A JSON answer as the contract writes it."""
    return Answer(status, json.dumps(content).encode(), [("content-type", JSON)])


def as_text(text: str, status: int = 200, media: str = "text/plain; charset=utf-8") -> Answer:
    """A plain answer."""
    return Answer(status, text.encode(), [("content-type", media)])


def plain(status: int, *headers: tuple[str, str]) -> Answer:
    """The contract's text for statuses of its own, such as `404: Not Found`."""
    answer = as_text(f"{status}: {HTTPStatus(status).phrase}", status)
    answer.headers += headers
    return answer


def problem(refusal: Refusal) -> Answer:
    """A refusal as problem+json, with `Retry-After` where trying again helps."""
    content = {
        "type": "about:blank",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
    }
    headers = [("content-type", "application/problem+json")]
    if refusal.retry_after is not None:
        headers.append(("retry-after", str(refusal.retry_after)))
    return Answer(refusal.status, json.dumps(content).encode(), headers)


def as_problem(answer: Answer) -> Answer:
    """The contract's own form of an error, retold as problem+json (RFC 9457) for who asks for that."""
    headers = dict(answer.headers)
    kind = headers.pop("content-type", "")
    if kind.startswith("application/problem+json"):
        return answer
    told = json.loads(answer.body) if kind.startswith("application/json") else None
    phrase = HTTPStatus(answer.status).phrase
    content: dict[str, Any] = {"type": "about:blank", "title": phrase, "status": answer.status}
    if isinstance(told, dict):
        content["detail"] = "; ".join(f"{name}: {words}" for name, words in told.items())
        content["errors"] = told
    body = json.dumps(content).encode()
    return Answer(answer.status, body, [*headers.items(), ("content-type", "application/problem+json")])


async def deliver(response: Answer, request: Request, send: Send) -> None:
    """Send the answer; a file answer is read in pieces and deleted."""
    if response.pieces is not None:
        await _deliver_stream(response, response.pieces, request, send)
        return
    if response.file is None:
        await send(_start(response, len(response.body)))
        await send({"type": "http.response.body", "body": response.body})
        return
    try:
        await _deliver_file(response, response.file, send)
    finally:
        response.file.unlink(missing_ok=True)


async def deliver_early(response: Answer, receive: Receive, send: Send, *, patience: float = 2.0) -> None:
    """Answer before the body has come, and read on a little so that the client gets to read the answer.

    Closing a socket with unread data makes the kernel reset it, and the answer would be lost.
    """
    response.headers.append(("connection", "close"))
    await send(_start(response, len(response.body)))
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    try:
        async with asyncio.timeout(patience):
            while (await receive()).get("more_body"):
                continue
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b""})


async def _deliver_stream(
    answer: Answer, pieces: AsyncGenerator[bytes, None], request: Request, send: Send
) -> None:
    """Pieces as they come, without an announced length; when they break off, so does the connection."""
    gone = asyncio.ensure_future(request.gone())
    try:
        await send(_start(answer, None))
        while (piece := await _next(pieces, gone)) is not None:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        await pieces.aclose()


async def _next(pieces: AsyncGenerator[bytes, None], gone: asyncio.Future[None]) -> bytes | None:
    """The next piece, or None after the last.

    Raises:
        ClientGone: the reader went away first.
    """
    coming = asyncio.ensure_future(anext(pieces, None))
    either: list[asyncio.Future[Any]] = [coming, gone]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if not gone.done():
        return coming.result()
    coming.cancel()
    await asyncio.wait([coming])
    raise ClientGone("The client went away before the end.")


async def _deliver_file(response: Answer, path: Path, send: Send) -> None:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        await send(_start(response, os.fstat(file.fileno()).st_size))
        await _send_pieces(file, send)
    finally:
        file.close()


async def _send_pieces(file: IO[bytes], send: Send) -> None:
    while piece := await asyncio.to_thread(file.read, CHUNK):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _start(response: Answer, length: int | None) -> Message:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if length is not None and response.status != HTTPStatus.NO_CONTENT:
        headers.append((b"content-length", str(length).encode()))
    return {"type": "http.response.start", "status": response.status, "headers": headers}
