"""What a release holds, by identifiers of its own: its files, and the description of its interface.

Nothing here is run or drawn by a browser as a page of ours: files are attachments in a sandbox, and what
could be active is plain text (`exports.holdings`).
"""

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import service
from fairhaven.catalog.api import answers
from fairhaven.catalog.exports.holdings import Offered
from fairhaven.catalog.exports.signposting import OPENAPI_TYPE
from fairhaven.catalog.service import holdings
from fairhaven.core import sending
from fairhaven.core.errors import NotFound
from fairhaven.core.http import Call, Caller, platform_of
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven_runtime.front import openapi

router = APIRouter(include_in_schema=False)  # names, as those of modules


@router.get("/id/module/{name}/openapi.json", response_class=Response)
async def read_interface(call: Call, name: str) -> Response:
    """The interface of a release as OpenAPI, wherever a service of it runs."""
    found = await service.exported(call.session, call.actor, answers.site_of(call.platform), *_parts(name))
    release = found.module.latest_release
    if found.item is None or found.item.interface is None or found.item.withdrawn or release is None:
        raise NotFound("No interface of it is known.")
    try:
        told = openapi.document(dict(release.description), "")
    except (KeyError, TypeError, AttributeError):
        raise NotFound("Its description is of a kind that we do not know.") from None
    return JSONResponse(told, media_type=OPENAPI_TYPE)


@router.head("/id/module/{name}/files/{path:path}", response_class=Response)
async def head_of_file(call: Call, name: str, path: str) -> Response:
    """What there is, without its content."""
    file = await _offered(call.session, call.actor, call.platform, name, path)
    content = _content(file)
    return Response(headers={**_headers(file), **content.headers}, media_type=content.type)


@router.get("/id/module/{name}/files/{path:path}", response_class=Response)
async def read_file(request: Request, caller: Caller, name: str, path: str) -> Response:
    """A file that the release's metadata describes, or a range of it."""
    platform = platform_of(request)
    async with platform.transaction(caller) as session:  # over when the store is asked
        file = await _offered(session, caller, platform, name, path)
    return await sending.answer(request, platform.objects, _content(file), _headers(file))


def _parts(name: str) -> tuple[str, str | None]:
    module, _, version = name.partition("@")
    return module, version or None


async def _offered(session: AsyncSession, actor: Actor, platform: Platform, name: str, path: str) -> Offered:
    found = await service.exported(session, actor, answers.site_of(platform), *_parts(name))
    item = found.item
    held = item.edition.holdings.offered(path) if item and item.edition and not item.withdrawn else None
    if held is None:
        raise NotFound(f"`{name[:120]}` offers no such file.", fix="Its metadata names those that it has.")
    return held


def _content(file: Offered) -> sending.Content:
    return sending.Content(holdings.key(file.sha256), file.size, f'"{file.sha256}"', file.type)


def _headers(file: Offered) -> dict[str, str]:
    name = file.path.rpartition("/")[2]
    return {
        "Vary": answers.VARY,
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
