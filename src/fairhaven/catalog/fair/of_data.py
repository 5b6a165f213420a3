"""How F-UJI's tests look at what the robot found."""

import re

from fairhaven.catalog.fair import known
from fairhaven.catalog.fair.evidence import Seen, looks, seen, some
from fairhaven.catalog.fair.robot import Harvest

_CITED = ("title", "publication_date", "identifier")
_RDF = ("text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples")


@looks("FsF-F1-01MD-1")
def unique(found: Harvest) -> Seen:
    return seen(known.unique(found.start), f"`{found.start}`", f"`{found.start}` has no known form.")


@looks("FsF-F1-02MD-1", "FRSM-01-F1-2")
def persistent(found: Harvest) -> Seen:
    names = found.persistent
    return seen(names, some(names), "No DOI, handle, ARK or the like is told for the item.")


@looks("FsF-F1-02MD-2")
def registered(found: Harvest) -> Seen:
    """Whoever keeps the identifier led on, wherever that ended."""
    answer = found.resolved
    if answer is None:
        return Seen(False, "There is no such identifier to ask for.")
    return seen(answer.via, f"{answer.asked} leads to {answer.url}.", f"{answer.asked}: {answer.said}")


@looks("FsF-F2-01M-2")
def citable(found: Harvest) -> Seen:
    missing = _missing(found)
    return seen(not missing, "All six are told.", f"Not told: {some(missing, 9)}.")


@looks("FsF-F2-01M-3")
def described(found: Harvest) -> Seen:
    missing = [*_missing(found), *(name for name in ("summary", "keywords") if not found.said.first(name))]
    return seen(not missing, "Summary and keywords are told.", f"Not told: {some(missing, 9)}.")


@looks("FsF-F3-01M-2")
def names_content(found: Harvest) -> Seen:
    places = _content(found)
    return seen(places, some(places), "No address of content is told.")


@looks("FsF-F4-01M-1")
def searchable(found: Harvest) -> Seen:
    inside = [each for each in found.documents if each.how == "embedded"]
    spaces = {space for each in inside for space in each.record.namespaces}
    words = [name for name in ("http://schema.org/", "http://www.w3.org/ns/dcat#") if name in spaces]
    dublin = any(name.startswith(("dc.", "dcterms.")) for name in found.page.meta)
    return seen(
        words or dublin,
        f"{some(words or ['Dublin Core'])} stands in the page.",
        "Nothing of that in the page.",
    )


@looks("FsF-A1-01M-1")
def access(found: Harvest) -> Seen:
    levels = found.said.all("access")
    return seen(levels, some(levels), "No access level is told.")


@looks("FsF-A1-02MD-1")
def metadata_comes(found: Harvest) -> Seen:
    read = [each.media_type for each in found.documents]
    return seen(read, f"{len(read)} descriptions came.", f"No metadata came: {found.landing.said}.")


@looks("FsF-A1-02MD-2")
def content_comes(found: Harvest) -> Seen:
    came = [place for place, answer in found.files.items() if answer.ok]
    failed = [f"{place}: {answer.said}" for place, answer in found.files.items() if not answer.ok]
    return seen(
        came, f"{len(came)} of {len(found.files)} answer: {some(came)}", some(failed) or "There is none."
    )


@looks("FsF-A1.1-01MD-1")
def metadata_protocol(found: Harvest) -> Seen:
    return _by([found.start], known.PROTOCOLS)


@looks("FsF-A1.1-01MD-2")
def content_protocol(found: Harvest) -> Seen:
    return _by(_content(found), known.PROTOCOLS)


@looks("FsF-A1.2-01MD-1")
def metadata_asks_who(found: Harvest) -> Seen:
    return _by([found.start], known.ASK_WHO)


@looks("FsF-A1.2-01MD-2")
def content_asks_who(found: Harvest) -> Seen:
    return _by(_content(found), known.ASK_WHO)


@looks("FsF-I1-01M-1")
def formal_inside(found: Harvest) -> Seen:
    inside = [each for each in found.documents if each.how == "embedded" and each.record.about]
    return seen(inside, "JSON-LD in the page was read.", "No JSON-LD in the page could be read.")


@looks("FsF-I1-01M-2")
def formal_beside(found: Harvest) -> Seen:
    types = {
        each.media_type for each in found.documents if each.how != "embedded" and each.media_type in _RDF
    }
    return seen(types, f"Read: {some(sorted(types))}.", "No RDF was had, or none could be read.")


@looks("FsF-I2-01M-2")
def registered_words(found: Harvest) -> Seen:
    names = known.named(found.said.namespaces, known.VOCABULARIES)
    return seen(names, some(names, 8), "None that is registered, beside those that everybody uses.")


@looks("FsF-I3-01M-1")
def related(found: Harvest) -> Seen:
    how = sorted({_word(each.how) for each in found.said.relations})
    return seen(how, some(how, 8), "Nothing related is named.")


@looks("FsF-I3-01M-2")
def related_by_address(found: Harvest) -> Seen:
    named = [f"{_word(each.how)} {each.what}" for each in found.said.relations if each.actionable]
    return seen(named, some(named), "No address or identifier of something related is named.")


@looks("FsF-R1-01M-1")
def kind(found: Harvest) -> Seen:
    return seen(found.said.kinds, some(sorted(found.said.kinds), 6), "It is not told what it is.")


@looks("FsF-R1-01M-2")
def size_and_type(found: Harvest) -> Seen:
    told = [each for each in found.parts if each.url and each.type and each.size is not None]
    right = [each for each in told if _agrees(found, each.url, each.type, each.size)]
    if right:
        first = right[0]
        return Seen(
            True, f"`{first.name or first.url}`: {first.type}, {first.size} B; {len(right)} files are right."
        )
    if found.interface is not None and found.interface.ok:
        return Seen(True, f"A service is described at {found.interface.url}.")
    wrong = (
        f"{len(told)} files are told with both, and none could be had so."
        if told
        else "Of no file both are told."
    )
    return Seen(False, wrong)


@looks("FsF-R1.1-01M-1")
def licence(found: Harvest) -> Seen:
    return seen(found.said.all("license"), some(found.said.all("license")), "No licence is told.")


@looks("FsF-R1.2-01M-1")
def origins(found: Harvest) -> Seen:
    told = [name for name in ("created", "modified", "publication_date") if found.said.first(name)]
    told += sorted({who.role for who in found.said.agents})
    return seen(told, some(told, 8), "Neither people nor dates are told.")


@looks("FsF-R1.2-01M-2", "FRSM-17-R1.2-3")
def provenance(found: Harvest) -> Seen:
    names = known.named(found.said.namespaces, known.PROVENANCE)
    return seen(names, some(names), "No term of PROV or PAV occurs.")


@looks("FsF-R1.3-01M-1")
def of_models(found: Harvest) -> Seen:
    names = known.named(found.said.namespaces, known.OF_MODELS)
    return seen(names, some(names), "No standard for models is followed.")


@looks("FsF-R1.3-01M-3")
def general(found: Harvest) -> Seen:
    names = known.named(found.said.namespaces, known.GENERAL)
    return seen(names, some(names), "No standard is followed that is listed.")


@looks("FsF-R1.3-02D-1")
def open_format(found: Harvest) -> Seen:
    types = {
        answer.media_type
        for answer in found.files.values()
        if answer.ok and known.open_type(answer.media_type)
    }
    return seen(types, some(sorted(types)), "No file that could be had is in an open format that we know.")


def _missing(found: Harvest) -> list[str]:
    missing = [name.replace("_", " ") for name in _CITED if not found.said.first(name)]
    missing += [role for role in ("creator", "publisher") if not found.said.of_role(role)]
    return missing if found.said.kinds else [*missing, "kind"]


def _content(found: Harvest) -> list[str]:
    return list(dict.fromkeys(each.url for each in found.parts if each.url))


def _by(places: list[str], protocols: tuple[str, ...]) -> Seen:
    used = sorted({known.scheme(each) for each in places} & set(protocols))
    return seen(used, some(used), "No address by such a protocol.")


def _agrees(found: Harvest, place: str, media_type: str, size: int | None) -> bool:
    """Whether the head of a file says what the metadata says."""
    answer = found.files.get(place)
    if answer is None or not answer.ok:
        return False
    length = answer.headers.get("content-length", "")
    return answer.media_type == media_type.lower() and length in ("", str(size))


def _word(term: str) -> str:
    return re.split(r"[#/]", term)[-1]
