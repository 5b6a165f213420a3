"""The administrator's overview as a page."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from fairhaven.administration import service
from fairhaven.core.http import Call
from fairhaven.ui.rendering import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/administration")
async def overview_page(call: Call) -> Response:
    found = await service.overview(call.session, call.actor)
    return render(call.request, "administration/overview.html", overview=found)
