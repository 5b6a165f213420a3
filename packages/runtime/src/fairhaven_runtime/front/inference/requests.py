"""Reads an inference request: its JSON, and tensors in binary form behind it.

The protocol: https://github.com/kserve/open-inference-protocol; the binary form is Triton's extension
`binary_tensor_data`.
"""

import json
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fairhaven_runtime.errors import Malformed, TooMuchJson
from fairhaven_runtime.front.payload import Payload
from fairhaven_runtime.worker import tensors
from fairhaven_runtime.worker.tensors import Tensor

LARGEST_JSON = 16 * 1024 * 1024
"""Bytes of JSON that are parsed here, in the midst of everybody's requests; binary tensors may be larger."""

KINDS: dict[type, str] = {str: "string", list: "array", dict: "object"}
NOT_OFFERED = ("shared_memory_region", "classification")


@dataclass(frozen=True)
class Input:
    """An input tensor; of numbers in binary form it only knows from where to where they lie in the body."""

    name: str
    datatype: str
    shape: list[int]
    parameters: dict[str, Any]
    tensor: Tensor | None
    lies: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Question:
    """An inference request; `outputs` tells which are wanted (None: all), and whether in binary form."""

    id: str | None
    parameters: dict[str, Any]
    inputs: list[Input]
    outputs: dict[str, bool] | None
    binary: bool
    raw: memoryview


def read(payload: Payload, length: str | None) -> Question:
    """The request in a payload; `length` is the header that tells where its JSON ends.

    Raises:
        Malformed: it is none.
        TooMuchJson: its JSON is longer than `LARGEST_JSON`.
    """
    raw = _bytes_of(payload)
    end = _end_of_json(raw, length)
    told = _object(_parsed(bytes(raw[:end])), "The request")
    name = told.get("id")
    if not isinstance(name, str | None):
        raise Malformed("'id' must be a string.")
    parameters = _parameters(told)
    binary = bool(parameters.get("binary_data_output"))
    inputs = list(_inputs(_field(told, "inputs", list, []), raw, end))
    return Question(name, parameters, inputs, _outputs(told, binary), binary, raw)


def _bytes_of(payload: Payload) -> memoryview:
    """The body; a large one is mapped from its file, so that only what is looked at takes memory."""
    if payload.path is None:
        return memoryview(payload.body)
    with payload.path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _end_of_json(raw: memoryview, length: str | None) -> int:
    if length is not None and not (length.isascii() and length.isdigit() and len(length) < 20):
        raise Malformed("The header Inference-Header-Content-Length must be a number of bytes.")
    end = len(raw) if length is None else int(length)
    if end > len(raw):
        raise Malformed("The body is shorter than Inference-Header-Content-Length tells.")
    if end > LARGEST_JSON:
        raise TooMuchJson(f"The JSON may have {LARGEST_JSON} bytes; send large tensors in binary form.")
    return end


def _inputs(told: list[Any], raw: memoryview, begin: int) -> Iterator[Input]:
    """The input tensors; those in binary form lie one after the other from `begin` on."""
    for each in told:
        head = _object(each, "An input")
        size = _parameters(head).get("binary_data_size")
        if size is None:
            yield _input(head, raw, None)
        elif isinstance(size, int) and 0 <= size <= len(raw) - begin:
            yield _input(head, raw, (begin, begin + size))
            begin += size
        else:
            raise Malformed("A 'binary_data_size' is wrong, or the body breaks off.")
    if begin != len(raw):
        raise Malformed(f"{len(raw) - begin} bytes follow the last tensor.")


def _input(head: dict[str, Any], raw: memoryview, lies: tuple[int, int] | None) -> Input:
    name, datatype = _field(head, "name", str, None), _field(head, "datatype", str, None)
    shape = _shape(head)
    if datatype != "BYTES" and datatype not in tensors.CODES:
        raise Malformed(f"{datatype!r} is no datatype; there are: BYTES, {', '.join(tensors.CODES)}.")
    try:
        tensor = _tensor(head, datatype, shape, raw, lies)
    except (TypeError, ValueError, OverflowError) as error:
        raise Malformed(f"The data of {name!r} cannot be read as {datatype}: {error}.") from None
    return Input(name, datatype, shape, _parameters(head), tensor, lies or (0, 0))


def _tensor(
    head: dict[str, Any], datatype: str, shape: list[int], raw: memoryview, lies: tuple[int, int] | None
) -> Tensor | None:
    if lies is None:
        return tensors.of_json(datatype, shape, head.get("data"))
    begin, end = lies
    if datatype == "BYTES":
        return tensors.of_bytes(datatype, shape, raw[begin:end])
    tensors.check_size(datatype, shape, end - begin)
    return None


def _shape(head: dict[str, Any]) -> list[int]:
    shape: list[int] = _field(head, "shape", list, None)
    if not all(type(size) is int and size >= 0 for size in shape) or len(shape) > tensors.MOST_DIMENSIONS:
        raise Malformed(f"A 'shape' must be a list of at most {tensors.MOST_DIMENSIONS} sizes.")
    return shape


def _outputs(told: dict[str, Any], binary: bool) -> dict[str, bool] | None:
    outputs = {}
    for each in _field(told, "outputs", list, []):
        head = _object(each, "An output")
        chosen = _parameters(head).get("binary_data")
        outputs[_field(head, "name", str, None)] = binary if chosen is None else bool(chosen)
    return outputs or None


def _parameters(told: dict[str, Any]) -> dict[str, Any]:
    parameters: dict[str, Any] = _field(told, "parameters", dict, {})
    for name in NOT_OFFERED:
        if parameters.get(name):
            raise Malformed(f"{name!r} is not offered here.")
    return parameters


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("The JSON of the request cannot be read.") from None


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{what} must be a JSON object.")
    return value


def _field(told: dict[str, Any], key: str, kind: type, default: Any) -> Any:
    """What an object has under a key; where it has nothing or null, the default, if there is one."""
    value = told.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, kind):
        raise Malformed(f"{key!r} must be given, as a JSON {KINDS[kind]}.")
    return value
