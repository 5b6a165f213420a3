"""Modules like one: by the meaning of their texts where the database can compare, else by their words."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID
from weakref import WeakSet

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import ModuleRow, VectorRow
from fairhaven.catalog.schemas import SimilarModule, SimilarModules
from fairhaven.catalog.service import words
from fairhaven.catalog.service.learning import vectors_there
from fairhaven.catalog.service.searching import Sight, clean, visible
from fairhaven.catalog.service.terms import LISTS
from fairhaven.core.errors import NotFound
from fairhaven.core.policy import Actor

MOST = 24
NEAREST = 40  # that the index gives: what pgvector looks at by itself
EVERY = 2_000  # that are looked at when the actor may see too few of those
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
    limit = max(1, min(limit, MOST))
    if await _comparable(session) and (found := await _near(session, actor, name, limit)):
        return SimilarModules(by="meaning", items=[_told(each.own, each, each.likeness) for each in found])
    row = await _found(session, actor, name)
    said = await _of_like_words(session, actor, row, limit)
    return SimilarModules(by="words", items=[_told(row.terms, each, None) for each in said])


async def _found(session: AsyncSession, actor: Actor, name: str) -> Any:
    policy.can_list.check(actor)
    values = {**Sight.values(actor), "name": clean(name)}
    row = (await session.execute(_own(Sight.of(actor)), values)).one_or_none()
    if row is None:
        raise NotFound(f"There is no module `{name[:64]}`, or you may not see it.")
    return row


@lru_cache(maxsize=8)
def _own(sight: Sight) -> Select[UUID, str, list[str], list[str]]:
    """What is compared of the module itself: far from all of it."""
    own = select(ModuleRow.id, ModuleRow.title, ModuleRow.tags, ModuleRow.terms)
    return own.where(ModuleRow.name == bindparam("name", type_=Text), sight.condition())


async def _comparable(session: AsyncSession) -> bool:
    """Whether this database compares places; asked again only while it does not."""
    engine = session.get_bind()
    if engine not in _compares and await vectors_there(session):
        _compares.add(engine)
    return engine in _compares


_compares: WeakSet[Any] = WeakSet()


async def _near(session: AsyncSession, actor: Actor, name: str, limit: int) -> Sequence[Any]:
    """The nearest by their place: quickly by the index; or among all, when too few of those may be seen."""
    sight, values = Sight.of(actor), {**Sight.values(actor), "name": clean(name), "most": limit}
    found: Sequence[Any] = ()
    for exact in (False, True):
        found = (await session.execute(_nearest(sight, exact), values)).all()
        if len(found) >= limit:
            break
    return found


@lru_cache(maxsize=8)
def _nearest(sight: Sight, exact: bool) -> Select[Any]:
    """The modules around one that may be seen, with the terms of that one as `own`."""
    itself = _own(sight).add_columns(VectorRow.place, VectorRow.space_id)
    own = itself.join(VectorRow, VectorRow.module_id == ModuleRow.id).cte("own").prefix_with("MATERIALIZED")
    distance: ColumnElement[float] = VectorRow.place.op("<=>", return_type=Float())(
        select(own.c.place).scalar_subquery()
    )
    # An order that is no bare distance is none that the index has: every place is looked at.
    by = distance + 0.0 if exact else distance
    others = select(VectorRow.module_id, VectorRow.space_id, distance.label("distance"))
    near = others.order_by(by).limit(EVERY if exact else NEAREST).cte("near").prefix_with("MATERIALIZED")
    likeness = (1 - near.c.distance).label("likeness")
    shown = select(*_SHOWN, own.c.terms.label("own"), likeness).select_from(near)
    shown = shown.join(own, and_(own.c.space_id == near.c.space_id, own.c.id != near.c.module_id))
    found = shown.join(ModuleRow, ModuleRow.id == near.c.module_id).where(likeness >= LEAST_LIKE)
    return found.where(sight.condition()).order_by(near.c.distance, ModuleRow.id).limit(bindparam("most"))


async def _of_like_words(session: AsyncSession, actor: Actor, row: Any, limit: int) -> Sequence[Any]:
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
