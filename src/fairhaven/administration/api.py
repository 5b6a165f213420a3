"""REST of the administrator's overview."""

from fastapi import APIRouter

from fairhaven.administration import service
from fairhaven.administration.schemas import Overview
from fairhaven.core.http import Call

router = APIRouter(prefix="/api/v1", tags=["administration"])


@router.get("/overviews", operation_id="get_overview")
async def get_overview(call: Call) -> Overview:
    """The installation in figures; for administrators."""
    return await service.overview(call.session, call.actor)
