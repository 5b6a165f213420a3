"""The Open Inference Protocol in the worker: tensors become arguments, and a result becomes tensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import answers, nesting, tensors
from .tensors import Tensor

OUTPUT = "output"
"""The name of the one output of a module that returns no dict."""

LENGTH = "inference-header-content-length"

ARRAYS = {
    ("b", 1): "BOOL",
    ("u", 1): "UINT8",
    ("u", 2): "UINT16",
    ("u", 4): "UINT32",
    ("u", 8): "UINT64",
    ("i", 1): "INT8",
    ("i", 2): "INT16",
    ("i", 4): "INT32",
    ("i", 8): "INT64",
    ("f", 2): "FP32",
    ("f", 4): "FP32",
    ("f", 8): "FP64",
}
"""Datatypes by numpy's kind and size of an element."""


def arguments(sent: Mapping[str, Any], body: bytes) -> dict[str, Any]:
    """Arguments by name: `values` came as JSON, `arrays` tell what numbers lie where in the body."""
    found = dict(sent["values"])
    raw = memoryview(body)
    for name, datatype, shape, as_shape, begin, end in sent["arrays"]:
        numbers = tensors.of_bytes(datatype, shape, raw[begin:end]).values()
        found[name] = nesting.nested(numbers, as_shape)
    return found


def outputs(result: Any) -> tuple[list[list[str]], bytes]:
    """Headers and body of a response with every key of the result as a tensor in binary form.

    Raises:
        BadAnswer: something in the result is neither a tensor nor JSON.
    """
    named = result if isinstance(result, dict) else {OUTPUT: result}
    heads, bodies = [], []
    for name, value in named.items():
        tensor, parameters = _tensor(value)
        bodies.append(tensor.packed())
        parameters["binary_data_size"] = len(bodies[-1])
        told = {"name": str(name), "datatype": tensor.datatype, "shape": tensor.shape}
        heads.append({**told, "parameters": parameters})
    text = json.dumps({"outputs": heads}).encode()
    headers = [["content-type", "application/octet-stream"], [LENGTH, str(len(text))]]
    return headers, b"".join([text, *bodies])


def _tensor(value: Any) -> tuple[Tensor, dict[str, Any]]:
    """The value as a tensor, with its parameters; what is no tensor is told as JSON text."""
    tensor = _of_array(value) or tensors.of_value(value)
    if tensor is not None:
        return tensor, {}
    text = answers.to_json(value)
    tensor = tensors.of_value(json.loads(text))
    if tensor is not None:
        return tensor, {}
    return Tensor("BYTES", (1,), [text]), {"content_type": answers.JSON}


def _of_array(value: Any) -> Tensor | None:
    """A numpy array or scalar, or what looks like one."""
    dtype = getattr(value, "dtype", None)
    datatype = ARRAYS.get((getattr(dtype, "kind", ""), getattr(dtype, "itemsize", 0)))
    if datatype is None or not hasattr(value, "astype"):
        return None
    code: Any = tensors.CODES[datatype]
    elements = memoryview(value.astype(code).tobytes()).cast(code)
    return Tensor(datatype, tuple(value.shape) or (1,), elements)
