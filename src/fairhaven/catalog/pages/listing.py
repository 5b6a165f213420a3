"""The list of modules with search and facets, and the form that registers one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from fairhaven.catalog import policy, service
from fairhaven.catalog.api.modules import Filter, Filtered
from fairhaven.catalog.schemas import Facets, Sort, SourceSpec
from fairhaven.catalog.service import FACETS, AlreadyRegistered, MetadataInvalid
from fairhaven.catalog.service.searching import View
from fairhaven.core.http import Call, Caller, Cursor, platform_of
from fairhaven.core.policy import Actor
from fairhaven.core.sources import SourceProblem
from fairhaven.projects import service as projects
from fairhaven.projects.brands import Worn
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PAGE = 20


@dataclass(frozen=True)
class Hidden:
    """What a search form carries along; a facet may occur several times."""

    pairs: Sequence[tuple[str, str]]

    def items(self) -> Sequence[tuple[str, str]]:
        return self.pairs


@router.get("/catalog")
async def catalog(
    call: Call,
    wanted: Filtered,
    sort: Sort | None = None,
    cursor: Cursor = None,
    every: Annotated[bool, Query(alias="all")] = False,
) -> Response:
    """The list; typing swaps its results, a facet swaps all of it. `all`: not only what the project chose."""
    view = view_of(call.request)
    shown = None if every else view
    found = await service.modules(
        call.session,
        call.actor,
        q=wanted.q,
        facets=wanted.chosen,
        view=shown,
        sort=sort,
        limit=PAGE,
        cursor=cursor,
    )
    counted = await service.facets(call.session, call.actor, wanted.q, wanted.chosen, shown)
    typed = call.request.headers.get("hx-target") == "results"
    return render(
        call.request,
        "catalog/list.html",
        fragment="results" if typed else "content",
        found=found,
        total=counted.total,
        groups=_groups(counted, wanted),
        q=wanted.q,
        sort=sort or (Sort.RELEVANCE if wanted.q.strip() else Sort.NEWEST),
        filtered=bool(wanted.q.strip() or any(wanted.chosen.values()) or cursor),
        hidden=_carried(wanted, sort, every),
        view=view is not None,
        every=every,
        may_register=_may_register(call.actor),
    )


@router.get("/catalog/new")
async def registering(call: Call) -> Response:
    """The form that registers a module."""
    project = await projects.default_project(call.session)
    policy.can_register.check(call.actor, project.id)
    return _form(call.request, call.actor)


@router.post("/catalog/new")
async def register(
    request: Request,
    caller: Caller,
    url: Annotated[str, Form()] = "",
    branch: Annotated[str, Form()] = "",
) -> Response:
    """Look at the source and register it; what is wrong is shown beside the field."""
    platform = platform_of(request)
    values = {"url": url, "branch": branch}
    try:
        spec = SourceSpec(url=url.strip(), branch=branch.strip() or None)
        async with platform.transaction(caller) as session:
            project_id = (await projects.default_project(session)).id
            await service.check_may_register(session, caller, project_id, spec)
        inspected = await service.inspect(platform, spec)
        async with platform.transaction(caller) as session:
            made = await service.register(session, caller, project_id, spec, inspected)
    except ValidationError:
        return _form(request, caller, values, {"url": _("Write the address of a repository.")})
    except AlreadyRegistered as there:
        return _form(request, caller, values, {"url": f"{there.title}. {there.detail}"}, there=there.name)
    except MetadataInvalid as invalid:
        return _form(request, caller, values, {"url": invalid.title}, problems=invalid.problems)
    except SourceProblem as problem:
        return _form(request, caller, values, {"url": f"{problem.detail} {problem.remedy or ''}".strip()})
    return see_other(
        f"/catalog/{made.name}",
        Notice(_("%(title)s is registered. Its build begins.") % {"title": made.title}),
    )


def _form(
    request: Request,
    actor: Actor,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    folders = actor.administrator and platform_of(request).settings.local_folders
    given = {"values": values or {}, "errors": errors or {}, "folders": folders, "problems": (), "there": ""}
    return render(
        request, "catalog/new.html", status=422 if errors else 200, fragment="content", **{**given, **more}
    )


def _groups(counted: Facets, wanted: Filter) -> list[dict[str, Any]]:
    """The facets as the macro draws them, the chosen values first seen."""
    labels = {
        "tasks": _("Task"),
        "libraries": _("Library"),
        "categories": _("Kind"),
        "data_type": _("Data"),
        "tags": _("Tag"),
    }
    return [
        {
            "name": name,
            "label": labels[name],
            "selected": wanted.chosen[name],
            "options": [
                {"value": each.value, "label": each.value, "count": each.count}
                for each in counted.groups.get(name, ())
            ],
        }
        for name in FACETS
    ]


def view_of(request: Request) -> View | None:
    """What the project whose host this is chose of the catalog; None: everything."""
    worn: Worn | None = request.app.state.brands.worn(request)
    if worn is None or not (worn.catalog.tags or worn.catalog.names):
        return None
    return View(tuple(worn.catalog.tags), tuple(worn.catalog.names))


def _carried(wanted: Filter, sort: Sort | None, every: bool) -> Hidden:
    pairs = [(name, value) for name, values in wanted.chosen.items() for value in values]
    pairs += [("sort", sort.value)] if sort else []
    return Hidden([*pairs, ("all", "true")] if every else pairs)


def _may_register(actor: Actor) -> bool:
    return actor.administrator or any(policy.can_register.allows(actor, project) for project in actor.roles)
