"""Any valid metadata survives YAML → model → JSON-LD → Turtle → model: nothing is lost, nothing changes."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Graph
from tests.unit.catalog.exports import making
from tests.unit.catalog.metadata_strategies import documents

from fairhaven.catalog.exports import jsonld, native, native_reading, rdfxml, turtle
from fairhaven.catalog.metadata import known_versions
from fairhaven.catalog.metadata.writer import dump

VERSIONS = known_versions()[1:]
QUICK = settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)


@QUICK
@given(st.sampled_from(VERSIONS).flatmap(documents))
def test_any_valid_metadata_survives_jsonld_then_turtle(data: dict[str, Any]) -> None:
    metadata = making.read(dump(data))
    written = json.dumps(jsonld.write(native.graph(making.item(metadata))))
    other = Graph().parse(data=written, format="json-ld").serialize(format="turtle")
    assert native_reading.read(other, "turtle") == metadata


@QUICK
@given(st.sampled_from(VERSIONS).flatmap(documents))
def test_any_valid_metadata_survives_each_syntax(data: dict[str, Any]) -> None:
    metadata = making.read(dump(data))
    graph = native.graph(making.item(metadata))
    assert native_reading.read(turtle.write(graph), "turtle") == metadata
    assert native_reading.read(rdfxml.write(graph), "xml") == metadata


def test_a_file_that_fills_every_field_survives() -> None:
    item = making.everything()
    assert native_reading.read(turtle.write(native.graph(item)), "turtle") == item.metadata


def test_a_document_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="no fairhaven:ModuleMetadata"):
        native_reading.read("<https://a.example> a <https://b.example> .", "turtle")
