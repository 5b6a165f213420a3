"""Flows of a recorded OpenML: what they say, and that only those that were run are models."""

import pytest

from fairhaven.catalog import metadata
from fairhaven.catalog.drivers.openml.catalog import OpenMLFlows
from fairhaven.catalog.drivers.openml.origin import OpenML
from fairhaven.catalog.ports import CursorLost, Listing
from fairhaven.core import sources
from fairhaven.core.sources import Place, RepositoryNotFound
from fairhaven.core.testing.origins import OriginContract


@pytest.fixture
def origin():
    return OpenML()


@pytest.fixture
def place(the_openml):
    return Place(the_openml.url, "flow/17691")


class TestTheContract(OriginContract):
    """A flow that was run."""


async def test_a_flow_becomes_metadata(origin, place, guard, the_openml):
    standing = await origin.head(place, guard)
    assert not standing.builds
    said = metadata.parse(await origin.metadata(place, standing.revision, guard)).metadata
    assert said.title == "Pipeline: RandomForestClassifier"
    assert (said.version, said.libraries, said.tasks) == ("1", ("Scikit-learn",), ("Classification",))
    assert said.authors[0].name == "Ada Example"
    assert said.links.source_code == f"{the_openml.url}/f/17691"
    assert "| `memory` | null | Used" in said.description
    assert "no trained model" in said.description and said.limits.known


async def test_the_best_run_on_each_data_set_is_an_evaluation(origin, place, guard, the_openml):
    standing = await origin.head(place, guard)
    said = metadata.parse(await origin.metadata(place, standing.revision, guard)).metadata
    assert [(each.dataset, each.metrics[0].value) for each in said.evaluations] == [
        ("credit-g", 0.763),
        ("kr-vs-kp", 0.9912),
    ]
    assert said.evaluations[0].url == f"{the_openml.url}/r/10437679"
    assert [each.name for each in said.datasets] == ["credit-g", "kr-vs-kp"]


@pytest.mark.parametrize(
    ("key", "words"), [("flow/3", "Nobody ever ran"), ("flow/4", "no flow 4"), ("run/5", "no flow")]
)
async def test_what_nobody_ran_is_no_model(origin, the_openml, guard, key, words):
    with pytest.raises(RepositoryNotFound, match=words):
        await origin.head(Place(the_openml.url, key), guard)


@pytest.mark.parametrize(
    "address",
    ["https://www.openml.org/f/17691", "https://www.openml.org/search?type=flow&id=17691&sort=runs"],
)
def test_pages_of_flows_are_recognised(address):
    said = sources.read(address)
    assert (said.kind, said.base, said.item) == ("openml", "https://www.openml.org", "flow/17691")


@pytest.mark.parametrize("address", ["https://www.openml.org/d/31", "https://www.openml.org/f/x"])
def test_other_pages_are_no_flows(origin, address):
    assert origin.recognise(address) is None


async def test_the_list_goes_on_page_by_page(the_openml, guard):
    catalog, listing = OpenMLFlows(), Listing(the_openml.url)
    first = await catalog.entries(listing, None, guard)
    assert (len(first.entries), first.more, first.complete) == (100, True, False)
    assert first.entries[0].source == f"openml+{the_openml.url}#flow/1"
    second = await catalog.entries(listing, first.cursor, guard)
    assert [each.key for each in second.entries] == ["flow/101"]
    assert second.complete and second.cursor is None
    with pytest.raises(CursorLost):
        await catalog.entries(listing, "elsewhere", guard)


async def test_the_list_may_be_narrowed(the_openml, guard):
    found = await OpenMLFlows().entries(Listing(the_openml.url, {"tag": "study_14"}), None, guard)
    assert [each.key for each in found.entries] == ["flow/7"]
