"""REST of identity."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter

from fairhaven.core.http import Call
from fairhaven.identity import policy, service
from fairhaven.identity.schemas import (
    DeviceCode,
    DeviceLogin,
    NewToken,
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


@router.post("/device-logins", operation_id="begin_device_login", status_code=201)
async def begin_device_login(call: Call) -> DeviceLogin:
    """Begin to sign in a device without a browser (RFC 8628)."""
    return await service.begin_device_login(call.session, call.actor, call.platform.settings.public_url)


@router.post("/device-logins/token", operation_id="finish_device_login", status_code=201)
async def finish_device_login(call: Call, code: DeviceCode) -> NewToken:
    """Ask for the token of an approved device: 428 until somebody approved it."""
    return await service.finish_device_login(call.session, call.actor, code.device_code)
