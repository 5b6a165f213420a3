"""From a tree without errors to the typed model, and from the model to data as a file would hold it.

The schema of the declared version says which keys are read: in a file of version 2 a key `authors` is the
author's own business and stays in `extra`. Blanks around texts go; identifiers and dates get one form.
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

from pydantic import JsonValue

from fairhaven.catalog.metadata import first, formats, identifiers
from fairhaven.catalog.metadata.document import MapNode, plain
from fairhaven.catalog.metadata.model import ModuleMetadata
from fairhaven.catalog.metadata.parts import Content
from fairhaven.catalog.metadata.schema_checks import declared_version
from fairhaven.catalog.metadata.schemas import FIRST, newest_version, read_as, resolve, strict_schema

_Data = dict[str, JsonValue]
_Schema = Mapping[str, Any]
_Model = TypeVar("_Model", bound=Content)

_KEYS = {"data_type": "data-type"}
_BARE: dict[str, Callable[[str], str]] = {
    "doi": formats.bare_doi,
    "docker-image": formats.bare_image,
    "orcid": identifiers.bare_orcid,
    "ror": identifiers.bare_ror,
    "spdx": identifiers.bare_licence,
    "sha256": str.lower,
    "md5": str.lower,
}


def normalise(root: MapNode) -> ModuleMetadata:
    """The typed content; only for a tree in which no check found an error."""
    data, version = plain(root), declared_version(root)
    if not isinstance(data, dict):
        raise TypeError("metadata is a mapping")
    if version == FIRST:
        data, version = first.upgraded(data), newest_version()
    schema = strict_schema(read_as(version))
    return _Filler(schema).fill(ModuleMetadata, data, schema)


def pour(content: Content) -> _Data:
    """The content as a file would hold it: keys in the schema's order, what is absent left out."""
    data: _Data = {}
    for name, info in type(content).model_fields.items():
        value = getattr(content, name)
        if name != "extra" and (info.is_required() or value != info.get_default(call_default_factory=True)):
            data[_key(type(content), name)] = _poured(value)
    return data | content.extra


def _key(model: type[Content], name: str) -> str:
    """What a field is called in files; a port's `data_type` is called so there, too."""
    return _KEYS.get(name, name) if model is ModuleMetadata else name


def _poured(value: Any) -> JsonValue:
    match value:
        case Content():
            return pour(value)
        case tuple():
            return [_poured(item) for item in value]
        case date():
            return value.isoformat()
        case _:
            found: JsonValue = value
            return found


class _Filler:
    """Fills models from data, each with the part of the schema that is about it."""

    def __init__(self, schema: _Schema) -> None:
        self._schema = schema

    def fill(self, model: type[_Model], data: Mapping[str, JsonValue], field: _Schema) -> _Model:
        known = resolve(self._schema, field)["properties"]
        left, values = dict(data), {}
        for name, info in model.model_fields.items():
            key = _key(model, name)
            if name != "extra" and key in known and key in left:
                values[name] = self._value(info.annotation, left.pop(key), resolve(self._schema, known[key]))
        return model(**values, extra=left)

    def _value(self, annotation: Any, value: JsonValue, field: _Schema) -> Any:
        kind = _sole(annotation)
        if get_origin(kind) is tuple and isinstance(value, list):
            inner, items = get_args(kind)[0], resolve(self._schema, field.get("items", {}))
            return tuple(self._value(inner, item, items) for item in value)
        if isinstance(kind, type) and issubclass(kind, Content) and isinstance(value, dict):
            return self.fill(kind, value, field)
        if isinstance(value, str):
            text = value.strip()
            return _BARE.get(field.get("format", ""), str)(text)
        return value


def _sole(annotation: Any) -> Any:
    """The type itself, without `| None`."""
    if get_origin(annotation) is not UnionType:
        return annotation
    return next(each for each in get_args(annotation) if each is not type(None))
