"""Searching as people do: what was misspelt is found all the same, and said so."""

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.schemas import FoundModules, ModuleSummary, Sort
from fairhaven.catalog.service import vocabulary
from fairhaven.catalog.service.listing import modules
from fairhaven.catalog.service.searching import Chosen, View, clean
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import Page

FEW = 2  # hits; with no more, something else may have been meant


async def search(
    session: AsyncSession,
    actor: Actor,
    *,
    q: str = "",
    facets: Chosen | None = None,
    view: View | None = None,
    sort: Sort | None = None,
    limit: int = 50,
    cursor: str | None = None,
    exact: bool = False,
) -> FoundModules:
    """As `modules`. Where nothing fits the words, those that were meant are searched for, unless `exact`.

    Raises:
        BadRequest: the cursor is not of this list.
    """

    async def ask(words: str, most: int, after: str | None) -> Page[ModuleSummary]:
        return await modules(
            session, actor, q=words, facets=facets, view=view, sort=sort, limit=most, cursor=after
        )

    found = await ask(q, limit, cursor)
    if exact or len(found.items) > FEW or not q.strip():
        return _told(found)
    if cursor and (found.items or (await ask(q, 1, None)).items):
        return _told(found)  # the end of what the words as given have found
    meant = await vocabulary.corrected(session, actor, clean(q))
    if meant is None:
        return _told(found)
    if found.items:
        more = (await ask(meant, FEW + 1, None)).items
        return _told(found, suggested=meant if len(more) > len(found.items) else None)
    better = await ask(meant, limit, cursor)
    # What nothing has is nobody's business: words may be of modules that are hidden since.
    return _told(better, corrected=meant) if better.items else _told(found)


def _told(found: Page[ModuleSummary], **more: str | None) -> FoundModules:
    return FoundModules(items=found.items, next=found.next, **more)
