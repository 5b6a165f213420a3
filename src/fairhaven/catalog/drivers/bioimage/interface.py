"""What the code around a model needs to know of its description: `interface.json`."""

import keyword
import re
from collections.abc import Iterable

from pydantic import JsonValue

from fairhaven.catalog.drivers.bioimage import wording
from fairhaven.catalog.drivers.bioimage.description import Axis, Model, Tensor
from fairhaven.catalog.drivers.bioimage.item import ModelItem, tensor_file
from fairhaven.catalog.drivers.telling import Data

TAKEN = ("accept", "output", "tiles", "files")  # arguments that the module has beside its inputs
TYPES = (
    "float32",
    "float64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "int8",
    "int16",
    "int32",
    "int64",
    "bool",
)


def told(item: ModelItem) -> Data:
    """Inputs with the names of their arguments, and outputs."""
    model = item.model
    arguments = _arguments(each.id for each in model.inputs)
    return {
        "page": item.page,
        "inputs": [
            {**_tensor(each, model, "input"), "argument": name, "optional": each.optional,
             "help": f"PNG, JPEG, TIFF or NumPy file. {wording.what(each)}"}
            for each, name in zip(model.inputs, arguments, strict=True)
        ],
        "outputs": [
            {**_tensor(each, model, "output"), "help": wording.what(each)} for each in model.outputs
        ],
    }  # fmt: skip


def _tensor(tensor: Tensor, model: Model, which: str) -> Data:
    return {
        "id": tensor.id,
        "dtype": tensor.dtype if tensor.dtype in TYPES else "float32",
        "low": tensor.low,
        "high": tensor.high,
        "test": tensor_file(which, tensor.id),
        "axes": [_axis(axis, model) for axis in tensor.axes],
    }


def _axis(axis: Axis, model: Model) -> Data:
    """An input whose axis follows another's has the lengths of that one."""
    bound = _followed(axis, model)
    return {
        "id": axis.id,
        "type": axis.type,
        "size": bound.length.size if axis.type != "batch" else None,
        "min": bound.length.least,
        "step": bound.length.step,
    }


def _followed(axis: Axis, model: Model) -> Axis:
    if axis.length.like is None or axis.length.like.offset:
        return axis
    for tensor in model.inputs:
        for other in tensor.axes:
            if (tensor.id, other.id) == (
                axis.length.like.tensor,
                axis.length.like.axis,
            ) and other.length.like is None:
                return other
    return axis


def _arguments(names: Iterable[str]) -> list[JsonValue]:
    made: list[JsonValue] = []
    for name in names:
        argument = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "input"
        if argument[0].isdigit() or argument in TAKEN or keyword.iskeyword(argument):
            argument = f"input_{argument}"
        while argument in made:
            argument += "_"
        made.append(argument)
    return made
