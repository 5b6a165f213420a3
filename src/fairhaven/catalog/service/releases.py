"""Releases: what builds publish and workloads run; never changed."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import ModuleRow, ReleaseRow
from fairhaven.catalog.schemas import NewRelease, Release
from fairhaven.catalog.service import searching
from fairhaven.catalog.service.terms import terms_of
from fairhaven.core.db import now
from fairhaven.core.errors import NotFound
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor
from fairhaven.facts.catalog import ReleasePublished

MOST_RELEASES = 200


async def publish(session: AsyncSession, new: NewRelease) -> Release:
    """Publish a release, for the platform's builds: asks no policy. The same commit and digest publish once.

    A version that another commit has already is made unique: `1.0.0` becomes `1.0.0+3f2a91c4` (PEP 440).

    Raises:
        NotFound: the module is not there any more.
    """
    module = await session.scalar(
        select(ModuleRow)
        .where(ModuleRow.id == new.module_id, ModuleRow.removed_at.is_(None))
        .with_for_update()
    )
    if module is None:
        raise NotFound("The module was removed: its release has no place to go.")
    same = select(ReleaseRow).where(
        ReleaseRow.module_id == module.id, ReleaseRow.commit == new.commit, ReleaseRow.digest == new.digest
    )
    if found := await session.scalar(same):
        return read_release(found, module.name)
    row = ReleaseRow(
        **new.model_dump(exclude={"version", "metadata"}),
        version=await _free_version(session, new),
        content=dict(new.metadata) if new.metadata is not None else module.content,
    )
    session.add(row)
    await session.flush()
    module.latest_release_id, module.updated_at = row.id, now()
    module.terms = terms_of(module)
    await emit(
        session,
        ReleasePublished(
            project=module.project_id,
            module=module.id,
            release=row.id,
            name=module.name,
            version=row.version,
            digest=row.digest,
        ),
    )
    return read_release(row, module.name)


async def releases(session: AsyncSession, actor: Actor, name: str) -> Sequence[Release]:
    """The releases of a module, newest first, at most `MOST_RELEASES`.

    Raises:
        NotFound: there is no such module, or the actor may not know of it.
    """
    policy.can_list.check(actor)
    wanted = ModuleRow.name == searching.clean(name)
    module_id = await session.scalar(select(ModuleRow.id).where(wanted, searching.visible(actor)))
    if module_id is None:
        raise NotFound(f"There is no module `{name[:64]}`, or you may not see it.")
    newest = select(ReleaseRow).where(ReleaseRow.module_id == module_id).order_by(ReleaseRow.id.desc())
    rows = await session.scalars(newest.limit(MOST_RELEASES))
    return [read_release(row, name) for row in rows]


async def release(session: AsyncSession, actor: Actor, release_id: UUID) -> Release:
    """One release of a module that is there.

    Raises:
        NotFound: there is none, or the actor may not know of its module.
    """
    policy.can_list.check(actor)
    found = _with_name().where(ReleaseRow.id == release_id, searching.visible(actor))
    return _one((await session.execute(found)).one_or_none())


async def release_by_id(session: AsyncSession, release_id: UUID) -> Release:
    """One release, also of a removed module, for the platform's own jobs: asks no policy.

    Raises:
        NotFound: there is none.
    """
    return _one((await session.execute(_with_name().where(ReleaseRow.id == release_id))).one_or_none())


def read_release(row: ReleaseRow, module: str) -> Release:
    return Release(
        id=row.id,
        module_id=row.module_id,
        module=module,
        version=row.version,
        commit=row.commit,
        digest=row.digest,
        description=row.description,
        bundle=row.bundle,
        published_at=row.created_at,
        build_id=row.build_id,
        doi=row.doi,
    )


def _with_name() -> Select[ReleaseRow, str]:
    return select(ReleaseRow, ModuleRow.name).join(ModuleRow, ModuleRow.id == ReleaseRow.module_id)


def _one(found: Row[ReleaseRow, str] | None) -> Release:
    if found is None:
        raise NotFound("There is no such release, or you may not see it.")
    return read_release(found[0], found[1])


async def _free_version(session: AsyncSession, new: NewRelease) -> str:
    taken = set(
        await session.scalars(select(ReleaseRow.version).where(ReleaseRow.module_id == new.module_id))
    )
    if new.version not in taken:
        return new.version
    short = new.commit.removeprefix("sha256-")[:8]
    first = f"{new.version}+{short}"
    return first if first not in taken else f"{first}.{new.digest.removeprefix('sha256-')[:8]}"
