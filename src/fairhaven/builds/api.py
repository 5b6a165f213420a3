"""REST of builds."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from fairhaven.builds import logs, service
from fairhaven.builds.schemas import Build, BuildSpec, BuildSummary, LogPart, StageName, State
from fairhaven.core.http import Call, Caller, Cursor, Limit, platform_of, with_etag
from fairhaven.core.schemas import Page, Slug

router = APIRouter(prefix="/api/v1/builds", tags=["builds"])

OfModule = Annotated[Slug | None, Query(description="Only those of this module.")]
InState = Annotated[State | None, Query(description="Only those in this state.")]
Offset = Annotated[int, Query(ge=0, le=1 << 40, description="First byte.")]
Bytes = Annotated[int, Query(ge=64, le=logs.MOST, description="Most bytes to return.")]


@router.get("", operation_id="list_builds")
async def list_builds(
    call: Call, module: OfModule = None, state: InState = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[BuildSummary]:
    """List the builds of your projects, newest first."""
    return await service.builds(
        call.session, call.actor, module=module, state=state, limit=limit, cursor=cursor
    )


@router.post("", operation_id="start_build", status_code=202)
async def start_build(call: Call, spec: BuildSpec) -> Build:
    """Build a commit of a module; one that is there already is returned, or tried again if it failed."""
    return await call.once(spec, Build, lambda: service.start(call.session, call.actor, spec))


@router.get("/{build_id}", operation_id="get_build", response_model=Build)
async def get_build(call: Call, build_id: UUID) -> Response:
    """Show a build with its stages."""
    return with_etag(call.request, await service.build(call.session, call.actor, build_id))


@router.post("/{build_id}/retry", operation_id="retry_build", status_code=202)
async def retry_build(call: Call, build_id: UUID) -> Build:
    """Run a build that did not succeed again, from its beginning."""
    return await service.retry(call.session, call.actor, build_id)


@router.post("/{build_id}/cancel", operation_id="cancel_build", status_code=202)
async def cancel_build(call: Call, build_id: UUID) -> Build:
    """Ask a build to stop; an ended one stays as it is."""
    return await service.cancel(call.session, call.actor, build_id)


@router.get("/{build_id}/stages/{stage}/log", operation_id="read_stage_log")
async def read_stage_log(
    request: Request,
    caller: Caller,
    build_id: UUID,
    stage: StageName,
    offset: Offset = 0,
    limit: Bytes = 65536,
) -> LogPart:
    """Read what a stage wrote; go on at `next` for more, until it is `complete`."""
    return await service.stage_log(platform_of(request), caller, build_id, stage, offset=offset, limit=limit)
