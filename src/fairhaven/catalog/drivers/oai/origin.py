"""Records of OAI-PMH endpoints as sources: `oai+https://zenodo.org/oai2d#oai:zenodo.org:123`.

They are described, and there is nothing to build.
"""

from pathlib import Path

from fairhaven.catalog.drivers.oai import harvest, records
from fairhaven.catalog.drivers.oai.asking import ListRefused
from fairhaven.catalog.drivers.oai.records import Content
from fairhaven.catalog.ports import ListProblem
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import (
    NoMetadata,
    Place,
    RepositoryNotFound,
    RepositoryUnreachable,
    SourceChanged,
    Standing,
)


class OaiRecords:
    """Reads one record at a time."""

    def recognise(self, address: str) -> Place | None:
        """Nothing: the page of a record does not tell its endpoint."""
        return None

    async def head(self, place: Place, guard: Guard) -> Standing:
        return Standing((await _content(place, guard)).revision, builds=False)

    async def metadata(self, place: Place, revision: str, guard: Guard) -> bytes:
        found = await _content(place, guard)
        if found.revision != revision:
            raise SourceChanged("The record says something else now.")
        return found.text

    async def write(self, place: Place, revision: str, folder: Path, guard: Guard, *, max_bytes: int) -> None:
        raise NoMetadata("A record only describes a model: there is nothing to build.")


async def _content(place: Place, guard: Guard) -> Content:
    base, prefix = records.chosen(place.base)
    identifier = records.identifier(place.key)
    try:
        prefix = prefix or await _best(guard, base, identifier)
        found = await harvest.record(guard, base, identifier, prefix)
    except ListProblem as problem:
        raise RepositoryUnreachable(problem.detail, fix=problem.remedy) from None
    if found is None or found.deleted:
        raise RepositoryNotFound("The endpoint has no such record any more.", fix="Check its identifier.")
    return records.content(found, prefix, base)


async def _best(guard: Guard, base: str, identifier: str) -> str:
    try:
        return await harvest.best_prefix(guard, base, identifier=identifier)
    except ListRefused as refused:
        if refused.code in ("idDoesNotExist", "noMetadataFormats"):
            raise RepositoryNotFound(
                "The endpoint has no such record.", fix="Check its identifier."
            ) from None
        raise
