"""What people call the filters of the catalog."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from fairhaven.catalog.service.terms import UNKNOWN
from fairhaven.ui.translations import gettext as _


def labels() -> Mapping[str, str]:
    return {
        "tasks": _("Task"),
        "libraries": _("Library"),
        "categories": _("Kind"),
        "data_type": _("Data"),
        "license": _("Licence"),
        "has": _("It has"),
        "fair": _("FAIR score, %"),
        "project": _("Project"),
        "tags": _("Tag"),
    }


def has() -> Mapping[str, str]:
    return {
        "release": _("release"),
        "doi": _("DOI"),
        "dataset": _("data set"),
        "evaluation": _("evaluation"),
        "weights": _("weights"),
        "service": _("public service"),
    }


def values() -> Mapping[str, Mapping[str, str]]:
    """The values that are not words for people already, by filter."""
    return {"has": has(), "fair": {UNKNOWN: _("not assessed")}}


def spoken(query: str) -> Sequence[tuple[str, str]]:
    """A filter, as it stands in an address, in words: what each part is of, and its value."""
    names, known = {"q": _("Words"), **labels()}, values()
    return [
        (names[name], known.get(name, {}).get(value, value))
        for name, value in parse_qsl(query)
        if name in names
    ]
