"""What a record of any format says, before it is metadata of ours."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast
from urllib.parse import urlsplit

from pydantic import JsonValue

from fairhaven.catalog import metadata
from fairhaven.catalog.drivers import telling
from fairhaven.catalog.drivers.telling import Data
from fairhaven.catalog.metadata import formats, identifiers

LONGEST_SUMMARY = 300
MOST = 100  # of people, words or addresses
_REPOSITORY = re.compile(
    r"https?://(?:(?:www\.)?(?:github|gitlab)\.com|codeberg\.org|bitbucket\.org|git[a-z.-]*\.[a-z.]+)/[^/]+/.+"
)
_LICENCE_PAGE = re.compile(
    r"https?://(?:spdx\.org/licenses|(?:www\.)?opensource\.org/licenses?|choosealicense\.com/licenses)/([A-Za-z0-9.+-]+?)"
    r"(?:\.html|\.json|/)?"
)
_CREATIVE = re.compile(
    r"https?://creativecommons\.org/(?:licenses/([a-z-]+)/([0-9.]+)|publicdomain/(zero)/([0-9.]+))(?:/.*)?"
)
_EU = re.compile(r"https?://publications\.europa\.eu/resource/authority/licence/([A-Z0-9_]+)")
_EU_CODES = {
    "CC0": "CC0-1.0", "ODC_BY": "ODC-By-1.0", "ODC_BL": "ODbL-1.0", "ODC_PDDL": "PDDL-1.0",
    "CC_BYNC_4_0": "CC-BY-NC-4.0", "CC_BYSA_4_0": "CC-BY-SA-4.0", "CC_BYND_4_0": "CC-BY-ND-4.0",
    "CC_BYNCSA_4_0": "CC-BY-NC-SA-4.0", "CC_BYNCND_4_0": "CC-BY-NC-ND-4.0",
}  # fmt: skip
_TAG = re.compile(r"<[^>]{0,2000}>")


@dataclass(frozen=True)
class Person:
    """Who made it; `organisation` when the record says so."""

    name: str
    orcid: str = ""
    affiliation: str = ""
    organisation: bool = False


@dataclass(frozen=True)
class Description:
    """A record's content; texts are as they stand, addresses not yet checked."""

    title: str = ""
    summary: str = ""
    description: str = ""
    creators: Sequence[Person] = ()
    contributors: Sequence[Person] = ()
    words: Sequence[str] = ()
    rights: Sequence[str] = ()
    identifiers: Sequence[str] = ()
    # Addresses of what it is made of, the source code first.
    sources: Sequence[str] = ()
    documentation: str = ""
    created: str = ""
    updated: str = ""
    published: str = ""
    publisher: str = ""
    languages: Sequence[str] = ()
    version: str = ""
    tasks: Sequence[str] = ()
    libraries: Sequence[str] = ()
    categories: Sequence[str] = ()
    data_types: Sequence[str] = ()
    extra: Data = field(default_factory=dict)


def told(said: Description, *, landing: str, changed: str) -> Data:
    """The description as data of a metadata file.

    Args:
        landing: where the record can be read, if it names no address of its own.
        changed: the record's datestamp, for what says no date.
    """
    known = metadata.facets()
    text = telling.text(said.description) or telling.text(said.summary)
    return telling.filled(
        title=telling.line(said.title, 200),
        doi=_doi(said.identifiers),
        license=licence(said.rights),
        version=telling.line(said.version, 60),
        languages=cast("JsonValue", _languages(said.languages)),
        authors=cast("JsonValue", [_agent(who) for who in said.creators[:MOST] if telling.line(who.name)]),
        contributors=cast(
            "JsonValue", [_agent(who) for who in said.contributors[:MOST] if telling.line(who.name)]
        ),
        publisher={"name": name, "type": "organisation"} if (name := telling.line(said.publisher)) else "",
        links=_links(said, landing),
        dates=_dates(said, changed),
        extra=said.extra,
    ) | {
        "summary": _summary(said, text),
        "description": text or telling.line(said.title, 200),
        "tasks": _meant([*said.tasks, *said.words], known.tasks),
        "libraries": _meant([*said.libraries, *said.words], known.libraries),
        "categories": _meant(said.categories, known.categories),
        "data-type": _meant([*said.data_types, *said.words], known.data_types),
        "tags": telling.lines([word for word in said.words if len(word) <= 100], MOST),
    }


def licence(rights: Iterable[str]) -> str:
    """The SPDX expression of the first right that clearly names a licence."""
    for text in rights:
        if found := _licence(text.strip()):
            return found
    return ""


def _licence(text: str) -> str:
    if page := _LICENCE_PAGE.fullmatch(text):
        return identifiers.bare_licence(page[1])
    if creative := _CREATIVE.fullmatch(text):
        kind, number, zero, zeroth = creative.groups()
        return identifiers.bare_licence(f"CC0-{zeroth}" if zero else f"CC-{kind.upper()}-{number}")
    if europe := _EU.fullmatch(text):
        return _EU_CODES.get(europe[1]) or identifiers.bare_licence(_with_dots(europe[1]))
    return identifiers.bare_licence(text) if len(text) < 100 else ""


def _with_dots(code: str) -> str:
    """`APACHE_2_0` as SPDX writes it."""
    return re.sub(r"-(\d+)-(\d+)$", r"-\1.\2", code.replace("_", "-"))


def _agent(who: Person) -> Data:
    return telling.filled(
        name=telling.line(who.name, 200),
        type="organisation" if who.organisation else "",
        orcid=identifiers.mend_orcid(who.orcid) if who.orcid else "",
        affiliation=telling.line(who.affiliation, 200),
    )


def _links(said: Description, landing: str) -> Data:
    own = [each for text in said.identifiers if (each := telling.address(text))]
    doi = _doi(said.identifiers)
    home = next(iter(own), f"https://doi.org/{doi}" if doi else landing)
    sources = [each for text in said.sources if (each := telling.address(text))]
    code = next((each for each in sources if _REPOSITORY.fullmatch(each)), "") or next(iter(sources), "")
    return telling.filled(
        source_code=code or home, homepage=home, documentation=telling.address(said.documentation)
    )


def _doi(texts: Iterable[str]) -> str:
    return next((found for text in texts if (found := formats.bare_doi(text.strip()))), "")


def _dates(said: Description, changed: str) -> Data:
    published, day = telling.day(said.published), telling.day(changed)
    created = telling.day(said.created) or published or telling.day(said.updated) or day
    updated = telling.day(said.updated) or published or day or created
    if not created:
        return {}
    return telling.filled(created=min(created, updated), updated=max(created, updated), published=published)


def _languages(codes: Iterable[str]) -> list[str]:
    short = (telling.line(code) for code in codes)
    return list(dict.fromkeys(code for code in short if re.fullmatch(r"[a-z]{2}", code)))[:20]


def _summary(said: Description, text: str) -> str:
    """What it says in short, else the beginning of the description without its markup, else the title."""
    short = telling.line(_TAG.sub(" ", said.summary), LONGEST_SUMMARY)
    return short or telling.line(_TAG.sub(" ", text[:4000]), LONGEST_SUMMARY) or telling.line(said.title, 200)


def _meant(said: Iterable[str], allowed: Sequence[str]) -> list[JsonValue]:
    words = {word.casefold(): word for word in allowed}
    return telling.chosen((each.strip().casefold() for each in said), words)


def with_words(said: Description, words: Iterable[str]) -> Description:
    """The same, its words split where a record lists several in one."""
    split = [part.strip() for word in words for part in re.split(r"[;\n]", word)]
    return replace(said, words=[word for word in dict.fromkeys(split) if word][: 2 * MOST])


def is_code(address: str) -> bool:
    """Whether an address looks like a repository of code."""
    return bool(urlsplit(address).netloc and _REPOSITORY.fullmatch(address))
