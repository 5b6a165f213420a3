"""Filters that people keep, each their own; and how much came since they looked."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from sqlalchemy import DateTime, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import ModuleRow, SavedSearchRow
from fairhaven.catalog.schemas import NewSavedSearch, SavedSearch, SavedSearchChange, Sort
from fairhaven.catalog.service.searching import MOST_CHOSEN, Shape, Wanted, clean
from fairhaven.catalog.service.terms import FACETS
from fairhaven.core.db import now
from fairhaven.core.errors import Conflict, Invalid, NotFound
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import FieldError

MOST_SAVED = 50  # of one person


class NameTaken(Conflict):
    title: ClassVar[str] = "There is a search of this name already"
    fix: ClassVar[str | None] = "Choose another name, or delete the other search."


class TooManySaved(Conflict):
    title: ClassVar[str] = "There are too many saved searches"
    fix: ClassVar[str | None] = "Delete one that you need no more."


async def saved(session: AsyncSession, actor: Actor) -> Sequence[SavedSearch]:
    """The actor's searches by name."""
    policy.can_keep_searches.check(actor)
    theirs = select(SavedSearchRow).where(SavedSearchRow.person_id == actor.id)
    rows = (await session.scalars(theirs.order_by(func.lower(SavedSearchRow.name), SavedSearchRow.id))).all()
    return [await _told(session, actor, row) for row in rows]


async def save(session: AsyncSession, actor: Actor, new: NewSavedSearch) -> SavedSearch:
    """Keep a filter under a name; what is there now counts as seen.

    Raises:
        Invalid: nothing is filtered by it.
        NameTaken, TooManySaved
    """
    policy.can_keep_searches.check(actor)
    assert actor.id is not None
    query = written(new.query)
    await _check_free(session, actor, new.name)
    total = select(func.count()).select_from(SavedSearchRow).where(SavedSearchRow.person_id == actor.id)
    if (await session.scalar(total) or 0) >= MOST_SAVED:
        raise TooManySaved(f"One person keeps {MOST_SAVED} at most.")
    row = SavedSearchRow(person_id=actor.id, name=new.name, query=query)
    session.add(row)
    await session.flush()
    return await _told(session, actor, row)


async def change_saved(
    session: AsyncSession, actor: Actor, search_id: UUID, wanted: SavedSearchChange
) -> SavedSearch:
    """Rename a search, or note that its person looked.

    Raises:
        NotFound: the actor has none of this id.
        NameTaken
    """
    row = await _found(session, actor, search_id)
    if wanted.name is not None and wanted.name != row.name:
        await _check_free(session, actor, wanted.name)
        row.name = wanted.name
    if wanted.looked:
        row.looked_at = now()
    await session.flush()
    return await _told(session, actor, row)


async def delete_saved(session: AsyncSession, actor: Actor, search_id: UUID) -> None:
    """Forget a search.

    Raises:
        NotFound: the actor has none of this id.
    """
    await session.delete(await _found(session, actor, search_id))


def written(query: str) -> str:
    """A filter as it is kept: the words, facets and order of an address, and nothing else of it.

    Raises:
        Invalid: nothing is filtered by it.
    """
    words, chosen, sort = read(query)
    if not words and not chosen:
        wrong = FieldError(field="query", message="Choose a filter, or write words, first.")
        raise Invalid("The search finds everything.", errors=[wrong])
    pairs = [("q", words)] if words else []
    pairs += [(name, value) for name, values in chosen.items() for value in values]
    return urlencode([*pairs, *([("sort", sort.value)] if sort else [])])


def read(query: str) -> tuple[str, Mapping[str, Sequence[str]], Sort | None]:
    """The words, the chosen values of each facet, and the order."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query.removeprefix("?"), max_num_fields=300):
        if text := clean(value):
            found.setdefault(name, []).append(text)
    chosen = {name: sorted(set(found[name]))[:MOST_CHOSEN] for name in FACETS if name in found}
    sort = next((each for each in Sort if each.value in found.get("sort", ())), None)
    return found.get("q", [""])[0], chosen, sort


async def _check_free(session: AsyncSession, actor: Actor, name: str) -> None:
    same = select(SavedSearchRow.id).where(SavedSearchRow.person_id == actor.id, SavedSearchRow.name == name)
    if await session.scalar(same):
        raise NameTaken(f"A search of yours is called {name}.")


async def _found(session: AsyncSession, actor: Actor, search_id: UUID) -> SavedSearchRow:
    policy.can_keep_searches.check(actor)
    theirs = select(SavedSearchRow).where(
        SavedSearchRow.id == search_id, SavedSearchRow.person_id == actor.id
    )
    row = await session.scalar(theirs.with_for_update())
    if row is None:
        raise NotFound("There is no such search of yours.")
    return row


async def _told(session: AsyncSession, actor: Actor, row: SavedSearchRow) -> SavedSearch:
    words, chosen, _ = read(row.query)
    wanted = Wanted.of(actor, words, chosen)
    new = await session.scalar(_newer(wanted.shape), {**wanted.values, "since": row.looked_at})
    told: dict[str, Any] = {name: getattr(row, name) for name in SavedSearch.model_fields if name != "new"}
    return SavedSearch(**told, new=new or 0)


@lru_cache(maxsize=128)
def _newer(shape: Shape) -> Select[int]:
    since = bindparam("since", type_=DateTime(timezone=True))
    return select(func.count()).select_from(ModuleRow).where(*shape.fits(), ModuleRow.created_at > since)
