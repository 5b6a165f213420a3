"""Modules like one: by the meaning of their texts where the database can compare, else by their words."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Text, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.models import ModuleRow, VectorRow
from fairhaven.catalog.schemas import SimilarModule, SimilarModules
from fairhaven.catalog.service import words
from fairhaven.catalog.service.learning import vectors_there
from fairhaven.catalog.service.reading import row_named
from fairhaven.catalog.service.searching import visible
from fairhaven.catalog.service.terms import LISTS
from fairhaven.core.policy import Actor

MOST = 24
NEAREST = 100  # that are looked at; more, when the actor may see too few of them
LEAST_LIKE = 0.1  # what is less alike is not worth a look
MOST_RANKED = 1_000
MOST_SHARED = 6  # values of facets that are told
_SHARED = tuple(f"{name}=" for name in LISTS)
_SHOWN = (ModuleRow.name, ModuleRow.title, ModuleRow.summary, ModuleRow.terms)


async def similar(session: AsyncSession, actor: Actor, name: str, limit: int = 6) -> SimilarModules:
    """The modules most like this one that the actor may see.

    Raises:
        NotFound: there is no such module, or the actor may not know of it.
    """
    row = await row_named(session, actor, name)
    limit = max(1, min(limit, MOST))
    if await vectors_there(session) and (found := await _near(session, actor, row.id, limit)):
        return SimilarModules(by="meaning", items=[_told(row.terms, each, each.likeness) for each in found])
    said = await _of_like_words(session, actor, row, limit)
    return SimilarModules(by="words", items=[_told(row.terms, each, None) for each in said])


async def _near(session: AsyncSession, actor: Actor, module_id: UUID, limit: int) -> Sequence[Any]:
    """The nearest by their place, compared with every other: exact, and fast enough for 100,000 modules."""
    looked_at = NEAREST
    while True:
        found = (await session.execute(_nearest(actor, module_id, looked_at).limit(limit))).all()
        total = await _count(session) if len(found) < limit else 0
        if len(found) >= limit or looked_at >= total:
            return found
        looked_at *= 10


async def _count(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(VectorRow)) or 0


def _nearest(actor: Actor, module_id: UUID, looked_at: int) -> Any:
    mine = select(VectorRow.place, VectorRow.space_id).where(VectorRow.module_id == module_id).cte("mine")
    distance: ColumnElement[float] = VectorRow.place.op("<=>", return_type=Float())(mine.c.place)
    others = select(VectorRow.module_id, distance.label("distance")).join(
        mine, mine.c.space_id == VectorRow.space_id
    )
    near = others.where(VectorRow.module_id != module_id).order_by(distance).limit(looked_at)
    near = near.cte("near").prefix_with("MATERIALIZED")
    likeness = (1 - near.c.distance).label("likeness")
    shown = select(*_SHOWN, likeness).join(near, near.c.module_id == ModuleRow.id)
    return shown.where(visible(actor), likeness >= LEAST_LIKE).order_by(near.c.distance, ModuleRow.id)


async def _of_like_words(session: AsyncSession, actor: Actor, row: ModuleRow, limit: int) -> Sequence[Any]:
    """The best matches for the words of its title, with what both have counted too."""
    said = list(dict.fromkeys(words.words_of(f"{row.title} {' '.join(row.tags)}")))
    asked = func.to_tsquery("simple", " | ".join(each for each in said[:20] if each not in words.STOP_WORDS))
    tags: ColumnElement[Any] = literal([f"tags={tag}" for tag in row.tags], ARRAY(Text))
    fits = or_(ModuleRow.search.op("@@")(asked), ModuleRow.terms.op("&&", is_comparison=True)(tags))
    found = (
        select(*_SHOWN, ModuleRow.id, ModuleRow.ranking)
        .where(visible(actor), ModuleRow.id != row.id, fits)
        .order_by(ModuleRow.id.desc())
        .limit(MOST_RANKED)
    ).subquery("found")
    own = [term for term in row.terms if term.startswith(_SHARED)]
    score = func.ts_rank(found.c.ranking, asked) + 0.05 * _shared(found.c.terms, own)
    return (await session.execute(select(found).order_by(score.desc(), found.c.id.desc()).limit(limit))).all()


def _shared(terms: ColumnElement[Any], own: Sequence[str]) -> ColumnElement[float]:
    """How many of these terms there are."""
    each = func.unnest(terms).table_valued("term").render_derived()
    counted = select(func.count()).select_from(each).where(each.c.term.in_(own))
    return cast(counted.scalar_subquery(), Float)


def _told(own: Sequence[str], row: Any, likeness: float | None) -> SimilarModule:
    mine = set(own)
    shared = [term.partition("=")[2] for term in row.terms if term in mine and term.startswith(_SHARED)]
    rounded = None if likeness is None else round(min(max(likeness, 0.0), 1.0), 3)
    return SimilarModule(
        name=row.name, title=row.title, summary=row.summary, likeness=rounded, shared=shared[:MOST_SHARED]
    )
