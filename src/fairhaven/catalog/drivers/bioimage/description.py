"""A model as the zoo describes it, one form for RDF 0.4 and 0.5 (bioimage.io's specification)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue


@dataclass(frozen=True)
class Reference:
    """Where a file is: a path beside the description, or an address; `sha256` where it is given."""

    source: str
    sha256: str | None = None

    @property
    def name(self) -> str:
        return self.source.partition("?")[0].rstrip("/").rpartition("/")[2]


@dataclass(frozen=True)
class SameAs:
    """A size that follows another axis: `tensor.axis` plus `offset`."""

    tensor: str
    axis: str
    offset: int = 0


@dataclass(frozen=True)
class Length:
    """`size`, or `least` and any number of `step` more, or as `like` says; nothing where all are None."""

    size: int | None = None
    least: int | None = None
    step: int | None = None
    like: SameAs | None = None


@dataclass(frozen=True)
class Axis:
    """One axis; `halo`: how many values at either end of an output are not to be trusted."""

    id: str
    type: str
    length: Length = field(default=Length())
    halo: int = 0
    unit: str = ""
    channels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tensor:
    """An input or output; `low` and `high` bound its values where the description says so."""

    id: str
    axes: tuple[Axis, ...]
    description: str = ""
    dtype: str = "float32"
    low: float | None = None
    high: float | None = None
    optional: bool = False
    test: Reference | None = None
    processing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Weights:
    """One form of the weights: `onnx`, `torchscript`, `pytorch_state_dict`, …"""

    format: str
    file: Reference
    beside: Reference | None = None


@dataclass(frozen=True)
class Model:
    """`said` is the description as it was published, of format version `form` (such as 0.5.12)."""

    said: Mapping[str, JsonValue]
    form: str
    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    weights: tuple[Weights, ...]
    documentation: Reference | None = None
    covers: tuple[Reference, ...] = field(default=())

    @property
    def onnx(self) -> Weights | None:
        return next((each for each in self.weights if each.format == "onnx"), None)
