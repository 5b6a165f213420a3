"""Answers that come piece by piece: what a generator yields, as server-sent events or lines of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import answers
from .frames import Connection, Head

EVENTS = "text/event-stream"
LINES = "application/x-ndjson"
KINDS = (EVENTS, LINES)


def wanted(header: str, argument: str) -> str:
    """The kind of stream that the client asks for by name, in its argument `accept` or the header."""
    named = [part.partition(";")[0].strip().lower() for part in header.split(",")]
    return next((kind for kind in KINDS if kind == argument or kind in named), "")


def send(connection: Connection, values: Iterator[Any], kind: str) -> None:
    """Send each value as it is made, until the last, an error, or the reader's wish to stop.

    An error in the midst of a stream can have no status any more: it is the last event, and named.
    """
    headers = [["content-type", kind], ["cache-control", "no-store"], ["x-accel-buffering", "no"]]
    connection.send({"status": 200, "stream": True, "headers": headers})
    last: bytes = b""
    try:
        for value in values:
            connection.send({}, _piece(value, kind))
            if connection.has_message():
                break
    except (Exception, SystemExit) as error:  # the module's own code: anything can come out of it
        _, body = answers.failure(error)
        last = _event("error", body) if kind == EVENTS else body + b"\n"
    else:
        last = _event("end", b"{}") if kind == EVENTS else b""
    finally:
        close: Any = getattr(values, "close", None)
        if callable(close):
            close()
    connection.send(_end(), last)


def _end() -> Head:
    return {"end": True}


def _piece(value: Any, kind: str) -> bytes:
    text = answers.to_json(value)
    return text + b"\n" if kind == LINES else b"data: " + text + b"\n\n"


def _event(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
