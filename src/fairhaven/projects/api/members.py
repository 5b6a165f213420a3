"""REST of members and invitations."""

from collections.abc import Sequence
from uuid import UUID

from fairhaven.core.http import Call
from fairhaven.projects import service
from fairhaven.projects.api.routing import router
from fairhaven.projects.schemas import (
    AcceptInvitation,
    Invitation,
    Member,
    NewInvitation,
    Project,
    SentInvitation,
    SetLevel,
)


@router.get("/projects/{project_id}/members", operation_id="list_members")
async def list_members(call: Call, project_id: UUID) -> Sequence[Member]:
    """List the people in a project and by which way they are; for its managers."""
    return await service.members(call.session, call.actor, project_id)


@router.put("/projects/{project_id}/members/{person_id}", operation_id="set_member")
async def set_member(call: Call, project_id: UUID, person_id: UUID, given: SetLevel) -> Member:
    """Give a member another level; administrators add people with it too."""
    return await service.set_level(call.session, call.actor, project_id, person_id, given.level)


@router.delete("/projects/{project_id}/members/{person_id}", operation_id="remove_member", status_code=204)
async def remove_member(call: Call, project_id: UUID, person_id: UUID) -> None:
    """Take somebody out of a project, or leave it yourself."""
    await service.remove_member(call.session, call.actor, project_id, person_id)


@router.get("/projects/{project_id}/invitations", operation_id="list_invitations")
async def list_invitations(call: Call, project_id: UUID) -> Sequence[Invitation]:
    """List the latest invitations into a project; for its managers."""
    return await service.invitations(call.session, call.actor, project_id)


@router.post("/projects/{project_id}/invitations", operation_id="create_invitation", status_code=201)
async def create_invitation(call: Call, project_id: UUID, new: NewInvitation) -> SentInvitation:
    """Make an invitation; its link is told this once, so an Idempotency-Key is not honoured here."""
    at = await service.home_of(call.session, project_id, call.platform.settings.public_url)
    return await service.invite(call.session, call.actor, project_id, new, at=at)


@router.delete(
    "/projects/{project_id}/invitations/{invitation_id}", operation_id="revoke_invitation", status_code=204
)
async def revoke_invitation(call: Call, project_id: UUID, invitation_id: UUID) -> None:
    """Let nobody accept an invitation any more."""
    await service.revoke_invitation(call.session, call.actor, project_id, invitation_id)


@router.post("/memberships", operation_id="accept_invitation", status_code=201)
async def accept_invitation(call: Call, given: AcceptInvitation) -> Project:
    """Accept an invitation; whoever is a member already, of as high a role, stays what they are."""
    return await service.accept(call.session, call.actor, given.secret)
