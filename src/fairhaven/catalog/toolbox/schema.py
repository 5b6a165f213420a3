"""The published JSON Schema of `tool.yaml`, and what to look up in it."""

import json
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

VERSIONS = ("1.0.0",)
NEWEST = VERSIONS[-1]
FILE = "tool.yaml"
_HERE = Path(__file__).with_name("schemata")


def published(version: str = NEWEST) -> Schema:
    """The schema (draft 2020-12); the caller's own copy."""
    return deepcopy(schema(version))


@cache
def schema(version: str = NEWEST) -> Schema:
    """The same, shared: do not change it."""
    loaded: Schema = json.loads((_HERE / f"tool-{version}.json").read_text(encoding="utf-8"))
    return loaded


def part(path: tuple[str | int, ...]) -> Mapping[str, Any]:
    """The schema of the value at `path`; empty when there is none."""
    found: Any = schema()
    for step in path:
        found = _resolved(_inner(found, step))
    return found if isinstance(found, dict) else {}


def _inner(found: Mapping[str, Any], step: str | int) -> Any:
    if isinstance(step, int):
        return found.get("items", {})
    return found.get("properties", {}).get(step, found.get("additionalProperties", {}))


def _resolved(found: Any) -> Any:
    if isinstance(found, dict) and "$ref" in found:
        return schema()["$defs"][found["$ref"].rsplit("/", 1)[-1]]
    return found if isinstance(found, dict) else {}
