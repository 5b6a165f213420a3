"""Pages of linked accounts and of one's own password."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fairhaven.core import credentials, throttle
from fairhaven.core.errors import NotAllowed
from fairhaven.core.http import Call, origin_of
from fairhaven.identity import policy, service
from fairhaven.identity.issuers import issuers_of
from fairhaven.identity.sign_in_pages import differs, go_there
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

HERE = "/account/identities"
Words = Annotated[str, Form(max_length=300)]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/account/identities")
async def identities_page(call: Call) -> Response:
    """Accounts elsewhere that are linked, and those that can be."""
    issuers = issuers_of(call.platform)
    linked = await service.identities(call.session, call.actor, issuers.by_url)
    taken = {each.issuer for each in linked}
    others = [each for each in issuers.listed() if each.name not in taken]
    return render(
        call.request,
        "identity/identities.html",
        identities=linked,
        others=[(each, _proof(call, each.name)) for each in others],
        account=await service.local_name(call.session, call.actor),
    )


@router.get("/account/identities/link/{issuer}", response_class=RedirectResponse)
async def link(call: Call, issuer: str, proof: str = "") -> Response:
    """Go to an issuer to link an account there. Only pages of ours have the proof: nobody is sent here."""
    policy.can_link.check(call.actor)
    if call.actor.via != "session" or not credentials.same(proof, _proof(call, issuer)):
        raise NotAllowed("This did not begin on your page of linked accounts.", fix="Begin it there.")
    begun = await issuers_of(call.platform).begin(
        issuer, at=origin_of(call.request), return_to=HERE, linking=call.actor
    )
    return go_there(begun, call.platform.settings)


@router.post("/account/identities/{identity_id}/unlink")
async def unlink(call: Call, identity_id: UUID) -> Response:
    await issuers_of(call.platform).unlink(call.session, call.actor, identity_id)
    return see_other(HERE, Notice(_("The account is not linked any more.")))


@router.get("/account/password")
async def password_page(call: Call) -> Response:
    policy.can_change_password.check(call.actor)
    service.require_on(call.platform.settings)
    return await _password(call, {})


@router.post("/account/password")
async def change_password(
    call: Call, present: Words = "", password: Words = "", again: Words = ""
) -> Response:
    policy.can_change_password.check(call.actor)
    service.require_on(call.platform.settings)
    if password != again:
        return await _password(call, {"again": differs().message})
    guesser = f"password of {call.actor.id}"
    await throttle.sign_in(call.platform, guesser)
    try:
        await service.change_password(call.session, call.actor, present, password)
    except (service.WrongPassword, service.WeakPassword) as wrong:
        return await _password(call, {each.field: each.message for each in wrong.errors})
    await throttle.forgive(call.session, call.platform, guesser)
    return see_other(HERE, Notice(_("Your password is changed; other browsers are signed out.")))


async def _password(call: Call, errors: dict[str, str]) -> Response:
    return render(
        call.request,
        "identity/password.html",
        status=422 if errors else 200,
        errors=errors,
        account=await service.local_name(call.session, call.actor),
    )


def _proof(call: Call, issuer: str) -> str:
    """What ties a link to the page that it is on: derived from the session, for this one purpose."""
    return credentials.digest(f"link {issuer} {getattr(call.request.state, 'csrf', '')}")
