"""REST of READMEs."""

from fastapi import APIRouter
from fastapi.responses import Response

from fairhaven.catalog import service
from fairhaven.catalog.schemas.readmes import Readme
from fairhaven.core.http import Call, with_etag

router = APIRouter(prefix="/api/v1", tags=["catalog"])


@router.get("/modules/{name}/readme", operation_id="read_readme", response_model=Readme)
async def read_readme(call: Call, name: str) -> Response:
    """Read the README of a module, as it is at the commit that is followed."""
    return with_etag(call.request, await service.readme(call.session, call.actor, name))
