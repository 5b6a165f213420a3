"""Puts a module's answer where the user wants it: on the screen, into a pipe, into a file."""

import json
import shutil
import sys
from contextlib import aclosing
from pathlib import Path
from typing import IO

from fairhaven_runtime.workers.messages import Answer


class NotForTerminals(Exception):
    """The answer is binary, and a person would be shown it."""


async def put(answer: Answer, output: Path | None) -> None:
    """Write a good answer to the file, or else to standard output.

    Raises:
        NotForTerminals: the answer is binary and nobody said where it goes.
        OSError: the file cannot be written.
    """
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("wb") as file:
            await _copy(answer, file)
    elif answer.pieces is None and is_json(answer):
        _print_json(answer)
    elif sys.stdout.isatty() and not (answer.pieces or is_text(answer)):
        raise NotForTerminals(
            f"The answer is binary ({media(answer)}): say where it goes with --output FILE."
        )
    else:
        await _copy(answer, sys.stdout.buffer)


def media(answer: Answer) -> str:
    """The answer's media type, without parameters."""
    return dict(answer.headers).get("content-type", "").partition(";")[0]


def is_json(answer: Answer) -> bool:
    """Whether the answer is JSON, as it is when nothing else is said."""
    return media(answer) in ("", "application/json") or media(answer).endswith("+json")


def is_text(answer: Answer) -> bool:
    """Whether the answer is text of any kind."""
    return is_json(answer) or media(answer).startswith("text/")


def whole(answer: Answer) -> bytes:
    """All bytes of an answer that is no stream."""
    return answer.body if answer.file is None else answer.file.read_bytes()


def _print_json(answer: Answer) -> None:
    """As it came; for a person, laid out."""
    text = whole(answer).decode()
    print(json.dumps(json.loads(text), indent=2, ensure_ascii=False) if sys.stdout.isatty() else text)


async def _copy(answer: Answer, target: IO[bytes]) -> None:
    if answer.pieces is not None:
        async with aclosing(answer.pieces) as pieces:
            async for piece in pieces:
                target.write(piece)
                target.flush()
    elif answer.file is not None:
        with answer.file.open("rb") as file:
            shutil.copyfileobj(file, target)
    else:
        target.write(answer.body)
    target.flush()
