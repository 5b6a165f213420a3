"""Counts for facets: one query, whose answer is kept for some seconds.

All readers of one filter who may see the same projects get the same numbers, so a busy first page is
counted once every `COUNTS_LAST` seconds by each process, and not for every reader.
"""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import CTE, Select, String, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import ModuleRow
from fairhaven.catalog.schemas import FacetCount, Facets
from fairhaven.catalog.service import searching
from fairhaven.catalog.service.searching import FACETS, Chosen
from fairhaven.core.policy import Actor

MOST_VALUES = 8  # of one facet that are told
COUNTS_LAST = 5.0
COUNTS_KEPT = 512


@dataclass
class _Kept:
    """The counts of one database; `asking` lets several readers of one question wait for one answer."""

    answers: dict[Any, tuple[float, Facets]] = field(default_factory=dict)
    asking: dict[Any, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))


_kept: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()


async def facets(session: AsyncSession, actor: Actor, q: str = "", chosen: Chosen | None = None) -> Facets:
    """How many modules fit, and how many would for each value of each facet, given the other facets' choice.

    The numbers may be `COUNTS_LAST` seconds old.
    """
    policy.can_list.check(actor)
    q, wanted = searching.clean(q), searching.tidy(chosen or {})
    kept = _kept.setdefault(session.get_bind(), _Kept())
    seen_by = "all" if actor.administrator else frozenset(actor.roles)
    key = (seen_by, q, tuple((name, tuple(values)) for name, values in wanted.items()))
    if found := _fresh(kept, key):
        return found
    async with kept.asking[key]:
        if found := _fresh(kept, key):
            return found
        counted = await _count(session, actor, q, wanted)
        _keep(kept, key, counted)
    return counted


def forget_counts(session: AsyncSession) -> None:
    """Count afresh from now on, in this process, because a module came or went."""
    _kept.pop(session.get_bind(), None)


def _fresh(kept: _Kept, key: Any) -> Facets | None:
    until, found = kept.answers.get(key, (0.0, None))
    return found if until > time.monotonic() else None


def _keep(kept: _Kept, key: Any, counted: Facets) -> None:
    if len(kept.answers) >= COUNTS_KEPT:
        kept.answers.clear()
        kept.asking.clear()
    kept.answers[key] = (time.monotonic() + COUNTS_LAST, counted)


async def _count(session: AsyncSession, actor: Actor, q: str, chosen: Chosen) -> Facets:
    """One query: the words are looked for once, then counted without each chosen facet in turn."""
    fits = zip(chosen, searching.chosen_in(ModuleRow.terms, chosen), strict=True)
    found = (
        select(ModuleRow.terms, *(fit.label(name) for name, fit in fits))
        .where(*searching.fitting(actor, q, {}))
        .cte("found")
        .prefix_with("MATERIALIZED")
    )
    parts = [_total(found, chosen), _counts(found, chosen, without=None)]
    parts += [_counts(found, chosen, without=name) for name in chosen]
    rows = (await session.execute(union_all(*parts))).all()
    total = next(count for term, count in rows if not term)
    groups: dict[str, list[FacetCount]] = {name: [] for name in FACETS}
    for term, count in rows:
        name, _, value = term.partition("=")
        if name:
            groups[name].append(FacetCount(value=value, count=count))
    shown = {name: _shown(values, chosen.get(name, ())) for name, values in groups.items()}
    return Facets(total=total, groups=shown)


def _total(found: CTE, chosen: Chosen) -> Select[str, int]:
    fits = (found.c[name] for name in chosen)
    return select(literal("", String), func.count()).select_from(found).where(*fits)


def _counts(found: CTE, chosen: Chosen, *, without: str | None) -> Select[str, int]:
    """Terms and how often they occur: of facet `without` as if it were not chosen, or of all others."""
    fits = (found.c[name] for name in chosen if name != without)
    terms = select(func.unnest(found.c.terms).label("term")).where(*fits).subquery()
    counted = select(terms.c.term, func.count()).group_by(terms.c.term)
    if without:
        return counted.where(terms.c.term.startswith(f"{without}=", autoescape=True))
    return counted.where(*(~terms.c.term.startswith(f"{name}=", autoescape=True) for name in chosen))


def _shown(found: list[FacetCount], chosen: Any) -> list[FacetCount]:
    """The most frequent values, and every chosen one even when nothing has it."""
    ranked = sorted(found, key=lambda each: (-each.count, each.value))
    shown = [each for rank, each in enumerate(ranked) if rank < MOST_VALUES or each.value in chosen]
    missing = set(chosen) - {each.value for each in shown}
    return shown + [FacetCount(value=value, count=0) for value in sorted(missing)]
