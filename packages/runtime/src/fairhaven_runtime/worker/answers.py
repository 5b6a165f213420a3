"""Turns what a function returned, or the error it raised, into the bytes of an HTTP answer."""

from __future__ import annotations

import io
import json
import mimetypes
import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .frames import Frame, Head

JSON = "application/json"
PROBLEM = "application/problem+json"
LARGE = 4 * 1024 * 1024
"""Answers above this many bytes travel as a file instead of through the socket."""


class BadAnswer(Exception):
    """The function returned something that cannot be sent; the text says what to return instead."""


def success(
    result: Any, accept: str, shape: Any, spool: str, write: Callable[[Any], Any] | None = None
) -> Frame:
    """The answer to a prediction: binary when asked for or returned, else JSON.

    Instead of JSON, `write` can make headers and body out of the result.

    Raises:
        BadAnswer: the result fits neither the media type asked for nor the module's own `schema`.
    """
    if _is_binary(result):
        return _binary(result, accept, spool)
    if isinstance(result, Iterator):
        result = list(result)
    if accept not in (JSON, "*/*"):
        return _text(result, accept, spool)
    if write is not None:
        return _written(result, shape, spool, write)
    text = to_json(result if shape is not None else {"status": "OK", "predictions": result})
    if shape is not None:
        _check_shape(shape, text)
    return _body(200, [["content-type", JSON + "; charset=utf-8"]], text, spool)


def bare(result: Any) -> tuple[list[list[str]], bytes]:
    """Headers and body with nothing but the result, as JSON."""
    return [["content-type", JSON]], to_json(result)


def _written(result: Any, shape: Any, spool: str, write: Callable[[Any], Any]) -> Frame:
    if shape is not None:
        _check_shape(shape, to_json(result))
    headers, body = write(result)
    return _body(200, headers, body, spool)


def messages(status: int, content: Any) -> Frame:
    """The contract's own form of a client's mistake: a bare JSON object, by argument."""
    return {"status": status, "headers": [["content-type", JSON]]}, to_json(content)


def absent(name: str) -> Frame:
    """The contract's answer where the module has no such function."""
    text = f"501: Not implemented by underlying model (loaded '{name}')"
    return {"status": 501, "headers": [["content-type", "text/plain; charset=utf-8"]]}, text.encode()


def failure(error: BaseException) -> Frame:
    """The answer to an exception in the module's code; the traceback goes to the log."""
    traceback.print_exception(type(error), error, error.__traceback__)
    status = _status_of(error)
    name = type(error).__name__
    problem = {
        "type": "about:blank",
        "title": name,
        "status": status,
        "detail": _story(error),
        "exception": name,
    }
    return {"status": status, "headers": [["content-type", PROBLEM]], "message": str(error)}, to_json(problem)


def _story(error: BaseException) -> str:
    """What the exception says, and what it was raised from: often only that tells the reason."""
    told = str(error) or type(error).__name__
    origin = error.__cause__ or error.__context__
    if origin is None or str(origin) in told:
        return told
    return f"{told} (after {type(origin).__name__}: {origin})"


def to_json(value: Any) -> bytes:
    """JSON as the contract writes it; arrays and scalars that know `tolist` become lists and numbers.

    Raises:
        BadAnswer: something in the value has no JSON form.
    """
    try:
        return json.dumps(value, default=_plain).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise BadAnswer(f"the module returned something that is not JSON: {error}") from error


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form; return dicts, lists, numbers and text")


def _status_of(error: BaseException) -> int:
    """501 for a function that is absent; a web framework's exception keeps its own status."""
    if isinstance(error, NotImplementedError):
        return 501
    for name in ("status", "status_code", "code"):
        status = getattr(error, name, None)
        if isinstance(status, int) and 400 <= status < 600:
            return status
    return 500


def _is_binary(result: Any) -> bool:
    return isinstance(result, (bytes, bytearray, memoryview, io.IOBase, os.PathLike))


def _binary(result: Any, accept: str, spool: str) -> Frame:
    if isinstance(result, (bytes, bytearray, memoryview)):
        return _body(200, [["content-type", _media(accept, "")]], bytes(result), spool)
    if isinstance(result, os.PathLike):
        with Path(result).open("rb") as file:
            return _file(file, accept, spool)
    with result:
        return _file(result, accept, spool)


def _file(file: Any, accept: str, spool: str) -> Frame:
    """An open file, read to its end; its own name is offered to the client for saving."""
    name = Path(str(file.name)).name if isinstance(getattr(file, "name", None), (str, bytes)) else ""
    headers = [["content-type", _media(accept, name)]]
    if name:
        headers.append(["content-disposition", "attachment; " + _filename(name)])
    if isinstance(file, io.TextIOBase):
        return _body(200, headers, file.read().encode(), spool)
    start = file.read(LARGE + 1)
    if len(start) <= LARGE:
        return {"status": 200, "headers": headers}, start
    descriptor, path = tempfile.mkstemp(dir=spool)
    with os.fdopen(descriptor, "wb") as target:
        target.write(start)
        shutil.copyfileobj(file, target, LARGE)
    return {"status": 200, "headers": headers, "path": path}, b""


def _text(result: Any, accept: str, spool: str) -> Frame:
    if isinstance(result, str) or result is None:
        return _body(200, [["content-type", accept]], (result or "").encode(), spool)
    if accept.endswith("+json"):
        return _body(200, [["content-type", accept]], to_json(result), spool)
    raise BadAnswer(
        f"the client asked for {accept} and the module returned {type(result).__name__}; "
        "return bytes, text, a path or an open file"
    )


def _body(status: int, headers: list[list[str]], body: bytes, spool: str) -> Frame:
    head: Head = {"status": status, "headers": headers}
    if len(body) <= LARGE:
        return head, body
    descriptor, head["path"] = tempfile.mkstemp(dir=spool)
    with os.fdopen(descriptor, "wb") as target:
        target.write(body)
    return head, b""


def _media(accept: str, name: str) -> str:
    if accept not in (JSON, "*/*"):
        return accept
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _filename(name: str) -> str:
    if name.isascii() and name.isprintable() and not set(name) & set('"\\%'):
        return f'filename="{name}"'
    return "filename*=UTF-8''" + quote(name, safe="")


def _check_shape(shape: Any, text: bytes) -> None:
    problems: dict[str, Any] = shape().validate(json.loads(text))
    if problems:
        raise BadAnswer(f"the answer does not fit the module's own schema: {problems}")
