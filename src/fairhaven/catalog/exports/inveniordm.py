"""The metadata of a record in InvenioRDM (Zenodo and others), for a deposit of a release.

Source: the metadata reference of InvenioRDM 13, which follows DataCite 4 with vocabularies of its own.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fairhaven.catalog.exports.cff import name_parts
from fairhaven.catalog.exports.graph import clean, iri
from fairhaven.catalog.exports.item import Item
from fairhaven.catalog.metadata import Agent, Grant
from fairhaven.core import markdown

MEDIA_TYPE = "application/vnd.inveniordm.v1+json"

Json = dict[str, Any]


def metadata(
    item: Item,
    *,
    type: str = "software",
    publisher: str = "",
    previous: str | None = None,
    known_affiliations: bool = True,
) -> Json:
    """The field `metadata` of a record.

    Args:
        type: its resource type: `software` or `model`.
        publisher: who is named instead of the item's own publisher.
        previous: the DOI of the release before.
        known_affiliations: name affiliations by their ROR too; a depository refuses those it does not know.
    """
    known = item.metadata
    said: Json = {
        "resource_type": {"id": type},
        "title": clean(known.title),
        "publication_date": item.published.isoformat(),
        "publisher": clean(publisher or item.publisher.name),
        "creators": [_creator(who, known_affiliations) for who in item.creators],
        "contributors": [
            {**_creator(who, known_affiliations), "role": {"id": role}}
            for role, people in (("other", known.contributors), ("contactperson", known.maintainers))
            for who in people
        ],
        "description": _described(item),
        "additional_descriptions": _abstract(item),
        "version": clean(item.version),
        "rights": _rights(item),
        "subjects": [{"subject": word} for word in dict.fromkeys(clean(each) for each in item.keywords)],
        "identifiers": [{"scheme": "url", "identifier": str(item.id)}],
        "related_identifiers": _once(_related(item, previous)),
        "funding": [_funding(grant) for grant in known.funding],
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def bears(record: Json, identifier: str) -> bool:
    """Whether a record says that this is another identifier of the same thing."""
    found = record.get("metadata", {}).get("identifiers") or ()
    return any(each.get("identifier") == identifier for each in found)


def _creator(who: Agent, known_affiliations: bool) -> Json:
    said: Json = {"person_or_org": _person(who) if who.type == "person" else _organisation(who)}
    if who.affiliation:
        by_ror = {"id": who.affiliation_ror} if who.affiliation_ror and known_affiliations else {}
        said["affiliations"] = [{**by_ror, "name": clean(who.affiliation)}]
    return said


def _person(who: Agent) -> Json:
    family, given = name_parts(who.name)
    said: Json = {"type": "personal", "family_name": family or given}
    if family and given:
        said["given_name"] = given
    if who.orcid:
        said["identifiers"] = [{"scheme": "orcid", "identifier": who.orcid}]
    return said


def _organisation(who: Agent) -> Json:
    said: Json = {"type": "organizational", "name": clean(who.name)}
    if who.ror:
        said["identifiers"] = [{"scheme": "ror", "identifier": who.ror}]
    return said


def _described(item: Item) -> str:
    known = item.metadata
    return str(markdown.render(known.description, pictures=False)).strip() or clean(known.summary)


def _abstract(item: Item) -> list[Json]:
    text = clean(item.metadata.summary)
    # Shorter ones are refused.
    return [{"description": text, "type": {"id": "abstract"}}] if len(text) >= 3 else []


def _rights(item: Item) -> list[Json]:
    licence = item.licence
    if licence is None:
        return []
    # The vocabulary of licences is SPDX's, in small letters.
    return [{"id": licence.text.lower()} if licence.iri else {"title": {"en": clean(licence.text)}}]


def _related(item: Item, previous: str | None) -> Iterator[Json]:
    known = item.metadata
    yield _relation(known.links.source_code, "issupplementto", "software")
    yield _relation(previous, "isnewversionof", None)
    yield _relation(known.links.documentation, "isdocumentedby", None)
    yield _relation(known.links.citation, "isdescribedby", None)
    yield _relation(known.links.base_model, "isderivedfrom", None)
    for each in known.references:
        yield _relation(each.doi or each.url, "isdescribedby", None)
    for data in item.datasets:
        yield _relation(data.doi or data.url, "requires", "dataset")


def _relation(where: str | None, kind: str, type: str | None) -> Json:
    if not where:
        return {}
    for prefix in ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/"):
        where = where.removeprefix(prefix)
    doi = where.startswith("10.")
    if not doi and not where.startswith(("http://", "https://")):
        return {}
    said: Json = {
        "identifier": where if doi else str(iri(where)),
        "scheme": "doi" if doi else "url",
        "relation_type": {"id": kind},
    }
    return {**said, "resource_type": {"id": type}} if type else said


def _once(related: Iterator[Json]) -> Sequence[Json]:
    found: list[Json] = []
    for each in related:
        if each and each not in found:
            found.append(each)
    return found


def _funding(grant: Grant) -> Json:
    said: Json = {"funder": {"name": clean(grant.funder)}}
    if grant.award and grant.title:  # an award of one's own needs both
        said["award"] = {"number": grant.award, "title": {"en": clean(grant.title)}}
    return said
