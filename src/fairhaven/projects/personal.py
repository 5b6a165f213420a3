"""What projects keep of a person: where they are a member, and limits of their own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.policy import Role
from fairhaven.identity import service as identity
from fairhaven.projects.models import AcceptedTermsRow, InvitationRow, MembershipRow, ProjectRow, QuotaRow
from fairhaven.projects.service import granting, roles_of
from fairhaven.projects.service.members import keep_a_manager


async def kept(session: AsyncSession, person_id: UUID) -> Mapping[str, Any]:
    rows = await session.execute(
        select(MembershipRow, ProjectRow.name)
        .join(ProjectRow, ProjectRow.id == MembershipRow.project_id)
        .where(MembershipRow.person_id == person_id)
        .order_by(MembershipRow.id)
    )
    memberships = [
        {"project": name, "project_id": row.project_id, "level": row.level, "source": row.source,
         "since": row.created_at}
        for row, name in rows
    ]  # fmt: skip
    accepted = await session.scalars(select(AcceptedTermsRow).where(AcceptedTermsRow.person_id == person_id))
    terms = [
        {"project_id": each.project_id, "version": each.version, "accepted_at": each.accepted_at}
        for each in accepted
    ]
    return {"memberships": memberships, "accepted_terms": terms}


async def erase(session: AsyncSession, person_id: UUID) -> None:
    """Leave every project.

    Raises:
        LastManager: one of them would have members, but nobody to manage it.
    """
    for project_id, role in (await roles_of(session, person_id)).items():
        if role is Role.MANAGER and not await _alone(session, project_id, person_id):
            await keep_a_manager(session, project_id, person_id)
    theirs = select(MembershipRow).where(MembershipRow.person_id == person_id)
    for row in (await session.scalars(theirs)).all():
        await granting.remove(session, row)
    await session.execute(delete(AcceptedTermsRow).where(AcceptedTermsRow.person_id == person_id))
    person = (await identity.listed(session, [person_id]))[person_id]
    if person.email:
        theirs_only = func.lower(InvitationRow.email) == person.email.lower()
        await session.execute(delete(InvitationRow).where(theirs_only))
    await session.execute(delete(QuotaRow).where(QuotaRow.holder.endswith(f":{person_id}")))


async def _alone(session: AsyncSession, project_id: UUID, person_id: UUID) -> bool:
    others = select(MembershipRow.id).where(
        MembershipRow.project_id == project_id, MembershipRow.person_id != person_id
    )
    return await session.scalar(others.limit(1)) is None
