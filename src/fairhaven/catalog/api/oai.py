"""The OAI-PMH 2.0 provider at `/oai`, by GET and POST."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import Response

from fairhaven.catalog import policy
from fairhaven.catalog.api.answers import site_of
from fairhaven.catalog.exports.item import Site
from fairhaven.catalog.oai import answers, protocol, tokens
from fairhaven.catalog.oai.protocol import Asked, OaiError
from fairhaven.catalog.oai.records import PREFIXES, Prefix, sets
from fairhaven.catalog.oai.tokens import LASTS, Place
from fairhaven.catalog.service import harvesting
from fairhaven.catalog.service.harvesting import Record, Wanted
from fairhaven.core.http import Call, RequestContext, asks_once, needs

router = APIRouter(include_in_schema=False)  # no REST of ours: names and a protocol of the field

BATCH = 100


@router.get("/oai", response_class=Response)
@asks_once
async def harvest(call: Call) -> Response:
    """Harvest the catalog by OAI-PMH 2.0: `?verb=Identify`."""
    return await _answered(call, call.request.query_params.multi_items())


@router.post("/oai", response_class=Response)
@needs("read")
async def harvest_by_form(call: Call) -> Response:
    """Harvest the catalog by OAI-PMH 2.0, the arguments in a form."""
    form = await call.request.form()
    pairs = [(name, value if isinstance(value, str) else "") for name, value in form.multi_items()]
    return await _answered(call, [*call.request.query_params.multi_items(), *pairs])


async def _answered(call: RequestContext, pairs: Sequence[tuple[str, str]]) -> Response:
    policy.can_list.check(call.actor)
    site, asked, body = site_of(call.platform), None, ""
    try:
        asked = protocol.read(pairs)
        body = await _VERBS[asked.verb](call, site, asked)
    except OaiError as error:
        body = answers.failure(error)
        # A request that was not understood is not repeated (§3.2).
        asked = None if error.code in ("badVerb", "badArgument") else asked
    return Response(answers.envelope(site, asked, body), media_type=answers.MEDIA_TYPE)


async def _identify(call: RequestContext, site: Site, asked: Asked) -> str:
    # RFC 5321 §4.5.1: every domain has a postmaster.
    mail = call.platform.settings.contact or f"postmaster@{urlsplit(site.url).hostname}"
    return answers.identify(site, await harvesting.earliest(call.session), mail)


async def _list_formats(call: RequestContext, site: Site, asked: Asked) -> str:
    if asked.get("identifier") is None:
        return answers.formats()
    found = await _found(call, site, asked)
    if found.item is None and not found.gone:
        raise OaiError("noMetadataFormats", "The metadata of this item has errors.")
    return answers.formats()


async def _list_sets(call: RequestContext, site: Site, asked: Asked) -> str:
    if asked.get("resumptionToken") is not None:
        raise OaiError("badResumptionToken", "The list of sets is told whole: there is no token for it.")
    await _check_sets(call)
    return answers.all_sets()


async def _check_sets(call: RequestContext) -> None:
    """Sets are of modules: without any, there are none either."""
    if not await harvesting.count_records(call.session, Wanted()):
        raise OaiError("noSetHierarchy", "There are no sets while there is no record.")


async def _get_record(call: RequestContext, site: Site, asked: Asked) -> str:
    found = await _found(call, site, asked)
    prefix = _prefix(asked.get("metadataPrefix"))
    if found.item is None and not found.gone:
        raise OaiError("cannotDisseminateFormat", "The metadata of this item has errors.")
    return answers.one(site, found, prefix)


async def _list_identifiers(call: RequestContext, site: Site, asked: Asked) -> str:
    found, _, token = await _listed(call, site, asked)
    return answers.headers(site, found, token)


async def _list_records(call: RequestContext, site: Site, asked: Asked) -> str:
    found, prefix, token = await _listed(call, site, asked)
    return answers.records(site, found, prefix, token)


async def _listed(call: RequestContext, site: Site, asked: Asked) -> tuple[Sequence[Record], Prefix, str]:
    """The next batch of a list, and the token that leads on from it."""
    place = await _place(call, asked)
    first = protocol.read([("verb", asked.verb), *place.asked.items()]) if place else asked
    prefix, wanted = _prefix(first.get("metadataPrefix")), _wanted(first, place)
    found = await harvesting.records(call.session, site, wanted, limit=BATCH + 1)
    if not found and not place:
        if first.get("set") is not None:
            await _check_sets(call)
        raise OaiError("noRecordsMatch", "There is no record that fits.")
    total = place.total if place else await harvesting.count_records(call.session, wanted)
    token = await _next(call, first, found, told=place.told if place else 0, total=total)
    return found[:BATCH], prefix, token


async def _place(call: RequestContext, asked: Asked) -> Place | None:
    token = asked.get("resumptionToken")
    if token is None:
        return None
    place = await tokens.read(call.platform.keys, token)
    if place.verb != asked.verb:
        raise OaiError("badResumptionToken", f"This token is of {place.verb}.")
    return place


async def _next(call: RequestContext, first: Asked, found: Sequence[Record], *, told: int, total: int) -> str:
    """The token after a batch: none for a list of one batch, an empty one after the last of several."""
    if len(found) <= BATCH:
        return answers.token("", told=told, total=total, expires=None) if told else ""
    last, expires = found[BATCH - 1], datetime.now(UTC) + LASTS
    place = Place(
        verb=first.verb,
        asked=first.arguments,
        moment=last.moment,
        last=last.id,
        told=told + BATCH,
        total=total,
        expires=expires,
    )
    text = await tokens.sign(call.platform.keys, place)
    return answers.token(text, told=told, total=total, expires=expires)


def _wanted(first: Asked, place: Place | None) -> Wanted:
    spec = first.get("set")
    if spec is not None and spec not in sets():
        raise OaiError("noRecordsMatch", "There is no such set: ListSets names them.")
    terms = sets()[spec][1] if spec else None
    return Wanted(first.since, first.until, terms, (place.moment, place.last) if place else None)


def _prefix(name: str | None) -> Prefix:
    found = PREFIXES.get(name or "")
    if found is None:
        raise OaiError("cannotDisseminateFormat", f"Formats are: {', '.join(PREFIXES)}.")
    return found


async def _found(call: RequestContext, site: Site, asked: Asked) -> Record:
    wanted = asked.get("identifier") or ""
    beginning = answers.identifier(site, "")
    found = None
    if wanted.startswith(beginning):
        found = await harvesting.record(call.session, site, wanted.removeprefix(beginning))
    if found is None:
        raise OaiError("idDoesNotExist", "There is no record of this identifier.")
    return found


_Verb = Callable[[RequestContext, Site, Asked], Coroutine[Any, Any, str]]
_VERBS: Mapping[str, _Verb] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
}
