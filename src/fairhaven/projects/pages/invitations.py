"""Where an invitation's link leads: what it offers, and one click that accepts it."""

from fastapi.responses import Response

from fairhaven.core.http import Call
from fairhaven.projects import service
from fairhaven.projects.pages.routing import router
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _


@router.get("/invitations/{secret}")
async def invitation_page(call: Call, secret: str) -> Response:
    """Ask for a click: looking at a link (as mail scanners and previews do) makes nobody a member."""
    offered = await service.offer(call.session, call.actor, secret)
    answer = render(call.request, "projects/invitation.html", offer=offered, secret=secret)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@router.post("/invitations/{secret}")
async def accept_invitation(call: Call, secret: str) -> Response:
    joined = await service.accept(call.session, call.actor, secret)
    return see_other(f"/projects/{joined.id}", Notice(_("Welcome to %s.") % joined.name))
