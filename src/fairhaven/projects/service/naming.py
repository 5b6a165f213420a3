"""Names of projects, long and short."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import ScalarSelect, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.projects.models import ProjectRow


async def existing(session: AsyncSession, slugs: Iterable[str]) -> frozenset[str]:
    """Which of these are names of projects; for other domains, after their own policy."""
    return frozenset(await session.scalars(select(ProjectRow.slug).where(ProjectRow.slug.in_(list(slugs)))))


def slug_of(project_id: UUID) -> ScalarSelect[str]:
    """The slug of a project, as part of another domain's statement."""
    return select(ProjectRow.slug).where(ProjectRow.id == project_id).scalar_subquery()


async def names(session: AsyncSession, slugs: Iterable[str]) -> Mapping[str, str]:
    """What projects are called, by their slugs; for other domains, of projects that have something public."""
    wanted = select(ProjectRow.slug, ProjectRow.name).where(ProjectRow.slug.in_(list(slugs)))
    return {row.slug: row.name for row in await session.execute(wanted)}
