"""The members of a project: who they are, by which way, and changing that."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.errors import Conflict, Invalid, NotFound
from fairhaven.core.policy import Actor, Role
from fairhaven.core.schemas import FieldError
from fairhaven.identity import service as identity
from fairhaven.identity.schemas import Kind
from fairhaven.projects import policy
from fairhaven.projects.models import LevelRow, MembershipRow, ProjectRow
from fairhaven.projects.schemas import Member, Source
from fairhaven.projects.service import granting, levels
from fairhaven.projects.service.administering import managed

OURS = (granting.MANUAL, granting.INVITATION)


class UnknownLevel(Invalid):
    title: ClassVar[str] = "There is no such level"


class LastManager(Conflict):
    title: ClassVar[str] = "The project needs a manager"
    fix: ClassVar[str | None] = "Make somebody else a manager first, or ask an administrator."


class GivenByIssuer(Conflict):
    title: ClassVar[str] = "The membership comes from where they sign in"
    fix: ClassVar[str | None] = "Change it there; it counts here at their next request with the new claims."


@dataclass(frozen=True)
class Given:
    """A role that somebody is about to give."""

    project_id: UUID
    role: Role


async def members(session: AsyncSession, actor: Actor, project_id: UUID) -> Sequence[Member]:
    """The people in a project, the highest first; for its managers."""
    await managed(session, actor, project_id)
    by_person = await _rows(session, project_id)
    people = await identity.listed(session, by_person.keys())
    told = [
        _member(people[person_id], rows)
        for person_id, rows in by_person.items()
        if person_id in people and people[person_id].kind is Kind.PERSON
    ]
    return sorted(told, key=lambda each: (-levels.ROLES[each.role], each.name.casefold()))


async def set_level(
    session: AsyncSession, actor: Actor, project_id: UUID, person_id: UUID, level: str
) -> Member:
    """Give somebody this level, in place of what managers and invitations gave; administrators add people.

    Raises:
        UnknownLevel, NotFound, LastManager: as they say.
        NotAllowed: the role is higher than the actor's.
        GivenByIssuer: an issuer gives them more.
    """
    await managed(session, actor, project_id, lock=True)
    role = await may_give(session, actor, project_id, level)
    rows = (await _rows(session, project_id)).get(person_id, [])
    person = (await identity.listed(session, [person_id])).get(person_id)
    if person is None or person.kind is not Kind.PERSON or not (rows or actor.administrator):
        raise NotFound("There is no such member.")
    await _keep_a_manager(session, actor, project_id, person_id, role)
    if (theirs := _highest([row for row in rows if row.source not in OURS])) and theirs[0] > role:
        raise GivenByIssuer(f"It makes them a {theirs[1]}; less cannot be given here.")
    await granting.put(session, project_id, person_id, granting.MANUAL, level)
    await _remove(session, project_id, person_id, [granting.INVITATION])
    return _member(person, (await _rows(session, project_id))[person_id])


async def remove_member(session: AsyncSession, actor: Actor, project_id: UUID, person_id: UUID) -> None:
    """Take somebody out of a project, or leave it oneself.

    Raises:
        NotFound, LastManager: as they say.
        GivenByIssuer: only an issuer makes them a member, or does so as well.
    """
    if person_id == actor.id:
        policy.can_leave.check(actor, project_id)
        await session.execute(select(ProjectRow.id).where(ProjectRow.id == project_id).with_for_update())
    else:
        await managed(session, actor, project_id, lock=True)
    rows = (await _rows(session, project_id)).get(person_id, [])
    if not rows:
        raise NotFound("There is no such member.")
    theirs = _highest([row for row in rows if row.source not in OURS])
    if theirs and len({row.source for row in rows} - {*OURS}) == len(rows):
        raise GivenByIssuer("Nothing else makes them a member.")
    await _keep_a_manager(session, actor, project_id, person_id, theirs[0] if theirs else None)
    await _remove(session, project_id, person_id, OURS)


async def may_give(session: AsyncSession, actor: Actor, project_id: UUID, level: str) -> Role:
    """The role of a level that the actor is about to give.

    Raises:
        UnknownLevel: there is none of this name.
        NotAllowed: the role is higher than the actor's own.
    """
    known = await levels.known(session)
    if level not in known:
        words = f"There are: {', '.join(known)}."
        raise UnknownLevel(
            f"Nobody knows the level {level}. {words}", errors=[FieldError(field="level", message=words)]
        )
    policy.can_give.check(actor, Given(project_id, known[level]))
    return known[level]


Membership = Any
"""A row of `_rows`: SQLAlchemy's types cannot say that an outer join leaves columns empty."""


async def _rows(session: AsyncSession, project_id: UUID) -> Mapping[UUID, list[Membership]]:
    asked = (
        select(
            MembershipRow.person_id,
            MembershipRow.source,
            MembershipRow.level,
            MembershipRow.created_at,
            LevelRow.role,
            LevelRow.rank,
        )
        .outerjoin(LevelRow, LevelRow.name == MembershipRow.level)
        .where(MembershipRow.project_id == project_id)
        .order_by(MembershipRow.id)
    )
    found: dict[UUID, list[Membership]] = defaultdict(list)
    for row in await session.execute(asked):
        found[row.person_id].append(row)
    return found


def _highest(rows: Sequence[Membership]) -> tuple[Role, str] | None:
    """The role that counts, and the level that gives it."""
    if not rows:
        return None
    best = max(rows, key=lambda row: levels.height(row.level, row.role, row.rank))
    return levels.role_of(best.level, best.role), best.level


def _member(person: identity.Listed, rows: Sequence[Membership]) -> Member:
    best = _highest(rows)
    assert best is not None
    return Member(
        person_id=person.id,
        name=person.name,
        role=best[0].name.lower(),
        level=best[1],
        sources=[
            Source(
                source=row.source,
                level=row.level,
                known=row.level in levels.ROLES or row.role is not None,
            )
            for row in rows
        ],
        since=min(row.created_at for row in rows),
    )


async def _keep_a_manager(
    session: AsyncSession, actor: Actor, project_id: UUID, person_id: UUID, then: Role | None
) -> None:
    """Refuse what would leave the project without a manager; administrators may."""
    if not actor.administrator and then is not Role.MANAGER:
        await keep_a_manager(session, project_id, person_id)


async def keep_a_manager(session: AsyncSession, project_id: UUID, person_id: UUID) -> None:
    """Raises: LastManager: nobody else who can sign in manages the project."""
    managers = {
        each
        for each, rows in (await _rows(session, project_id)).items()
        if (best := _highest(rows)) and best[0] is Role.MANAGER
    }
    people = await identity.listed(session, managers)
    able = {each for each in people.values() if each.kind is Kind.PERSON and not each.disabled}
    if {each.id for each in able} == {person_id}:
        raise LastManager("Nobody else manages it.")


async def _remove(session: AsyncSession, project_id: UUID, person_id: UUID, sources: Sequence[str]) -> None:
    rows = await session.scalars(
        select(MembershipRow)
        .where(MembershipRow.project_id == project_id, MembershipRow.person_id == person_id)
        .where(MembershipRow.source.in_(sources))
    )
    for row in rows.all():
        await granting.remove(session, row)
