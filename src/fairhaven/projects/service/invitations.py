"""Invitations: links that make whoever accepts them a member. Of their secrets only hashes are kept.

An invitation is worth what its inviter may do at that moment: who lost the right to give a level has also
lost what they invited for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import credentials
from fairhaven.core.db import now
from fairhaven.core.errors import Gone, NotAllowed, NotFound
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor
from fairhaven.facts.projects import InvitationAccepted, InvitationMade, InvitationRevoked
from fairhaven.identity import service as identity
from fairhaven.identity.schemas import Kind
from fairhaven.projects import policy
from fairhaven.projects.models import InvitationRow, ProjectRow
from fairhaven.projects.schemas import Invitation, NewInvitation, Project, SentInvitation
from fairhaven.projects.schemas.members import Standing
from fairhaven.projects.service import granting, levels
from fairhaven.projects.service.administering import managed
from fairhaven.projects.service.members import Given, may_give
from fairhaven.projects.service.membership import roles_of
from fairhaven.projects.service.placing import ProjectArchived

SHOWN = 100


class InvitationOver(Gone):
    title: ClassVar[str] = "This invitation does not work any more"
    fix: ClassVar[str | None] = "Ask whoever sent it for a new one."


class ForSomebodyElse(NotAllowed):
    title: ClassVar[str] = "This invitation is for somebody else"
    fix: ClassVar[str] = "Sign in as the one whom it is for, or ask its sender for another."


@dataclass(frozen=True)
class Offer:
    """What an invitation offers, as whoever has its link may know."""

    project: str
    level: str
    says: str
    for_one_address: bool


async def invite(
    session: AsyncSession, actor: Actor, project_id: UUID, new: NewInvitation, *, at: str
) -> SentInvitation:
    """Make an invitation; `at` is the address before `/invitations/`.

    Raises:
        UnknownLevel: there is none of this name.
        NotAllowed: the actor does not manage the project, or gives more than they have.
        ProjectArchived: nobody joins it any more.
    """
    project = await managed(session, actor, project_id)
    if project.archived_at is not None:
        raise ProjectArchived(f"Nobody joins {project.name} any more.")
    await may_give(session, actor, project_id, new.level)
    secret = credentials.make()
    row = InvitationRow(
        project_id=project_id,
        inviter_id=actor.id,
        digest=credentials.digest(secret),
        level=new.level,
        email=new.email,
        most=new.uses,
        expires_at=now() + timedelta(days=new.days),
    )
    session.add(row)
    await session.flush()
    await emit(session, InvitationMade(invitation=row.id, level=row.level, uses=row.most, project=project_id))
    return SentInvitation(**_told(row).model_dump(), link=f"{at}/invitations/{secret}")


async def invitations(session: AsyncSession, actor: Actor, project_id: UUID) -> Sequence[Invitation]:
    """The invitations into a project, the latest first; for its managers."""
    await managed(session, actor, project_id)
    rows = await session.scalars(
        select(InvitationRow)
        .where(InvitationRow.project_id == project_id)
        .order_by(InvitationRow.id.desc())
        .limit(SHOWN)
    )
    return [_told(row) for row in rows]


async def revoke_invitation(
    session: AsyncSession, actor: Actor, project_id: UUID, invitation_id: UUID
) -> None:
    """Let nobody accept an invitation any more; who did is a member still.

    Raises:
        NotFound: there is none of this project.
    """
    await managed(session, actor, project_id)
    row = await session.get(InvitationRow, invitation_id, with_for_update=True)
    if row is None or row.project_id != project_id:
        raise NotFound("There is no such invitation.")
    if row.revoked_at is None:
        row.revoked_at = now()
        await session.flush()
        await emit(session, InvitationRevoked(invitation=row.id, project=project_id))


async def offer(session: AsyncSession, actor: Actor, secret: str) -> Offer:
    """What an invitation is for; nothing happens by looking.

    Raises:
        InvitationOver: it is unknown, used up, revoked or expired, or its inviter may not invite any more.
    """
    policy.can_read_invitation.check(actor)
    row, project = await _open(session, secret)
    says = {each.name: each.says for each in await levels.all_levels(session)}
    return Offer(project.name, row.level, says.get(row.level, ""), row.email is not None)


async def accept(session: AsyncSession, actor: Actor, secret: str) -> Project:
    """Become a member. Whoever is as much already stays so, and uses nothing up.

    Raises:
        InvitationOver: as `offer` says.
        ForSomebodyElse: it is for an address that is not known to be the actor's, or for people only.
    """
    policy.can_accept.check(actor)
    assert actor.id is not None
    row, project = await _open(session, secret)
    person = (await identity.listed(session, [actor.id]))[actor.id]
    if person.kind is not Kind.PERSON:
        raise ForSomebodyElse("It is for people; a service account belongs to its project.")
    if row.email and not await identity.bears(session, actor.id, row.email):
        raise ForSomebodyElse("It is for one e-mail address, which is not known to be yours.")
    role = (await levels.known(session)).get(row.level)
    assert role is not None
    if (await roles_of(session, actor.id)).get(project.id, 0) < role:
        await granting.put(session, project.id, actor.id, granting.INVITATION, row.level)
        row.used += 1
        await session.flush()
        told = InvitationAccepted(
            invitation=row.id, person=actor.id, inviter=row.inviter_id, project=project.id
        )
        await emit(session, told)
    return Project.model_validate(project)


async def _open(session: AsyncSession, secret: str) -> tuple[InvitationRow, ProjectRow]:
    """An invitation that can be accepted; locked, so that it is not used more often than it may."""
    row = await session.scalar(
        select(InvitationRow).where(InvitationRow.digest == credentials.digest(secret)).with_for_update()
    )
    if row is None or _standing(row) is not Standing.OPEN or not await _still_given(session, row):
        raise InvitationOver()
    project = await session.get_one(ProjectRow, row.project_id)
    if project.archived_at is not None:
        raise InvitationOver(f"{project.name} is archived.")
    return row, project


async def _still_given(session: AsyncSession, row: InvitationRow) -> bool:
    """Whether the inviter, as they are today, could give this level."""
    inviter = (await identity.listed(session, [row.inviter_id])).get(row.inviter_id)
    role = (await levels.known(session)).get(row.level)
    if inviter is None or inviter.disabled or role is None:
        return False
    roles = await roles_of(session, inviter.id)
    today = Actor(id=inviter.id, name=inviter.name, administrator=inviter.administrator, roles=roles)
    manages = policy.can_manage.test(today, row.project_id)
    return manages and policy.can_give.test(today, Given(row.project_id, role))


def _standing(row: InvitationRow) -> Standing:
    if row.revoked_at is not None:
        return Standing.REVOKED
    if row.used >= row.most:
        return Standing.USED
    return Standing.EXPIRED if row.expires_at <= now() else Standing.OPEN


def _told(row: InvitationRow) -> Invitation:
    return Invitation(
        id=row.id,
        project_id=row.project_id,
        inviter_id=row.inviter_id,
        level=row.level,
        email=row.email,
        most=row.most,
        used=row.used,
        created_at=row.created_at,
        expires_at=row.expires_at,
        standing=_standing(row),
    )
