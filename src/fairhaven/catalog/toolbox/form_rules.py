"""Whether a tool's form agrees with itself: defaults within limits, fields that are there."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fairhaven.catalog.metadata import document
from fairhaven.catalog.metadata.document import MapNode
from fairhaven.catalog.metadata.findings import Findings, Path, dotted, shorten
from fairhaven.catalog.metadata.suggest import did_you_mean, nearest_word
from fairhaven.catalog.toolbox.placeholders import RESERVED
from fairhaven.catalog.toolbox.values import problems

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_OF = {
    "string": {"minLength", "maxLength", "pattern", "format", "enum", "x-secret"},
    "integer": {"minimum", "maximum", "multipleOf", "enum", "x-unit"},
    "number": {"minimum", "maximum", "multipleOf", "enum", "x-unit"},
    "boolean": set[str](),
    "array": {"items", "minItems", "maxItems"},
}
_ANY = {
    "type",
    "title",
    "description",
    "default",
    "examples",
    "x-group",
    "x-advanced",
    "x-default-from",
    "x-labels",
}
_PAIRS = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))


def check_form(root: MapNode, form: Mapping[str, Any], findings: Findings) -> None:
    """Note every field that says two things, or that could never be filled in."""
    fields: Mapping[str, Any] = form.get("properties", {})
    for name, field in fields.items():
        _Field(root, name, field, findings).all()
    for at, name in _named(form):
        if name not in fields:
            suggestion = did_you_mean(nearest_word(name, fields)) or "Add it below `properties:`."
            offset = document.offset_of(root, at)
            findings.error(at, offset, f"`{shorten(name)}` is no field of the form.", suggestion)


def _named(form: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Where the form names its own fields."""
    for index, name in enumerate(form.get("required", [])):
        yield ("form", "required", index), name
    for case, each in enumerate(form.get("allOf", [])):
        for name in each["if"]["properties"]:
            yield ("form", "allOf", case, "if", "properties", name), name
        for index, name in enumerate(each["then"]["required"]):
            yield ("form", "allOf", case, "then", "required", index), name


class _Field:
    def __init__(self, root: MapNode, name: str, field: Mapping[str, Any], findings: Findings) -> None:
        self._root = root
        self._name = name
        self._field = field
        self._findings = findings
        self._at: Path = ("form", "properties", name)

    def all(self) -> None:
        if not _NAME.fullmatch(self._name) or self._name in RESERVED:
            said = f"`{shorten(self._name)}` cannot be a field's name."
            self._error(
                (), said, f"Use small letters, digits and `_`; not {', '.join(sorted(RESERVED))}.", key=True
            )
        for keyword in self._field:
            if keyword not in _ANY | _OF[self._field["type"]]:
                said = f"`{keyword}` means nothing for a field of the type `{self._field['type']}`."
                self._error((keyword,), said, "Remove it, or change `type`.", key=True)
        if self._patterns() and self._limits():
            self._default()
        self._labels()
        self._bounded()

    def _patterns(self) -> bool:
        for where in ((), ("items",)):
            pattern = (self._field.get("items", {}) if where else self._field).get("pattern")
            try:
                re.compile(pattern or "")
            except re.error as wrong:
                self._error((*where, "pattern"), f"The pattern cannot be read: {wrong}.", "Correct it.")
                return False
        return True

    def _limits(self) -> bool:
        for low, high in _PAIRS:
            if low in self._field and high in self._field and self._field[low] > self._field[high]:
                self._error((low,), f"`{low}` is above `{high}`.", "Exchange them.")
                return False
        return True

    def _default(self) -> None:
        if "default" not in self._field:
            return
        default = self._field["default"]
        if self._field.get("x-secret"):
            self._error(("default",), "A secret has no default.", "Remove it.")
            return
        alone = {"type": "object", "properties": {"it": self._field}}
        if found := problems(alone, {"it": default}).get("it"):
            self._error(("default",), f"The default would be refused: {found}", "Change it, or the limits.")

    def _labels(self) -> None:
        values = [str(each) for each in self._field.get("enum", [])]
        for name in self._field.get("x-labels", {}):
            if name not in values:
                suggestion = did_you_mean(nearest_word(name, values)) or "Remove it."
                self._error(("x-labels", name), f"`{shorten(name)}` is no value of `enum`.", suggestion)

    def _bounded(self) -> None:
        kind, known = self._field["type"], self._field.keys()
        free = kind == "string" and not known & {"enum", "maxLength", "x-secret"}
        open_ended = (
            kind in ("integer", "number") and "enum" not in known and not {"minimum", "maximum"} <= known
        )
        if free or open_ended:
            wanted = "`maxLength:`" if free else "`minimum:` and `maximum:`"
            offset = document.offset_of(self._root, self._at, key=True)
            said = f"`{dotted(self._at)}` has no limits, so nobody learns of a slip before something runs."
            self._findings.warning(self._at, offset, said, f"Add {wanted}.")

    def _error(self, inside: Path, message: str, suggestion: str, *, key: bool = False) -> None:
        at = (*self._at, *inside)
        self._findings.error(at, document.offset_of(self._root, at, key=key), message, suggestion)
