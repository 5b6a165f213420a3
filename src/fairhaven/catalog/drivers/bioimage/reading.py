"""From the text of an `rdf.yaml` to a model; what leads out of its folder, or makes no sense, is refused."""

import re
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from fairhaven.catalog.drivers import telling
from fairhaven.catalog.drivers.bioimage import old_axes
from fairhaven.catalog.drivers.bioimage.description import (
    Axis,
    Length,
    Model,
    Reference,
    SameAs,
    Tensor,
    Weights,
)
from fairhaven.catalog.metadata import document, formats, identifiers
from fairhaven.catalog.metadata.findings import Findings
from fairhaven.core.sources import UnsafeRepository

MAX_BYTES = 512 * 1024
LARGEST_SIZE = 1 << 24
MOST_TENSORS = 16
MOST_AXES = 8
FORMS = ("0.4", "0.5")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_ -]{0,63}")
_TYPES = ("batch", "channel", "index", "time", "space")
_Data = Mapping[str, JsonValue]


def read(content: bytes) -> Model:
    """The model that a description is about.

    Raises:
        UnsafeRepository: it cannot be read, is about something else, or names files it must not.
    """
    said = _mapping(content)
    if said.get("type") != "model":
        raise refused(
            f"It is about a {telling.line(said.get('type'), 40) or 'thing without type'}, not a model."
        )
    form = telling.line(said.get("format_version"), 20)
    if not form.startswith(tuple(f"{each}." for each in FORMS)):
        raise refused(f"Its format is {form or 'not told'}; 0.4 and 0.5 can be read.")
    inputs, outputs = (_tensors(said, form, which) for which in ("inputs", "outputs"))
    return Model(
        said=said,
        form=form,
        name=telling.line(said.get("name")) or "Model without a name",
        inputs=inputs,
        outputs=outputs,
        weights=_weights(telling.mapping(said.get("weights"))),
        documentation=reference(said.get("documentation")),
        covers=tuple(found for each in _list(said.get("covers"))[:10] if (found := reference(each))),
    )


def reference(value: JsonValue, sha256: JsonValue = None) -> Reference | None:
    """A file as descriptions name it: a text, or a mapping with `source`.

    Raises:
        UnsafeRepository: it leads out of the description's folder, or to no web address.
    """
    if isinstance(value, dict):
        return reference(value.get("source"), value.get("sha256"))
    source = telling.line(value, formats.MAX_ADDRESS)
    if not source:
        return None
    if not telling.address(source) and not identifiers.is_path(source):
        raise refused(f"It names a file where none may be: `{source[:100]}`.")
    digits = telling.line(sha256, 80)
    if digits and not identifiers.is_sha256(digits):
        raise refused(f"The checksum of `{source[:100]}` is none.")
    return Reference(source, digits.lower() or None)


def refused(why: str) -> UnsafeRepository:
    return UnsafeRepository(f"The model's description is not taken: {why}")


def _mapping(content: bytes) -> _Data:
    if len(content) > MAX_BYTES:
        raise refused(f"It is larger than {MAX_BYTES >> 10} KiB.")
    try:
        text = content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise refused("It is not UTF-8.") from None
    findings = Findings("rdf.yaml", text)
    root = document.read(text, findings)
    said = document.plain(root) if root else None
    if findings.failed or not isinstance(said, dict):
        problems = findings.problems()
        raise refused(f"It cannot be read: {problems[0]}" if problems else "It is no mapping.")
    return said


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _tensors(said: _Data, form: str, which: str) -> tuple[Tensor, ...]:
    listed = telling.items(said.get(which))
    if not 0 < len(listed) <= MOST_TENSORS:
        raise refused(f"It has {len(listed)} {which}.")
    made = tuple(_new(each) if form.startswith("0.5.") else _old(said, each, which, at)
                 for at, each in enumerate(listed))  # fmt: skip
    if len({tensor.id for tensor in made}) != len(made):
        raise refused(f"Two of its {which} have one name.")
    return made


def _new(said: _Data) -> Tensor:
    """A tensor of format 0.5."""
    data = said.get("data")
    first = telling.mapping(data[0] if isinstance(data, list) and data else data)
    low, high = _range(first.get("range"))
    return Tensor(
        id=_name(said.get("id") or "input"),
        axes=_axes(telling.items(said.get("axes"))),
        description=telling.line(said.get("description")),
        dtype=telling.line(first.get("type"), 20) or "float32",
        optional=said.get("optional") is True,
        test=reference(said.get("test_tensor")),
        processing=_processing(said),
        low=low,
        high=high,
    )


def _old(said: _Data, tensor: _Data, which: str, at: int) -> Tensor:
    """A tensor of format 0.4, whose test values are listed apart."""
    tests = _list(said.get(f"test_{which}"))
    low, high = _range(tensor.get("data_range"))
    return Tensor(
        id=_name(tensor.get("name")),
        axes=_checked(old_axes.read(tensor)),
        description=telling.line(tensor.get("description")),
        dtype=telling.line(tensor.get("data_type"), 20) or "float32",
        test=reference(tests[at]) if at < len(tests) else None,
        processing=_processing(tensor),
        low=low,
        high=high,
    )


def _axes(listed: Sequence[_Data]) -> tuple[Axis, ...]:
    return _checked(tuple(_axis(each) for each in listed))


def _checked(axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    if not 0 < len(axes) <= MOST_AXES or len({axis.id for axis in axes}) != len(axes):
        raise refused("A tensor of it has no axes, too many, or two of one name.")
    return axes


def _axis(said: _Data) -> Axis:
    kind = telling.line(said.get("type"), 20)
    if kind not in _TYPES:
        raise refused(f"An axis of type `{kind}` is not known.")
    names = tuple(str(each) for each in telling.lines(said.get("channel_names")))
    default = {"space": "x"}.get(kind, kind)
    return Axis(
        id=_name(said.get("id") or default),
        type=kind,
        halo=telling.count(said.get("halo")) or 0,
        unit=telling.line(said.get("unit"), 40),
        channels=names,
        length=_length(said.get("size"), len(names) if kind == "channel" else None),
    )


def _length(said: JsonValue, fixed: int | None) -> Length:
    if fixed:
        return Length(fixed)
    if isinstance(said, dict) and "tensor_id" in said:
        offset = said.get("offset")
        like = SameAs(_name(said.get("tensor_id")), _name(said.get("axis_id")),
                      offset if isinstance(offset, int) else 0)  # fmt: skip
        return Length(like=like)
    if isinstance(said, dict):
        return Length(least=bounded(said.get("min") or 1), step=bounded(said.get("step") or 0))
    return Length(bounded(said)) if said is not None else Length()


def bounded(value: JsonValue) -> int:
    """A length that can be one."""
    found = telling.count(value)
    if found is None or found > LARGEST_SIZE:
        raise refused(f"A length of {str(value)[:40]} is none.")
    return found


def _range(said: JsonValue) -> tuple[float | None, float | None]:
    low, high = said if isinstance(said, list) and len(said) == 2 else (None, None)
    return telling.number(low), telling.number(high)


def _processing(said: _Data) -> tuple[str, ...]:
    steps = [*telling.items(said.get("preprocessing")), *telling.items(said.get("postprocessing"))]
    return tuple(telling.line(step.get("id") or step.get("name"), 60) for step in steps)


def _weights(said: _Data) -> tuple[Weights, ...]:
    made = []
    for form, entry in list(said.items())[:20]:
        if file := reference(entry):
            beside = entry.get("external_data") if isinstance(entry, dict) else None
            made.append(Weights(telling.line(form, 60), file, reference(beside)))
    return tuple(made)


def _name(value: JsonValue) -> str:
    found = telling.line(value, 64)
    if not _NAME.fullmatch(found):
        raise refused(f"`{found[:40]}` cannot be the name of a tensor or axis.")
    return found
