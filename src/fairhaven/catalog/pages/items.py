"""The page of a module, and what is done there: look at its repository, make another hook, remove it."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from fairhaven.catalog import policy, service, telling
from fairhaven.catalog.api import answers
from fairhaven.catalog.filled_words import filled_words
from fairhaven.catalog.pages import tabs
from fairhaven.catalog.schemas import ModuleChange, Trust, Visibility
from fairhaven.core.errors import BadRequest
from fairhaven.core.http import Call, Caller, asks_once, platform_of
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/catalog/{name}")
@asks_once
async def module(call: Call, name: str, tab: Annotated[str, Query(max_length=20)] = "") -> Response:
    """One module; `tab` is one of `tabs.TABS`."""
    told = await service.shown(call.session, call.actor, answers.site_of(call.platform), name)
    found = told.module
    visit = tabs.Visit(call, found, told)
    shown = tab if tab in tabs.TABS else ""
    page = render(
        call.request,
        "catalog/module.html",
        fragment="content",
        module=found,
        tab=shown,
        item=told.item,
        embedded=telling.embedded(told),
        licence=telling.licence(told),
        forge=visit.forge,
        build=await visit.beside.build(call, found),
        beside=filled_words(found),
        runs=found.latest_release is not None and found.trust is Trust.BUILT,
        errors=[each for each in found.problems if each.severity == "error"] if visit.may_mend else [],
        may_mend=visit.may_mend,
        may_change=service.may(call.actor, found, "change"),
        may_remove=service.may(call.actor, found, "remove"),
        **await tabs.TABS[shown](visit),
    )
    page.headers.update(telling.link_header(told))
    return page


@router.post("/catalog/{name}/check")
async def check(request: Request, caller: Caller, name: str) -> Response:
    """Look at the repository now."""
    platform = platform_of(request)
    async with platform.transaction(caller) as session:
        wanted = await service.prepare_check(session, caller, name)
    seen = await service.look(platform, wanted)
    async with platform.transaction(caller) as session:
        await service.apply_look(session, wanted.id, seen, interval=platform.settings.poll_interval)
    if seen.failure:
        return see_other(f"/catalog/{name}?tab=source", Notice(seen.failure, "bad"))
    said = _("There is a new commit; its build begins.") if seen.revision else _("There is no new commit.")
    return see_other(f"/catalog/{name}", Notice(said, "good" if seen.revision else "info"))


@router.post("/catalog/{name}/change")
async def change(
    call: Call, name: str, visibility: Annotated[Visibility, Form()], trust: Annotated[Trust, Form()]
) -> Response:
    """Decide who may see the module, and whether it is built and run."""
    wanted = ModuleChange(visibility=visibility, trust=trust)
    await service.change(call.session, call.actor, name, wanted)
    return see_other(f"/catalog/{name}?tab=source", Notice(_("Saved.")))


@router.post("/catalog/{name}/hook/rotate")
async def rotate_hook(call: Call, name: str) -> Response:
    """Make another secret for the push hook."""
    keys, public_url = call.platform.keys, call.platform.settings.public_url
    await service.rotate_hook(call.session, call.actor, keys, name, public_url)
    said = _("The push hook has another secret: copy it to your git server.")
    return see_other(f"/catalog/{name}?tab=source", Notice(said))


@router.post("/catalog/{name}/remove")
async def remove(call: Call, name: str, confirm: Annotated[str, Form()] = "") -> Response:
    """Take the module out of the catalog; its name must have been typed."""
    if confirm != name:
        policy.can_list.check(call.actor)
        raise BadRequest("The name that was typed is not the module's.", fix="Go back and type it exactly.")
    await service.remove(call.session, call.actor, name)
    return see_other("/catalog", Notice(_("%(name)s was removed.") % {"name": name}))
