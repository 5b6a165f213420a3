"""Locks over all processes of an installation, which go with the process that holds them."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from fairhaven.core.db import Database


@asynccontextmanager
async def alone(database: Database, name: str, *, patience: str = "20s") -> AsyncIterator[bool]:
    """Hold the lock of this name; False: somebody else held it for all that time."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    connection = await psycopg.AsyncConnection.connect(database.conninfo, autocommit=True)
    async with connection:
        await connection.execute("SELECT set_config('lock_timeout', %s, false)", [patience])
        try:
            await connection.execute("SELECT pg_advisory_lock(%s)", [number])
        except psycopg.errors.LockNotAvailable:
            yield False
            return
        yield True
