"""REST of the audit log."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from fairhaven.audit import exporting, policy, service
from fairhaven.audit.exporting import Piece
from fairhaven.audit.schemas import Entry, Filter, Form, Moment, Verification, Words
from fairhaven.core.http import Call, Caller, Cursor, Limit, identify, platform_of
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import Page

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])

_SAYS = {name: field.description for name, field in Filter.model_fields.items()}


# `async`, though it waits for nothing: FastAPI sends other dependencies to a thread.
async def _filter(
    who: Annotated[Words, Query(description=_SAYS["who"])] = "",
    kind: Annotated[Words, Query(description=_SAYS["kind"])] = "",
    thing: Annotated[UUID | None, Query(description=_SAYS["thing"])] = None,
    project: Annotated[UUID | None, Query(description=_SAYS["project"])] = None,
    since: Annotated[Moment | None, Query(description=_SAYS["since"])] = None,
    until: Annotated[Moment | None, Query(description=_SAYS["until"])] = None,
    text: Annotated[Words, Query(description=_SAYS["text"])] = "",
) -> Filter:
    return Filter(who=who, kind=kind, thing=thing, project=project, since=since, until=until, text=text)


Wanted = Annotated[Filter, Depends(_filter)]


@router.get("", operation_id="list_audit_entries")
async def list_entries(call: Call, wanted: Wanted, limit: Limit = 50, cursor: Cursor = None) -> Page[Entry]:
    """List who did what, newest first: your own acts, your projects' as manager, all as administrator."""
    return await service.entries(call.session, call.actor, wanted, limit=limit, cursor=cursor)


@router.get(
    "/export",
    operation_id="export_audit_log",
    response_class=Response,
    responses={
        200: {"content": {kind: {"schema": {"type": "string"}} for kind in exporting.MEDIA_TYPES.values()}}
    },
)
async def export(
    request: Request,
    caller: Caller,
    wanted: Wanted,
    form: Annotated[Form, Query(alias="format", description="How the file is written.")] = Form.JSONL,
) -> Response:
    """Export lines, oldest first, as a file: CSV for spreadsheets, JSON Lines to be verified elsewhere."""
    policy.can_read_own_acts.check(caller)
    return download(request, wanted, form)


@router.get("/verification", operation_id="verify_audit_log")
async def verify(
    call: Call,
    after: Annotated[int, Query(ge=0, le=1 << 62, description="The line after which to begin.")] = 0,
    limit: Annotated[int, Query(ge=1, le=service.MOST, description="Most lines to look at.")] = 50_000,
    expect: Annotated[
        str | None,
        Query(max_length=100, description="`NUMBER:HASH` of a line as it was written down earlier."),
    ] = None,
) -> Verification:
    """Look whether lines were removed, changed, inserted or moved; for administrators."""
    return await service.verify(call.session, call.actor, after=after, limit=limit, expect=expect)


@router.get("/{entry_id}", operation_id="get_audit_entry")
async def get_entry(call: Call, entry_id: UUID) -> Entry:
    """One line of the audit log, by the identifier of its fact."""
    return await service.entry(call.session, call.actor, entry_id)


def download(request: Request, wanted: Filter, form: Form) -> Response:
    """The export as a file that is written while it is read; who asks is asked anew for every piece."""

    async def piece(after: int) -> Piece:
        reader: Actor = await identify(request)
        async with platform_of(request).transaction(reader) as session:
            return await service.numbered(session, reader, wanted, after=after)

    return StreamingResponse(
        exporting.written(form, piece),
        media_type=exporting.MEDIA_TYPES[form],
        headers={
            "Content-Disposition": f'attachment; filename="audit.{form}"',
            "Cache-Control": "no-store",
        },
    )
