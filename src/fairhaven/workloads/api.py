"""REST of workloads."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from fairhaven.core.http import Call, Caller, Cursor, Limit, platform_of, with_etag
from fairhaven.core.schemas import Page
from fairhaven.workloads import logs, service
from fairhaven.workloads.schemas import LogPart, State, Workload, WorkloadSpec

router = APIRouter(prefix="/api/v1/workloads", tags=["workloads"])

Filter = Annotated[State | None, Query(description="Only those in this state.")]
Offset = Annotated[int, Query(ge=-(1 << 40), le=1 << 40, description="First byte; negative: from the end.")]
Bytes = Annotated[int, Query(ge=1, le=1 << 20, description="Most bytes to return.")]


@router.get("", operation_id="list_workloads")
async def list_workloads(
    call: Call, state: Filter = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[Workload]:
    """List the workloads of your projects, newest first."""
    return await service.workloads(call.session, call.actor, state=state, limit=limit, cursor=cursor)


@router.post("", operation_id="start_workload", status_code=201)
async def start_workload(call: Call, spec: WorkloadSpec) -> Workload:
    """Start a release: the workload is queued, watch its `state`."""
    return await call.once(spec, Workload, lambda: service.start(call.session, call.actor, spec))


@router.get("/{workload_id}", operation_id="get_workload", response_model=Workload)
async def get_workload(call: Call, workload_id: UUID) -> Response:
    """Show a workload."""
    return with_etag(call.request, await service.workload(call.session, call.actor, workload_id))


@router.delete("/{workload_id}", operation_id="delete_workload", status_code=204)
async def delete_workload(call: Call, workload_id: UUID) -> None:
    """End a workload and forget it, with its log."""
    await service.delete(call.session, call.actor, workload_id)


@router.post("/{workload_id}/stop", operation_id="stop_workload", status_code=202)
async def stop_workload(call: Call, workload_id: UUID) -> Workload:
    """Ask a workload to end; after five seconds it is made to."""
    return await service.stop(call.session, call.actor, workload_id)


@router.post("/{workload_id}/start", operation_id="start_workload_again", status_code=202)
async def start_workload_again(call: Call, workload_id: UUID) -> Workload:
    """Start a workload that ended."""
    return await service.start_again(call.session, call.actor, workload_id)


@router.post("/{workload_id}/restart", operation_id="restart_workload", status_code=202)
async def restart_workload(call: Call, workload_id: UUID) -> Workload:
    """End a workload's present run and start a new one."""
    return await service.restart(call.session, call.actor, workload_id)


@router.get("/{workload_id}/log", operation_id="read_workload_log")
async def read_workload_log(
    request: Request, caller: Caller, workload_id: UUID, offset: Offset = 0, limit: Bytes = 65536
) -> LogPart:
    """Read what a workload wrote, errors included; go on at `next` for more."""
    return await logs.read(platform_of(request), caller, workload_id, offset=offset, limit=limit)
