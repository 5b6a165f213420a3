"""REST of the metadata schemas, and of checking a file before it is committed."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from fairhaven.catalog import metadata, policy
from fairhaven.catalog.metadata import mending
from fairhaven.catalog.schemas import MetadataCheck, MetadataSchema, NewMetadataCheck
from fairhaven.core.errors import NotFound
from fairhaven.core.http import Call, Caller

router = APIRouter(prefix="/api/v1", tags=["catalog"])


class NoSuchSchema(NotFound):
    """Nobody published this version."""

    title = "There is no such version of the schema"

    def __init__(self, version: str, known: Sequence[str]) -> None:
        super().__init__(f"There is no version {version[:20]}.", fix=f"Use one of {', '.join(known)}.")


class SchemaResponse(JSONResponse):
    media_type = "application/schema+json"


@router.get("/metadata-schemas", operation_id="list_metadata_schemas")
async def list_metadata_schemas(call: Call) -> Sequence[MetadataSchema]:
    """List the versions of the schema that metadata files may declare, oldest first."""
    policy.can_list.check(call.actor)
    newest = metadata.newest_version()
    return [
        MetadataSchema(version=each, newest=each == newest, url=f"/api/v1/metadata-schemas/{each}")
        for each in metadata.known_versions()
    ]


@router.get("/metadata-schemas/{version}", operation_id="get_metadata_schema", response_class=SchemaResponse)
async def get_metadata_schema(call: Call, version: str) -> Mapping[str, Any]:
    """Read one version as JSON Schema, as it was published; editors complete and check by it."""
    policy.can_list.check(call.actor)
    if version not in metadata.known_versions():
        raise NoSuchSchema(version, metadata.known_versions())
    return metadata.published_schema(version)


@router.post("/metadata-checks", operation_id="check_metadata", response_model=MetadataCheck)
async def check_metadata(caller: Caller, given: NewMetadataCheck) -> MetadataCheck:
    """Check a metadata file that is not committed yet; nothing is kept of it."""
    policy.can_check_text.check(caller)
    # Checking 256 kB of hostile YAML takes a second of processor time.
    return await asyncio.to_thread(_checked, given.text)


def _checked(text: str) -> MetadataCheck:
    mended = mending.fix(text)
    report = metadata.parse(text)
    return MetadataCheck(
        valid=report.valid, problems=report.problems, mended=mended.text, changes=mended.changes
    )
