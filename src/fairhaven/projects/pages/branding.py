"""How a project's pages look: the form, and what pages with that look ask for."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from fairhaven.core.errors import NotFound, Problem
from fairhaven.core.http import Call, Caller, platform_of, takes_uploads
from fairhaven.projects import colours, logos, policy, service
from fairhaven.projects.brands import Brands
from fairhaven.projects.pages.routing import router
from fairhaven.projects.pages.tabs import attempt, errors_of, said, tabs
from fairhaven.projects.schemas import Brand, BrandSpec, Hosts
from fairhaven.ui.notices import Notice
from fairhaven.ui.rendering import render, see_other
from fairhaven.ui.translations import gettext as _

A_YEAR = "public, max-age=31536000, immutable"
# A picture that is opened by itself runs nothing and fetches nothing.
ONLY_DRAWN = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

Text = Annotated[str, Form(max_length=500)]
Words = Annotated[str, Form(max_length=60_000)]


@router.get("/projects/{project_id}/brand")
async def brand_page(call: Call, project_id: UUID) -> Response:
    return await _page(call, project_id)


@router.post("/projects/{project_id}/brand")
async def set_brand(
    call: Call,
    project_id: UUID,
    name: Text = "",
    accent_light: Text = "",
    accent_dark: Text = "",
    links: Words = "",
    acknowledgement: Words = "",
    terms: Words = "",
) -> Response:
    """Set the look; links are written one a line, as `label https://address`."""
    await service.managed(call.session, call.actor, project_id)
    values = {
        "name": name,
        "accent_light": accent_light.strip(),
        "accent_dark": accent_dark.strip(),
        "acknowledgement": acknowledgement.replace("\r\n", "\n"),
        "terms": terms.replace("\r\n", "\n"),
    }
    given = {key: value or None if key.startswith("accent") else value for key, value in values.items()}
    try:
        spec = BrandSpec.model_validate({**given, "links": _links(links)})
    except ValidationError as wrong:
        return await _page(
            call, project_id, status=422, values={**values, "links": links}, errors=errors_of(wrong)
        )
    done = await attempt(call, lambda: service.set_brand(call.session, call.actor, project_id, spec))
    if isinstance(done, Problem):
        return await _page(
            call, project_id, status=done.status, values={**values, "links": links}, errors=errors_of(done)
        )
    return see_other(f"/projects/{project_id}/brand", Notice(_("It is changed.")))


@router.post("/projects/{project_id}/brand/logo")
@takes_uploads
async def set_logo(request: Request, caller: Caller, project_id: UUID) -> Response:
    """Set the logo. The form is read only when it is known who asks."""
    policy.can_see.check(caller, project_id)
    policy.can_manage.check(caller, project_id)
    sent = (await request.form()).get("logo")
    content = await sent.read(logos.MOST + 1) if isinstance(sent, UploadFile) else b""
    try:
        await service.set_logo(platform_of(request), caller, project_id, content)
    except logos.NotALogo as problem:
        return see_other(f"/projects/{project_id}/brand", Notice(said(problem), "bad"))
    return see_other(f"/projects/{project_id}/brand", Notice(_("The logo is changed.")))


@router.post("/projects/{project_id}/brand/logo/remove")
async def remove_logo(request: Request, caller: Caller, project_id: UUID) -> Response:
    await service.set_logo(platform_of(request), caller, project_id, None)
    return see_other(f"/projects/{project_id}/brand", Notice(_("The logo is gone.")))


@router.post("/projects/{project_id}/hosts")
async def set_hosts(call: Call, project_id: UUID, hosts: Words = "") -> Response:
    """Set the host names, one a line."""
    policy.can_see.check(call.actor, project_id)
    policy.can_administer.check(call.actor)
    wanted = [line.strip().lower() for line in hosts.splitlines() if line.strip()]
    try:
        given = Hosts(hosts=wanted)
    except ValidationError as wrong:
        errors = {"hosts": "; ".join(each["msg"] for each in wrong.errors())}
        return await _page(call, project_id, status=422, values={"hosts": hosts}, errors=errors)
    own = call.platform.settings.public_url
    done = await attempt(
        call, lambda: service.set_hosts(call.session, call.actor, project_id, given.hosts, own=own)
    )
    if isinstance(done, Problem):
        errors = {"hosts": said(done)}
        return await _page(call, project_id, status=done.status, values={"hosts": hosts}, errors=errors)
    return see_other(f"/projects/{project_id}/brand", Notice(_("It is changed.")))


@router.get("/brand/{slug}/style.css", response_class=Response)
async def style(call: Call, slug: str, v: str = "") -> Response:
    """Our style sheet with a project's colours; its address changes with its content."""
    policy.can_see_brand.check(call.actor)
    worn = _brands(call.request).of(slug)
    if not worn.style:
        raise NotFound("It has no colours of its own.")
    return _kept(call.request, worn.style, "text/css", worn.style_tag, v == worn.style_tag)


@router.get("/brand/{slug}/logo", response_class=Response)
async def logo(call: Call, slug: str, v: str = "") -> Response:
    """A project's logo."""
    policy.can_see_brand.check(call.actor)
    brands = _brands(call.request)
    worn = brands.of(slug)
    if not worn.logo_key:
        raise NotFound("It has no logo.")
    tag = worn.logo_key.rpartition("/")[2][:12]
    answer = _kept(call.request, await brands.logo(worn), worn.logo_type, tag, v == tag)
    answer.headers["Content-Security-Policy"] = ONLY_DRAWN
    return answer


def _kept(request: Request, content: str | bytes, kind: str, tag: str, exact: bool) -> Response:
    """For a year when the address names this very content, else asked for again (RFC 9110 §13.1.2)."""
    headers = {"ETag": f'"{tag}"', "Cache-Control": A_YEAR if exact else "no-cache"}
    if f'"{tag}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)


async def _page(
    call: Call,
    project_id: UUID,
    *,
    status: int = 200,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    await service.managed(call.session, call.actor, project_id)
    found = await service.brand(call.session, call.actor, project_id)
    # Who just changed it lands here, perhaps in another process, and before the news of it.
    await _brands(call.request).refresh()
    return render(
        call.request,
        "projects/brand.html",
        status=status,
        project=await service.project(call.session, call.actor, project_id),
        tabs=tabs(call.actor, project_id, "brand"),
        brand_of=found,
        contrasts=_contrasts(found),
        addresses=[service.home(call.platform.settings.public_url, [host]) for host in found.hosts],
        may_administer=policy.can_administer.allows(call.actor),
        values={**_shown(found), **(values or {})},
        errors=errors or {},
    )


def _contrasts(found: Brand) -> list[tuple[str, str, float]]:
    """Scheme, colour and contrast of each accent."""
    given = {"light": found.accent_light, "dark": found.accent_dark}
    return [(scheme, accent, colours.least(accent, scheme)) for scheme, accent in given.items() if accent]


def _shown(found: Brand) -> dict[str, str]:
    return {
        "name": found.name,
        "accent_light": found.accent_light or "",
        "accent_dark": found.accent_dark or "",
        "links": "\n".join(f"{each.label} {each.url}" for each in found.links),
        "acknowledgement": found.acknowledgement,
        "terms": found.terms,
        "hosts": "\n".join(found.hosts),
    }


def _links(text: str) -> list[dict[str, str]]:
    lines = [line.strip().rpartition(" ") for line in text.splitlines() if line.strip()]
    return [{"label": label.strip() or url, "url": url} for label, _space, url in lines]


def _brands(request: Request) -> Brands:
    brands = request.app.state.brands
    assert isinstance(brands, Brands)
    return brands
