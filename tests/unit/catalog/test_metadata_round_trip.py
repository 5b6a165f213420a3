"""Whatever a valid file says, reading and writing it keeps: nothing is lost, nothing changes."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.catalog.metadata_strategies import documents

from fairhaven.catalog.metadata import ModuleMetadata, known_versions, parse, write
from fairhaven.catalog.metadata.document import plain
from fairhaven.catalog.metadata.document import read as read_tree
from fairhaven.catalog.metadata.findings import Findings
from fairhaven.catalog.metadata.writer import dump

VERSIONS = known_versions()[1:]
QUICK = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)


def read(text: str) -> ModuleMetadata:
    report = parse(text)
    assert report.metadata is not None, [str(problem) for problem in report.errors]
    return report.metadata


@QUICK
@given(st.sampled_from(VERSIONS).flatmap(documents))
def test_any_valid_metadata_survives_being_written_and_read(data: dict[str, Any]) -> None:
    metadata = read(dump(data))
    again = read(write(metadata))
    assert again == metadata
    assert write(again) == write(metadata)


@QUICK
@given(st.sampled_from(VERSIONS).flatmap(documents))
def test_any_data_is_written_as_yaml_that_says_the_same(data: dict[str, Any]) -> None:
    tree = read_tree(dump(data), Findings("a.yml"))
    assert tree is not None
    assert plain(tree) == data


@QUICK
@given(st.sampled_from(VERSIONS).flatmap(documents))
def test_any_metadata_survives_json(data: dict[str, Any]) -> None:
    metadata = read(dump(data))
    assert ModuleMetadata.model_validate_json(metadata.model_dump_json()) == metadata


@pytest.mark.parametrize("version", VERSIONS)
def test_a_sound_file_is_written_as_it_was(good: str, version: str) -> None:
    text = good.replace("2.3.0", version).replace("- Classification", "- Classification")
    assert read(write(read(text))) == read(text)
