"""Where a project may start something."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.errors import Conflict
from fairhaven.projects.models import ProjectRow


class ProjectArchived(Conflict):
    title: ClassVar[str] = "The project is archived"
    fix: ClassVar[str | None] = "An administrator can take it back from the archive."


class EngineNotAllowed(Conflict):
    title: ClassVar[str] = "The project may not use this engine"
    fix: ClassVar[str | None] = "An administrator sets the engines of a project."


async def engine_for(session: AsyncSession, project_id: UUID, engine: str | None) -> str | None:
    """The engine for something that is to start: the one that it has, else the project's first.

    None: whichever the installation has.

    Raises:
        ProjectArchived: nothing is started in the project any more.
        EngineNotAllowed: not on this engine, or on none at all.
    """
    found = select(ProjectRow.name, ProjectRow.engines, ProjectRow.archived_at)
    row = (await session.execute(found.where(ProjectRow.id == project_id))).one()
    if row.archived_at is not None:
        raise ProjectArchived(f"Nothing is started in {row.name} any more.")
    if row.engines is None:
        return engine
    if not row.engines:
        raise EngineNotAllowed(f"{row.name} may start nothing: no engine is allowed to it.")
    if engine is not None and engine not in row.engines:
        allowed = ", ".join(row.engines)
        raise EngineNotAllowed(f"{row.name} may use {allowed}; this is of {engine}.")
    return engine or str(row.engines[0])
