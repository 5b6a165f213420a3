"""RO-Crate 1.1: a release as a package of research, its files named by their addresses.

Source: https://w3id.org/ro/crate/1.1. The specification demands its context by reference; we fetch nothing.
"""

from typing import Any

from fairhaven.catalog.exports.graph import clean, iri
from fairhaven.catalog.exports.item import Item, agent_id
from fairhaven.catalog.metadata import Agent, File

MEDIA_TYPE = "application/ld+json"
PROFILE = "https://w3id.org/ro/crate/1.1"
_NO_LICENCE = "No licence is stated: ask the authors before you use it."

Json = dict[str, Any]


def document(item: Item) -> Json:
    """The crate's `ro-crate-metadata.json`."""
    crate = _Crate(item)
    # The context of 1.1 is older than this term of schema.org.
    context = [f"{PROFILE}/context", {"sha256": "https://schema.org/sha256"}]
    return {"@context": context, "@graph": crate.entities()}


class _Crate:
    def __init__(self, item: Item) -> None:
        self._item = item
        self._found: dict[str, Json] = {}

    def entities(self) -> list[Json]:
        item = self._item
        descriptor = {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": PROFILE},
            "about": {"@id": "./"},
        }
        root = {"@id": "./", "@type": "Dataset", **self._about(), "hasPart": self._parts()}
        root["mainEntity"] = self._software()
        found = [_given(each) for each in self._found.values()]
        return [descriptor, _given({**root, "identifier": str(item.id)}), *found]

    def _about(self) -> Json:
        item, known = self._item, self._item.metadata
        return {
            "name": clean(known.title),
            "description": clean(known.summary),
            "datePublished": item.published.isoformat(),
            "dateModified": item.modified.isoformat(),
            "version": clean(item.version),
            "license": self._licence(),
            "author": [self._agent(who, f"#author-{at}") for at, who in enumerate(item.creators, start=1)],
            "publisher": self._agent(item.publisher, "#publisher"),
            "keywords": [clean(word) for word in item.keywords],
            "url": {"@id": str(item.page)},
            "sameAs": {"@id": f"https://doi.org/{item.doi}"} if item.doi else None,
            "citation": self._citations(),
        }

    def _parts(self) -> list[Json]:
        """Files by their addresses on the web: the crate holds none of them itself."""
        return [self._file(file) for file in self._item.files]

    def _file(self, file: File) -> Json:
        address = self._item.file_address(file)
        said = {
            "@type": "File",
            "name": clean(file.path),
            "description": clean(file.description or ""),
            "encodingFormat": file.format or "application/octet-stream",
            "contentSize": str(file.size_bytes) if file.size_bytes is not None else None,
            "sha256": file.sha256,
        }
        return self._add(str(iri(address)), said)

    def _software(self) -> Json:
        item, known = self._item, self._item.metadata
        said = {
            "@type": "SoftwareSourceCode",
            "name": clean(known.title),
            "description": clean(known.description),
            "version": clean(item.version),
            "codeRepository": {"@id": str(iri(known.links.source_code))},
            "programmingLanguage": "Python",
            "softwareRequirements": list(known.libraries),
            "license": self._licence(),
            "identifier": [item.commit, *([item.edition.digest] if item.edition else [])],
            "runtimePlatform": known.links.docker_image,
        }
        return self._add("#module", said)

    def _licence(self) -> Json:
        licence = self._item.licence
        if licence is None:
            said = {"@type": "CreativeWork", "name": "No licence", "description": _NO_LICENCE}
            return self._add("#licence", said)
        name = str(licence.iri) if licence.iri else "#licence"
        text = f"The licence {licence.text}, as SPDX names it."
        return self._add(
            name, {"@type": "CreativeWork", "name": clean(licence.text), "description": clean(text)}
        )

    def _agent(self, who: Agent, name: str) -> Json:
        kind = "Organization" if who.type == "organisation" else "Person"
        said: Json = {"@type": kind, "name": clean(who.name), "url": str(iri(who.url)) if who.url else None}
        if who.affiliation:
            at = Agent(name=who.affiliation, type="organisation", ror=who.affiliation_ror)
            said["affiliation"] = self._agent(at, f"{name}-affiliation")
        return self._add(str(agent_id(who) or name), said)

    def _citations(self) -> list[Json]:
        known = self._item.metadata
        found = [
            self._add(address, {"@type": "ScholarlyArticle", "name": clean(each.text or each.title)})
            for each in known.references
            if (address := f"https://doi.org/{each.doi}" if each.doi else each.url)
        ]
        if found or not known.links.citation:
            return found
        about = {"@type": "ScholarlyArticle", "name": clean(f"Publication on {known.title}")}
        return [self._add(str(iri(known.links.citation)), about)]

    def _add(self, name: str, said: Json) -> Json:
        self._found.setdefault(name, {"@id": name, **said})
        return {"@id": name}


def _given(said: Json) -> Json:
    return {name: value for name, value in said.items() if value not in (None, "", [])}
