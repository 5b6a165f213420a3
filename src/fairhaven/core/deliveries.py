"""Hands facts to their subscribers: many in one transaction, which also strikes them off the list.

So what a subscriber writes and the fact that it was told are committed together: kill the process at
any moment and each delivery has happened wholly or not at all. When one of a batch fails, the batch is
rolled back and taken one by one; the one that fails is tried again later, and given up after ten times.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.core.facts import Delivery, FactRow, Told, handler_of
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform

log = structlog.get_logger(__name__)

BATCH = 50
ATTEMPTS = 10
LONGEST_WAIT = timedelta(minutes=10)


async def deliver_forever(platform: Platform, live: Live, *, interval: float = 1.0) -> None:
    """Deliver until cancelled: at once when a fact is told, and every `interval` seconds."""
    woken = asyncio.Event()
    watch = asyncio.create_task(_watch(live, woken))
    try:
        while True:
            try:
                busy = await deliver(platform)
            except DBAPIError as error:
                log.warning("deliveries wait for the database", error=str(error.orig).strip())
                busy = 0
            if not busy:
                await _wait(woken, interval)
    finally:
        watch.cancel()


async def deliver(platform: Platform) -> int:
    """Hand over what is due, at most one batch; return how many were taken up."""
    try:
        async with platform.transaction() as session:
            batch = await _take(session, BATCH)
            for letter in batch:
                await _hand_over(platform, session, letter)
            return len(batch)
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
    except Exception as error:  # a subscriber may fail in any way: find out which one
        log.debug("a batch of deliveries failed", error=repr(error))
    return await _one_by_one(platform)


async def pending(session: AsyncSession) -> tuple[int, int]:
    """How many deliveries wait, and how many were given up."""
    row = (
        await session.execute(
            select(func.count(Delivery.due_at), func.count().filter(Delivery.due_at.is_(None)))
        )
    ).one()
    return row[0], row[1]


async def _one_by_one(platform: Platform) -> int:
    count = 0
    while count < BATCH:
        taken: Sequence[Any] = ()
        try:
            async with platform.transaction() as session:
                taken = await _take(session, 1)
                for letter in taken:
                    await _hand_over(platform, session, letter)
        except Exception as error:  # whatever it was, it is kept with the delivery
            if not taken:
                raise
            await _put_off(platform, taken[0], error)
        if not taken:
            return count
        count += 1
    return count


async def _take(session: AsyncSession, limit: int) -> Sequence[Row[Any]]:
    """Strike the next deliveries off the list, and return them with their facts."""
    due = (
        select(Delivery.id)
        .where(Delivery.due_at <= now())
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    struck = (
        delete(Delivery)
        .where(Delivery.id.in_(due), FactRow.id == Delivery.fact_id)
        .returning(
            Delivery.id,
            Delivery.fact_id,
            Delivery.subscriber,
            Delivery.attempts,
            FactRow.kind,
            FactRow.data,
            FactRow.created_at,
            FactRow.actor_id,
        )
    )
    return sorted((await session.execute(struck)).all(), key=lambda letter: letter.id)


async def _hand_over(platform: Platform, session: AsyncSession, letter: Row[Any]) -> None:
    found = handler_of(letter.kind, letter.subscriber)
    if found is None:
        return  # The subscriber was removed in a newer version; its facts stay in the log.
    fact, handler = found
    await handler(
        platform,
        session,
        Told(letter.fact_id, fact.model_validate(letter.data), letter.created_at, letter.actor_id),
    )
    await session.flush()


async def _put_off(platform: Platform, letter: Row[Any], error: Exception) -> None:
    attempts = letter.attempts + 1
    wait = min(timedelta(seconds=2**attempts), LONGEST_WAIT)
    given_up = attempts >= ATTEMPTS
    log.error(
        "a subscriber failed",
        subscriber=letter.subscriber,
        fact=letter.kind,
        attempts=attempts,
        exc_info=error,
    )
    again = update(Delivery).where(Delivery.id == letter.id)
    async with platform.transaction() as session:
        await session.execute(
            again.values(
                attempts=attempts, problem=repr(error)[:2000], due_at=None if given_up else now() + wait
            )
        )


async def _watch(live: Live, woken: asyncio.Event) -> None:
    async for _ in live.notices():
        woken.set()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
    finally:
        event.clear()
