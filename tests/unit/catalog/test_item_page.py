"""What a module's page says beyond its metadata: forges, needs, results, descent, ways to run, citations."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from ruamel.yaml import YAML

from fairhaven.catalog import evidence, fitting, metadata, running
from fairhaven.catalog.beside import Machine
from fairhaven.catalog.exports import apa
from fairhaven.catalog.exports.item import Item, Site
from fairhaven.catalog.metadata import Agent, ModuleMetadata
from fairhaven.catalog.places import Forge
from fairhaven.catalog.schemas import Module, Release

EVERYTHING = Path(__file__).parent / "exports" / "everything.yml"
GIB = 1 << 30
COMMIT = "3f2a91c4" * 5
SCHEMA = {
    "type": "object",
    "required": ["image", "size"],
    "properties": {
        "accept": {"type": "string", "enum": ["image/png", "application/json"], "default": "image/png"},
        "size": {"type": "integer", "minimum": 1, "examples": [3]},
        "image": {"type": "string", "contentMediaType": "image/png"},
        "note": {"type": "string"},
    },
}


@pytest.fixture(scope="module")
def content() -> ModuleMetadata:
    found = metadata.parse(EVERYTHING.read_text()).metadata
    assert found is not None
    return found


@pytest.fixture
def item(content: ModuleMetadata) -> Item:
    moment = datetime(2026, 10, 1, tzinfo=UTC)
    return Item("plankton", content, Site("Fairhaven", "https://f.example"), COMMIT, moment, moment)


def module(content: ModuleMetadata, source: str, **more: Any) -> tuple[Module, Release]:
    release = Release(
        id=UUID(int=1),
        module_id=UUID(int=2),
        module="plankton",
        version="1.2.0",
        commit=COMMIT,
        digest="sha256-1",
        description={"name": "plankton", "predict": {"schema": SCHEMA}, **more},
        bundle="b",
        published_at=datetime(2026, 10, 1, tzinfo=UTC),
        build_id=UUID(int=3),
    )
    said = {"metadata": content.model_dump(mode="json"), "source": source, "latest_release": release}
    return Module.model_construct(name="plankton", commit=COMMIT, **said), release


@pytest.mark.parametrize(
    ("source", "commit", "file", "issues"),
    [
        ("https://github.com/o/r.git", f"github.com/o/r/commit/{COMMIT}", "/blob/", "/o/r/issues"),
        ("https://gitlab.example.org/g/s/r", f"/g/s/r/-/commit/{COMMIT}", "/-/blob/", "/-/issues"),
        ("https://codeberg.org/o/r", f"/o/r/commit/{COMMIT}", "/src/commit/", "/o/r/issues"),
    ],
)
def test_a_known_forge_shows_commits_files_and_issues(
    source: str, commit: str, file: str, issues: str
) -> None:
    forge = Forge.of(source)
    assert forge.commit(COMMIT).endswith(commit)
    assert forge.file(COMMIT, "a b.md").endswith(f"{file}{COMMIT}/a%20b.md")
    assert forge.issues.endswith(issues)


@pytest.mark.parametrize("source", ["/home/ada/model", "https://git.example.org/r", "git@github.com:o/r"])
def test_of_what_is_no_known_forge_nothing_is_linked(source: str) -> None:
    forge = Forge.of(source)
    assert (forge.commit(COMMIT), forge.file(COMMIT), forge.issues) == ("", "", "")


def test_what_a_module_needs_is_held_against_the_machine_that_suits_best(content: ModuleMetadata) -> None:
    small = Machine("the small one", cpu=1, memory=GIB, storage=GIB)
    large = Machine("this machine", cpu=8, memory=24 * GIB, storage=100 * GIB)
    [fit] = fitting.fits(content.resources, [small, large])
    assert (fit.machine, fit.fits) == ("this machine", False)
    assert [(each.words, each.has, each.fits) for each in fit.needs] == [
        ("2 processors", "8", True),
        ("3.7 GiB of memory", "24 GiB", True),
        ("1 graphics processor", "none", False),
        ("477 MiB of disk", "100 GiB", True),
    ]
    [unknown] = fitting.fits(content.resources, [])
    assert unknown.fits is None


def test_only_shares_are_drawn_as_bars(content: ModuleMetadata) -> None:
    [(evaluation, [accuracy, latency])] = evidence.results(content)
    assert evaluation.name == "Held-out cruises"
    assert (accuracy.share, accuracy.lower, accuracy.bounds) == (0.93, 0.91, "0.91 – 0.95 (95 %)")
    assert (latency.share, latency.value) == (None, "12 ms")


def test_descent_goes_from_what_it_was_made_of_to_its_release(item: Item, content: ModuleMetadata) -> None:
    made, _release = module(content, "https://github.com/o/r")
    steps = evidence.trail(item, made, Forge.of(made.source))
    assert [(each.word, str(each.text)) for each in steps if each.word != "built"] == [
        ("made from", "EfficientNetV2-S"),
        ("trained on", "Towed camera 2019"),
        ("code", COMMIT[:10]),
        ("released", "1.2.0"),
    ]


def test_ways_to_run_name_the_real_arguments(content: ModuleMetadata) -> None:
    made, release = module(content, "https://github.com/o/plankton.git")
    ways = {each.title: each.text for each in running.ways(made, release, url="https://f.example")}
    assert ways["Command line"].splitlines()[1:] == [
        "fairhaven workload start plankton",
        "fairhaven workload predict WORKLOAD image=@FILE size=3 accept=application/json",
    ]
    assert "-F image=@FILE" in ways["curl"]
    assert "/endpoints/WORKLOAD/v2/models/plankton/predict/" in ways["curl"]
    compile(ways["Python"], "way", "exec")
    assert f"git checkout --detach {COMMIT}" in ways["On your own machine"]
    machine = YAML(typ="safe").load(ways["In your own cloud"])
    assert ["git", "-C", "/srv/plankton", "checkout", "--detach", COMMIT] in machine["runcmd"]
    [unit] = machine["write_files"]
    assert "ExecStart=/srv/plankton/.runtime/bin/fairhaven-runtime serve" in unit["content"]
    assert "--publish 5000:5000 ghcr.io/fairhaven-examples/plankton:1.2.0" in ways["Docker"]
    begun = {
        each.title: each.text for each in running.ways(made, release, url="https://f.example", workload="W")
    }
    assert "/api/v1/workloads" not in begun["curl"]
    assert "/endpoints/W/v2/models" in begun["curl"]


def test_names_of_strangers_never_become_shell(content: ModuleMetadata) -> None:
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "string", "default": "$(rm x)"}},
    }
    made, release = module(content, "/srv/models/it", name="x; rm y", predict={"schema": schema})
    ways = {each.title: each.text for each in running.ways(made, release, url="https://f.example")}
    assert "'a=$(rm x)'" in ways["curl"]
    assert "x%3B%20rm%20y" in ways["curl"]
    assert "On your own machine" not in ways


@pytest.mark.parametrize("schema", [None, [], {"properties": []}, {"properties": {"a": 3}}, {"required": 3}])
def test_a_description_that_makes_no_sense_has_no_arguments(schema: Any, content: ModuleMetadata) -> None:
    made, release = module(content, "/srv/it", predict={"schema": schema})
    assert list(running.arguments(release)) == []
    assert running.ways(made, release, url="https://f.example")


def test_a_citation_reads_as_people_print_it(item: Item) -> None:
    assert apa.document(item) == (
        "Lovelace, A., & Hopper, G. (2024). Plankton & <krill> “sorter” (Version 1.2.0) "
        "[Machine learning model]. Marine Institute. https://doi.org/10.5281/zenodo.1234567"
    )


def test_a_citation_of_many_keeps_the_first_and_the_last(item: Item) -> None:
    many = tuple(Agent(name=f"Ada Person{number}") for number in range(30))
    object.__setattr__(item, "metadata", item.metadata.model_copy(update={"authors": many}))
    said = apa.document(item)
    assert "Person18, A., … Person29, A. (2024)" in said
    assert "Person20" not in said
