"""A record's words, as our metadata of version 3."""

import html
import re
from collections.abc import Mapping

from pydantic import JsonValue

from fairhaven.catalog import metadata
from fairhaven.catalog.drivers import telling
from fairhaven.catalog.drivers.telling import Data, filled
from fairhaven.catalog.drivers.zenodo.record import Record, RecordFile, Said

_TAG = re.compile(r"<[^>]{0,2000}>")
_SENTENCE = re.compile(r"(.{20,280}?[.!?])(?:\s|$)", re.DOTALL)
_ORCID = re.compile(r"(\d{4}-){3}\d{3}[\dX]")
_ROR = re.compile(r"0[a-z0-9]{6}\d{2}")
_ROLES = {
    ".onnx": "weights", ".pt": "weights", ".pth": "weights", ".h5": "weights", ".hdf5": "weights",
    ".keras": "weights", ".safetensors": "weights", ".tflite": "weights", ".pb": "weights",
    ".ckpt": "weights", ".joblib": "weights", ".pkl": "weights",
    ".zip": "code", ".gz": "code", ".tgz": "code", ".tar": "code",
    ".py": "code", ".md": "documentation", ".pdf": "documentation", ".txt": "documentation",
    ".json": "configuration", ".yaml": "configuration", ".yml": "configuration", ".toml": "configuration",
}  # fmt: skip
_LIBRARIES = {".onnx": "ONNX", ".pt": "PyTorch", ".pth": "PyTorch", ".keras": "Keras", ".pb": "TensorFlow"}
# The relations that become links, the first of each.
_LINKS = {
    "issupplementto": "source_code", "isderivedfrom": "source_code", "iscompiledby": "source_code",
    "isdocumentedby": "documentation", "isdescribedby": "citation", "ispublishedin": "citation",
    "issupplementedby": "dataset", "requires": "dataset",
}  # fmt: skip


def told(record: Record) -> bytes:
    """The record's `ai4-metadata.yml`, where it brings none of its own."""
    return telling.sound(_content(record), name=record.id, source=record.page)


def _content(record: Record) -> Data:
    said = record.metadata
    title = telling.line(said.get("title")) or f"Record {record.id}"
    description = telling.text(said.get("description"))
    tags = [
        word for each in telling.items(said.get("subjects")) if (word := telling.line(each.get("subject")))
    ]
    return {
        "title": title,
        "summary": _summary(description) or title,
        # HTML stands in Markdown as it is; pages keep of it what is harmless.
        "description": description or title,
        **filled(
            version=telling.line(said.get("version"), 60),
            doi=record.doi,
            license=_licence(said),
            authors=_people(said.get("creators")),
            contributors=_people(said.get("contributors")),
            publisher=_publisher(said),
            funding=_funding(said.get("funding")),
            dates=_dates(record),
        ),
        "links": _links(record),
        "libraries": telling.chosen((_suffix(each.name) for each in record.files), _LIBRARIES) or ["Other"],
        "tasks": _known(tags, metadata.facets().tasks) or ["Other"],
        "categories": ["AI4 pre trained"],
        "tags": list(dict.fromkeys([*tags, "zenodo"])),
        **filled(files=[_file(each) for each in record.files]),
    }


def _summary(description: str) -> str:
    """The first sentence, as plain text."""
    plain = telling.line(html.unescape(_TAG.sub(" ", description)), 4000)
    found = _SENTENCE.match(plain)
    return found[1] if found else telling.line(plain, 280)


def _licence(said: Said) -> str:
    found = [telling.licence(each.get("id")) for each in telling.items(said.get("rights"))]
    return next(filter(None, found), "")


def _people(value: JsonValue) -> list[JsonValue]:
    return [made for each in telling.items(value) if (made := _agent(each))]


def _agent(told: Said) -> Data | None:
    who = telling.mapping(told.get("person_or_org"))
    given, family = telling.line(who.get("given_name")), telling.line(who.get("family_name"))
    name = f"{given} {family}".strip() or telling.line(who.get("name"))
    if not name:
        return None
    named = {telling.line(each.get("scheme")): telling.line(each.get("identifier")) for each in _ids(who)}
    if who.get("type") == "organizational":
        ror = named.get("ror", "").rpartition("/")[2]
        return {"name": name, "type": "organisation", **filled(ror=ror if _ROR.fullmatch(ror) else "")}
    orcid = named.get("orcid", "").rpartition("/")[2]
    place = next(iter(telling.items(told.get("affiliations"))), {})
    ror = telling.line(place.get("id"))
    return {
        "name": name,
        **filled(
            orcid=orcid if _ORCID.fullmatch(orcid) else "",
            affiliation=telling.line(place.get("name")),
            affiliation_ror=ror if _ROR.fullmatch(ror) and place.get("name") else "",
        ),
    }


def _ids(who: Said) -> list[Mapping[str, JsonValue]]:
    return telling.items(who.get("identifiers"))


def _publisher(said: Said) -> Data:
    name = telling.line(said.get("publisher"))
    return {"name": name, "type": "organisation"} if name else {}


def _funding(value: JsonValue) -> list[JsonValue]:
    found: list[JsonValue] = []
    for each in telling.items(value):
        award = telling.mapping(each.get("award"))
        funder = telling.line(telling.mapping(each.get("funder")).get("name"))
        title = telling.mapping(award.get("title"))
        if funder:
            said = filled(award=telling.line(award.get("number")), title=telling.line(title.get("en")))
            found.append({"funder": funder, **said})
    return found


def _dates(record: Record) -> Data:
    published = telling.day(record.metadata.get("publication_date"))
    created = record.created or published
    if not created:
        return {}
    return {"created": created, "updated": record.updated or created, **filled(published=published)}


def _links(record: Record) -> Data:
    found: dict[str, JsonValue] = {}
    for each in telling.items(record.metadata.get("related_identifiers")):
        kind = telling.line(telling.mapping(each.get("relation_type")).get("id"))
        where = telling.line(each.get("identifier"))
        doi = telling.doi(where) if not where.startswith("http") else ""
        address = f"https://doi.org/{doi}" if doi else telling.address(where)
        if address and kind in _LINKS:
            found.setdefault(_LINKS[kind], address)
    if record.repository:
        found["source_code"] = record.repository
    doi_link = f"https://doi.org/{record.doi}" if record.doi else ""
    return {"source_code": record.page, **found, **filled(homepage=record.page, zenodo_doi=doi_link)}


def _file(file: RecordFile) -> Data:
    said = {"path": file.name, "role": _ROLES.get(_suffix(file.name), "other"), "url": file.url}
    return {**said, "size_bytes": file.size, **filled(md5=file.md5)}


def _known(tags: list[str], words: tuple[str, ...] | list[str]) -> list[JsonValue]:
    """The keywords that are words of ours, however they are written."""
    ours = {word.lower(): word for word in words}
    return list(dict.fromkeys(ours[each.lower()] for each in tags if each.lower() in ours))


def _suffix(name: str) -> str:
    return f".{name.lower().rpartition('.')[2]}"
