"""Editing a module's metadata: a form that is checked while one types, and YAML for a pull request."""

import asyncio
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from pydantic import JsonValue

from fairhaven.catalog import metadata, service
from fairhaven.catalog.metadata import ModuleMetadata, Report, form, writer
from fairhaven.catalog.schemas import Module
from fairhaven.catalog.service.inspecting import METADATA_FILE
from fairhaven.core.http import Call
from fairhaven.ui.rendering import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True)
class Draft:
    """The form as it stands, its YAML, and what is wrong with that."""

    fields: tuple[form.Box | form.Part, ...]
    text: str
    report: Report

    @property
    def errors(self) -> dict[str, str]:
        """Field → what is wrong there, or somewhere within."""
        known, found = set(_paths(self.fields)), dict[str, str]()
        for each in self.report.errors:
            found.setdefault(_nearest(each.path, known), f"{each.message} {each.suggestion}".strip())
        return found


@router.get("/catalog/{name}/metadata/edit")
async def editing(call: Call, name: str) -> Response:
    """The form with what the module says of itself now."""
    module = await service.module(call.session, call.actor, name)
    draft = await asyncio.to_thread(_begun, ModuleMetadata.model_validate(module.metadata))
    return _page(call, module, draft)


@router.post("/catalog/{name}/metadata/edit")
async def edited(call: Call, name: str) -> Response:
    """The form as it was sent, checked; `do` may ask for one more item of a list, or for the file."""
    module = await service.module(call.session, call.actor, name)
    sent = [
        (key, value) for key, value in (await call.request.form()).multi_items() if isinstance(value, str)
    ]
    deed = dict(sent).get("do", "")
    before = ModuleMetadata.model_validate(module.metadata)
    draft = await asyncio.to_thread(_continued, before, sent, deed.removeprefix("add:"))
    if deed == "download":
        headers = {"Content-Disposition": f'attachment; filename="{METADATA_FILE}"'}
        return Response(draft.text, media_type="application/yaml", headers=headers)
    return _page(call, module, draft)


def _paths(fields: Iterable[form.Box | form.Part]) -> Iterator[str]:
    for each in fields:
        yield each.path
        if isinstance(each, form.Part):
            yield from _paths(each.inner)


def _nearest(path: str, known: Collection[str]) -> str:
    """The field that holds what is at a path: `tags` for `tags[2]`."""
    while path and path not in known:
        path = path[: max(path.rfind("["), path.rfind("."), 0)]
    return path


def _begun(content: ModuleMetadata) -> Draft:
    return _draft(form.as_newest(content))


def _continued(before: ModuleMetadata, sent: list[tuple[str, str]], add: str) -> Draft:
    return _draft(form.read(sent, form.as_newest(before)), add)


def _draft(data: dict[str, JsonValue], add: str = "") -> Draft:
    text = writer.dump(data)
    return Draft(form.draw(data, add), text, metadata.parse(text))


def _page(call: Call, module: Module, draft: Draft) -> Response:
    return render(
        call.request,
        "catalog/edit.html",
        fragment="content",
        module=module,
        draft=draft,
        file=METADATA_FILE,
        edit_at=edit_at(module),
    )


def edit_at(module: Module) -> str:
    """Where the forge lets one edit the file and propose the change; empty for forges that are not known."""
    parts = urlsplit(module.source.removesuffix(".git"))
    if parts.scheme != "https" or not module.branch:
        return ""
    if parts.hostname == "github.com":
        return f"{parts.geturl()}/edit/{module.branch}/{METADATA_FILE}"
    if parts.hostname and "gitlab" in parts.hostname:
        return f"{parts.geturl()}/-/edit/{module.branch}/{METADATA_FILE}"
    return ""
