"""The page of people, for administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, Response

from fairhaven.core.errors import Conflict
from fairhaven.core.http import Call, Cursor
from fairhaven.identity import service
from fairhaven.identity.schemas import PersonChange
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PER_PAGE = 50
# What the buttons of the page do.
CHANGES = {
    "close": PersonChange(closed=True),
    "open": PersonChange(closed=False),
    "promote": PersonChange(administrator=True),
    "demote": PersonChange(administrator=False),
}


@router.get("/people")
async def people_page(
    call: Call, q: Annotated[str, Query(max_length=200)] = "", cursor: Cursor = None
) -> Response:
    """Everybody who can be let in, or could."""
    found = await service.list_people(call.session, call.actor, q=q, limit=PER_PAGE, cursor=cursor)
    return render(call.request, "identity/people.html", page=found, q=q)


@router.post("/people/{person_id}")
async def change_person(
    call: Call, person_id: UUID, act: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Do what the button says."""
    try:
        async with call.session.begin_nested():
            change = CHANGES.get(act, PersonChange())
            await service.change_person(call.session, call.actor, person_id, change)
    except Conflict as refused:
        said = " ".join(filter(None, [refused.detail, refused.remedy]))
        return see_other("/people", Notice(said, "bad"))
    return see_other("/people", Notice(_("It is done.")))
