"""Typed links: of `Link` headers (RFC 8288), linksets (RFC 9264) and HTML; and what else a page holds."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w*-]+\s*(?:=\s*(?:"[^"]*"|[^",;\s]*))?)*)')
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"([^"]*)"|([^",;\s]*))')
_MOST = 500
_META = re.compile(r"(?i)(dc|dcterms|citation|og|schema)[.:_]")


@dataclass(frozen=True)
class Link:
    """One typed link; `type` is a media type, `profile` the vocabulary that the target speaks."""

    rel: str
    href: str
    type: str = ""
    profile: str = ""


@dataclass
class Page:
    """What a page of HTML holds for machines."""

    links: list[Link] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    title: str = ""


def of_header(text: str, base: str) -> list[Link]:
    """The links of a `Link` header; one with several relations is several links."""
    found: list[Link] = []
    for href, rest in _LINK.findall(text[:65_536])[:_MOST]:
        given = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(rest)}
        found += _links(given.get("rel", ""), href, given, base)
    return found


def of_linkset(text: str, anchor: str) -> list[Link]:
    """The links of a linkset in JSON whose context is `anchor`; nothing when it cannot be read."""
    try:
        sets = json.loads(text).get("linkset", ())
        return [link for each in sets if each.get("anchor") == anchor for link in _of_context(each)][:_MOST]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return []


def of_page(text: str, base: str) -> Page:
    """What stands in a page: typed links, JSON-LD, meta tags."""
    reader = _Reader(base)
    reader.feed(text)
    return reader.page


def _of_context(context: dict[str, object]) -> Iterator[Link]:
    for rel, targets in context.items():
        for each in targets if isinstance(targets, list) else ():
            if isinstance(each, dict) and isinstance(each.get("href"), str):
                yield Link(rel, each["href"], str(each.get("type", "")), str(each.get("profile", "")))


def _links(rels: str, href: str, given: dict[str, str], base: str) -> list[Link]:
    try:
        place = urljoin(base, href.strip())
    except ValueError:
        return []
    media_type, profile = given.get("type", "").lower(), given.get("profile", "")
    return [Link(rel.lower(), place, media_type, profile) for rel in rels.split()[:10]]


class _Reader(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self._base = Page(), base
        self._within, self._text = "", list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and len(self.page.links) < _MOST:
            self.page.links += _links(given.get("rel", ""), given.get("href", ""), given, self._base)
        elif tag == "meta" and _META.match(name := given.get("name") or given.get("property", "")):
            self.page.meta.setdefault(name.lower(), given.get("content", ""))
        elif tag == "title":
            self._within = "" if self.page.title else tag
        elif tag == "script" and given.get("type", "").lower().startswith("application/ld+json"):
            self._within = tag

    def handle_data(self, data: str) -> None:
        if self._within:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != self._within:
            return
        text = "".join(self._text)
        if tag == "script":
            self.page.scripts.append(text)
        else:
            self.page.title = text.strip()
        self._within, self._text = "", []
