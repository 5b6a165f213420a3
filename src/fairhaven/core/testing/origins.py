"""The contract of origins: inherit `OriginContract`, and give it `origin`, `place` and `guard`."""

from pathlib import Path

import pytest

from fairhaven.catalog import metadata
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import (
    NoMetadata,
    Origin,
    Place,
    RepositoryNotFound,
    SourceChanged,
    SourceProblem,
)
from fairhaven.core.sources.origins import METADATA_FILE

MAX_BYTES = 64 << 20
ANOTHER = "sha256-" + "0" * 64


class OriginContract:
    """What every driver of `fairhaven.core.sources.Origin` does."""

    async def test_an_item_stands_where_it_stood(self, origin: Origin, place: Place, guard: Guard) -> None:
        first, second = await origin.head(place, guard), await origin.head(place, guard)
        assert first == second
        assert first.revision.startswith("sha256-")

    async def test_its_metadata_is_sound(self, origin: Origin, place: Place, guard: Guard) -> None:
        standing = await origin.head(place, guard)
        report = metadata.parse(await origin.metadata(place, standing.revision, guard))
        assert report.valid, report.problems

    async def test_what_is_written_begins_with_the_same_metadata(
        self, origin: Origin, place: Place, guard: Guard, tmp_path: Path
    ) -> None:
        standing = await origin.head(place, guard)
        if not standing.builds:
            with pytest.raises(SourceProblem):
                await origin.write(place, standing.revision, tmp_path, guard, max_bytes=MAX_BYTES)
            return
        await origin.write(place, standing.revision, tmp_path, guard, max_bytes=MAX_BYTES)
        said = await origin.metadata(place, standing.revision, guard)
        assert (tmp_path / METADATA_FILE).read_bytes() == said

    async def test_what_is_not_there_is_not_found(self, origin: Origin, place: Place, guard: Guard) -> None:
        with pytest.raises(RepositoryNotFound):
            await origin.head(Place(place.base, f"{place.key}0000000"), guard)

    async def test_another_revision_is_refused(
        self, origin: Origin, place: Place, guard: Guard, tmp_path: Path
    ) -> None:
        with pytest.raises(SourceChanged):
            await origin.metadata(place, ANOTHER, guard)
        with pytest.raises((SourceChanged, NoMetadata)):
            await origin.write(place, ANOTHER, tmp_path, guard, max_bytes=MAX_BYTES)

    async def test_what_does_not_fit_is_refused(
        self, origin: Origin, place: Place, guard: Guard, tmp_path: Path
    ) -> None:
        standing = await origin.head(place, guard)
        with pytest.raises(SourceProblem):
            await origin.write(place, standing.revision, tmp_path, guard, max_bytes=10)
