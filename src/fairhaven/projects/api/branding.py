"""REST of brands, host names and terms."""

from typing import Annotated
from uuid import UUID

from fastapi import Body, Request

from fairhaven.core.http import Call, Caller, platform_of
from fairhaven.projects import service
from fairhaven.projects.api.routing import router
from fairhaven.projects.schemas import Brand, BrandSpec, Hosts, TermsAcceptance

Picture = Annotated[bytes, Body(media_type="application/octet-stream")]


@router.get("/projects/{project_id}/brand", operation_id="get_brand")
async def get_brand(call: Call, project_id: UUID) -> Brand:
    """How a project's pages look, and at which host names."""
    return await service.brand(call.session, call.actor, project_id)


@router.put("/projects/{project_id}/brand", operation_id="set_brand")
async def set_brand(call: Call, project_id: UUID, spec: BrandSpec) -> Brand:
    """Set name, accents, links, acknowledgement and terms; for managers."""
    return await service.set_brand(call.session, call.actor, project_id, spec)


@router.put("/projects/{project_id}/brand/logo", operation_id="set_logo")
async def set_logo(request: Request, caller: Caller, project_id: UUID, content: Picture) -> Brand:
    """Set the logo: the bytes of a PNG, WebP or plain SVG of at most 256 KiB."""
    return await service.set_logo(platform_of(request), caller, project_id, content)


@router.delete("/projects/{project_id}/brand/logo", operation_id="remove_logo", status_code=204)
async def remove_logo(request: Request, caller: Caller, project_id: UUID) -> None:
    """Take the logo away."""
    await service.set_logo(platform_of(request), caller, project_id, None)


@router.put("/projects/{project_id}/hosts", operation_id="set_hosts")
async def set_hosts(call: Call, project_id: UUID, wanted: Hosts) -> Brand:
    """Set the host names at which the pages are this project's; for administrators."""
    own = call.platform.settings.public_url
    return await service.set_hosts(call.session, call.actor, project_id, wanted.hosts, own=own)


@router.post("/projects/{project_id}/terms/acceptances", operation_id="accept_terms", status_code=204)
async def accept_terms(call: Call, project_id: UUID, given: TermsAcceptance) -> None:
    """Accept the present terms of a project."""
    await service.accept_terms(call.session, call.actor, project_id, given.version)
