"""How the answer of a model is drawn: what its shape says it is, so that pages need not know each model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LABELS = ("labels", "classes", "names")
_SHARES = ("probabilities", "probs", "scores", "confidences")
_WRAPPERS = ("predictions", "prediction", "result", "results", "output")
MOST_ROWS = 500


@dataclass(frozen=True)
class Look:
    """`kind` is labels (`pairs`: word and share, best first), table (`columns`, `rows`) or json."""

    kind: str
    pairs: Sequence[tuple[str, float]] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()


def look(value: Any) -> Look:
    """Recognise probabilities, then tables; everything else is a tree.

    Probabilities are `{"labels": […], "probabilities": […]}`, `{"cat": 0.9, "dog": 0.1}` or
    `[{"label": "cat", "score": 0.9}]`, also when wrapped as in `{"predictions": …}`.
    """
    inner = _unwrapped(value)
    if pairs := _pairs(inner):
        return Look("labels", pairs=sorted(pairs, key=lambda pair: -pair[1]))
    if columns := _columns(inner):
        rows = [[row.get(name, "") for name in columns] for row in inner[:MOST_ROWS]]
        return Look("table", columns=columns, rows=rows)
    return Look("json")


def _unwrapped(value: Any) -> Any:
    while isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in _WRAPPERS:
        value = next(iter(value.values()))
    if isinstance(value, Sequence) and len(value) == 1 and isinstance(value[0], Mapping) and _pairs(value[0]):
        return value[0]
    return value


def _pairs(value: Any) -> list[tuple[str, float]]:
    if isinstance(value, Mapping):
        return _two_lists(value) or _mapping(value)
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        return _records(value)
    return []


def _two_lists(value: Mapping[str, Any]) -> list[tuple[str, float]]:
    labels = next((value[name] for name in _LABELS if isinstance(value.get(name), list)), None)
    shares = next((value[name] for name in _SHARES if isinstance(value.get(name), list)), None)
    if labels is None or shares is None or len(labels) != len(shares) or not all(map(_is_share, shares)):
        return []
    return [(str(label), float(share)) for label, share in zip(labels, shares, strict=True)]


def _mapping(value: Mapping[str, Any]) -> list[tuple[str, float]]:
    total = sum(value.values()) if value and all(map(_is_share, value.values())) else 0
    return [(str(label), float(share)) for label, share in value.items()] if 0.98 < total < 1.02 else []


def _records(value: Sequence[Mapping[str, Any]]) -> list[tuple[str, float]]:
    pairs = []
    for one in value:
        share = one.get("score", one.get("probability"))
        if "label" not in one or not _is_share(share):
            return []
        pairs.append((str(one["label"]), float(share or 0)))
    return pairs


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1.000001


def _columns(value: Any) -> list[str]:
    """Names of the columns when it is a list of flat records."""
    if not isinstance(value, list) or not value or not all(isinstance(row, Mapping) for row in value):
        return []
    names = list(dict.fromkeys(str(name) for row in value[:MOST_ROWS] for name in row))
    flat = all(not isinstance(cell, Mapping | list) for row in value[:MOST_ROWS] for cell in row.values())
    return names if flat and len(names) <= 30 else []
