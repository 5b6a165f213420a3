"""Reads the logs of workloads from their engines, in parts or as they grow; never inside a transaction."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.workloads import service
from fairhaven.workloads.ports import Engine
from fairhaven.workloads.schemas import LogPart

PAUSE = 0.5  # seconds between two looks at a log that is followed
PART = 64 << 10
NOTHING = LogPart(text="", offset=0, next=0, size=0)


async def read(platform: Platform, actor: Actor, workload_id: UUID, *, offset: int, limit: int) -> LogPart:
    """Read a part of a log.

    Raises:
        NotFound: there is no such workload for the actor.
        NotAllowed: the actor may not read its log.
    """
    async with platform.transaction(actor) as session:
        source = await service.log_source(session, actor, workload_id)
    engine = _engine(platform, source.engine)
    return await engine.log(workload_id, offset, limit) if engine else NOTHING


async def follow(platform: Platform, actor: Actor, workload_id: UUID, *, offset: int) -> AsyncIterator[str]:
    """Yield whole lines as they are written, until the reader goes away; each look asks the policy again."""
    rest = ""
    while True:
        part = await read(platform, actor, workload_id, offset=offset, limit=PART)
        *lines, rest = (rest + part.text).split("\n")
        for line in lines:
            yield line
        if rest and not part.text:  # a last line that nobody ended
            yield rest
            rest = ""
        offset = part.next
        if part.next >= part.size:
            await asyncio.sleep(PAUSE)


def _engine(platform: Platform, name: str | None) -> Engine | None:
    """None before an engine took it, or when the settings no longer name it."""
    found: Engine | None = platform.drivers.get("engines", {}).get(name or "")
    return found
