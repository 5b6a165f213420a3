"""Feeds and their entries as their readers see them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import FeedItemRow, FeedRow, ModuleRow
from fairhaven.catalog.schemas import Feed, FeedCounts, FeedItem, FeedItemState, FeedState
from fairhaven.core import pagination
from fairhaven.core.errors import NotFound
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import Page
from fairhaven.projects import service as projects

_OWN = ("key", "title", "source", "branch", "state", "problem", "linked", "next_try_at")


async def feeds(
    session: AsyncSession, actor: Actor, *, limit: int = 50, cursor: str | None = None
) -> Page[Feed]:
    """The feeds of the actor's projects, newest first.

    Raises:
        BadRequest: the cursor is not of this list.
    """
    policy.can_list_feeds.check(actor)
    query = select(FeedRow).where(FeedRow.project_id.in_(projects.visible_ids(actor)))
    found = await pagination.page(session, query, FeedRow.id, lambda row: row, limit=limit, cursor=cursor)
    counts = await _counts(session, [row.id for row in found.items])
    told = [_told(row, counts.get(row.id, FeedCounts())) for row in found.items]
    return Page(items=told, next=found.next)


async def feed(session: AsyncSession, actor: Actor, feed_id: UUID) -> Feed:
    """One feed.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    return await read_feed(session, await row_of(session, actor, feed_id))


async def feed_items(
    session: AsyncSession,
    actor: Actor,
    feed_id: UUID,
    *,
    state: FeedItemState | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[FeedItem]:
    """The entries of a feed by their keys, those of one state if named.

    Raises:
        NotFound: there is no such feed, or the actor may not know of it.
        BadRequest: the cursor is not of this list.
    """
    await row_of(session, actor, feed_id)
    query = _items().where(FeedItemRow.feed_id == feed_id)
    if state:
        query = query.where(FeedItemRow.state == state)
    if cursor:
        query = query.where(FeedItemRow.key > str(pagination.decode(cursor)[0]))
    rows = (await session.execute(query.order_by(FeedItemRow.key).limit(limit + 1))).all()
    end = pagination.encode([rows[limit - 1][0].key]) if len(rows) > limit else None
    return Page(items=[_item(row) for row in rows[:limit]], next=end)


async def feeds_of_module(session: AsyncSession, actor: Actor, module_id: UUID) -> Sequence[tuple[Feed, str]]:
    """The feeds that have a module among their entries, each with the entry's state."""
    policy.can_list_feeds.check(actor)
    mine = FeedRow.project_id.in_(projects.visible_ids(actor))
    query = (
        select(FeedRow, FeedItemRow.state).join(FeedItemRow).where(FeedItemRow.module_id == module_id, mine)
    )
    rows = (await session.execute(query.order_by(FeedRow.id))).all()
    return [(_told(row, FeedCounts()), state) for row, state in rows]


async def row_of(session: AsyncSession, actor: Actor, feed_id: UUID, *, lock: bool = False) -> FeedRow:
    query = select(FeedRow).where(FeedRow.id == feed_id, FeedRow.project_id.in_(projects.visible_ids(actor)))
    row = await session.scalar(query.with_for_update() if lock else query)
    if row is None:
        policy.can_list_feeds.check(actor)
        raise NotFound("There is no such feed, or you may not see it.")
    policy.can_see_feed.check(actor, row)
    return row


async def read_feed(session: AsyncSession, row: FeedRow) -> Feed:
    """The feed as it is told."""
    return _told(row, (await _counts(session, [row.id])).get(row.id, FeedCounts()))


async def counts_of(session: AsyncSession, feed_id: UUID) -> FeedCounts:
    return (await _counts(session, [feed_id])).get(feed_id, FeedCounts())


async def _counts(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, FeedCounts]:
    query = (
        select(FeedItemRow.feed_id, FeedItemRow.state, func.count())
        .where(FeedItemRow.feed_id.in_(ids))
        .group_by(FeedItemRow.feed_id, FeedItemRow.state)
    )
    found: dict[UUID, dict[str, int]] = {}
    for feed_id, state, count in await session.execute(query):
        found.setdefault(feed_id, {})[state] = count
    return {feed_id: FeedCounts(**states) for feed_id, states in found.items()}


def _told(row: FeedRow, counts: FeedCounts) -> Feed:
    plain: dict[str, Any] = {
        name: getattr(row, name) for name in Feed.model_fields if name not in ("state", "counts")
    }
    return Feed(**plain, state=_state(row, counts), counts=counts)


def _state(row: FeedRow, counts: FeedCounts) -> FeedState:
    if row.problem:
        return FeedState.FAILING
    if row.reading or row.checked_at is None:
        return FeedState.READING
    return FeedState.IMPORTING if counts.waiting else FeedState.FOLLOWED


def _items() -> Select[FeedItemRow, str, bool]:
    there = (FeedItemRow.module_id == ModuleRow.id) & ModuleRow.removed_at.is_(None)
    return select(FeedItemRow, ModuleRow.name, ModuleRow.valid).outerjoin(ModuleRow, there)


def _item(row: Row[FeedItemRow, str, bool]) -> FeedItem:
    item, module, valid = row
    return FeedItem(**{name: getattr(item, name) for name in _OWN}, module=module, valid=valid)
