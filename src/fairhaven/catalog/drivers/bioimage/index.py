"""The zoo's index: which models there are, in which versions, and where their descriptions lie."""

import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from fairhaven.catalog.drivers import asking, telling
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import RepositoryNotFound, UnsafeRepository

MAX_BYTES = 16 << 20
FRESH_SECONDS = 30.0  # every item of a feed asks for the same index
_KEPT = 8

_kept: OrderedDict[str, tuple[float, "Index"]] = OrderedDict()


@dataclass(frozen=True)
class Version:
    """`source` is the address of its `rdf.yaml`, `sha256` that file's checksum where the index knows it."""

    name: str
    source: str
    sha256: str | None


@dataclass(frozen=True)
class Item:
    """A model; `also` are other names under which it is known, such as an earlier DOI."""

    id: str
    versions: tuple[Version, ...]
    title: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Index:
    models: tuple[Item, ...]

    def find(self, key: str) -> tuple[Item, Version]:
        """The model `ID`, or `ID@VERSION`; the last version where none is named.

        Raises:
            RepositoryNotFound: there is no such model, or it has no such version.
        """
        name, _, wanted = key.partition("@")
        for item in self.models:
            if name in (item.id, item.id.removeprefix("bioimage-io/"), *item.also):
                return item, _version(item, wanted)
        raise RepositoryNotFound(f"The zoo has no model `{name}`.", fix="Check its name at bioimage.io.")


async def read(base: str, guard: Guard) -> Index:
    """The index at an address.

    Raises:
        SourceProblem: it cannot be had, or is none.
    """
    told = _kept.get(base)
    if told and time.monotonic() - told[0] < FRESH_SECONDS:
        return told[1]
    said = await asking.ask_json(guard, base, "The zoo's index", max_bytes=MAX_BYTES)
    found = Index(tuple(_models(said, base)))
    _kept[base] = (time.monotonic(), found)
    while len(_kept) > _KEPT:
        _kept.popitem(last=False)
    return found


def _models(said: object, base: str) -> Iterator[Item]:
    listed = telling.mapping(said).get("items")
    if not isinstance(listed, list):
        raise UnsafeRepository("This is no index of the BioImage Model Zoo: it has no `items`.")
    for each in telling.items(listed, 20_000):
        name = telling.line(each.get("id"), 200)
        versions = tuple(_versions(each.get("versions"), base))
        if each.get("type") == "model" and name and versions:
            others = (telling.line(each.get(other), 200) for other in ("nickname", "concept_doi", "doi"))
            also = tuple(_bare(other) for other in others if other)
            yield Item(name, versions, telling.line(each.get("name")), also)


def _bare(name: str) -> str:
    return telling.doi(name) or name


def _versions(said: object, base: str) -> Iterator[Version]:
    for each in telling.items(said, 1000):
        source = urljoin(base, telling.line(each.get("source"), 2000))
        if telling.address(source) and urlsplit(source).path.endswith((".yaml", ".yml", "/content")):
            digits = telling.line(each.get("sha256"), 64).lower()
            yield Version(telling.line(each.get("version"), 60), source, digits or None)


def _version(item: Item, wanted: str) -> Version:
    if not wanted:
        return item.versions[-1]
    for version in item.versions:
        if version.name == wanted:
            return version
    known = ", ".join(version.name for version in item.versions[-10:])
    raise RepositoryNotFound(f"`{item.id}` has no version {wanted}.", fix=f"It has {known}.")
