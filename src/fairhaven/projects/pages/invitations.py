"""Where an invitation's link leads: what it offers, and one click that accepts it."""

from fastapi.responses import Response

from fairhaven.core.http import Call
from fairhaven.projects import service
from fairhaven.projects.pages.routing import router
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

# Who has to sign in first keeps the invitation in a cookie: the address that they come back to is written
# down on the way, and must not bear it.
COOKIE = "fairhaven_invitation"
KEPT = "kept"
AN_HOUR = 3600


@router.get("/invitations/{secret}")
async def invitation_page(call: Call, secret: str) -> Response:
    """Ask for a click: looking at a link (as mail scanners and previews do) makes nobody a member."""
    found = call.request.cookies.get(COOKIE, "") if secret == KEPT else secret
    offered = await service.offer(call.session, call.actor, found)
    answer = render(call.request, "projects/invitation.html", offer=offered, secret=found, kept=KEPT)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    if not call.actor.signed_in:
        answer.set_cookie(
            COOKIE,
            found,
            max_age=AN_HOUR,
            path="/invitations",
            httponly=True,
            samesite="lax",
            secure=call.platform.settings.public_url.startswith("https://"),
        )
    return answer


@router.post("/invitations/{secret}")
async def accept_invitation(call: Call, secret: str) -> Response:
    joined = await service.accept(call.session, call.actor, secret)
    answer = see_other(f"/projects/{joined.id}", Notice(_("Welcome to %s.") % joined.name))
    answer.delete_cookie(COOKIE, path="/invitations")
    return answer
