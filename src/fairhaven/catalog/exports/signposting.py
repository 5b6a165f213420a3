"""FAIR Signposting (levels 1 and 2): typed links of an item's page, and the same as a linkset (RFC 9264)."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from fairhaven.catalog.exports.item import Item, agent_id

JSON_TYPE = "application/linkset+json"
TEXT_TYPE = "application/linkset"
OPENAPI_TYPE = "application/vnd.oai.openapi+json"
_NOT_IN_HEADER = re.compile(r'[^!-~]|[<>"]')
_MOST_IN_HEADER = 20  # of authors and files: proxies refuse headers that are too long


class Link(NamedTuple):
    """One typed link; `type` is a media type, `profile` the vocabulary that the target speaks."""

    rel: str
    href: str
    type: str | None = None
    profile: str | None = None

    def header(self) -> str:
        """The link as a `Link` header holds it (RFC 8288)."""
        more = [
            f'{name}="{value}"' for name, value in (("type", self.type), ("profile", self.profile)) if value
        ]
        return "; ".join([f"<{_ascii(self.href)}>", f'rel="{self.rel}"', *more])


class Described(NamedTuple):
    """An address at which a description of the item can be had."""

    href: str
    type: str
    profile: str | None


def links(item: Item, described: Sequence[Described]) -> list[Link]:
    """What the item's page links to."""
    cite = f"https://doi.org/{item.doi}" if item.doi else str(item.id)
    found = [
        Link("cite-as", cite),
        Link("type", "https://schema.org/AboutPage"),
        Link("type", "https://schema.org/SoftwareSourceCode"),
    ]
    if item.licence and item.licence.iri:
        found.append(Link("license", str(item.licence.iri)))
    found += [Link("author", str(name)) for who in item.creators if (name := agent_id(who) or who.url)]
    found += [Link("item", item.file_address(file), _media_type(file.format)) for file in item.files]
    if item.interface:
        found.append(Link("service-desc", str(item.interface), OPENAPI_TYPE))
    found += [Link("describedby", *each) for each in described]
    return found


def header(item: Item, described: Sequence[Described]) -> str:
    """The `Link` header of the item's page; the linkset tells all, this the first of many."""
    found = links(item, described)
    counted: dict[str, int] = {}
    kept = []
    for each in found:
        counted[each.rel] = counted.get(each.rel, 0) + 1
        if counted[each.rel] <= _MOST_IN_HEADER:
            kept.append(each)
    sets = [Link("linkset", f"{item.id}?format=linkset", JSON_TYPE)]
    return ", ".join(each.header() for each in (*kept, *sets))


def description_header(item: Item) -> str:
    """The `Link` header of a description: what it describes, and where the links of the item are."""
    found = (Link("describes", str(item.page), "text/html"), Link("cite-as", str(item.id)))
    return ", ".join(each.header() for each in found)


def linkset_json(item: Item, described: Sequence[Described]) -> dict[str, Any]:
    """All links of the item as `application/linkset+json`."""
    sets = []
    for anchor, found in _contexts(item, described):
        by_rel: dict[str, list[dict[str, str]]] = {}
        for each in found:
            target = {"href": each.href, "type": each.type, "profile": each.profile}
            by_rel.setdefault(each.rel, []).append({key: value for key, value in target.items() if value})
        sets.append({"anchor": anchor, **by_rel})
    return {"linkset": sets}


def linkset_text(item: Item, described: Sequence[Described]) -> str:
    """All links of the item as `application/linkset`."""
    lines = [
        f'{each.header()}; anchor="{_ascii(anchor)}"'
        for anchor, found in _contexts(item, described)
        for each in found
    ]
    return ",\n".join(lines) + "\n"


def _contexts(item: Item, described: Sequence[Described]) -> Iterator[tuple[str, Sequence[Link]]]:
    page = str(item.page)
    yield page, links(item, described)
    for each in described:
        yield each.href, [Link("describes", page, "text/html")]
    for file in item.files:
        yield item.file_address(file), [Link("collection", page, "text/html")]


def _media_type(format: str | None) -> str | None:
    return format if format and "/" in format and format.isascii() and '"' not in format else None


def _ascii(address: str) -> str:
    """An address as a header holds it: other characters percent-encoded, quotes and brackets too."""
    return _NOT_IN_HEADER.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), address)
