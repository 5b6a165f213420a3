"""What a page shows of a model's quality and descent: results with bars, and its provenance in short."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fairhaven.catalog.exports.item import Item
from fairhaven.catalog.metadata import Evaluation, ModuleMetadata
from fairhaven.catalog.metadata.parts import Metric
from fairhaven.catalog.places import Forge
from fairhaven.catalog.schemas import Module
from fairhaven.ui import formats
from fairhaven.ui.translations import gettext as _

MOST_RESULTS = 200
MOST_STEPS = 5  # of one kind in the provenance


@dataclass(frozen=True)
class Result:
    """One measured value; `share` and its bounds are between 0 and 1 where a bar makes sense."""

    metric: str
    value: str
    on: str
    share: float | None
    lower: float | None
    upper: float | None
    bounds: str


@dataclass(frozen=True)
class Step:
    """One thing that the model came from or became."""

    word: str
    text: str
    href: str = ""


def results(content: ModuleMetadata) -> Sequence[tuple[Evaluation, Sequence[Result]]]:
    """The evaluations with their values, as drawn."""
    return [
        (each, [_result(each, one) for one in each.metrics[:MOST_RESULTS]]) for each in content.evaluations
    ]


def _result(evaluation: Evaluation, metric: Metric) -> Result:
    whole = _whole(metric)
    unit = f" {metric.unit}" if metric.unit else ""
    bounds = ""
    if metric.lower is not None and metric.upper is not None:
        sure = f" ({formats.percent(metric.confidence, 0)})" if metric.confidence else ""
        bounds = f"{formats.number(metric.lower)} – {formats.number(metric.upper)}{sure}"
    return Result(
        metric.name,
        f"{formats.number(metric.value, 4)}{unit}",
        metric.slice or evaluation.dataset or "",
        metric.value / whole if whole else None,
        metric.lower / whole if whole and metric.lower is not None else None,
        metric.upper / whole if whole and metric.upper is not None else None,
        bounds,
    )


def _whole(metric: Metric) -> float | None:
    """What a full bar would be; None: the value is no share of anything."""
    if metric.unit in ("%", "percent"):
        return 100.0 if 0 <= metric.value <= 100 else None
    return 1.0 if not metric.unit and 0 <= metric.value <= 1 else None


def trail(item: Item, module: Module, forge: Forge) -> Sequence[Step]:
    """From what it was made of to what became of it, as far as is known."""
    return [*_origins(item.metadata), *_outcome(module, forge)]


def _origins(content: ModuleMetadata) -> Iterator[Step]:
    bases = content.model.base_models if content.model else ()
    for base in bases[:MOST_STEPS]:
        yield Step(_("made from"), base.name, base.url or _doi(base.doi))
    if not bases and content.links.base_model:
        yield Step(_("made from"), _place(content.links.base_model), content.links.base_model)
    trained = [each for each in content.datasets if each.role in ("training", "fine-tuning")]
    for dataset in trained[:MOST_STEPS]:
        yield Step(_("trained on"), dataset.name, dataset.url or _doi(dataset.doi))
    if not content.datasets and content.links.dataset:
        yield Step(_("data"), _place(content.links.dataset), content.links.dataset)


def _outcome(module: Module, forge: Forge) -> Iterator[Step]:
    release = module.latest_release
    commit = release.commit if release else module.commit
    yield Step(_("code"), commit.removeprefix("sha256-")[:10], forge.commit(commit))
    if release and release.build_id:
        yield Step(_("built"), formats.when(release.published_at), f"/builds/{release.build_id}")
    if release:
        yield Step(_("released"), release.version, f"/catalog/{module.name}?tab=releases")


def _place(address: str) -> str:
    """An address in short: whose it is, and its last part."""
    parts = urlsplit(address)
    last = parts.path.rstrip("/").rpartition("/")[2]
    return f"{parts.hostname or ''}/…/{last}" if last else parts.hostname or address


def _doi(doi: str | None) -> str:
    return f"https://doi.org/{doi}" if doi else ""
