"""Pages of identity: signing in by link, signing out, tokens, approving a device."""

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
from fairhaven.identity.web import COOKIE
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other

OVERLAP = timedelta(days=1)
# What the form offers; the API takes any scopes.
MAY: dict[str, list[str]] = {
    "read": ["*:read"],
    "call": ["workloads:read", "workloads:call"],
    "develop": ["*:read", "catalog:write", "builds:write", "workloads:write", "workloads:call"],
}

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/sign-in")
async def sign_in_help(call: Call) -> Response:
    """How to get in: the one who runs the platform hands out links."""
    policy.can_sign_in.check(call.actor)
    return render(call.request, "identity/sign_in.html", secret="")


@router.get("/sign-in/{secret}")
async def sign_in_page(call: Call, secret: str) -> Response:
    """Ask for a click: a link that is merely looked at (by a mail scanner, a preview) is not used up."""
    policy.can_sign_in.check(call.actor)
    return _unkept(render(call.request, "identity/sign_in.html", secret=secret))


@router.post("/sign-in/{secret}")
async def sign_in(call: Call, secret: str) -> Response:
    """Use the link up. It needs no CSRF token: who knows the secret is who may sign in."""
    settings = call.platform.settings
    life = timedelta(hours=settings.session_hours)
    agent = call.request.headers.get("user-agent", "")
    await throttle.sign_in(call.platform)
    credential = await service.sign_in(call.session, secret, agent=agent, life=life)
    await throttle.forgive(call.session, call.platform)
    answer = see_other("/", Notice(f"Welcome to {settings.name}."))
    answer.set_cookie(
        COOKIE,
        credential,
        max_age=int(life.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.public_url.startswith("https://"),
    )
    return answer


@router.post("/sign-out")
async def sign_out(call: Call) -> Response:
    policy.can_see_self.check(call.actor)
    await service.sign_out(call.session, call.request.cookies.get(COOKIE, ""))
    answer = see_other("/", Notice("You are signed out."))
    answer.delete_cookie(COOKIE)
    return answer


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
    return _unkept(await _tokens(call, secret=made.secret))


@router.post("/account/tokens/{token_id}/rotate")
async def rotate_token(call: Call, token_id: UUID) -> Response:
    """A new token like this one; the old one works for a day more."""
    made = await service.rotate_token(call.session, call.actor, token_id, OVERLAP)
    return _unkept(await _tokens(call, secret=made.secret))


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


def _unkept(answer: Response) -> Response:
    """Pages that bear a secret are kept by nobody, and their address is told to nobody."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
