"""Service accounts of a project, and the tokens of each."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Form
from fastapi.responses import Response
from pydantic import ValidationError

from fairhaven.core.errors import BadRequest, Problem
from fairhaven.core.http import Call
from fairhaven.identity.schemas import TokenSpec
from fairhaven.projects import service
from fairhaven.projects.pages.routing import router
from fairhaven.projects.pages.tabs import attempt, errors_of, said, tabs
from fairhaven.projects.schemas import NewServiceAccount
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

OVERLAP = timedelta(days=1)
# What the form offers; the API takes any scopes.
MAY: dict[str, list[str] | None] = {
    "call": ["workloads:read", "workloads:call"],
    "read": ["*:read"],
    "develop": ["*:read", "catalog:write", "builds:write", "workloads:write", "workloads:call"],
    "everything": None,
}
OF_PROJECT = "/projects/{project_id}/service-accounts"
ONE = OF_PROJECT + "/{account_id}"

Text = Annotated[str, Form(max_length=300)]


@router.get(OF_PROJECT)
async def accounts_page(call: Call, project_id: UUID) -> Response:
    return await _list(call, project_id)


@router.post(OF_PROJECT)
async def add_account(call: Call, project_id: UUID, name: Text = "", level: Text = "") -> Response:
    await service.managed(call.session, call.actor, project_id)
    values = {"name": name, "level": level}
    try:
        new = NewServiceAccount.model_validate(values)
    except ValidationError as wrong:
        return await _list(call, project_id, status=422, values=values, errors=errors_of(wrong))
    made = await attempt(call, lambda: service.add_account(call.session, call.actor, project_id, new))
    if isinstance(made, Problem):
        return await _list(call, project_id, status=made.status, values=values, errors=errors_of(made))
    return see_other(_at(project_id, made.id), Notice(_("%s is there. Make a token for it.") % made.name))


@router.get(ONE)
async def account_page(call: Call, project_id: UUID, account_id: UUID) -> Response:
    return await _one(call, project_id, account_id)


@router.post(ONE)
async def set_account(call: Call, project_id: UUID, account_id: UUID, level: Text = "") -> Response:
    """Give it another level."""
    done = await attempt(
        call, lambda: service.set_account_level(call.session, call.actor, project_id, account_id, level)
    )
    word = Notice(said(done), "bad") if isinstance(done, Problem) else Notice(_("It is changed."))
    return see_other(_at(project_id, account_id), word)


@router.post(ONE + "/tokens")
async def add_token(
    call: Call, project_id: UUID, account_id: UUID, name: Text = "", days: Text = "90", may: Text = "call"
) -> Response:
    await service.account(call.session, call.actor, project_id, account_id)
    values = {"name": name, "days": days, "may": may}
    try:
        spec = TokenSpec.model_validate({"name": name, "days": days, "scopes": MAY.get(may, MAY["call"])})
    except ValidationError as wrong:
        return await _one(call, project_id, account_id, status=422, values=values, errors=errors_of(wrong))
    made = await service.add_account_token(call.session, call.actor, project_id, account_id, spec)
    return await _one(call, project_id, account_id, secret=made.secret)


@router.post(ONE + "/tokens/{token_id}/rotate")
async def rotate_token(call: Call, project_id: UUID, account_id: UUID, token_id: UUID) -> Response:
    """A new token like this one; the old one works for a day more."""
    made = await service.rotate_account_token(
        call.session, call.actor, project_id, account_id, token_id, OVERLAP
    )
    return await _one(call, project_id, account_id, secret=made.secret)


@router.post(ONE + "/tokens/{token_id}/revoke")
async def revoke_token(call: Call, project_id: UUID, account_id: UUID, token_id: UUID) -> Response:
    await service.revoke_account_token(call.session, call.actor, project_id, account_id, token_id)
    return see_other(_at(project_id, account_id), Notice(_("The token is revoked.")))


@router.post(ONE + "/close")
async def close_account(call: Call, project_id: UUID, account_id: UUID, confirm: Text = "") -> Response:
    """Let it in no more; its name must have been typed."""
    found = await service.account(call.session, call.actor, project_id, account_id)
    if confirm != found.name:
        raise BadRequest("The name that was typed is not the account's.", fix="Go back and type it exactly.")
    await service.close_account(call.session, call.actor, project_id, account_id)
    return see_other(
        OF_PROJECT.format(project_id=project_id), Notice(_("%s is let in no more.") % found.name)
    )


async def _list(
    call: Call,
    project_id: UUID,
    *,
    status: int = 200,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    return render(
        call.request,
        "projects/accounts.html",
        status=status,
        accounts=await service.accounts(call.session, call.actor, project_id),
        project=await service.project(call.session, call.actor, project_id),
        tabs=tabs(call.actor, project_id, "service-accounts"),
        levels=await service.all_levels(call.session),
        values=values or {},
        errors=errors or {},
    )


async def _one(
    call: Call,
    project_id: UUID,
    account_id: UUID,
    *,
    status: int = 200,
    secret: str = "",
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    answer = render(
        call.request,
        "projects/account.html",
        status=status,
        account=await service.account(call.session, call.actor, project_id, account_id),
        tokens=await service.account_tokens(call.session, call.actor, project_id, account_id),
        project=await service.project(call.session, call.actor, project_id),
        levels=await service.all_levels(call.session),
        secret=secret,
        values=values or {},
        errors=errors or {},
    )
    if secret:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _at(project_id: UUID, account_id: UUID) -> str:
    return ONE.format(project_id=project_id, account_id=account_id)
