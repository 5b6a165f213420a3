"""The page of quotas: what a project uses of what it may."""

from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from fairhaven.core.http import Call
from fairhaven.core.schemas import FieldError
from fairhaven.projects import policy, service
from fairhaven.projects.pages.routing import router
from fairhaven.projects.pages.tabs import tabs
from fairhaven.projects.schemas import Level, Limit
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _


@router.get("/projects/{project_id}/quotas")
async def quotas_page(call: Call, project_id: UUID) -> Response:
    return await _quotas(call, project_id)


@router.post("/projects/{project_id}/quotas")
async def set_quota(
    call: Call,
    project_id: UUID,
    resource: Annotated[str, Form(max_length=100)] = "",
    amount: Annotated[str, Form(max_length=30)] = "",
    level: Annotated[str, Form(max_length=20)] = Level.EVERYONE,
) -> Response:
    """Set a limit; an empty amount lifts it."""
    values = {"resource": resource, "amount": amount, "level": level}
    try:
        limit = Limit.model_validate({**values, "amount": amount.strip() or None})
    except ValidationError as error:
        wrong = [FieldError(field=str(e["loc"][0]), message=e["msg"]) for e in error.errors()]
        return await _quotas(call, project_id, status=422, values=values, wrong=wrong)
    await service.set_limit(call.session, call.actor, project_id, limit)
    return see_other(f"/projects/{project_id}/quotas", Notice(_("The limit is set.")))


async def _quotas(
    call: Call,
    project_id: UUID,
    *,
    status: int = 200,
    values: dict[str, str] | None = None,
    wrong: list[FieldError] | None = None,
) -> HTMLResponse:
    levels = [(Level.EVERYONE.value, _("each person in the project"))]
    if policy.can_limit_projects.allows(call.actor):
        levels.append((Level.PROJECT.value, _("the project together")))
    project = await service.project(call.session, call.actor, project_id)
    return render(
        call.request,
        "projects/quotas.html",
        status=status,
        project=project,
        tabs=tabs(call.actor, project.id, "quotas"),
        balances=await service.balances(call.session, call.actor, project_id),
        levels=levels,
        may_limit=policy.can_limit_people.allows(call.actor, project_id),
        values=values or {},
        errors={each.field: each.message for each in wrong or ()},
    )
