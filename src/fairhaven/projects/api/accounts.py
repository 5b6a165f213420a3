"""REST of service accounts and their tokens."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from fairhaven.core.http import Call
from fairhaven.identity.schemas import NewToken, Rotation, Token, TokenSpec
from fairhaven.projects import service
from fairhaven.projects.api.routing import router
from fairhaven.projects.schemas import NewServiceAccount, ServiceAccount, SetLevel

OF_PROJECT = "/projects/{project_id}/service-accounts"
ONE = OF_PROJECT + "/{account_id}"


@router.get(OF_PROJECT, operation_id="list_service_accounts")
async def list_service_accounts(call: Call, project_id: UUID) -> Sequence[ServiceAccount]:
    """List the service accounts of a project; for its managers."""
    return await service.accounts(call.session, call.actor, project_id)


@router.post(OF_PROJECT, operation_id="create_service_account", status_code=201)
async def create_service_account(call: Call, project_id: UUID, new: NewServiceAccount) -> ServiceAccount:
    """Make an account for a program, with a level in this project and no other."""
    return await call.once(
        new, ServiceAccount, lambda: service.add_account(call.session, call.actor, project_id, new)
    )


@router.put(ONE, operation_id="set_service_account")
async def set_service_account(
    call: Call, project_id: UUID, account_id: UUID, given: SetLevel
) -> ServiceAccount:
    """Give a service account another level."""
    return await service.set_account_level(call.session, call.actor, project_id, account_id, given.level)


@router.delete(ONE, operation_id="close_service_account", status_code=204)
async def close_service_account(call: Call, project_id: UUID, account_id: UUID) -> None:
    """Let a service account in no more, for good; its tokens stop working at once."""
    await service.close_account(call.session, call.actor, project_id, account_id)


@router.get(ONE + "/tokens", operation_id="list_service_account_tokens")
async def list_tokens(call: Call, project_id: UUID, account_id: UUID) -> Sequence[Token]:
    """List the tokens of a service account that still work."""
    return await service.account_tokens(call.session, call.actor, project_id, account_id)


@router.post(ONE + "/tokens", operation_id="create_service_account_token", status_code=201)
async def create_token(call: Call, project_id: UUID, account_id: UUID, spec: TokenSpec) -> NewToken:
    """Make a token for a service account, for its project only; its secret is told this once."""
    return await service.add_account_token(call.session, call.actor, project_id, account_id, spec)


@router.post(ONE + "/tokens/{token_id}/rotate", operation_id="rotate_service_account_token", status_code=201)
async def rotate_token(
    call: Call, project_id: UUID, account_id: UUID, token_id: UUID, how: Rotation
) -> NewToken:
    """Make a token like this one, and let this one end after an overlap."""
    overlap = timedelta(hours=how.overlap_hours)
    return await service.rotate_account_token(
        call.session, call.actor, project_id, account_id, token_id, overlap
    )


@router.delete(ONE + "/tokens/{token_id}", operation_id="revoke_service_account_token", status_code=204)
async def revoke_token(call: Call, project_id: UUID, account_id: UUID, token_id: UUID) -> None:
    """Make a token of a service account stop working at once."""
    await service.revoke_account_token(call.session, call.actor, project_id, account_id, token_id)
