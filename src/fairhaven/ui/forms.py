"""Forms drawn from a JSON Schema, and read back by it: the page, the API and the CLI check the same thing.

`fields` says what to draw; `read` turns what a browser sent into typed values; `check` validates them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from starlette.datastructures import FormData, UploadFile

from fairhaven.ui.translations import gettext as _

Schema = Mapping[str, Any]
LONG_TEXT = 200
FEW_CHOICES = 12
_BINARY = ("binary", "base64", "byte")


@dataclass(frozen=True)
class Choice:
    """`value` is what the browser sends, `meant` what it stands for (a number, true, …)."""

    value: str
    label: str
    meant: Any = None


@dataclass(frozen=True)
class Field:
    """One field of a form; `widget` names the macro that draws it.

    Widgets: text, number, integer, boolean, select, multi, lines, textarea, secret, file, json.
    """

    name: str
    label: str
    widget: str
    help: str = ""
    required: bool = False
    default: Any = None
    choices: Sequence[Choice] = ()
    minimum: float | None = None
    maximum: float | None = None
    longest: int | None = None
    pattern: str = ""
    accept: str = ""
    placeholder: str = ""
    advanced: bool = False


def fields(schema: Schema) -> list[Field]:
    """The fields of an object's schema, in its order; `x-advanced: true` folds one away."""
    required = set(schema.get("required", ()))
    return [
        field(name, _plain(part, schema), required=name in required)
        for name, part in schema.get("properties", {}).items()
    ]


def field(name: str, schema: Schema, *, required: bool = False) -> Field:
    widget = _widget(schema)
    examples = schema.get("examples") or [""]
    return Field(
        name=name,
        label=str(schema.get("title") or name.replace("_", " ").capitalize()),
        widget=widget,
        help=str(schema.get("description") or ""),
        required=required and widget != "boolean",
        default=schema.get("default"),
        choices=_choices(schema.get("items", {}) if widget == "multi" else schema),
        minimum=schema.get("minimum", schema.get("exclusiveMinimum")),
        maximum=schema.get("maximum", schema.get("exclusiveMaximum")),
        longest=schema.get("maxLength"),
        pattern=str(schema.get("pattern") or ""),
        accept=str(schema.get("contentMediaType") or "") if widget == "file" else "",
        placeholder=str(examples[0]),
        advanced=bool(schema.get("x-advanced")),
    )


def read(schema: Schema, form: FormData) -> dict[str, Any]:
    """Typed values out of a submitted form; an empty field is left out, an unreadable one stays text.

    Files stay `UploadFile`; a secret left empty is left out, which means "as it was".
    """
    values = {}
    for one in fields(schema):
        sent = form.getlist(one.name)
        if one.widget == "boolean":
            values[one.name] = "on" in sent or "true" in sent
        elif (value := _typed(one, sent)) is not None:
            values[one.name] = value
    return values


def check(schema: Schema, values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong, field by field, in words; files are left to whoever reads them."""
    files = [name for name, value in values.items() if _is_file(value)]
    plain = {name: value for name, value in values.items() if name not in files}
    problems = Draft202012Validator(schema).iter_errors(plain)
    found: dict[str, str] = {}
    for problem in problems:
        for name, words in _told(problem, files):
            found.setdefault(name, words)
    return found


def _plain(part: Schema, root: Schema) -> Schema:
    """A property without `$ref`, and without the null that optional fields carry in `anyOf`."""
    if "$ref" in part:
        name = str(part["$ref"]).rsplit("/", 1)[-1]
        target = root.get("$defs", {}).get(name) or root.get("definitions", {}).get(name) or {}
        part = {**target, **{key: value for key, value in part.items() if key != "$ref"}}
    for word in ("anyOf", "oneOf", "allOf"):
        options = [one for one in part.get(word, ()) if one.get("type") != "null"]
        if len(options) == 1:
            rest = {key: value for key, value in part.items() if key != word}
            return _plain({**options[0], **rest}, root)
    return part


def _widget(schema: Schema) -> str:
    kind = _type(schema)
    if "enum" in schema or "const" in schema:
        return "select"
    if kind in ("boolean", "integer", "number"):
        return kind
    if kind == "array":
        return _array_widget(schema.get("items", {}))
    return _text_widget(schema) if kind == "string" else "json"


def _array_widget(items: Schema) -> str:
    if "enum" in items:
        return "multi"
    return "lines" if _type(items) == "string" else "json"


def _text_widget(schema: Schema) -> str:
    if schema.get("writeOnly") or schema.get("format") == "password":
        return "secret"
    if "contentMediaType" in schema or schema.get("format") in _BINARY:
        return "file"
    long = schema.get("format") == "textarea" or (schema.get("maxLength") or 0) > LONG_TEXT
    return "textarea" if long else "text"


def _type(schema: Schema) -> str:
    kind = schema.get("type", "object" if "properties" in schema or "anyOf" in schema else "string")
    if isinstance(kind, list):
        return next((one for one in kind if one != "null"), "string")
    return str(kind)


def _choices(schema: Schema) -> list[Choice]:
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    names = schema.get("x-labels", {})
    return [
        Choice(_written(value), str(names.get(value, _written(value))), value)
        for value in values
        if value is not None
    ]


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _typed(one: Field, sent: Sequence[Any]) -> Any:
    if one.widget == "multi":
        return [_meant(one, value) for value in sent]
    value = next((part for part in sent if part != ""), None)
    if value is None or (_is_file(value) and not value.filename):
        return None
    if one.widget == "file" or not isinstance(value, str):
        return value
    if one.widget == "lines":
        return [line.strip() for line in value.splitlines() if line.strip()]
    if one.widget == "select":
        return _meant(one, value)
    return _parsed(value) if one.widget in ("integer", "number", "json") else value


def _meant(one: Field, sent: Any) -> Any:
    return next((choice.meant for choice in one.choices if choice.value == sent), sent)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _is_file(value: Any) -> bool:
    return isinstance(value, UploadFile)


def _told(problem: ValidationError, files: Sequence[str]) -> Iterable[tuple[str, str]]:
    if problem.validator == "required" and not problem.absolute_path:
        given = {*cast(dict[str, Any], problem.instance), *files}
        missing = [name for name in cast(list[str], problem.validator_value) if name not in given]
        return [(name, _("This is needed.")) for name in missing]
    name = str(problem.absolute_path[0]) if problem.absolute_path else ""
    return [(name, _in_words(problem))]


def _in_words(problem: ValidationError) -> str:
    limit = str(problem.validator_value)
    match problem.validator:
        case "minimum":
            return _("It must be at least %s.") % limit
        case "maximum":
            return _("It must be at most %s.") % limit
        case "type":
            return _("It must be of the type %s.") % limit
        case "enum":
            return _("It must be one of: %s.") % ", ".join(map(str, cast(list[Any], problem.validator_value)))
        case "maxLength":
            return _("It must be at most %s characters long.") % limit
        case "minLength":
            return _("It must be at least %s characters long.") % limit
        case _:
            return str(problem.message)[:300]
