"""Background work of the catalog: looking at repositories and lists that are due, or told of a push."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import service
from fairhaven.catalog.service import Followed, assessing, feeds, holdings
from fairhaven.core import jobs
from fairhaven.core.errors import NotFound
from fairhaven.core.platform import Platform

log = structlog.get_logger(__name__)

AT_ONCE = 4  # repositories that one poll looks at at the same time
ROUND = 50  # repositories that one poll claims at a time
ASSESSED = 20  # modules in a minute that the robot visits by itself
LONGEST = 50.0  # seconds after which a poll leaves the rest to the next minute's


@jobs.task("catalog.poll", attempts=1, every="* * * * *")
async def poll(platform: Platform) -> None:
    """Look at every repository that is due, some at a time, for less than a minute."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST
    while loop.time() < end:
        async with platform.transaction() as session:
            due = await service.claim_due(session, interval=platform.settings.poll_interval, limit=ROUND)
        if not due:
            return
        await _look_at_all(platform, due)


@jobs.task("catalog.learn", attempts=1, every="* * * * *")
async def learn(platform: Platform) -> None:
    """Learn the words of modules, and which modules are alike, where something changed."""
    await service.learn(platform)


@jobs.task("catalog.look", attempts=3)
async def look(platform: Platform, *, module_id: str) -> None:
    """Look at one module's repository."""
    try:
        async with platform.transaction() as session:
            module = await service.followed(session, UUID(module_id))
        await _look_at(platform, module)
    except NotFound:
        return  # removed in the meantime


@jobs.task("catalog.poll_feeds", attempts=1, every="* * * * *")
async def poll_feeds(platform: Platform) -> None:
    """Have every list read that is due."""
    async with platform.transaction() as session:
        for feed_id in await feeds.claim_due(session, limit=ROUND):
            await begin_feed(session, feed_id)


async def begin_feed(session: AsyncSession, feed_id: UUID) -> None:
    """Have a list read, and its entries imported, by a job."""
    await jobs.enqueue(session, read_feed, lock=f"catalog.feed:{feed_id}", feed_id=feed_id)


@jobs.task("catalog.read_feed", attempts=3)
async def read_feed(platform: Platform, *, feed_id: str) -> None:
    """Read a list and import what it names; after a while another job goes on, so that others get room."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST
    while (pause := await feeds.step(platform, UUID(feed_id))) is not None:
        if loop.time() + pause > end:
            async with platform.transaction() as session:
                await begin_feed(session, UUID(feed_id))
            return
        await asyncio.sleep(pause)


async def _look_at_all(platform: Platform, due: Sequence[Followed]) -> None:
    room = asyncio.Semaphore(AT_ONCE)

    async def one(module: Followed) -> None:
        async with room:
            try:
                await _look_at(platform, module)
            except NotFound:
                return  # removed while it was looked at

    await asyncio.gather(*(one(module) for module in due))


async def _look_at(platform: Platform, module: Followed) -> None:
    seen = await service.look(platform, module)
    if seen.failure:
        log.info("a repository cannot be read", module=str(module.id), problem=seen.failure)
    async with platform.transaction() as session:
        await service.apply_look(session, module.id, seen, interval=platform.settings.poll_interval)


@jobs.task("catalog.deposit", attempts=100)  # the deposit itself says when it is enough
async def deposit(platform: Platform, *, deposit_id: str) -> None:
    """Carry out a deposit, or carry it on."""
    await service.carry_on(platform, UUID(deposit_id))


async def enqueue_deposit(session: AsyncSession, deposit_id: UUID) -> None:
    """Have a deposit carried out, once this transaction is committed."""
    await jobs.enqueue(session, deposit, lock=f"catalog.deposit:{deposit_id}", deposit_id=deposit_id)


@jobs.task("catalog.assess", attempts=3)
async def assess(platform: Platform, *, module_id: str) -> None:
    """Look once at what the latest release holds, then send the FAIR robot to the module."""
    async with platform.transaction() as session:
        about = await assessing.to_visit(session, UUID(module_id))
        described = await holdings.to_take(session, about.release_id) if about and about.release_id else None
    if about is None:
        return  # removed in the meantime
    if described is not None and about.release_id is not None:
        held = await holdings.take(platform, described)
        async with platform.transaction() as session:
            await holdings.write(session, about.release_id, held)
    found = await assessing.visit(platform, about)
    async with platform.transaction() as session:
        await assessing.write(session, about, found)


async def enqueue_assessment(session: AsyncSession, module_id: UUID) -> None:
    """Have a module assessed, once this transaction is committed."""
    await jobs.enqueue(session, assess, lock=f"catalog.assess:{module_id}", module_id=module_id)


@jobs.task("catalog.assess_outdated", attempts=1, every="* * * * *")
async def assess_outdated(platform: Platform) -> None:
    """Send the robot to some modules that changed since it was there, and were not released anew."""
    for _ in range(ASSESSED):
        async with platform.transaction() as session:
            module_id = await assessing.claim_outdated(session)
        if module_id is None:
            return
        await assess(platform, module_id=str(module_id))
