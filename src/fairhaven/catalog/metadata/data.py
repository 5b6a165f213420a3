"""Metadata that was never a file: held against the schema as a file that says the same would be."""

from collections.abc import Mapping

from pydantic import JsonValue

from fairhaven.catalog.metadata.advice import check_advice
from fairhaven.catalog.metadata.document import Kind, ListNode, MapNode, Node, Scalar
from fairhaven.catalog.metadata.findings import Findings
from fairhaven.catalog.metadata.normalise import normalise
from fairhaven.catalog.metadata.report import Report
from fairhaven.catalog.metadata.rules import check_rules
from fairhaven.catalog.metadata.schema_checks import check_schema, declared_version


def check_data(data: Mapping[str, JsonValue], *, filename: str = "ai4-metadata.yml") -> Report:
    """As `parse` of what `writer.dump` writes, but that all problems stand in the first line.

    Reading YAML takes ten times as long as all else, which counts when a list tells ten thousand modules.
    """
    root, findings = _mapping(data), Findings(filename)
    check_rules(root, findings)
    check_schema(root, findings)
    if declared_version(root)[0] == "3":
        check_advice(root, findings)
    return Report(metadata=None if findings.failed else normalise(root), problems=findings.problems())


def _mapping(data: Mapping[str, JsonValue]) -> MapNode:
    made = MapNode(0)
    for key, value in data.items():
        made.entries[key] = _node(value)
        made.keys[key] = made.key_ends[key] = 0
    return made


def _node(value: JsonValue) -> Node:
    match value:
        case dict():
            return _mapping(value)
        case list():
            return ListNode(0, [_node(each) for each in value])
        case str():
            return Scalar(0, value, Kind.TEXT, plain=False)
        case bool():
            return Scalar(0, str(value).lower(), Kind.BOOLEAN, plain=True)
        case int():
            return Scalar(0, str(value), Kind.INTEGER, plain=True)
        case float():
            return Scalar(0, repr(value), Kind.NUMBER, plain=True)
        case _:
            return Scalar(0, "", Kind.NULL, plain=True)
