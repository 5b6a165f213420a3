"""The robot: begins at an item's identifier, and follows what a robot can follow.

Page and its links, what stands within it, content negotiation, typed links to descriptions, the release, the
files, the README, the repository, sitemap and OAI-PMH. It knows no item by itself.
"""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fairhaven.catalog.fair import graphs, known, links, record
from fairhaven.catalog.fair.asking import AGENT, PAGE, Answer, Asker, origin
from fairhaven.catalog.fair.links import Link
from fairhaven.catalog.fair.record import Part, Record
from fairhaven.core.outbound import Guard

DATACITE = "application/vnd.datacite.datacite+json"
NEGOTIATED = ("text/turtle", "application/ld+json", "application/rdf+xml", DATACITE)
READ = {*graphs.SYNTAXES, DATACITE}
MOST_DESCRIPTIONS = 14
MOST_FILES = 8
_ATTRIBUTE = re.compile(r"<(?:loc|identifier)>\s*([^<]+?)\s*</")


@dataclass(frozen=True)
class Document:
    """A description that could be read: how it was offered, and what it says."""

    url: str
    how: str  # embedded, negotiated, linked
    media_type: str
    record: Record
    profile: str = ""


@dataclass
class Harvest:
    """Everything that the robot found; the metrics see nothing else."""

    start: str
    landing: Answer
    page: links.Page = field(default_factory=links.Page)
    links: Sequence[Link] = ()
    documents: list[Document] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)  # address → why it could not be read
    release: Document | None = None
    citation: Answer | None = None
    files: dict[str, Answer] = field(default_factory=dict)  # address of content → its head
    readme: Answer | None = None
    repository: Answer | None = None
    interface: Answer | None = None
    resolved: Answer | None = None  # what keeps the persistent identifier
    listed: Sequence[str] = ()  # where the item is listed: sitemap, OAI-PMH
    asked: Sequence[Answer] = ()
    said: Record = field(default_factory=Record)  # all descriptions together

    @property
    def cited(self) -> Sequence[str]:
        """What the page says to cite it by."""
        return [link.href for link in self.links if link.rel == "cite-as"]

    @property
    def persistent(self) -> Sequence[str]:
        """The item's identifiers that are of a persistent kind."""
        told = dict.fromkeys([self.start, *self.cited, *self.said.all("identifier")])
        return [each for each in told if known.persistent(each)]

    @property
    def codemeta(self) -> Document | None:
        """The description in CodeMeta's words."""
        return next((each for each in self.documents if "codemeta" in each.profile.lower()), None)

    @property
    def parts(self) -> Sequence[Part]:
        """The parts that are told: in the descriptions, and as `item` links."""
        linked = [Part("", link.href, type=link.type) for link in self.links if link.rel == "item"]
        return [*self.said.parts, *linked]


async def visit(start: str, guard_for: Callable[[str], Guard], *, agent: str = "", **bounds: Any) -> Harvest:
    """Look at the item whose identifier is `start`; what does not answer is written down, never raised."""
    asker = Asker(guard_for, agent=agent or AGENT, **bounds)
    landing = await asker.get(start, PAGE)
    found = Harvest(start, landing)
    if landing.ok and landing.media_type in ("text/html", "application/xhtml+xml"):
        await _read_page(found, asker)
    await _negotiate(found, asker)
    await _follow(found, asker)
    for each in found.documents:
        found.said.take(each.record)
    found.said.take(record.of_meta(found.page.meta))
    await asyncio.gather(
        _release(found, asker), _files(found, asker), _readme(found, asker), _repository(found, asker),
        _listings(found, asker), _linked(found, asker), _resolve(found, asker),
    )  # fmt: skip
    found.asked = list(asker.answers.values())
    return found


async def _read_page(found: Harvest, asker: Asker) -> None:
    here = found.landing
    found.page = await asyncio.to_thread(links.of_page, here.text, here.url)
    typed = [*links.of_header(here.headers.get("link", ""), here.url), *found.page.links]
    for each in [link for link in typed if link.rel == "linkset" and "json" in link.type][:1]:
        more = await asker.get(each.href, each.type)
        typed += links.of_linkset(more.text, here.url) if more.ok else []
    found.links = list(dict.fromkeys(typed))
    for script in found.page.scripts[:10]:
        await _take(found, script.encode(), "application/ld+json", here.url, "embedded", "schema.org")


async def _negotiate(found: Harvest, asker: Asker) -> None:
    for media_type in NEGOTIATED:
        answer = await asker.get(found.start, media_type)
        if answer.ok and answer.media_type == media_type:
            await _take(found, answer.body, media_type, answer.url, "negotiated", _profile(answer))


async def _follow(found: Harvest, asker: Asker) -> None:
    """Read the descriptions that links name, one of each vocabulary."""
    told = [link for link in found.links if link.rel in ("describedby", "alternate", "meta")]
    seen = {(each.media_type, each.profile) for each in found.documents}
    wanted = [link for link in told if link.type in READ and (link.type, link.profile) not in seen]
    for link in wanted[:MOST_DESCRIPTIONS]:
        answer = await asker.get(link.href, link.type)
        if answer.ok:
            profile = link.profile or _profile(answer)
            await _take(found, answer.body, answer.media_type, answer.url, "linked", profile)
        else:
            found.unread[link.href] = answer.said


async def _take(found: Harvest, body: bytes, media_type: str, url: str, how: str, profile: str) -> None:
    names = _names(found)
    try:
        said = await asyncio.to_thread(_record, body, media_type, url, names)
    except graphs.Unreadable as why:
        found.unread[f"{url} ({media_type})"] = str(why)
        return
    found.documents.append(Document(url, how, media_type, said, profile))


def _record(body: bytes, media_type: str, url: str, names: set[str]) -> Record:
    if media_type != DATACITE:
        return record.of_graph(graphs.read(body, media_type, url), names)
    try:
        said = json.loads(body) if len(body) <= graphs.LARGEST else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise graphs.Unreadable("It is no JSON object.")
    return record.of_datacite(said)


async def _release(found: Harvest, asker: Asker) -> None:
    """The version that is told, by an identifier of its own."""
    for place in [each for each in found.said.all("versions") if _version_of(found.start, each)][:1]:
        answer = await asker.get(place, "text/turtle")
        if answer.ok:
            try:
                said = await asyncio.to_thread(_record, answer.body, answer.media_type, answer.url, {place})
            except graphs.Unreadable as why:
                found.unread[place] = str(why)
                return
            found.release = Document(place, "negotiated", answer.media_type, said)


async def _files(found: Harvest, asker: Asker) -> None:
    places = dict.fromkeys(each.url for each in found.parts if each.url.startswith(("http://", "https://")))
    for place, answer in zip(
        list(places)[:MOST_FILES],
        await asyncio.gather(*(asker.head(each) for each in list(places)[:MOST_FILES])),
        strict=True,
    ):
        found.files[place] = answer


async def _readme(found: Harvest, asker: Asker) -> None:
    named = [
        each.url for each in found.parts if "readme" in each.name.rpartition("/")[2].lower() and each.url
    ]
    for place in [*named, *found.said.all("readme")][:2]:
        answer = await asker.get(place, "text/markdown,text/plain;q=0.9,*/*;q=0.5")
        if answer.ok:
            found.readme = answer
            return


async def _repository(found: Harvest, asker: Asker) -> None:
    place = next((each for each in found.said.all("repository") if "://" in each), "")
    if place.startswith(("http://", "https://")):
        found.repository = await asker.head(place)


async def _resolve(found: Harvest, asker: Asker) -> None:
    """Ask whoever keeps the persistent identifier."""
    for name in [each for each in found.persistent if each != found.start][:1]:
        found.resolved = await asker.head(known.address(name))


async def _linked(found: Harvest, asker: Asker) -> None:
    """Where the interface is described (RFC 8631), and the citation."""
    for link in [each for each in found.links if each.rel == "service-desc"][:1]:
        found.interface = await asker.get(link.href, link.type or "*/*")
    cff = [each.href for each in found.links if each.rel == "describedby" and each.type.endswith("yaml")]
    for place in cff[:1]:
        found.citation = await asker.get(place)


async def _listings(found: Harvest, asker: Asker) -> None:
    """Whether sitemap and OAI-PMH of the same site list the item."""
    site, pages = origin(found.landing.url), {found.landing.url, found.start}
    if not site:
        return
    sitemap = await asker.get(f"{site}/sitemap.xml", "application/xml")
    listed = ["sitemap"] if sitemap.ok and pages & set(_ATTRIBUTE.findall(sitemap.text)) else []
    query = urlencode({"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": found.start})
    told = await asker.get(f"{site}/oai?{query}")
    listed += ["OAI-PMH"] if told.ok and found.start in _ATTRIBUTE.findall(told.text) else []
    found.listed = listed


def _version_of(start: str, place: str) -> bool:
    return place != start and place.startswith(f"{start}@")


def _names(found: Harvest) -> set[str]:
    """What the item is called: the identifier, its page, and what the page says to cite."""
    return {found.start, found.landing.url, *found.cited}


def _profile(answer: Answer) -> str:
    named = re.search(r'profile="([^"]+)"', answer.headers.get("content-type", ""))
    return named.group(1) if named else ""
