"""A record as an entry of a list and as an item: its name, its metadata file, and where it stands."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from fairhaven.catalog.drivers import telling
from fairhaven.catalog.drivers.oai import datacite, description, dublin_core, mldcat
from fairhaven.catalog.drivers.oai.description import Description
from fairhaven.catalog.drivers.oai.harvest import Record
from fairhaven.catalog.drivers.oai.xml import Element
from fairhaven.catalog.metadata import Report
from fairhaven.catalog.ports import ListProblem
from fairhaven.core.sources import UnsafeRepository

READERS: Mapping[str, Callable[[Element], Description]] = {
    "mldcat-ap": mldcat.read,
    "oai_datacite": datacite.read,
    "datacite": datacite.read,
    "oai_dc": dublin_core.read,
}
_PREFIX = "metadataPrefix"


@dataclass(frozen=True)
class Content:
    """A record's title and metadata file, its revision as origin and list tell it, what reading it tells."""

    title: str
    text: bytes
    revision: str
    report: Report


def content(record: Record, prefix: str, base: str) -> Content:
    """What a record says, as a metadata file.

    Raises:
        UnsafeRepository: it says nothing of which a module can be made.
    """
    if record.metadata is None:
        raise UnsafeRepository("The record has no metadata.")
    try:
        said = READERS[prefix](record.metadata)
    except ListProblem as problem:
        raise UnsafeRepository(problem.detail) from None
    if not said.title.strip():
        raise UnsafeRepository(f"The record has no title in {prefix}.")
    landing = _with(base, verb="GetRecord", metadataPrefix=prefix, identifier=record.identifier)
    data = description.told(said, landing=landing, changed=record.datestamp)
    sound = telling.sounded(data, name=said.title, source=landing)
    revision = f"sha256-{hashlib.sha256(sound.text).hexdigest()}"
    return Content(telling.line(said.title, 200), sound.text, revision, sound.report)


def source(base: str, identifier: str, prefix: str) -> str:
    """The item's address; `prefix` when one was chosen, and not the best taken."""
    where = _with(base, **({_PREFIX: prefix} if prefix else {}))
    return f"oai+{where}#{quote(identifier, safe='/:@+~=()-._').replace('..', '.%2E')}"


def chosen(base: str) -> tuple[str, str]:
    """The endpoint and the format that an item's base names; no format: the best is taken."""
    parts = urlsplit(base)
    pairs = parse_qsl(parts.query)
    prefix = next((value for name, value in pairs if name == _PREFIX), "")
    query = urlencode([pair for pair in pairs if pair[0] != _PREFIX])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, "")), prefix


def identifier(key: str) -> str:
    """The record's identifier as its endpoint knows it."""
    return unquote(key)


def name(record: Record, title: str) -> str:
    """What the module is called: the last part of the identifier if it is a word, else the title."""
    last = re.split(r"[/:]", record.identifier.rstrip("/"))[-1]
    if re.search(r"[A-Za-z]{3}", last) and len(last) <= 60:
        return last
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or last


def _with(base: str, **arguments: str) -> str:
    parts = urlsplit(base)
    query = urlencode([*parse_qsl(parts.query), *arguments.items()])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
