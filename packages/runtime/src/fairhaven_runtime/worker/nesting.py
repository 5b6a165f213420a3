"""Lists in lists, and the flat list of elements that they hold in row-major order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any


def flattened(value: Sequence[Any]) -> tuple[list[Any], tuple[int, ...]]:
    """The elements of nested lists, as deep as the lists are rectangular, and the shape down to there."""
    flat, shape = list(value), [len(value)]
    while flat and set(map(type, flat)) <= {list, tuple} and len(set(map(len, flat))) == 1:
        shape.append(len(flat[0]))
        flat = list(chain.from_iterable(flat))
    return flat, tuple(shape)


def flattened_as(shape: Sequence[int], value: Any) -> list[Any]:
    """The elements of a list that is nested as `shape` tells, or flat already.

    Raises:
        TypeError: it is no list.
        ValueError: it is nested in another way.
    """
    if not isinstance(value, list):
        raise TypeError("it must be a list")
    flat: list[Any] = value
    if not flat or not isinstance(flat[0], list):
        return flat
    for size in shape[1:]:
        if not all(isinstance(row, list) and len(row) == size for row in flat):
            raise ValueError(f"it is not nested as its shape {list(shape)} tells")
        flat = list(chain.from_iterable(flat))
    return flat


def nested(flat: list[Any], shape: Sequence[int]) -> Any:
    """Lists in lists as `shape` tells; `[]` when there are no elements, the one without dimensions."""
    if not shape or not flat:
        return flat[0] if flat else []
    for size in reversed(shape[1:]):
        flat = [flat[begin : begin + size] for begin in range(0, len(flat), size)]
    return flat
