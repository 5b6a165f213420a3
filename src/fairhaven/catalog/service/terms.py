"""What a module can be filtered by: its facets and their values, as terms in one column.

Whoever changes what terms are made of writes them anew: `row.terms = terms_of(row)`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, literal
from sqlalchemy.dialects.postgresql import ARRAY

from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.schemas.searching import FACETS
from fairhaven.projects import service as projects

# Facets that are lists of the module's own words; these words are also searched.
LISTS = ("tasks", "libraries", "categories", "data_type", "tags")

__all__ = ["BANDS", "FACETS", "HAS", "LISTS", "UNKNOWN", "band_of", "has_of", "terms_of"]

HAS = ("release", "doi", "dataset", "evaluation", "weights", "service")
BANDS = {"90-100": 90, "75-89": 75, "50-74": 50, "0-49": 0}
UNKNOWN = "unknown"


def terms_of(row: ModuleRow) -> ColumnElement[Any]:
    """What filters look for: `facet=value` for every value of every facet; to be assigned to `terms`."""
    plain = [f"{name}={value}" for name in LISTS for value in getattr(row, name)]
    plain += [f"license={found}"] if (found := _licence(row)) else []
    plain += [f"has={each}" for each in has_of(row)]
    plain.append(f"fair={band_of(row.fair_score)}")
    made: ColumnElement[Any] = literal(plain, ARRAY(Text))
    return made.op("||")(literal("project=", Text).op("||")(projects.slug_of(row.project_id)))


def has_of(row: ModuleRow) -> Sequence[str]:
    """What there is of a module, beyond its text."""
    content = row.content or {}
    links = content.get("links") or {}
    there = {
        "release": row.latest_release_id,
        "doi": row.doi or content.get("doi") or links.get("zenodo_doi"),
        "dataset": content.get("datasets") or links.get("dataset"),
        "evaluation": content.get("evaluations"),
        "weights": links.get("weights") or any(_weights(content)),
        "service": row.served,
    }
    return [name for name in HAS if there[name]]


def band_of(score: int | None) -> str:
    """The band of a FAIR score; modules that were never assessed are in one of their own."""
    if score is None:
        return UNKNOWN
    return next(band for band, least in BANDS.items() if score >= least)


def _licence(row: ModuleRow) -> str | None:
    """The authors' licence, or what the forge says where they are silent."""
    filled = (row.filled or {}).get("license") or {}
    found = row.license or filled.get("value")
    return str(found) if found else None


def _weights(content: dict[str, Any]) -> Iterator[bool]:
    return (each.get("role") == "weights" for each in content.get("files") or ())
