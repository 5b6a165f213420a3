"""What a job does for one feed: one step after the other, each of which may be the last before a crash."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.models import FeedItemRow, FeedRow
from fairhaven.catalog.schemas import FeedItemState
from fairhaven.catalog.service.feeds import importing, listing, reading
from fairhaven.core.db import now
from fairhaven.core.facts import emit
from fairhaven.core.platform import Platform
from fairhaven.facts.catalog import FeedRefreshed

BUSY = timedelta(minutes=10)  # after which a feed is taken up again, if its job was lost


async def claim_due(session: AsyncSession, *, limit: int) -> Sequence[UUID]:
    """Feeds whose list or entries are due; nobody else gets them while they are worked on."""
    moment = now()
    open_ = FeedItemRow.state.in_((FeedItemState.WAITING, FeedItemState.REFUSED))
    waiting = exists().where(
        FeedItemRow.feed_id == FeedRow.id, open_, FeedItemRow.source != "", FeedItemRow.next_try_at <= moment
    )
    due = (
        select(FeedRow.id)
        .where(FeedRow.busy_until <= moment, or_(FeedRow.next_check_at <= moment, waiting))
        .order_by(FeedRow.next_check_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claim = update(FeedRow).where(FeedRow.id.in_(due)).values(busy_until=moment + BUSY)
    return list(await session.scalars(claim.returning(FeedRow.id)))


async def step(platform: Platform, feed_id: UUID) -> float | None:
    """Read one batch of the list, or import some entries. Returns the seconds to wait, None: all is done."""
    interval = platform.settings.feed_interval
    async with platform.transaction() as session:
        place = await reading.load(session, feed_id)
        wanted = [] if place else await importing.due(session, feed_id)
    if place:
        answer = await reading.look(platform, place)
        async with platform.transaction() as session:
            return await reading.apply(session, place, answer, interval=interval) or 0.0
    if wanted:
        found = await importing.act(platform, wanted)
        async with platform.transaction() as session:
            await importing.apply(session, feed_id, found)
        return 0.0
    async with platform.transaction() as session:
        await _end(session, feed_id)
    return None


async def _end(session: AsyncSession, feed_id: UUID) -> None:
    """Let go of the feed, and tell what became of its entries, if that changed."""
    row = await session.get(FeedRow, feed_id, with_for_update=True)
    if row is None:
        return
    row.busy_until = now()
    counts = await listing.counts_of(session, feed_id)
    told = {"imported": counts.imported, "refused": counts.refused, "gone": counts.gone}
    if told != row.told and not row.reading:
        row.told = told
        address = f"{row.kind}+{row.address}"
        await emit(session, FeedRefreshed(project=row.project_id, feed=row.id, address=address, **told))
