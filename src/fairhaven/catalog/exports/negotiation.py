"""Which document a caller gets: by `format` and `profile` of the address, or `Accept` (RFC 9110 §12.5)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from fairhaven.catalog.exports.formats import DOCUMENTS, PROFILES, SYNTAXES, USUAL_PROFILE, Format, rdf

JSON = Format("json", "application/json", "json", "JSON", lambda item: "")
PAGE = Format("html", "text/html", "html", "A page", lambda item: "")
# How else people call formats.
_ALIASES = {
    "json-ld": "jsonld",
    "ttl": "turtle",
    "rdf-xml": "rdfxml",
    "rdf": "rdfxml",
    "xml": "rdfxml",
    "datacite": "datacite-json",
    "bib": "bibtex",
    "rocrate": "ro-crate",
    "application/ld+json": "jsonld",
}
_MOST_RANGES = 50
_PARAMETER = re.compile(r';\s*([a-z0-9_-]+)\s*=\s*("[^"]*"|[^;,\s]*)', re.IGNORECASE)
_PART = re.compile(r'(?:[^,"]|"[^"]*")+')


class NotOffered(Exception):
    """Nothing that is offered is what was asked for; the text says what is."""


@dataclass(frozen=True)
class Range:
    """One entry of an `Accept` header; `profile` narrows it to documents of these vocabularies."""

    media_type: str
    quality: float
    profile: tuple[str, ...] = ()

    def fits(self, offer: Format) -> int:
        """How exactly the range names the offer: 0 not at all, 4 with its profile."""
        if self.profile and offer.profile not in self.profile:
            return 0
        if self.media_type == offer.media_type:
            return 4 if self.profile else 3
        kind, _, subtype = self.media_type.partition("/")
        if subtype == "*" and offer.media_type.startswith(f"{kind}/"):
            return 2
        return 1 if self.media_type == "*/*" else 0


def choose(accept: str, *, format: str | None, profile: str | None, page: bool = False) -> Format:
    """The document to send.

    Args:
        accept: the header; empty means anything.
        format, profile: what the address asks for; they win over the header.
        page: whether a page for people is among the offers.

    Raises:
        NotOffered: nothing fits.
    """
    if format:
        return _named(format, profile)
    if profile:
        return _best(accept, _of_profile(profile))
    return _best(accept, _offers(page))


def names() -> list[str]:
    """The formats that an address can name."""
    return ["json", *SYNTAXES, *DOCUMENTS]


def _named(format: str, profile: str | None) -> Format:
    by_type = {each.media_type: name for name, each in DOCUMENTS.items() if not each.profile}
    by_type |= {each.media_type: name for name, each in SYNTAXES.items()}
    name = format.strip().lower()
    name = _ALIASES.get(name) or by_type.get(name) or name
    if name in SYNTAXES:
        return rdf(name, _profile(profile) if profile else USUAL_PROFILE)
    if name in DOCUMENTS:
        return DOCUMENTS[name]
    if name in ("json", "application/json"):
        return JSON
    raise NotOffered(f"There is no format “{format[:60]}”: choose one of {', '.join(names())}.")


def _of_profile(profile: str) -> Sequence[Format]:
    whole = [each for each in DOCUMENTS.values() if profile in (each.name, each.profile)]
    return whole or [rdf(syntax, _profile(profile)) for syntax in SYNTAXES]


def _profile(text: str) -> str:
    for name, each in PROFILES.items():
        if text.strip().lower() == name or text.strip() == each.iri:
            return name
    raise NotOffered(f"There is no profile “{text[:60]}”: choose one of {', '.join(PROFILES)}.")


@lru_cache(maxsize=2)
def _offers(page: bool) -> tuple[Format, ...]:
    """What can be had, the most usual first: it decides when a caller takes anything."""
    usual = [rdf(syntax) for syntax in ("turtle", "jsonld", "rdfxml")]
    others = [rdf(syntax, name) for name in PROFILES if name != USUAL_PROFILE for syntax in SYNTAXES]
    return (JSON, *([PAGE] if page else []), *usual, *others, *DOCUMENTS.values())


def _best(accept: str, offers: Sequence[Format]) -> Format:
    ranges = parse(accept) or [Range("*/*", 1.0)]
    found = max(offers, key=lambda offer: _quality(offer, ranges))  # the first of equals
    if _quality(found, ranges) <= 0:
        types = dict.fromkeys(each.media_type for each in offers)
        raise NotOffered(f"None of what you accept is offered, which is: {', '.join(types)}.")
    return found


def _quality(offer: Format, ranges: Sequence[Range]) -> float:
    """The quality of the range that names the offer most exactly."""
    exact = max(ranges, key=lambda each: each.fits(offer))
    return exact.quality if exact.fits(offer) else 0.0


@lru_cache(maxsize=256)
def parse(accept: str) -> tuple[Range, ...]:
    """The ranges of an `Accept` header; what cannot be read is left out."""
    parts = _PART.findall(accept[:4000])[:_MOST_RANGES]
    return tuple(found for part in parts if (found := _range(part)))


def _range(part: str) -> Range | None:
    media_type = part.partition(";")[0].strip().lower()
    if "/" not in media_type:
        return None
    given = {name.lower(): value.strip('"') for name, value in _PARAMETER.findall(part)}
    try:
        quality = min(max(float(given.get("q", "1")), 0.0), 1.0)
    except ValueError:
        return None
    return Range(media_type, quality, tuple(given.get("profile", "").split()))
