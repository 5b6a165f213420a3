"""Records of a recorded Zenodo as sources: what they say, which are modules, and what is not taken."""

import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from tests.recorded import zenodo

from fairhaven.catalog import metadata
from fairhaven.catalog.drivers.zenodo import Zenodo
from fairhaven.catalog.metadata import ModuleMetadata
from fairhaven.core import sources
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import Place, RepositoryNotFound, UnsafeRepository
from fairhaven.core.testing.origins import OriginContract
from fairhaven.core.testing.recorded import Recorded, recorded

MIB = 1 << 20


@pytest.fixture(scope="module")
def records() -> Iterator[Recorded]:
    with recorded(zenodo.answers()) as server:
        yield server


@pytest.fixture
def origin() -> Zenodo:
    return Zenodo()


@pytest.fixture
def place(records: Recorded) -> Place:
    return Place(records.url, zenodo.MODULE)


class TestTheContract(OriginContract):
    """A record whose archive is a module."""


class TestTheContractOfWhatIsShownOnly(OriginContract):
    """A record that is described only."""

    @pytest.fixture
    def place(self, records: Recorded) -> Place:
        return Place(records.url, zenodo.LISTED)


@pytest.fixture
def told(records: Recorded, origin: Zenodo, guard: Guard) -> Callable[[str], Awaitable[ModuleMetadata]]:
    async def metadata_of(number: str) -> ModuleMetadata:
        place = Place(records.url, number)
        standing = await origin.head(place, guard)
        report = metadata.parse(await origin.metadata(place, standing.revision, guard))
        assert report.metadata, report.problems
        return report.metadata

    return metadata_of


async def test_a_record_tells_all_that_it_says(
    told: Callable[[str], Awaitable[ModuleMetadata]], records: Recorded
) -> None:
    said = await told(zenodo.LISTED)
    assert (said.title, said.version, said.license, said.doi) == (
        "Plankton finder: a model", "v1.2", "Apache-2.0", f"10.5281/zenodo.{zenodo.LISTED}",
    )  # fmt: skip
    assert said.summary == "Finds plankton in images & says where it is."
    ada, society = said.authors
    assert (ada.name, ada.orcid, ada.affiliation_ror) == ("Ada Lovelace", "0000-0002-1825-0097", "01ggx4157")
    assert (society.type, society.ror) == ("organisation", "05gq02987")
    assert [each.name for each in said.contributors] == ["Grace Hopper"]
    assert (said.tags[:2], said.tasks) == (("plankton", "classification"), ("Classification",))
    assert said.libraries == ("ONNX",)
    links = said.links
    assert links.source_code == "https://github.com/analytical/plankton"
    assert (links.citation, links.documentation) == (
        "https://doi.org/10.1234/article", "https://finder.example.org/docs",
    )  # fmt: skip
    assert links.dataset is None  # it was no web address
    assert {each.path: each.role for each in said.files}["plankton.onnx"] == "weights"
    assert all(each.md5 and (each.url or "").startswith(records.url) for each in said.files)
    assert said.dates is not None
    assert (str(said.dates.created), str(said.dates.published)) == ("2025-03-04", "2025-03-04")
    assert [(each.funder, each.award) for each in said.funding] == [("European Commission", "101058593")]


async def test_the_older_json_says_the_same_things(told: Callable[[str], Awaitable[ModuleMetadata]]) -> None:
    said = await told(zenodo.OLD)
    assert (said.title, said.license, said.version) == ("An older model", "CC-BY-4.0", "2")
    ada, charles = said.authors
    assert (ada.name, ada.orcid, ada.affiliation) == ("Ada Lovelace", "0000-0002-1825-0097", "The Society")
    assert (charles.name, said.tasks) == ("Charles Babbage", ("Regression",))
    assert said.links.source_code == "https://github.com/analytical/engine/tree/v2"


@pytest.mark.parametrize("number", [zenodo.MODULE, zenodo.DEPOSIT, zenodo.CONCEPT])
async def test_a_module_in_an_archive_is_that_module_with_the_records_doi(
    records: Recorded, guard: Guard, tmp_path: Path, number: str
) -> None:
    address = f"zenodo+{records.url}#{number}"
    revision = await sources.head(address, allow_folders=False, guard=guard)
    assert revision.builds
    folder = tmp_path / "checkout"
    await sources.checkout(address, revision.commit, folder, branch=None, allow_folders=False, guard=guard)
    there = {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}
    assert there == {str(Path(name).relative_to("x")) for name in zenodo.module("x")}
    text = (folder / "ai4-metadata.yml").read_text()
    doi = f"10.5281/zenodo.{zenodo.MODULE if number == zenodo.CONCEPT else number}"
    assert text.startswith(zenodo.OWN.decode().split("\n", 1)[0])
    assert metadata.parse(text).metadata.doi == doi  # type: ignore[union-attr]
    shutil.rmtree(folder)


async def test_an_archive_is_brought_once_however_often_one_looks(
    records: Recorded, origin: Zenodo, guard: Guard, place: Place
) -> None:
    before = len(records.asked)
    for _ in range(3):
        await origin.head(place, guard)
    assert [each.path.endswith("/content") for each in records.asked[before:]].count(True) == 1


@pytest.mark.parametrize(
    ("number", "said"),
    [(zenodo.CLIMBING, "leads out"), (zenodo.LINKED, "neither a file"), (zenodo.WRONG, "MD5")],
)
async def test_archives_that_reach_outside_or_are_others_are_not_taken(
    records: Recorded, origin: Zenodo, guard: Guard, tmp_path: Path, number: str, said: str
) -> None:
    place = Place(records.url, number)
    with pytest.raises(UnsafeRepository, match=said):
        standing = await origin.head(place, guard)
        folder = tmp_path / "inner" / "folder"
        folder.mkdir(parents=True)
        await origin.write(place, standing.revision, folder, guard, max_bytes=MIB)
    assert not any("climbed" in name for _, _, names in os.walk(tmp_path) for name in names)


async def test_what_unfolds_without_end_is_shown_only(
    records: Recorded, origin: Zenodo, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairhaven.catalog.drivers.zenodo.origin.UNPACKED", MIB)
    assert not (await origin.head(Place(records.url, zenodo.BOMB), guard)).builds


async def test_what_is_restricted_or_no_number_is_not_found(
    records: Recorded, origin: Zenodo, guard: Guard
) -> None:
    for number in (zenodo.RESTRICTED, "abc"):
        with pytest.raises(RepositoryNotFound):
            await origin.head(Place(records.url, number), guard)


def test_pages_and_dois_are_recognised() -> None:
    for text, meant in (
        ("https://zenodo.org/records/7001", "zenodo+https://zenodo.org#7001"),
        ("https://www.zenodo.org/record/7001#.X", "zenodo+https://zenodo.org#7001"),
        ("https://sandbox.zenodo.org/records/12?preview=1", "zenodo+https://sandbox.zenodo.org#12"),
        ("10.5281/zenodo.7001", "zenodo+https://zenodo.org#7001"),
        ("doi:10.5281/ZENODO.7001", "zenodo+https://zenodo.org#7001"),
        ("https://doi.org/10.5281/zenodo.7001", "zenodo+https://zenodo.org#7001"),
        ("10.5072/zenodo.12", "zenodo+https://sandbox.zenodo.org#12"),
    ):
        assert sources.read(text).text == meant
    for text in (
        "https://zenodo.org/communities/x",
        "https://evil.example/zenodo.org/records/1",
        "10.1234/x",
    ):
        assert Zenodo().recognise(text) is None
