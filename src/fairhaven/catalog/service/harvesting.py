"""What harvesters may take: every public module, and for ever that one is not any more; by datestamp."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
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
    # First which, then whole: rows are wide, and all of them are looked through for a page.
    chosen = _chosen(wanted)
    if wanted.after:
        last = tuple_(*(literal(each) for each in wanted.after))
        chosen = chosen.where(tuple_(*chosen.selected_columns) > last)
    page = chosen.order_by(*chosen.selected_columns).limit(limit).subquery("page")
    # The words for searching are half of a row, and no harvester wants them.
    query = select(ModuleRow, page.c.moment).join(page, page.c.id == ModuleRow.id)
    query = query.options(defer(ModuleRow.search)).order_by(page.c.moment, page.c.id)
    return await _told(session, site, (await session.execute(query)).all())


async def count_records(session: AsyncSession, wanted: Wanted) -> int:
    policy.can_list.check(ANONYMOUS)
    query = select(func.count()).select_from(_chosen(wanted).subquery("chosen"))
    return await session.scalar(query) or 0


async def record(session: AsyncSession, site: Site, name: str) -> Record | None:
    """The record of a module by its name."""
    policy.can_list.check(ANONYMOUS)
    bearer = select(_bearers(ModuleRow.name == clean(name)).subquery("bearer").c.id)
    query = select(ModuleRow, _moment).where(ModuleRow.id.in_(bearer))
    found = await _told(session, site, (await session.execute(query)).all())
    return found[0] if found else None


async def earliest(session: AsyncSession) -> datetime:
    """The lowest datestamp there is; now, when there is none."""
    policy.can_list.check(ANONYMOUS)
    every = _chosen(Wanted()).subquery("every")
    return await session.scalar(select(func.min(every.c.moment))) or datetime.now(UTC)


def _chosen(wanted: Wanted) -> Select[Any]:
    """Datestamp and id of every record that is asked for."""
    bearers = _bearers().subquery("bearers")
    chosen: Select[Any] = select(bearers.c.moment, bearers.c.id)
    if wanted.since:
        chosen = chosen.where(bearers.c.moment >= wanted.since)
    if wanted.until:
        chosen = chosen.where(bearers.c.moment <= wanted.until)
    if wanted.terms is not None:
        terms = literal(list(wanted.terms), ARRAY(Text))
        chosen = chosen.where(bearers.c.terms.op("&&", is_comparison=True)(terms))
    return chosen


def _bearers(*conditions: ColumnElement[bool]) -> Select[Any]:
    """One public module for each name: who bears it, else who bore it last."""
    newest = ModuleRow.removed_at.desc().nulls_first()
    public = or_(ModuleRow.visibility == Visibility.PUBLIC, ModuleRow.withheld_at.is_not(None))
    # Names are compared as bytes: their order is all the same, and letters take three times as long.
    name = ModuleRow.name.collate("C")
    one: Any = select(ModuleRow.id, _moment.label("moment"), ModuleRow.terms)
    one = one.ext(distinct_on(name))
    chosen: Select[Any] = one.where(public, ~ModuleRow.hidden, *conditions).order_by(name, newest)
    return chosen


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
