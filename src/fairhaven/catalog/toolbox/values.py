"""The values of a form, checked by its JSON Schema: the same for the page, the API and the command."""

import math
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from fairhaven.catalog.metadata.format_words import FORMATS
from fairhaven.core.errors import Invalid
from fairhaven.core.schemas import FieldError

Form = Mapping[str, Any]

MOST_ITEMS, LONGEST = 500, 10_000
_SECRET = re.compile(r"(project/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list of texts",
}


class FormInvalid(Invalid):
    """What was filled in is not what the tool's form allows; `errors` names the fields."""

    title = "The form is not filled in rightly"


def empty_form() -> dict[str, Any]:
    return {"type": "object", "properties": {}}


def whole(form: Form) -> dict[str, Any]:
    """The form as programs validate by it: nothing but its fields, and each with its limits."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **form,
        "additionalProperties": False,
    }


def completed(form: Form, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The values in the order of the fields: what was given, else the default of the moment, else the form's.

    Raises:
        FormInvalid: a field is unknown or missing, or a value is not allowed.
    """
    fields = form["properties"]
    values = {name: given[name] for name in fields if given.get(name) not in (None, "")}
    for name, field in fields.items():
        if name not in values and name in defaults:
            values[name] = kept(field, defaults[name])
        elif name not in values and "default" in field:
            values[name] = field["default"]
    errors = problems(form, values | {name: each for name, each in given.items() if name not in fields})
    if errors:
        told = [FieldError(field=name, message=words) for name, words in errors.items()]
        raise FormInvalid(" ".join(f"{each.field}: {each.message}" for each in told), errors=told)
    return {name: values[name] for name in fields if name in values}


def problems(form: Form, values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong, by field, in words."""
    from jsonschema import Draft202012Validator, FormatChecker  # absent from the light installation

    checker = FormatChecker(formats=())
    for name in FORMATS:
        checker.checks(name)(partial(_holds, name))
    found: dict[str, str] = {}
    for error in Draft202012Validator(whole(form), format_checker=checker).iter_errors(values):
        for name, words in _told(error, form):
            found.setdefault(name, words)
    for name, field in form["properties"].items():
        if name in values and name not in found and (words := _beyond_schema(field, values[name])):
            found[name] = words
    return found


def _beyond_schema(field: Mapping[str, Any], value: Any) -> str:
    if field.get("x-secret") and not _SECRET.fullmatch(str(value)):
        return "It must be the name of a kept secret, such as `my-token` or `project/my-token`."
    if isinstance(value, float) and not math.isfinite(value):
        return "It must be a number that ends."
    texts = value if isinstance(value, list) else [value]
    if len(texts) > MOST_ITEMS or any(isinstance(each, str) and len(each) > LONGEST for each in texts):
        return f"It is too long: at most {MOST_ITEMS} items, and {LONGEST} characters each."
    if any(isinstance(each, str) and _CONTROL.search(each) for each in texts):
        return "It must be one line without control characters."
    if any(each == "" for each in texts):
        return "An item is empty."
    return ""


def kept(field: Mapping[str, Any], value: Any) -> Any:
    """A default from elsewhere, kept within the field's limits."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = field.get("minimum", value), field.get("maximum", value)
        inside = min(max(value, low), high)
        return int(inside) if field["type"] == "integer" else inside
    return str(value)[: field.get("maxLength", 10_000)]


def _holds(name: str, value: object) -> bool:
    return not isinstance(value, str) or FORMATS[name](value)


def _told(error: Any, form: Form) -> list[tuple[str, str]]:
    if not error.absolute_path:
        return _of_the_whole(error, form)
    limit = error.validator_value
    word = {
        "minimum": f"It must be at least {limit}.",
        "maximum": f"It must be at most {limit}.",
        "multipleOf": f"It must be a multiple of {limit}.",
        "minLength": f"It must be at least {limit} characters long.",
        "maxLength": f"It must be at most {limit} characters long.",
        "minItems": f"At least {limit} are needed.",
        "maxItems": f"At most {limit} are allowed.",
        "type": f"It must be {_TYPES.get(str(limit), limit)}.",
        "enum": f"It must be one of: {', '.join(map(str, limit)) if error.validator == 'enum' else ''}.",
        "pattern": f"It must look like `{limit}`.",
        "format": _format_words(str(limit)),
    }.get(error.validator, "It is not allowed.")
    return [(str(error.absolute_path[0]), word)]


def _of_the_whole(error: Any, form: Form) -> list[tuple[str, str]]:
    if error.validator == "required":
        return [(name, "This is needed.") for name in error.validator_value if name not in error.instance]
    unknown = [name for name in error.instance if name not in form["properties"]]
    return [(str(name)[:60], "The form has no such field.") for name in unknown]


def _format_words(name: str) -> str:
    return {
        "uri": "It must be an address such as https://example.org/page.",
        "email": "It must be an e-mail address such as ada@example.edu.",
        "docker-image": "It must be an image such as organisation/name:tag.",
        "orcid": "It must be an ORCID such as 0000-0002-1825-0097 (its last character is a check).",
    }.get(name, "It does not have the right form.")
