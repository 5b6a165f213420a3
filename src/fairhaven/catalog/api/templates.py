"""REST of templates: which there are, and a zip of the files that answers make."""

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from fairhaven.catalog import service
from fairhaven.catalog.schemas import NewArchive, Template
from fairhaven.catalog.starting import archive
from fairhaven.core.http import Call, Caller, needs, platform_of

router = APIRouter(prefix="/api/v1", tags=["catalog"])


class ZipResponse(Response):
    media_type = "application/zip"


@router.get("/templates", operation_id="list_templates")
async def list_templates(call: Call) -> Sequence[Template]:
    """List the templates of new modules, the simplest first, with the JSON Schema of what each asks."""
    return service.templates(call.actor)


@router.get("/templates/{name}", operation_id="get_template")
async def get_template(call: Call, name: str) -> Template:
    """Read one template."""
    return service.template(call.actor, name)


@router.post("/templates/{name}/archives", operation_id="make_archive", response_class=ZipResponse)
@needs("read")
async def make_archive(request: Request, caller: Caller, name: str, wanted: NewArchive) -> Response:
    """Make the files of a new module: a zip that holds one folder. Nothing is kept."""
    given, files = await service.start_module(platform_of(request), caller, name, wanted.values)
    return zipped(given["name"], await asyncio.to_thread(archive.zipped, given["name"], files))


def zipped(name: str, content: bytes) -> Response:
    """A zip to keep; the name is one that the form allows, so it needs no quoting."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    return ZipResponse(content, headers=headers)
