"""Editing a module's metadata: a form that is checked while one types, and a file for a pull request."""

import asyncio
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from fairhaven.catalog import service
from fairhaven.catalog.metadata import ModuleMetadata
from fairhaven.catalog.pages import drafts
from fairhaven.catalog.pages.drafts import Draft
from fairhaven.catalog.schemas import Module
from fairhaven.catalog.service.inspecting import METADATA_FILE
from fairhaven.core.http import Call
from fairhaven.ui.rendering import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/catalog/{name}/metadata/edit")
async def editing(call: Call, name: str) -> Response:
    """The form with what the module says of itself now."""
    module, content, original = await _now(call, name)
    return _page(call, module, await asyncio.to_thread(drafts.begun, content, original, METADATA_FILE))


@router.post("/catalog/{name}/metadata/edit")
async def edited(call: Call, name: str) -> Response:
    """The form as it was sent, checked; `do` may ask for one more item of a list, or for the file."""
    module, content, original = await _now(call, name)
    sent = [
        (key, value) for key, value in (await call.request.form()).multi_items() if isinstance(value, str)
    ]
    deed = dict(sent).get("do", "")
    add = deed.removeprefix("add:") if deed.startswith("add:") else ""
    draft = await asyncio.to_thread(drafts.continued, content, original, METADATA_FILE, sent, add)
    if deed == "download":
        headers = {"Content-Disposition": f'attachment; filename="{METADATA_FILE}"'}
        return Response(draft.text, media_type="application/yaml", headers=headers)
    return _page(call, module, draft)


async def _now(call: Call, name: str) -> tuple[Module, ModuleMetadata, str]:
    """The module, what it says, and the text of the file in which it says so."""
    module = await service.module(call.session, call.actor, name)
    original = await service.metadata_file(call.session, call.actor, name)
    return module, ModuleMetadata.model_validate(module.metadata), original


def _page(call: Call, module: Module, draft: Draft) -> Response:
    return render(
        call.request,
        "catalog/edit.html",
        fragment="content",
        module=module,
        draft=draft,
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
