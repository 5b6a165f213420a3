"""What a model takes and gives, in sentences."""

from fairhaven.catalog.drivers.bioimage.description import Axis, Model, Tensor, Weights

_NOT_HERE = {
    "custom": "code of its own",
    "stardist_postprocessing": "the package stardist",
    "cellpose_flow_dynamics": "the package cellpose",
}


def why_not_run(model: Model) -> str:
    """Why a model is shown here and not run; empty when it runs."""
    if not (onnx := model.onnx):
        forms = ", ".join(each.format for each in model.weights) or "none at all"
        return f"It has no ONNX weights, which are what is run here; it has {forms}."
    if not onnx.file.sha256:
        return "Its description gives no checksum for the ONNX weights."
    if model.said.get("run_mode"):
        return "It wants to be run in a way of its own (`run_mode`)."
    if any(tensor.test is None for tensor in (*model.inputs, *model.outputs)):
        return "It has no test tensors, so nobody could tell whether it runs as its authors meant."
    for step in (step for tensor in (*model.inputs, *model.outputs) for step in tensor.processing):
        if needs := _NOT_HERE.get(step):
            return f"Its processing needs {needs} (`{step}`)."
    return _odd_names(onnx)


def what(tensor: Tensor) -> str:
    """An input or output: what it means, its axes and their lengths."""
    meaning = f"{tensor.description.rstrip('.')}. " if tensor.description else ""
    axes = [lengths(axis) for axis in tensor.axes if axis.type != "batch"]
    values = "" if tensor.low is None or tensor.high is None else f" from {tensor.low:g} to {tensor.high:g}"
    return f"{meaning}Axes: {', '.join(axes) or 'none'}. Values: {tensor.dtype}{values}."


def lengths(axis: Axis) -> str:
    """An axis and how long it may be."""
    if axis.channels and axis.type == "channel":
        return f"{len(axis.channels)} × {axis.id} ({', '.join(axis.channels[:8])})"
    if axis.length.size is not None:
        return f"{axis.id} of {axis.length.size}"
    if axis.length.least is not None:
        return f"{axis.id} of {_steps(axis.length.least, axis.length.step or 1)}"
    if axis.length.like:
        offset = f" {axis.length.like.offset:+d}" if axis.length.like.offset else ""
        return f"{axis.id} as {axis.length.like.axis} of {axis.length.like.tensor}{offset}"
    return f"{axis.id} of any length"


def _steps(least: int, step: int) -> str:
    return f"{least}, {least + step}, {least + 2 * step} and so on" if step > 1 else f"{least} or more"


def _odd_names(onnx: Weights) -> str:
    """External data is found by the name that stands in the weights, so it must be a plain one."""
    if onnx.beside and onnx.beside.name in ("", onnx.file.name, "rdf.yaml", "weights.onnx"):
        return "Its external data has a name that cannot be kept."
    if onnx.beside and not onnx.beside.sha256:
        return "Its description gives no checksum for the external data of the weights."
    return ""
