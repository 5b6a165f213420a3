"""Models of a recorded Hugging Face Hub: what their cards say, and which are not taken."""

import json
import tomllib

import pytest
from tests.recorded import hub

from fairhaven.catalog import metadata
from fairhaven.catalog.drivers.huggingface.catalog import HuggingFaceModels
from fairhaven.catalog.drivers.huggingface.origin import HuggingFace
from fairhaven.catalog.ports import CursorLost, Listing, ListProblem
from fairhaven.core import sources
from fairhaven.core.sources import Place, RepositoryNotFound, SourceChanged, UnsafeRepository
from fairhaven.core.testing.origins import OriginContract
from fairhaven.core.testing.recorded import Answer


@pytest.fixture
def origin():
    return HuggingFace()


@pytest.fixture
def place(the_hub):
    return Place(the_hub.url, "small-lab/tiny-mood")


class TestTheContract(OriginContract):
    """A model of the Hub."""


class TestTheContractOfWhatRuns(OriginContract):
    """A model with ONNX weights for images."""

    @pytest.fixture
    def place(self, the_hub):
        return Place(the_hub.url, "small-lab/tiny-eyes")


@pytest.fixture
def written(origin, the_hub, guard, tmp_path):
    async def write(key):
        place = Place(the_hub.url, key)
        standing = await origin.head(place, guard)
        await origin.write(place, standing.revision, tmp_path, guard, max_bytes=1 << 20)
        return tmp_path

    return write


@pytest.mark.parametrize("key", ["small-lab/tiny-eyes", "small-lab/tiny-words"])
async def test_onnx_weights_become_a_whole_module(written, key):
    folder = await written(key)
    package = folder / f"src/hub_{key.replace('/', '_').replace('-', '_')}"
    for file in [*package.glob("*.py"), *folder.glob("tests/*.py")]:
        compile(file.read_text(), file.name, "exec")
    _, files = hub.RUNNING[key]
    weights = next(content for path, content in files.items() if path.endswith(".onnx"))
    assert (package / "model/model.onnx").read_bytes() == weights
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["version"] == f"0+{hub.COMMIT[:12]}" and project["license"] == "MIT"
    labels = json.loads((package / "settings.json").read_text())["labels"]
    assert labels == (["red", "green", "blue"] if "eyes" in key else ["grim", "kind"])


async def test_images_that_are_prepared_in_an_unknown_way_are_not_guessed_at(told):
    assert "prepared by Odd" in (await told("small-lab/odd-eyes")).limits.known[0]


@pytest.mark.parametrize("path", ["onnx/model.onnx", "config.json"])
async def test_files_that_are_not_what_the_hub_lists_are_not_taken(written, the_hub, path):
    address = f"/small-lab/tiny-eyes/resolve/{hub.COMMIT}/{path}"
    before = the_hub.answers[address]
    the_hub.answers[address] = Answer(b'{"id2label": {"0": "x", "1": "y"}}')
    try:
        with pytest.raises(UnsafeRepository, match="not what"):
            await written("small-lab/tiny-eyes")
    finally:
        the_hub.answers[address] = before


@pytest.fixture
def told(origin, the_hub, guard):
    async def metadata_of(key):
        place = Place(the_hub.url, key)
        standing = await origin.head(place, guard)
        return metadata.parse(await origin.metadata(place, standing.revision, guard)).metadata

    return metadata_of


async def test_a_card_becomes_metadata(told):
    said = await told("small-lab/tiny-mood")
    assert (said.title, said.license, said.doi) == ("tiny-mood", "Apache-2.0", "10.57967/hf/0181")
    assert said.summary == "This model tells whether a sentence of a film review is kind or not."
    assert (said.tasks, said.data_type) == (("Natural Language Processing", "Classification"), ("Text",))
    assert said.libraries == ("Transformers", "PyTorch", "ONNX")
    assert said.languages == ("en",)
    assert "license:apache-2.0" not in said.tags and "bert" in said.tags
    assert (said.model.architecture, said.model.parameters) == ("BertForSequenceClassification", 4386178)
    assert said.model.base_models[0].name == "small-lab/tiny-bert"
    assert (str(said.dates.created), str(said.dates.updated)) == ("2025-03-02", "2026-05-04")
    assert said.references[0].doi == "10.48550/arXiv.1910.01108"


async def test_files_have_their_sizes_and_checksums_at_the_commit(told, the_hub):
    files = {file.path: file for file in (await told("small-lab/tiny-mood")).files}
    assert set(files) == {".gitattributes", "README.md", "config.json", "model.safetensors"}
    weights = files["model.safetensors"]
    assert (weights.role, weights.size_bytes, weights.sha256) == ("weights", 17547912, "ab" * 32)
    assert weights.url == f"{the_hub.url}/small-lab/tiny-mood/resolve/{hub.COMMIT}/model.safetensors"


async def test_results_name_their_data_set(told):
    said = await told("small-lab/tiny-mood")
    [evaluation] = said.evaluations
    assert {each.name: each.value for each in evaluation.metrics} == {"Accuracy": 0.9105, "f1": 0.9113}
    assert evaluation.metrics[0].slice == "split validation"
    assert [(each.name, each.role) for each in said.datasets] == [
        ("stanfordnlp/sst2", "training"),
        ("sst2", "evaluation"),
    ]
    assert evaluation.dataset == "sst2"


async def test_that_it_is_not_run_is_said(told, origin, place, guard, tmp_path):
    said = await told("small-lab/tiny-mood")
    assert "Shown here, not run" in said.description and said.limits.known
    standing = await origin.head(place, guard)
    assert not standing.builds
    with pytest.raises(UnsafeRepository, match="not run"):
        await origin.write(place, standing.revision, tmp_path, guard, max_bytes=1 << 20)


@pytest.mark.parametrize("key", ["small-lab/silent", "small-lab/odder"])
async def test_a_model_that_says_little_or_nonsense_is_told_all_the_same(told, key):
    assert (await told(key)).title == key.rpartition("/")[2]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("small-lab/gated", "gated"),
        ("small-lab/private", "private"),
        ("small-lab/secret", "private, gated"),
        ("small-lab", "no model's name"),
        ("small-lab/a/b", "no model's name"),
    ],
)
async def test_what_is_not_for_everybody_is_not_found(origin, the_hub, guard, key, words):
    with pytest.raises(RepositoryNotFound, match=words):
        await origin.head(Place(the_hub.url, key), guard)


async def test_a_hub_without_commits_is_refused(origin, the_hub, guard):
    with pytest.raises(UnsafeRepository):
        await origin.head(Place(the_hub.url, "small-lab/odd"), guard)


async def test_a_changed_card_is_another_revision(origin, the_hub, place, guard):
    path = f"/small-lab/tiny-mood/resolve/{hub.COMMIT}/README.md"
    before = await origin.head(place, guard)
    the_hub.answers[path] = Answer(hub.CARD.replace("irony", "sarcasm").encode())
    try:
        assert (await origin.head(place, guard)).revision != before.revision
        with pytest.raises(SourceChanged):
            await origin.metadata(place, before.revision, guard)
    finally:
        the_hub.answers[path] = Answer(hub.CARD.encode())


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://huggingface.co/google/vit-base-patch16-224", "google/vit-base-patch16-224"),
        ("https://huggingface.co/google/vit-base-patch16-224/tree/main", "google/vit-base-patch16-224"),
        ("https://hf.co/small-lab/tiny-mood", "small-lab/tiny-mood"),
    ],
)
def test_pages_of_models_are_recognised(address, key):
    said = sources.read(address)
    assert (said.kind, said.base, said.item) == ("huggingface", "https://huggingface.co", key)


@pytest.mark.parametrize(
    "path", ["datasets/x/y", "spaces/x/y", "docs/hub", "google", "x/y.git", "../x/y", "x/..", "-x/y"]
)
def test_other_pages_of_the_hub_are_no_models(origin, path):
    assert origin.recognise(f"https://huggingface.co/{path}") is None


class TestTheList:
    @pytest.fixture
    def catalog(self):
        return HuggingFaceModels()

    async def test_it_goes_on_where_the_hub_says(self, catalog, the_hub, guard):
        listing = Listing(f"{the_hub.url}/small-lab", {"task": "text-classification"})
        first = await catalog.entries(listing, None, guard)
        assert first.more and not first.complete
        tiny, gated = first.entries
        assert (tiny.key, tiny.name, tiny.revision) == ("small-lab/tiny-mood", "tiny-mood", hub.COMMIT)
        assert tiny.source == f"huggingface+{the_hub.url}#small-lab/tiny-mood"
        assert gated.problem and not gated.source
        assert "pipeline_tag=text-classification" in the_hub.asked[-1].target
        second = await catalog.entries(listing, first.cursor, guard)
        assert [each.key for each in second.entries] == ["small-lab/second"]
        assert second.complete and not second.more

    async def test_a_list_does_not_lead_elsewhere(self, catalog, the_hub, guard):
        said = Answer.json([], Link='<https://evil.example/api/models?author=x>; rel="next"')
        before = the_hub.answers["/api/models"]
        the_hub.answers["/api/models"] = said
        try:
            with pytest.raises(ListProblem, match="elsewhere"):
                await catalog.entries(Listing(f"{the_hub.url}/small-lab"), None, guard)
        finally:
            the_hub.answers["/api/models"] = before

    async def test_a_busy_hub_is_left_alone(self, catalog, the_hub, guard):
        before = the_hub.answers["/api/models"]
        the_hub.answers["/api/models"] = Answer(b"", 429)
        try:
            with pytest.raises(ListProblem) as busy:
                await catalog.entries(Listing(f"{the_hub.url}/small-lab"), None, guard)
        finally:
            the_hub.answers["/api/models"] = before
        assert busy.value.wait > 0

    async def test_a_foreign_cursor_is_lost(self, catalog, the_hub, guard):
        with pytest.raises(CursorLost):
            await catalog.entries(Listing(f"{the_hub.url}/small-lab"), "limit=5", guard)

    def test_accounts_are_recognised(self, catalog):
        assert catalog.recognise("https://huggingface.co/google").address == "https://huggingface.co/google"
        assert catalog.recognise("https://huggingface.co/models") is None
        assert catalog.recognise("https://huggingface.co/google/vit") is None
