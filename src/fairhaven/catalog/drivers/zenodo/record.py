"""A record as its API tells it: in InvenioRDM's own JSON, or in the older one of Zenodo."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pydantic import JsonValue

from fairhaven.catalog.drivers import asking, telling
from fairhaven.catalog.exports.inveniordm import MEDIA_TYPE
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import Place, RepositoryNotFound, UnsafeRepository

ACCEPT = f"{MEDIA_TYPE}, application/json;q=0.5"
MOST_FILES = 500
Said = Mapping[str, JsonValue]


@dataclass(frozen=True)
class RecordFile:
    """A file of a record; `md5` is empty when the record gives no checksum that we know."""

    name: str
    size: int
    md5: str
    url: str


@dataclass(frozen=True)
class Record:
    """What a record says; `metadata` is in the shape of InvenioRDM."""

    id: str
    page: str
    doi: str
    metadata: Said
    created: str
    updated: str
    repository: str
    files: Sequence[RecordFile]

    @property
    def revision(self) -> str:
        """The digest of all that is told of it: its words, and the checksums of its files."""
        files = [(each.name, each.size, each.md5) for each in self.files]
        told = json.dumps([self.id, self.doi, self.metadata, files], sort_keys=True)
        return f"sha256-{hashlib.sha256(told.encode()).hexdigest()}"


async def read(place: Place, guard: Guard) -> Record:
    """The record as it is now; of a number that means all versions, the newest.

    Raises:
        SourceProblem
    """
    if not place.key.isdecimal():
        raise RepositoryNotFound("A record is named by its number.", fix="Paste the address of its page.")
    url = f"{place.base.rstrip('/')}/api/records/{place.key}"
    content = await asking.ask(guard, url, "The record", max_bytes=4 << 20, accept=ACCEPT)
    told = asking.read_json(content, "The record")
    if not isinstance(told, dict) or "metadata" not in told:
        raise UnsafeRepository("The record is not told as an InvenioRDM tells one.")
    return _read(told, place.base.rstrip("/"))


def _read(told: Said, base: str) -> Record:
    number = telling.line(told.get("id"))
    links, pids = telling.mapping(told.get("links")), telling.mapping(told.get("pids"))
    custom = telling.mapping(told.get("custom_fields"))
    said = telling.mapping(told["metadata"])
    old = not isinstance(said.get("creators"), list) or any("name" in each for each in _creators(said))
    page = telling.address(links.get("self_html"))
    return Record(
        id=number,
        page=page or f"{base}/records/{number}",
        doi=telling.doi(
            telling.mapping(pids.get("doi")).get("identifier") or told.get("doi") or said.get("doi")
        ),
        metadata=_modern(said) if old else said,
        created=telling.day(told.get("created")),
        updated=telling.day(told.get("updated") or told.get("modified")),
        repository=telling.address(custom.get("code:codeRepository")),
        files=_files(told.get("files"), f"{base}/api/records/{number}/files"),
    )


def _creators(said: Said) -> Sequence[Said]:
    return telling.items(said.get("creators"))


def _files(told: JsonValue, base: str) -> list[RecordFile]:
    """In InvenioRDM's JSON, files are told by name; in the older one, in a list."""
    named = telling.mapping(telling.mapping(told).get("entries"))
    listed = telling.items(list(named.values()) if named else told, MOST_FILES)
    return [found for each in listed if (found := _file(each, base))]


def _file(told: Said, base: str) -> RecordFile | None:
    name = telling.line(told.get("key"))
    size = telling.count(told.get("size"))
    if not name or size is None:
        return None
    kind, _, digest = telling.line(told.get("checksum")).partition(":")
    return RecordFile(
        name, size, digest.lower() if kind == "md5" else "", f"{base}/{quote(name, safe='')}/content"
    )


def _modern(said: Said) -> Said:
    """What the older JSON says, in the shape of InvenioRDM."""
    licence = telling.mapping(said.get("license")).get("id") or said.get("license")
    return {
        **said,
        "creators": [_person(each) for each in _creators(said)],
        "contributors": [_person(each) for each in telling.items(said.get("contributors"))],
        "subjects": [{"subject": word} for word in telling.lines(said.get("keywords"))],
        "rights": [{"id": licence}] if isinstance(licence, str) else [],
        "publisher": "Zenodo",
        "related_identifiers": [
            {**each, "relation_type": {"id": telling.line(each.get("relation")).lower()}}
            for each in telling.items(said.get("related_identifiers"))
        ],
    }


def _person(told: Said) -> dict[str, JsonValue]:
    family, _, given = telling.line(told.get("name")).partition(",")
    who: dict[str, JsonValue] = {
        "type": "personal",
        "family_name": family.strip(),
        "given_name": given.strip(),
    }
    if orcid := telling.line(told.get("orcid")):
        who["identifiers"] = [{"scheme": "orcid", "identifier": orcid}]
    place = telling.line(told.get("affiliation"))
    return {"person_or_org": who, "affiliations": [{"name": place}] if place else []}
