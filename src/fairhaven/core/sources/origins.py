"""Sources that are no repository: items of a catalog elsewhere, each turned into a module by a driver.

`zenodo+https://zenodo.org#123` is item `123` of the catalog at `https://zenodo.org`, told by the driver that
the entry point `zenodo` of group `fairhaven.origins` names. From here on it is a source as a repository is
one: it stands somewhere, it has a metadata file, and all of it can be written into a folder and built.
"""

import asyncio
import shutil
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol as Port

from fairhaven.core import drivers
from fairhaven.core.outbound import Guard
from fairhaven.core.sources.addresses import Address
from fairhaven.core.sources.errors import BadAddress, SourceTimedOut

METADATA_FILE = "ai4-metadata.yml"


@dataclass(frozen=True)
class Place:
    """Which item of which catalog: `key` names it at `base`, an https address without `#`."""

    base: str
    key: str


@dataclass(frozen=True)
class Standing:
    """Where an item stands: `revision` is `sha256-…` over all that is written of it.

    `builds` is false for what is described only: there is nothing to build or to run.
    """

    revision: str
    builds: bool = True


class Origin(Port):
    """A driver. Every question is bounded in time and size, and asked through the guard only.

    Each raises a `SourceProblem`: RepositoryNotFound when there is no such item, SourceChanged when the item
    is not at that revision any more, RepositoryUnreachable and SourceTimedOut when nobody answers, and
    UnsafeRepository when it holds what is not taken.
    """

    def recognise(self, address: str) -> Place | None:
        """The item that a web page's address or a DOI names, if it is one of this kind. Asks nobody."""

    async def head(self, place: Place, guard: Guard) -> Standing:
        """Where the item stands now."""

    async def metadata(self, place: Place, revision: str, guard: Guard) -> bytes:
        """The item's `ai4-metadata.yml`, at most 1 MiB."""

    async def write(self, place: Place, revision: str, folder: Path, guard: Guard, *, max_bytes: int) -> None:
        """Write the whole module into an empty folder, `ai4-metadata.yml` at its top.

        Everything that is fetched is compared with the checksum that the item gives for it.
        """


def recognised(text: str) -> str | None:
    """The source that a person means who pastes a page's address or a DOI, else None."""
    if not text.isascii():  # it may only look like the address of a catalog
        return None
    for kind in kinds():
        with suppress(ValueError):  # what no part of Python's library reads is no page either
            if place := _driver(kind).recognise(text):
                return f"{kind}+{place.base}#{place.key}"
    return None


def kinds() -> tuple[str, ...]:
    """The kinds of items for which a driver is installed."""
    return tuple(sorted(drivers.installed("origins").names))


def of(address: Address) -> tuple[Origin, Place]:
    """Who tells of an address, and the item that it names.

    Raises:
        BadAddress: no driver of that kind is installed.
    """
    if address.kind not in kinds():
        known = ", ".join(f"{kind}+https:" for kind in kinds()) or "none"
        raise BadAddress(f"`{address.kind}+…` is no kind of source that is known here: {known}.")
    return _driver(address.kind), Place(address.base, address.item)


async def written(
    address: Address, revision: str, fresh: Path, guard: Guard, *, max_bytes: int, seconds: float
) -> None:
    """Write an item's module into the new folder `fresh`, which is gone again when that fails."""
    origin, place = of(address)
    await asyncio.to_thread(fresh.mkdir)
    try:
        async with asyncio.timeout(seconds):
            await origin.write(place, revision, fresh, guard, max_bytes=max_bytes)
    except TimeoutError:
        raise SourceTimedOut(f"{address.text} took longer than {seconds:g} s.") from None
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, fresh, ignore_errors=True)
        raise


@lru_cache
def _driver(kind: str) -> Origin:
    made: Origin = drivers.find("origins", f"{kind}:")()
    return made
