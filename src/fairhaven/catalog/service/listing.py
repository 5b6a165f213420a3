"""Pages of modules: best match, newest or by name, each one query."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import ModuleRow, ReleaseRow
from fairhaven.catalog.schemas import ModuleSummary, ReleaseMark, Sort
from fairhaven.catalog.service import searching
from fairhaven.catalog.service.searching import Chosen
from fairhaven.core import pagination
from fairhaven.core.errors import BadRequest
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import Page

MOST_RANKED = 1_000
_SHOWN = (
    "id", "name", "title", "summary", "tags", "libraries", "tasks", "categories", "data_type", "license",
    "valid", "created_at",
)  # fmt: skip
_COLUMNS = [getattr(ModuleRow, name) for name in _SHOWN]
_RELEASE = [ReleaseRow.id, ReleaseRow.version, ReleaseRow.created_at]


async def modules(
    session: AsyncSession,
    actor: Actor,
    *,
    q: str = "",
    facets: Chosen | None = None,
    sort: Sort | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ModuleSummary]:
    """Modules that the actor may see, that match `q` (words, "a phrase", -not, or) and the chosen facets.

    Values of one facet are alternatives; facets narrow each other. Without
    words, the best match is the newest; of more than `MOST_RANKED` matches, the newest are ranked.

    Raises:
        BadRequest: the cursor is not of this list.
    """
    policy.can_list.check(actor)
    q, chosen = searching.clean(q), searching.tidy(facets or {})
    keys = _keys(sort, q)
    rising = sort is Sort.NAME
    fits = searching.fitting(actor, q, chosen)
    if len(keys) > 1:
        # Ranking reads each match: where very many fit a common word, the newest are ranked.
        newest = select(ModuleRow.id).where(*fits).order_by(ModuleRow.id.desc()).limit(MOST_RANKED)
        fits = [ModuleRow.id.in_(newest)]
    query = _summaries(keys).where(*fits)
    if cursor:
        query = query.where(_beyond(keys, cursor, rising=rising))
    query = query.order_by(*(key if rising else key.desc() for key in keys)).limit(limit + 1)
    rows = (await session.execute(query)).all()
    end = _cursor(rows[limit - 1], len(keys)) if len(rows) > limit else None
    return Page(items=[_summary(row) for row in rows[:limit]], next=end)


def _keys(sort: Sort | None, q: str) -> list[ColumnElement[Any]]:
    """What the list is ordered by; the last key is unique."""
    if sort is Sort.NAME:
        return [ModuleRow.name]  # type: ignore[list-item]
    if sort is Sort.NEWEST or not q:
        return [ModuleRow.id]  # type: ignore[list-item]
    return [searching.score(q), ModuleRow.id]  # type: ignore[list-item]


def _summaries(keys: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Only the columns that a list shows: descriptions and metadata are large, and stay where they are."""
    latest = ReleaseRow.id == ModuleRow.latest_release_id
    return select(*_COLUMNS, *_RELEASE, *(key.label(f"key_{index}") for index, key in enumerate(keys))).join(
        ReleaseRow, latest, isouter=True
    )


def _beyond(keys: Sequence[ColumnElement[Any]], cursor: str, *, rising: bool) -> ColumnElement[bool]:
    values = pagination.decode(cursor)
    if len(values) != len(keys):
        raise BadRequest("The cursor is of another list.", fix="Start again without `cursor`.")
    if rising:
        return keys[0] > searching.clean(str(values[0]))
    last: list[Any] = [pagination.as_uuid(values, len(keys) - 1)]
    if len(keys) > 1:
        last.insert(0, int(pagination.as_number(values, 0)))
    return tuple_(*keys) < tuple_(*last)


def _cursor(row: Row[Any], keys: int) -> str:
    return pagination.encode([str(key) if isinstance(key, UUID) else key for key in row[-keys:]])


def _summary(row: Row[Any]) -> ModuleSummary:
    shown = len(_SHOWN)
    release_id, version, published_at = row[shown : shown + 3]
    latest = ReleaseMark(id=release_id, version=version, published_at=published_at) if release_id else None
    return ModuleSummary(**dict(zip(_SHOWN, row, strict=False)), latest_release=latest)
