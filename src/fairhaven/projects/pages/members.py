"""The members of a project, and the invitations into it."""

from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.responses import Response
from pydantic import ValidationError

from fairhaven.core.errors import Problem
from fairhaven.core.http import Call
from fairhaven.projects import service
from fairhaven.projects.pages.routing import router
from fairhaven.projects.pages.tabs import attempt, errors_of, said, tabs
from fairhaven.projects.schemas import NewInvitation
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

Text = Annotated[str, Form(max_length=300)]


@router.get("/projects/{project_id}/members")
async def members_page(call: Call, project_id: UUID) -> Response:
    return await _page(call, project_id)


@router.post("/projects/{project_id}/members/{person_id}")
async def set_member(call: Call, project_id: UUID, person_id: UUID, level: Text = "") -> Response:
    """Give somebody another level."""
    done = await attempt(
        call, lambda: service.set_level(call.session, call.actor, project_id, person_id, level)
    )
    if isinstance(done, Problem):
        return see_other(f"/projects/{project_id}/members", Notice(said(done), "bad"))
    return see_other(
        f"/projects/{project_id}/members",
        Notice(_("%(name)s has the level %(level)s now.") % {"name": done.name, "level": done.level}),
    )


@router.post("/projects/{project_id}/members/{person_id}/remove")
async def remove_member(call: Call, project_id: UUID, person_id: UUID) -> Response:
    """Take somebody out of the project."""
    done = await attempt(call, lambda: service.remove_member(call.session, call.actor, project_id, person_id))
    word = Notice(said(done), "bad") if isinstance(done, Problem) else Notice(_("They are a member no more."))
    return see_other(f"/projects/{project_id}/members", word)


@router.post("/projects/{project_id}/invitations")
async def invite(
    call: Call,
    project_id: UUID,
    level: Text = "",
    uses: Text = "1",
    days: Text = "7",
    email: Text = "",
) -> Response:
    """Make an invitation, and show its link this once."""
    await service.managed(call.session, call.actor, project_id)
    values = {"level": level, "uses": uses, "days": days, "email": email}
    try:
        new = NewInvitation.model_validate({**values, "email": email.strip() or None})
    except ValidationError as wrong:
        return await _page(call, project_id, status=422, values=values, errors=errors_of(wrong))
    at = await service.home_of(call.session, project_id, call.platform.settings.public_url)
    sent = await attempt(call, lambda: service.invite(call.session, call.actor, project_id, new, at=at))
    if isinstance(sent, Problem):
        return await _page(call, project_id, status=sent.status, values=values, errors=errors_of(sent))
    answer = await _page(call, project_id, link=sent.link)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post("/projects/{project_id}/invitations/{invitation_id}/revoke")
async def revoke_invitation(call: Call, project_id: UUID, invitation_id: UUID) -> Response:
    await service.revoke_invitation(call.session, call.actor, project_id, invitation_id)
    return see_other(f"/projects/{project_id}/members", Notice(_("Nobody can accept it any more.")))


async def _page(
    call: Call,
    project_id: UUID,
    *,
    status: int = 200,
    link: str = "",
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    members = await service.members(call.session, call.actor, project_id)
    return render(
        call.request,
        "projects/members.html",
        status=status,
        project=await service.project(call.session, call.actor, project_id),
        tabs=tabs(call.actor, project_id, "members"),
        members=members,
        unknown=sorted({each.level for one in members for each in one.sources if not each.known}),
        invitations=await service.invitations(call.session, call.actor, project_id),
        levels=await service.all_levels(call.session),
        link=link,
        values=values or {},
        errors=errors or {},
    )
