"""REST of exports: a module or release in the formats of the world, and which those are."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from fairhaven.catalog import service
from fairhaven.catalog.api import answers
from fairhaven.catalog.api.identifiers import DataSet, FormatName, ProfileName
from fairhaven.catalog.exports import formats
from fairhaven.catalog.exports.item import Item
from fairhaven.catalog.schemas import ExportFormat, ExportFormats
from fairhaven.core.http import Call, with_etag

router = APIRouter(prefix="/api/v1", tags=["catalog"])

Version = Annotated[
    str | None, Query(max_length=100, description="Version of a release; else the module with its latest.")
]


@router.get("/modules/{name}/export", operation_id="export_module", response_class=Response)
async def export_module(
    call: Call,
    name: str,
    format_: FormatName = None,
    profile: ProfileName = None,
    release: Version = None,
    dataset: DataSet = 1,
) -> Response:
    """Read a module or one of its releases in a format; what was removed, with status 410."""
    found = await service.exported(call.session, call.actor, answers.site_of(call.platform), name, release)
    wanted = answers.choose(call.request, format=format_, profile=profile)
    return answers.of_item(call.request, found, wanted, dataset=dataset)


@router.get("/modules/{name}/formats", operation_id="list_module_formats", response_model=ExportFormats)
async def list_module_formats(call: Call, name: str, release: Version = None) -> Response:
    """List the formats that a module can be had in, and why it cannot be had in others."""
    found = await service.exported(call.session, call.actor, answers.site_of(call.platform), name, release)
    told = offered(found.item, found.why)
    return with_etag(call.request, ExportFormats(id=str(found.item.id) if found.item else "", formats=told))


def offered(item: Item | None, why: str = "") -> list[ExportFormat]:
    """Every format with its address, or the reason why it is not to be had."""
    found = []
    for name, profile, each in formats.offered():
        reason = formats.reason(item, name) if item else why
        found.append(
            ExportFormat(
                format=name,
                profile=profile,
                label=each.label,
                media_type=each.media_type,
                url=formats.address(item, name, profile) if item and not reason else None,
                reason=reason,
            )
        )
    return found
