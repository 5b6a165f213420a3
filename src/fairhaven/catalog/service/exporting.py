"""Modules and releases as exports need them, also those that were removed: their names never break."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from fairhaven.catalog import policy
from fairhaven.catalog.exports.holdings import Holdings
from fairhaven.catalog.exports.item import Edition, Item, NotExportable, Site
from fairhaven.catalog.metadata import ModuleMetadata
from fairhaven.catalog.models import ModuleRow, ReleaseRow
from fairhaven.catalog.schemas import Module, Visibility
from fairhaven.catalog.schemas.readmes import Readme
from fairhaven.catalog.service.reading import read_module, row_whole
from fairhaven.catalog.service.readmes import readme_of
from fairhaven.catalog.service.searching import clean, visible
from fairhaven.core import pagination
from fairhaven.core.errors import Gone, NotFound
from fairhaven.core.policy import ANONYMOUS, Actor
from fairhaven.core.schemas import Page
from fairhaven.projects import service as projects

MOST_IN_SITEMAP = 50_000  # sitemaps.org: entries of one file


class NoLongerPublic(Gone):
    title = "It is public no more"
    fix = "Ask its authors, or sign in if you are one of them."


@dataclass(frozen=True)
class Exported:
    """What a persistent identifier names: the module as REST tells it, and the item that exports tell.

    Attributes:
        item: None when the metadata cannot be told; `why` says why then.
        readme: told to pages alone.
    """

    module: Module
    item: Item | None
    why: str = ""
    readme: Readme | None = None

    def told(self) -> Item:
        """The item.

        Raises:
            NotExportable: there is none.
        """
        if self.item is None:
            raise NotExportable(self.why)
        return self.item


async def shown(session: AsyncSession, actor: Actor, site: Site, name: str) -> Exported:
    """A module that is there, with its README, as its page shows it.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    row, release = await row_whole(session, actor, name)
    told = await _exported(session, site, row, release, pinned=False)
    return replace(told, readme=readme_of(row))


async def exported(
    session: AsyncSession, actor: Actor, site: Site, name: str, version: str | None = None
) -> Exported:
    """A module or its release by name, also when it was removed.

    Raises:
        NotFound: there never was one, or the actor may not know of it.
        NoLongerPublic: everybody could see it once.
    """
    policy.can_list.check(actor)
    for row in await _named(session, actor, name):
        release = await _release(session, row, version)
        if version is None or release is not None:
            return await _exported(session, site, row, release, pinned=version is not None)
    wanted = f"{name}@{version}" if version else name
    if when := await _withheld(session, name):
        raise NoLongerPublic(f"`{wanted[:120]}` was public until {when.date().isoformat()}.")
    raise NotFound(f"There is nothing of the name `{wanted[:120]}`, or you may not see it.")


async def catalog_page(
    session: AsyncSession, actor: Actor, site: Site, *, limit: int, cursor: str | None
) -> tuple[Page[Item], int]:
    """Items that the actor may see, newest first, and how many there are in all; broken ones are left out."""
    policy.can_list.check(actor)
    # Two questions for a page: its modules, and their latest releases.
    found = await pagination.page(
        session,
        select(ModuleRow).where(visible(actor)),
        ModuleRow.id,
        lambda row: row,
        limit=limit,
        cursor=cursor,
    )
    ids = [row.latest_release_id for row in found.items if row.latest_release_id]
    releases = {
        each.id: each for each in await session.scalars(select(ReleaseRow).where(ReleaseRow.id.in_(ids)))
    }
    latest = [releases.get(row.latest_release_id) if row.latest_release_id else None for row in found.items]
    items = [item_of(site, row, each, pinned=False) for row, each in zip(found.items, latest, strict=True)]
    total = await session.scalar(select(func.count()).select_from(ModuleRow).where(visible(actor)))
    return Page(items=[each for each in items if isinstance(each, Item)], next=found.next), total or 0


async def sitemap(session: AsyncSession) -> Sequence[tuple[str, datetime]]:
    """Names of what everybody may see, and when each changed last; newest first."""
    policy.can_list.check(ANONYMOUS)
    query = select(ModuleRow.name, ModuleRow.updated_at).where(visible(ANONYMOUS))
    rows = await session.execute(query.order_by(ModuleRow.id.desc()).limit(MOST_IN_SITEMAP))
    return [(name, changed) for name, changed in rows]


async def _named(session: AsyncSession, actor: Actor, name: str) -> Sequence[ModuleRow]:
    """Those who bear or bore the name: the present one first, then who left it last."""
    query = select(ModuleRow).where(ModuleRow.name == clean(name), or_(visible(actor), _left(actor)))
    order = ModuleRow.removed_at.desc().nulls_first()
    rows = await session.scalars(query.order_by(order).limit(20))
    # The filter and the rule say the same; asking both keeps either from being wrong alone.
    return [row for row in rows if policy.can_see.allows(actor, row)]


async def _withheld(session: AsyncSession, name: str) -> datetime | None:
    """Since when what everybody could see is for some alone: its identifier says so, and no more."""
    query = select(func.max(ModuleRow.withheld_at)).where(ModuleRow.name == clean(name), ~ModuleRow.hidden)
    found: datetime | None = await session.scalar(query)
    return found


def _left(actor: Actor) -> ColumnElement[bool]:
    """The modules that were removed and that the actor might have seen."""
    mine = ModuleRow.project_id.in_(projects.visible_ids(actor))
    left = and_(ModuleRow.removed_at.is_not(None), ~ModuleRow.hidden)
    return and_(left, or_(ModuleRow.visibility == Visibility.PUBLIC, mine))


async def _release(session: AsyncSession, row: ModuleRow, version: str | None) -> ReleaseRow | None:
    if version is None:
        return await session.get(ReleaseRow, row.latest_release_id) if row.latest_release_id else None
    query = select(ReleaseRow).where(ReleaseRow.module_id == row.id, ReleaseRow.version == clean(version))
    found: ReleaseRow | None = await session.scalar(query.options(undefer(ReleaseRow.content)))
    return found


async def _exported(
    session: AsyncSession, site: Site, row: ModuleRow, release: ReleaseRow | None, *, pinned: bool
) -> Exported:
    module = await read_module(session, row, release)
    if pinned and release:
        module = module.model_copy(update=_words(release))
    item = item_of(site, row, release, pinned=pinned)
    return Exported(module, item) if isinstance(item, Item) else Exported(module, None, item)


def item_of(site: Site, row: ModuleRow, release: ReleaseRow | None, *, pinned: bool) -> Item | str:
    """The item, or why there is none. One that is pinned needs the release's content loaded."""
    own = release if pinned else None
    if row.hidden:
        return f"The metadata of `{row.name}` was never right yet: its page lists the errors."
    try:
        content = ModuleMetadata.model_validate(own.content if own else row.content)
    except ValidationError:
        return f"The metadata of `{row.name}` has errors: its page lists them."
    edition: dict[str, Any] = {"edition": _edition(release) if release else None, "pinned": pinned}
    return Item(
        row.name,
        content,
        site,
        own.commit if own else row.commit,
        row.created_at,
        row.updated_at,
        **edition,
        licence_text=None if own else row.license,
        withdrawn=row.removed_at,
        concept_doi=row.doi,
        public=row.visibility == Visibility.PUBLIC,
        told={} if own else row.filled,
    )


def _edition(row: ReleaseRow) -> Edition:
    held = Holdings.model_validate(row.holdings or {})
    # What a build asked the module for before it was published.
    described = bool(row.description.get("predict"))
    return Edition(row.version, row.commit, row.digest, row.created_at, row.doi, held, described)


def _words(release: ReleaseRow) -> dict[str, Any]:
    """What a release says of itself, as the fields of a module tell it."""
    said = release.content
    told = {name: said[name] for name in _SAID if name in said}
    return {**told, "metadata": said, "commit": release.commit}


_SAID = (
    "title", "summary", "description", "license", "tags", "libraries", "tasks", "categories", "data_type",
)  # fmt: skip
