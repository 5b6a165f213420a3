"""How the tests for research software look at what the robot found."""

import json
import re
from urllib.parse import urlsplit

from fairhaven.catalog.fair import known
from fairhaven.catalog.fair.evidence import Seen, looks, seen, some
from fairhaven.catalog.fair.record import Agent, Part
from fairhaven.catalog.fair.robot import Harvest

_RUNS = re.compile(r"(?i)\b(build|install|run|usage|deploy)\w*")
_INTERFACES = ("openapi", "swagger", "asyncapi", "openrpc")


@looks("FRSM-01-F1-1")
def resolvable(found: Harvest) -> Seen:
    read = found.landing.ok and [each for each in found.documents if each.how == "embedded"]
    return seen(
        read, f"{found.landing.url} is read.", f"The page: {found.landing.said}; nothing in it was read."
    )


@looks("FRSM-01-F1-3")
def usual(found: Harvest) -> Seen:
    kinds = sorted({known.persistent(each) for each in found.persistent} & set(known.OF_SOFTWARE))
    return seen(kinds, some(kinds), "Neither DOI nor SWHID.")


@looks("FRSM-02-F1.1-1")
def parts_are_named(found: Harvest) -> Seen:
    names = {each.id for each in _described(found)} - {"", found.start}
    return seen(names, f"{len(names)} parts with names of their own.", "No parts are told.")


@looks("FRSM-02-F1.1-2")
def parts_are_related(found: Harvest) -> Seen:
    parts = _described(found)
    return seen(parts, f"{len(parts)} are told as parts.", "No parts are told.")


@looks("FRSM-02-F1.1-3")
def code_is_named(found: Harvest) -> Seen:
    code = [each.name for each in _described(found) if each.id and "SoftwareSourceCode" in each.kinds]
    return seen(code, some(code), "No file of code is told.")


@looks("FRSM-03-F1.2-1")
def versions_are_named(found: Harvest) -> Seen:
    release = found.release
    return seen(release, release.url if release else "", "No version with an identifier of its own.")


@looks("FRSM-03-F1.2-2")
def versions_are_related(found: Harvest) -> Seen:
    back = found.release is not None and found.start in found.release.record.all("versions")
    return seen(back, "The version tells what it is a version of.", "Nothing tells how they belong together.")


@looks("FRSM-03-F1.2-3")
def version_is_told(found: Harvest) -> Seen:
    return seen(found.said.first("version"), found.said.first("version"), "No version is told.")


@looks("FRSM-04-F2-1")
def readme(found: Harvest) -> Seen:
    if found.readme is None:
        return Seen(False, "No README could be had.")
    words = {found.said.first("title").lower(), *(title.lower() for title in found.said.all("title"))}
    text = found.readme.text.lower()
    named = [word for word in words if word and word in text]
    return seen(
        named, f"{found.readme.url} names “{some(named, 1)}”.", f"{found.readme.url} does not name the title."
    )


@looks("FRSM-04-F2-2")
def purpose(found: Harvest) -> Seen:
    missing = [name for name in ("language", "created", "keywords") if not found.said.first(name)]
    return seen(not missing, "Language, date and keywords are told.", f"Not told: {some(missing)}.")


@looks("FRSM-04-F2-3", "FRSM-05-R1-3")
def codemeta(found: Harvest) -> Seen:
    return seen(found.codemeta, found.codemeta.url if found.codemeta else "", "No CodeMeta was had.")


@looks("FRSM-05-R1-1")
def support(found: Harvest) -> Seen:
    known_how = [who.name for who in found.said.of_role("maintainer") if who.reachable]
    told = [*found.said.all("issues"), *known_how]
    return seen(told, some(told), "Neither where issues go nor a maintainer with an address is told.")


@looks("FRSM-05-R1-2")
def development(found: Harvest) -> Seen:
    missing = [name for name in ("status", "help") if not found.said.first(name)]
    return seen(not missing, f"Status: {found.said.first('status')}.", f"Not told: {some(missing)}.")


@looks("FRSM-06-F2-1")
def contributors(found: Harvest) -> Seen:
    names = list(dict.fromkeys(who.name for who in _people(found)))
    return seen(names, some(names), "No authors are named, beside the owner of the repository.")


@looks("FRSM-06-F2-2")
def contributors_are_known(found: Harvest) -> Seen:
    orcids = list(dict.fromkeys(who.id for who in _people(found) if "orcid.org" in who.id))
    return seen(orcids, some(orcids), "No ORCID is told.")


@looks("FRSM-06-F2-3", "FRSM-14-R1-3")
def unspeakable(found: Harvest) -> Seen:
    return Seen(False, "Nothing can tell this yet.")


@looks("FRSM-07-F3-1")
def identifier_is_cited(found: Harvest) -> Seen:
    texts = [each for each in (found.citation, found.readme) if each is not None and each.ok]
    within = [
        each.url for each in texts if any(name in each.text for name in (found.start, *found.persistent))
    ]
    return seen(within, some(within), "Neither README nor citation file has the identifier.")


@looks("FRSM-07-F3-2")
def identifier_is_its_own(found: Harvest) -> Seen:
    about = [each.url for each in found.documents if each.record.about == found.start]
    return seen(about, f"{len(about)} descriptions are of it.", "What it leads to is not said to be it.")


@looks("FRSM-08-F4-1")
def persists(found: Harvest) -> Seen:
    kept = [each for each in found.persistent if known.persistent(each) == "DOI"] + _archives(found)
    return seen(kept, some(kept), "Neither DOI nor archive.")


@looks("FRSM-08-F4-2")
def is_listed(found: Harvest) -> Seen:
    words = f"Listed in {some(found.listed)}" if found.listed else "Not listed"
    return Seen(
        bool(found.listed and found.persistent), f"{words}; {len(found.persistent)} persistent identifiers."
    )


@looks("FRSM-08-F4-3")
def is_archived(found: Harvest) -> Seen:
    places = {urlsplit(each).hostname or each for each in [*found.persistent, *_archives(found)]}
    return seen(len(places) > 1, some(sorted(places)), "Fewer than two infrastructures.")


@looks("FRSM-09-A1-1")
def repository_answers(found: Harvest) -> Seen:
    answer = found.repository
    if answer is None:
        return Seen(False, "No address of a repository is told.")
    return seen(answer.ok, answer.url, f"{answer.asked}: {answer.said}")


@looks("FRSM-09-A1-2")
def repository_asks_who(found: Harvest) -> Seen:
    used = sorted({known.scheme(each) for each in found.said.all("repository")} & set(known.ASK_WHO))
    return seen(used, some(used), "No address of a repository by such a protocol.")


@looks("FRSM-10-I1-1")
def formats(found: Harvest) -> Seen:
    told = found.said.all("reads")
    return seen(told, some(told), "No formats of inputs or outputs are told.")


@looks("FRSM-10-I1-2")
def formats_are_open(found: Harvest) -> Seen:
    types = [each.partition("media-types/")[2] or each for each in found.said.all("reads")]
    fine = [each for each in types if known.open_type(each)]
    return seen(
        types and len(fine) == len(types),
        some(fine),
        "Not all of them are open." if types else "None is told.",
    )


@looks("FRSM-10-I1-3")
def formats_are_defined(found: Harvest) -> Seen:
    named = [each for each in found.said.all("reads") if each.startswith(("http", "urn:"))]
    return seen(named, some(named), "Where they are defined is not told.")


@looks("FRSM-11-I1-1")
def interface_is_documented(found: Harvest) -> Seen:
    told = [*found.said.all("help"), *(text[:60] for text in found.said.all("instructions"))]
    return seen(told, some(told), "No documentation is told.")


@looks("FRSM-11-I1-2")
def interface_is_open(found: Harvest) -> Seen:
    answer = found.interface
    return seen(
        answer and answer.ok, answer.url if answer else "", answer.said if answer else "No interface is told."
    )


@looks("FRSM-11-I1-3")
def interface_is_formal(found: Harvest) -> Seen:
    try:
        said = json.loads(found.interface.text) if found.interface and found.interface.ok else {}
    except (ValueError, RecursionError):
        said = {}
    kinds = [name for name in _INTERFACES if isinstance(said, dict) and name in said]
    return seen(kinds, f"{some(kinds)} {said.get(kinds[0])}" if kinds else "", "No OpenAPI or the like.")


@looks("FRSM-12-I2-1")
def references(found: Harvest) -> Seen:
    works = list(dict.fromkeys(each.what for each in found.said.relations if each.work and each.actionable))
    return seen(works, some(works), "Neither articles nor data are named by an address.")


@looks("FRSM-13-R1-1")
def instructions(found: Harvest) -> Seen:
    if found.said.first("instructions"):
        return Seen(True, found.said.first("instructions")[:120])
    words = _RUNS.findall(found.readme.text) if found.readme else []
    return seen(
        words, f"The README tells how to {some(sorted({each.lower() for each in words}))}.", "Not told."
    )


@looks("FRSM-13-R1-2")
def dependencies(found: Harvest) -> Seen:
    record = found.codemeta.record if found.codemeta else None
    needs, runs = (record.all("requirements"), record.all("automation")) if record else ((), ())
    said = f"{len(needs)} dependencies; built by {some(runs) or 'nobody'}."
    return Seen(bool(needs and runs), said if record else "No CodeMeta was had.")


@looks("FRSM-14-R1-1")
def has_tests(found: Harvest) -> Seen:
    named = _files(found, r"(^|/)(tests?)(/|$)|(^|/)test_\w+\.py$")
    return seen(named, some(named), "No tests are told.")


@looks("FRSM-14-R1-2")
def tests_run(found: Harvest) -> Seen:
    runs = found.said.all("automation")
    return Seen(
        bool(has_tests(found).passed and runs), f"Run by {some(runs)}." if runs else "Nothing runs them."
    )


@looks("FRSM-15-R1.1-1")
def licence_file(found: Harvest) -> Seen:
    named = _files(found, r"(?i)(^|/)(licen[cs]e|copying)([.-][\w.-]+)?$")
    return seen(named, some(named), "No licence file is told.")


@looks("FRSM-15-R1.1-2")
def licences_of_all(found: Harvest) -> Seen:
    named = _files(
        found, r"(?i)(^|/)(licenses/|notice|third.?party|reuse\.toml|.*\.(spdx|cdx)(\.json)?$|sbom)"
    )
    declared = [each.name for each in found.parts if "license-files" in each.words]
    return seen(named or declared, some(named or declared), "Not told.")


@looks("FRSM-15-R1.1-3", "FRSM-16-R1.1-2")
def licence_is_known(found: Harvest) -> Seen:
    names = [each for each in found.said.all("license") if any(place in each for place in known.LICENCES)]
    return seen(names, some(names), "No licence by a name that machines know.")


@looks("FRSM-16-R1.1-1")
def rights(found: Harvest) -> Seen:
    holders = [*found.said.all("holder"), *(who.name for who in found.said.of_role("creator"))]
    told = found.said.first("license")
    return Seen(bool(told and holders), f"{told or 'No licence'}; {some(holders) or 'nobody named'}.")


@looks("FRSM-17-R1.2-1")
def history(found: Harvest) -> Seen:
    commit = re.search(r'(?m)^commit: "?([0-9a-f]{7,64})', found.citation.text if found.citation else "")
    told = found.said.first("repository")
    words = f"{told} at {commit.group(1)[:12]}" if told and commit else ""
    return seen(words, words, "Repository and commit are not told together.")


@looks("FRSM-17-R1.2-2")
def issues(found: Harvest) -> Seen:
    return seen(found.said.all("issues"), some(found.said.all("issues")), "No address of issues is told.")


def _described(found: Harvest) -> list[Part]:
    return [each for each in found.said.parts if each.id]


def _files(found: Harvest, pattern: str) -> list[str]:
    names = dict.fromkeys(each.name for each in found.parts if each.name)
    return [name for name in names if re.search(pattern, name)]


def _people(found: Harvest) -> list[Agent]:
    """Those who are named by the authors: CodeMeta leaves out whom the platform put in."""
    record = found.codemeta.record if found.codemeta else found.said
    return [who for who in record.of_role("creator", "contributor", "maintainer") if who.name]


def _archives(found: Harvest) -> list[str]:
    return [each for each in found.said.all("archive") if any(place in each for place in known.ARCHIVES)]
