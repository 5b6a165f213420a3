"""Draws any value as a folding tree, without a script."""

import json
from collections.abc import Iterable
from typing import Any

from fairhaven_runtime.front.page import words
from fairhaven_runtime.front.page.markup import Html, joined, tag

MOST = 100
DEEPEST = 12


def tree(value: Any, *, unfolded: int = 1) -> Html:
    """The value; `unfolded` levels are open."""
    return tag("div", _node(value, "", unfolded, 0), class_="tree")


def _node(value: Any, name: str, unfolded: int, depth: int) -> Html:
    if not isinstance(value, dict | list) or not value or depth == DEEPEST:
        return _leaf(value, name)
    parts: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else enumerate(value)
    nodes = [_node(each, str(key), unfolded, depth + 1) for (key, each), _ in zip(parts, range(MOST))]  # noqa: B905
    if len(value) > MOST:
        nodes.append(tag("p", words.AND_MORE.format(len(value) - MOST), class_="muted"))
    one, many = words.ENTRIES if isinstance(value, dict) else words.COUNTED_VALUES
    count = tag("span", (one if len(value) == 1 else many).format(len(value)), class_="muted")
    summary = tag("summary", _key(name), count)
    return tag("details", summary, nodes, open=depth < unfolded)


def _leaf(value: Any, name: str) -> Html:
    kind = "word"
    if isinstance(value, str):
        kind = "string"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        kind = "number"
    text = json.dumps(value, ensure_ascii=False)
    return tag("div", _key(name), tag("span", text, class_=f"is-{kind}"), class_="leaf")


def _key(name: str) -> Html | None:
    return joined([tag("span", name, class_="key"), " "]) if name else None
