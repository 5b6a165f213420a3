"""The list of projects, the page of one with its settings, and the form that makes one."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.responses import Response
from pydantic import ValidationError

from fairhaven.core.errors import BadRequest, Problem
from fairhaven.core.http import Call
from fairhaven.projects import policy, service
from fairhaven.projects.pages.routing import router
from fairhaven.projects.pages.tabs import attempt, errors_of, said, tabs
from fairhaven.projects.schemas import CatalogFilter, NewProject, ProjectChange
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

Text = Annotated[str, Form(max_length=300)]
Lines = Annotated[str, Form(max_length=10_000)]
Texts = Annotated[list[str], Form(max_length=50)]


@router.get("/projects")
async def projects_page(call: Call) -> Response:
    return render(
        call.request,
        "projects/list.html",
        projects=await service.projects(call.session, call.actor),
        may_create=policy.can_create.allows(call.actor),
    )


@router.get("/projects/new")
async def new_project_page(call: Call) -> Response:
    policy.can_create.check(call.actor)
    return render(call.request, "projects/new.html", values={}, errors={})


@router.post("/projects/new")
async def create_project(call: Call, name: Text = "", slug: Text = "") -> Response:
    policy.can_create.check(call.actor)
    values = {"name": name, "slug": slug}
    try:
        new = NewProject.model_validate(values)
    except ValidationError as wrong:
        return render(call.request, "projects/new.html", status=422, values=values, errors=errors_of(wrong))
    made = await attempt(call, lambda: service.create(call.session, call.actor, new))
    if isinstance(made, Problem):
        errors = {"slug": said(made)}
        return render(call.request, "projects/new.html", status=made.status, values=values, errors=errors)
    return see_other(f"/projects/{made.id}", Notice(_("%s is there. Invite people next.") % made.name))


@router.get("/projects/{project_id}")
async def project_page(call: Call, project_id: UUID) -> Response:
    return await _page(call, project_id)


@router.post("/projects/{project_id}")
async def change_project(
    call: Call,
    project_id: UUID,
    name: Text = "",
    engines: Texts = [],  # noqa: B006 - FastAPI copies it
    every_engine: Text = "",
) -> Response:
    """Rename it, and set its engines."""
    given = {"name": name, "engines": None if every_engine else engines}
    return await _change(call, project_id, given)


@router.post("/projects/{project_id}/catalog")
async def filter_catalog(call: Call, project_id: UUID, tags: Lines = "", names: Lines = "") -> Response:
    """Set what the project's pages show of the catalog at first."""
    catalog = {"tags": _lines(tags), "names": _lines(names)}
    return await _change(call, project_id, {"catalog": catalog}, typed={"tags": tags, "names": names})


@router.post("/projects/{project_id}/archive")
async def archive_project(call: Call, project_id: UUID, confirm: Text = "") -> Response:
    """Archive it, after its short name was typed; or take it back."""
    found = await service.project(call.session, call.actor, project_id)
    policy.can_administer.check(call.actor)
    if not found.archived_at and confirm != found.slug:
        raise BadRequest("The name that was typed is not the project's.", fix="Go back and type it exactly.")
    return await _change(call, project_id, {"archived": found.archived_at is None})


@router.post("/projects/{project_id}/leave")
async def leave_project(call: Call, project_id: UUID) -> Response:
    """Be a member no more."""
    policy.can_leave.check(call.actor, project_id)
    me = call.actor.id
    assert me is not None
    left = await attempt(call, lambda: service.remove_member(call.session, call.actor, project_id, me))
    if isinstance(left, Problem):
        return see_other(f"/projects/{project_id}", Notice(said(left), "bad"))
    return see_other("/projects", Notice(_("You left the project.")))


async def _change(
    call: Call, project_id: UUID, given: Mapping[str, object], typed: dict[str, str] | None = None
) -> Response:
    policy.can_see.check(call.actor, project_id)
    policy.can_manage.check(call.actor, project_id)
    try:
        change = ProjectChange.model_validate(given)
    except ValidationError as wrong:
        where = {str(each["loc"][-2 if len(each["loc"]) > 2 else 0]): each["msg"] for each in wrong.errors()}
        return await _page(call, project_id, status=422, values=typed or {}, errors=where)
    engines = call.platform.drivers.get("engines", {})
    done = await attempt(call, lambda: service.change(call.session, call.actor, project_id, change, engines))
    if isinstance(done, Problem):
        return see_other(f"/projects/{project_id}", Notice(said(done), "bad"))
    return see_other(f"/projects/{project_id}", Notice(_("It is changed.")))


async def _page(
    call: Call,
    project_id: UUID,
    *,
    status: int = 200,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    found = await service.project(call.session, call.actor, project_id)
    role = call.actor.roles.get(project_id)
    return render(
        call.request,
        "projects/project.html",
        status=status,
        project=found,
        default=service.DEFAULT,
        tabs=tabs(call.actor, project_id, ""),
        role=role.name.lower() if role else "",
        engines=[(name, name) for name in sorted(call.platform.drivers.get("engines", {}))],
        may_manage=policy.can_manage.allows(call.actor, project_id),
        may_administer=policy.can_administer.allows(call.actor),
        values=values or _shown(found.catalog),
        errors=errors or {},
    )


def _shown(catalog: CatalogFilter) -> dict[str, str]:
    return {"tags": "\n".join(catalog.tags), "names": "\n".join(catalog.names)}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
