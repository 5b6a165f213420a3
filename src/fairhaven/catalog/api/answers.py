"""Answers with documents: the one that was asked for, with its media type, links and ETag."""

import hashlib
from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import Response

from fairhaven.catalog.exports import croissant, negotiation, signposting
from fairhaven.catalog.exports.formats import Format, pretty
from fairhaven.catalog.exports.item import Item, NotExportable, Site
from fairhaven.catalog.exports.negotiation import JSON, PAGE, NotOffered
from fairhaven.catalog.schemas import Tombstone
from fairhaven.catalog.service import Exported
from fairhaven.core.errors import Conflict, Problem
from fairhaven.core.platform import Platform

VARY = "Accept, Authorization, Cookie"


class NotAcceptable(Problem):
    """No document of ours is one that the caller takes."""

    status = 406
    title = "There is no such format"
    fix = "Send another Accept header, or name a format: ?format=turtle."


class CannotBeTold(Conflict):
    """The thing is there, and this format demands what nobody has said of it."""

    title = "This cannot be told in that format"
    fix = "Choose another format, or complete the module's metadata."


def site_of(platform: Platform) -> Site:
    return Site(platform.settings.name, platform.settings.public_url)


def choose(request: Request, *, format: str | None, profile: str | None, page: bool = False) -> Format:
    """The document that a request asks for.

    Raises:
        NotAcceptable
    """
    accept = request.headers.get("accept", "")
    try:
        return negotiation.choose(accept, format=format, profile=profile, page=page)
    except NotOffered as why:
        raise NotAcceptable(str(why)) from None


def of_item(request: Request, found: Exported, wanted: Format, *, dataset: int = 1) -> Response:
    """One document of an item; of one that was removed with status 410, so that names keep their meaning.

    Raises:
        CannotBeTold: the metadata does not say what the format demands.
    """
    if wanted is JSON:
        return _as_json(request, found)
    try:
        item = found.told()
        body = pretty(croissant.document(item, dataset)) if wanted.name == "croissant" else wanted.make(item)
    except NotExportable as why:
        raise CannotBeTold(str(why)) from None
    links = {"Link": signposting.description_header(item), "Content-Disposition": _named(item, wanted)}
    return document(request, body, wanted.content_type, links, status=410 if item.withdrawn else 200)


def document(
    request: Request, body: str, media_type: str, more: Mapping[str, str] | None = None, *, status: int = 200
) -> Response:
    """A document with its ETag, or 304 when the caller has it already."""
    content = body.encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Vary": VARY, "Cache-Control": "private, no-cache"}
    headers |= dict(more or {})
    if status == 200 and tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, status, headers, media_type)


def is_page(wanted: Format) -> bool:
    return wanted is PAGE


def _as_json(request: Request, found: Exported) -> Response:
    item = found.item
    links = {"Link": signposting.description_header(item)} if item else {}
    if item and item.withdrawn:
        return document(request, tombstone(item).model_dump_json(), JSON.media_type, links, status=410)
    return document(request, found.module.model_dump_json(by_alias=True), JSON.media_type, links)


def tombstone(item: Item) -> Tombstone:
    """What stays of a module that was removed."""
    assert item.withdrawn is not None
    return Tombstone(
        id=str(item.id),
        name=item.name,
        version=item.edition.version if item.edition else None,
        title=item.metadata.title,
        summary=item.metadata.summary,
        creators=[who.name for who in item.creators],
        published=item.published,
        doi=item.doi,
        license=item.licence.text if item.licence else None,
        withdrawn_at=item.withdrawn,
    )


def _named(item: Item, wanted: Format) -> str:
    name = f"{item.name}-{item.version}" if item.pinned else item.name
    safe = "".join(each if each.isascii() and (each.isalnum() or each in "._-+") else "-" for each in name)
    return f'inline; filename="{safe}.{wanted.suffix}"'
