"""REST of deposits: releases that go to a depository and get a DOI."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from fairhaven.catalog import service, tasks
from fairhaven.catalog.schemas import Deposit, DepositoryInfo, NewDeposit, Proposal
from fairhaven.core.http import Call, Caller, Cursor, Limit, platform_of, with_etag
from fairhaven.core.schemas import Page

router = APIRouter(prefix="/api/v1", tags=["deposits"])

OfModule = Annotated[str | None, Query(max_length=100, description="Only those of this module.")]


@router.get("/depositories", operation_id="list_depositories")
async def list_depositories(call: Call) -> Sequence[DepositoryInfo]:
    """List where releases may be deposited."""
    return service.depositories(call.platform, call.actor)


@router.get("/deposits", operation_id="list_deposits")
async def list_deposits(
    call: Call, module: OfModule = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[Deposit]:
    """List deposits, newest first: the published ones, and all others of projects whose developer you are."""
    return await service.deposits(call.session, call.actor, module=module, limit=limit, cursor=cursor)


@router.get("/modules/{name}/deposits", operation_id="list_deposits_of_module")
async def list_deposits_of_module(
    call: Call, name: str, limit: Limit = 50, cursor: Cursor = None
) -> Page[Deposit]:
    """List the deposits of a module, newest first."""
    return await service.deposits(call.session, call.actor, module=name, limit=limit, cursor=cursor)


@router.post("/deposits", operation_id="start_deposit", status_code=202)
async def start_deposit(call: Call, spec: NewDeposit) -> Deposit:
    """Deposit a release as a draft, or, for managers, up to its publication, which cannot be undone."""

    async def act() -> Deposit:
        places = call.platform.settings.depositories
        made = await service.start_deposit(call.session, call.actor, spec, places)
        await tasks.enqueue_deposit(call.session, made.id)
        return made

    return await call.once(spec, Deposit, act)


@router.get("/deposits/{deposit_id}", operation_id="get_deposit", response_model=Deposit)
async def get_deposit(call: Call, deposit_id: UUID) -> Response:
    """Read how a deposit stands."""
    return with_etag(call.request, await service.deposit(call.session, call.actor, deposit_id))


@router.post("/deposits/{deposit_id}/publish", operation_id="publish_deposit", status_code=202)
async def publish_deposit(call: Call, deposit_id: UUID) -> Deposit:
    """Publish a draft that is ready, for ever."""
    found = await service.approve_deposit(call.session, call.actor, deposit_id)
    await tasks.enqueue_deposit(call.session, found.id)
    return found


@router.post("/deposits/{deposit_id}/retry", operation_id="retry_deposit", status_code=202)
async def retry_deposit(call: Call, deposit_id: UUID) -> Deposit:
    """Try a deposit again that failed; what is there already is kept."""
    found = await service.retry_deposit(call.session, call.actor, deposit_id)
    await tasks.enqueue_deposit(call.session, found.id)
    return found


@router.delete("/deposits/{deposit_id}", operation_id="discard_deposit")
async def discard_deposit(request: Request, caller: Caller, deposit_id: UUID) -> Deposit:
    """Throw a draft away, there and here; what was published stays."""
    return await service.discard_deposit(platform_of(request), caller, deposit_id)


@router.get("/deposits/{deposit_id}/proposal", operation_id="read_deposit_proposal")
async def read_deposit_proposal(request: Request, caller: Caller, deposit_id: UUID) -> Proposal:
    """Read the change of the module's metadata file that names its DOI."""
    return await service.proposal(platform_of(request), caller, deposit_id)
