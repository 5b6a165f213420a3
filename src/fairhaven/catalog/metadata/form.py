"""The metadata as a form drawn from its schema, and what a browser sent as metadata again.

Names of inputs are paths (`authors[0].name`), the same that problems carry, so an error finds its field.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from fairhaven.catalog.metadata.mending import CannotMigrate, migrate
from fairhaven.catalog.metadata.model import ModuleMetadata
from fairhaven.catalog.metadata.normalise import pour
from fairhaven.catalog.metadata.schemas import newest_version, resolve, strict_schema
from fairhaven.catalog.metadata.writer import write

_Data = dict[str, JsonValue]
_Schema = Mapping[str, Any]

MOST_ITEMS = 50
_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][-+]?[0-9]{1,3})?")
_LONG = frozenset(("description", "instructions", "example", "text", "ethics", "legal", "procedure"))
_UNSEEN = frozenset(("metadata_version", "extra"))
_WORDS = {
    "doi": "DOI", "orcid": "ORCID", "ror": "ROR", "url": "Address", "id": "Identifier", "license": "Licence",
    "sha256": "SHA-256", "md5": "MD5", "cpu": "CPUs", "gpu": "GPUs", "mlflow_run": "MLflow run",
    "affiliation_ror": "ROR of the affiliation", "funder_ror": "ROR of the funder", "email": "E-mail",
    "zenodo_doi": "Zenodo DOI", "ai4_template": "Template", "cicd_url": "Builds",
    "cicd_badge": "Badge of builds",
    "energy_kWh": "Energy (kWh)", "emissions_kgCO2e": "Emissions (kg CO2e)", "memory_MB": "Memory (MB)",
    "gpu_memory_MB": "GPU memory (MB)", "gpu_compute_capability": "GPU compute capability",
    "storage_MB": "Storage (MB)", "size_bytes": "Size (bytes)",
    "use": "Intended use", "limits": "Limits and risks", "impact": "Environmental impact",
    "self": "This metadata", "nomad_job": "Nomad job",
}  # fmt: skip


@dataclass(frozen=True)
class Box:
    """One input; `widget` is text, area, lines, choice, choices or yesno."""

    path: str
    label: str
    help: str
    widget: str
    value: Any
    required: bool
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Part:
    """Inputs that belong together; `many` when its parts are items to which one may be added."""

    path: str
    label: str
    help: str
    inner: tuple["Box | Part", ...]
    many: bool = False
    filled: bool = False

    @property
    def caption(self) -> str:
        """What it is called: by its name, or, if it is one of many, by its first words."""
        boxes = [each for each in self.inner if isinstance(each, Box) and each.widget == "text"]
        named = boxes if self.path.endswith("]") else [one for one in boxes if one.path.endswith(".name")]
        return next((str(each.value) for each in named if each.value), "")

    @property
    def held(self) -> int:
        """How many of its inputs, or items, say something."""
        return sum(each.filled if isinstance(each, Part) else bool(each.value) for each in self.inner)


def as_newest(metadata: ModuleMetadata) -> _Data:
    """The content as a file of the newest version would hold it; as it is, where it was guessed."""
    try:
        content = migrate(write(metadata)).report.metadata
    except CannotMigrate:
        content = None
    return pour(content or metadata)


def draw(data: Mapping[str, JsonValue], add: str = "") -> tuple[Box | Part, ...]:
    """The whole form with what `data` says; `add` is the path of a list that gets one more empty item."""
    schema = strict_schema(newest_version())
    return _Drawer(schema, add).inner(schema, "", data)


def untouched(fields: Iterable[Box | Part]) -> Iterator[tuple[str, str]]:
    """What a browser sends of a form in which nothing was changed."""
    for each in fields:
        if isinstance(each, Part):
            yield from untouched(each.inner)
        elif each.widget == "choices":
            yield from ((each.path, str(value)) for value in each.value)
        else:
            yield each.path, str(each.value)


def read(sent: Iterable[tuple[str, str]], before: Mapping[str, JsonValue]) -> _Data:
    """What a browser sent, in the schema's order; keys of the author's own are kept from `before`.

    Empty inputs are left out, and so are items in which nothing stands. A number that is none stays text, so
    that the check can name it.
    """
    schema = strict_schema(newest_version())
    values: dict[str, list[str]] = {}
    for name, value in sent:
        values.setdefault(name, []).append(value.replace("\r\n", "\n"))
    found = _Reader(schema, values).group(schema, "", dict(before))
    return {"metadata_version": newest_version(), **found}


class _Drawer:
    def __init__(self, schema: _Schema, add: str) -> None:
        self._schema = schema
        self._add = add

    def inner(self, field: _Schema, prefix: str, data: Mapping[str, JsonValue]) -> tuple[Box | Part, ...]:
        needed = field.get("required", ())
        drawn = [
            self._one(name, f"{prefix}{name}", declared, data.get(name), required=name in needed)
            for name, declared in field["properties"].items()
            if name not in _UNSEEN
        ]
        return tuple(sorted(drawn, key=lambda each: isinstance(each, Part)))

    def _one(
        self, name: str, path: str, declared: _Schema, value: JsonValue, *, required: bool
    ) -> Box | Part:
        field = {**resolve(self._schema, declared), **declared}
        label, about = _label(name), field.get("description", "")
        items = resolve(self._schema, field.get("items", {}))
        if "properties" in field:
            inside = value if isinstance(value, dict) else {}
            inner = self.inner(field, f"{path}.", inside)
            return Part(path, label, about, inner, filled=bool(inside) or required)
        if "properties" in items:
            return self._many(path, label, about, items, value if isinstance(value, list) else [])
        if "enum" in items:
            choices = tuple((word, word) for word in items["enum"])
            return Box(path, label, about, "choices", value or [], required, choices)
        return _box(path, name, label, about, field, value, required=required)

    def _many(self, path: str, label: str, about: str, items: _Schema, values: list[JsonValue]) -> Part:
        shown = [*values[:MOST_ITEMS], *([{}] if self._add == path and len(values) < MOST_ITEMS else [])]
        inner = tuple(
            Part(
                f"{path}[{index}]",
                f"{label} {index + 1}",
                "",
                self.inner(items, f"{path}[{index}].", value if isinstance(value, dict) else {}),
                filled=True,
            )
            for index, value in enumerate(shown)
        )
        return Part(path, label, about, inner, many=True, filled=bool(shown))


def _box(
    path: str, name: str, label: str, about: str, field: _Schema, value: JsonValue, *, required: bool
) -> Box:
    if field.get("type") == "array":
        lines = "\n".join(str(each) for each in value) if isinstance(value, list) else ""
        return Box(path, label, about, "lines", lines, required)
    if field.get("type") == "boolean":
        known = {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else ""
        return Box(path, label, about, "yesno", known, required)
    if "enum" in field:
        return Box(
            path, label, about, "choice", value or "", required, tuple((word, word) for word in field["enum"])
        )
    example = next(iter(field.get("examples", ())), None)
    told = about if example is None or name in _LONG else f"{about} Such as {str(example).rstrip('.')}."
    return Box(
        path, label, told, "area" if name in _LONG else "text", "" if value is None else value, required
    )


def _label(name: str) -> str:
    return _WORDS.get(name, name.replace("_", " ").replace("-", " ").capitalize())


class _Reader:
    def __init__(self, schema: _Schema, sent: Mapping[str, list[str]]) -> None:
        self._schema = schema
        self._sent = sent

    def group(self, field: _Schema, prefix: str, before: JsonValue) -> _Data:
        known = field["properties"]
        found: _Data = {}
        for name, declared in known.items():
            value = (
                self._value(declared, f"{prefix}{name}", _at(before, name)) if name not in _UNSEEN else None
            )
            if value not in (None, "", {}) and (value != [] or name in field.get("required", ())):
                found[name] = value
        own = before if isinstance(before, dict) else {}
        kept = {key: value for key, value in own.items() if key not in known or key == "extra"}
        return found | kept if found or not prefix else {}

    def _value(self, declared: _Schema, path: str, before: JsonValue) -> JsonValue:
        field = resolve(self._schema, declared)
        items = resolve(self._schema, field.get("items", {}))
        if "properties" in field:
            return self.group(field, f"{path}.", before)
        if "properties" in items:
            read = (
                self.group(items, f"{path}[{index}].", _at(before, index)) for index in self._indices(path)
            )
            return [item for item in read if item]
        sent = self._sent.get(path, [])
        if "enum" in items:
            return [word for word in sent if word]
        text = sent[0].strip() if sent else ""
        if field.get("type") == "array":
            return [line.strip() for line in text.split("\n") if line.strip()]
        return _typed(text, field.get("type", "string"))

    def _indices(self, path: str) -> list[int]:
        found = {
            int(match[1])
            for name in self._sent
            if (match := re.match(rf"{re.escape(path)}\[(\d{{1,2}})\]", name))
        }
        return sorted(found)


def _typed(text: str, kind: str) -> JsonValue:
    if kind == "boolean":
        return {"true": True, "false": False}.get(text)
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text or None


def _at(value: JsonValue, key: str | int) -> JsonValue:
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None
