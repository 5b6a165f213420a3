"""Croissant 1.1 (MLCommons): one described data set, ready for loaders.

Source: http://mlcommons.org/croissant/1.1. What the specification requires is checked here, since
`mlcroissant validate` passes documents without licence or description.
"""

from typing import Any

from fairhaven.catalog.exports.graph import clean, iri
from fairhaven.catalog.exports.item import Item, Licence, NotExportable, agent_id
from fairhaven.catalog.metadata import Agent, Dataset, File

MEDIA_TYPE = "application/ld+json"
PROFILE = "http://mlcommons.org/croissant/1.1"

Json = dict[str, Any]

# Terms of the specification's own context (§ "Appendix: JSON-LD context").
_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty",
    "fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
    "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate",
    "separator", "source", "subField", "transform",
)  # fmt: skip
_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS},
}


def document(item: Item, number: int = 1) -> Json:
    """The data set at that place of the metadata, counted from 1.

    Raises:
        NotExportable: the metadata describes no such data set, or not all that Croissant requires.
    """
    known = _described(item, number)
    if lacking := missing(known):
        raise NotExportable(
            f"The data set “{known.name}” lacks what Croissant requires: {', '.join(lacking)}."
        )
    address = known.url or f"https://doi.org/{known.doi}"
    said: Json = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "@id": str(item.dataset_id(number)),
        "conformsTo": PROFILE,
        "name": known.name,
        "description": known.description,
        "url": iri(address),
        "license": Licence.of(known.license or "").iri or known.license,
        "creator": [_agent(who) for who in known.creators],
        "datePublished": str(known.published),
        "version": known.version,
        "keywords": list(known.keywords),
        "inLanguage": list(known.languages),
        "publisher": _agent(known.publisher) if known.publisher else None,
        "sameAs": f"https://doi.org/{known.doi}" if known.doi else None,
        "citeAs": _citation(known),
        "distribution": [_file(file, place) for place, file in enumerate(known.files, start=1)],
    }
    return _plain(said)


def missing(known: Dataset) -> list[str]:
    """What Croissant requires and the data set does not say."""
    required = {
        "a description": known.description,
        "an address": known.url or known.doi,
        "a licence": known.license,
        "its creators": known.creators,
        "the day of its publication": known.published,
        "its files": known.files,
        "an address of every file": all(file.url for file in known.files),
        "a checksum of every file": all(file.sha256 or file.md5 for file in known.files),
        "a format of every file": all(file.format for file in known.files),
    }
    return [name for name, said in required.items() if not said]


def _described(item: Item, number: int) -> Dataset:
    known = item.metadata.datasets
    if not known:
        raise NotExportable("The metadata describes no data set: add `datasets` (version 3).")
    if not 1 <= number <= len(known):
        raise NotExportable(f"The metadata describes {len(known)} data sets: there is no number {number}.")
    return known[number - 1]


def _agent(who: Agent) -> Json:
    kind = "sc:Organization" if who.type == "organisation" else "sc:Person"
    name = agent_id(who)
    return _plain({"@type": kind, "@id": str(name) if name else None, "name": who.name, "url": who.url})


def _file(file: File, place: int) -> Json:
    said = {
        "@type": "cr:FileObject",
        "@id": f"file-{place}",
        "name": file.path,
        "description": file.description,
        "contentUrl": iri(file.url or ""),
        "encodingFormat": file.format,
        "contentSize": f"{file.size_bytes} B" if file.size_bytes is not None else None,
        "sha256": file.sha256,
        # One of the two (Croissant, FileObject): the stronger.
        "md5": None if file.sha256 else file.md5,
    }
    return _plain(said)


def _citation(known: Dataset) -> str:
    names = ", ".join(who.name for who in known.creators)
    year = known.published.year if known.published else "n.d."
    address = f"https://doi.org/{known.doi}" if known.doi else known.url
    return f"{names} ({year}). {known.name}. {address}"


def _plain(said: Json) -> Json:
    """Without what is empty, and without characters that documents do not hold."""
    kept = {name: value for name, value in said.items() if value not in (None, "", [], ())}
    return {name: clean(value) if isinstance(value, str) else value for name, value in kept.items()}
