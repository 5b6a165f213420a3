"""The terms of a project, on its own host names: to read, and to accept once for each version."""

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from fairhaven.core.errors import NotFound
from fairhaven.core.http import Call
from fairhaven.projects import policy, service
from fairhaven.projects.brands import Worn
from fairhaven.projects.pages.routing import router
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _
from fairhaven.ui.urls import own_place


@router.get("/terms")
async def terms_page(call: Call, back: str = "/") -> Response:
    policy.can_read_terms.check(call.actor)
    worn = _worn(call)
    done = True
    if call.actor.id is not None:
        version = worn.brand.terms_version
        done = await service.accepted(call.session, call.actor.id, worn.project_id, version)
    return render(call.request, "projects/terms.html", of=worn.brand, done=done, back=own_place(back))


@router.post("/terms")
async def accept_terms(
    call: Call, version: Annotated[int, Form()] = 0, back: Annotated[str, Form(max_length=2000)] = "/"
) -> Response:
    policy.can_accept_terms.check(call.actor)
    await service.accept_terms(call.session, call.actor, _worn(call).project_id, version)
    return see_other(own_place(back), Notice(_("Thank you: the terms are accepted.")))


def _worn(call: Call) -> Worn:
    worn: Worn | None = call.request.app.state.brands.worn(call.request)
    if worn is None or not worn.brand.terms:
        raise NotFound("Nobody asks for terms to be accepted at this address.")
    return worn
