"""Reconcilers: loops that make the outside world match a row, under a lease.

Load in a short transaction (taking the lease), act outside any transaction, apply in a short
transaction. Kill any process at any moment: its leases run out and the next process continues.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core.db import Entity, now
from fairhaven.core.errors import Problem
from fairhaven.core.ids import new_id
from fairhaven.core.live import Live, Notice
from fairhaven.core.platform import Platform
from fairhaven.core.telemetry import RECONCILED, tracer

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)


class Reconciled(Entity):
    """A row that a reconciler looks after; `look_at` is when it wants to be looked at next."""

    __abstract__ = True

    look_at: Mapped[datetime | None] = mapped_column(default=now, index=True)
    lease_id: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]


Row = TypeVar("Row", bound=Reconciled)
Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class Reconciler(Generic[Row, Outcome]):
    """`act` looks at the world and changes it; `apply` writes what was found and says when to look again."""

    name: str
    table: type[Row]
    act: Callable[[Platform, Row], Awaitable[Outcome]]
    apply: Callable[[Any, Row, Outcome], Awaitable[timedelta | None]]
    # Kinds of facts after which it looks at once.
    wakes: Callable[[Notice], bool] = lambda notice: False
    batch: int = 16

    async def run(self, platform: Platform, live: Live, *, interval: float = 1.0) -> None:
        """Look again and again until cancelled: when woken by a fact, and every `interval` seconds."""
        woken = asyncio.Event()
        looks: set[asyncio.Task[None]] = set()
        watch = asyncio.create_task(self._watch(live, woken))
        try:
            while True:
                if not await self._begin(platform, looks):
                    await _wait(woken, interval)
        finally:
            for each in (watch, *looks):
                each.cancel()

    async def _begin(self, platform: Platform, looks: set[asyncio.Task[None]]) -> int:
        """Begin to look at rows that are due, each by itself: a slow one delays no other."""
        try:
            rows = await self._load(platform, self.batch - len(looks)) if len(looks) < self.batch else ()
        except DBAPIError as error:
            log.warning("reconciling waits for the database", name=self.name, error=str(error.orig).strip())
            return 0
        for row in rows:
            look = asyncio.create_task(self._look(platform, row))
            looks.add(look)
            look.add_done_callback(looks.discard)
            look.add_done_callback(_tell_failure)
        return len(rows)

    async def once(self, platform: Platform) -> int:
        """Look at every row that is due; return how many there were."""
        rows = await self._load(platform, self.batch)
        await asyncio.gather(*(self._look(platform, row) for row in rows))
        return len(rows)

    async def _load(self, platform: Platform, limit: int) -> Sequence[Row]:
        moment = now()
        due = (
            select(self.table.id)
            .where(
                self.table.look_at <= moment,
                or_(self.table.lease_until.is_(None), self.table.lease_until < moment),
            )
            .order_by(self.table.look_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        take = (
            update(self.table)
            .where(self.table.id.in_(due))
            .values(lease_id=new_id(), lease_until=moment + LEASE)
        )
        async with platform.transaction() as session:
            return (await session.scalars(take.returning(self.table))).all()

    async def _look(self, platform: Platform, row: Row) -> None:
        with (
            tracer.start_as_current_span(f"reconcile {self.name}"),
            structlog.contextvars.bound_contextvars(**{self.name: str(row.id)}),
        ):
            keeper = asyncio.create_task(self._keep(platform, row))
            try:
                outcome = await self.act(platform, row)
            except Problem as problem:
                log.warning("reconciling failed, will look again", problem=str(problem))
                return await self._put_off(platform, row)
            except Exception as error:  # one row's trouble must not stop the others
                log.error("reconciling failed unexpectedly, will look again", exc_info=error)
                return await self._put_off(platform, row)
            finally:
                keeper.cancel()
            await self._apply(platform, row, outcome)
            RECONCILED.labels(self.name, "looked").inc()

    async def _apply(self, platform: Platform, row: Row, outcome: Outcome) -> None:
        async with platform.transaction() as session:
            held = select(self.table).where(self.table.id == row.id, self.table.lease_id == row.lease_id)
            current = await session.scalar(held.with_for_update())
            if current is None:
                return  # Somebody else holds the lease, or the row is gone: their look counts.
            changed_meanwhile = current.look_at != row.look_at
            wait = await self.apply(session, current, outcome)
            current.lease_id = current.lease_until = None
            if not changed_meanwhile:
                current.look_at = now() + wait if wait is not None else None

    async def _keep(self, platform: Platform, row: Row) -> None:
        """Renew the lease while acting takes long."""
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            held = update(self.table).where(self.table.id == row.id, self.table.lease_id == row.lease_id)
            async with platform.transaction() as session:
                await session.execute(held.values(lease_until=now() + LEASE))

    async def _put_off(self, platform: Platform, row: Row, wait: timedelta = timedelta(seconds=5)) -> None:
        RECONCILED.labels(self.name, "failed").inc()
        held = update(self.table).where(self.table.id == row.id, self.table.lease_id == row.lease_id)
        async with platform.transaction() as session:
            await session.execute(held.values(lease_id=None, lease_until=None, look_at=now() + wait))

    async def _watch(self, live: Live, woken: asyncio.Event) -> None:
        async for notice in live.notices():
            if notice is None or self.wakes(notice):
                woken.set()


async def release_all(platform: Platform, table: type[Row]) -> None:
    """At a start where no other process can be alive: leases of the dead are void."""
    async with platform.transaction() as session:
        await session.execute(
            update(table).values(lease_id=None, lease_until=None).where(table.lease_id.is_not(None))
        )


def _tell_failure(look: asyncio.Task[None]) -> None:
    """A look that could not write down what it saw is repeated when its lease has run out."""
    if not look.cancelled() and (error := look.exception()):
        log.warning("a look was lost", error=str(error))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
    finally:
        event.clear()
