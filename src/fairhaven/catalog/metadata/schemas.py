"""The JSON Schemas of every published version, read on first use.

Versions 1 and 2 come with the package `ai4-metadata` (Apache-2.0), one file per version in
`assets/schemata/ai4-apps-v<version>.json`; they are located without importing the package, which would load
its command line and rdflib. Version 3 is ours, beside this file in `schemata`. `strict_schema` adds to
version 2 what the platform relies on: fields outside the schema, the real form of an image reference.
"""

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

FIRST = "1.0.0"
_FILE = re.compile(r"(?:ai4-apps-v|module-metadata-)([123]\.\d+\.\d+)\.json")
_OURS = Path(__file__).with_name("schemata")
_TEXT: Schema = {"type": "string"}
_URI: Schema = {"type": "string", "format": "uri"}
_PLATFORM: Schema = {
    "license": {
        **_TEXT,
        "format": "spdx",
        "description": "Licence, as an SPDX expression.",
        "example": "Apache-2.0",
    },
    "id": {**_TEXT, "description": "Identifier of the module.", "example": "digits"},
    "version": {**_TEXT, "description": "Version of the module itself.", "example": "1.0.0"},
    "provenance": {
        "type": "object",
        "description": "Where the model comes from.",
        "properties": {
            "nomad_job": {**_TEXT, "description": "Job that trained the model."},
            "mlflow_run": {**_TEXT, "description": "MLflow run of the training."},
        },
    },
}
_PLATFORM_LINKS: Schema = {
    "ai4_template": {
        **_TEXT,
        "description": "Template that the module was made from.",
        "example": "ai4-template/2.0.0",
    },
    "cicd_url": {**_URI, "description": "Page of the module's builds."},
    "cicd_badge": {**_URI, "description": "Badge of the module's last build."},
}


class SchemaMissing(RuntimeError):
    """The published schemas are not installed."""


@dataclass(frozen=True, slots=True)
class Facets:
    """Words that the newest schema allows, in its order: what a catalog can be filtered by."""

    libraries: tuple[str, ...]
    tasks: tuple[str, ...]
    categories: tuple[str, ...]
    data_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldHelp:
    """One field, for forms and documentation; `path` is dotted (`links.dataset`, `authors[].name`)."""

    path: str
    label: str
    description: str
    type: str
    format: str
    required: bool
    choices: tuple[str, ...]
    example: Any


def facets() -> Facets:
    """The words allowed for libraries, tasks, categories and data types.

    Raises:
        SchemaMissing: the package `ai4-metadata` is not installed.
    """
    return Facets(
        libraries=_choices("libraries"),
        tasks=_choices("tasks"),
        categories=_choices("categories"),
        data_types=_choices("data-type"),
    )


def describe_schema(version: str | None = None) -> tuple[FieldHelp, ...]:
    """Every field of a version (the newest by default), with what the platform adds.

    Raises:
        SchemaMissing: the package is not installed, or has no such version.
    """
    schema = strict_schema(version or newest_version())
    return tuple(_describe(schema, schema, prefix=""))


@cache
def known_versions() -> tuple[str, ...]:
    """The versions that can be read, oldest first.

    Raises:
        SchemaMissing: the package `ai4-metadata` is not installed.
    """
    return tuple(sorted(_files(), key=_numbers))


@cache
def read_as(version: str) -> str:
    """The newest version with the same first number: its fields are read in a file of `version`.

    A file of 2.0.0 may say what came with 2.3.0, but not what came with 3.0.0: it may mean other things.
    """
    return [known for known in known_versions() if known[0] == version[0]][-1]


def newest_version() -> str:
    """The newest version that can be read."""
    return known_versions()[-1]


def published_schema(version: str) -> Schema:
    """The published JSON Schema (draft 2020-12), unchanged; the caller's own copy.

    Raises:
        SchemaMissing: the package is not installed, or has no such version.
    """
    return deepcopy(_published(version))


@cache
def strict_schema(version: str) -> Schema:
    """The published schema and what the platform relies on besides; shared, so do not change it."""
    schema = published_schema(version)
    if version[0] == "2":
        _add_platform(schema["properties"])
    # These get checks of their own, with a better message than a schema can give.
    schema.pop("not", None)
    if version[0] == "1":
        _adapt_first(schema["properties"])
    _loosen(schema)
    return schema


def _add_platform(properties: Schema) -> None:
    for name, field in _PLATFORM.items():
        properties.setdefault(name, field)
    links = properties["links"]["properties"]
    for name, field in _PLATFORM_LINKS.items():
        links.setdefault(name, field)
    links["docker_image"]["format"] = "docker-image"


def _adapt_first(properties: Schema) -> None:
    """Version 1 calls an image reference `uri-reference`."""
    properties["sources"]["properties"]["docker_registry_repo"]["format"] = "docker-image"
    properties["metadata_version"] = dict(_TEXT)


def _loosen(schema: Any) -> None:
    """Drop `uniqueItems` and patterns of texts: `rules` and the formats check these."""
    for field in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(field, dict | list):
            _loosen(field)
    if isinstance(schema, dict):
        schema.pop("uniqueItems", None)
        if isinstance(schema.get("pattern"), str) and schema.get("type") == "string":
            schema.pop("pattern")


def resolve(schema: Mapping[str, Any], field: Mapping[str, Any]) -> Mapping[str, Any]:
    """The field itself, or the definition that its local `$ref` names."""
    target: Mapping[str, Any] = schema
    reference = field.get("$ref")
    if reference is None:
        return field
    for part in reference.removeprefix("#/").split("/"):
        target = target[part]
    return target


def field_at(schema: Mapping[str, Any], path: tuple[str | int, ...]) -> Mapping[str, Any] | None:
    """The schema of the value at `path`, None when the schema does not know it."""
    field: Mapping[str, Any] | None = schema
    for part in path:
        if field is None:
            return None
        field = field.get("items") if isinstance(part, int) else field.get("properties", {}).get(part)
        field = resolve(schema, field) if field is not None else None
    return field


@cache
def _choices(name: str) -> tuple[str, ...]:
    return tuple(_published(newest_version())["properties"][name]["items"]["enum"])


@cache
def _published(version: str) -> Schema:
    if version not in known_versions():
        raise SchemaMissing(
            f"There is no metadata schema {version}: use one of {', '.join(known_versions())}."
        )
    loaded: Schema = json.loads(_files()[version].read_text(encoding="utf-8"))
    return loaded


@cache
def _files() -> dict[str, Path]:
    """Version → file, for all of the package's and our own."""
    places = [*_folder().iterdir(), *_OURS.iterdir()]
    found = {match[1]: file for file in places if (match := _FILE.fullmatch(file.name))}
    if FIRST not in found:
        raise SchemaMissing("The package ai4-metadata holds no schema: reinstall fairhaven[platform].")
    return found


@cache
def _folder() -> Path:
    spec = find_spec("ai4_metadata")
    if spec is None or not spec.submodule_search_locations:
        raise SchemaMissing("The package ai4-metadata is not installed: install fairhaven[platform].")
    return Path(next(iter(spec.submodule_search_locations))) / "assets" / "schemata"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _describe(schema: Schema, parent: Mapping[str, Any], *, prefix: str) -> list[FieldHelp]:
    fields: list[FieldHelp] = []
    for name, declared in parent.get("properties", {}).items():
        field = {**resolve(schema, declared), **declared}
        path = f"{prefix}{name}"
        fields.append(_help(path, field, required=name in parent.get("required", ())))
        fields.extend(_describe(schema, field, prefix=f"{path}."))
        fields.extend(_describe(schema, resolve(schema, field.get("items", {})), prefix=f"{path}[]."))
    return fields


def _help(path: str, field: Mapping[str, Any], *, required: bool) -> FieldHelp:
    name = path.rsplit(".", 1)[-1]
    return FieldHelp(
        path=path,
        label=field.get("user_friendly", name.replace("_", " ").replace("-", " ").capitalize()),
        description=field.get("description", ""),
        type=field.get("type", ""),
        format=field.get("format", ""),
        required=required,
        choices=tuple(field.get("enum") or field.get("items", {}).get("enum", ())),
        example=field.get("example", next(iter(field.get("examples", ())), None)),
    )
