"""Records in the formats that harvesters ask for, and the sets that they can be asked by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape

from fairhaven.catalog import metadata
from fairhaven.catalog.exports import datacite, fair4ml, mldcat, rdfxml
from fairhaven.catalog.exports.graph import RDF, clean
from fairhaven.catalog.exports.item import Item

_DC = "http://purl.org/dc/elements/1.1/"
_OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
_DATACITE = "http://schema.datacite.org/oai/oai-1.1/"


@dataclass(frozen=True)
class Prefix:
    """A metadata format: where its schema is, its namespace, and how an item is told in it."""

    schema: str
    namespace: str
    tell: Callable[[Item], str]


def dublin_core(item: Item) -> str:
    """Simple Dublin Core, with what the checkers of BASE ask for."""
    known = item.metadata
    said: Sequence[tuple[str, Sequence[str]]] = (
        ("title", [known.title]),
        ("creator", [who.name for who in item.creators]),
        ("contributor", [who.name for who in known.contributors]),
        ("subject", [*item.keywords, *known.tasks]),
        ("description", [known.summary, known.description]),
        ("publisher", [item.publisher.name]),
        ("date", [item.published.isoformat()]),
        ("type", ["Software", "info:eu-repo/semantics/other"]),
        ("format", [file.format for file in known.files if file.format]),
        (
            "identifier",
            [str(item.id), str(item.page), *([f"https://doi.org/{item.doi}"] if item.doi else [])],
        ),
        ("source", [known.links.source_code]),
        ("language", known.languages),
        ("relation", [each for each in (known.links.documentation, known.links.citation) if each]),
        ("rights", [str(item.licence.iri or item.licence.text)] if item.licence else []),
    )
    lines = [_line(f"dc:{name}", text) for name, texts in said for text in dict.fromkeys(texts)]
    names = (
        f'xmlns:oai_dc="{_OAI_DC}" xmlns:dc="{_DC}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{_OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd"'
    )
    return f"<oai_dc:dc {names}>\n{''.join(lines)}</oai_dc:dc>\n"


def _line(name: str, text: str) -> str:
    return f"<{name}>{escape(clean(text), {chr(13): '&#13;'})}</{name}>\n"


def _datacite(item: Item) -> str:
    inner = datacite.xml(item, declared=False)
    head = "<schemaVersion>4.6</schemaVersion><datacentreSymbol>FAIRHAVEN</datacentreSymbol>"
    return f'<oai_datacite xmlns="{_DATACITE}">{head}<payload>\n{inner}</payload></oai_datacite>\n'


PREFIXES: Mapping[str, Prefix] = {
    "oai_dc": Prefix("http://www.openarchives.org/OAI/2.0/oai_dc.xsd", _OAI_DC, dublin_core),
    "oai_datacite": Prefix("http://schema.datacite.org/oai/oai-1.1/oai.xsd", _DATACITE, _datacite),
    "mldcat-ap": Prefix(
        str(mldcat.PROFILE), RDF.base, lambda item: rdfxml.write(mldcat.graph(item), declared=False)
    ),
    "fair4ml": Prefix(
        str(fair4ml.PROFILE), RDF.base, lambda item: rdfxml.write(fair4ml.graph(item), declared=False)
    ),
}
_KINDS = {"task": "tasks", "library": "libraries", "category": "categories", "data": "data_types"}
_FACETS = {"data_types": "data_type"}


@cache
def sets() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """The sets by their setSpec: what each is called, and the terms of which a module has one."""
    words = metadata.facets()
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for kind, name in _KINDS.items():
        facet = _FACETS.get(name, name)
        values: Sequence[str] = getattr(words, name)
        found[kind] = (f"By {kind}", tuple(f"{facet}={value}" for value in values))
        for value in values:
            found[f"{kind}:{_spec(value)}"] = (value, (f"{facet}={value}",))
    return found


def sets_of(terms: Sequence[str]) -> list[str]:
    """The sets that a module with these terms is in; a set's parents go without saying (§2.6)."""
    return [spec for term in terms if (spec := _specs().get(term))]


@cache
def _specs() -> Mapping[str, str]:
    """The set of each term."""
    return {own[0]: spec for spec, (_, own) in sets().items() if ":" in spec}


def _spec(value: str) -> str:
    return "".join(each if each.isalnum() and each.isascii() else "-" for each in value.lower()).strip("-")
