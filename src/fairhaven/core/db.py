"""The database: PostgreSQL through SQLAlchemy, one transaction per request and per job.

The edge opens a transaction with `Database.transaction()` and commits it; services only flush.
"""

import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import psycopg
from pydantic_core import from_json
from sqlalchemy import DateTime, MetaData, String, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fairhaven.core.ids import new_id

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# Stores have no heads that move: a page of an index costs hardly more than the next page of a table.
PLANNING = "-c random_page_cost=1.1"


class Base(DeclarativeBase):
    """The base of every table; times are UTC, JSON is JSONB, enumerations are text."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
        list[str]: JSONB(),
        list[dict[str, Any]]: JSONB(),
        str: String(),
    }


class Entity(Base):
    """A row with an identity of its own: a UUIDv7, and the time it was made."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=lambda: now())


class Database:
    """A pool of connections to one PostgreSQL database."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        self.engine: AsyncEngine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=20,
            pool_recycle=1800,
            json_deserializer=from_json,
            # An error that is logged must not bear what was written.
            hide_parameters=True,
            connect_args={"options": PLANNING},
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_when_dead)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._readers = async_sessionmaker(alone, expire_on_commit=False)

    @property
    def conninfo(self) -> str:
        """The address as libpq understands it."""
        return self.url.replace("postgresql+psycopg://", "postgresql://", 1)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a session; commit when the block ends well, roll back when it raises."""
        async with self._sessions() as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a session outside of any transaction: to begin and to end one are two of three round trips."""
        async with self._readers() as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


async def driver_connection(session: AsyncSession) -> "psycopg.AsyncConnection[Any]":
    """Return the psycopg connection under the session's transaction."""
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    assert isinstance(connection, psycopg.AsyncConnection)
    return connection


def now() -> datetime:
    return datetime.now(UTC)


def _refuse_when_dead(given: Any, record: object, proxy: object) -> None:
    """Give out no connection whose server has gone: its idle socket can be read. A look, no round trip.

    Raises:
        InvalidatePoolError: the pool opens new connections instead of all that it keeps.
    """
    connection: psycopg.AsyncConnection[Any] = given.driver_connection
    if connection.closed or _readable(connection.fileno()):
        raise InvalidatePoolError


def _readable(socket: int) -> bool:
    looking = select.poll()
    looking.register(socket, select.POLLIN)
    return bool(looking.poll(0))
