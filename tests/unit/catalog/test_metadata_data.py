"""Content that was never a file is judged as the file that says the same."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.catalog.metadata_strategies import documents

from fairhaven.catalog.metadata import parse, writer
from fairhaven.catalog.metadata.data import check_data

KEYS = ("title", "license", "doi", "tags", "tasks", "links", "dates", "authors", "version", "nonsense")
ODD = st.sampled_from(
    ["", " x", "2024-05-06", "not a date", 7, 2.5, True, None, [], ["a", "a"], {}, {"a": [1]}]
)


@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=documents("3.0.0"), key=st.sampled_from(KEYS), odd=ODD, spoilt=st.booleans())
def test_a_file_and_its_data_are_told_the_same(
    data: dict[str, Any], key: str, odd: Any, spoilt: bool
) -> None:
    said = {**data, key: odd} if spoilt else data
    read, checked = parse(writer.dump(said)), check_data(said)
    assert checked.metadata == read.metadata
    assert {(each.path, each.message) for each in checked.errors} == {
        (each.path, each.message) for each in read.errors
    }


@pytest.mark.parametrize("data", [{}, {"metadata_version": "1.0.0"}, {"metadata_version": 3}])
def test_what_says_nothing_is_no_metadata(data: dict[str, Any]) -> None:
    assert not check_data(data).valid
