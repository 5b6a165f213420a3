"""Memberships by source: what an issuer, an invitation or a manager gave, each apart from the others."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.facts import emit
from fairhaven.core.ids import new_id
from fairhaven.core.policy import Role
from fairhaven.facts.projects import MemberAdded, MemberChanged, MemberRemoved
from fairhaven.identity import service as identity
from fairhaven.projects.models import MembershipRow, ProjectRow
from fairhaven.projects.service import levels

MANUAL = "manual"
INVITATION = "invitation"


async def add_member(
    session: AsyncSession, project_id: UUID, person_id: UUID, role: Role, *, source: str = MANUAL
) -> None:
    """Make a person a member; one who is a member by this source already keeps the level they have."""
    made = insert(MembershipRow).values(
        id=new_id(), project_id=project_id, person_id=person_id, source=source, level=role.name.lower()
    )
    added = await session.scalar(made.on_conflict_do_nothing().returning(MembershipRow.id))
    if added:
        await identity.forget(session, person_id)
        level = role.name.lower()
        await emit(session, MemberAdded(project=project_id, person=person_id, level=level, source=source))


async def grant(
    session: AsyncSession, person_id: UUID, source: str, wanted: Mapping[str, str]
) -> Sequence[str]:
    """Make a person's memberships by one source exactly those: a level by the slug of its project.

    Returns what was skipped: slugs of no project, and those whose level nobody knows.
    """
    await _alone(session, person_id)
    found = await session.execute(
        select(ProjectRow.slug, ProjectRow.id).where(ProjectRow.slug.in_(list(wanted)))
    )
    ids = {row.slug: row.id for row in found}
    known = await levels.known(session)
    given = {ids[slug]: level for slug, level in wanted.items() if slug in ids and level in known}
    present = {row.project_id: row for row in await _by_source(session, person_id, source)}
    for project_id in present.keys() - given.keys():
        await remove(session, present[project_id])
    for project_id, level in given.items():
        await put(session, project_id, person_id, source, level)
    return [slug for slug in wanted if ids.get(slug) not in given]


async def put(session: AsyncSession, project_id: UUID, person_id: UUID, source: str, level: str) -> None:
    """Give a person this level by this source, in place of the one that they had by it."""
    await _alone(session, person_id)
    row = await session.scalar(
        select(MembershipRow)
        .where(MembershipRow.project_id == project_id, MembershipRow.person_id == person_id)
        .where(MembershipRow.source == source)
    )
    if row is not None and row.level == level:
        return
    told: MemberAdded | MemberChanged
    if row is None:
        session.add(MembershipRow(project_id=project_id, person_id=person_id, source=source, level=level))
        told = MemberAdded(project=project_id, person=person_id, level=level, source=source)
    else:
        before, row.level = row.level, level
        told = MemberChanged(project=project_id, person=person_id, before=before, after=level, source=source)
    await session.flush()
    await identity.forget(session, person_id)
    await emit(session, told)


async def remove(session: AsyncSession, row: MembershipRow) -> None:
    """Take one membership away."""
    await session.delete(row)
    await session.flush()
    await identity.forget(session, row.person_id)
    told = MemberRemoved(project=row.project_id, person=row.person_id, level=row.level, source=row.source)
    await emit(session, told)


async def _by_source(session: AsyncSession, person_id: UUID, source: str) -> Sequence[MembershipRow]:
    rows = await session.scalars(
        select(MembershipRow)
        .where(MembershipRow.person_id == person_id, MembershipRow.source == source)
        .order_by(MembershipRow.project_id)
    )
    return rows.all()


async def _alone(session: AsyncSession, person_id: UUID) -> None:
    """Until this transaction ends, nobody else changes what this person is a member of."""
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"memberships {person_id}", 0))
    await session.execute(select(lock))
