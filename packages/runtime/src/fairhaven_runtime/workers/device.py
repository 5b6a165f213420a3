"""One computation at a time on a device that cannot be shared, across all servers that name the same lock."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path

from fairhaven_runtime.errors import DeviceBusy

LONGEST_LOOK = 0.05
"""Seconds between two looks at a lock that others hold; the first looks come sooner."""


class Device:
    """A lock file; without one, everybody may compute at once."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def held(self, *, within: float | None = None) -> AbstractAsyncContextManager[None]:
        """Hold the device; the kernel lets go of it if we are killed.

        Raises:
            DeviceBusy: others held it for `within` seconds.
        """
        return nullcontext() if self._path is None else _held(self._path, within)


@asynccontextmanager
async def _held(path: Path, within: float | None) -> AsyncIterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        async with asyncio.timeout(within):
            await _taken(descriptor)
    except TimeoutError:
        os.close(descriptor)
        raise DeviceBusy(f"Other work held it for {within:g} s; try again later.") from None
    except BaseException:
        os.close(descriptor)
        raise
    try:
        yield
    finally:
        os.close(descriptor)


async def _taken(descriptor: int) -> None:
    look = 0.001
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(look)
            look = min(2 * look, LONGEST_LOOK)
        else:
            return
