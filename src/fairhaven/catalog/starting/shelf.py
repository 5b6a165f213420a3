"""The templates that came with Fairhaven: what each is, and its form with the words that metadata allows."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from fairhaven.catalog.metadata import document, facets
from fairhaven.catalog.metadata.findings import Findings
from fairhaven.catalog.schemas.templates import Template

HERE = Path(__file__).parents[1] / "starters"
COMMON = HERE / "common"
LICENCES = HERE / "licenses"
_NOT_TEMPLATES = ("common", "licenses")


@cache
def templates() -> Sequence[Template]:
    """Every template, the simplest first.

    Raises:
        SchemaMissing: the package `ai4-metadata` is not installed.
    """
    found = [each for each in HERE.iterdir() if each.is_dir() and each.name not in _NOT_TEMPLATES]
    described = sorted(
        ((_read(each / "starter.yaml"), each.name) for each in found), key=lambda one: one[0]["order"]
    )
    return tuple(
        Template(name=name, title=said["title"], summary=said["summary"], form=_form(said))
        for said, name in described
    )


@cache
def about(name: str) -> Mapping[str, Any]:
    """What a template's `starter.yaml` says."""
    return _read(HERE / name / "starter.yaml")


def licences() -> Sequence[str]:
    """The licences whose text can be put in."""
    return sorted(each.name.split(".txt")[0] for each in LICENCES.iterdir())


def _form(said: Mapping[str, Any]) -> dict[str, Any]:
    """The common form, with the template's own fields between what it is and who made it."""
    common = _read(COMMON / "form.yaml")
    parts = [_read(COMMON / "kinds.yaml")] if said.get("kinds") else []
    parts += [said["form"]] if "form" in said else []
    fields = {**common["properties"]}
    required = [*common["required"]]
    for part in parts:
        fields |= part["properties"]
        required += part["required"]
    first = [name for name, field in fields.items() if "x-group" not in field]
    own = [name for part in parts for name in part["properties"]]
    order = [*first, *own, *(name for name in fields if name not in first and name not in own)]
    return {
        "type": "object",
        "required": required,
        "properties": {name: _worded(fields[name]) for name in order},
    }


def _worded(field: Mapping[str, Any]) -> dict[str, Any]:
    """The field with the words that it may hold."""
    known = {**field}
    words = known.pop("x-words", None)
    if words:
        known["enum"] = licences() if words == "licenses" else list(getattr(facets(), words))
    return known


def _read(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    findings = Findings(path.name, text)
    root = document.read(text, findings)
    assert root is not None and not findings.failed, f"{path} is not right"
    found = document.plain(root)
    assert isinstance(found, dict)
    return found
