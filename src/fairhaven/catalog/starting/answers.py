"""What somebody answered to a template's form, checked, and as the template's text needs it."""

import keyword
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fairhaven.catalog.exports.cff import name_parts
from fairhaven.catalog.metadata.identifiers import bare_orcid
from fairhaven.catalog.schemas.templates import Template
from fairhaven.catalog.starting import shelf
from fairhaven.catalog.starting.inputs import INPUTS
from fairhaven.catalog.toolbox.values import FormInvalid, completed
from fairhaven.core.schemas import FieldError

# Packages that a new module installs: one of the same name would stand in their place.
_TAKEN = frozenset(("deepaas", "hatchling", "marshmallow", "pip", "pytest", "setuptools", "tests", "webargs"))
_HINTS = {
    "TensorFlow": '"tensorflow>=2.18",',
    "PyTorch": '"torch>=2.6",',
    "Keras": '"keras>=3.6",',
    "Scikit-learn": '"scikit-learn>=1.5,<2",',
    "XGBoost": '"xgboost>=2.1",',
    "LightGBM": '"lightgbm>=4.5",',
    "CatBoost": '"catboost>=1.2",',
}


@dataclass(frozen=True)
class Base:
    """The module that a child is made from, at its release.

    Attributes:
        source: https address of its repository.
        distribution: its name as a Python package; `entry` is that of its entry point.
        tasks, libraries, data_types: the words of its metadata, which are the child's too.
    """

    name: str
    title: str
    source: str
    commit: str
    version: str
    distribution: str
    entry: str
    license: str | None
    tasks: tuple[str, ...]
    libraries: tuple[str, ...]
    data_types: tuple[str, ...]

    @property
    def requirement(self) -> str:
        return f"{self.distribution} @ git+{self.source}@{self.commit}"


def checked(template: Template, values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with defaults filled in.

    Raises:
        FormInvalid: one is missing or not allowed, or the name cannot be a package's.
    """
    trimmed = {name: each.strip() if isinstance(each, str) else each for name, each in values.items()}
    given = completed(template.form, trimmed, {})
    if words := _unusable(given["name"]):
        raise FormInvalid(f"name: {words}", errors=[FieldError(field="name", message=words)])
    return given


def context(
    template: Template, given: Mapping[str, Any], *, today: date, base: Base | None = None
) -> dict[str, Any]:
    """Everything that a template's text may name."""
    about = shelf.about(template.name)
    family, first = name_parts(given["author"])
    kinds = _of_base(base) if base else _of_answers(given)
    dependencies = [*([base.requirement] if base else []), *about["dependencies"]]
    return {
        "orcid": "", "affiliation": "",
        **given,
        **({"orcid": bare_orcid(given["orcid"])} if given.get("orcid") else {}),
        **kinds,
        "template": template.name,
        "package": given["name"].replace("-", "_"),
        "about": about["about"],
        "categories": about["categories"],
        "dependencies": dependencies,
        "family": family, "given": first,
        "today": today.isoformat(), "year": today.year,
        "base": base,
    }  # fmt: skip


def _of_answers(given: Mapping[str, Any]) -> dict[str, Any]:
    library, data_type = given["library"], given["data_type"]
    hint = f"{_HINTS[library]} for when you use it" if library in _HINTS else ""
    words = [given["task"].lower(), data_type.lower()]
    return {
        "tasks": [given["task"]],
        "libraries": [library],
        "data_types": [data_type],
        "tags": list(dict.fromkeys(word for word in words if word != "other")) or ["new"],
        "input": INPUTS[data_type],
        "library_hint": hint,
    }


def _of_base(base: Base) -> dict[str, Any]:
    return {
        "tasks": base.tasks or ("Other",),
        "libraries": base.libraries or ("Other",),
        "data_types": base.data_types,
        "tags": [base.name],
        "input": None,
        "library_hint": "",
    }


def _unusable(name: str) -> str:
    package = name.replace("-", "_")
    if keyword.iskeyword(package) or package in sys.stdlib_module_names or name in _TAKEN:
        return f"`{name}` is a name of Python's own or of a package that is needed: choose another."
    return ""
