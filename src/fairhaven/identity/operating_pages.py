"""Pages for administrators: issuers, what their claims would give, local accounts."""

import json
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from fairhaven.core.errors import NotFound
from fairhaven.core.http import Call
from fairhaven.identity import policy, service
from fairhaven.identity.issuers import issuers_of
from fairhaven.identity.schemas import ClaimsOutcome, ClaimsTrial, NewLocalAccount, PasswordLink
from fairhaven.identity.sign_in_pages import unkept
from fairhaven.ui.rendering import render
from fairhaven.ui.translations import gettext as _

Words = Annotated[str, Form(max_length=300)]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/issuers")
async def issuers_page(call: Call) -> Response:
    """Who may say who somebody is."""
    policy.can_try_claims.check(call.actor)
    settings = call.platform.settings
    return render(
        call.request, "identity/issuers.html", issuers=settings.issuers, passwords=settings.local_accounts
    )


@router.get("/issuers/{name}")
async def issuer_page(call: Call, name: str) -> Response:
    """An issuer's rules, and a place to try claims."""
    return _issuer(call, name)


@router.post("/issuers/{name}")
async def try_claims(
    call: Call, name: str, claims: Annotated[str, Form(max_length=200_000)] = ""
) -> Response:
    """What these claims would give; nothing is kept."""
    policy.can_try_claims.check(call.actor)
    try:
        trial = ClaimsTrial(claims=json.loads(claims))
    except (ValueError, ValidationError, RecursionError):
        wrong = _("This is not a JSON object, such as { “groups”: [“astro”] }.")
        return _issuer(call, name, claims=claims, wrong=wrong)
    found = await issuers_of(call.platform).try_claims(call.session, call.actor, name, trial)
    return _issuer(call, name, claims=claims, found=found)


@router.get("/local-accounts")
async def local_accounts_page(call: Call) -> Response:
    """Accounts with a password that is kept here."""
    return await _accounts(call)


@router.post("/local-accounts")
async def add_local_account(
    call: Call, name: Words = "", person_name: Words = "", email: Words = ""
) -> Response:
    """Add an account; the link with which its person chooses a password is shown this once."""
    policy.can_manage_accounts.check(call.actor)
    service.require_on(call.platform.settings)
    typed = {"name": name, "person_name": person_name, "email": email}
    try:
        spec = NewLocalAccount.model_validate({key: value for key, value in typed.items() if value})
        account = await service.add_local_account(call.session, call.actor, spec)
    except ValidationError as wrong:
        errors = {str(each["loc"][0]): each["msg"] for each in wrong.errors()}
        return await _accounts(call, typed=typed, errors=errors)
    except service.NameTaken as taken:
        return await _accounts(call, typed=typed, errors={"name": taken.detail})
    return await _linked(call, account.person_id)


@router.post("/local-accounts/{person_id}/links")
async def make_password_link(call: Call, person_id: UUID) -> Response:
    """A new link to choose a password, shown this once."""
    policy.can_manage_accounts.check(call.actor)
    service.require_on(call.platform.settings)
    return await _linked(call, person_id)


async def _linked(call: Call, person_id: UUID) -> Response:
    account, secret, expires_at = await service.make_password_link(call.session, call.actor, person_id)
    url = f"{call.platform.settings.public_url}/sign-in/password/{secret}"
    return unkept(await _accounts(call, made=PasswordLink(account=account, url=url, expires_at=expires_at)))


async def _accounts(
    call: Call,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    made: PasswordLink | None = None,
) -> Response:
    return render(
        call.request,
        "identity/local_accounts.html",
        status=422 if errors else 200,
        accounts=await service.local_accounts(call.session, call.actor),
        on=call.platform.settings.local_accounts,
        typed=typed or {},
        errors=errors or {},
        made=made,
    )


def _issuer(
    call: Call, name: str, *, claims: str = "", wrong: str = "", found: ClaimsOutcome | None = None
) -> Response:
    policy.can_try_claims.check(call.actor)
    issuer = next((each for each in call.platform.settings.issuers if each.name == name), None)
    if issuer is None:
        raise NotFound("The settings name no such issuer.")
    return render(
        call.request,
        "identity/issuer.html",
        status=422 if wrong else 200,
        issuer=issuer,
        back=f"{call.platform.settings.public_url}/sign-in/with/{name}/back",
        claims=claims,
        wrong=wrong,
        found=found,
    )
