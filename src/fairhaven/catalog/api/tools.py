"""REST of tools: their definitions, the schema that these follow, and what would run for a filled-in form."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from fairhaven.catalog import policy, service
from fairhaven.catalog.api import answers
from fairhaven.catalog.api.metadata import NoSuchSchema, SchemaResponse
from fairhaven.catalog.exports import software
from fairhaven.catalog.exports.formats import pretty
from fairhaven.catalog.schemas import NewPlan, Plan, Tool, ToolSummary
from fairhaven.catalog.toolbox import schema, values
from fairhaven.core.http import Call, needs, with_etag

router = APIRouter(prefix="/api/v1", tags=["catalog"])

JSON_LD = "application/ld+json"
Words = Annotated[str, Query(max_length=200, description="Words that all occur.")]


@router.get("/tools", operation_id="list_tools")
async def list_tools(
    call: Call, q: Words = "", category: Annotated[str, Query(max_length=60)] = ""
) -> Sequence[ToolSummary]:
    """List the tools by name."""
    folders = call.platform.settings.tools
    return await service.tools(call.actor, folders, q=q, category=category)


@router.get("/tools/{name}", operation_id="get_tool", response_model=Tool)
async def get_tool(call: Call, name: str) -> Response:
    """Read a tool with its form and tasks; as schema.org's SoftwareApplication for who accepts JSON-LD."""
    found = await service.tool(call.actor, call.platform.settings.tools, name)
    if found.valid and JSON_LD in call.request.headers.get("accept", ""):
        text = pretty(software.document(found, answers.site_of(call.platform)))
        return answers.document(call.request, text, JSON_LD)
    answer = with_etag(call.request, found)
    answer.headers["Vary"] = answers.VARY
    return answer


@router.get("/tools/{name}/form", operation_id="get_tool_form", response_class=SchemaResponse)
async def get_tool_form(call: Call, name: str) -> Mapping[str, Any]:
    """Read a tool's form as JSON Schema: what `plan` checks by."""
    return values.whole((await service.tool(call.actor, call.platform.settings.tools, name)).form)


@router.post("/tools/{name}/plan", operation_id="plan_tool")
@needs("read")
async def plan_tool(call: Call, name: str, wanted: NewPlan) -> Plan:
    """Work out what would run for a filled-in form, without secrets; nothing is kept, and nothing starts."""
    return await service.plan_tool(call.session, call.actor, call.platform.settings.tools, name, wanted)


@router.get("/tool-schemas/{version}", operation_id="get_tool_schema", response_class=SchemaResponse)
async def get_tool_schema(call: Call, version: str) -> Mapping[str, Any]:
    """Read the JSON Schema of `tool.yaml`; editors complete and check by it."""
    policy.can_list.check(call.actor)
    if version not in schema.VERSIONS:
        raise NoSuchSchema(version, schema.VERSIONS)
    return schema.published(version)
