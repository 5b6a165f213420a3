"""The front page."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from fairhaven.builds import service as builds
from fairhaven.catalog import service as catalog
from fairhaven.catalog.pages.listing import view_of
from fairhaven.catalog.schemas import Sort
from fairhaven.core.http import Call
from fairhaven.ui.rendering import render
from fairhaven.workloads import service as workloads

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

MOST = 5


@router.get("/")
async def home(call: Call) -> Response:
    """What is new for everybody; what is mine, for somebody signed in."""
    session, actor = call.session, call.actor
    view = view_of(call.request)
    newest = await catalog.modules(session, actor, view=view, sort=Sort.NEWEST, limit=MOST, cursor=None)
    mine = actor.signed_in
    running = await workloads.workloads(session, actor, state=None, limit=MOST, cursor=None) if mine else None
    built = await builds.builds(session, actor, limit=MOST, cursor=None) if mine else None
    return render(
        call.request,
        "home/home.html",
        modules=newest.items,
        workloads=running.items if running else [],
        builds=built.items if built else [],
    )
