"""What a schema asks for, in words and by example; and how values are written."""

import json
from collections.abc import Mapping
from typing import Any

from fairhaven_runtime.front.page import words

Schema = Mapping[str, Any]
DEEPEST = 4
EXACT = 2**53


def skeleton(schema: Schema, depth: int) -> Any:
    """A value of the schema's shape, to show how it is written."""
    kind = type_of(schema)
    if depth > DEEPEST:
        return None
    if kind == "object":
        parts = schema.get("properties", {}).items()
        return {key: skeleton(part, depth + 1) for key, part in parts} or {words.SOME_KEY: words.SOME_VALUE}
    if kind == "array":
        parts = schema.get("prefixItems") or [schema.get("items", {})]
        return [skeleton(part, depth + 1) for part in parts]
    return {"string": "…", "integer": 0, "number": 0.5, "boolean": True}.get(kind)


def hint(schema: Schema, widget: str) -> str:
    """What the schema asks for beyond the author's description, in words."""
    hints = [_range(schema), _lengths(schema)]
    if "pattern" in schema:
        hints.append(words.PATTERN.format(str(schema["pattern"]).removeprefix("^(?:").removesuffix(")")))
    hints.append(words.FORMATS.get(str(schema.get("format")), ""))
    if widget in ("lines", "json", "any"):
        hints.append({"lines": words.ONE_PER_LINE, "json": words.AS_JSON, "any": words.ANYTHING}[widget])
    return " ".join(filter(None, hints))


def _range(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return words.FROM_TO.format(written(low), written(high))
    named = (
        (words.AT_LEAST, low), (words.MORE_THAN, above), (words.AT_MOST, high), (words.LESS_THAN, below)
    )  # fmt: skip
    return " ".join(text.format(written(value)) for text, value in named if value is not None)


def _lengths(schema: Schema) -> str:
    noun, unit = ("Items", words.VALUES) if type_of(schema) == "array" else ("Length", words.CHARACTERS)
    low, high = schema.get("min" + noun), schema.get("max" + noun)
    if low is not None and low == high:
        return words.EXACTLY.format(low, unit)
    if low is not None and high is not None:
        return words.BETWEEN.format(low, high, unit)
    if low is not None:
        return words.NOT_FEWER.format(low, unit)
    return words.NOT_MORE.format(high, unit) if high is not None else ""


def written(value: Any) -> str:
    """A value as text: text as it is, anything else as JSON, whole numbers without a point."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        value = int(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def type_of(schema: Schema) -> str:
    """The type, without the null that optional ones carry; empty when anything goes."""
    kind = schema.get("type", "")
    if isinstance(kind, list):
        return next((str(one) for one in kind if one != "null"), "")
    return str(kind)
