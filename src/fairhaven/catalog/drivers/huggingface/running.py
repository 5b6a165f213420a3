"""Which models of the Hub can be run here, and what running them takes.

Only what needs no library that guesses: ONNX weights, and settings that say in full how to come from an image
or a text to numbers, and from numbers to labels.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from fairhaven.catalog.drivers import asking, telling
from fairhaven.catalog.drivers.huggingface import hub
from fairhaven.catalog.drivers.huggingface.hub import HubFile, HubModel
from fairhaven.catalog.drivers.telling import Data
from fairhaven.core.outbound import Guard

WEIGHTS = ("onnx/model.onnx", "model.onnx")
# Image processors that resize to a fixed size, rescale and normalise, and do nothing else.
PROCESSORS = ("ViTImageProcessor", "ViTImageProcessorFast", "ViTFeatureExtractor")
NEEDED = {"image-classification": "preprocessor_config.json", "text-classification": "tokenizer.json"}
LARGEST_SETTINGS = 1 << 20
MOST_LABELS = 50_000
_Said = Mapping[str, JsonValue]


@dataclass(frozen=True)
class Plan:
    """How to run a model: its kind (a pipeline tag), the files to bring, and what its settings say."""

    kind: str
    files: tuple[HubFile, ...]
    settings: Data


async def planned(model: HubModel, guard: Guard) -> Plan | str:
    """The plan, or the reason why there is none.

    Raises:
        SourceProblem: a file of settings cannot be had, or is not what the Hub lists.
    """
    kind = model.pipeline
    if kind not in NEEDED:
        this = f"this one is for {kind}" if kind else "this one does not say what it is for"
        return f"Of the Hub, models for {' and '.join(NEEDED)} are run here; {this}."
    weights = next((file for path in WEIGHTS if (file := model.file(path))), None)
    if weights is None or not weights.sha256:
        return f"It has no ONNX weights with a checksum ({' or '.join(WEIGHTS)}), which are what is run here."
    config, needed = model.file("config.json"), model.file(NEEDED[kind])
    if config is None or needed is None:
        return f"It lacks config.json or {NEEDED[kind]}, so nobody can tell how to use the weights."
    config_said = await _settings(model, config, guard)
    found = _labels(config_said)
    if isinstance(found, str):
        return found
    settings: Data = {"page": model.page, "labels": [*found], "several": _several(config_said)}
    beside = model.file(f"{weights.path}_data")
    files = tuple(file for file in (weights, beside) if file)
    if kind == "text-classification":
        # Some families count two positions that are no tokens (514); 512 fits them all.
        longest = min(telling.count(config_said.get("max_position_embeddings")) or 512, 512)
        return Plan(kind, (*files, needed), {**settings, "longest": longest})
    image = _image(await _settings(model, needed, guard))
    return image if isinstance(image, str) else Plan(kind, files, {**settings, **image})


async def _settings(model: HubModel, file: HubFile, guard: Guard) -> _Said:
    content = await hub.small_file(model, file, guard, max_bytes=LARGEST_SETTINGS)
    return telling.mapping(asking.read_json(content, f"`{file.path}` of the model"))


def _several(config: _Said) -> bool:
    """Whether more than one label may be true at once."""
    return config.get("problem_type") == "multi_label_classification"


def _labels(config: _Said) -> list[str] | str:
    named = telling.mapping(config.get("id2label"))
    labels = [telling.line(named.get(str(place)), 200) for place in range(min(len(named), MOST_LABELS))]
    if len(labels) < 2 or not all(labels):
        return "Its config.json names no labels."
    return labels


def _image(said: _Said) -> Data | str:
    """How to come from an image to numbers; None of it is guessed."""
    kind = telling.line(said.get("image_processor_type") or said.get("feature_extractor_type"), 60)
    size = said.get("size")
    lengths = telling.mapping(size) if isinstance(size, dict) else {"height": size, "width": size}
    height, width = telling.count(lengths.get("height")), telling.count(lengths.get("width"))
    mean, std = said.get("image_mean"), said.get("image_std")
    if kind not in PROCESSORS or not height or not width or max(height, width) > 4096:
        return f"Its images are prepared by {kind or 'nothing that is named'}, which is not known here."
    if said.get("do_normalize", True) and not (_colours(mean) and _colours(std)):
        return "Its settings do not say how to normalise images."
    normalised = said.get("do_normalize", True) is not False
    return {
        "height": height,
        "width": width,
        "resample": telling.count(said.get("resample")) if said.get("do_resize", True) else None,
        "scale": telling.number(said.get("rescale_factor", 1 / 255)) if said.get("do_rescale", True) else 1,
        "mean": mean if normalised else [0, 0, 0],
        "std": std if normalised else [1, 1, 1],
    }


def _colours(value: JsonValue) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 3
        and all(telling.number(each) is not None for each in value)
    )
