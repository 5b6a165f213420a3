"""DataCite Metadata Schema 4.6, as JSON (what its REST API takes) and as XML (kernel-4).

Only values that 4.5 knows too are used, so that tools of either version accept the documents.
"""

from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from fairhaven.catalog.exports.graph import clean, iri
from fairhaven.catalog.exports.item import Item
from fairhaven.catalog.metadata import Agent, Grant

JSON_TYPE = "application/vnd.datacite.datacite+json"
XML_TYPE = "application/vnd.datacite.datacite+xml"
_KERNEL = "http://datacite.org/schema/kernel-4"
_SCHEMA = f"{_KERNEL} https://schema.datacite.org/meta/kernel-4.6/metadata.xsd"

Json = dict[str, Any]


def document(item: Item) -> Json:
    """The item as DataCite's JSON."""
    known = item.metadata
    said: Json = {
        "doi": item.doi,
        "alternateIdentifiers": [{"alternateIdentifier": str(item.id), "alternateIdentifierType": "URL"}],
        "types": {"resourceTypeGeneral": "Software", "resourceType": "Machine-learning module"},
        "creators": [agent(who) for who in item.creators],
        "contributors": [
            {**agent(who), "contributorType": role}
            for role, people in (("Other", known.contributors), ("ContactPerson", known.maintainers))
            for who in people
        ],
        "titles": [{"title": clean(known.title)}],
        "publisher": {"name": clean(item.publisher.name)},
        "publicationYear": str(item.published.year),
        "subjects": [{"subject": clean(word)} for word in _once((*item.keywords, *known.tasks))],
        "dates": _dates(item),
        "language": next(iter(known.languages), None),
        "version": clean(item.version),
        "rightsList": _rights(item),
        "descriptions": _descriptions(item),
        "fundingReferences": [_funding(grant) for grant in known.funding],
        "relatedIdentifiers": _related(item),
        "url": item.page,
        "schemaVersion": _KERNEL,
    }
    return {name: value for name, value in said.items() if value not in (None, [], "")}


def agent(who: Agent) -> Json:
    """A creator or contributor."""
    person = who.type == "person"
    said: Json = {"name": clean(who.name), "nameType": "Personal" if person else "Organizational"}
    if who.orcid:
        said["nameIdentifiers"] = [
            _identifier(f"https://orcid.org/{who.orcid}", "ORCID", "https://orcid.org")
        ]
    elif who.ror:
        said["nameIdentifiers"] = [_identifier(f"https://ror.org/{who.ror}", "ROR", "https://ror.org")]
    if who.affiliation:
        at: Json = {"name": clean(who.affiliation)}
        if who.affiliation_ror:
            at["affiliationIdentifier"] = f"https://ror.org/{who.affiliation_ror}"
            at |= {"affiliationIdentifierScheme": "ROR", "schemeUri": "https://ror.org"}
        said["affiliation"] = [at]
    return said


def _identifier(value: str, scheme: str, uri: str) -> Json:
    return {"nameIdentifier": value, "nameIdentifierScheme": scheme, "schemeUri": uri}


def _dates(item: Item) -> list[Json]:
    dates = [("Created", item.created), ("Updated", item.modified), ("Issued", item.published)]
    dates += [("Withdrawn", item.withdrawn.date())] if item.withdrawn else []
    return [{"date": day.isoformat(), "dateType": kind} for kind, day in dates]


def _rights(item: Item) -> list[Json]:
    licence = item.licence
    if licence is None:
        return []
    if licence.iri is None:
        return [{"rights": clean(licence.text)}]
    return [
        {
            "rights": licence.text,
            "rightsUri": licence.iri,
            "rightsIdentifier": licence.text,
            "rightsIdentifierScheme": "SPDX",
            "schemeUri": "https://spdx.org/licenses/",
        }
    ]


def _descriptions(item: Item) -> list[Json]:
    known = item.metadata
    said = [(known.summary, "Abstract"), (known.description, "Other")]
    if known.use and known.use.instructions:
        said.append((known.use.instructions, "TechnicalInfo"))
    return [{"description": clean(text), "descriptionType": kind} for text, kind in said if clean(text)]


def _funding(grant: Grant) -> Json:
    said: Json = {"funderName": clean(grant.funder), "awardNumber": grant.award, "awardTitle": grant.title}
    if grant.funder_ror:
        said |= {"funderIdentifier": f"https://ror.org/{grant.funder_ror}", "funderIdentifierType": "ROR"}
    if grant.url:
        said["awardUri"] = iri(grant.url)
    return {name: value for name, value in said.items() if value}


def _related(item: Item) -> list[Json]:
    known = item.metadata
    pairs = [
        (known.links.source_code, "IsDerivedFrom"),
        (known.links.documentation, "IsDocumentedBy"),
        (known.links.citation, "IsDescribedBy"),
        (known.links.base_model, "IsDerivedFrom"),
        (known.links.zenodo_doi, "IsIdenticalTo"),
        *(
            (f"https://doi.org/{each.doi}" if each.doi else each.url, "IsDescribedBy")
            for each in known.references
        ),
        *((f"https://doi.org/{each.doi}" if each.doi else each.url, "Requires") for each in item.datasets),
        (str(item.concept) if item.pinned else None, "IsVersionOf"),
        (f"https://doi.org/{item.concept_doi}" if item.pinned and item.concept_doi else None, "IsVersionOf"),
    ]
    related = [_relation(address, kind) for address, kind in dict.fromkeys(pairs) if address]
    return [each for number, each in enumerate(related) if each not in related[:number]]


def _relation(address: str, kind: str) -> Json:
    for prefix in ("https://doi.org/", "http://doi.org/", "https://dx.doi.org/", "http://dx.doi.org/"):
        if address.startswith(prefix):
            doi = address.removeprefix(prefix)
            return {"relatedIdentifier": doi, "relatedIdentifierType": "DOI", "relationType": kind}
    return {"relatedIdentifier": str(iri(address)), "relatedIdentifierType": "URL", "relationType": kind}


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))


def xml(item: Item, *, declared: bool = True) -> str:
    """The item as DataCite's XML; not `declared`: to stand inside another document."""
    said = document(item)
    doi = said.get("doi")
    parts = [
        _tag("identifier", doi or str(item.id), identifierType="DOI" if doi else "URL"),
        _group("creators", [_person("creator", each) for each in said["creators"]]),
        _group("titles", [_tag("title", each["title"]) for each in said["titles"]]),
        _tag("publisher", said["publisher"]["name"]),
        _tag("publicationYear", said["publicationYear"]),
        _tag("resourceType", said["types"]["resourceType"], resourceTypeGeneral="Software"),
        _group("subjects", [_tag("subject", each["subject"]) for each in said.get("subjects", ())]),
        _group("contributors", [_person("contributor", each) for each in said.get("contributors", ())]),
        _group("dates", [_tag("date", each["date"], dateType=each["dateType"]) for each in said["dates"]]),
        _tag("language", said["language"]) if "language" in said else "",
        _group("alternateIdentifiers", [_tag("alternateIdentifier", item.id, alternateIdentifierType="URL")]),
        _group("relatedIdentifiers", [_related_xml(each) for each in said.get("relatedIdentifiers", ())]),
        _tag("version", said["version"]),
        _group("rightsList", [_rights_xml(each) for each in said.get("rightsList", ())]),
        _group("descriptions", [_description_xml(each) for each in said.get("descriptions", ())]),
        _group("fundingReferences", [_funding_xml(each) for each in said.get("fundingReferences", ())]),
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n' if declared else ""
    names = f'xmlns="{_KERNEL}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    body = "\n".join(part for part in parts if part)
    return f'{head}<resource {names} xsi:schemaLocation="{_SCHEMA}">\n{body}\n</resource>\n'


def _tag(name: str, text: str, **attributes: str | None) -> str:
    given = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items() if value)
    return f"<{name}{given}>{escape(clean(text), {chr(13): '&#13;'})}</{name}>"


def _group(name: str, inner: list[str]) -> str:
    lines = "\n  ".join(inner)
    return f"<{name}>\n  {lines}\n</{name}>" if inner else ""


def _person(kind: str, said: Json) -> str:
    name = _tag(f"{kind}Name", said["name"], nameType=said["nameType"])
    inner = [name]
    for each in said.get("nameIdentifiers", ()):
        inner.append(
            _tag(
                "nameIdentifier",
                each["nameIdentifier"],
                nameIdentifierScheme=each["nameIdentifierScheme"],
                schemeURI=each["schemeUri"],
            )
        )
    for each in said.get("affiliation", ()):
        inner.append(
            _tag(
                "affiliation",
                each["name"],
                affiliationIdentifier=each.get("affiliationIdentifier"),
                affiliationIdentifierScheme=each.get("affiliationIdentifierScheme"),
                schemeURI=each.get("schemeUri"),
            )
        )
    role = f" contributorType={quoteattr(said['contributorType'])}" if "contributorType" in said else ""
    return f"<{kind}{role}>{''.join(inner)}</{kind}>"


def _related_xml(said: Json) -> str:
    kinds = {name: said[name] for name in ("relatedIdentifierType", "relationType")}
    return _tag("relatedIdentifier", said["relatedIdentifier"], **kinds)


def _rights_xml(said: Json) -> str:
    return _tag(
        "rights",
        said["rights"],
        rightsURI=said.get("rightsUri"),
        rightsIdentifier=said.get("rightsIdentifier"),
        rightsIdentifierScheme=said.get("rightsIdentifierScheme"),
        schemeURI=said.get("schemeUri"),
    )


def _description_xml(said: Json) -> str:
    return _tag("description", said["description"], descriptionType=said["descriptionType"])


def _funding_xml(said: Json) -> str:
    inner = [_tag("funderName", said["funderName"])]
    if "funderIdentifier" in said:
        kind = said["funderIdentifierType"]
        inner.append(_tag("funderIdentifier", said["funderIdentifier"], funderIdentifierType=kind))
    if "awardNumber" in said:
        inner.append(_tag("awardNumber", said["awardNumber"], awardURI=said.get("awardUri")))
    if "awardTitle" in said:
        inner.append(_tag("awardTitle", said["awardTitle"]))
    return f"<fundingReference>{''.join(inner)}</fundingReference>"
