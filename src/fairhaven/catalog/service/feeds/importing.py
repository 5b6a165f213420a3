"""Making modules of entries: registered as by a person of the project, linked when they are there already.

An entry that cannot be imported never hides another: it is kept with the reason, and tried again later.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from uuid import UUID

import structlog
from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.models import FeedItemRow, FeedRow, ModuleRow
from fairhaven.catalog.ports import Entry, Known
from fairhaven.catalog.schemas import FeedItemState, SourceSpec, Trust, Visibility
from fairhaven.catalog.service import following, inspecting, registering
from fairhaven.catalog.service.following import Followed, Look
from fairhaven.catalog.service.inspecting import Inspected
from fairhaven.core import sources
from fairhaven.core.db import now
from fairhaven.core.errors import NotFound, Problem
from fairhaven.core.facts import together
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.core.sources import Revision, SourceProblem

log = structlog.get_logger(__name__)

ROUND = 32  # entries that are looked at before what was found is written down
AT_ONCE = 8  # of them at the same time
FIRST_WAIT = timedelta(minutes=10)
LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """An entry that is due; `module` when it is one already, and only has to be looked at."""

    key: str
    source: str
    branch: str | None
    module: Followed | None


@dataclass(frozen=True)
class Found:
    """What an entry is: its content, or that nothing changed (both empty), or why it is no module."""

    inspected: Inspected | None = None
    problem: str = ""


async def known(entry: Entry) -> Found:
    """An entry whose list tells its metadata too."""
    assert isinstance(entry.known, Known)
    try:
        spec = SourceSpec(url=entry.source, branch=entry.branch)
        revision = Revision(entry.known.revision, None, entry.known.builds)
        known = entry.known
        return Found(await inspecting.told(spec, revision, known.metadata, known.report))
    except (Problem, ValueError) as problem:
        return Found(problem=str(problem)[:500])


async def take(
    session: AsyncSession, feed: FeedRow, items: Sequence[FeedItemRow], found: Mapping[str, Found]
) -> None:
    """Import what was found: all in a few statements, and what does not go so, one by one."""
    made: Mapping[str, UUID] = {}
    try:
        async with session.begin_nested(), together(session):
            made = await _all(session, feed, items, found)
    except Exception as error:  # of one of them: each by itself tells which
        made = {}
        log.info("entries are imported one by one", feed=str(feed.id), problem=str(error)[:300])
    for row in items:
        if row.key in made:
            row.module_id = made[row.key]
            row.state, row.problem, row.failures = FeedItemState.IMPORTED, None, 0
        else:
            await _take(session, feed, row, found[row.key])


async def due(session: AsyncSession, feed_id: UUID) -> Sequence[Wanted]:
    """The next entries that wait, new ones before those that were refused."""
    query = (
        select(FeedItemRow, ModuleRow)
        .outerjoin(ModuleRow, (FeedItemRow.module_id == ModuleRow.id) & ModuleRow.removed_at.is_(None))
        .where(FeedItemRow.feed_id == feed_id, FeedItemRow.source != "", FeedItemRow.next_try_at <= now())
        .where(FeedItemRow.state.in_((FeedItemState.WAITING, FeedItemState.REFUSED)))
        .order_by(FeedItemRow.state.desc(), FeedItemRow.next_try_at, FeedItemRow.key)
        .limit(ROUND)
    )
    return [_wanted(row, module) for row, module in await session.execute(query)]


async def act(platform: Platform, wanted: Sequence[Wanted]) -> Mapping[str, Found]:
    """Look at the sources of entries. Talks to the network: never inside a transaction."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(each: Wanted) -> Found:
        async with room:
            return await _look(platform, each)

    found = await asyncio.gather(*(one(each) for each in wanted))
    return {each.key: answer for each, answer in zip(wanted, found, strict=True)}


async def apply(session: AsyncSession, feed_id: UUID, found: Mapping[str, Found]) -> None:
    """Import what was found, unless the list said something else in the meantime."""
    feed = await session.get(FeedRow, feed_id, with_for_update=True)
    if feed is None:
        return
    there = (FeedItemRow.feed_id == feed_id, FeedItemRow.key.in_(found))
    open_ = FeedItemRow.state.in_((FeedItemState.WAITING, FeedItemState.REFUSED))
    rows = list(await session.scalars(select(FeedItemRow).where(*there, open_).order_by(FeedItemRow.key)))
    await take(session, feed, rows, found)


async def vanish(session: AsyncSession, feed: FeedRow) -> bool:
    """Mark what the whole list did not name; False when it named nothing, and nothing was done."""
    mine = FeedItemRow.feed_id == feed.id
    if not await session.scalar(select(exists().where(mine, FeedItemRow.seen == feed.look))):
        return not await session.scalar(select(exists().where(mine, FeedItemRow.state != FeedItemState.GONE)))
    missing = (mine, FeedItemRow.seen < feed.look, FeedItemRow.state != FeedItemState.GONE)
    if feed.keep:
        values = {"state": FeedItemState.GONE, "problem": None}
        await session.execute(update(FeedItemRow).where(*missing).values(values))
        return True
    for row in list(await session.scalars(select(FeedItemRow).where(*missing))):
        await gone(session, feed, row)
    return True


async def gone(session: AsyncSession, feed: FeedRow, row: FeedItemRow) -> None:
    """The list does not have it any more; its module goes too, if the feed says so."""
    if row.state != FeedItemState.GONE and not feed.keep:
        await left(session, feed, row)
    row.state, row.problem = FeedItemState.GONE, None


async def left(session: AsyncSession, feed: FeedRow, row: FeedItemRow) -> None:
    """Let go of an entry's module; it is removed, unless modules are kept, or it was there before."""
    module = await session.get(ModuleRow, row.module_id) if row.module_id else None
    if module and not module.removed_at and not feed.keep and not row.linked:
        await registering.remove(session, _actor(feed), module.name)
    row.module_id, row.linked = None, False


def not_permitted(feed: FeedRow, entry: Entry) -> str:
    """Why a list may not name such a source: what belongs to this machine is only for lists that lie here."""
    try:
        address = sources.read(entry.source)
        sources.read_branch(entry.branch)
    except SourceProblem as problem:
        return problem.detail
    if not address.uses_this_machine:
        return ""
    here = _folder_beside(feed.address)
    if here is None or not PurePosixPath(address.path).is_relative_to(here):
        return "A list elsewhere may not name folders of this machine, or what its ssh key opens."
    return ""


def refuse(row: FeedItemRow, problem: str) -> None:
    """Keep the reason, and try again later, ever more seldom."""
    row.state, row.problem = FeedItemState.REFUSED, problem[:1000]
    row.next_try_at = now() + min(FIRST_WAIT * 2 ** min(row.failures, 12), LONGEST_WAIT)
    row.failures += 1


def _folder_beside(address: str) -> PurePosixPath | None:
    try:
        found = sources.read(address)
    except SourceProblem:
        return None
    return PurePosixPath(found.path).parent if found.uses_this_machine and not found.host else None


def _wanted(row: FeedItemRow, module: ModuleRow | None) -> Wanted:
    known = Followed(module.id, module.source, module.branch, module.commit) if module else None
    return Wanted(row.key, row.source, row.branch, known)


async def _look(platform: Platform, wanted: Wanted) -> Found:
    try:
        if wanted.module:
            seen = await following.look(platform, wanted.module)
            return Found(seen.inspected, seen.failure or "")
        spec = SourceSpec(url=wanted.source, branch=wanted.branch)
        return Found(await inspecting.inspect(platform, spec, allow_invalid=True))
    except Problem as problem:
        return Found(problem=f"{problem.title}: {problem.detail}")
    except Exception as error:  # a driver may be anybody's
        log.exception("an entry of a list could not be read", source=wanted.source)
        return Found(problem=f"It could not be read ({type(error).__name__}).")


async def _all(
    session: AsyncSession, feed: FeedRow, items: Sequence[FeedItemRow], found: Mapping[str, Found]
) -> Mapping[str, UUID]:
    """Their modules by the entries' keys; left out is what cannot be imported, or has a module already."""
    known = {
        row.key: registering.Known.of(SourceSpec(url=row.source, branch=row.branch), each, row.name)
        for row in items
        if row.module_id is None and (each := found[row.key].inspected)
    }
    ids = dict(
        await registering.register_all(
            session,
            _actor(feed),
            feed.project_id,
            list(known.values()),
            visibility=Visibility(feed.visibility),
            trust=Trust(feed.trust),
        )
    )
    made = {key: ids.pop(each.key) for key, each in known.items() if each.key in ids}
    for row in items:
        if row.module_id and not found[row.key].problem:
            made[row.key] = await _looked_at(session, row.module_id, found[row.key])
    return made


async def _looked_at(session: AsyncSession, module_id: UUID, found: Found) -> UUID:
    with suppress(NotFound):  # somebody removed it, and it stays so
        await following.apply_look(session, module_id, Look(found.inspected), interval=0)
    return module_id


async def _take(session: AsyncSession, feed: FeedRow, row: FeedItemRow, found: Found) -> None:
    if found.problem:
        refuse(row, found.problem)
        return
    try:
        async with session.begin_nested():
            module_id = await _registered(session, feed, row, found)
    except registering.AlreadyRegistered as there:
        await _link(session, feed, row, there.name)
        return
    except Problem as problem:
        refuse(row, f"{problem.title}: {problem.detail}")
        return
    except Exception as error:  # one entry never hides another
        log.exception("an entry of a list could not be imported", feed=str(feed.id), key=row.key)
        refuse(row, f"It could not be imported ({type(error).__name__}).")
        return
    row.module_id, row.state, row.problem, row.failures = module_id, FeedItemState.IMPORTED, None, 0


async def _registered(session: AsyncSession, feed: FeedRow, row: FeedItemRow, found: Found) -> UUID:
    """The entry's module, with what was found now."""
    if row.module_id:
        return await _looked_at(session, row.module_id, found)
    assert found.inspected is not None
    made = await registering.register(
        session,
        _actor(feed),
        feed.project_id,
        SourceSpec(url=row.source, branch=row.branch),
        found.inspected,
        called=row.name,
        visibility=Visibility(feed.visibility),
        trust=Trust(feed.trust),
    )
    return made.id


async def _link(session: AsyncSession, feed: FeedRow, row: FeedItemRow, name: str) -> None:
    """Point to the module that has the source already, if the project's members may see it."""
    there = (ModuleRow.name == name, ModuleRow.removed_at.is_(None))
    module = await session.scalar(select(ModuleRow).where(*there))
    if module is None or (module.project_id != feed.project_id and module.visibility != Visibility.PUBLIC):
        refuse(row, "It is a module of another project.")
        return
    row.module_id, row.linked = module.id, True
    row.state, row.problem, row.failures = FeedItemState.IMPORTED, None, 0


def _actor(feed: FeedRow) -> Actor:
    """Who acts for a feed: with its project's rights; with folders, as the administrator who added it."""
    here = _folder_beside(feed.address) is not None
    roles = {feed.project_id: Role.MANAGER}
    return Actor(id=feed.owner_id, name="feed", administrator=here, roles=roles, via="feed")
