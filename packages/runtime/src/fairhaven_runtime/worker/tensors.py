"""Tensors of the Open Inference Protocol, from and to bytes and Python's own values; without numpy.

Elements lie in row-major order in one flat sequence: a typed `memoryview` for numbers, a list of bytes for
BYTES. Whatever touches all numbers of a tensor runs in C.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from . import nesting

CODES = {
    "BOOL": "?",
    "UINT8": "B",
    "UINT16": "H",
    "UINT32": "I",
    "UINT64": "Q",
    "INT8": "b",
    "INT16": "h",
    "INT32": "i",
    "INT64": "q",
    "FP16": "f",
    "BF16": "f",
    "FP32": "f",
    "FP64": "d",
}
"""How `array` and `memoryview` call the elements of a datatype; half floats are kept as whole ones."""

SIZES = {**{name: struct.calcsize(code) for name, code in CODES.items()}, "FP16": 2, "BF16": 2}
"""Bytes of one element in the binary form."""

MOST_DIMENSIONS = 32
MOST_TEXTS = 1_000_000
"""Elements of one BYTES tensor."""

LARGE_TEXT = 65_536
"""Bytes of an element of BYTES that are not worth a copy."""

TEXT = ("utf-8", "surrogatepass")
"""Python's strings may hold half a surrogate pair, and JSON can tell it."""


class Tensor(NamedTuple):
    """A datatype, a shape, and the elements."""

    datatype: str
    shape: tuple[int, ...]
    data: memoryview[Any] | list[Any]

    def values(self) -> list[Any]:
        """The elements as Python's values, flat; those of BYTES as text.

        Raises:
            ValueError: bytes that are no text in UTF-8.
        """
        if isinstance(self.data, memoryview):
            return self.data.tolist()
        return [str(each, *TEXT) for each in self.data]

    def packed(self) -> bytes:
        """The binary form: little endian, without padding; before each element of BYTES its length."""
        if isinstance(self.data, memoryview):
            return _little_endian(self.data).tobytes()
        return b"".join(chain.from_iterable((struct.pack("<I", len(each)), each) for each in self.data))


def of_json(datatype: str, shape: Sequence[int], data: Any) -> Tensor:
    """The tensor whose elements came as a JSON list, nested as its shape is or flat.

    Raises:
        ValueError, TypeError, OverflowError: they are not of the datatype, or not as many as the shape tells.
    """
    elements = _elements(datatype, nesting.flattened_as(shape, data))
    _check_count(len(elements), shape)
    return Tensor(datatype, tuple(shape), elements)


def of_bytes(datatype: str, shape: Sequence[int], raw: memoryview[Any]) -> Tensor:
    """The tensor whose elements came in binary form; most are read where they lie, without a copy.

    Raises:
        ValueError: there are not as many as the shape tells.
    """
    if datatype == "BYTES":
        texts = list(_texts(raw))
        _check_count(len(texts), shape)
        return Tensor(datatype, tuple(shape), texts)
    check_size(datatype, shape, len(raw))
    return Tensor(datatype, tuple(shape), _numbers(datatype, raw))


def of_value(value: Any) -> Tensor | None:
    """The tensor that a number, bool, string or rectangular nested list is; None for anything else."""
    flat, shape = nesting.flattened(value) if isinstance(value, (list, tuple)) else ([value], (1,))
    datatype = _datatype(flat)
    if datatype is None or len(shape) > MOST_DIMENSIONS:
        return None
    try:
        return Tensor(datatype, shape, _elements(datatype, flat))
    except OverflowError:  # an integer too large for the float that others in the list need
        return None


def check_size(datatype: str, shape: Sequence[int], size: int) -> None:
    """Check that so many bytes hold all numbers of a tensor.

    Raises:
        ValueError: they do not.
    """
    if size != math.prod(shape) * SIZES[datatype]:
        raise ValueError(f"{size} bytes are not what its shape {list(shape)} needs")


def _check_count(count: int, shape: Sequence[int]) -> None:
    if count != math.prod(shape):
        raise ValueError(f"{count} elements are not as many as its shape {list(shape)} tells")


def _numbers(datatype: str, raw: memoryview[Any]) -> memoryview[Any]:
    if datatype == "FP16":
        return memoryview(array("f", struct.unpack(f"<{len(raw) // 2}e", raw)))
    if datatype == "BF16":  # the upper half of an FP32
        wide = bytearray(2 * len(raw))
        wide[2::4], wide[3::4] = raw[0::2], raw[1::2]
        raw = memoryview(wide)
    code: Any = CODES[datatype]
    return _little_endian(raw.cast(code))


def _little_endian(data: memoryview[Any]) -> memoryview[Any]:
    """Elements in the order of bytes of the binary form, or back from it."""
    if sys.byteorder == "little" or data.itemsize == 1:
        return data
    swapped = array(data.format, data)
    swapped.byteswap()
    return memoryview(swapped)


def _texts(raw: memoryview[Any]) -> Iterator[bytes | memoryview[Any]]:
    begin, count = 0, 0
    while begin < len(raw):
        count += 1
        end = begin + 4
        if end <= len(raw):
            end += int.from_bytes(raw[begin:end], "little")
        if end > len(raw):
            raise ValueError("it breaks off within an element")
        if count > MOST_TEXTS:
            raise ValueError(f"it has more than {MOST_TEXTS} elements")
        text = raw[begin + 4 : end]
        yield text if len(text) > LARGE_TEXT else bytes(text)
        begin = end


def _elements(datatype: str, flat: list[Any]) -> memoryview[Any] | list[Any]:
    """Python's values as elements; `array` refuses what does not fit."""
    if datatype == "BYTES":
        if not set(map(type, flat)) <= {str}:
            raise TypeError("it has more than texts")
        return [text.encode(*TEXT) for text in flat]
    if datatype == "BOOL":
        if not set(flat) <= {False, True}:
            raise ValueError("it has more than true and false")
        return memoryview(bytes(map(int, flat))).cast("?")
    return memoryview(array(CODES[datatype], flat))


def _datatype(flat: list[Any]) -> str | None:
    kinds = set(map(type, flat))
    if kinds == {bool}:
        return "BOOL"
    if kinds == {str}:
        return "BYTES"
    if kinds == {int}:
        low, high = min(flat), max(flat)
        if low >= -(2**63) and high < 2**63:
            return "INT64"
        return "UINT64" if low >= 0 and high < 2**64 else None
    return "FP64" if kinds <= {int, float} else None
