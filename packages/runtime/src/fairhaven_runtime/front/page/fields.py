"""What a form asks for, out of the JSON Schema of a module's arguments.

A field's `widget` says how it is drawn and read: text, long, integer, number, boolean, either (yes, no or
nothing), select, multi (several of a set), lines (a list), json, any (JSON or else text), file, group (an
object with fields of its own).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairhaven_runtime.front.page import words
from fairhaven_runtime.front.page.hints import DEEPEST, Schema, hint, skeleton, type_of, written

LONG_TEXT = 200
ANY_FILE = "application/octet-stream"
IN_LINES = ("string", "integer", "number")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
EITHER = ((words.YES, True), (words.NO, False))


@dataclass(frozen=True)
class Choice:
    """`text` is what the browser sends and shows, `value` what it stands for."""

    text: str
    value: Any
    label: str


@dataclass(frozen=True, kw_only=True)
class Field:
    """One argument, or one value of an object that is an argument.

    Attributes:
        key: its name in the object that it belongs to; `name` is its name in the whole form.
        enforced: whether a browser may insist on it: what an object that may be absent needs, it cannot know.
        cleared: what an emptied field means, as JSON; empty when it means that nothing is sent.
        item: type of the values of a list.
        place: where the module looks for it, if it says so: query, form or json.
        delimiter: what joins the values of a list that is sent as one text.
    """

    key: str
    name: str
    id: str
    widget: str
    label: str
    required: bool
    enforced: bool
    help: str = ""
    example: str = ""
    kind: str = "text"
    default: Any = None
    choices: Sequence[Choice] = ()
    inner: Sequence["Field"] = ()
    minimum: Any = None
    maximum: Any = None
    accept: str = ""
    several: bool = False
    item: str = ""
    cleared: str = ""
    place: str = ""
    delimiter: str = ""
    advanced: bool = False


def fields(schema: Schema, form: str) -> list[Field]:
    """The fields of a form, the needed ones first; `form` begins their ids."""
    found = _inner(schema, "", form, needed=True, given={}, depth=1)
    return sorted(found, key=lambda each: not each.required)


def _inner(
    schema: Schema, above: str, id_: str, *, needed: bool, given: Mapping[str, Any], depth: int
) -> list[Field]:
    """Fields of an object: `needed` when the object itself is, `given` its default."""
    required = schema.get("required", ())
    return [
        _field(
            key,
            {**part, "default": given[key]} if key in given else part,
            above + key,
            f"{id_}-{number}",
            required=key in required,
            needed=needed,
            depth=depth,
        )
        for number, (key, part) in enumerate(schema.get("properties", {}).items())
    ]


def _field(
    key: str, schema: Schema, name: str, id_: str, *, required: bool, needed: bool, depth: int
) -> Field:
    widget = _widget(schema, required, depth)
    default = schema.get("default")
    items = schema.get("items", {})
    inner: list[Field] = []
    if widget == "group":
        given = default if isinstance(default, Mapping) else {}
        inner = _inner(schema, f"{name}.", id_, needed=required and needed, given=given, depth=depth + 1)
    return Field(
        key=key,
        name=name,
        id=id_,
        widget=widget,
        label=str(schema.get("title") or _spoken(key)),
        required=required,
        enforced=required and needed,
        example=_example(schema, widget, depth),
        help=" ".join(filter(None, (str(schema.get("description", "")).strip(), hint(schema, widget)))),
        kind=_kind(schema),
        default=default,
        choices=_choices(schema, widget),
        inner=inner,
        minimum=_bound(schema, "minimum", "exclusiveMinimum", 1),
        maximum=_bound(schema, "maximum", "exclusiveMaximum", -1),
        accept=_accepted(items if widget == "file" and items else schema),
        several=widget == "file" and type_of(schema) == "array",
        item=str(type_of(items)) if widget == "lines" else "",
        cleared=_cleared(schema, widget),
        place=str(schema.get("x-location", "")),
        delimiter=str(schema.get("x-delimiter", "")),
        advanced=bool(schema.get("x-advanced")),
    )


def _spoken(key: str) -> str:
    text = key.replace("_", " ").strip() or key
    return text[:1].upper() + text[1:]


def _example(schema: Schema, widget: str, depth: int) -> str:
    """What stands in an empty field: the author's example, or the shape of the JSON."""
    if examples := schema.get("examples"):
        return written(examples[0])
    return written(skeleton(schema, depth)) if widget == "json" else ""


def _nullable(schema: Schema) -> bool:
    return isinstance(schema.get("type"), list) and "null" in schema["type"]


def _widget(schema: Schema, required: bool, depth: int) -> str:
    kind = type_of(schema)
    if kind == "array":
        return _array_widget(schema)
    if "enum" in schema or "const" in schema:
        return "select"
    if _is_file(schema):
        return "file"
    if kind == "boolean":
        decided = required or isinstance(schema.get("default"), bool)
        return "boolean" if decided and not _nullable(schema) else "either"
    if kind == "object":
        return "group" if schema.get("properties") and depth < DEEPEST else "json"
    if kind == "string":
        return "long" if _is_long(schema) else "text"
    return kind if kind in ("integer", "number") else "any"


def _array_widget(schema: Schema) -> str:
    items = schema.get("items", {})
    if "enum" in schema or "enum" in items:
        return "multi"
    if _is_file(items):
        return "file"
    return "lines" if type_of(items) in IN_LINES and not _has_breaks(schema.get("default")) else "json"


def _is_file(schema: Schema) -> bool:
    return "contentMediaType" in schema or schema.get("format") == "binary"


def _is_long(schema: Schema) -> bool:
    longest = schema.get("maxLength")
    return (isinstance(longest, int) and longest > LONG_TEXT) or _has_breaks([schema.get("default")])


def _has_breaks(values: Any) -> bool:
    return isinstance(values, list) and any(isinstance(one, str) and "\n" in one for one in values)


def _kind(schema: Schema) -> str:
    """The kind of one-line input; a date whose default is written in another way stays text."""
    default = schema.get("default")
    is_day = schema.get("format") == "date" and (default is None or DAY.fullmatch(str(default)))
    return "date" if is_day else "text"


def _choices(schema: Schema, widget: str) -> list[Choice]:
    if widget == "either":
        return [Choice(written(value), value, label) for label, value in EITHER]
    if widget not in ("select", "multi"):
        return []
    const = [schema["const"]] if "const" in schema else []
    values = schema.get("enum") or schema.get("items", {}).get("enum") or const
    named = schema.get("x-labels")
    names = named if isinstance(named, Mapping) else {}
    return [
        Choice(written(value), value, str(names.get(written(value), written(value))))
        for value in values
        if value is not None
    ]


def _bound(schema: Schema, inclusive: str, exclusive: str, step: int) -> Any:
    """A bound as a browser knows it: inclusive, so that only whole numbers can exclude it."""
    if inclusive in schema:
        return schema[inclusive]
    bound = schema.get(exclusive)
    return bound + step if isinstance(bound, int) and type_of(schema) == "integer" else bound


def _accepted(schema: Schema) -> str:
    media = str(schema.get("contentMediaType", ""))
    return "" if media == ANY_FILE else media


def _cleared(schema: Schema, widget: str) -> str:
    default = schema.get("default")
    if default in (None, "", [], {}):
        return ""
    if _nullable(schema):
        return "null"
    return {"text": '""', "long": '""', "lines": "[]", "multi": "[]"}.get(widget, "")
