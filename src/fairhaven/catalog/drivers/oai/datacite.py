"""DataCite's kernels 3 and 4, alone or inside `oai_datacite` (http://schema.datacite.org/oai/)."""

from collections.abc import Sequence

from fairhaven.catalog.drivers.oai.description import Description, Person, is_code, with_words
from fairhaven.catalog.drivers.oai.xml import Element

_SOURCES = ("IsDerivedFrom", "IsSupplementTo", "IsVersionOf", "IsSourceOf")


def read(root: Element) -> Description:
    """What a `resource` element says, or the one in the payload of an `oai_datacite` element."""
    resource = _resource(root)
    days = {each.get("dateType"): each.text.strip() for each in _each(resource, "dates", "date")}
    related = _each(resource, "relatedIdentifiers", "relatedIdentifier")
    descriptions = _each(resource, "descriptions", "description")
    short = [each.text for each in descriptions if each.get("descriptionType") == "Abstract"]
    long = [each.text for each in descriptions if each.get("descriptionType") != "Abstract"]
    said = Description(
        title=next((each.text for each in _each(resource, "titles", "title")), ""),
        summary=next(iter(short or long), ""),
        description="\n\n".join(long or short),
        creators=[_person(each, "creatorName") for each in _each(resource, "creators", "creator")],
        contributors=_contributors(resource),
        rights=_rights(resource),
        identifiers=_identifiers(resource),
        sources=_sources(related),
        documentation=_related(related, "IsDocumentedBy"),
        created=days.get("Created", ""),
        updated=days.get("Updated", ""),
        published=days.get("Issued") or days.get("Available") or "",
        publisher=resource.said("publisher"),
        languages=[resource.said("language")],
        version=resource.said("version"),
    )
    return with_words(said, [each.text for each in _each(resource, "subjects", "subject")])


def _resource(root: Element) -> Element:
    if root.local == "resource":
        return root
    payload = root.first("payload")
    return (payload.first("resource") if payload else None) or root.first("resource") or root


def _each(resource: Element, group: str, name: str) -> Sequence[Element]:
    found = resource.first(group)
    return found.all(name) if found else ()


def _person(element: Element, name: str) -> Person:
    schemes = {each.get("nameIdentifierScheme").upper(): each.text for each in element.all("nameIdentifier")}
    named = element.first(name)
    return Person(
        name=named.text.strip() if named else "",
        orcid=schemes.get("ORCID", "").strip(),
        affiliation=element.said("affiliation"),
        organisation=named is not None and named.get("nameType") == "Organizational",
    )


def _contributors(resource: Element) -> Sequence[Person]:
    return [_person(each, "contributorName") for each in _each(resource, "contributors", "contributor")]


def _rights(resource: Element) -> Sequence[str]:
    told = _each(resource, "rightsList", "rights")
    return [
        text for each in told for text in (each.get("rightsIdentifier"), each.get("rightsURI"), each.text)
    ]


def _identifiers(resource: Element) -> Sequence[str]:
    own = resource.first("identifier")
    others = _each(resource, "alternateIdentifiers", "alternateIdentifier")
    return [each.text.strip() for each in ([own] if own else []) + list(others)]


def _sources(related: Sequence[Element]) -> Sequence[str]:
    texts = [each.text.strip() for each in related if each.get("relationType") in _SOURCES]
    return [text for text in texts if is_code(text)] or [text for text in texts if "://" in text]


def _related(related: Sequence[Element], kind: str) -> str:
    return next((each.text.strip() for each in related if each.get("relationType") == kind), "")
