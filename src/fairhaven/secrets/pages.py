"""Pages of secrets: names and times, and a form whose value is never shown again."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from fairhaven.core.http import Caller, platform_of
from fairhaven.core.policy import Actor
from fairhaven.projects import service as projects
from fairhaven.projects.pages.tabs import tabs
from fairhaven.secrets import policy, service
from fairhaven.secrets.ports import Owner, OwnerKind
from fairhaven.secrets.schemas import LONGEST, NewSecret
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

OWN, OF_PROJECT = "/account/secrets", "/projects/{project_id}/secrets"
Name = Annotated[str, Form(max_length=300)]
Value = Annotated[str, Form(max_length=LONGEST)]


@router.get(OWN)
async def secrets_page(request: Request, caller: Caller) -> Response:
    """My own secrets."""
    return await _page(request, caller, service.own(caller))


@router.post(OWN)
async def put_secret(
    request: Request, caller: Caller, name: Name = "", value: Value = "", lines: Value = ""
) -> Response:
    return await _put(request, caller, service.own(caller), name, value, lines)


@router.post(OWN + "/{name}/delete")
async def delete_secret(request: Request, caller: Caller, name: str) -> Response:
    return await _delete(request, caller, service.own(caller), name)


@router.get(OF_PROJECT)
async def project_secrets_page(request: Request, caller: Caller, project_id: UUID) -> Response:
    """Secrets of a project."""
    return await _page(request, caller, service.of_project(project_id))


@router.post(OF_PROJECT)
async def put_project_secret(
    request: Request,
    caller: Caller,
    project_id: UUID,
    name: Name = "",
    value: Value = "",
    lines: Value = "",
) -> Response:
    return await _put(request, caller, service.of_project(project_id), name, value, lines)


@router.post(OF_PROJECT + "/{name}/delete")
async def delete_project_secret(request: Request, caller: Caller, project_id: UUID, name: str) -> Response:
    return await _delete(request, caller, service.of_project(project_id), name)


async def _page(
    request: Request,
    caller: Actor,
    owner: Owner,
    *,
    status: int = 200,
    name: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    of_project = owner.kind is OwnerKind.PROJECT
    async with platform_of(request).transaction(caller) as session:
        found = await service.secrets(session, caller, owner)
        project = await projects.project(session, caller, owner.id) if of_project else None
        mine = await projects.projects(session, caller)
    return render(
        request,
        "secrets/list.html",
        status=status,
        secrets=found,
        project=project,
        tabs=tabs(caller, owner.id, "secrets") if of_project else (),
        others=[each for each in mine if policy.can_use_of_project.allows(caller, each.id)],
        here=_address(owner),
        may_change=not of_project or policy.can_change_of_project.allows(caller, owner.id),
        name=name,
        errors=errors or {},
    )


async def _put(request: Request, caller: Actor, owner: Owner, name: str, value: str, lines: str) -> Response:
    try:
        # A form sends the ends of lines as in the mail; keys are written with single ones.
        given = NewSecret.model_validate({"name": name, "value": value or lines.replace("\r\n", "\n")})
    except ValidationError as wrong:
        errors = {str(each["loc"][0]): _said(str(each["loc"][0]), each["msg"]) for each in wrong.errors()}
        return await _page(request, caller, owner, status=422, name=name, errors=errors)
    kept = await service.put(platform_of(request), caller, owner, given.name, given.value)
    return see_other(_address(owner), Notice(_("%s is kept.") % kept.name))


async def _delete(request: Request, caller: Actor, owner: Owner, name: str) -> Response:
    async with platform_of(request).transaction(caller) as session:
        await service.delete(session, caller, owner, name)
    return see_other(_address(owner), Notice(_("%s was deleted.") % name))


def _said(field: str, message: str) -> str:
    if field == "name":
        return _("Use letters and digits, and between them also dots, dashes and underscores.")
    return _("Type or paste the value.") if "at least 1" in message else message.removeprefix("Value error, ")


def _address(owner: Owner) -> str:
    return OF_PROJECT.format(project_id=owner.id) if owner.kind is OwnerKind.PROJECT else OWN
