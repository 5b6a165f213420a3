"""A model of the zoo, told as our metadata."""

from collections.abc import Mapping

from pydantic import JsonValue

from fairhaven.catalog.drivers import telling
from fairhaven.catalog.drivers.bioimage import wording
from fairhaven.catalog.drivers.bioimage.description import Axis, Tensor
from fairhaven.catalog.drivers.bioimage.item import ModelItem
from fairhaven.catalog.drivers.telling import Data, filled

LIBRARIES = {
    "onnx": "ONNX", "torchscript": "PyTorch", "pytorch_state_dict": "PyTorch", "keras_hdf5": "Keras",
    "keras_v3": "Keras", "tensorflow_saved_model_bundle": "TensorFlow", "tensorflow_js": "TensorFlow",
}  # fmt: skip
TASKS = {"classification": "Classification", "image-classification": "Classification",
         "transfer-learning": "Transfer Learning", "regression": "Regression"}  # fmt: skip
ROLES = {"train": "training", "validation": "validation", "test": "testing", "independent": "evaluation"}
_Said = Mapping[str, JsonValue]


def told(item: ModelItem) -> bytes:
    """The model's `ai4-metadata.yml`."""
    return telling.sound(_content(item), name=item.key, source=item.page)


def _content(item: ModelItem) -> Data:
    model, said = item.model, item.model.said
    config = telling.mapping(telling.mapping(said.get("config")).get("bioimageio"))
    datasets = _datasets(said, config)
    tags = telling.lines(said.get("tags"), 60)
    return {
        "title": model.name,
        "summary": telling.line(said.get("description")) or model.name,
        "description": _description(item),
        **filled(
            version=item.version,
            doi=telling.doi(said.get("doi")) or telling.doi(item.id),
            license=telling.licence(said.get("license")),
            authors=_people(said.get("authors")),
            maintainers=_people(said.get("maintainers")),
            funding=[{"funder": funder}] if (funder := telling.line(config.get("funded_by"))) else None,
            dates={"created": day, "updated": day} if (day := telling.day(said.get("timestamp"))) else None,
        ),
        "publisher": {"name": "BioImage Model Zoo", "type": "organisation", "url": "https://bioimage.io"},
        "links": _links(item),
        "libraries": telling.chosen((each.format for each in model.weights), LIBRARIES) or ["Other"],
        "tasks": ["Computer Vision", *telling.chosen(map(str, tags), TASKS)],
        "categories": ["AI4 inference", "AI4 pre trained"],
        "tags": list(dict.fromkeys([*tags, "bioimage.io"])),
        "data-type": ["Image"],
        "model": _model(item, config),
        **filled(
            files=_files(item),
            datasets=datasets,
            evaluations=_evaluations(config),
            use=filled(out_of_scope=telling.lines(config.get("out_of_scope_use"))),
            limits=_limits(item, config),
            references=_references(said.get("cite")),
        ),
    }


def _description(item: ModelItem) -> str:
    parts = [item.documentation or telling.text(item.model.said.get("description"))]
    for title, tensors in (("What goes in", item.model.inputs), ("What comes out", item.model.outputs)):
        parts.append(
            f"## {title}\n\n" + "\n".join(f"- `{each.id}`: {wording.what(each)}" for each in tensors)
        )
    if item.why_not:
        parts.append(f"## Shown here, not run\n\n{item.why_not}")
    return "\n\n".join(filter(None, parts))


def _people(value: JsonValue) -> list[JsonValue]:
    """Names without `;@account`, which old descriptions have behind them."""
    made: list[JsonValue] = []
    for person in telling.items(value):
        if name := telling.line(person.get("name") or person.get("github_user")).partition(";")[0]:
            account = telling.line(person.get("github_user"), 60)
            made.append({
                "name": name,
                **filled(
                    affiliation=telling.line(person.get("affiliation")),
                    orcid=telling.line(person.get("orcid"), 40),
                    url=telling.address(f"https://github.com/{account}") if account else None,
                ),
            })  # fmt: skip
    return made


def _links(item: ModelItem) -> Data:
    said = item.model.said
    cited = next(
        (doi for each in telling.items(said.get("cite")) if (doi := telling.doi(each.get("doi")))), ""
    )
    documentation = item.model.documentation
    weights = item.model.onnx or next(iter(item.model.weights), None)
    return {
        "source_code": telling.address(said.get("git_repo")) or item.page,
        "homepage": item.page,
        **filled(
            documentation=item.url(documentation) if documentation else None,
            citation=f"https://doi.org/{cited}" if cited else None,
            weights=item.url(weights.file) if weights else None,
        ),
    }


def _model(item: ModelItem, config: _Said) -> Data:
    parent = telling.line(telling.mapping(item.model.said.get("parent")).get("id"))
    return filled(
        architecture=telling.line(config.get("architecture_type")),
        parameters=telling.count(config.get("model_parameter_count")),
        modalities=["image"],
        base_models=[{"name": parent, "relation": "adapted"}] if parent else None,
        inputs=[_port(each, item.sample(each)) for each in item.model.inputs],
        outputs=[_port(each) for each in item.model.outputs],
    )


def _port(tensor: Tensor, sample: str = "") -> Data:
    return {
        "name": tensor.id,
        "type": "tensor",
        "description": wording.what(tensor),
        "data_type": tensor.dtype,
        "axes": [_axis(axis) for axis in tensor.axes],
        **filled(optional=tensor.optional or None, sample=sample),
    }


def _axis(axis: Axis) -> Data:
    return {
        "name": axis.id,
        "type": axis.type,
        **filled(
            size=axis.length.size or None,
            min=axis.length.least or None,
            step=axis.length.step,
            unit=axis.unit,
            channels=list(axis.channels),
        ),
    }


def _files(item: ModelItem) -> list[JsonValue]:
    made: list[JsonValue] = []
    for weights in item.model.weights:
        here = (
            item.kept("weights.onnx") if weights.format == "onnx" and not item.why_not else weights.file.name
        )
        about = f"Weights as {weights.format}" + ("" if weights.format == "onnx" else ", not kept here")
        made.append({
            "path": here, "role": "weights", "url": item.url(weights.file), "description": about,
            **filled(sha256=weights.file.sha256),
        })  # fmt: skip
    return made


def _datasets(said: _Said, config: _Said) -> list[JsonValue]:
    """The training data, and what the evaluations were made with."""
    found: dict[str, JsonValue] = {}
    training = telling.mapping(said.get("training_data"))
    if name := telling.line(training.get("name") or training.get("id")):
        found[name] = {
            "name": name,
            "role": "training",
            **filled(
                description=telling.text(training.get("description"), 4000),
                doi=telling.doi(training.get("doi")) or telling.doi(training.get("id")),
                version=telling.line(training.get("version"), 60),
                license=telling.licence(training.get("license")),
            ),
        }
    for evaluation in telling.items(config.get("evaluations")):
        if name := telling.line(evaluation.get("dataset_id")):
            url = telling.address(evaluation.get("dataset_source"))
            role = ROLES.get(str(evaluation.get("dataset_role")), "evaluation")
            found.setdefault(name, {"name": name, "role": role, **filled(url=url)})
    return list(found.values())


def _evaluations(config: _Said) -> list[JsonValue]:
    made: list[JsonValue] = []
    for evaluation in telling.items(config.get("evaluations")):
        if metrics := _metrics(evaluation):
            made.append({"metrics": metrics, **filled(dataset=telling.line(evaluation.get("dataset_id")))})
    return made


def _metrics(evaluation: _Said) -> list[JsonValue]:
    """A table of results, one row a metric, one column a factor."""
    names, factors = (telling.lines(evaluation.get(each)) for each in ("metrics", "evaluation_factors"))
    rows = evaluation.get("results")
    made: list[JsonValue] = []
    for name, row in zip(names, rows if isinstance(rows, list) else [], strict=False):
        for place, value in enumerate(row if isinstance(row, list) else []):
            if (number := telling.number(value)) is not None:
                part = factors[place] if len(factors) > 1 and place < len(factors) else None
                made.append({"name": name, "value": number, **filled(slice=part)})
    return made


def _limits(item: ModelItem, config: _Said) -> Data:
    said = telling.mapping(config.get("bias_risks_limitations"))
    known = [*telling.lines(said.get("limitations"))]
    return filled(
        known=[*known, *([f"It is shown here, not run. {item.why_not}"] if item.why_not else [])],
        biases=telling.lines(said.get("known_biases")),
        risks=telling.lines(said.get("risks")),
    )


def _references(value: JsonValue) -> list[JsonValue]:
    made: list[JsonValue] = []
    for cited in telling.items(value):
        if words := telling.line(cited.get("text"), 1000):
            doi, url = telling.doi(cited.get("doi")), telling.address(cited.get("url"))
            made.append({"title": telling.line(words), "text": words, **filled(doi=doi, url=url)})
    return made
