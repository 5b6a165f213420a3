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
    fits = searching.fitting(actor, q, chosen)
    if q and sort not in (Sort.NAME, Sort.NEWEST):
        query, keys = _best(q, fits, limit, cursor), 2
    else:
        query, keys = _sorted(sort is Sort.NAME, fits, limit, cursor), 1
    rows = (await session.execute(query)).all()
    end = _cursor(rows[limit - 1], keys) if len(rows) > limit else None
    return Page(items=[_summary(row) for row in rows[:limit]], next=end)


def _sorted(by_name: bool, fits: list[ColumnElement[bool]], limit: int, cursor: str | None) -> Select[Any]:
    key: Any = ModuleRow.name if by_name else ModuleRow.id
    beyond = [_beyond([key], cursor, rising=by_name)] if cursor else []
    return _summaries([key]).where(*fits, *beyond).order_by(key if by_name else key.desc()).limit(limit + 1)


def _best(q: str, fits: list[ColumnElement[bool]], limit: int, cursor: str | None) -> Select[Any]:
    """The best matches: found and ranked by their words alone; only those of one page are then read whole."""
    # Ranking reads each match: where very many fit a common word, the newest are ranked.
    by_age = select(ModuleRow.id, ModuleRow.search).where(*fits).order_by(ModuleRow.id.desc())
    newest = by_age.limit(MOST_RANKED).subquery("newest")
    ranked = select(searching.score(q, newest.c.search).label("score"), newest.c.id).subquery("ranked")
    beyond = [_beyond([ranked.c.score, ranked.c.id], cursor, rising=False)] if cursor else []
    best = (
        select(ranked).where(*beyond).order_by(ranked.c.score.desc(), ranked.c.id.desc()).limit(limit + 1)
    ).subquery("best")
    shown = _summaries([best.c.score, best.c.id]).join(best, best.c.id == ModuleRow.id)
    return shown.order_by(best.c.score.desc(), best.c.id.desc())


def _summaries(keys: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Only the columns that a list shows: descriptions and metadata are large, and stay where they are."""
    latest = ReleaseRow.id == ModuleRow.latest_release_id
    named = (key.label(f"key_{index}") for index, key in enumerate(keys))
    return select(*_COLUMNS, *_RELEASE, *named).select_from(ModuleRow).join(ReleaseRow, latest, isouter=True)


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
