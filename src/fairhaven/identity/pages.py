"""Pages of identity: tokens, sessions, approving a device."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from fairhaven.core import throttle
from fairhaven.core.http import Call
from fairhaven.core.schemas import FieldError
from fairhaven.identity import policy, service
from fairhaven.identity.schemas import TokenSpec
from fairhaven.identity.sign_in_pages import unkept
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.urls import with_query

OVERLAP = timedelta(days=1)
# What the form offers; the API takes any scopes.
MAY: dict[str, list[str]] = {
    "read": ["*:read"],
    "call": ["workloads:read", "workloads:call"],
    "develop": ["*:read", "catalog:write", "builds:write", "workloads:write", "workloads:call"],
}

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/account/tokens")
async def tokens_page(call: Call) -> Response:
    return await _tokens(call)


@router.post("/account/tokens")
async def create_token(
    call: Call,
    name: Annotated[str, Form(max_length=300)] = "",
    days: Annotated[str, Form(max_length=10)] = "90",
    may: Annotated[str, Form(max_length=20)] = "everything",
) -> Response:
    try:
        spec = TokenSpec.model_validate({"name": name, "days": days, "scopes": MAY.get(may)})
    except ValidationError as error:
        wrong = [FieldError(field=str(e["loc"][0]), message=e["msg"]) for e in error.errors()]
        return await _tokens(call, status=422, values={"name": name, "days": days, "may": may}, wrong=wrong)
    made = await service.create_token(call.session, call.actor, spec)
    return unkept(await _tokens(call, secret=made.secret))


@router.post("/account/tokens/{token_id}/rotate")
async def rotate_token(call: Call, token_id: UUID) -> Response:
    """A new token like this one; the old one works for a day more."""
    made = await service.rotate_token(call.session, call.actor, token_id, OVERLAP)
    return unkept(await _tokens(call, secret=made.secret))


@router.get("/account/sessions")
async def sessions_page(call: Call) -> Response:
    found = await service.sessions(call.session, call.actor)
    return render(call.request, "identity/sessions.html", sessions=found)


@router.post("/account/sessions/{session_id}/end")
async def end_session(call: Call, session_id: UUID) -> Response:
    await service.end_session(call.session, call.actor, session_id)
    return see_other("/account/sessions", Notice("That browser is signed out."))


@router.post("/account/tokens/{token_id}/revoke")
async def revoke_token(call: Call, token_id: UUID) -> Response:
    await service.revoke_token(call.session, call.actor, token_id)
    return see_other(
        "/account/tokens", Notice("The token is revoked; whatever used it is refused from now on.")
    )


@router.get("/device")
async def device_page(call: Call, code: str = "") -> Response:
    """Who approves a device comes from a terminal, and may have to sign in first: lead there and back."""
    if not call.actor.signed_in:
        policy.can_sign_in.check(call.actor)
        return see_other(with_query("/sign-in", next=with_query("/device", code=code[:20])))
    policy.can_approve_device.check(call.actor)
    return render(call.request, "identity/device.html", code=code[:20], approved=False)


@router.post("/device")
async def approve_device(call: Call, code: Annotated[str, Form(max_length=20)]) -> Response:
    guesser = f"device codes of {call.actor.id}"
    policy.can_approve_device.check(call.actor)
    await throttle.sign_in(call.platform, guesser)
    await service.approve_device(call.session, call.actor, code)
    await throttle.forgive(call.session, call.platform, guesser)
    return render(call.request, "identity/device.html", code=code, approved=True)


async def _tokens(
    call: Call,
    *,
    status: int = 200,
    secret: str = "",
    values: dict[str, str] | None = None,
    wrong: list[FieldError] | None = None,
) -> HTMLResponse:
    return render(
        call.request,
        "identity/tokens.html",
        status=status,
        tokens=await service.tokens(call.session, call.actor),
        secret=secret,
        values=values or {},
        errors={each.field: each.message for each in wrong or ()},
    )
