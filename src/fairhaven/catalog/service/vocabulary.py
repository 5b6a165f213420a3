"""Words of the catalog that somebody may see, and which of them a misspelt word was meant to be.

A process keeps the words for a minute: those that everybody sees, with those of the actor's own projects.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Integer, Text, Uuid, bindparam, column, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog.models import ModuleRow, WordRow
from fairhaven.catalog.schemas import Visibility
from fairhaven.catalog.service import words
from fairhaven.catalog.service.terms import LISTS
from fairhaven.core.policy import Actor
from fairhaven.projects import service as projects

PUBLIC = UUID(int=0)
WORDS_LAST = 60.0
VOCABULARIES_KEPT = 32
MOST_WORDS = 50_000  # of one scope, the most frequent
SHORTEST = 4  # letters of a word that is corrected; shorter ones are near to too many others
LONG = 7  # letters from which two of them may be wrong


@dataclass(frozen=True)
class Vocabulary:
    """Words and in how many modules they are."""

    counts: Mapping[str, int]
    # By length: beginnings of words, and the most frequent word that begins so.
    begun: dict[int, dict[str, str]] = field(default_factory=dict)

    def knows(self, word: str, *, begun: bool) -> bool:
        return word in self.counts or (begun and word in self._beginnings(len(word)))

    def nearest(self, word: str, *, begun: bool) -> str | None:
        """The word that was most likely meant: the least mistakes, then the most frequent."""
        if len(word) < SHORTEST:
            return None
        if found := self._near(word, self.counts, 2 if len(word) >= LONG else 1):
            return min(
                found, key=lambda each: (each[1], each[0][0] != word[0], -self.counts[each[0]], each[0])
            )[0]
        if not begun:
            return None
        beginnings = {**self._beginnings(len(word)), **self._beginnings(len(word) + 1)}
        meant = {beginnings[found] for found, _ in self._near(word, beginnings, 1)}
        return max(meant, key=lambda each: (self.counts[each], each), default=None)

    def _near(self, word: str, among: Iterable[str], most: int) -> list[tuple[str, int]]:
        # Imported when first needed: most processes never correct a word.
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = process.extract(word, list(among), scorer=OSA.distance, score_cutoff=most, limit=200)
        return [(found, int(distance)) for found, distance, _ in near]

    def _beginnings(self, length: int) -> dict[str, str]:
        if length not in self.begun:
            made: dict[str, str] = {}
            for word in sorted(self.counts, key=self.counts.__getitem__):
                if len(word) >= length:
                    made[word[:length]] = word
            self.begun[length] = made
        return self.begun[length]


@dataclass
class _Kept:
    """Vocabularies by the scopes that they are of, and until when they are believed."""

    found: dict[tuple[UUID, ...], tuple[float, Vocabulary]] = field(default_factory=dict)
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


_kept: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()


async def corrected(session: AsyncSession, actor: Actor, q: str) -> str | None:
    """The question with words that no module has exchanged for some that one has; None: there are none.

    Only words of modules that the actor may see are offered.
    """
    asked = words.read(q).correctable
    if not asked:
        return None
    known = await _vocabulary(session, actor)
    better = {}
    for token in asked:
        word, begun = token.text.lower(), token.kind == "begun"
        if not known.knows(word, begun=begun) and (found := known.nearest(word, begun=begun)):
            better[word] = found
    return words.replaced(q, better) if better else None


async def learn_words(session: AsyncSession) -> None:
    """Count the words of all modules anew; hidden modules have none."""
    present = select(
        ModuleRow.visibility, ModuleRow.project_id, ModuleRow.name, ModuleRow.title, ModuleRow.summary,
        *(getattr(ModuleRow, name) for name in LISTS),
    ).where(ModuleRow.removed_at.is_(None), ~ModuleRow.hidden)  # fmt: skip
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    async for rows in (await session.stream(present.execution_options(yield_per=500))).partitions():
        await asyncio.to_thread(_count, rows, counts)
    await session.execute(delete(WordRow))
    for scope, counted in counts.items():
        await _write(session, scope, counted.most_common(MOST_WORDS))


def forget_words(session: AsyncSession) -> None:
    """Read the words afresh, in this process."""
    _kept.pop(session.get_bind(), None)


def _count(rows: Sequence[Any], counts: dict[UUID, Counter[str]]) -> None:
    for visibility, project_id, *texts in rows:
        scope = PUBLIC if visibility == Visibility.PUBLIC else project_id
        said = " ".join(" ".join(text) if isinstance(text, list) else text for text in texts)
        counts[scope].update(set(words.words_of(said)) - words.STOP_WORDS)


async def _write(session: AsyncSession, scope: UUID, counted: Sequence[tuple[str, int]]) -> None:
    given = (
        func.unnest(
            bindparam("words", [word for word, _ in counted], ARRAY(Text)),
            bindparam("counts", [count for _, count in counted], ARRAY(Integer)),
        )
        .table_valued(column("word", Text), column("modules", Integer))
        .render_derived()
    )
    made = select(bindparam("scope", scope, Uuid), given.c.word, given.c.modules)
    await session.execute(insert(WordRow).from_select(["scope", "word", "modules"], made))


async def _vocabulary(session: AsyncSession, actor: Actor) -> Vocabulary:
    kept = _kept.setdefault(session.get_bind(), _Kept())
    scopes = () if actor.administrator else (PUBLIC, *projects.mine(actor))  # none: all of them
    async with kept.asking:
        until, found = kept.found.get(scopes, (0.0, Vocabulary({})))
        if until < time.monotonic():
            found = await _read(session, scopes)
            if len(kept.found) >= VOCABULARIES_KEPT:
                kept.found.clear()
            kept.found[scopes] = (time.monotonic() + WORDS_LAST, found)
    return found


async def _read(session: AsyncSession, scopes: Sequence[UUID]) -> Vocabulary:
    total = func.sum(WordRow.modules)
    query = select(WordRow.word, total).group_by(WordRow.word).order_by(total.desc()).limit(MOST_WORDS)
    if scopes:
        query = query.where(WordRow.scope.in_(scopes))
    return Vocabulary({word: int(count) for word, count in await session.execute(query)})
