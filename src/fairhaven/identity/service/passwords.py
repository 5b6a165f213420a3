"""Hashing passwords: argon2id, beside the event loop, a few at a time."""

import asyncio
from functools import cache
from weakref import WeakKeyDictionary

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fairhaven.core import credentials

LONGEST = 200  # characters
AT_ONCE = 2  # passwords looked at by one process: each takes 64 MiB and a processor


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with less than is thought right today."""
    return _hasher().check_needs_rehash(kept)


async def hashed(password: str) -> str:
    """What is kept of a password."""
    async with _few():
        return await asyncio.to_thread(_hasher().hash, password)


async def verified(kept: str | None, password: str) -> bool:
    """Whether this was hashed; where nothing is kept it takes as long to say no."""

    def verify() -> bool:
        try:
            return _hasher().verify(kept or _nobodys(), password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False

    async with _few():
        return await asyncio.to_thread(verify) and kept is not None


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # argon2id by RFC 9106, its second recommendation


@cache
def _nobodys() -> str:
    """What is verified in place of an unknown name's: it takes as long, and is nobody's."""
    return _hasher().hash(credentials.make())


_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def _few() -> asyncio.Semaphore:
    """Of this event loop: tests have several in one process."""
    return _loops.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
