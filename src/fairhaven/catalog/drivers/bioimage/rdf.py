"""The description as the module has it: only what running needs, with files beside it and no addresses.

`bioimageio.core` looks up every address that a description names, and builds have no network. The description
as it was published is kept beside, unchanged.
"""

from collections.abc import Mapping

from pydantic import JsonValue

from fairhaven.catalog.drivers import telling
from fairhaven.catalog.drivers.bioimage.description import Reference, Tensor
from fairhaven.catalog.drivers.bioimage.item import ModelItem, tensor_file
from fairhaven.catalog.drivers.telling import Data, filled
from fairhaven.catalog.metadata import writer

KEPT = ("type", "format_version", "name", "description", "version", "timestamp", "license", "tags")
WEIGHTS = "weights.onnx"
DOCUMENTATION = "documentation.md"


def written(item: ModelItem) -> str:
    """The text of `rdf.yaml`."""
    said, old = item.model.said, item.model.form.startswith("0.4.")
    made: Data = {name: said[name] for name in KEPT if name in said}
    made["authors"] = [_author(each) for each in telling.items(said.get("authors"))]
    if old:
        made["documentation"] = DOCUMENTATION  # which format 0.5 may leave out, and writes in two ways
    for which, tensors in (("inputs", item.model.inputs), ("outputs", item.model.outputs)):
        listed = zip(telling.items(said.get(which)), tensors, strict=True)
        made[which] = [_old(each) if old else _new(each, tensor, which) for each, tensor in listed]
        if old:
            made[f"test_{which}"] = [tensor_file(which.removesuffix("s"), each.id) for each in tensors]
    made["weights"] = {"onnx": _weights(item)}
    if tolerances := _tolerances(said):
        made["config"] = {"bioimageio": {"reproducibility_tolerance": tolerances}}
    return writer.dump(made)


def _author(said: Mapping[str, JsonValue]) -> Data:
    return {name: said[name] for name in ("name", "affiliation", "orcid") if said.get(name)}


def _new(said: Mapping[str, JsonValue], tensor: Tensor, which: str) -> Data:
    made = {name: value for name, value in said.items() if name != "sample_tensor"}
    assert tensor.test is not None, "what has no test tensors is not written"
    made["test_tensor"] = _file(tensor_file(which.removesuffix("s"), tensor.id), tensor.test)
    return _finite(made, "data")


def _old(said: Mapping[str, JsonValue]) -> Data:
    """Bounds that are infinite say nothing, and cannot be written in every YAML."""
    return {name: value for name, value in said.items() if name != "data_range" or _numbers(value)}


def _numbers(value: JsonValue) -> bool:
    return isinstance(value, list) and all(telling.number(each) is not None for each in value)


def _finite(made: Data, name: str) -> Data:
    data = made.get(name)
    if isinstance(data, dict) and isinstance(data.get("range"), list) and not _numbers(data["range"]):
        bounds: list[JsonValue] = [telling.number(each) for each in data["range"][:2]]  # type: ignore[index, union-attr]
        return {**made, name: {**data, "range": bounds}}
    return made


def _weights(item: ModelItem) -> Data:
    onnx = item.model.onnx
    assert onnx is not None, "what has no ONNX weights is not written"
    said = telling.mapping(telling.mapping(item.model.said.get("weights")).get("onnx"))
    beside = _file(onnx.beside.name, onnx.beside) if onnx.beside else None
    return {
        **_file(WEIGHTS, onnx.file),
        **filled(opset_version=telling.count(said.get("opset_version")), external_data=beside),
    }


def _file(name: str, file: Reference) -> Data:
    return {"source": name, **filled(sha256=file.sha256)}


def _tolerances(said: Mapping[str, JsonValue]) -> list[JsonValue]:
    """How exactly the authors say that their outputs can be reproduced."""
    config = telling.mapping(telling.mapping(said.get("config")).get("bioimageio"))
    return [dict(each) for each in telling.items(config.get("reproducibility_tolerance"), 20)]
