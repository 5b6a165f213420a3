"""An answer's shape says how it is drawn."""

from typing import Any

import pytest

from fairhaven.ui.results import look


@pytest.mark.parametrize(
    "answer",
    [
        {"labels": ["cat", "dog"], "probabilities": [0.1, 0.9]},
        {"predictions": {"labels": ["cat", "dog"], "scores": [0.1, 0.9]}},
        {"cat": 0.1, "dog": 0.9},
        [{"label": "cat", "score": 0.1}, {"label": "dog", "score": 0.9}],
        {"predictions": [{"labels": ["cat", "dog"], "probabilities": [0.1, 0.9]}]},
    ],
)
def test_probabilities_are_recognised_and_sorted(answer: Any) -> None:
    assert list(look(answer).pairs) == [("dog", 0.9), ("cat", 0.1)]


def test_flat_records_are_a_table_with_every_column() -> None:
    seen = look({"result": [{"species": "Adelie", "mass": 3750}, {"species": "Gentoo", "year": 2007}]})
    assert seen.kind == "table"
    assert list(seen.columns) == ["species", "mass", "year"]
    assert seen.rows[1] == ["Gentoo", "", 2007]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        3,
        "text",
        [],
        {},
        {"a": {"b": 1}},
        [[1, 2]],
        {"count": 3, "ok": True},
        {"labels": ["cat"], "probabilities": ["high"]},
        {"a": float("nan")},
    ],
)
def test_anything_else_is_a_tree(answer: Any) -> None:
    assert look(answer).kind == "json"
