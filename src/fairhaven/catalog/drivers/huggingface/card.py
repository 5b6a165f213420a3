"""A model of the Hub, told as our metadata."""

from collections.abc import Mapping

from pydantic import JsonValue

from fairhaven.catalog.drivers import telling
from fairhaven.catalog.drivers.huggingface.hub import HubFile, HubModel
from fairhaven.catalog.drivers.huggingface.words import LIBRARIES, MARKS, PIPELINES, RELATIONS, ROLES
from fairhaven.catalog.drivers.telling import Data, filled
from fairhaven.catalog.metadata import identifiers

_Said = Mapping[str, JsonValue]


def told(model: HubModel, why_not: str) -> bytes:
    """The model's `ai4-metadata.yml`; `why_not` says why it is not run here, when it is not."""
    name = model.id.rpartition("/")[2]
    return telling.sound(_content(model, why_not), name=name, source=model.page)


def _content(model: HubModel, why_not: str) -> Data:
    said, card = model.said, model.card
    tags = [str(tag) for tag in telling.lines(said.get("tags") or card.get("tags"), 100)]
    tasks, kinds = PIPELINES.get(model.pipeline, (("Other",), ("Other",)))
    results = _results(card)
    return {
        "title": model.id.rpartition("/")[2],
        "summary": _summary(model),
        "description": _description(model, why_not),
        **filled(
            version=model.commit[:12],
            doi=next((doi for tag in tags if tag.startswith("doi:") and (doi := telling.doi(tag[4:]))), None),
            license=_licence(card, tags),
            languages=_languages(card),
            dates=_dates(said),
        ),
        "authors": [_author(model)],
        "publisher": {"name": "Hugging Face", "type": "organisation", "url": "https://huggingface.co"},
        "links": _links(model),
        "libraries": _libraries(model, tags),
        "tasks": list(tasks),
        "categories": ["AI4 pre trained"] if why_not else ["AI4 inference", "AI4 pre trained"],
        "tags": list(dict.fromkeys([*(tag for tag in tags if not tag.startswith(MARKS)), "huggingface.co"])),
        "data-type": list(kinds),
        "model": _model(model, tags, kinds),
        **filled(
            files=[_file(model, file) for file in model.files],
            datasets=_datasets(model, results),
            evaluations=[found for each in results if (found := _evaluation(each))],
            limits=filled(known=[f"It is shown here, not run. {why_not}"] if why_not else None),
            references=_references(tags),
        ),
    }


def _summary(model: HubModel) -> str:
    """The first sentence of the card that is one, else what kind of model it is."""
    for paragraph in model.text.split("\n\n"):
        words = telling.line(paragraph)
        if len(words) > 40 and words[0].isalpha():
            return words.partition(". ")[0].rstrip(".")[:280] + "."
    kind = model.pipeline.replace("-", " ") or "model"
    return (
        f"A model for {kind} by {model.id.partition('/')[0]}." if model.pipeline else f"A {kind} of the Hub."
    )


def _description(model: HubModel, why_not: str) -> str:
    ending = f"\n\n## Shown here, not run\n\n{why_not}" if why_not else ""
    return (model.text or _summary(model)) + ending


def _licence(card: _Said, tags: list[str]) -> str:
    """SPDX's name; licences that SPDX does not know keep the Hub's name for them."""
    marked = next((tag[8:] for tag in tags if tag.startswith("license:")), "")
    named = telling.line(card.get("license") if isinstance(card.get("license"), str) else marked, 80)
    if named == "other":
        named = telling.line(card.get("license_name"), 80) or "other"
    if not named or named == "unknown":
        return ""
    plain = "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in named)
    return telling.licence(named) or telling.licence(f"LicenseRef-{plain}")


def _languages(card: _Said) -> list[JsonValue]:
    return [each for each in telling.lines(card.get("language"), 60) if identifiers.is_language(str(each))]


def _dates(said: _Said) -> Data | None:
    created, updated = telling.day(said.get("createdAt")), telling.day(said.get("lastModified"))
    return {"created": created or updated, "updated": updated or created} if created or updated else None


def _author(model: HubModel) -> Data:
    name = telling.line(model.said.get("author")) or model.id.partition("/")[0]
    return {"name": name, "type": "organisation", "url": f"{model.base}/{model.id.partition('/')[0]}"}


def _links(model: HubModel) -> Data:
    weights = next((file for file in model.files if ROLES.get(file.ending) == "weights"), None)
    return {
        "source_code": model.page,
        "homepage": model.page,
        "discussion": f"{model.page}/discussions",
        **filled(
            weights=model.url(weights.path) if weights else None,
            base_model=next((_page(model, name) for name, _ in _bases(model)), None),
            dataset=next((_page(model, name, "datasets/") for name in _names(model.card, "datasets")), None),
        ),
    }


def _libraries(model: HubModel, tags: list[str]) -> list[JsonValue]:
    named = telling.line(model.said.get("library_name") or model.card.get("library_name"), 60)
    return telling.chosen([named, *tags], LIBRARIES) or ["Other"]


def _model(model: HubModel, tags: list[str], kinds: tuple[str, ...]) -> Data:
    config = telling.mapping(model.said.get("config"))
    architectures = telling.lines(config.get("architectures"), 1)
    weights = telling.mapping(model.said.get("safetensors"))
    bases: list[JsonValue] = [
        {"name": name, "relation": relation, **filled(url=_page(model, name))}
        for name, relation in _bases(model)
    ]
    return filled(
        architecture=(architectures or [telling.line(config.get("model_type"))])[0],
        parameters=telling.count(weights.get("total")),
        precision=next(iter(telling.mapping(weights.get("parameters"))), None),
        modalities=[kind.lower() for kind in kinds if kind != "Other"],
        base_models=bases,
    )


def _bases(model: HubModel) -> list[tuple[str, str]]:
    relation = RELATIONS.get(telling.line(model.card.get("base_model_relation")), "fine-tuned")
    return [(name, relation) for name in _names(model.card, "base_model")]


def _names(card: _Said, field: str) -> list[str]:
    return [str(name) for name in telling.lines(card.get(field), 50)]


def _page(model: HubModel, name: str, folder: str = "") -> str:
    return telling.address(f"{model.base}/{folder}{name}")


def _file(model: HubModel, file: HubFile) -> Data:
    return {
        "path": file.path,
        "role": ROLES.get(file.ending, "other"),
        "url": model.url(file.path),
        **filled(size_bytes=file.size, sha256=file.sha256),
    }


def _results(card: _Said) -> list[_Said]:
    entries = telling.items(card.get("model-index"), 5)
    return [result for entry in entries for result in telling.items(entry.get("results"), 50)]


def _dataset_of(result: _Said) -> str:
    said = telling.mapping(result.get("dataset"))
    return telling.line(said.get("name") or said.get("type"))


def _datasets(model: HubModel, results: list[_Said]) -> list[JsonValue]:
    """What the card says that it was trained on, then what it was judged by."""
    found: dict[str, JsonValue] = {}
    for name in _names(model.card, "datasets"):
        found[name] = {"name": name, "role": "training", **filled(url=_page(model, name, "datasets/"))}
    for result in results:
        if name := _dataset_of(result):
            kind = telling.line(telling.mapping(result.get("dataset")).get("type"))
            url = _page(model, kind, "datasets/") if kind and " " not in kind else None
            found.setdefault(name, {"name": name, "role": "evaluation", **filled(url=url)})
    return list(found.values())


def _evaluation(result: _Said) -> Data | None:
    split = telling.line(telling.mapping(result.get("dataset")).get("split"), 60)
    metrics: list[JsonValue] = [
        {"name": name, "value": value, **filled(slice=f"split {split}" if split else None)}
        for each in telling.items(result.get("metrics"), 50)
        if (name := telling.line(each.get("name") or each.get("type"), 100))
        and (value := telling.number(each.get("value"))) is not None
    ]
    if not metrics:
        return None
    task = telling.mapping(result.get("task"))
    source = telling.mapping(result.get("source"))
    return {
        "metrics": metrics,
        **filled(
            name=telling.line(task.get("name") or task.get("type")),
            dataset=_dataset_of(result),
            url=telling.address(source.get("url")),
        ),
    }


def _references(tags: list[str]) -> list[JsonValue]:
    """Preprints that the Hub found in the card."""
    return [
        {"title": f"arXiv:{tag[6:]}", "type": "preprint", "doi": f"10.48550/arXiv.{tag[6:]}",
         "url": f"https://arxiv.org/abs/{tag[6:]}"}
        for tag in tags
        if tag.startswith("arxiv:") and tag[6:].replace(".", "").isdigit()
    ]  # fmt: skip
