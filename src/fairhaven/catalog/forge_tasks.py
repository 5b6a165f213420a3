"""Background work: asking forges, one question after the other of each, several forges at a time."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import structlog

from fairhaven.catalog.service import filling
from fairhaven.catalog.service.filling import Due
from fairhaven.core import jobs
from fairhaven.core.platform import Platform

log = structlog.get_logger(__name__)

ROUND = 20  # modules that are claimed at a time
LONGEST = 50.0  # seconds after which a round leaves the rest to the next minute's
# What was claimed and not asked for, because the platform stopped, is due again after this.
CLAIMED = 900.0


@jobs.task("catalog.fill", attempts=1, every="* * * * *")
async def fill(platform: Platform) -> None:
    """Ask for every module that is due, for less than a minute."""
    if not platform.settings.forge_interval:
        return
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST
    while loop.time() < end:
        async with platform.transaction() as session:
            due = await filling.claim(session, interval=CLAIMED, limit=ROUND)
        if not due:
            return
        await asyncio.gather(*(_in_turn(platform, group, end) for group in _by_host(due)))


def _by_host(due: Sequence[Due]) -> Sequence[Sequence[Due]]:
    """Forges want to be asked one question at a time."""
    groups: dict[str, list[Due]] = defaultdict(list)
    for each in due:
        place = filling.place_of(each.source)
        groups[place.host if place else ""].append(each)
    return list(groups.values())


async def _in_turn(platform: Platform, group: Sequence[Due], end: float) -> None:
    for each in group:
        if asyncio.get_running_loop().time() > end:
            return  # a slow machine: the rest is due again soon
        try:
            made = await filling.fill(platform, each)
        except Exception:  # one that fails in an unforeseen way keeps no other waiting
            log.exception("asking for a module failed", module=str(each.module_id))
            continue
        if made.problem:
            log.info("a forge did not say all", module=str(each.module_id), problem=made.problem)
        async with platform.transaction() as session:
            await filling.apply(session, each.module_id, made, interval=platform.settings.forge_interval)
