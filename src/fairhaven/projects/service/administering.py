"""Making projects, and changing their settings."""

from collections.abc import Collection
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.core.errors import BadRequest, Conflict, NotFound
from fairhaven.core.facts import emit
from fairhaven.core.ids import new_id
from fairhaven.core.policy import Actor, Role
from fairhaven.facts.projects import ProjectChanged, ProjectCreated
from fairhaven.identity import service as identity
from fairhaven.projects import policy
from fairhaven.projects.models import MembershipRow, ProjectRow
from fairhaven.projects.schemas import NewProject, Project, ProjectChange
from fairhaven.projects.service.granting import add_member
from fairhaven.projects.service.membership import DEFAULT


class SlugTaken(Conflict):
    title: ClassVar[str] = "There is a project of this name already"
    fix: ClassVar[str | None] = "Choose another short name."


class NoSuchEngine(BadRequest):
    title: ClassVar[str] = "There is no such engine"


class DefaultProject(Conflict):
    title: ClassVar[str] = "The default project cannot be archived"
    fix: ClassVar[str | None] = "What is registered without naming a project belongs to it."


async def create(session: AsyncSession, actor: Actor, new: NewProject) -> Project:
    """Make a project, managed by whoever makes it.

    Raises:
        SlugTaken: another has this slug.
    """
    policy.can_create.check(actor)
    made = insert(ProjectRow).values(id=new_id(), slug=new.slug, name=new.name, created_at=now(), catalog={})
    project_id = await session.scalar(made.on_conflict_do_nothing().returning(ProjectRow.id))
    if project_id is None:
        raise SlugTaken(f"A project is called {new.slug}.")
    await emit(session, ProjectCreated(project=project_id, name=new.name))
    if actor.id is not None:
        await add_member(session, project_id, actor.id, Role.MANAGER)
    return Project.model_validate(await session.get_one(ProjectRow, project_id))


async def change(
    session: AsyncSession, actor: Actor, project_id: UUID, wanted: ProjectChange, engines: Collection[str]
) -> Project:
    """Change what is given of a project; `engines` are those of the installation.

    Raises:
        NoSuchEngine: an engine is named that the installation does not have.
        DefaultProject: the default project was to be archived.
    """
    row = await managed(session, actor, project_id, lock=True)
    after = _wanted(row, wanted)
    if after.keys() - {"catalog"}:
        policy.can_administer.check(actor)
    if missing := sorted(set(after.get("engines") or ()) - set(engines)):
        raise NoSuchEngine(
            f"There is no engine {', '.join(missing)} here.", fix=f"There are: {', '.join(sorted(engines))}."
        )
    before = {name: _value(row, name) for name in after}
    if before == after:
        return Project.model_validate(row)
    await _apply(session, row, after)
    told = {name: value for name, value in after.items() if before[name] != value}
    was = {name: before[name] for name in told}
    await emit(session, ProjectChanged(project=row.id, before=was, after=told))
    return Project.model_validate(row)


async def managed(session: AsyncSession, actor: Actor, project_id: UUID, *, lock: bool = False) -> ProjectRow:
    """The project, for somebody who manages it; locked, nobody else changes it or its members meanwhile.

    Raises:
        NotFound: there is none, or the actor may not know of it.
        NotAllowed: the actor does not manage it.
    """
    policy.can_see.check(actor, project_id)
    policy.can_manage.check(actor, project_id)
    row = await session.get(ProjectRow, project_id, with_for_update=True if lock else None)
    if row is None:
        raise NotFound("There is no such project.")
    return row


def _wanted(row: ProjectRow, wanted: ProjectChange) -> dict[str, Any]:
    """What was given, as it is kept; only engines can be set to nothing."""
    given = wanted.model_dump(include=wanted.model_fields_set)
    return {name: value for name, value in given.items() if value is not None or name == "engines"}


def _value(row: ProjectRow, name: str) -> Any:
    return row.archived_at is not None if name == "archived" else getattr(row, name)


async def _apply(session: AsyncSession, row: ProjectRow, after: dict[str, Any]) -> None:
    archive = after.get("archived")
    if archive and row.slug == DEFAULT:
        raise DefaultProject()
    for name in after.keys() - {"archived"}:
        setattr(row, name, after[name])
    if archive is not None and archive != (row.archived_at is not None):
        row.archived_at = now() if archive else None
        members = select(MembershipRow.person_id).where(MembershipRow.project_id == row.id).distinct()
        for person_id in (await session.scalars(members)).all():
            await identity.forget(session, person_id)
    await session.flush()
