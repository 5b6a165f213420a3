"""What a description says of the item, whatever its vocabulary: the fields that the metrics ask for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

_SCHEMA, _DCT, _DCAT = "http://schema.org/", "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#"
_DC, _FOAF, _IT6 = (
    "http://purl.org/dc/elements/1.1/",
    "http://xmlns.com/foaf/0.1/",
    "http://data.europa.eu/it6/",
)
_CODEMETA, _FAIR4ML = "https://w3id.org/codemeta/", "https://w3id.org/fair4ml#"
_PROV, _OWL, _SPDX = (
    "http://www.w3.org/ns/prov#",
    "http://www.w3.org/2002/07/owl#",
    "http://spdx.org/rdf/terms#",
)
_PREFIXES = {
    "schema": _SCHEMA, "dct": _DCT, "dcat": _DCAT, "dc": _DC, "foaf": _FOAF, "it6": _IT6,
    "codemeta": _CODEMETA, "fair4ml": _FAIR4ML, "prov": _PROV, "owl": _OWL, "spdx": _SPDX, "adms": "http://www.w3.org/ns/adms#",
    "workflow": "https://bioschemas.org/ComputationalWorkflow#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
}  # fmt: skip
_SAME = (("https://schema.org/", _SCHEMA), ("https://codemeta.github.io/terms/", _CODEMETA))

# Field → the terms that say it.
_FIELDS = {
    "title": "schema:name dct:title dc:title",
    "summary": "schema:abstract schema:description dct:description dc:description it6:shortDescription",
    "keywords": "schema:keywords dcat:keyword dc:subject dct:subject",
    "identifier": "schema:identifier dct:identifier dc:identifier owl:sameAs schema:sameAs adms:identifier",
    "publication_date": "schema:datePublished dct:issued it6:releaseDate",
    "created": "schema:dateCreated dct:created prov:generatedAtTime",
    "modified": "schema:dateModified dct:modified",
    "version": "schema:version schema:softwareVersion dcat:version adms:version it6:version",
    "license": "schema:license dct:license dct:rights dc:rights",
    "access": "dct:accessRights schema:conditionsOfAccess schema:isAccessibleForFree",
    "language": "schema:programmingLanguage",
    "repository": "schema:codeRepository it6:hasRepository",
    "readme": "codemeta:readme",
    "help": "schema:softwareHelp codemeta:buildInstructions",
    "instructions": "fair4ml:usageInstructions it6:howToUse codemeta:buildInstructions",
    "issues": "codemeta:issueTracker schema:discussionUrl",
    "status": "codemeta:developmentStatus schema:creativeWorkStatus",
    "requirements": "schema:softwareRequirements dct:requires",
    "automation": "codemeta:continuousIntegration codemeta:contIntegration",
    "archive": "schema:archivedAt",
    "holder": "schema:copyrightHolder dct:rightsHolder",
    "versions": "dct:hasVersion dcat:hasVersion dcat:hasCurrentVersion dct:isVersionOf dcat:isVersionOf "
                "schema:isBasedOn schema:exampleOfWork schema:workExample",
}  # fmt: skip
# Ways in which something else is related.
_RELATIONS = (
    "schema:citation schema:isBasedOn schema:isPartOf schema:subjectOf schema:funding dct:relation "
    "dct:source dct:references dct:isReferencedBy dct:isVersionOf dct:hasVersion dct:isPartOf "
    "dct:replaces dct:requires prov:wasDerivedFrom codemeta:referencePublication fair4ml:trainedOn "
    "fair4ml:validatedOn fair4ml:testedOn fair4ml:evaluatedOn fair4ml:fineTunedFrom it6:trainedOn "
    "it6:validatedOn it6:testedOn it6:hasBibliographicReference"
)
# Those of them that name articles or data.
_WORKS = (
    "schema:citation schema:isBasedOn codemeta:referencePublication fair4ml:trainedOn fair4ml:evaluatedOn "
    "fair4ml:testedOn dct:references it6:trainedOn it6:testedOn it6:hasBibliographicReference"
)
_ROLES = {
    "creator": "schema:author schema:creator dct:creator dc:creator",
    "contributor": "schema:contributor dct:contributor dc:contributor",
    "maintainer": "schema:maintainer codemeta:maintainer schema:contactPoint",
    "publisher": "schema:publisher dct:publisher dc:publisher it6:hasProvider",
}
_PARTS = "schema:distribution schema:hasPart dcat:distribution it6:hasFile schema:associatedMedia"
_PORTS = "workflow:input workflow:output"
_URL = "schema:contentUrl dcat:downloadURL it6:url dcat:accessURL schema:downloadUrl"
_KINDS = (
    "MachineLearningModel", "MLModel", "SoftwareSourceCode", "SoftwareApplication", "Software", "Dataset",
    "CreativeWork", "Resource",
)  # fmt: skip
_NAMES = "schema:name foaf:name dct:title rdfs:label"


@dataclass(frozen=True)
class Agent:
    """Somebody who is named, in a role; `id` is an address (ORCID, ROR, their page), or empty."""

    role: str
    name: str
    id: str = ""
    reachable: bool = False  # a mail address or a page is told


@dataclass(frozen=True)
class Part:
    """A file or another part that is told of; `id` is its own name, `url` where it is had."""

    id: str
    url: str = ""
    name: str = ""
    type: str = ""
    size: int | None = None
    checked: bool = False  # a checksum is told
    kinds: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class Relation:
    """Something else that is named: how (a term), and what (an address, or words)."""

    how: str
    what: str
    work: bool  # an article or data

    @property
    def actionable(self) -> bool:
        return self.what.startswith(("http://", "https://", "doi:", "urn:")) or self.what.startswith("10.")


@dataclass
class Record:
    """The fields of one description, or of several together."""

    about: str = ""
    kinds: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)
    agents: list[Agent] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    namespaces: set[str] = field(default_factory=set)

    def first(self, name: str) -> str:
        """The first value of a field, or nothing."""
        return next(iter(self.values.get(name, ())), "")

    def all(self, name: str) -> Sequence[str]:
        return self.values.get(name, ())

    def of_role(self, *roles: str) -> Sequence[Agent]:
        return [who for who in self.agents if who.role in roles]

    def add(self, name: str, *values: str) -> None:
        known = self.values.setdefault(name, [])
        known += [each for each in values if each and each not in known]

    def take(self, other: "Record") -> None:
        """Add what another description of the same item says."""
        self.kinds |= other.kinds
        self.namespaces |= other.namespaces
        for name, values in other.values.items():
            self.add(name, *values)
        self.agents += [who for who in other.agents if who not in self.agents]
        self.parts += [each for each in other.parts if each not in self.parts]
        self.relations += [each for each in other.relations if each not in self.relations]


def of_graph(graph: "Graph", names: Iterable[str]) -> Record:
    """What a graph says of the item that has one of these names, else of what it says most of."""
    reader = _Reader(graph)
    return reader.record(reader.main(set(names)))


def of_datacite(said: Mapping[str, Any]) -> Record:
    """What DataCite's JSON says."""
    found = Record(about=str(said.get("url") or ""), namespaces={"http://datacite.org/schema/kernel-4"})
    found.add("title", *(_text(each, "title") for each in _list(said, "titles")))
    found.add("summary", *(_text(each, "description") for each in _list(said, "descriptions")))
    found.add("keywords", *(_text(each, "subject") for each in _list(said, "subjects")))
    found.add("publication_date", str(said.get("publicationYear") or ""))
    found.add(
        "license", *(_text(each, "rightsUri") or _text(each, "rights") for each in _list(said, "rightsList"))
    )
    found.add("version", str(said.get("version") or ""))
    found.add("identifier", str(said.get("doi") or ""))
    found.add(
        "identifier", *(_text(each, "alternateIdentifier") for each in _list(said, "alternateIdentifiers"))
    )
    types = said.get("types")
    found.kinds |= {_text(types, "resourceTypeGeneral")} - {""} if isinstance(types, dict) else set()
    for role, key in (("creator", "creators"), ("contributor", "contributors")):
        found.agents += [_person(role, each) for each in _list(said, key)]
    publisher = said.get("publisher")
    name = _text(publisher, "name") if isinstance(publisher, dict) else str(publisher or "")
    found.agents += [Agent("publisher", name)] if name else []
    for each in _list(said, "relatedIdentifiers"):
        how, what = _text(each, "relationType"), _text(each, "relatedIdentifier")
        found.relations.append(
            Relation(how, what, how in ("IsDescribedBy", "Requires", "References", "Cites"))
        )
    return found


def of_meta(meta: Mapping[str, str]) -> Record:
    """What the meta tags of a page say: Dublin Core, and those that Google Scholar reads."""
    found = Record()
    for name, value in meta.items():
        short = name.replace(":", ".").replace("_", ".").rpartition(".")[2]
        if short in ("title", "identifier", "description"):
            found.add("summary" if short == "description" else short, value)
        elif short in ("creator", "author", "publisher"):
            found.agents.append(Agent("publisher" if short == "publisher" else "creator", value))
    return found


class _Reader:
    """Looks up terms in one graph; addresses of one vocabulary that is written in two ways count as one."""

    def __init__(self, graph: "Graph") -> None:
        self._said: dict[Node, dict[str, list[Node]]] = {}
        self._kinds: dict[Node, set[str]] = {}
        self._namespaces: set[str] = set()
        for subject, predicate, value in graph:
            term = _normal(str(predicate))
            self._namespaces.add(_namespace(term))
            if term.endswith("#type") and "rdf-syntax" in term:
                kind = _normal(str(value))
                self._namespaces.add(_namespace(kind))
                self._kinds.setdefault(subject, set()).add(kind)
            else:
                self._said.setdefault(subject, {}).setdefault(term, []).append(value)

    def main(self, names: set[str]) -> "Node | None":
        """The item: by its name, else the best described thing of a fitting kind."""
        named = [each for each in self._said if str(each) in names]
        fitting = [each for each in self._said if self._short(each) & set(_KINDS)]
        return max(named or fitting, key=lambda each: sum(map(len, self._said[each].values())), default=None)

    def record(self, main: "Node | None") -> Record:
        if main is None:
            return Record(namespaces=self._namespaces)
        found = Record(str(main), self._short(main), namespaces=self._namespaces)
        for name, terms in _FIELDS.items():
            found.add(name, *(self._word(value) for value in self._values(main, terms)))
        for port in self._values(main, _PORTS):
            found.add(
                "reads", *(str(each) for each in self._values(port, "schema:encodingFormat dct:format"))
            )
        if str(main).startswith(("http", "urn:")):
            found.add("identifier", str(main))
        found.agents = [
            self._agent(role, each) for role, terms in _ROLES.items() for each in self._values(main, terms)
        ]
        found.parts = [self._part(each) for each in self._values(main, _PARTS)]
        works = set(_terms(_WORKS))
        for term in _terms(_RELATIONS):
            said = self._said[main].get(term, ())
            found.relations += [Relation(term, self._address(each), term in works) for each in said]
        return found

    def _values(self, node: "Node", terms: str) -> "Iterator[Node]":
        said = self._said.get(node, {})
        for term in _terms(terms):
            yield from said.get(term, ())

    def _one(self, node: "Node", terms: str) -> str:
        return next((str(each) for each in self._values(node, terms)), "")

    def _short(self, node: "Node") -> set[str]:
        return {kind.rpartition("#")[2].rpartition("/")[2] for kind in self._kinds.get(node, ())}

    def _word(self, value: "Node") -> str:
        """A value as text: of an unnamed thing its title."""
        return self._one(value, _NAMES) if _is_blank(value) else str(value)

    def _address(self, value: "Node") -> str:
        """Where a related thing is: its DOI or page, if it is a part of this description."""
        told = self._one(value, "schema:identifier dct:identifier schema:url dcat:landingPage schema:sameAs")
        deeper = next(
            (self._address(each) for each in self._values(value, "dct:references it6:hasDocument")), ""
        )
        return told or deeper or (self._one(value, _NAMES) if _is_blank(value) else str(value))

    def _agent(self, role: str, value: "Node") -> Agent:
        name = self._one(value, _NAMES) or ("" if str(value).startswith("http") else str(value))
        reach = self._one(value, "schema:email schema:url foaf:mbox foaf:homepage")
        id = str(value) if str(value).startswith("http") else ""
        return Agent(role, name, id, bool(reach))

    def _part(self, value: "Node") -> Part:
        media = self._one(value, "schema:encodingFormat dcat:mediaType dct:format")
        return Part(
            "" if _is_blank(value) else str(value),
            self._one(value, _URL),
            self._one(value, _NAMES),
            media.partition("media-types/")[2] or media,
            _bytes(self._one(value, "schema:contentSize dcat:byteSize")),
            bool(self._one(value, "schema:sha256 spdx:checksum")),
            tuple(sorted(self._short(value))),
            self._one(value, "schema:description dct:description"),
        )


def _terms(text: str) -> list[str]:
    return [_PREFIXES[prefix] + name for prefix, _, name in (each.partition(":") for each in text.split())]


def _normal(term: str) -> str:
    return next((ours + term[len(other) :] for other, ours in _SAME if term.startswith(other)), term)


def _namespace(term: str) -> str:
    base, mark, _ = term.rpartition("#")
    return base + mark if mark else term.rpartition("/")[0] + "/"


def _is_blank(value: object) -> bool:
    return type(value).__name__ == "BNode"


def _bytes(text: str) -> int | None:
    """A size as documents say it: `1234`, `1234 B`, `1.5 MB`."""
    number, _, unit = text.strip().partition(" ")
    scale = {"": 1, "b": 1, "bytes": 1, "kb": 1e3, "kib": 1 << 10, "mb": 1e6, "mib": 1 << 20, "gb": 1e9}
    try:
        return int(float(number) * scale[unit.strip().lower()])
    except (ValueError, KeyError, OverflowError):
        return None


def _person(role: str, said: Mapping[str, Any]) -> Agent:
    known = [_text(each, "nameIdentifier") for each in _list(said, "nameIdentifiers")]
    return Agent(role, _text(said, "name"), next(filter(None, known), ""))


def _list(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = said.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _text(said: Any, name: str) -> str:
    found = said.get(name) if isinstance(said, Mapping) else None
    return found if isinstance(found, str) else ""
