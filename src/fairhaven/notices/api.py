"""REST of notices."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from fairhaven.core.http import Call, Cursor, Limit
from fairhaven.core.schemas import Page
from fairhaven.notices import service
from fairhaven.notices.schemas import NewNotice, Notice

router = APIRouter(prefix="/api/v1/notices", tags=["notices"])


@router.get("", operation_id="list_notices")
async def list_notices(
    call: Call,
    every: Annotated[
        bool, Query(description="Also those of others, to come and over; for administrators.")
    ] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Notice]:
    """List the notices that concern you now."""
    if every:
        return await service.every(call.session, call.actor, limit=limit, cursor=cursor)
    return Page(items=await service.of_now(call.session, call.actor))


@router.post("", operation_id="post_notice", status_code=201)
async def post_notice(call: Call, new: NewNotice) -> Notice:
    """Post a notice, which is then on every page of those whom it concerns; for administrators."""
    return await call.once(new, Notice, lambda: service.post(call.session, call.actor, new))


@router.delete("/{notice_id}", operation_id="withdraw_notice", status_code=204)
async def withdraw_notice(call: Call, notice_id: UUID) -> None:
    """Stop showing a notice."""
    await service.withdraw(call.session, call.actor, notice_id)
