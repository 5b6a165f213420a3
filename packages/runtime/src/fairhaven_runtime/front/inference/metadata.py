"""What the Open Inference Protocol tells of the server and of the module."""

from typing import Any

from fairhaven_runtime import __version__
from fairhaven_runtime.front.inference.arguments import Schema, element_of, is_file, kinds_of

DATATYPES = {"integer": "INT64", "number": "FP64", "boolean": "BOOL"}
"""By JSON type; all others are told as BYTES."""


def of_server() -> dict[str, Any]:
    """Name, version and extensions of the server."""
    return {"name": "fairhaven-runtime", "version": __version__, "extensions": ["binary_tensor_data"]}


def of_model(document: dict[str, Any]) -> dict[str, Any]:
    """The module's inputs, out of the schema of its arguments; its outputs are known once they are made."""
    schema = document["predict"]["schema"]
    required = schema.get("required", [])
    inputs = [_input(name, item, name in required) for name, item in schema["properties"].items()]
    return {
        "name": document["name"],
        "versions": [version_of(document)],
        "platform": "fairhaven_deepaas",
        "inputs": inputs,
        "outputs": [],
    }


def version_of(document: dict[str, Any]) -> str:
    """The one version that is served: what the module says, else 1."""
    return str(document["metadata"].get("version") or 1)


def _input(name: str, schema: Schema, required: bool) -> dict[str, Any]:
    parameters: dict[str, Any] = {"optional": not required}
    element = element_of(schema)
    if is_file(element):
        parameters["content_type"] = element["contentMediaType"]
    elif "object" in kinds_of(element):
        parameters["content_type"] = "application/json"
    return {"name": name, "datatype": _datatype(element), "shape": _shape(schema), "parameters": parameters}


def _datatype(element: Schema) -> str:
    kinds = kinds_of(element) - {"null"}
    return DATATYPES.get(kinds.pop(), "BYTES") if len(kinds) == 1 else "BYTES"


def _shape(schema: Schema) -> list[int]:
    """One element for a single value, a size that varies for each list in a list."""
    depth = 0
    while "array" in kinds_of(schema):
        depth, schema = depth + 1, schema.get("items", {})
    return [-1] * depth or [1]
