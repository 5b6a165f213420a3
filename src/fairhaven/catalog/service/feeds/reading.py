"""Reading a list: load where it stands, ask its driver outside of any transaction, write down what it said.

The cursor and the entries that it stands for are written in one transaction: whoever goes on after a crash
reads the same batch again, and nothing is lost or done twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.models import FeedItemRow, FeedRow
from fairhaven.catalog.ports import Batch, CursorLost, Entry, Listing, ListProblem
from fairhaven.catalog.schemas import FeedItemState
from fairhaven.catalog.service.feeds import adding, drivers, importing
from fairhaven.catalog.service.feeds.importing import Found
from fairhaven.core.db import now
from fairhaven.core.errors import Problem
from fairhaven.core.outbound import guard_of
from fairhaven.core.platform import Platform

log = structlog.get_logger(__name__)

LONGEST_WAIT = timedelta(days=1)  # between looks at a list that cannot be read
LONGEST_KEY = 500


@dataclass(frozen=True)
class Place:
    """Where a feed stands in its list."""

    feed_id: UUID
    kind: str
    listing: Listing
    cursor: str | None
    look: int


@dataclass(frozen=True)
class Answer:
    """What a list said: a batch with what is known of its entries by key; or why it said nothing."""

    batch: Batch = field(default_factory=Batch)
    known: Mapping[str, Found] = field(default_factory=dict)
    failure: ListProblem | None = None


async def load(session: AsyncSession, feed_id: UUID) -> Place | None:
    """Where to read on, if the list is being read or due; a look that begins is counted."""
    row = await session.get(FeedRow, feed_id, with_for_update=True)
    if row is None or row.next_check_at > now():
        return None
    if not row.reading:
        row.reading, row.look = True, row.look + 1
    options = {name: str(value) for name, value in row.options.items()}
    return Place(row.id, row.kind, Listing(row.address, options), row.cursor, row.look)


async def look(platform: Platform, place: Place) -> Answer:
    """Ask for the next batch. Talks to the network: never inside a transaction."""
    try:
        adding.check_allowed(platform, place.listing.address)
        reader = drivers.driver(place.kind)
        batch = await reader.entries(place.listing, place.cursor, guard_of(platform.settings))
    except ListProblem as problem:
        return Answer(failure=problem)
    except Problem as problem:
        return Answer(failure=ListProblem(problem.detail, fix=problem.remedy))
    except Exception:  # a driver may be anybody's
        log.exception("a list could not be read", feed=str(place.feed_id), kind=place.kind)
        return Answer(failure=ListProblem("It could not be read; the platform's log tells more."))
    new = await _changed(platform, place, batch)
    known = {each.key: await importing.known(each) for each in new if each.known}
    return Answer(batch, known)


async def apply(session: AsyncSession, place: Place, answer: Answer, *, interval: float) -> float | None:
    """Write down what a list said. Returns the seconds until it may be asked on, None when it ended."""
    row = await session.get(FeedRow, place.feed_id, with_for_update=True)
    if row is None or (row.look, row.cursor) != (place.look, place.cursor):
        return None  # removed, or somebody else was there
    if answer.failure:
        return _failed(row, answer.failure, interval)
    items = await _write(session, row, answer.batch.entries)
    await importing.take(session, row, [each for each in items if each.key in answer.known], answer.known)
    row.cursor, row.total = answer.batch.cursor, answer.batch.total
    row.checked_at, row.problem = now(), None
    if answer.batch.more:
        row.next_check_at = now() + timedelta(seconds=answer.batch.pause)
        return answer.batch.pause
    if answer.batch.complete and not await importing.vanish(session, row):
        row.problem = "The list is empty now. Its modules stay until it names something."
    row.reading, row.failures, row.next_check_at = False, 0, now() + timedelta(seconds=interval)
    return None


def _failed(row: FeedRow, failure: ListProblem, interval: float) -> float | None:
    """Try again later, ever more seldom; from the beginning when the place in the list was lost."""
    row.failures += 1
    row.checked_at = now()
    row.problem = f"{failure.detail} {failure.remedy or ''}".strip()
    if isinstance(failure, CursorLost):
        row.cursor, row.reading = None, False
        if row.failures == 1:
            row.next_check_at = now()
            return 0.0
    usual = timedelta(seconds=interval)
    wait = min(usual * 2 ** min(row.failures - 1, 12), max(usual, LONGEST_WAIT))
    row.next_check_at = now() + max(wait, timedelta(seconds=failure.wait))
    return None


async def _changed(platform: Platform, place: Place, batch: Batch) -> Sequence[Entry]:
    """The entries that are not as they were: the others need not be read."""
    async with platform.transaction() as session:
        same = await _rows(session, place.feed_id, batch.entries)
    return [
        each
        for each in batch.entries
        if not each.deleted and not (each.key in same and _as_it_was(same[each.key], each))
    ]


async def _rows(session: AsyncSession, feed_id: UUID, entries: Sequence[Entry]) -> dict[str, FeedItemRow]:
    keys = [each.key for each in entries]
    query = select(FeedItemRow).where(FeedItemRow.feed_id == feed_id, FeedItemRow.key.in_(keys))
    return {row.key: row for row in await session.scalars(query)}


async def _write(session: AsyncSession, feed: FeedRow, entries: Sequence[Entry]) -> Sequence[FeedItemRow]:
    """Write the entries down; returned are those that have to be imported, or looked at again."""
    told = {each.key: each for each in entries if each.key and len(each.key) <= LONGEST_KEY}
    rows, wanting = await _rows(session, feed.id, entries), list[FeedItemRow]()
    for key, entry in told.items():
        row = rows.get(key)
        if row is None:
            if entry.deleted:
                continue
            row = FeedItemRow(feed_id=feed.id, key=key, source="", state="", linked=False, failures=0)
            session.add(row)
        row.seen = feed.look
        if await _wants(session, feed, row, entry):
            wanting.append(row)
    await session.flush()
    return wanting


async def _wants(session: AsyncSession, feed: FeedRow, row: FeedItemRow, entry: Entry) -> bool:
    """Bring one entry's row up to date; whether something is to be done for it."""
    if entry.deleted:
        await importing.gone(session, feed, row)
        return False
    if row.state and _as_it_was(row, entry):
        return False
    if row.source and row.source != entry.source and row.module_id:
        await importing.left(session, feed, row)
    # What its list itself calls no module is not tried again before the list says something else.
    row.source = "" if entry.problem else entry.source
    row.branch, row.revision = entry.branch, _mark(entry)
    row.title, row.name = (entry.title or _last_part(entry))[:200], entry.name[:200]
    problem = entry.problem or importing.not_permitted(feed, entry)
    if problem:
        importing.refuse(row, problem)
        return False
    row.state, row.problem, row.next_try_at = FeedItemState.WAITING, None, now()
    return True


def _as_it_was(row: FeedItemRow, entry: Entry) -> bool:
    same = (row.source, row.branch, row.revision) == (entry.source, entry.branch, _mark(entry))
    return same and row.state != FeedItemState.GONE and not entry.problem


def _mark(entry: Entry) -> str:
    return (entry.known.revision if entry.known else entry.revision)[:200]


def _last_part(entry: Entry) -> str:
    return entry.key.rstrip("/").rpartition("/")[2] or entry.key
