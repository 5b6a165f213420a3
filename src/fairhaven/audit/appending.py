"""Gives each fact its line: one appender at a time, without gaps, none missed, whenever it was committed.

A fact is listed as unnumbered in the transaction that told it, and becomes visible with it. Who holds the
chain's one row takes what is listed, appends, and strikes it off the list, in one transaction: kill the
process at any moment and nothing is lost or appended twice; the next one goes on.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.audit import chain
from fairhaven.audit.models import ChainRow, EntryRow
from fairhaven.core import marks
from fairhaven.core.db import now
from fairhaven.core.facts import FactRow, Unnumbered
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform

log = structlog.get_logger(__name__)

BATCH = 500
FACT = tuple(FactRow.__table__.columns)
SETTLE = 0.2  # seconds in which facts gather: many lines are appended as cheaply as one
PATIENCE = timedelta(minutes=1)
NOTED = 10_000  # lines after which the end of the chain is written to the platform's own log


async def append_forever(platform: Platform, live: Live, *, interval: float = 5.0) -> None:
    """Append until cancelled: soon after facts are told, and every `interval` seconds."""
    woken = asyncio.Event()
    watch = asyncio.create_task(_watch(live, woken))
    try:
        while True:
            try:
                appended = await append(platform)
            except DBAPIError as error:
                log.warning("the audit log waits for the database", error=str(error.orig).strip())
                appended = 0
            if appended < BATCH:
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), interval)
                await asyncio.sleep(SETTLE)
                woken.clear()
    finally:
        watch.cancel()


async def append(platform: Platform) -> int:
    """Append what waits, at most one batch; return how many lines, none when another process appends."""
    async with platform.transaction() as session:
        if await session.scalar(select(Unnumbered.fact_id).limit(1)) is None:
            return 0  # without a lock: an idle platform writes nothing
        end = await session.scalar(select(ChainRow).with_for_update(skip_locked=True))
        if end is None:
            return 0
        listed = select(Unnumbered.fact_id).order_by(Unnumbered.fact_id).limit(BATCH)
        facts = (
            await session.execute(select(*FACT).where(FactRow.id.in_(listed)).order_by(FactRow.seq))
        ).all()
        if not facts:
            return 0
        lines = []
        for number, fact in enumerate(facts, end.number + 1):
            end.number, end.hash = number, chain.link(end.hash, marks.canonical(told(fact)))
            lines.append({"number": number, "fact_id": fact.id, "hash": end.hash})
        await session.execute(insert(EntryRow), lines)
        await session.execute(delete(Unnumbered).where(Unnumbered.fact_id.in_([fact.id for fact in facts])))
    _note(lines[0]["number"], end)
    return len(lines)


async def pending(session: AsyncSession) -> tuple[int, int]:
    """How many lines there are, and how many facts wait for theirs longer than `PATIENCE`."""
    lines = await session.scalar(select(ChainRow.number)) or 0
    listed = select(func.count()).select_from(Unnumbered).join(FactRow, FactRow.id == Unnumbered.fact_id)
    waiting = await session.scalar(listed.where(FactRow.created_at < now() - PATIENCE)) or 0
    return lines, waiting


def told(fact: Any) -> Mapping[str, Any]:
    """All that a fact (a row of `FACT`) says, as it is hashed: change any of it, and the chain breaks.

    Name and address stand there as their mark, so that they can be erased; in the oldest lines, as they are.
    """
    return _who(fact) | {
        "id": str(fact.id),
        "seq": fact.seq,
        "at": fact.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": fact.kind,
        "subject": str(fact.subject_id),
        "project": str(fact.project_id) if fact.project_id else None,
        "actor_id": str(fact.actor_id) if fact.actor_id else None,
        "request": fact.request_id,
        "data": fact.data,
    }


def _who(fact: Any) -> dict[str, Any]:
    if fact.mark is None:
        return {"actor": fact.actor_name, "address": fact.address}
    if fact.salt is None:
        return {"mark": fact.mark}
    return {"mark": marks.mark(fact.salt, fact.actor_name, fact.address)}


def _note(first: Any, end: ChainRow) -> None:
    """Now and then the end is told to the platform's log, which is kept elsewhere: an anchor."""
    if end.number // NOTED > (first - 1) // NOTED:
        log.info("the audit log has grown", number=end.number, hash=end.hash)


async def _watch(live: Live, woken: asyncio.Event) -> None:
    async for _ in live.notices():
        woken.set()
