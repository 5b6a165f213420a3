"""A flow of OpenML, told as our metadata."""

import re

from pydantic import JsonValue

from fairhaven.catalog.drivers import telling
from fairhaven.catalog.drivers.openml.api import Flow, Result, several
from fairhaven.catalog.drivers.telling import Data, filled

LIBRARIES = {
    "sklearn": "Scikit-learn", "scikit-learn": "Scikit-learn", "xgboost": "XGBoost", "lightgbm": "LightGBM",
    "catboost": "CatBoost", "torch": "PyTorch", "pytorch": "PyTorch", "keras": "Keras", "jax": "JAX",
    "tensorflow": "TensorFlow", "onnx": "ONNX", "transformers": "Transformers",
}  # fmt: skip
KINDS = (
    ("classif", "Classification"), ("svc", "Classification"), ("regress", "Regression"),
    ("svr", "Regression"), ("cluster", "Clustering"), ("kmeans", "Clustering"),
    ("pca", "Dimensionality Reduction"),
)  # fmt: skip
WHY_NOT = (
    "OpenML keeps how a model was made and how well it did, and no trained model, so nothing can be run. "
    "The flow's page says how to make it again."
)
MOST_PARAMETERS = 60


def told(flow: Flow) -> bytes:
    """The flow's `ai4-metadata.yml`."""
    return telling.sound(_content(flow), name=f"flow-{flow.id}", source=flow.page)


def _content(flow: Flow) -> Data:
    said = flow.said
    name = telling.line(said.get("name") or said.get("full_name"), 2000) or f"Flow {flow.id}"
    tags = telling.lines(said.get("tag"), 60)
    made = telling.day(said.get("upload_date"))
    return {
        "title": title(name),
        "summary": _summary(flow, name),
        "description": _description(flow, name),
        **filled(
            version=telling.line(said.get("version"), 60),
            license=telling.licence(said.get("licence")),
            authors=[{"name": each} for each in telling.lines(said.get("creator"), 50)],
            contributors=[{"name": each} for each in telling.lines(said.get("contributor"), 50)],
            dates={"created": made, "updated": made} if made else None,
        ),
        "publisher": {"name": "OpenML", "type": "organisation", "url": "https://www.openml.org"},
        "links": {"source_code": flow.page, "homepage": flow.page},
        "libraries": _libraries(flow) or ["Other"],
        "tasks": _tasks(flow, name) or ["Other"],
        "categories": ["AI4 trainable"],
        "tags": list(dict.fromkeys([*tags, "openml.org"])),
        "data-type": ["Tabular"],
        "model": filled(architecture=title(name)),
        **filled(datasets=_datasets(flow), evaluations=_evaluations(flow)),
        "limits": {"known": [f"It is shown here, not run. {WHY_NOT}"]},
    }


def title(name: str) -> str:
    """The short name of a class, or of a pipeline's last step: `a.Pipeline(step=b.C)` is `Pipeline: C`."""
    outer, _, inner = name.partition("(")
    steps = re.findall(r"([A-Za-z_][A-Za-z0-9_]*)(?=[,()]|$)", inner)
    short = outer.rpartition(".")[2] or outer
    return telling.line(f"{short}: {steps[-1]}" if steps else short, 120)


def _summary(flow: Flow, name: str) -> str:
    runs = f", measured on {len({each.data for each in flow.results})} data sets" if flow.results else ""
    return f"{title(name)} as OpenML's flow {flow.id}{runs}."


def _description(flow: Flow, name: str) -> str:
    words = telling.text(flow.said.get("description"), 20_000)
    needs = telling.line(flow.said.get("dependencies") or flow.said.get("external_version"), 1000)
    parts = [
        words or _summary(flow, name),
        f"`{name}`",
        f"It was made with {needs}." if needs else "",
        _parameters(flow),
        f"## Shown here, not run\n\n{WHY_NOT}",
    ]
    return "\n\n".join(filter(None, parts))


def _parameters(flow: Flow) -> str:
    rows = [
        f"| `{name}` | {_cell(each.get('default_value'))} | {_cell(each.get('description'))} |"
        for each in several(flow.said.get("parameter"))[:MOST_PARAMETERS]
        if (name := telling.line(each.get("name"), 80).replace("`", "").replace("|", ""))
    ]
    return (
        "\n".join(["## Parameters", "", "| name | usual | meaning |", "|---|---|---|", *rows]) if rows else ""
    )


def _cell(value: JsonValue) -> str:
    return telling.line(value, 120).replace("|", "\\|")


def _libraries(flow: Flow) -> list[JsonValue]:
    said = flow.said
    words = " ".join(
        telling.line(said.get(name), 4000) for name in ("external_version", "dependencies", "name")
    )
    return telling.chosen(re.findall(r"[a-z][a-z-]*", words.lower()), LIBRARIES)


def _tasks(flow: Flow, name: str) -> list[JsonValue]:
    found: list[JsonValue] = [task for part, task in KINDS if part in name.lower()]
    if not found and flow.results:
        found = ["Regression" if flow.results[0].measure.endswith("error") else "Classification"]
    return list(dict.fromkeys(found))


def _datasets(flow: Flow) -> list[JsonValue]:
    names = dict.fromkeys(each.data for each in flow.results)
    return [{"name": name, "role": "evaluation"} for name in names]


def _evaluations(flow: Flow) -> list[JsonValue]:
    """The best run on each data set."""
    by_data: dict[str, list[Result]] = {}
    for each in flow.results:
        by_data.setdefault(each.data, []).append(each)
    return [_evaluation(flow, name, results) for name, results in by_data.items()]


def _evaluation(flow: Flow, name: str, results: list[Result]) -> Data:
    return {
        "dataset": name,
        "metrics": [{"name": each.measure, "value": each.value} for each in results],
        "url": f"{flow.base}/r/{results[0].run}",
        **filled(
            performed=results[0].day,
            procedure=f"OpenML task {results[0].task}, the best run of this flow"
            if results[0].task
            else None,
        ),
    }
