"""What a release holds, by identifiers of its own: its files, and the description of its interface.

Nothing here is run or drawn by a browser as a page of ours: files are attachments in a sandbox, and what
could be active is plain text (`exports.holdings`).
"""

from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.background import BackgroundTask

from fairhaven.catalog import service
from fairhaven.catalog.api import answers
from fairhaven.catalog.exports.holdings import Offered
from fairhaven.catalog.exports.signposting import OPENAPI_TYPE
from fairhaven.catalog.service import holdings
from fairhaven.core.bundles import archive
from fairhaven.core.errors import NotFound
from fairhaven.core.http import Call, RequestContext
from fairhaven.core.platform import Platform
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
    file = await _offered(call, name, path)
    return Response(headers={**_headers(file), "Content-Length": str(file.size)}, media_type=file.type)


@router.get("/id/module/{name}/files/{path:path}", response_class=Response)
async def read_file(call: Call, name: str, path: str) -> Response:
    """A file that the release's metadata describes."""
    file = await _offered(call, name, path)
    if f'"{file.sha256}"' in call.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=_headers(file))
    copy = await _copied(call.platform, file)
    after = BackgroundTask(archive.remove, copy.parent)
    return FileResponse(copy, media_type=file.type, headers=_headers(file), background=after)


def _parts(name: str) -> tuple[str, str | None]:
    module, _, version = name.partition("@")
    return module, version or None


async def _offered(call: RequestContext, name: str, path: str) -> Offered:
    found = await service.exported(call.session, call.actor, answers.site_of(call.platform), *_parts(name))
    item = found.item
    held = item.edition.holdings.offered(path) if item and item.edition and not item.withdrawn else None
    if held is None:
        raise NotFound(f"`{name[:120]}` offers no such file.", fix="Its metadata names those that it has.")
    return held


async def _copied(platform: Platform, file: Offered) -> Path:
    """The content in a folder of its own, which goes when it was sent."""
    work = platform.data / "sending"
    work.mkdir(parents=True, exist_ok=True)
    copy = Path(mkdtemp(dir=work)) / "file"
    try:
        await platform.objects.get(holdings.key(file.sha256), copy)
    except BaseException:
        archive.remove(copy.parent)
        raise
    return copy


def _headers(file: Offered) -> dict[str, str]:
    name = file.path.rpartition("/")[2]
    return {
        "ETag": f'"{file.sha256}"',
        "Vary": answers.VARY,
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
