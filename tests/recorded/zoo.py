"""A small BioImage Model Zoo, recorded: one sound model in both formats, and some that are not what they say.

The network and its test tensors were made by `bioimage/make_models.py`; the shapes of the index and of the
descriptions are those of the zoo (bioimage-io.github.io/collection, specification 0.4.10 and 0.5.12).
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from fairhaven.core.testing.recorded import Answer, Asked, Said

HERE = Path(__file__).parent / "bioimage"
INDEX = "/collection/index.json"
NEW = (HERE / "nuclei" / "rdf.yaml").read_text()
OLD = (HERE / "old" / "rdf.yaml").read_text()
DOCUMENTATION = "# Tiny nuclei finder\n\nA **bell** of five by five pixels, and a sigmoid.\n"
FILES = ("weights.onnx", "test_input.npy", "test_output.npy", "wrong_output.npy")
_ONNX_ENTRY = NEW[NEW.index("  onnx:") : NEW.index("  pytorch_state_dict:")]
_SHA = {name: hashlib.sha256((HERE / name).read_bytes()).hexdigest() for name in FILES}
_BOMB = "type: model\nformat_version: 0.5.12\na: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


def _source(path: str) -> str:
    """The sound model with its weights somewhere else."""
    return NEW.replace("    source: weights.onnx", f"    source: {path}")


def _without_checksums() -> str:
    return "\n".join(line for line in NEW.splitlines() if "sha256:" not in line)


RUNNING = {
    "tidy-otter": NEW,
    "older-otter": OLD,
    "wrong-otter": NEW.replace("test_output.npy", "wrong_output.npy").replace(
        _SHA["test_output.npy"], _SHA["wrong_output.npy"]
    ),
    "torn-otter": NEW.replace(_SHA["weights.onnx"], "0" * 64),
    "private-otter": _source("http://10.0.0.1/weights.onnx"),
    "missing-otter": _source("nowhere.onnx"),
}
LISTED = {
    "torch-otter": NEW.replace(_ONNX_ENTRY, ""),
    "custom-otter": NEW.replace("id: zero_mean_unit_variance", "id: custom"),
    "trusting-otter": _without_checksums(),
}
HOSTILE = {
    "climbing-otter": _source("../../../etc/passwd"),
    "rooted-otter": _source("/etc/passwd"),
    "local-otter": _source("file:///etc/passwd"),
    "bomb-otter": _BOMB,
    "python-otter": f"{NEW}\nx: !!python/object/apply:os.system [id]\n",
    "long-otter": NEW + "# " + "x" * (600 << 10),
    "endless-otter": NEW.replace("size: {min: 16, step: 8}", "size: {min: 99999999999, step: 8}"),
    "nameless-otter": NEW.replace("id: raw", "id: '../raw'"),
    "dataset-otter": NEW.replace("type: model", "type: dataset", 1),
    "future-otter": NEW.replace("format_version: 0.5.12", "format_version: 0.9.0"),
}


def answers(models: Mapping[str, str] = RUNNING | LISTED | HOSTILE) -> dict[str, Said]:
    """What the zoo answers, for `fairhaven.core.testing.recorded.recorded`."""
    said: dict[str, Said] = {INDEX: lambda asked: _index(asked, models)}
    for name, description in models.items():
        folder = f"/bioimage-io/artifacts/{name}/files"
        said[f"{folder}/rdf.yaml"] = Answer(
            description.encode(), headers={"Content-Type": "application/yaml"}
        )
        said[f"{folder}/documentation.md"] = Answer(DOCUMENTATION.encode())
        said |= {f"{folder}/{file}": Answer.file(HERE / file) for file in FILES}
    return said


def _index(asked: Asked, models: Mapping[str, str]) -> Answer:
    base = f"http://{asked.headers['host']}/bioimage-io/artifacts"
    items = [_item(base, name, description) for name, description in models.items()]
    other = {"id": "tidy-mouse", "type": "dataset", "versions": items[0]["versions"]}
    counted = {"model": len(items), "dataset": 1}
    return Answer.json(
        {"items": [*items, other], "total": len(items) + 1, "count_per_type": counted,
         "timestamp": "2026-11-20T03:00:11"}
    )  # fmt: skip


def _item(base: str, name: str, description: str) -> dict[str, object]:
    digest = hashlib.sha256(description.encode()).hexdigest()
    versions = [
        {"version": version, "source": f"{base}/{name}/files/rdf.yaml?version=v{place}", "sha256": digest}
        for place, version in enumerate(("1.1", "1.2"))
    ]
    return {"id": f"bioimage-io/{name}", "type": "model", "versions": versions}
