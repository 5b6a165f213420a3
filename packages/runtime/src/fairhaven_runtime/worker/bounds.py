"""Turns a field's validators (marshmallow, by their looks) into the words of JSON Schema."""

from __future__ import annotations

import json
from typing import Any


def bounds(check: Any, kind: Any) -> dict[str, Any]:
    """What a validator says of values of the type `kind`; nothing, when JSON Schema cannot say it."""
    name = type(check).__name__
    if name == "OneOf":
        return {"enum": plain(list(check.choices))}
    if name == "Range":
        return _known(
            {
                "minimum" if check.min_inclusive else "exclusiveMinimum": check.min,
                "maximum" if check.max_inclusive else "exclusiveMaximum": check.max,
            }
        )
    if name == "Length":
        noun = "Items" if kind == "array" else "Length"
        low, high = (check.min, check.max) if check.equal is None else (check.equal, check.equal)
        return _known({"min" + noun: low, "max" + noun: high})
    if name == "Regexp":
        return {"pattern": "^(?:" + check.regex.pattern + ")"}  # marshmallow matches at the start only
    return {"const": plain(check.comparable)} if name == "Equal" else {}


def _known(bounds: dict[str, Any]) -> dict[str, Any]:
    return {key: plain(value) for key, value in bounds.items() if value is not None}


def plain(value: Any) -> Any:
    """The value as JSON knows it: arrays as lists, anything unknown as its text."""
    return json.loads(
        json.dumps(value, default=lambda item: item.tolist() if hasattr(item, "tolist") else str(item))
    )
