"""What the platform learns of its modules in the background: words that exist, and which modules are alike.

One job at a time. Spaces are learnt of public modules alone, so that no text which only some may read has a
part in what others are shown; every module then gets its own place.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.models import LearntRow, ModuleRow, SpaceRow, VectorRow
from fairhaven.catalog.schemas import Visibility
from fairhaven.catalog.service import spaces, vocabulary
from fairhaven.catalog.service.searching import INDEXED, index
from fairhaven.catalog.service.spaces import Bag, Space
from fairhaven.catalog.service.terms import LISTS
from fairhaven.core.db import now
from fairhaven.core.platform import Platform

log = structlog.get_logger(__name__)

BATCH = 500
FEWEST = 5  # modules that anything is learnt of
GROWTH = 0.1  # of the modules, after which the space is learnt anew
OLDEST = timedelta(days=7)
LONGEST = 5_000  # characters of a description that count
_LOCK = func.pg_try_advisory_xact_lock(func.hashtextextended("catalog.learn", 0))
_THERE: ColumnElement[bool] = and_(ModuleRow.removed_at.is_(None), ~ModuleRow.hidden)
_PUBLIC = and_(_THERE, ModuleRow.visibility == Visibility.PUBLIC)
_TEXTS = (
    ModuleRow.id, ModuleRow.updated_at, ModuleRow.title, ModuleRow.summary,
    func.left(ModuleRow.description, LONGEST), *(getattr(ModuleRow, name) for name in LISTS),
)  # fmt: skip


async def learn(platform: Platform) -> None:
    """Bring all that is made of modules' texts up to date; what did not change costs next to nothing."""
    async with platform.transaction() as lock:
        if not await lock.scalar(select(_LOCK)):
            return  # another worker is at it
        while await _index_some(platform):
            pass
        await _words(platform)
        if await vectors_there(lock):
            space = await _space(platform)
            while space and await _place_some(platform, *space):
                pass


async def vectors_there(session: AsyncSession) -> bool:
    """Whether this database can compare places: it has the extension `vector`, and the table."""
    return await session.scalar(text("SELECT to_regclass('module_vectors')")) is not None


async def _index_some(platform: Platform) -> bool:
    """Write anew what rows of older rules are found by; their date stays."""
    async with platform.transaction() as session:
        old = select(ModuleRow).where(ModuleRow.indexed < INDEXED, ModuleRow.removed_at.is_(None))
        rows = (await session.scalars(old.limit(BATCH).with_for_update(skip_locked=True))).all()
        for row in rows:
            index(row)
    return bool(rows)


async def _words(platform: Platform) -> None:
    async with platform.transaction() as session:
        signature = await _signature(session)
        kept = await session.get(LearntRow, "words")
        if kept and kept.signature == signature:
            return
        await vocabulary.learn_words(session)
        learnt = insert(LearntRow).values(name="words", signature=signature, learnt_at=now())
        update = {"signature": signature, "learnt_at": now()}
        await session.execute(learnt.on_conflict_do_update(index_elements=["name"], set_=update))


async def _signature(session: AsyncSession) -> str:
    """Differs when a module came, went, changed, or is seen by others than before."""
    private = ModuleRow.visibility != Visibility.PUBLIC
    counts = select(func.count(), func.count().filter(private), func.max(ModuleRow.updated_at))
    return "/".join(str(each) for each in (await session.execute(counts.where(_THERE))).one())


async def _space(platform: Platform) -> tuple[UUID, Space] | None:
    """The space that modules are placed in, learnt anew when the catalog has become another."""
    async with platform.transaction() as session:
        count = await session.scalar(select(func.count()).select_from(ModuleRow).where(_PUBLIC)) or 0
        newest = await session.scalar(select(SpaceRow).order_by(SpaceRow.id.desc()).limit(1))
        if count < FEWEST and not newest:
            return None
        if newest and not _outgrown(newest, count):
            return newest.id, Space.unpacked(newest.weights, newest.directions)
        bags = await _bags(session)
        space = await asyncio.to_thread(spaces.learn, bags)
        weights, directions = space.packed()
        row = SpaceRow(modules=len(bags), weights=weights, directions=directions)
        if newest:
            await session.delete(newest)
        session.add(row)
        await session.flush()
        log.info("learnt which modules are alike", modules=len(bags))
        return row.id, space


def _outgrown(space: SpaceRow, count: int) -> bool:
    return abs(count - space.modules) > GROWTH * space.modules or now() - space.created_at > OLDEST


async def _bags(session: AsyncSession) -> list[Bag]:
    """The words of every public module, hashed as they are read, so that no two texts lie in memory."""
    bags: list[Bag] = []
    query = select(*_TEXTS).where(_PUBLIC).order_by(ModuleRow.id).execution_options(yield_per=BATCH)
    async for rows in (await session.stream(query)).partitions():
        bags += await asyncio.to_thread(_bags_of, rows)
    return [bag for bag in bags if bag]


def _bags_of(rows: Sequence[Any]) -> list[Bag]:
    return [_bag(row) for row in rows]


def _bag(row: Any) -> Bag:
    _, _, title, summary, description, *lists = row
    said = " ".join(" ".join(values) for values in lists)
    return spaces.bag_of([(title, 3.0), (said, 2.0), (summary, 2.0), (description, 1.0)])


async def _place_some(platform: Platform, space_id: UUID, space: Space) -> bool:
    """Give a place to modules that have none, or that changed since they got it."""
    async with platform.transaction() as session:
        rows = await _unplaced(session, space_id)
        made = await asyncio.to_thread(lambda: [space.place(_bag(row)) for row in rows])
        values = [
            {"module_id": row[0], "space_id": space_id, "of": row[1], "place": place}
            for row, place in zip(rows, made, strict=True)
        ]
        if values:
            await _write(session, values)
    return bool(values)


async def _unplaced(session: AsyncSession, space_id: UUID) -> Sequence[Any]:
    behind = or_(
        VectorRow.module_id.is_(None), VectorRow.space_id != space_id, VectorRow.of != ModuleRow.updated_at
    )
    placed = select(*_TEXTS).join(VectorRow, VectorRow.module_id == ModuleRow.id, isouter=True)
    return (await session.execute(placed.where(_THERE, behind).limit(BATCH))).all()


async def _write(session: AsyncSession, values: Sequence[dict[str, Any]]) -> None:
    made = insert(VectorRow)
    renewed = {name: made.excluded[name] for name in ("space_id", "of", "place")}
    await session.execute(
        made.on_conflict_do_update(index_elements=["module_id"], set_=renewed), list(values)
    )
