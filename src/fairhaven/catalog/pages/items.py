"""The page of a module, and what is done there: look at its repository, make another hook, remove it."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from fairhaven.catalog import policy, service, telling
from fairhaven.catalog.api import answers
from fairhaven.catalog.filled_words import filled_words
from fairhaven.catalog.schemas import Module, ModuleChange, Trust, Visibility
from fairhaven.core.errors import BadRequest
from fairhaven.core.http import Call, Caller, platform_of
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/catalog/{name}")
async def module(call: Call, name: str, tab: Annotated[str, Query(max_length=20)] = "") -> Response:
    """One module; `tab` is empty, `releases`, `metadata`, `source` or `cite`."""
    found = await service.module(call.session, call.actor, name)
    told = await service.exported(call.session, call.actor, answers.site_of(call.platform), name)
    releases = await service.releases(call.session, call.actor, name) if tab == "releases" else ()
    may_check = service.may(call.actor, found, "check")
    platform = call.platform
    hook = (
        await service.hook(call.session, call.actor, platform.keys, name, platform.settings.public_url)
        if tab == "source" and may_check
        else None
    )
    page = render(
        call.request,
        "catalog/module.html",
        fragment="content",
        module=found,
        tab=tab if tab in ("releases", "metadata", "source", "cite") else "",
        cite=telling.cite_tab(told) if tab == "cite" else None,
        embedded=telling.embedded(told),
        licence=telling.licence(told),
        releases=releases,
        hook=hook,
        links=_links(found),
        may_check=may_check,
        may_change=service.may(call.actor, found, "change"),
        beside=filled_words(found),
        may_remove=service.may(call.actor, found, "remove"),
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


def _links(module: Module) -> list[tuple[str, str]]:
    """The addresses that the metadata names, with words for them."""
    labels = {
        "source_code": _("Source code"),
        "documentation": _("Documentation"),
        "dataset": _("Data set"),
        "weights": _("Weights"),
        "citation": _("Citation"),
        "base_model": _("Base model"),
        "zenodo_doi": "Zenodo",
        "cicd_url": _("Its own builds"),
    }
    links = module.metadata.get("links") or {}
    found = [(label, str(links[name])) for name, label in labels.items() if links.get(name)]
    if doi := module.metadata.get("doi"):
        found.append(("DOI", f"https://doi.org/{doi}"))
    return found
