"""What makes a module fit: who may see it, the words, the chosen facets; and how well it fits."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.schemas import Visibility
from fairhaven.catalog.service import words
from fairhaven.catalog.service.terms import FACETS, LISTS, terms_of
from fairhaven.core.policy import Actor, Role
from fairhaven.projects import service as projects

Chosen = Mapping[str, Sequence[str]]

MOST_CHOSEN = 20  # values of one facet that a question may choose
LONGEST_QUERY = 200
LONGEST_TEXT = 20_000  # characters of a description whose words can be found
# By what rules `search` and `terms` are written; rows of lower numbers are written anew by `catalog.learn`.
INDEXED = 1
# English knows that `birds` are birds; simple keeps words as they are, so that names and other languages are
# found by their beginnings too.
_ENGLISH: ColumnElement[Any] = literal_column("'english'::regconfig")
_SIMPLE: ColumnElement[Any] = literal_column("'simple'::regconfig")
# How much a word counts in D (description), C (summary), B (tags, tasks, …), A (title, name).
_RANKS: ColumnElement[Any] = literal_column("'{0.05, 0.15, 0.5, 1.0}'::real[]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without what PostgreSQL refuses, and not too long."""
    return _CONTROL.sub(" ", text[:LONGEST_QUERY]).strip()


@dataclass(frozen=True)
class View:
    """Modules with one of these tags or one of these names: what a project's own pages show at first."""

    tags: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for: words and chosen facets, clean; with whom it may be shown to.

    It splits into a shape, for which a statement is built once, and the values that fill it: building
    would cost as much as asking.
    """

    administrator: bool
    mine: tuple[UUID, ...]
    mending: tuple[UUID, ...]
    q: str
    chosen: tuple[tuple[str, tuple[str, ...]], ...]
    view: View | None = None

    @classmethod
    def of(cls, actor: Actor, q: str, chosen: Chosen, view: View | None = None) -> "Wanted":
        known = ((name, {clean(value) for value in chosen.get(name, ())}) for name in FACETS)
        kept = tuple((name, tuple(sorted(values)[:MOST_CHOSEN])) for name, values in known if values)
        seen = (tuple(projects.mine(actor)), tuple(_mending(actor)))
        return cls(actor.administrator, *seen, clean(q), kept, view)

    def without(self, facet: str) -> "Wanted":
        return replace(self, chosen=tuple(each for each in self.chosen if each[0] != facet))

    @property
    def shape(self) -> "Shape":
        facets = tuple(name for name, _ in self.chosen)
        return Shape(self.administrator, words.read(self.q).shape, facets, self.view is not None)

    @property
    def values(self) -> dict[str, Any]:
        terms = {name: [f"{name}={value}" for value in values] for name, values in self.chosen}
        seen = {} if self.administrator else {"mine": list(self.mine), "mending": list(self.mending)}
        return {**seen, **words.read(self.q).values, **terms, **self._viewed()}

    def _viewed(self) -> dict[str, Any]:
        if self.view is None:
            return {}
        return {"view_terms": [f"tags={tag}" for tag in self.view.tags], "view_names": [*self.view.names]}


class Shape(NamedTuple):
    """Everything of a question but its values; a statement of it is asked with `Wanted.values`."""

    administrator: bool
    words: tuple[tuple[str, ...], ...]
    facets: tuple[str, ...]
    viewed: bool = False

    def fits(self) -> list[ColumnElement[bool]]:
        """The conditions of a list."""
        conditions = [_visible(projects.visible_ids_of(self.administrator))]
        if not self.administrator:
            mending: ColumnElement[Any] = bindparam("mending", type_=ARRAY(Uuid()))
            conditions.append(or_(~ModuleRow.hidden, ModuleRow.project_id == any_(mending)))
        if self.words:
            conditions.append(ModuleRow.search.op("@@")(self.tsquery()))
        for name in self.facets:
            terms: ColumnElement[Any] = bindparam(name, type_=ARRAY(Text))
            conditions.append(ModuleRow.terms.op("&&", is_comparison=True)(terms))
        if self.viewed:
            tagged = ModuleRow.terms.op("&&", is_comparison=True)(bindparam("view_terms", type_=ARRAY(Text)))
            conditions.append(or_(tagged, ModuleRow.name == any_(bindparam("view_names", type_=ARRAY(Text)))))
        return conditions

    def score(self, ranking: ColumnElement[Any]) -> ColumnElement[int]:
        """How well a module fits the words: a whole number, so that a cursor can name it exactly."""
        once = select(self.tsquery()).scalar_subquery()  # read once, and not for each module that is ranked
        return cast(func.ts_rank(_RANKS, ranking, once) * 1_000_000, Integer)

    def tsquery(self) -> ColumnElement[Any]:
        numbers = count()
        groups = [reduce(_and, [_asked(kind, next(numbers)) for kind in group]) for group in self.words]
        return reduce(_or, groups)


def _asked(kind: str, number: int) -> ColumnElement[Any]:
    """One part of a question: as English, or as it stands."""
    text: ColumnElement[Any] = bindparam(f"w{number}", type_=Text)
    query: Callable[..., ColumnElement[Any]] = func.to_tsquery if kind == "begun" else func.phraseto_tsquery
    english, simple = query(_ENGLISH, text), query(_SIMPLE, text)
    # The index would look for the same word twice.
    either = case((english == simple, simple), else_=_or(english, simple))
    return func.tsquery_not(either) if kind == "not" else either


def _and(first: ColumnElement[Any], second: ColumnElement[Any]) -> ColumnElement[Any]:
    return first.op("&&")(second)


def _or(first: ColumnElement[Any], second: ColumnElement[Any]) -> ColumnElement[Any]:
    return first.op("||")(second)


class Sight(NamedTuple):
    """`visible` for statements that are built once: they are then asked with `Sight.values(actor)`."""

    administrator: bool
    known: bool

    @classmethod
    def of(cls, actor: Actor) -> "Sight":
        return cls(actor.administrator, actor.id is not None)

    def condition(self) -> ColumnElement[bool]:
        seen = _visible(projects.visible_ids_of(self.administrator))
        if self.administrator:
            return seen
        mending: ColumnElement[Any] = bindparam("mending", type_=ARRAY(Uuid()))
        shown = [~ModuleRow.hidden, ModuleRow.project_id == any_(mending)]
        return and_(seen, or_(*shown, *([ModuleRow.owner_id == bindparam("me", type_=Uuid())] * self.known)))

    @staticmethod
    def values(actor: Actor) -> dict[str, Any]:
        mine = projects.mine(actor)  # asked of administrators too: it counts as asking a policy
        if actor.administrator:
            return {}
        return {"mine": mine, "mending": _mending(actor)} | ({"me": actor.id} if actor.id else {})


def visible(actor: Actor) -> ColumnElement[bool]:
    """The modules that are there and that the actor may see."""
    seen = _visible(projects.visible_ids(actor))
    if actor.administrator:
        return seen
    shown = [~ModuleRow.hidden, ModuleRow.project_id.in_(_mending(actor))]
    if actor.id is not None:  # nobody known owns nothing: `owner_id IS NULL` would be no rule
        shown.append(ModuleRow.owner_id == actor.id)
    return and_(seen, or_(*shown))


def _mending(actor: Actor) -> list[UUID]:
    """The projects whose modules the actor sees though their metadata was never right: they can mend it.

    Lists leave out an owner who is no developer any more, so that readers of one filter share its counts.
    """
    return sorted(project for project, role in actor.roles.items() if role >= Role.DEVELOPER)


def _visible(mine: Select[UUID]) -> ColumnElement[bool]:
    there = ModuleRow.removed_at.is_(None)
    return and_(there, or_(ModuleRow.visibility == Visibility.PUBLIC, ModuleRow.project_id.in_(mine)))


def index(row: ModuleRow) -> None:
    """Write what filters and words find the module by."""
    row.terms, row.search, row.indexed = terms_of(row), search_vector(row), INDEXED


def search_vector(row: ModuleRow) -> ColumnElement[Any]:
    """The words of a module, weighted; to be assigned to its column `search`."""
    lists = " ".join(value for name in LISTS for value in getattr(row, name))
    short = ((f"{row.name} {row.title}", "A"), (lists, "B"), (row.summary, "C"))
    vectors = [_weighted(config, text, weight) for config in (_ENGLISH, _SIMPLE) for text, weight in short]
    # A description as it stands would double the index, and its stems find nearly all that its words would.
    return reduce(_or, [*vectors, _weighted(_ENGLISH, row.description[:LONGEST_TEXT], "D")])


def _weighted(config: ColumnElement[Any], text: str, weight: str) -> ColumnElement[Any]:
    return func.setweight(func.to_tsvector(config, words.fold(text)), literal_column(f"'{weight}'"))
