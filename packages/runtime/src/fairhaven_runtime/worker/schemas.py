"""Turns argument fields (marshmallow, by their looks, whichever version) into JSON Schema, draft 2020-12."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from .bounds import bounds, plain

DRAFT = "https://json-schema.org/draft/2020-12/schema"
BINARY = "application/octet-stream"

KINDS: dict[str, dict[str, Any]] = {
    "Integer": {"type": "integer"},
    "Decimal": {"type": "number", "format": "decimal"},
    "Number": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "DateTime": {"type": "string", "format": "date-time"},
    "Date": {"type": "string", "format": "date"},
    "Time": {"type": "string", "format": "time"},
    "UUID": {"type": "string", "format": "uuid"},
    "Url": {"type": "string", "format": "uri"},
    "Email": {"type": "string", "format": "email"},
    "String": {"type": "string"},
    "Mapping": {"type": "object"},
    "List": {"type": "array"},
    "Tuple": {"type": "array"},
    "Nested": {"type": "object"},
}
"""By the first class name found along a field's bases: a module's own subclass is what it derives from."""


def object_schema(fields: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema of an object with these fields as its properties, in their order."""
    taken = {key_of(name, field): field for name, field in fields.items() if not is_answer_only(field)}
    required = [key for key, field in taken.items() if getattr(field, "required", False)]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {key: field_schema(field) for key, field in taken.items()},
    }
    return {**schema, "required": required} if required else schema


def field_schema(field: Any) -> dict[str, Any]:
    """JSON Schema of one field: type, bounds, choices, default and description."""
    schema = _file_schema(field) if is_file(field) else _value_schema(field)
    metadata = metadata_of(field)
    for key in ("title", "description"):
        if metadata.get(key):
            schema[key] = str(metadata[key])
    if metadata.get("enum") is not None:
        schema["enum"] = plain(list(metadata["enum"]))
    if "example" in metadata:
        schema["examples"] = [plain(metadata["example"])]
    schema.update({_dashed(key): plain(value) for key, value in metadata.items() if _is_extension(key)})
    if has_default(field):
        schema["default"] = _shown_default(field)
    if metadata.get("location") and not is_file(field):
        schema["x-location"] = {"querystring": "query"}.get(metadata["location"], str(metadata["location"]))
    if getattr(field, "delimiter", None):
        schema["x-delimiter"] = str(field.delimiter)
    if getattr(field, "allow_none", False) and "type" in schema and not is_file(field):
        schema["type"] = [schema["type"], "null"]
    return schema


def key_of(name: str, field: Any) -> str:
    """The name that a client sends the field under."""
    return getattr(field, "data_key", None) or name


def metadata_of(field: Any) -> Mapping[str, Any]:
    """Free keywords and `metadata={...}`: marshmallow 3 keeps both in one dict."""
    metadata = getattr(field, "metadata", None)
    return metadata if isinstance(metadata, Mapping) else {}


def is_file(field: Any) -> bool:
    """Whether the field takes an uploaded file."""
    metadata = metadata_of(field)
    return metadata.get("type") == "file" or metadata.get("location") == "files"


def is_answer_only(field: Any) -> bool:
    """Whether the field stands in answers only and is never read."""
    return bool(getattr(field, "dump_only", False))


def is_list(field: Any) -> bool:
    """Whether repeated keys of a query make up one value of this field."""
    return "List" in kinds_of(field) and not hasattr(field, "delimiter")


def kinds_of(field: Any) -> set[str]:
    """Names of the field's class and of all its bases."""
    return {base.__name__ for base in type(field).__mro__}


def default_of(field: Any) -> Any:
    """The value taken when the client sends none; marshmallow's `missing` object when there is no default."""
    return getattr(field, "load_default", None)


def has_default(field: Any) -> bool:
    """Whether a default is declared that can be shown (a callable is decided per request)."""
    default = default_of(field)
    if default is None:
        return bool(getattr(field, "allow_none", False)) and hasattr(field, "load_default")
    return not callable(default) and type(default).__name__ != "_Missing"


def choices_of(field: Any) -> list[Any]:
    """The values that a `OneOf` validator permits; empty when anything goes."""
    for check in getattr(field, "validators", []):
        if type(check).__name__ == "OneOf":
            return list(check.choices)
    return []


def answer_schema(declared: Any) -> Any:
    """The class that checks answers, from the module's `schema` attribute (a dict of fields or a class)."""
    if isinstance(declared, dict):
        return sys.modules["marshmallow"].Schema.from_dict(declared, name="ModelPredictionResponse")
    return declared if isinstance(declared, type) else None


def dialect() -> str:
    """The library whose fields the module speaks, with its version; empty when it uses none."""
    if "marshmallow" not in sys.modules:
        return ""
    from importlib.metadata import version

    return "marshmallow " + ".".join(version("marshmallow").split(".")[:2])


def _file_schema(field: Any) -> dict[str, Any]:
    metadata = metadata_of(field)
    media = metadata.get("contentMediaType") or metadata.get("content_type") or BINARY
    return {"type": "string", "format": "binary", "contentMediaType": str(media)}


def _value_schema(field: Any) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for base in type(field).__mro__:
        if base.__name__ in KINDS:
            schema = dict(KINDS[base.__name__])
            break
    if schema.get("type") == "array":
        schema.update(_items(field))
    if getattr(field, "value_field", None) is not None:
        schema["additionalProperties"] = field_schema(field.value_field)
    if "Nested" in kinds_of(field):
        schema = _nested(field)
    for check in getattr(field, "validators", []):
        schema.update(bounds(check, schema.get("type")))
        if type(check).__name__ == "ContainsOnly" and "items" in schema:
            schema["items"]["enum"] = plain(list(check.choices))
    return schema


def _items(field: Any) -> dict[str, Any]:
    if hasattr(field, "tuple_fields"):
        return {"prefixItems": [field_schema(inner) for inner in field.tuple_fields]}
    inner = getattr(field, "inner", None)
    return {"items": field_schema(inner)} if inner is not None else {}


def class_schema(declared: Any) -> dict[str, Any]:
    """JSON Schema of a marshmallow schema; `x-definition` tells its class, as documents name it."""
    name = type(declared).__name__
    if name.endswith("Schema"):
        name = name[: -len("Schema")] or name
    return {**object_schema(declared.fields), "x-definition": name}


def _nested(field: Any) -> dict[str, Any]:
    schema = class_schema(field.schema)
    if not getattr(field, "many", False):
        return schema
    return {"type": "array", "x-definition": schema.pop("x-definition"), "items": schema}


def _is_extension(key: Any) -> bool:
    return isinstance(key, str) and key.startswith(("x_", "x-"))


def _dashed(key: str) -> str:
    return key.replace("_", "-") if key.startswith("x_") else key


def _shown_default(field: Any) -> Any:
    """The default as a client would send it."""
    default = default_of(field)
    try:
        return plain(field._serialize(default, None, None))
    except Exception:  # a default that its own field cannot write, or a field that writes nothing
        return plain(default)
