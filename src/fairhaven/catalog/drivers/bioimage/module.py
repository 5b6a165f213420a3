"""Writes the module around a model: its files, the code that runs it, and its own test."""

import asyncio
import json
from importlib.resources import files
from pathlib import Path

from fairhaven.catalog.drivers import asking, licences, telling
from fairhaven.catalog.drivers.bioimage import interface, rdf, wording
from fairhaven.catalog.drivers.bioimage.description import Reference
from fairhaven.catalog.drivers.bioimage.item import ModelItem, tensor_file
from fairhaven.core.outbound import Guard
from fairhaven.core.sources import RepositoryTooLarge
from fairhaven.core.sources.origins import METADATA_FILE

CODE = ("__init__", "api", "model", "shapes", "images", "answers")


async def write(item: ModelItem, metadata: bytes, folder: Path, guard: Guard, *, max_bytes: int) -> None:
    """Write all of it into an empty folder.

    Raises:
        SourceProblem: a file cannot be had, is not what the description says, or all is too large.
    """
    content = _texts(item) | {METADATA_FILE: metadata, "rdf.yaml": item.content}
    left = max_bytes - sum(map(len, content.values()))
    if left < 0:
        raise RepositoryTooLarge(f"The model is larger than {max_bytes / asking.MIB:.0f} MiB.")
    await asyncio.to_thread(_write, folder, content)
    for path, file in _fetched(item).items():
        what = f"`{file.name[:100]}` of the model"
        left -= await asking.bring(
            guard, item.url(file), folder / path, what, sha256=file.sha256, max_bytes=left
        )


def _fetched(item: ModelItem) -> dict[str, Reference]:
    """The model's own files by their path in the module."""
    onnx, found = item.model.onnx, {}
    assert onnx is not None, "what has no ONNX weights is not written"
    for which, tensors in (("input", item.model.inputs), ("output", item.model.outputs)):
        for tensor in tensors:
            assert tensor.test is not None, "what has no test tensors is not written"
            found[item.kept(tensor_file(which, tensor.id))] = tensor.test
    found[item.kept(rdf.WEIGHTS)] = onnx.file
    if onnx.beside:
        found[item.kept(onnx.beside.name)] = onnx.beside
    return found


def _texts(item: ModelItem) -> dict[str, bytes]:
    package = f"src/{item.package}"
    code = {f"{package}/{name}.py": _filled(f"{name}.py.in", item) for name in CODE}
    texts = {
        **code,
        f"{package}/interface.json": json.dumps(interface.told(item), indent=1, ensure_ascii=False),
        item.kept("rdf.yaml"): rdf.written(item),
        item.kept(rdf.DOCUMENTATION): f"# {item.model.name}\n\n## Validation\n\nBy its test tensors.\n",
        "tests/test_model.py": _filled("test_model.py.in", item),
        "pyproject.toml": _filled("pyproject.toml.in", item),
        "README.md": _readme(item),
        "LICENSE": licences.text(item.licence, item.holders, item.page),
    }
    return {path: text.encode() for path, text in texts.items()}


def _filled(name: str, item: ModelItem) -> str:
    """A file of ours with names put in, which hold letters, digits and dashes only, or are quoted."""
    text = (files("fairhaven.catalog.drivers.bioimage") / "around" / name).read_text(encoding="utf-8")
    values = {
        "PACKAGE": item.package,
        "DISTRIBUTION": item.package.replace("_", "-"),
        "SLUG": item.slug,
        "VERSION": item.package_version,
        # A text of JSON is one of TOML.
        "SUMMARY": json.dumps(telling.line(item.model.said.get("description")), ensure_ascii=False),
        "LICENCE": f'license = "{item.licence}"' if item.licence else "",
    }
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _write(folder: Path, content: dict[str, bytes]) -> None:
    for path, text in content.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)


def _readme(item: ModelItem) -> str:
    covers = "\n".join(f"![{item.model.name}]({item.url(each)})" for each in item.model.covers)
    words = item.documentation or telling.text(item.model.said.get("description"))
    title = "" if words.startswith("# ") else f"# {item.model.name}"
    parts = [title, covers, words, *_ports(item), _about(item)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _ports(item: ModelItem) -> list[str]:
    return [
        f"## {title}\n\n" + "\n".join(f"- `{each.id}`: {wording.what(each)}" for each in tensors)
        for title, tensors in (("Inputs", item.model.inputs), ("Outputs", item.model.outputs))
    ]


def _about(item: ModelItem) -> str:
    return (
        f"## Where it is from\n\nThis module was written around [{item.model.name}]({item.page}) of the "
        "BioImage Model Zoo; `rdf.yaml` is its description as it was published. `bioimageio.core` runs the "
        "ONNX weights, and `pytest tests` compares what they answer with the model's own test tensors."
    )
