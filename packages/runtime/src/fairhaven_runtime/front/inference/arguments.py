"""Turns input tensors into the arguments of a module, by name and by the module's own schema."""

import base64
import binascii
import json
import math
from typing import Any

from fairhaven_runtime.errors import Malformed
from fairhaven_runtime.front.inference.requests import Input, Question
from fairhaven_runtime.front.payload import Payload
from fairhaven_runtime.worker import nesting
from fairhaven_runtime.worker.tensors import Tensor

JSON = "application/json"
BASE64 = "base64"

Schema = dict[str, Any]


def head_of(question: Question, payload: Payload, properties: dict[str, Schema]) -> dict[str, Any]:
    """The `body` of the worker's message: `values` as JSON, `files`, and `arrays` that lie in the body.

    Raises:
        Malformed: a tensor is no argument of the module, or cannot be this one.
    """
    values = {
        name: value
        for name, value in question.parameters.items()
        if name in properties and not is_file(properties[name])
    }
    arrays: list[Any] = []
    for given in _known(question.inputs, properties):
        schema = properties[given.name]
        if is_file(schema):
            _keep_file(given, schema, payload, question.raw)
        elif given.tensor is not None:
            values[given.name] = _value(given, given.tensor, schema)
        else:
            shape = _shape_for(schema, given)
            arrays.append([given.name, given.datatype, given.shape, shape, *given.lies])
    if not arrays:
        payload.path, payload.body = None, b""
    return {**payload.head(), "files": payload.files, "values": values, "arrays": arrays}


def is_file(schema: Schema) -> bool:
    """Whether the argument takes an uploaded file."""
    return "contentMediaType" in schema


def kinds_of(schema: Schema) -> set[str]:
    """The JSON types that the argument may have; none when it does not say."""
    kinds = schema.get("type", [])
    return {kinds} if isinstance(kinds, str) else set(kinds)


def element_of(schema: Schema) -> Schema:
    """The schema of what lists of lists hold in the end."""
    while "array" in kinds_of(schema):
        schema = schema.get("items", {})
    return schema


def _known(inputs: list[Input], properties: dict[str, Schema]) -> list[Input]:
    names = [given.name for given in inputs]
    for name in names:
        if name not in properties:
            raise Malformed(f"There is no input {name!r}; there are: {', '.join(properties)}.")
    if len(set(names)) < len(names):
        raise Malformed("An input is given twice.")
    return inputs


def _value(given: Input, tensor: Tensor, schema: Schema) -> Any:
    try:
        values = tensor.values()
        if given.datatype == "BYTES" and _is_json(given, schema):
            values = [json.loads(text) for text in values]
    except (ValueError, RecursionError) as error:
        raise Malformed(f"The input {given.name!r} cannot be read: {error}.") from None
    return nesting.nested(values, _shape_for(schema, given))


def _is_json(given: Input, schema: Schema) -> bool:
    return given.parameters.get("content_type") == JSON or "object" in kinds_of(element_of(schema))


def _shape_for(schema: Schema, given: Input) -> list[int]:
    """The tensor's own shape; none where one element is all that the argument takes."""
    if math.prod(given.shape) != 1:
        return given.shape
    if given.datatype == "BYTES" and given.parameters.get("content_type") == JSON:
        return []
    kinds = kinds_of(schema)
    takes_one = "array" not in kinds if kinds else len(given.shape) < 2
    return [] if takes_one else given.shape


def _keep_file(given: Input, schema: Schema, payload: Payload, raw: memoryview) -> None:
    """Write the bytes of a tensor to a file, and tell of it as of an upload."""
    path = payload.new_file()
    path.write_bytes(_content(given, raw))
    media = given.parameters.get("content_type", BASE64)
    told = {
        "name": given.name,
        "filename": str(path),
        "content_type": str(schema["contentMediaType"] if media == BASE64 else media),
        "original_filename": str(given.parameters.get("filename", given.name)),
    }
    payload.files.append({**told})


def _content(given: Input, raw: memoryview) -> bytes | memoryview:
    if given.datatype == "UINT8":
        return raw[slice(*given.lies)] if given.tensor is None else given.tensor.packed()
    if given.tensor is None or given.datatype != "BYTES" or len(given.tensor.data) != 1:
        raise Malformed(f"The input {given.name!r} is a file: send one element of BYTES, or UINT8.")
    content: bytes | memoryview = given.tensor.data[0]
    if given.parameters.get("content_type") != BASE64:
        return content
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise Malformed(f"The input {given.name!r} is not base64: {error}.") from None
