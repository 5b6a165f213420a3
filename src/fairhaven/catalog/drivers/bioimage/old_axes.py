"""Axes as format 0.4 writes them: letters such as `bcyx`, and lengths beside them."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from fairhaven.catalog.drivers import telling
from fairhaven.catalog.drivers.bioimage.description import Axis, Length, SameAs

_TYPES = {"b": "batch", "i": "index", "t": "time", "c": "channel", "z": "space", "y": "space", "x": "space"}
_NAMES = {"b": "batch", "i": "index", "t": "time", "c": "channel"}


def read(tensor: Mapping[str, JsonValue]) -> tuple[Axis, ...]:
    """The axes of an input or output; letters that mean nothing are left out."""
    letters = [letter for letter in telling.line(tensor.get("axes"), 10) if letter in _TYPES]
    shape, halo = tensor.get("shape"), _numbers(tensor.get("halo"))
    return tuple(
        Axis(
            id=_NAMES.get(letter, letter),
            type=_TYPES[letter],
            halo=_at(halo, place) or 0,
            length=_length(shape, letter, place),
        )
        for place, letter in enumerate(letters)
    )


def _length(shape: JsonValue, letter: str, place: int) -> Length:
    if letter == "b":
        return Length()
    if isinstance(shape, list):
        return Length(_at(_numbers(shape), place))
    said = telling.mapping(shape)
    if reference := telling.line(said.get("reference_tensor"), 64):
        return _like(said, reference, letter, place)
    least, step = _at(_numbers(said.get("min")), place), _at(_numbers(said.get("step")), place)
    return Length(least=least, step=step) if step else Length(least)


def _like(said: Mapping[str, JsonValue], reference: str, letter: str, place: int) -> Length:
    """What follows another tensor; a scale of 0 is a new axis, twice `offset` long."""
    scales, offsets = said.get("scale"), said.get("offset")
    scale = telling.number(scales[place]) if isinstance(scales, list) and place < len(scales) else None
    offset = telling.number(offsets[place]) if isinstance(offsets, list) and place < len(offsets) else 0
    if not scale:
        return Length(max(1, int(2 * (offset or 0))))
    if scale != 1:
        return Length()
    return Length(like=SameAs(reference, _NAMES.get(letter, letter), int(2 * (offset or 0))))


def _numbers(value: JsonValue) -> Sequence[int]:
    return [telling.count(each) or 0 for each in value] if isinstance(value, list) else ()


def _at(values: Sequence[int], place: int) -> int | None:
    return min(values[place], 1 << 24) if place < len(values) else None
