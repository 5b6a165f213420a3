"""The formats that an item can be had in: how each is called, its media type, and what makes it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairhaven.catalog.exports import (
    bibtex,
    cff,
    codemeta,
    croissant,
    datacite,
    dcat,
    fair4ml,
    jsonld,
    mldcat,
    native,
    rdfxml,
    ro_crate,
    schema_org,
    signposting,
    turtle,
)
from fairhaven.catalog.exports.graph import Graph
from fairhaven.catalog.exports.item import Item, NotExportable
from fairhaven.catalog.exports.signposting import Described
from fairhaven.catalog.exports.vocabulary import SCHEMA


@dataclass(frozen=True)
class Profile:
    """A vocabulary in which an item is told as RDF."""

    name: str
    iri: str
    label: str
    graph: Callable[[Item], Graph]


@dataclass(frozen=True)
class Syntax:
    """A way to write a graph down."""

    name: str
    media_type: str
    suffix: str
    label: str
    write: Callable[[Graph, Profile], str]


@dataclass(frozen=True)
class Format:
    """One document: `make` tells an item in it, or raises `NotExportable`."""

    name: str
    media_type: str
    suffix: str
    label: str
    make: Callable[[Item], str]
    profile: str | None = None

    @property
    def content_type(self) -> str:
        """The media type with what an HTTP header says besides."""
        said = f'; profile="{self.profile}"' if self.profile else ""
        text = self.media_type.startswith("text/") or self.media_type == bibtex.MEDIA_TYPE
        return f"{self.media_type}{'; charset=utf-8' if text else ''}{said}"


def _older(item: Item) -> Graph:
    return mldcat.graph(item, older=True)


def pretty(document: Any) -> str:
    """JSON that people can read too."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _jsonld(graph: Graph, profile: Profile) -> str:
    bare = SCHEMA if profile.name in ("schema.org", "codemeta") else None
    return pretty(jsonld.write(graph, vocabulary=bare))


PROFILES: Mapping[str, Profile] = {
    each.name: each
    for each in (
        Profile("mldcat-ap", mldcat.PROFILE, "MLDCAT-AP 3.1.0", mldcat.graph),
        Profile("mldcat-ap-2.1", mldcat.PROFILE_2_1, "MLDCAT-AP 2.1.0", _older),
        Profile("fair4ml", fair4ml.PROFILE, "FAIR4ML 0.1.0", fair4ml.graph),
        Profile("codemeta", codemeta.PROFILE, "CodeMeta 3.0", codemeta.graph),
        Profile("schema.org", schema_org.PROFILE, "schema.org", schema_org.graph),
        Profile("dcat", dcat.PROFILE, "DCAT 3", dcat.graph),
        Profile("metadata", native.PROFILE, "The whole metadata", native.graph),
    )
}
SYNTAXES: Mapping[str, Syntax] = {
    each.name: each
    for each in (
        Syntax("jsonld", jsonld.MEDIA_TYPE, "jsonld", "JSON-LD", _jsonld),
        Syntax("turtle", turtle.MEDIA_TYPE, "ttl", "Turtle", lambda graph, _: turtle.write(graph)),
        Syntax("rdfxml", rdfxml.MEDIA_TYPE, "rdf", "RDF/XML", lambda graph, _: rdfxml.write(graph)),
    )
}
USUAL_PROFILE = "mldcat-ap"
# Profiles that go by JSON-LD alone; asking for them names the format.
DOCUMENTS: Mapping[str, Format] = {
    each.name: each
    for each in (
        Format("datacite-json", datacite.JSON_TYPE, "datacite.json", "DataCite 4.6 JSON",
               lambda item: pretty(datacite.document(item))),
        Format("datacite-xml", datacite.XML_TYPE, "datacite.xml", "DataCite 4.6 XML", datacite.xml),
        Format("cff", cff.MEDIA_TYPE, "cff", "CITATION.cff", cff.document),
        Format("bibtex", bibtex.MEDIA_TYPE, "bib", "BibTeX", bibtex.document),
        Format("ro-crate", ro_crate.MEDIA_TYPE, "ro-crate.jsonld", "RO-Crate 1.1",
               lambda item: pretty(ro_crate.document(item)), ro_crate.PROFILE),
        Format("croissant", croissant.MEDIA_TYPE, "croissant.jsonld", "Croissant 1.1",
               lambda item: pretty(croissant.document(item)), croissant.PROFILE),
        Format("linkset", signposting.JSON_TYPE, "linkset.json", "Linkset (RFC 9264) JSON",
               lambda item: pretty(signposting.linkset_json(item, described(item)))),
        Format("linkset-text", signposting.TEXT_TYPE, "linkset", "Linkset (RFC 9264)",
               lambda item: signposting.linkset_text(item, described(item))),
    )
}  # fmt: skip


def rdf(syntax: str, profile: str = USUAL_PROFILE) -> Format:
    """A graph's format: a syntax in a profile."""
    how, what = SYNTAXES[syntax], PROFILES[profile]
    return Format(
        how.name,
        how.media_type,
        how.suffix,
        f"{what.label}, {how.label}",
        lambda item: how.write(what.graph(item), what),
        what.iri,
    )


def offered() -> Sequence[tuple[str, str | None, Format]]:
    """Every document: the words that name its format and profile, and how it is made."""
    graphs = [(syntax, profile, rdf(syntax, profile)) for profile in PROFILES for syntax in SYNTAXES]
    return [*graphs, *((name, None, each) for name, each in DOCUMENTS.items())]


def address(item: Item, format: str, profile: str | None = None) -> str:
    """Where the item can be had so: its persistent identifier with what is wanted."""
    also = f"&profile={profile}" if profile and profile != USUAL_PROFILE else ""
    return f"{item.id}?format={format}{also}"


def described(item: Item) -> Sequence[Described]:
    """The documents that describe this item, for signposts: those that it can be told in."""
    found = []
    for name, profile, each in offered():
        if name.startswith("linkset") or (profile and name != "jsonld" and profile != USUAL_PROFILE):
            continue
        if reason(item, name) is None:
            found.append(Described(address(item, name, profile), each.media_type, each.profile))
    return found


def reason(item: Item, format: str) -> str | None:
    """Why the item cannot be had in this format; None: it can."""
    if format != "croissant":
        return None
    try:
        croissant.document(item)
    except NotExportable as why:
        return str(why)
    return None
