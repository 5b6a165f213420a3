"""What makes a module fit: who may see it, the words, the chosen facets; and how well it fits."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, and_, cast, func, literal_column, or_
from sqlalchemy.dialects.postgresql import ARRAY

from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.schemas import Visibility
from fairhaven.core.policy import Actor
from fairhaven.projects import service as projects

Chosen = Mapping[str, Sequence[str]]

FACETS = ("tasks", "libraries", "categories", "data_type", "tags")
MOST_CHOSEN = 20  # values of one facet that a question may choose
LONGEST_QUERY = 200
LONGEST_TEXT = 20_000  # characters of a description whose words can be found
_ENGLISH: ColumnElement[Any] = literal_column("'english'::regconfig")
# How much a word counts in D (description), C (summary), B (tags, tasks, …), A (title, name).
_RANKS: ColumnElement[Any] = literal_column("'{0.05, 0.15, 0.5, 1.0}'::real[]")
_PLAIN_WORD = re.compile(r"[^\W_]{2,}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without what PostgreSQL refuses, and not too long."""
    return _CONTROL.sub(" ", text[:LONGEST_QUERY]).strip()


def tidy(chosen: Chosen) -> dict[str, list[str]]:
    """Only known facets, each with sorted values; a facet without values is left out."""
    found = {name: sorted({clean(value) for value in chosen.get(name, ())})[:MOST_CHOSEN] for name in FACETS}
    return {name: values for name, values in found.items() if values}


def visible(actor: Actor) -> ColumnElement[bool]:
    """The modules that are there and that the actor may see."""
    there = ModuleRow.removed_at.is_(None)
    if actor.administrator:
        return there
    of_projects = ModuleRow.project_id.in_(projects.visible_ids(actor))
    return and_(there, or_(ModuleRow.visibility == Visibility.PUBLIC, of_projects))


def fitting(actor: Actor, q: str, chosen: Chosen) -> list[ColumnElement[bool]]:
    """The conditions of a list; `q` and `chosen` are clean and tidy."""
    conditions = [visible(actor)]
    if q:
        conditions.append(ModuleRow.search.op("@@")(tsquery(q)))
    return conditions + chosen_in(ModuleRow.terms, chosen)


def chosen_in(terms: Any, chosen: Chosen) -> list[ColumnElement[bool]]:
    """For each facet with chosen values: that `terms` holds any of them."""
    wanted = ([f"{facet}={value}" for value in values] for facet, values in chosen.items())
    return [terms.op("&&", is_comparison=True)(cast(values, ARRAY(Text))) for values in wanted]


def score(q: str, search: ColumnElement[Any]) -> ColumnElement[int]:
    """How well a module fits the words: a whole number, so that a cursor can name it exactly."""
    return cast(func.ts_rank(_RANKS, search, tsquery(q)) * 1_000_000, Integer)


def tsquery(q: str) -> ColumnElement[Any]:
    """The words as a question; the last one may be the beginning of a word, for those who still type."""
    asked: ColumnElement[Any] = func.websearch_to_tsquery(_ENGLISH, q)
    *before, last = q.split()
    if '"' in q or not _PLAIN_WORD.fullmatch(last):
        return asked
    begun: ColumnElement[Any] = func.to_tsquery(_ENGLISH, f"{last}:*")
    if before:
        begun = func.websearch_to_tsquery(_ENGLISH, " ".join(before)).op("&&")(begun)
    return asked.op("||")(begun)


def terms_of(row: ModuleRow) -> list[str]:
    """What filters look for: `facet=value` for every value of every facet."""
    return [f"{name}={value}" for name in FACETS for value in getattr(row, name)]


def search_vector(row: ModuleRow) -> ColumnElement[Any]:
    """The words of a module, weighted; to be assigned to its column `search`."""
    lists = " ".join(value for name in FACETS for value in getattr(row, name))
    named = f"{row.name} {row.title}"
    weighted = ((named, "A"), (lists, "B"), (row.summary, "C"), (row.description[:LONGEST_TEXT], "D"))
    vectors = [
        func.setweight(func.to_tsvector(_ENGLISH, text), literal_column(f"'{weight}'"))
        for text, weight in weighted
    ]
    joined: ColumnElement[Any] = vectors[0]
    for vector in vectors[1:]:
        joined = joined.op("||")(vector)
    return joined
