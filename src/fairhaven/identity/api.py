"""REST of identity."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from fairhaven.core.http import Call, Cursor, Limit
from fairhaven.core.schemas import Page
from fairhaven.identity import policy, service
from fairhaven.identity.issuers import issuers_of
from fairhaven.identity.schemas import (
    ClaimsOutcome,
    ClaimsTrial,
    DeviceCode,
    DeviceLogin,
    Identity,
    IssuerInfo,
    LocalAccount,
    NewLocalAccount,
    NewToken,
    PasswordLink,
    PersonChange,
    PersonDetail,
    Rotation,
    Session,
    Token,
    TokenSpec,
    WhoAmI,
)

router = APIRouter(prefix="/api/v1", tags=["identity"])


@router.get("/me", operation_id="get_me")
async def me(call: Call) -> WhoAmI:
    """Say who the request is from."""
    policy.can_see_self.check(call.actor)
    actor = call.actor
    if actor.id is None:
        return WhoAmI(person=None, via=actor.via)
    person = await service.person(call.session, actor.id)
    return WhoAmI(person=person.model_copy(update={"administrator": actor.administrator}), via=actor.via)


@router.get("/tokens", operation_id="list_tokens")
async def list_tokens(call: Call) -> Sequence[Token]:
    """List your tokens that still work."""
    return await service.tokens(call.session, call.actor)


@router.post("/tokens", operation_id="create_token", status_code=201)
async def create_token(call: Call, spec: TokenSpec) -> NewToken:
    """Make a token; its secret is told this once, so an Idempotency-Key is not honoured here."""
    return await service.create_token(call.session, call.actor, spec)


@router.post("/tokens/{token_id}/rotate", operation_id="rotate_token", status_code=201)
async def rotate_token(call: Call, token_id: UUID, how: Rotation) -> NewToken:
    """Make a token like this one, and let this one end after an overlap."""
    overlap = timedelta(hours=how.overlap_hours)
    return await service.rotate_token(call.session, call.actor, token_id, overlap)


@router.delete("/tokens/{token_id}", operation_id="revoke_token", status_code=204)
async def revoke_token(call: Call, token_id: UUID) -> None:
    """Make a token stop working at once."""
    await service.revoke_token(call.session, call.actor, token_id)


@router.get("/sessions", operation_id="list_sessions")
async def list_sessions(call: Call) -> Sequence[Session]:
    """List where you are signed in."""
    return await service.sessions(call.session, call.actor)


@router.delete("/sessions/{session_id}", operation_id="end_session", status_code=204)
async def end_session(call: Call, session_id: UUID) -> None:
    """Sign a browser of yours out."""
    await service.end_session(call.session, call.actor, session_id)


@router.get("/identities", operation_id="list_identities")
async def list_identities(call: Call) -> Sequence[Identity]:
    """List your linked accounts."""
    issuers = issuers_of(call.platform)
    return await service.identities(call.session, call.actor, issuers.by_url)


@router.delete("/identities/{identity_id}", operation_id="unlink_identity", status_code=204)
async def unlink_identity(call: Call, identity_id: UUID) -> None:
    """Unlink an account; the last way in stays."""
    await issuers_of(call.platform).unlink(call.session, call.actor, identity_id)


@router.get("/issuers", operation_id="list_issuers")
async def list_issuers(call: Call) -> Sequence[IssuerInfo]:
    """List those with whom one may sign in."""
    policy.can_sign_in.check(call.actor)
    return issuers_of(call.platform).listed()


@router.post("/issuers/{name}/trials", operation_id="try_claims")
async def try_claims(call: Call, name: str, trial: ClaimsTrial) -> ClaimsOutcome:
    """See which memberships claims of somebody would give, and why others give none. Nothing is kept."""
    return await issuers_of(call.platform).try_claims(call.session, call.actor, name, trial)


@router.get("/people", operation_id="list_people")
async def list_people(
    call: Call,
    q: Annotated[str, Query(max_length=200, description="In the name or the e-mail address.")] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[PersonDetail]:
    """List people and service accounts, newest first; for administrators."""
    return await service.list_people(call.session, call.actor, q=q, limit=limit, cursor=cursor)


@router.patch("/people/{person_id}", operation_id="change_person")
async def change_person(call: Call, person_id: UUID, change: PersonChange) -> PersonDetail:
    """Close an account or open it again; make its person an administrator, or no more."""
    return await service.change_person(call.session, call.actor, person_id, change)


@router.get("/local-accounts", operation_id="list_local_accounts")
async def list_local_accounts(call: Call) -> Sequence[LocalAccount]:
    """List the accounts with a password that is kept here."""
    return await service.local_accounts(call.session, call.actor)


@router.post("/local-accounts", operation_id="add_local_account", status_code=201)
async def add_local_account(call: Call, spec: NewLocalAccount) -> PasswordLink:
    """Add an account; its person chooses a password by a link, which is told this once."""
    policy.can_manage_accounts.check(call.actor)
    service.require_on(call.platform.settings)
    account = await service.add_local_account(call.session, call.actor, spec)
    return await _password_link(call, account.person_id)


@router.post("/local-accounts/{person_id}/links", operation_id="make_password_link", status_code=201)
async def make_password_link(call: Call, person_id: UUID) -> PasswordLink:
    """Make a link with which somebody chooses a password, once; it is told this once."""
    policy.can_manage_accounts.check(call.actor)
    service.require_on(call.platform.settings)
    return await _password_link(call, person_id)


@router.post("/device-logins", operation_id="begin_device_login", status_code=201)
async def begin_device_login(call: Call) -> DeviceLogin:
    """Begin to sign in a device without a browser (RFC 8628)."""
    return await service.begin_device_login(call.session, call.actor, call.platform.settings.public_url)


@router.post("/device-logins/token", operation_id="finish_device_login", status_code=201)
async def finish_device_login(call: Call, code: DeviceCode) -> NewToken:
    """Ask for the token of an approved device: 428 until somebody approved it."""
    return await service.finish_device_login(call.session, call.actor, code.device_code)


async def _password_link(call: Call, person_id: UUID) -> PasswordLink:
    account, secret, expires_at = await service.make_password_link(call.session, call.actor, person_id)
    url = f"{call.platform.settings.public_url}/sign-in/password/{secret}"
    return PasswordLink(account=account, url=url, expires_at=expires_at)
