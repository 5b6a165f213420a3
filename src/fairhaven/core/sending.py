"""Content of the object store as an answer: whole, or from a byte on for who was interrupted (RFC 9110 §14).

It passes a part at a time: nothing is copied to disk, and how large the content is costs no memory.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from fairhaven.core.errors import Problem
from fairhaven.core.objects import Objects

PART = 1 << 20  # bytes
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)


class RangeNotSatisfiable(Problem):
    """The content has no such bytes."""

    status = 416
    title = "No such range"
    fix = "`Content-Range` says how long it is; begin before its end."


@dataclass(frozen=True)
class Content:
    """Immutable bytes under a key: `size` in bytes, `tag` its strong entity tag, quotes and all."""

    key: str
    size: int
    tag: str
    type: str

    @property
    def headers(self) -> dict[str, str]:
        """What is told of all of it."""
        return {"ETag": self.tag, "Accept-Ranges": "bytes", "Content-Length": str(self.size)}


async def answer(
    request: Request, objects: Objects, content: Content, headers: Mapping[str, str]
) -> Response:
    """What the request asks of the content: 200 with all of it, 206 with a range, or 304.

    Several ranges at once are answered by the whole, as the RFC allows.

    Raises:
        NotFound: the store has lost it.
        RangeNotSatisfiable: the range begins behind the end.
    """
    if content.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={**headers, "ETag": content.tag})
    told, status = {**headers, **content.headers}, 200
    wanted = _wanted(request, content)
    if wanted is None:
        wanted = range(content.size)
    else:
        status = 206
        told["Content-Length"] = str(len(wanted))
        told["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{content.size}"
    body = await _begun(objects, content.key, wanted)
    return StreamingResponse(body, status, headers=told, media_type=content.type)


def _wanted(request: Request, content: Content) -> range | None:
    """The bytes that are asked for; none where that is all of them."""
    found = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    if found is None or request.headers.get("if-range", content.tag) != content.tag:
        return None
    first, last = found.groups()
    if first:
        start, stop = int(first), min(int(last) + 1 if last else content.size, content.size)
        if last and int(last) < int(first):
            return None
    elif last:
        start, stop = max(0, content.size - int(last)), content.size
    else:
        return None
    if start >= stop:
        told = {"Content-Range": f"bytes */{content.size}"}
        raise RangeNotSatisfiable(f"There are {content.size} bytes.", headers=told)
    return range(start, stop)


async def _begun(objects: Objects, key: str, wanted: range) -> AsyncIterator[bytes]:
    """The bytes, in parts; the first is there already, so that what is missing is told as an error."""
    first = await _part(objects, key, wanted)

    async def parts() -> AsyncIterator[bytes]:
        yield first
        rest = wanted[PART:]
        while rest:
            yield await _part(objects, key, rest)
            rest = rest[PART:]

    return parts()


async def _part(objects: Objects, key: str, wanted: range) -> bytes:
    return await objects.part(key, wanted.start, min(PART, len(wanted))) if wanted else b""
