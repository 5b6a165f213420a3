"""Short names of projects."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.projects.models import ProjectRow


async def existing(session: AsyncSession, slugs: Iterable[str]) -> frozenset[str]:
    """Which of these are names of projects; for other domains, after their own policy."""
    return frozenset(await session.scalars(select(ProjectRow.slug).where(ProjectRow.slug.in_(list(slugs)))))
