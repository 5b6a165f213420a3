"""Persistent identifiers: `/id/module/<name>[@<release>]` and `/id/catalog`; and the sitemap."""

from typing import Annotated
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from fairhaven.catalog import service
from fairhaven.catalog.api import answers
from fairhaven.catalog.exports import dcat
from fairhaven.catalog.exports.formats import PROFILES, SYNTAXES, Profile
from fairhaven.catalog.exports.negotiation import JSON
from fairhaven.core.http import Call, Cursor, asks_once
from fairhaven.ui.rendering import render

router = APIRouter(include_in_schema=False)  # no REST of ours: names and a protocol of the field

PAGE_OF_RECORDS = 50
MOST_RECORDS = 100

FormatName = Annotated[
    str | None, Query(alias="format", max_length=100, description="Format, such as `turtle`; else by Accept.")
]
ProfileName = Annotated[
    str | None, Query(max_length=100, description="Vocabulary, such as `fair4ml`; else `mldcat-ap`.")
]
DataSet = Annotated[int, Query(ge=1, le=1000, description="Which data set Croissant tells, from 1.")]


@router.get("/id/module/{name:path}", response_class=Response)
@asks_once
async def resolve_module(
    call: Call, name: str, format_: FormatName = None, profile: ProfileName = None, dataset: DataSet = 1
) -> Response:
    """Read what a persistent identifier names (`name` or `name@release`), in the format that is asked for."""
    module, _, version = name.partition("@")
    site = answers.site_of(call.platform)
    found = await service.exported(call.session, call.actor, site, module, version or None)
    wanted = answers.choose(call.request, format=format_, profile=profile, page=True)
    if not answers.is_page(wanted):
        return answers.of_item(call.request, found, wanted, dataset=dataset)
    if found.item and found.item.withdrawn:
        said = answers.tombstone(found.item)
        return render(call.request, "catalog/gone.html", status=410, fragment="content", gone=said)
    tab = "?tab=releases" if version else ""
    return RedirectResponse(f"/catalog/{found.module.name}{tab}", 303, {"Vary": answers.VARY})


@router.get("/id/catalog", response_class=Response)
@asks_once
async def read_catalog(
    call: Call,
    format_: FormatName = None,
    profile: ProfileName = None,
    limit: Annotated[int, Query(ge=1, le=MOST_RECORDS, description="Most records.")] = PAGE_OF_RECORDS,
    cursor: Cursor = None,
) -> Response:
    """Read the catalog as DCAT, page by page: in MLDCAT-AP's words, or as data sets (`profile=dcat`)."""
    wanted = answers.choose(call.request, format=format_, profile=profile, page=True)
    site = answers.site_of(call.platform)
    found, total = await service.catalog_page(call.session, call.actor, site, limit=limit, cursor=cursor)
    if answers.is_page(wanted):
        return RedirectResponse("/catalog", 303, {"Vary": answers.VARY})
    asked = {"format": format_, "profile": profile, "limit": limit if limit != PAGE_OF_RECORDS else None}
    here = _address(str(site.catalog), {**asked, "cursor": cursor})
    after = _address(str(site.catalog), {**asked, "cursor": found.next}) if found.next else None
    # JSON is for programs that know no RDF: it is JSON-LD by its common name.
    syntax = SYNTAXES["jsonld" if wanted is JSON else wanted.name] if _is_graph(wanted.name) else None
    if syntax is None:
        raise answers.NotAcceptable("The catalog is told as json, jsonld, turtle or rdfxml.")
    told = _told(wanted.profile)
    graph = dcat.catalog(site, found.items, here=here, after=after, total=total, models=told.name != "dcat")
    links = {"Link": f'<{after}>; rel="next"'} if after else {}
    media_type = "application/json" if wanted is JSON else wanted.content_type
    return answers.document(call.request, syntax.write(graph, told), media_type, links)


@router.get("/sitemap.xml")
async def sitemap(call: Call) -> Response:
    """The pages that search engines may know: those of public modules."""
    url = answers.site_of(call.platform).url
    entries = [f"<url><loc>{escape(url)}/catalog</loc></url>"]
    for name, changed in await service.sitemap(call.session):
        place = escape(f"{url}/catalog/{name}")
        entries.append(f"<url><loc>{place}</loc><lastmod>{changed.date().isoformat()}</lastmod></url>")
    lines = "\n".join(entries)
    names = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {names}>\n{lines}\n</urlset>\n'
    return answers.document(call.request, body, "application/xml")


def _is_graph(name: str) -> bool:
    return name == JSON.name or name in SYNTAXES


def _told(profile: str | None) -> Profile:
    """The catalog speaks two vocabularies; what else is asked for gets models in MLDCAT-AP's."""
    name = "dcat" if profile == PROFILES["dcat"].iri else "mldcat-ap"
    return PROFILES[name]


def _address(base: str, query: dict[str, object]) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return f"{base}?{urlencode(given)}" if given else base
