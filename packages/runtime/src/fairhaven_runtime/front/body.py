"""Reads request bodies: small ones stay in memory, files and large bodies go to disk as they come."""

import hashlib
from pathlib import Path
from typing import Any

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from fairhaven_runtime.errors import Malformed, TooLarge
from fairhaven_runtime.front.payload import IN_MEMORY, Payload, Sink
from fairhaven_runtime.front.web import Request

MOST_PARTS = 1000


async def read(
    request: Request, folder: Path, limit: int, *, kind: str = "", digest: bool = False
) -> Payload:
    """Read the body; its files lie in `folder` until the caller discards the payload.

    Its content type says what it is, unless `kind` does. With `digest`, a SHA-256 of the query and the body
    is made on the way.

    Raises:
        TooLarge: more than `limit` bytes are announced or come.
        Malformed: a multipart body that is none.
        ConnectionResetError: the client went away.
    """
    _check_length(request, limit)
    media, options = parse_options_header(request.headers.get("content-type", ""))
    payload = Payload(kind or _kind(media), folder, charset=options.get("charset", ""))
    if digest:
        payload.digest = hashlib.sha256(request.query.encode() + b"\n")
    coming = _Coming(request, limit, payload.digest)
    try:
        if payload.kind == "multipart":
            await _Multipart(payload, options.get("boundary", "")).read(coming)
        else:
            await _read_whole(payload, coming)
    except BaseException:
        payload.discard()
        raise
    return payload


def _check_length(request: Request, limit: int) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise TooLarge(f"{int(announced)} bytes are announced; this server takes at most {limit}.")


def _kind(media: str) -> str:
    if media == "application/json" or (media.startswith("application/") and media.endswith("+json")):
        return "json"
    if media == "multipart/form-data":
        return "multipart"
    return "form" if media in ("", "application/x-www-form-urlencoded") else "none"


class _Coming:
    """A body's bytes as they come: counted, and hashed when somebody wants to know."""

    def __init__(self, request: Request, limit: int, digest: Any) -> None:
        self._receive = request.receive
        self._limit = limit
        self._digest = digest
        self._size = 0
        self.more = True

    async def next(self) -> bytes:
        """The next bytes; `more` tells whether others follow."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError("the client went away while it sent the body")
        self.more = message.get("more_body", False)
        data: bytes = message.get("body", b"")
        self._size += len(data)
        if self._size > self._limit:
            raise TooLarge(f"More than the {self._limit} bytes came that this server takes.")
        if self._digest is not None:
            self._digest.update(data)
        return data


async def _read_whole(payload: Payload, coming: _Coming) -> None:
    sink = Sink(payload)
    while coming.more:
        data = await coming.next()
        if payload.kind != "none":
            sink.write(data)
    payload.path, payload.body = sink.close()


class _Multipart:
    """Sorts the parts of a multipart body into text fields and files."""

    def __init__(self, payload: Payload, boundary: str) -> None:
        if not boundary:
            raise Malformed("The multipart body has no boundary in its content type.")
        self._payload = payload
        self._parser = PushMultipartParser(boundary, max_segment_count=MOST_PARTS)
        self._part: MultipartSegment | None = None
        self._file: Sink | None = None
        self._text = bytearray()
        self._texts = 0

    async def read(self, coming: _Coming) -> None:
        """Consume the whole body."""
        try:
            while coming.more:
                data = await coming.next()
                for event in self._parser.parse(data) if data else ():
                    self._take(event)
            self._parser.close()
        except ParserLimitReached as error:
            raise TooLarge(f"The multipart body is beyond a limit: {error}.") from error
        except (MultipartError, ValueError, LookupError) as error:
            raise Malformed(f"The multipart body is damaged: {error}.") from error

    def _take(self, event: Any) -> None:
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self._end()
        elif self._file is not None:
            self._file.write(event)
        else:
            self._take_text(event)

    def _begin(self, part: MultipartSegment) -> None:
        self._part = part
        self._file = Sink(self._payload, to_file=True) if part.filename is not None else None
        self._text = bytearray()

    def _take_text(self, data: bytes) -> None:
        self._texts += len(data)
        if self._texts > 8 * IN_MEMORY:
            raise TooLarge(f"Text fields may have {8 * IN_MEMORY} bytes together; send more as a file.")
        self._text += data

    def _end(self) -> None:
        if self._part is None:
            return
        name = self._part.name or ""
        if self._file is None:
            self._payload.fields.append((name, self._text.decode(self._part.charset or "utf-8", "replace")))
            return
        path, _ = self._file.close()
        if not self._part.filename and not self._part.size:
            return  # a form's field for a file in which none was chosen
        media = self._part.header("Content-Type") or "application/octet-stream"
        told = {"content_type": media, "original_filename": self._part.filename}
        self._payload.files.append({"name": name, "filename": str(path), **told})
