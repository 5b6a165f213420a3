"""A small Hugging Face Hub and a small OpenML, recorded: answers in the shapes of their interfaces."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from fairhaven.core.testing.recorded import Answer, Asked, Said

HERE = Path(__file__).parent / "huggingface"
COMMIT = "5c3a9a0d6d4b2f6d8f1e7c0b9a8d7c6b5a4f3e2d"
CARD = """---
license: apache-2.0
language:
- en
- multilingual
library_name: transformers
pipeline_tag: text-classification
datasets:
- stanfordnlp/sst2
metrics:
- accuracy
base_model: small-lab/tiny-bert
model-index:
- name: tiny-mood
  results:
  - task:
      type: text-classification
      name: Text Classification
    dataset:
      name: sst2
      type: stanfordnlp/sst2
      config: default
      split: validation
    metrics:
    - type: accuracy
      value: 0.9105
      name: Accuracy
      verified: true
    - type: f1
      value: .9113
---
# Tiny mood

This model tells whether a sentence of a film review is kind or not. It was made for tests.

## Limits

<script>alert(1)</script> It knows no irony.
"""
MODEL = {
    "_id": "621ffdc036468d709f174338",
    "id": "small-lab/tiny-mood",
    "modelId": "small-lab/tiny-mood",
    "author": "small-lab",
    "sha": COMMIT,
    "lastModified": "2026-05-04T10:11:12.000Z",
    "createdAt": "2025-03-02T23:29:04.000Z",
    "private": False,
    "gated": False,
    "disabled": False,
    "downloads": 1234,
    "likes": 5,
    "library_name": "transformers",
    "pipeline_tag": "text-classification",
    "tags": [
        "transformers", "pytorch", "onnx", "safetensors", "bert", "text-classification", "en",
        "dataset:stanfordnlp/sst2", "arxiv:1910.01108", "doi:10.57967/hf/0181", "license:apache-2.0",
        "base_model:small-lab/tiny-bert", "endpoints_compatible", "region:us",
    ],
    "config": {"architectures": ["BertForSequenceClassification"], "model_type": "bert"},
    "safetensors": {"parameters": {"F32": 4386178}, "total": 4386178},
    "siblings": [
        {"rfilename": ".gitattributes", "size": 1477, "blobId": "a6344aac8c09253b3b630fb776ae94478aa0275b"},
        {"rfilename": "README.md", "size": len(CARD), "blobId": "0000000000000000000000000000000000000001"},
        {"rfilename": "config.json", "size": 612, "blobId": "0000000000000000000000000000000000000002"},
        {
            "rfilename": "model.safetensors", "size": 17547912,
            "blobId": "0000000000000000000000000000000000000003",
            "lfs": {"sha256": "ab" * 32, "size": 17547912, "pointerSize": 133},
        },
        {"rfilename": "../../etc/passwd", "size": 1},
    ],
}  # fmt: skip


CONFIG = {"architectures": ["ViTForImageClassification"], "id2label": {"0": "red", "1": "green", "2": "blue"}}
PROCESSOR = {
    "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": [0.5, 0.5, 0.5],
    "image_processor_type": "ViTImageProcessor", "image_std": [0.5, 0.5, 0.5], "resample": 2,
    "rescale_factor": 0.00392156862745098, "size": {"height": 16, "width": 16},
}  # fmt: skip
MOOD = {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "grim", "1": "kind"},
        "max_position_embeddings": 64}  # fmt: skip
# By name: the pipeline tag, and the files.
RUNNING: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    "small-lab/tiny-eyes": (
        "image-classification",
        {
            "onnx/model.onnx": (HERE / "eyes.onnx").read_bytes(),
            "config.json": json.dumps(CONFIG).encode(),
            "preprocessor_config.json": json.dumps(PROCESSOR).encode(),
        },
    ),
    "small-lab/tiny-words": (
        "text-classification",
        {
            "model.onnx": (HERE / "mood.onnx").read_bytes(),
            "config.json": json.dumps(MOOD).encode(),
            "tokenizer.json": (HERE / "tokenizer.json").read_bytes(),
        },
    ),
    "small-lab/odd-eyes": (
        "image-classification",
        {
            "onnx/model.onnx": (HERE / "eyes.onnx").read_bytes(),
            "config.json": json.dumps(CONFIG).encode(),
            "preprocessor_config.json": json.dumps({**PROCESSOR, "image_processor_type": "Odd"}).encode(),
        },
    ),
}


def models() -> dict[str, Said]:
    """What the Hub answers; `small-lab/second` is on the second page of its account."""
    said: dict[str, Said] = {
        f"/{MODEL['id']}/resolve/{COMMIT}/README.md": Answer(CARD.encode()),
        "/api/models": _listed,
    }
    changes: dict[str, dict[str, object]] = {
        "small-lab/tiny-mood": {},
        "small-lab/gated": {"gated": "manual"},
        "small-lab/private": {"private": True},
        "small-lab/silent": {"siblings": [], "tags": [], "pipeline_tag": None, "library_name": None},
        "small-lab/odd": {"sha": "main"},
        "small-lab/odder": {"tags": [["x"], 7, None], "siblings": "none", "config": [], "cardData": 3,
                            "lastModified": 12, "safetensors": {"total": -1}},
    }  # fmt: skip
    for name, change in changes.items():
        said[f"/api/models/{name}"] = Answer.json({**MODEL, "id": name, **change})
    said["/api/models/small-lab/secret"] = Answer.json({"error": "Repository not found"}, 401)
    for name, (pipeline, files) in RUNNING.items():
        siblings = [_sibling(path, content) for path, content in files.items()]
        tags = ["transformers", "onnx", "license:mit", pipeline]
        change = {"id": name, "pipeline_tag": pipeline, "siblings": siblings, "tags": tags}
        said[f"/api/models/{name}"] = Answer.json({**MODEL, **change})
        said |= {f"/{name}/resolve/{COMMIT}/{path}": Answer(content) for path, content in files.items()}
    return said


def _sibling(path: str, content: bytes) -> dict[str, object]:
    """A file as the Hub lists it: weights in Git LFS, the others by git's name for them."""
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    lfs = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 128}
    kept = {"lfs": lfs} if path.endswith(".onnx") else {}
    return {"rfilename": path, "size": len(content), "blobId": blob, **kept}


def _listed(asked: Asked) -> Answer:
    first = [{"id": MODEL["id"], "sha": COMMIT}, {"id": "small-lab/gated", "gated": "auto", "sha": COMMIT}]
    if "cursor=" in asked.target:
        return Answer.json([{"id": "small-lab/second", "sha": COMMIT}, {"id": "../evil"}])
    following = f"http://{asked.headers['host']}/api/models?author=small-lab&limit=100&cursor=eyJ4Ijoy"
    return Answer.json(first, Link=f'<{following}>; rel="next"')


FLOW = {
    "flow": {
        "id": "17691",
        "uploader": "12913",
        "name": "sklearn.pipeline.Pipeline(imputer=sklearn.impute.SimpleImputer,"
        "clf=sklearn.ensemble.forest.RandomForestClassifier)",
        "custom_name": "sklearn.Pipeline(SimpleImputer,RandomForestClassifier)",
        "class_name": "sklearn.pipeline.Pipeline",
        "version": "1",
        "external_version": "openml==0.10.2,sklearn==0.21.3",
        "description": "Pipeline of transforms with a final estimator.",
        "upload_date": "2020-01-17T12:26:03",
        "language": "English",
        "dependencies": "sklearn==0.21.3 numpy>=1.6.1 scipy>=0.9",
        "creator": "Ada Example",
        "parameter": [
            {
                "name": "memory",
                "data_type": "None",
                "default_value": "null",
                "description": "Used | to cache",
            },
            {"name": "steps", "data_type": "list", "default_value": [], "description": []},
        ],
        "component": {"identifier": "clf", "flow": {"id": "17692"}},
        "tag": ["openml-python", "sklearn"],
    }
}


def flows() -> dict[str, Said]:
    """What OpenML answers; flow 3 was never run."""
    many = [_row(number) for number in range(1, 101)]
    nothing = Answer.json({"error": {"code": "512", "message": "No results"}}, 412)
    return {
        "/api/v1/json/flow/17691": Answer.json(FLOW),
        "/api/v1/json/flow/3": Answer.json({"flow": {"id": "3", "name": "weka.J48"}}),
        "/api/v1/json/run/list/flow/17691/limit/1": Answer.json(
            {"runs": {"run": {"run_id": "10437679", "task_id": "31", "flow_id": "17691"}}}
        ),
        _evaluated("predictive_accuracy"): Answer.json({"evaluations": {"evaluation": _measured()}}),
        "/api/v1/json/flow/list/limit/100/offset/0": Answer.json({"flows": {"flow": many}}),
        "/api/v1/json/flow/list/limit/100/offset/100": Answer.json({"flows": {"flow": _row(101)}}),
        "/api/v1/json/flow/list/limit/100/offset/0/tag/study_14": Answer.json({"flows": {"flow": [_row(7)]}}),
        "*": nothing,
    }  # fmt: skip


def _evaluated(measure: str) -> str:
    return f"/api/v1/json/evaluation/list/function/{measure}/flow/17691/limit/50/sort_order/desc"


def _row(number: int) -> dict[str, object]:
    return {
        "id": str(number),
        "full_name": f"weka.J48_{number}(1)",
        "name": f"weka.J48_{number}",
        "version": "1",
    }


def _measured() -> list[dict[str, object]]:
    def one(run: int, data: str, value: str) -> dict[str, object]:
        return {"run_id": str(run), "task_id": "31", "flow_id": "17691", "data_name": data, "value": value,
                "function": "predictive_accuracy", "upload_time": "2020-01-17 12:30:00"}  # fmt: skip

    return [one(10437679, "credit-g", "0.763"), one(10437680, "credit-g", "0.75"), one(1, "iris", "NaN"),
            one(10437681, "kr-vs-kp", "0.9912")]  # fmt: skip
