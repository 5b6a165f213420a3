"""The object store behind a port: immutable bytes under keys, in an S3 bucket.

Drivers are found by the scheme of the setting `objects` (entry points `fairhaven.objects`).
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from fairhaven.core.errors import Unconfigured


class Objects(Protocol):
    """Bytes by key. Keys look like paths; a missing key raises `NotFound`.

    `part` gives `length` bytes from `start` on, both within the content.
    """

    async def put(self, key: str, source: Path | bytes) -> None: ...

    async def get(self, key: str, target: Path) -> None: ...

    async def read(self, key: str) -> bytes: ...

    async def part(self, key: str, start: int, length: int) -> bytes: ...

    async def exists(self, key: str) -> bool: ...

    async def delete(self, key: str) -> None: ...

    def list(self, prefix: str) -> AsyncIterator[str]: ...


class NoObjects:
    """No object store: for operators' commands that need only the database. Every use is refused."""

    async def put(self, key: str, source: Path | bytes) -> None:
        raise _none()

    async def get(self, key: str, target: Path) -> None:
        raise _none()

    async def read(self, key: str) -> bytes:
        raise _none()

    async def part(self, key: str, start: int, length: int) -> bytes:
        raise _none()

    async def exists(self, key: str) -> bool:
        raise _none()

    async def delete(self, key: str) -> None:
        raise _none()

    async def list(self, prefix: str) -> AsyncIterator[str]:
        raise _none()
        yield ""


def _none() -> Unconfigured:
    return Unconfigured("This command runs without an object store.")
