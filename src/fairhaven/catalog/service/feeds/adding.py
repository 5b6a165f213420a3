"""Beginning and ending to follow a list, and looking at its first entries before."""

import json
from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import FeedItemRow, FeedRow
from fairhaven.catalog.schemas import (
    Feed,
    FeedEntry,
    FeedItemState,
    FeedPreview,
    FeedSpec,
    NewFeed,
    Trust,
)
from fairhaven.catalog.service.feeds import drivers
from fairhaven.catalog.service.feeds.listing import read_feed, row_of
from fairhaven.catalog.service.registering import usual_visibility
from fairhaven.core import sources
from fairhaven.core.db import now
from fairhaven.core.errors import Conflict
from fairhaven.core.facts import emit
from fairhaven.core.outbound import guard_of
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.sources import FoldersNotAllowed, SourceProblem
from fairhaven.facts.catalog import FeedAdded, FeedRemoved
from fairhaven.projects import service as projects

PREVIEWED = 25


class AlreadyFollowed(Conflict):
    """`id` is the feed that follows the list."""

    title: ClassVar[str] = "This list is followed already"

    def __init__(self, feed_id: UUID) -> None:
        super().__init__("The project follows it with the same options.", fix=f"Open /feeds/{feed_id}.")
        self.id = feed_id


async def check_may_add(session: AsyncSession, actor: Actor, project_id: UUID, spec: FeedSpec) -> None:
    """Raise what `add` would; asked before anybody looks at the list.

    Raises:
        NotAllowed: the actor is no developer of the project; for folders and ssh: no administrator.
        UnknownList, AlreadyFollowed
    """
    policy.can_add_feed.check(actor, project_id)
    await projects.project(session, actor, project_id)
    kind, listing = drivers.understood(spec)
    if on_this_machine(listing.address):
        policy.can_use_this_machine.check(actor, project_id)
    same = FeedRow.list_key == _key(kind, listing.address, listing.options)
    if there := await session.scalar(select(FeedRow.id).where(FeedRow.project_id == project_id, same)):
        raise AlreadyFollowed(there)


async def preview(platform: Platform, spec: FeedSpec) -> FeedPreview:
    """The first entries of a list. Talks to the network: never inside a transaction.

    Raises:
        UnknownList, ListProblem
    """
    kind, listing = drivers.understood(spec)
    check_allowed(platform, listing.address)
    found = await drivers.driver(kind).entries(listing, None, guard_of(platform.settings))
    present = [each for each in found.entries if not each.deleted]
    told = [
        FeedEntry(key=each.key, title=each.title, source=each.source, problem=each.problem)
        for each in present[:PREVIEWED]
    ]
    more = found.more or len(present) > PREVIEWED
    total = found.total if found.more else len(present)
    return FeedPreview(
        kind=kind, address=listing.address, options=listing.options, entries=told, more=more, total=total
    )


async def add(session: AsyncSession, actor: Actor, project_id: UUID, spec: NewFeed) -> Feed:
    """Begin to follow a list; whoever calls this asks the job to read it.

    Raises:
        NotAllowed, UnknownList, AlreadyFollowed: as `check_may_add`.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("catalog.feeds", 0))))
    await check_may_add(session, actor, project_id, spec)
    kind, listing = drivers.understood(spec)
    row = FeedRow(
        project_id=project_id,
        owner_id=actor.id,
        kind=kind,
        address=listing.address,
        options=dict(listing.options),
        list_key=_key(kind, listing.address, listing.options),
        visibility=spec.visibility or await usual_visibility(session, project_id),
        trust=spec.trust if drivers.driver(kind).builds else Trust.LISTED,
        keep=spec.keep,
    )
    session.add(row)
    await session.flush()
    await emit(session, FeedAdded(project=project_id, feed=row.id, address=f"{kind}+{row.address}"))
    return await read_feed(session, row)


async def ask(session: AsyncSession, actor: Actor, feed_id: UUID) -> Feed:
    """Have the list read now, and refused entries tried again; whoever calls this asks the job.

    Raises:
        NotFound, NotAllowed
    """
    row = await row_of(session, actor, feed_id, lock=True)
    policy.can_check_feed.check(actor, row)
    row.next_check_at = now()
    refused = (FeedItemRow.feed_id == feed_id, FeedItemRow.state == FeedItemState.REFUSED)
    await session.execute(update(FeedItemRow).where(*refused).values(next_try_at=now()))
    await session.flush()
    return await read_feed(session, row)


async def remove(session: AsyncSession, actor: Actor, feed_id: UUID) -> None:
    """Stop following a list; the modules that came of it stay, and are followed one by one.

    Raises:
        NotFound, NotAllowed
    """
    row = await row_of(session, actor, feed_id, lock=True)
    policy.can_remove_feed.check(actor, row)
    await session.delete(row)
    await session.flush()
    address = f"{row.kind}+{row.address}"
    await emit(session, FeedRemoved(project=row.project_id, feed=feed_id, address=address))


def on_this_machine(address: str) -> bool:
    """Whether a list lies on the platform's own machine, or is read with its ssh key."""
    try:
        return sources.read(address).uses_this_machine
    except SourceProblem:
        return False


def check_allowed(platform: Platform, address: str) -> None:
    """Raise when the installation takes no folders of its own machine.

    Raises:
        FoldersNotAllowed
    """
    if not platform.settings.local_folders and address.startswith(("/", "file:")):
        raise FoldersNotAllowed()


def _key(kind: str, address: str, options: Mapping[str, str]) -> str:
    return json.dumps([kind, address.rstrip("/"), sorted(options.items())], ensure_ascii=False)
