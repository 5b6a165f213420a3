"""Tools: the list, and a tool's page with its form and what would run for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from fairhaven.catalog import policy, service, telling
from fairhaven.catalog.api import answers
from fairhaven.catalog.exports import software
from fairhaven.catalog.schemas import NewPlan, Plan, Tool
from fairhaven.catalog.toolbox import planning
from fairhaven.catalog.toolbox.values import FormInvalid
from fairhaven.core.http import Call, needs, origin_of
from fairhaven.ui import forms
from fairhaven.ui.rendering import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Module = Annotated[str, Query(max_length=64)]


@dataclass(frozen=True)
class Group:
    """Fields that stand below one heading; the first group has none."""

    title: str
    fields: Sequence[forms.Field]


@router.get("/tools")
async def tools(
    call: Call,
    q: Annotated[str, Query(max_length=200)] = "",
    category: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """The list; typing swaps its results."""
    folders = call.platform.settings.tools
    every = await service.tools(call.actor, folders)
    found = await service.tools(call.actor, folders, q=q, category=category)
    typed = call.request.headers.get("hx-target") == "results"
    return render(
        call.request,
        "catalog/tools.html",
        fragment="results" if typed else "content",
        found=found,
        q=q,
        category=category,
        categories=service.tool_categories(every),
    )


@router.get("/tools/{name}")
async def tool(call: Call, name: str, module: Module = "") -> Response:
    """One tool; with `module`, its form begins with what suits that module."""
    found = await service.tool(call.actor, call.platform.settings.tools, name)
    defaults = await service.tool_defaults(call.session, call.actor, found, module or None)
    return _page(call, found, module, values=planning.within(found, defaults))


@router.post("/tools/{name}")
@needs("read")
async def plan(call: Call, name: str, module: Module = "") -> Response:
    """The form as it was filled in: what would run, or what is wrong beside each field."""
    found = await service.tool(call.actor, call.platform.settings.tools, name)
    policy.can_plan.check(call.actor, found)
    sent = forms.read(found.form, await call.request.form())
    try:
        wanted = NewPlan(values=sent, module=module or None)
        planned = await service.plan_tool(
            call.session, call.actor, call.platform.settings.tools, name, wanted
        )
    except FormInvalid as wrong:
        errors = {each.field: each.message for each in wrong.errors}
        return _page(call, found, module, values=sent, errors=errors)
    return _page(call, found, module, values=sent, planned=planned)


def _page(
    call: Call,
    found: Tool,
    module: str,
    *,
    values: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    planned: Plan | None = None,
) -> Response:
    typed = call.request.headers.get("hx-target") == "result"
    fields = [_with_unit(each, found) for each in forms.fields(found.form)]
    return render(
        call.request,
        "catalog/tool.html",
        status=422 if errors and not typed else 200,
        fragment="result" if typed else "content",
        tool=found,
        embedded=_embedded(call, found),
        module=module,
        groups=_groups(fields, found),
        advanced=[each for each in fields if each.advanced],
        labels={each.name: each.label for each in fields},
        values=values,
        errors=errors or {},
        plan=planned,
        curl=_curl(call, found, planned) if planned else "",
    )


def _groups(fields: Sequence[forms.Field], tool: Tool) -> Sequence[Group]:
    """The fields below their headings, in the order in which these occur."""
    found: dict[str, list[forms.Field]] = {"": []}
    for each in fields:
        if not each.advanced:
            found.setdefault(str(tool.form["properties"][each.name].get("x-group", "")), []).append(each)
    return [Group(title, inside) for title, inside in found.items() if inside]


def _with_unit(field: forms.Field, tool: Tool) -> forms.Field:
    unit = tool.form["properties"][field.name].get("x-unit")
    return replace(field, label=f"{field.label} ({unit})") if unit else field


def _curl(call: Call, tool: Tool, planned: Plan) -> str:
    body = NewPlan(values=planned.values).model_dump_json(exclude_unset=True).replace("'", "'\\''")
    return (
        f"curl -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' \\\n  -d '{body}' \\\n"
        f"  {origin_of(call.request)}/api/v1/tools/{tool.name}/plan"
    )


def _embedded(call: Call, tool: Tool) -> Markup:
    return (
        telling.in_script(software.document(tool, answers.site_of(call.platform)))
        if tool.valid
        else Markup("")
    )
