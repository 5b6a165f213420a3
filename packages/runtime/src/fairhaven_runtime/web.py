"""The little of HTTP that the front needs on top of ASGI: request, answer, the contract's error texts."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

from fairhaven_runtime.errors import Refusal

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
        self.receive = receive
        self.params: dict[str, str] = {}


@dataclass
class Response:
    """One answer; with `file`, the body is streamed from there and the file deleted afterwards."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    file: Path | None = None


def as_json(content: Any, status: int = 200) -> Response:
    """A JSON answer as the contract writes it."""
    return Response(status, json.dumps(content).encode(), [("content-type", JSON)])


def as_text(text: str, status: int = 200, media: str = "text/plain; charset=utf-8") -> Response:
    """A plain answer."""
    return Response(status, text.encode(), [("content-type", media)])


def plain(status: int, *headers: tuple[str, str]) -> Response:
    """The contract's text for statuses of its own, such as `404: Not Found`."""
    answer = as_text(f"{status}: {HTTPStatus(status).phrase}", status)
    answer.headers += headers
    return answer


def problem(refusal: Refusal) -> Response:
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
    return Response(refusal.status, json.dumps(content).encode(), headers)


async def deliver(response: Response, send: Send) -> None:
    """Send the answer; a file answer is read in pieces and deleted."""
    if response.file is None:
        await send(_start(response, len(response.body)))
        await send({"type": "http.response.body", "body": response.body})
        return
    try:
        await _deliver_file(response, response.file, send)
    finally:
        response.file.unlink(missing_ok=True)


async def deliver_early(response: Response, receive: Receive, send: Send, *, patience: float = 2.0) -> None:
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


async def _deliver_file(response: Response, path: Path, send: Send) -> None:
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


def _start(response: Response, length: int) -> Message:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if response.status != HTTPStatus.NO_CONTENT:
        headers.append((b"content-length", str(length).encode()))
    return {"type": "http.response.start", "status": response.status, "headers": headers}
