"""Projects and membership; `visible_ids` is the one source of what an actor may see in lists."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.errors import NotFound
from fairhaven.core.facts import emit
from fairhaven.core.ids import new_id
from fairhaven.core.policy import Actor, Role, note, signed_in
from fairhaven.facts.projects import ProjectCreated
from fairhaven.projects import policy
from fairhaven.projects.models import LevelRow, MembershipRow, ProjectRow
from fairhaven.projects.schemas import Project
from fairhaven.projects.service.levels import role_of

DEFAULT = "default"

_every = select(ProjectRow.id)
# Every request asks this: it is built once.
_ROLES = (
    select(MembershipRow.project_id, MembershipRow.level, LevelRow.role, ProjectRow.archived_at.is_not(None))
    .join(ProjectRow, ProjectRow.id == MembershipRow.project_id)
    .outerjoin(LevelRow, LevelRow.name == MembershipRow.level)
    .where(MembershipRow.person_id == bindparam("person"))
)


async def default_project(session: AsyncSession) -> Project:
    """Return the one project of a fresh installation, made on first use."""
    made = insert(ProjectRow).values(id=new_id(), slug=DEFAULT, name="Default project")
    project_id = await session.scalar(made.on_conflict_do_nothing().returning(ProjectRow.id))
    if project_id:
        await emit(session, ProjectCreated(project=project_id, name="Default project"))
    return Project.model_validate(await session.scalar(select(ProjectRow).where(ProjectRow.slug == DEFAULT)))


async def roles_of(session: AsyncSession, person_id: UUID) -> Mapping[UUID, Role]:
    """The highest role that a person has in each project, over all ways by which they are a member.

    In a project that is archived nobody is more than a viewer.
    """
    found: dict[UUID, Role] = {}
    for project_id, level, of_level, archived in await session.execute(_ROLES, {"person": person_id}):
        role = Role.VIEWER if archived else role_of(level, of_level)
        found[project_id] = max(role, found.get(project_id, role))
    return found


async def projects(session: AsyncSession, actor: Actor) -> Sequence[Project]:
    policy.can_list.check(actor)
    rows = await session.scalars(
        select(ProjectRow).where(ProjectRow.id.in_(visible_ids(actor))).order_by(ProjectRow.id)
    )
    return [Project.model_validate(row) for row in rows]


async def project(session: AsyncSession, actor: Actor, project_id: UUID) -> Project:
    """One project.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    policy.can_see.check(actor, project_id)
    row = await session.get(ProjectRow, project_id)
    if row is None:
        raise NotFound("There is no such project.")
    return Project.model_validate(row)


def visible_ids(actor: Actor) -> Select[UUID]:
    """The projects whose things the actor may see; asking it counts as asking a policy."""
    note(signed_in)
    return _every if actor.administrator else _every.where(ProjectRow.id.in_(list(actor.roles)))


def visible_ids_of(administrator: bool) -> Select[UUID]:
    """`visible_ids` for statements that are built once: they are then asked with `{"mine": mine(actor)}`."""
    mine: ColumnElement[Any] = bindparam("mine", type_=ARRAY(Uuid()))
    return _every if administrator else _every.where(ProjectRow.id == any_(mine))


def mine(actor: Actor) -> list[UUID]:
    note(signed_in)
    return sorted(actor.roles)
