"""What kept a module from a good answer, in words."""

import json
from collections.abc import Iterator
from typing import Any

from fairhaven_runtime.cli import printing
from fairhaven_runtime.workers.messages import Answer

WRONG_ARGUMENTS = 422


def reason(answer: Answer) -> str:
    """The module's own error: its type and message."""
    if printing.media(answer) != "application/problem+json":
        return printing.whole(answer).decode()
    problem = json.loads(printing.whole(answer))
    name, detail = problem["title"], problem["detail"]
    return str(name) if detail == name else f"{name}: {detail}"


def complaints(answer: Answer) -> list[str]:
    """What is wrong with which argument, one line each."""
    return [f"argument --{name}: {told}" for name, told in _told("", json.loads(printing.whole(answer)))]


def _told(name: str, messages: Any) -> Iterator[tuple[str, str]]:
    """Messages by dotted name, however deep they are nested."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _told(f"{name}.{key}" if name else str(key), inner)
    else:
        yield name, " ".join(map(str, messages)) if isinstance(messages, list) else str(messages)
