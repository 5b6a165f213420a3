"""The form that begins a module from a template: checked while one types, downloaded as a zip."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from fairhaven.catalog import policy, service
from fairhaven.catalog.api.templates import zipped
from fairhaven.catalog.schemas import Template
from fairhaven.catalog.service.inspecting import METADATA_FILE
from fairhaven.catalog.service.templates import NoBase
from fairhaven.catalog.starting import archive
from fairhaven.catalog.toolbox.values import FormInvalid
from fairhaven.core.errors import NotFound
from fairhaven.core.http import Call, Caller, needs, platform_of
from fairhaven.core.policy import Actor
from fairhaven.core.sources import SourceProblem
from fairhaven.ui import forms
from fairhaven.ui.rendering import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Name = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True)
class Made:
    """What the answers make: the names of the files, and the metadata as it stands in them."""

    name: str
    repository: str
    paths: Sequence[str]
    metadata: str


@router.get("/catalog/start")
async def starting(call: Call, template: Name = "minimal", base: Name = "") -> Response:
    """The form of a template; `base` is the module that a child begins with."""
    policy.can_start.check(call.actor)
    found = service.template(call.actor, template)
    return _page(call.request, call.actor, found, {"base": base} if base else {})


@router.post("/catalog/start")
@needs("read")
async def started(request: Request, caller: Caller, template: Name = "minimal") -> Response:
    """The form as it was sent: what it makes, or what is wrong; with `do=download`, the zip."""
    policy.can_start.check(caller)
    found = service.template(caller, template)
    sent = await request.form()
    values = forms.read(found.form, sent)
    try:
        given, files = await service.start_module(platform_of(request), caller, template, values)
    except FormInvalid as wrong:
        errors = {each.field: each.message for each in wrong.errors}
        return _page(request, caller, found, values, errors=errors)
    except (NoBase, NotFound, SourceProblem) as why:
        return _page(
            request, caller, found, values, errors={"base": f"{why.detail} {why.remedy or ''}".strip()}
        )
    if sent.get("do") == "download":
        return zipped(given["name"], await asyncio.to_thread(archive.zipped, given["name"], files))
    made = Made(given["name"], given["repository"], list(files), files[METADATA_FILE].decode())
    return _page(request, caller, found, values, made=made)


def _page(
    request: Request,
    actor: Actor,
    template: Template,
    values: Mapping[str, Any],
    *,
    errors: Mapping[str, str] | None = None,
    made: Made | None = None,
) -> Response:
    typed = request.headers.get("hx-target") == "result"
    fields = forms.fields(template.form)
    headings = {name: str(field.get("x-group", "")) for name, field in template.form["properties"].items()}
    return render(
        request,
        "catalog/start.html",
        status=422 if errors and not typed else 200,
        fragment="result" if typed else "content",
        chosen=template,
        templates=service.templates(actor),
        groups=[
            (title, [each for each in fields if headings[each.name] == title])
            for title in dict.fromkeys(headings.values())
        ],
        labels={each.name: each.label for each in fields},
        values=values,
        errors=errors or {},
        made=made,
        file=METADATA_FILE,
    )
