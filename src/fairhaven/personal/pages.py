"""The page of one's own data."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from fairhaven.core.errors import Conflict, Invalid
from fairhaven.core.http import Call
from fairhaven.identity.web import COOKIE
from fairhaven.personal import service
from fairhaven.personal.schemas import Erasure
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/account/data")
async def data_page(call: Call) -> Response:
    """What is kept, in figures; the whole of it to take along."""
    return await _page(call)


@router.get("/account/data/export", response_class=Response)
async def export(call: Call) -> Response:
    """All that is kept, as a JSON file."""
    found = await service.data(call.session, call.actor)
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"', "Cache-Control": "no-store"}
    return Response(found.model_dump_json(indent=2), media_type="application/json", headers=headers)


@router.post("/account/data/erase")
async def erase(call: Call, confirm: Annotated[str, Form(max_length=300)] = "") -> Response:
    try:
        async with call.session.begin_nested():
            await service.erase(call.session, call.actor, Erasure(name=confirm))
    except (Invalid, Conflict) as refused:
        said = " ".join(filter(None, [refused.detail, refused.remedy]))
        return await _page(call, error=said, status=refused.status)
    answer = see_other("/", Notice(_("Your account and what belonged to it are erased.")))
    answer.delete_cookie(COOKIE)
    return answer


async def _page(call: Call, *, error: str = "", status: int = 200) -> Response:
    found = await service.data(call.session, call.actor)
    return render(call.request, "personal/data.html", status=status, data=found, error=error)
