"""Asks catalogs elsewhere, bounded, and tells what went wrong in the words of sources."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import JsonValue

from fairhaven.core import outbound
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import (
    AddressRefused,
    RepositoryNotFound,
    RepositoryTooLarge,
    RepositoryUnreachable,
    SourceProblem,
    UnsafeRepository,
)

MIB = 1 << 20
SECONDS = 30.0
FILE_SECONDS = 900.0
JSON = "application/json"


async def ask(
    guard: Guard, url: str, what: str, *, max_bytes: int, accept: str = "*/*", seconds: float = SECONDS
) -> bytes:
    """The content at an address; `what` names it in sentences ("The model card").

    Raises:
        SourceProblem: RepositoryNotFound, RepositoryUnreachable, RepositoryTooLarge or AddressRefused.
    """
    with told(what):
        found = await outbound.fetch(
            guard, url, headers={"Accept": accept}, max_bytes=max_bytes, seconds=seconds
        )
    _check_status(found.status, what)
    return found.body


async def ask_json(guard: Guard, url: str, what: str, *, max_bytes: int = 8 * MIB) -> JsonValue:
    """The JSON at an address.

    Raises:
        SourceProblem: as `ask`; UnsafeRepository when it is no JSON.
    """
    return read_json(await ask(guard, url, what, max_bytes=max_bytes, accept=JSON), what)


def read_json(content: bytes, what: str) -> JsonValue:
    """What the bytes say.

    Raises:
        UnsafeRepository: they are no JSON.
    """
    try:
        said: JsonValue = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnsafeRepository(f"{what} is not JSON: {str(error)[:200]}.") from None
    return said


async def bring(
    guard: Guard, url: str, target: Path, what: str, *, sha256: str | None, max_bytes: int
) -> int:
    """Write what is at an address into a file; returns its size.

    Raises:
        SourceProblem: as `ask`; UnsafeRepository when its checksum is another than `sha256`.
    """
    digest, size = hashlib.sha256(), 0
    file = await asyncio.to_thread(target.open, "xb")

    def take(chunk: bytes) -> None:
        nonlocal size
        digest.update(chunk)
        size += file.write(chunk)

    with file, told(what):
        found = await outbound.fetch(guard, url, max_bytes=max(max_bytes, 0), seconds=FILE_SECONDS, sink=take)
    _check_status(found.status, what)
    if sha256 and digest.hexdigest() != sha256.lower():
        raise UnsafeRepository(
            f"{what} is not what its description says: its SHA-256 is {digest.hexdigest()[:16]}…, "
            f"not {sha256[:16].lower()}….",
            fix="Try again later; if it stays so, tell who publishes it.",
        )
    return size


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn what `core.outbound` raises into problems of sources."""
    try:
        yield
    except outbound.AddressRefused as error:
        raise AddressRefused(f"{what} is not asked for: {error.detail}", fix=error.remedy) from None
    except outbound.AnswerTooLarge as error:
        raise RepositoryTooLarge(f"{what} is too large: {error.detail}") from None
    except outbound.OutboundProblem as error:
        raise RepositoryUnreachable(f"{what} cannot be had: {error.detail}") from None


def _check_status(status: int, what: str) -> None:
    if status in (401, 403):
        raise RepositoryNotFound(f"{what} is private, gated, or not there.")
    if status in (404, 410):
        raise RepositoryNotFound(f"{what} is not there.", fix="Check its name.")
    if status != 200:
        raise RepositoryUnreachable(f"{what} cannot be had: the answer was {status}.")


__all__ = ["JSON", "MIB", "SourceProblem", "ask", "ask_json", "bring", "read_json", "told"]
