"""What InvenioRDM demands of a record's metadata, and the words in which it says what is wrong."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

Json = Mapping[str, Any]
Error = dict[str, Any]

MISSING = "Missing data for required field."
TYPES = ("software", "model", "dataset", "publication-article", "workflow", "other")
LICENCES = ("apache-2.0", "mit", "cc-by-4.0", "cc0-1.0", "gpl-3.0-or-later", "bsd-3-clause", "eupl-1.2")
RELATIONS = (
    "cites", "issupplementto", "issupplementedby", "isdescribedby", "isdocumentedby", "isnewversionof",
    "isderivedfrom", "isversionof", "ispartof", "references", "requires", "isidenticalto",
)  # fmt: skip
ROLES = ("contactperson", "datacollector", "other", "researcher", "projectmember")
AFFILIATIONS = ("01ggx4157", "05gq02987")  # ROR, as the vocabulary of affiliations has them
FIELDS = {
    "resource_type", "title", "publication_date", "publisher", "creators", "contributors", "description",
    "additional_descriptions", "additional_titles", "version", "rights", "subjects", "identifiers",
    "related_identifiers", "funding", "languages", "dates", "references", "sizes", "formats", "locations",
}  # fmt: skip
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DOI = re.compile(r"10\.\d{4,9}/\S+")


def errors(metadata: Json) -> list[Error]:
    """Everything that is wrong, as the list `errors` of an answer has it."""
    return [{"field": f"metadata.{field}", "messages": [said]} for field, said in _wrong(metadata)]


def errors_of_doi(metadata: Json) -> list[Error]:
    """What DataCite demands besides, for a DOI to be registered."""
    if metadata.get("publisher"):
        return []
    said = "Missing publisher field required for DOI registration."
    return [{"field": "metadata.publisher", "messages": [said]}]


def _wrong(metadata: Json) -> Iterator[tuple[str, str]]:
    for name in metadata.keys() - FIELDS:
        yield name, "Unknown field."
    yield from _title(metadata.get("title"))
    yield from _vocabulary("resource_type", metadata.get("resource_type"), TYPES, required=True)
    day = metadata.get("publication_date")
    if not day:
        yield "publication_date", MISSING
    elif not isinstance(day, str) or not all(_is_day(each) for each in day.split("/", 1)):
        yield "publication_date", "Please provide a valid date or interval."
    if not metadata.get("creators"):
        yield "creators", MISSING
    for name in ("creators", "contributors"):
        for number, each in enumerate(metadata.get(name) or ()):
            yield from _agent(f"{name}.{number}", each, role=name == "contributors")
    if "description" in metadata and len(str(metadata["description"])) < 3:
        yield "description", "Shorter than minimum length 3."
    yield from _lists(metadata)


def _lists(metadata: Json) -> Iterator[tuple[str, str]]:
    for number, each in enumerate(metadata.get("rights") or ()):
        if ("id" in each) == ("title" in each):
            yield f"rights.{number}", "Only one of the licence's id or title must be present."
        if "id" in each:
            yield from _vocabulary(f"rights.{number}", each, LICENCES, required=True)
    for number, each in enumerate(metadata.get("identifiers") or ()):
        yield from _identifier(f"identifiers.{number}", each)
    for number, each in enumerate(metadata.get("related_identifiers") or ()):
        place = f"related_identifiers.{number}"
        yield from _identifier(place, each)
        yield from _vocabulary(f"{place}.relation_type", each.get("relation_type"), RELATIONS, required=True)
        yield from _vocabulary(f"{place}.resource_type", each.get("resource_type"), TYPES)
    for number, each in enumerate(metadata.get("subjects") or ()):
        if not each.get("subject") and not each.get("id"):
            yield f"subjects.{number}.subject", MISSING
    for number, each in enumerate(metadata.get("funding") or ()):
        if not each.get("funder"):
            yield f"funding.{number}.funder", MISSING
        award = each.get("award")
        if award and not (award.get("id") or (award.get("title") and award.get("number"))):
            yield f"funding.{number}.award", MISSING
    for number, each in enumerate(metadata.get("additional_descriptions") or ()):
        if len(str(each.get("description", ""))) < 3:
            yield f"additional_descriptions.{number}.description", "Shorter than minimum length 3."


def _title(title: Any) -> Iterator[tuple[str, str]]:
    if not title:
        yield "title", MISSING
    elif len(str(title)) < 3:
        yield "title", "Shorter than minimum length 3."


def _vocabulary(
    place: str, given: Any, known: tuple[str, ...], *, required: bool = False
) -> Iterator[tuple[str, str]]:
    if given is None:
        if required:
            yield place, MISSING
    elif not isinstance(given, Mapping) or not given.get("id"):
        yield f"{place}.id", MISSING
    elif given["id"] not in known:
        yield f"{place}.id", f"Invalid value {given['id']}."


def _agent(place: str, given: Json, *, role: bool) -> Iterator[tuple[str, str]]:
    who = given.get("person_or_org")
    if not who:
        yield f"{place}.person_or_org", MISSING
        return
    inner = f"{place}.person_or_org"
    match who.get("type"):
        case "personal":
            if not who.get("family_name"):
                yield f"{inner}.family_name", "Family name must be filled."
        case "organizational":
            if not who.get("name"):
                yield f"{inner}.name", "Name cannot be blank."
        case _:
            yield f"{inner}.type", "Invalid value. Choose one of ['organizational', 'personal']."
    for number, each in enumerate(who.get("identifiers") or ()):
        if each.get("scheme") == "orcid" and not _is_orcid(str(each.get("identifier"))):
            yield f"{inner}.identifiers.{number}", "Invalid orcid identifier."
    for number, each in enumerate(given.get("affiliations") or ()):
        if "id" in each:
            yield from _vocabulary(f"{place}.affiliations.{number}", each, AFFILIATIONS, required=True)
        elif not each.get("name"):
            yield f"{place}.affiliations.{number}.name", MISSING
    yield from _vocabulary(f"{place}.role", given.get("role"), ROLES, required=role)


def _identifier(place: str, given: Json) -> Iterator[tuple[str, str]]:
    scheme, text = given.get("scheme"), str(given.get("identifier") or "")
    if not text:
        yield f"{place}.identifier", MISSING
    if scheme not in ("url", "doi"):
        yield f"{place}.scheme", "Invalid scheme."
    elif scheme == "doi" and not _DOI.fullmatch(text):
        yield f"{place}.identifier", "Invalid DOI identifier."
    elif scheme == "url" and urlsplit(text).scheme not in ("http", "https"):
        yield f"{place}.identifier", "Invalid URL identifier."


def _is_day(text: str) -> bool:
    found = _DAY.fullmatch(text)
    try:
        return bool(found and date(int(found[1]), int(found[2] or 1), int(found[3] or 1)))
    except ValueError:
        return False


def _is_orcid(text: str) -> bool:
    """Whether the last character fits the others (ISO 7064, MOD 11-2)."""
    digits = text.replace("-", "")
    if not re.fullmatch(r"\d{15}[\dX]", digits):
        return False
    total = 0
    for each in digits[:-1]:
        total = (total + int(each)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == digits[-1]
