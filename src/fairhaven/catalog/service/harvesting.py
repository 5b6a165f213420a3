"""What harvesters may take: every public module, and for ever that one is not any more; by datestamp."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fairhaven.catalog import policy
from fairhaven.catalog.exports.item import Item, Site
from fairhaven.catalog.models import ModuleRow, ReleaseRow
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


async def records(session: AsyncSession, site: Site, wanted: Wanted, *, limit: int) -> Sequence[Record]:
    """The next records, oldest first; those that cannot be told are passed over."""
    policy.can_list.check(ANONYMOUS)
    told: list[Record] = []
    while (missing := limit - len(told)) > 0:
        page = await _page(session, site, wanted, missing)
        told += [each for each in page if each.item is not None or each.gone]
        if len(page) < missing:
            break
        wanted = replace(wanted, after=(page[-1].moment, page[-1].id))
    return told


async def count_records(session: AsyncSession, wanted: Wanted) -> int:
    policy.can_list.check(ANONYMOUS)
    query = select(func.count()).select_from(ModuleRow).where(*_conditions(wanted))
    return await session.scalar(query) or 0


async def record(session: AsyncSession, site: Site, name: str) -> Record | None:
    """The record of a module by its name."""
    policy.can_list.check(ANONYMOUS)
    query = select(ModuleRow).where(_bears, ModuleRow.name == clean(name))
    found = await _told(session, site, (await session.scalars(query)).all())
    return found[0] if found else None


async def earliest(session: AsyncSession) -> datetime:
    """The lowest datestamp there is; now, when there is none."""
    policy.can_list.check(ANONYMOUS)
    query = select(func.min(ModuleRow.datestamp)).where(_bears)
    return await session.scalar(query) or datetime.now(UTC)


async def _page(session: AsyncSession, site: Site, wanted: Wanted, limit: int) -> Sequence[Record]:
    query = select(ModuleRow).where(*_conditions(wanted)).order_by(*_PLACE).limit(limit)
    return await _told(session, site, (await session.scalars(query)).all())


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """Those of every record that is asked for."""
    yield _bears
    if wanted.after:
        yield tuple_(*_PLACE) > tuple_(*(literal(each) for each in wanted.after))
    if wanted.since:
        yield ModuleRow.datestamp >= wanted.since
    if wanted.until:
        yield ModuleRow.datestamp <= wanted.until
    if wanted.terms is not None:
        yield ModuleRow.terms.op("&&", is_comparison=True)(literal(list(wanted.terms), ARRAY(Text)))


_PLACE = (ModuleRow.datestamp, ModuleRow.id)
_later = aliased(ModuleRow)
# One module for each name: who bears it, else who bore it last.
_overtaken = exists().where(
    _later.name == ModuleRow.name,
    _later.datestamp.is_not(None),
    or_(_later.removed_at.is_(None), _later.removed_at > ModuleRow.removed_at),
)
_bears = and_(ModuleRow.datestamp.is_not(None), or_(ModuleRow.removed_at.is_(None), ~_overtaken))


async def _told(session: AsyncSession, site: Site, rows: Sequence[ModuleRow]) -> list[Record]:
    ids = [row.latest_release_id for row in rows if row.latest_release_id and not _gone(row)]
    found = await session.scalars(select(ReleaseRow).where(ReleaseRow.id.in_(ids)))
    releases = {each.id: each for each in found}
    told = []
    for row in rows:
        assert row.datestamp  # those without one were not asked for
        release = releases.get(row.latest_release_id) if row.latest_release_id else None
        item = None if _gone(row) else item_of(site, row, release, pinned=False)
        known = item if isinstance(item, Item) else None
        told.append(Record(row.id, row.name, row.datestamp, row.terms, _gone(row), known))
    return told


def _gone(row: ModuleRow) -> bool:
    """Removed, or not public any more: to harvesters it is the same."""
    return row.removed_at is not None or row.withheld_at is not None
