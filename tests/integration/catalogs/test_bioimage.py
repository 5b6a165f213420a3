"""Models of a recorded zoo as sources: what they say, what is written of them, and what is not taken."""

import hashlib
import json
import tomllib

import pytest
from tests.recorded import zoo

from fairhaven.catalog import metadata
from fairhaven.catalog.drivers.bioimage.catalog import BioImageModels
from fairhaven.catalog.drivers.bioimage.origin import BioImage
from fairhaven.catalog.ports import CursorLost, Listing, ListProblem
from fairhaven.core import sources
from fairhaven.core.sources import (
    AddressRefused,
    Place,
    RepositoryNotFound,
    RepositoryTooLarge,
    RepositoryUnreachable,
    SourceProblem,
    UnsafeRepository,
)
from fairhaven.core.testing.origins import OriginContract
from fairhaven.core.testing.recorded import Answer

MIB = 1 << 20


@pytest.fixture
def origin():
    return BioImage()


@pytest.fixture
def place(models):
    return Place(models.url + zoo.INDEX, "tidy-otter")


class TestTheContract(OriginContract):
    """A model that runs."""


class TestTheContractOfWhatIsShownOnly(OriginContract):
    """A model without ONNX weights."""

    @pytest.fixture
    def place(self, models):
        return Place(models.url + zoo.INDEX, "torch-otter")


@pytest.fixture
def at(models, origin, guard):
    """`await at("tidy-otter")`: the item's place and standing."""

    async def standing(name):
        place = Place(models.url + zoo.INDEX, name)
        return place, await origin.head(place, guard)

    return standing


@pytest.fixture
def told(at, origin, guard):
    async def metadata_of(name):
        place, standing = await at(name)
        return metadata.parse(await origin.metadata(place, standing.revision, guard)).metadata

    return metadata_of


@pytest.fixture
def written(at, origin, guard, tmp_path):
    async def write(name, max_bytes=MIB):
        place, standing = await at(name)
        await origin.write(place, standing.revision, tmp_path, guard, max_bytes=max_bytes)
        return tmp_path

    return write


async def test_a_model_tells_all_that_its_description_says(told):
    said = await told("tidy-otter")
    assert (said.title, said.version, said.license) == ("Tiny nuclei finder", "1.2", "MIT")
    assert (said.authors[0].orcid, said.authors[0].affiliation) == (
        "0000-0002-1825-0097",
        "Institute of Small Cells",
    )
    assert said.references[0].doi == "10.1234/small-cells.1"
    assert "bell" in said.description and "What goes in" in said.description
    assert [(file.role, file.path) for file in said.files] == [
        ("weights", "src/bioimage_tidy_otter/model/weights.onnx"),
        ("weights", "weights.pt"),
    ]
    assert said.files[0].sha256 == hashlib.sha256((zoo.HERE / "weights.onnx").read_bytes()).hexdigest()
    assert said.datasets[0].name == "tidy-mouse"
    assert {each.name: each.value for each in said.evaluations[0].metrics} == {"IoU": 0.81, "Dice": 0.895}
    assert said.limits.known and said.limits.biases and said.use.out_of_scope


@pytest.mark.parametrize("name", ["tidy-otter", "older-otter"])
async def test_both_formats_give_typed_inputs_and_outputs(told, name):
    model = (await told(name)).model
    [raw], [probability] = model.inputs, model.outputs
    assert (raw.name, raw.data_type, probability.name) == ("raw", "float32", "probability")
    axes = {axis.name: axis for axis in raw.axes}
    assert [axis.type for axis in raw.axes] == ["batch", "channel", "space", "space"]
    assert (axes["channel"].size, axes["y"].min, axes["y"].step) == (1, 16, 8)


async def test_an_old_description_gives_clean_names_and_dois(told):
    said = await told("older-otter")
    assert said.authors[0].name == "Ada Example"
    assert (said.version, said.license) == ("0.1.3", "BSD-3-Clause")
    assert said.references[0].doi == "10.1234/small-cells.1"


async def test_a_version_may_be_named(models, origin, guard):
    for name in ("tidy-otter@1.1", "tidy-otter@1.2", "bioimage-io/tidy-otter"):
        assert (await origin.head(Place(models.url + zoo.INDEX, name), guard)).builds
    with pytest.raises(RepositoryNotFound, match="no version 7"):
        await origin.head(Place(models.url + zoo.INDEX, "tidy-otter@7"), guard)
    with pytest.raises(RepositoryNotFound):
        await origin.head(Place(models.url + zoo.INDEX, "tidy-mouse"), guard)


async def test_what_is_written_is_a_whole_module(written):
    folder = await written("tidy-otter")
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["version"] == "1.2"
    assert project["entry-points"]["deepaas.v2.model"] == {"tidy-otter": "bioimage_tidy_otter.api"}
    assert "MIT" in (folder / "LICENSE").read_text() and "Ada Example" in (folder / "LICENSE").read_text()
    assert (folder / "rdf.yaml").read_text() == zoo.NEW
    package = folder / "src/bioimage_tidy_otter"
    interface = json.loads((package / "interface.json").read_text())
    assert [each["argument"] for each in interface["inputs"]] == ["raw"]
    assert "y of 16, 24, 32 and so on" in interface["inputs"][0]["help"]
    for name, here in (("weights.onnx", "weights.onnx"), ("test_input.npy", "test_input_raw.npy")):
        assert (package / "model" / here).read_bytes() == (zoo.HERE / name).read_bytes()
    for file in folder.rglob("*.py"):
        compile(file.read_text(), file.name, "exec")
        assert "@" not in file.read_text().replace("@lru_cache", "")


async def test_the_description_that_runs_names_no_address(written):
    said = (await written("tidy-otter") / "src/bioimage_tidy_otter/model/rdf.yaml").read_text()
    assert "http" not in said and "weights.pt" not in said and "ada-example" not in said


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("torch-otter", "no ONNX weights"),
        ("custom-otter", "code of its own"),
        ("trusting-otter", "no checksum"),
    ],
)
async def test_what_cannot_run_is_shown_with_the_reason(at, told, written, name, why):
    _, standing = await at(name)
    assert not standing.builds
    said = await told(name)
    assert why in said.description and why in said.limits.known[-1]
    with pytest.raises(UnsafeRepository, match=why):
        await written(name)


@pytest.mark.parametrize("name", zoo.HOSTILE)
async def test_hostile_descriptions_are_refused(at, name):
    with pytest.raises((UnsafeRepository, RepositoryTooLarge)):
        await at(name)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("torn-otter", UnsafeRepository),
        ("private-otter", AddressRefused),
        ("missing-otter", RepositoryNotFound),
    ],
)
async def test_files_that_are_not_what_they_should_be_are_not_taken(written, name, problem):
    with pytest.raises(problem):
        await written(name)


async def test_a_model_that_is_too_large_is_not_fetched_whole(written):
    with pytest.raises(RepositoryTooLarge):
        await written("tidy-otter", max_bytes=35_000)


async def test_a_description_that_the_index_does_not_list_is_refused(models, origin, guard):
    path = "/bioimage-io/artifacts/older-otter/files/rdf.yaml"
    before = models.answers[path]
    models.answers[path] = Answer(zoo.OLD.replace("Ada", "Eve").encode())
    try:
        with pytest.raises(UnsafeRepository, match="index"):
            await origin.head(Place(models.url + zoo.INDEX, "older-otter"), guard)
    finally:
        models.answers[path] = before


@pytest.mark.parametrize("body", [b"[]", b"{}", b"<html>", b"[" * 100_000, b'{"items": [{"id": 1}]}'])
async def test_something_else_is_no_index(models, origin, guard, body):
    models.answers[f"/other/{len(body)}.json"] = Answer(body)
    with pytest.raises(SourceProblem):
        await origin.head(Place(f"{models.url}/other/{len(body)}.json", "tidy-otter"), guard)


async def test_a_zoo_that_fails_is_unreachable(models, origin, guard):
    models.answers["/broken.json"] = Answer(b"", 503)
    with pytest.raises(RepositoryUnreachable):
        await origin.head(Place(f"{models.url}/broken.json", "tidy-otter"), guard)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://bioimage.io/#/?id=affable-shark", "affable-shark"),
        ("https://bioimage.io/#/?tags=unet&id=10.5281%2Fzenodo.5764892", "10.5281/zenodo.5764892"),
        ("https://bioimage.io/#/r/affable-shark", "affable-shark"),
        ("https://bioimage.io/#/artifacts/affable-shark", "affable-shark"),
        ("https://hypha.aicell.io/bioimage-io/artifacts/affable-shark", "affable-shark"),
    ],
)
def test_pages_of_models_are_recognised(address, key):
    said = sources.read(address)
    assert (said.kind, said.item) == ("bioimage", key)
    assert said.base == "https://bioimage-io.github.io/collection/index.json"


@pytest.mark.parametrize(
    "address",
    ["https://bioimage.io/", "https://bioimage.io/#/?id=../../x", "https://evil.example/#/?id=affable-shark"],
)
def test_other_pages_are_none_of_the_zoo(origin, address):
    assert origin.recognise(address) is None


class TestTheList:
    @pytest.fixture
    def catalog(self):
        return BioImageModels()

    async def test_it_has_every_model_and_nothing_else(self, catalog, models, guard):
        listing = Listing(models.url + zoo.INDEX)
        found = await catalog.entries(listing, None, guard)
        assert found.complete and found.total == len(found.entries) == len(
            zoo.RUNNING | zoo.LISTED | zoo.HOSTILE
        )
        first = found.entries[0]
        assert (first.key, first.name) == ("bioimage-io/tidy-otter", "tidy-otter")
        assert first.source == f"bioimage+{listing.address}#tidy-otter"
        assert first.revision == hashlib.sha256(zoo.NEW.encode()).hexdigest()
        again = await catalog.entries(listing, found.cursor, guard)
        assert not again.entries and not again.complete and again.cursor == found.cursor

    async def test_a_long_list_comes_in_batches(self, catalog, models, guard, monkeypatch):
        monkeypatch.setattr("fairhaven.catalog.drivers.bioimage.catalog.MOST_AT_ONCE", 10)
        listing, keys, cursor, more = Listing(models.url + zoo.INDEX), [], None, True
        while more:
            batch = await catalog.entries(listing, cursor, guard)
            keys += [entry.key for entry in batch.entries]
            cursor, more = batch.cursor, batch.more
        assert len(keys) == len(set(keys)) == batch.total and batch.complete
        with pytest.raises(CursorLost):
            await catalog.entries(listing, "0123456789abcdef:10", guard)

    async def test_what_is_no_index_is_a_problem_of_the_list(self, catalog, models, guard):
        with pytest.raises(ListProblem):
            await catalog.entries(Listing(f"{models.url}/nowhere.json"), None, guard)

    def test_the_zoo_is_recognised(self, catalog):
        for address in ("https://bioimage.io", "https://bioimage.io/#/models", catalog.example):
            assert catalog.recognise(address).address == catalog.example
        assert catalog.recognise("https://bioimage.io/#/?id=affable-shark") is None
