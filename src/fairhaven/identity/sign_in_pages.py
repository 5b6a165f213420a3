"""Pages of signing in and out: with an issuer, with a password, with a link that works once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fairhaven.core import credentials, throttle
from fairhaven.core.config import Settings
from fairhaven.core.http import Call, Caller, origin_of, platform_of
from fairhaven.core.policy import ANONYMOUS
from fairhaven.core.schemas import FieldError
from fairhaven.identity import policy, service
from fairhaven.identity.issuers import issuers_of
from fairhaven.identity.issuers.flow import LIFE as FLOW_LIFE
from fairhaven.identity.issuers.flow import Begun, cookie_of
from fairhaven.identity.web import COOKIE, refuse_foreign
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import brand_of, render, see_other
from fairhaven.ui.translations import gettext as _
from fairhaven.ui.urls import own_place

FLOWS = "/sign-in/with"
Words = Annotated[str, Form(max_length=300)]
Next = Annotated[str, Query(alias="next", max_length=2000)]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/sign-in")
async def sign_in_help(call: Call, next_: Next = "/") -> Response:
    """Ways in: issuers, a password, a link from whoever runs the platform."""
    policy.can_sign_in.check(call.actor)
    return _ways_in(call, own_place(next_))


@router.post("/sign-in")
async def sign_in_locally(
    call: Call,
    name: Words = "",
    password: Words = "",
    next_: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Sign in with a password. The form can come from a page of ours only; it needs no session."""
    policy.can_sign_in.check(call.actor)
    service.require_on(call.platform.settings)
    refuse_foreign(call.request)
    account, back = f"local:{name.strip().lower()}", own_place(next_)
    await throttle.sign_in(call.platform, account)
    try:
        person_id = await service.check_password(call.platform, name, password)
    except service.WrongPassword as wrong:
        return _ways_in(call, back, name=name, wrong=wrong.detail)
    await throttle.forgive(call.session, call.platform, account)
    life = timedelta(hours=call.platform.settings.session_hours)
    credential = await service.begin_session(
        call.session, person_id, agent=agent_of(call.request), life=life, by="password"
    )
    await service.sign_out(call.session, call.request.cookies.get(COOKIE, ""))
    return signed_in(call.request, back, credential)


@router.get("/sign-in/with/{issuer}", response_class=RedirectResponse)
async def begin(call: Call, issuer: str, next_: Next = "/") -> Response:
    """Go to an issuer to sign in there."""
    policy.can_sign_in.check(call.actor)
    begun = await issuers_of(call.platform).begin(
        issuer, at=origin_of(call.request), return_to=own_place(next_)
    )
    return go_there(begun, call.platform.settings)


@router.get("/sign-in/with/{issuer}/back", response_class=RedirectResponse)
async def finish(request: Request, actor: Caller, issuer: str) -> Response:
    """Come back from an issuer, with its answer."""
    policy.can_sign_in.check(actor)
    platform = platform_of(request)
    answer = dict(request.query_params)
    done = await issuers_of(platform).finish(
        actor, issuer, answer, request.cookies, at=origin_of(request), agent=agent_of(request)
    )
    if done.credential is None:
        response: Response = see_other(done.return_to, Notice(_("The account is linked.")))
    else:
        async with platform.transaction(
            actor
        ) as session:  # whoever was signed in here before is not any more
            await service.sign_out(session, request.cookies.get(COOKIE, ""))
        response = signed_in(request, done.return_to, done.credential)
    response.delete_cookie(cookie_of(answer.get("state", "")), path=FLOWS)
    return unkept(response)


@router.get("/sign-in/password/{secret}")
async def choose_password_page(call: Call, secret: str) -> Response:
    policy.can_sign_in.check(call.actor)
    service.require_on(call.platform.settings)
    return await _choose_password(call, secret, {})


@router.post("/sign-in/password/{secret}")
async def choose_password(call: Call, secret: str, password: Words = "", again: Words = "") -> Response:
    """Choose a password by a link. Who knows the link's secret is who may."""
    policy.can_sign_in.check(call.actor)
    service.require_on(call.platform.settings)
    refuse_foreign(call.request)
    await throttle.sign_in(call.platform)
    wrong: Sequence[FieldError] = [] if password == again else [differs()]
    if not wrong:
        try:
            async with call.platform.transaction(ANONYMOUS) as session:
                await service.choose_password(session, secret, password)
                await throttle.forgive(session, call.platform)
        except service.WeakPassword as weak:
            wrong = weak.errors
    if wrong:
        return await _choose_password(call, secret, {each.field: each.message for each in wrong})
    return see_other("/sign-in", Notice(_("Your password is set: sign in with it.")))


@router.get("/sign-in/{secret}")
async def sign_in_page(call: Call, secret: str) -> Response:
    """Ask for a click: a link that is merely looked at (by a mail scanner, a preview) is not used up."""
    policy.can_sign_in.check(call.actor)
    return unkept(render(call.request, "identity/sign_in_link.html", secret=secret))


@router.post("/sign-in/{secret}")
async def sign_in(call: Call, secret: str) -> Response:
    """Use the link up. It needs no CSRF token: who knows the secret is who may sign in."""
    settings = call.platform.settings
    life = timedelta(hours=settings.session_hours)
    await throttle.sign_in(call.platform)
    credential = await service.sign_in(call.session, secret, agent=agent_of(call.request), life=life)
    await throttle.forgive(call.session, call.platform)
    return signed_in(call.request, "/", credential)


@router.post("/sign-out")
async def sign_out(call: Call) -> Response:
    """End this session, and then the issuer's.

    A form may not lead to another site (`form-action`), so the answer is a page that goes on there by itself.
    """
    policy.can_see_self.check(call.actor)
    cookie = call.request.cookies.get(COOKIE, "")
    there = await issuers_of(call.platform).farewell(credentials.digest(cookie), at=origin_of(call.request))
    await service.sign_out(call.session, cookie)
    answer: Response = see_other("/", Notice(_("You are signed out.")))
    if there:
        call.request.state.actor = ANONYMOUS
        answer = unkept(render(call.request, "identity/signed_out.html", there=there))
        answer.headers["Refresh"] = f"0; url={there}"
    answer.delete_cookie(COOKIE)
    return answer


def signed_in(request: Request, back: str, credential: str) -> Response:
    settings = platform_of(request).settings
    answer = see_other(back, Notice(_("Welcome to %(name)s.") % {"name": brand_of(request).name}))
    answer.set_cookie(
        COOKIE,
        credential,
        max_age=int(settings.session_hours * 3600),
        httponly=True,
        samesite="lax",
        secure=settings.public_url.startswith("https://"),
    )
    return answer


def go_there(begun: Begun, settings: Settings) -> Response:
    """Lead the browser to the issuer; what it must bring back is in a cookie of its own."""
    answer = RedirectResponse(begun.url, status_code=303)
    answer.set_cookie(
        begun.cookie,
        begun.secret,
        max_age=int(FLOW_LIFE.total_seconds()),
        path=FLOWS,
        httponly=True,
        samesite="lax",
        secure=settings.public_url.startswith("https://"),
    )
    return unkept(answer)


def unkept(answer: Response) -> Response:
    """Pages that bear a secret are kept by nobody, and their address is told to nobody."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def agent_of(request: Request) -> str:
    return request.headers.get("user-agent", "")


def differs() -> FieldError:
    return FieldError(field="again", message=_("The two are not the same."))


async def _choose_password(call: Call, secret: str, errors: dict[str, str]) -> Response:
    """The name is there for people, and for the programs that keep their passwords."""
    account = await service.name_by_link(call.session, secret)
    page = render(
        call.request,
        "identity/choose_password.html",
        status=422 if errors else 200,
        secret=secret,
        account=account,
        errors=errors,
    )
    return unkept(page)


def _ways_in(call: Call, back: str, *, name: str = "", wrong: str = "") -> Response:
    return render(
        call.request,
        "identity/sign_in.html",
        status=422 if wrong else 200,
        issuers=issuers_of(call.platform).listed(),
        passwords=call.platform.settings.local_accounts,
        back=back,
        name=name,
        wrong=wrong,
    )
