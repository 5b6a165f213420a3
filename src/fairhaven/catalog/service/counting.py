"""Counts for facets: each a plain question, whose answer is kept for some seconds.

All readers of one filter who may see the same projects get the same numbers, so a busy first page is
counted once every `COUNTS_LAST` seconds by each process, and not for every reader. Questions share
answers too: what one filter counts without its first facet is what another counts with its only one.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Executable, Text, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.schemas import FacetCount, Facets
from fairhaven.catalog.service.searching import Chosen, Shape, View, Wanted
from fairhaven.catalog.service.terms import BANDS, FACETS
from fairhaven.core.policy import Actor
from fairhaven.projects import service as projects

MOST_VALUES = 8  # of one facet that are told
MORE_VALUES = 100  # when somebody asks for more of it
COUNTS_LAST = 5.0
COUNTS_LAST_MOST = 60.0
COSTS = 500.0  # what took long is kept longer: counting takes less than a five-hundredth of the time
COUNTS_KEPT = 512
NAMES_LAST = 60.0


_Counts = Mapping[str, int]


@dataclass
class _Kept:
    """The counts of one database; `asking` lets several readers of one question wait for one answer."""

    answers: dict[Wanted, tuple[float, _Counts]] = field(default_factory=dict)
    asking: dict[Wanted, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    # What projects are called, by slug, and until when that is believed.
    names: dict[str, tuple[float, str | None]] = field(default_factory=dict)


_kept: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()


async def facets(
    session: AsyncSession,
    actor: Actor,
    q: str = "",
    chosen: Chosen | None = None,
    view: View | None = None,
    *,
    more: Collection[str] = (),
) -> Facets:
    """How many modules fit, and how many would for each value of each facet, given the other facets' choice.

    The numbers may be `COUNTS_LAST` seconds old, or older where counting is costly; `more` names facets of
    which more values are told.
    """
    policy.can_list.check(actor)
    wanted = Wanted.of(actor, q, chosen or {}, view)
    counts = await _counts(session, wanted)
    groups = _by_facet(counts)
    for name, _ in wanted.chosen:  # a facet is counted as if nothing of it were chosen
        groups[name] = _by_facet(await _counts(session, wanted.without(name)))[name]
    picked = dict(wanted.chosen)
    most = {name: MORE_VALUES if name in more else MOST_VALUES for name in FACETS}
    shown = {name: _shown(name, groups[name], picked.get(name, ()), most[name]) for name in FACETS}
    rest = {name: len(groups[name]) - len(shown[name]) for name in FACETS}
    shown["project"] = await _named(session, shown["project"])
    return Facets(
        total=counts[""], groups=shown, more={name: left for name, left in rest.items() if left > 0}
    )


def forget_counts(session: AsyncSession) -> None:
    """Count afresh from now on, in this process, because a module came or went."""
    _kept.pop(session.get_bind(), None)


async def _counts(session: AsyncSession, wanted: Wanted) -> _Counts:
    """How many fit, under an empty name, and how many of them have each term."""
    kept = _kept.setdefault(session.get_bind(), _Kept())
    if found := _fresh(kept, wanted):
        return found
    async with kept.asking[wanted]:
        if found := _fresh(kept, wanted):
            return found
        began = time.monotonic()
        rows = await session.execute(_statement(wanted.shape), wanted.values)
        counts = {str(term): int(count) for term, count in rows}
        _keep(kept, wanted, counts, time.monotonic() - began)
    return counts


def _fresh(kept: _Kept, wanted: Wanted) -> _Counts | None:
    until, found = kept.answers.get(wanted, (0.0, None))
    return found if until > time.monotonic() else None


def _keep(kept: _Kept, wanted: Wanted, counts: _Counts, took: float) -> None:
    if len(kept.answers) >= COUNTS_KEPT:
        kept.answers.clear()
        kept.asking.clear()
    lasts = min(max(COUNTS_LAST, took * COSTS), COUNTS_LAST_MOST)
    kept.answers[wanted] = (time.monotonic() + lasts, counts)


@lru_cache(maxsize=256)
def _statement(shape: Shape) -> Executable:
    found = select(ModuleRow.terms).where(*shape.fits()).cte("found").prefix_with("MATERIALIZED")
    total = select(literal("", Text), func.count()).select_from(found)
    terms = select(func.unnest(found.c.terms).label("term")).subquery()
    return union_all(total, select(terms.c.term, func.count()).group_by(terms.c.term))


def _by_facet(counts: _Counts) -> dict[str, list[FacetCount]]:
    groups: dict[str, list[FacetCount]] = {name: [] for name in FACETS}
    for term, count in counts.items():
        name, _, value = term.partition("=")
        if name in groups:
            groups[name].append(FacetCount(value=value, count=count))
    return groups


def _shown(name: str, found: list[FacetCount], chosen: Sequence[str], most: int) -> list[FacetCount]:
    """The most frequent values, and every chosen one even when nothing has it."""
    ranked = sorted(found, key=_band if name == "fair" else _frequency)
    shown = [each for rank, each in enumerate(ranked) if rank < most or each.value in chosen]
    missing = set(chosen) - {each.value for each in shown}
    return shown + [FacetCount(value=value, count=0) for value in sorted(missing)]


def _frequency(each: FacetCount) -> tuple[int, str]:
    return -each.count, each.value


def _band(each: FacetCount) -> int:
    """Bands stand in their own order, the best first."""
    return -BANDS.get(each.value, -1)


async def _named(session: AsyncSession, found: list[FacetCount]) -> list[FacetCount]:
    """With what projects are called; of those only that have a module here: no other name is told."""
    kept, moment = _kept.setdefault(session.get_bind(), _Kept()).names, time.monotonic()
    there = {each.value for each in found if each.count}
    if missing := {slug for slug in there if kept.get(slug, (0.0, ""))[0] < moment}:
        names = await projects.names(session, missing)
        kept.update({slug: (moment + NAMES_LAST, names.get(slug)) for slug in missing})
    return [each.model_copy(update={"label": kept[each.value][1]}) if each.count else each for each in found]
