"""One module, as its readers may see it."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from fairhaven.catalog import policy
from fairhaven.catalog.models import ModuleRow, ReleaseRow
from fairhaven.catalog.schemas import Module
from fairhaven.catalog.service.releases import read_release
from fairhaven.catalog.service.searching import Sight, clean
from fairhaven.core.errors import NotFound
from fairhaven.core.policy import Actor, Rule


async def module(session: AsyncSession, actor: Actor, name: str) -> Module:
    """The module of this name.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    return await read_module(session, await row_named(session, actor, name))


async def module_by_id(session: AsyncSession, module_id: UUID) -> Module:
    """A module by its id, for the platform's own jobs: asks no policy.

    Raises:
        NotFound: there is none, or it was removed.
    """
    row = await session.get(ModuleRow, module_id)
    if row is None or row.removed_at:
        raise NotFound("There is no such module.")
    return await read_module(session, row)


async def metadata_file(session: AsyncSession, actor: Actor, name: str) -> str:
    """The text of the module's metadata file at the commit that is followed; empty where it is not known.

    Raises:
        NotFound: there is no such module, or the actor may not know of it.
    """
    row = await row_named(session, actor, name)
    return await session.scalar(select(ModuleRow.file).where(ModuleRow.id == row.id)) or ""


def may(actor: Actor, module: Module, rule: str) -> bool:
    """Whether the actor may do it (`may(actor, m, "remove")`), so that a page leaves out what is refused."""
    found = getattr(policy, f"can_{rule}")
    assert isinstance(found, Rule)
    return found.allows(actor, module)


async def row_named(session: AsyncSession, actor: Actor, name: str, *, lock: bool = False) -> ModuleRow:
    query = _named(Sight.of(actor), lock)
    return _seen(actor, name, await session.scalar(query, {**Sight.values(actor), "name": clean(name)}))


async def row_whole(session: AsyncSession, actor: Actor, name: str) -> tuple[ModuleRow, ReleaseRow | None]:
    """The row with its README, and its latest release: all that a page shows, by one question."""
    query = _whole(Sight.of(actor))
    found = (await session.execute(query, {**Sight.values(actor), "name": clean(name)})).one_or_none()
    row, release = found or (None, None)
    return _seen(actor, name, row), release


def _seen(actor: Actor, name: str, row: ModuleRow | None) -> ModuleRow:
    # The list's filter and the rule say the same; asking both keeps either from being wrong alone.
    if row is None or not policy.can_see.allows(actor, row):
        policy.can_list.check(actor)
        raise NotFound(f"There is no module `{name[:64]}`, or you may not see it.")
    return row


@lru_cache(maxsize=16)
def _named(sight: Sight, lock: bool) -> Select[ModuleRow]:
    query = select(ModuleRow).where(ModuleRow.name == bindparam("name", type_=Text), sight.condition())
    return query.with_for_update() if lock else query


@lru_cache(maxsize=8)
def _whole(sight: Sight) -> Select[ModuleRow, ReleaseRow]:
    whole = select(ModuleRow, ReleaseRow).outerjoin(ReleaseRow, ReleaseRow.id == ModuleRow.latest_release_id)
    named = whole.where(ModuleRow.name == bindparam("name", type_=Text), sight.condition())
    return named.options(undefer(ModuleRow.readme))


async def read_module(session: AsyncSession, row: ModuleRow, release: ReleaseRow | None = None) -> Module:
    """The module as it is told; `release` stands for the latest, if given."""
    latest = release
    if latest is None and row.latest_release_id:
        latest = await session.get(ReleaseRow, row.latest_release_id)
    plain: dict[str, Any] = {name: getattr(row, name) for name in Module.model_fields if name not in _MADE}
    told = read_release(latest, row.name) if latest else None
    return Module(**plain, metadata=row.content, latest_release=told)


_MADE = ("metadata", "latest_release")
