"""The page of saved searches: keep a filter, open it, rename it, forget it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from fairhaven.catalog import facet_words, service
from fairhaven.catalog.schemas import NewSavedSearch, SavedSearchChange
from fairhaven.core.errors import Conflict, Invalid
from fairhaven.core.http import Call
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Words = Annotated[str, Form(max_length=2000)]


@router.get("/searches")
async def searches(call: Call, query: Annotated[str, Query(max_length=2000)] = "") -> Response:
    """Your searches, and a form that keeps the filter `query`."""
    return await _page(call, {"query": query})


@router.post("/searches")
async def save(call: Call, name: Words = "", query: Words = "") -> Response:
    """Keep a filter under a name; what is wrong is shown beside the field."""
    values = {"name": name, "query": query}
    try:
        made = await service.save(call.session, call.actor, NewSavedSearch(name=name, query=query))
    except ValidationError:
        return await _page(call, values, {"name": _("Write a name of one line, of 80 letters at most.")})
    except Invalid as wrong:
        return await _page(call, values, {"query": wrong.errors[0].message})
    except Conflict as taken:
        return await _page(call, values, {"name": f"{taken.detail} {taken.remedy or ''}".strip()})
    return see_other("/searches", Notice(_("%(name)s is kept.") % {"name": made.name}))


@router.get("/searches/{search_id}", response_class=Response)
async def open_search(call: Call, search_id: UUID) -> Response:
    """Go to what a search finds, and note that its person looked."""
    seen = await service.change_saved(call.session, call.actor, search_id, SavedSearchChange(looked=True))
    return see_other(f"/catalog?{seen.query}")


@router.post("/searches/{search_id}/rename")
async def rename(call: Call, search_id: UUID, name: Words = "") -> Response:
    """Call it by another name."""
    try:
        change = SavedSearchChange(name=name)
        await service.change_saved(call.session, call.actor, search_id, change)
    except ValidationError:
        return await _page(call, {}, {"name": _("Write a name of one line, of 80 letters at most.")})
    except Conflict as taken:
        return await _page(call, {}, {"name": f"{taken.detail} {taken.remedy or ''}".strip()})
    return see_other("/searches")


@router.post("/searches/{search_id}/delete")
async def delete(call: Call, search_id: UUID) -> Response:
    """Forget it."""
    await service.delete_saved(call.session, call.actor, search_id)
    return see_other("/searches", Notice(_("The search was deleted.")))


async def _page(call: Call, values: dict[str, Any], errors: dict[str, str] | None = None) -> Response:
    return render(
        call.request,
        "catalog/searches.html",
        status=422 if errors else 200,
        fragment="content",
        searches=await service.saved(call.session, call.actor),
        spoken=facet_words.spoken,
        values=values,
        errors=errors or {},
    )
