"""What harvesters may take: every public module, and for ever that one is not any more; by datestamp."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Text, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from fairhaven.catalog import policy
from fairhaven.catalog.exports.item import Item, Site
from fairhaven.catalog.models import ModuleRow, ReleaseRow
from fairhaven.catalog.schemas import Visibility
from fairhaven.catalog.service.exporting import item_of
from fairhaven.catalog.service.searching import clean
from fairhaven.core.policy import ANONYMOUS


@dataclass(frozen=True)
class Record:
    """One record: `item` is None when the module was removed, or cannot be told; `gone` tells which."""

    id: UUID
    name: str
    moment: datetime
    terms: Sequence[str]
    gone: bool
    item: Item | None


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for: bounds of the datestamp, both included, and terms, one of which is there."""

    since: datetime | None = None
    until: datetime | None = None
    terms: Sequence[str] | None = None
    after: tuple[datetime, UUID] | None = None


# Harvesters know seconds; so does the order, that what they were told and what they ask for agree.
_moment: ColumnElement[datetime] = func.date_trunc(
    "second", func.coalesce(ModuleRow.removed_at, ModuleRow.withheld_at, ModuleRow.updated_at)
)


async def records(session: AsyncSession, site: Site, wanted: Wanted, *, limit: int) -> Sequence[Record]:
    """The next records, oldest first."""
    policy.can_list.check(ANONYMOUS)
    conditions = _conditions(wanted)
    if wanted.after:
        conditions.append(tuple_(_moment, ModuleRow.id) > tuple_(*(literal(each) for each in wanted.after)))
    # The words for searching are half of a row, and no harvester wants them.
    query = select(ModuleRow, _moment).options(defer(ModuleRow.search)).where(*conditions)
    query = query.order_by(_moment, ModuleRow.id).limit(limit)
    return await _told(session, site, (await session.execute(query)).all())


async def count_records(session: AsyncSession, wanted: Wanted) -> int:
    policy.can_list.check(ANONYMOUS)
    query = select(func.count()).select_from(ModuleRow).where(*_conditions(wanted))
    return await session.scalar(query) or 0


async def record(session: AsyncSession, site: Site, name: str) -> Record | None:
    """The record of a module by its name."""
    policy.can_list.check(ANONYMOUS)
    query = select(ModuleRow, _moment).where(ModuleRow.name == clean(name), *_conditions(Wanted()))
    found = await _told(session, site, (await session.execute(query)).all())
    return found[0] if found else None


async def earliest(session: AsyncSession) -> datetime:
    """The lowest datestamp there is; now, when there is none."""
    policy.can_list.check(ANONYMOUS)
    return await session.scalar(select(func.min(_moment)).where(*_conditions(Wanted()))) or datetime.now(UTC)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [ModuleRow.id.in_(_bearers())]
    if wanted.since:
        conditions.append(_moment >= wanted.since)
    if wanted.until:
        conditions.append(_moment <= wanted.until)
    if wanted.terms is not None:
        mine: ColumnElement[bool] = ModuleRow.terms.op("&&", is_comparison=True)(
            literal(list(wanted.terms), ARRAY(Text))
        )
        conditions.append(mine)
    return conditions


def _bearers() -> Select[UUID]:
    """One public module for each name: who bears it, else who bore it last."""
    newest = ModuleRow.removed_at.desc().nulls_first()
    public = or_(ModuleRow.visibility == Visibility.PUBLIC, ModuleRow.withheld_at.is_not(None))
    one = select(ModuleRow.id).ext(distinct_on(ModuleRow.name))
    return one.where(public, ~ModuleRow.hidden).order_by(ModuleRow.name, newest)


async def _told(session: AsyncSession, site: Site, rows: Sequence[Row[ModuleRow, datetime]]) -> list[Record]:
    ids = [row.latest_release_id for row, _ in rows if row.latest_release_id and not _gone(row)]
    found = await session.scalars(select(ReleaseRow).where(ReleaseRow.id.in_(ids)))
    releases = {each.id: each for each in found}
    told = []
    for row, moment in rows:
        release = releases.get(row.latest_release_id) if row.latest_release_id else None
        item = None if _gone(row) else item_of(site, row, release, pinned=False)
        known = item if isinstance(item, Item) else None
        told.append(Record(row.id, row.name, moment, row.terms, _gone(row), known))
    return told


def _gone(row: ModuleRow) -> bool:
    """Removed, or not public any more: to harvesters it is the same."""
    return row.removed_at is not None or row.withheld_at is not None
