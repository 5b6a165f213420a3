"""Reading the audit log, and looking whether somebody tampered with it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Row, Select, String, cast, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from fairhaven.audit import chain, policy
from fairhaven.audit.appending import FACT, told
from fairhaven.audit.chain import Checker, Finding, Line, Wrong
from fairhaven.audit.models import ChainRow, EntryRow
from fairhaven.audit.schemas import Entry, Exported, Filter, Flaw, Verification
from fairhaven.core import facts, marks, pagination
from fairhaven.core.errors import BadRequest, NotFound
from fairhaven.core.facts import FactRow, Unnumbered
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import Page
from fairhaven.facts.identity import PersonErased

PIECE = 250  # lines that are read at a time: a hundredth of a second in which nothing else is answered
SHOWN = 50  # flaws that one verification tells
MOST = 100_000  # lines that one verification looks at
SLACK = timedelta(minutes=5)  # between the making of an identifier and its fact's `seq`

Lines: TypeAlias = Select[*tuple[Any, ...]]
_LINE: Lines = select(*FACT, EntryRow.number, EntryRow.hash)


async def entries(
    session: AsyncSession, actor: Actor, wanted: Filter, *, limit: int, cursor: str | None
) -> Page[Entry]:
    """What the actor may read, newest first."""
    policy.can_read_own_acts.check(actor)
    query = _LINE.outerjoin(EntryRow, EntryRow.fact_id == FactRow.id)
    query = _filtered(query, actor, wanted)
    if cursor:
        query = query.where(FactRow.seq < _position(cursor))
    rows = (await session.execute(query.order_by(FactRow.seq.desc()).limit(limit + 1))).all()
    more = len(rows) > limit
    last = rows[limit - 1].seq if more else None
    return Page(items=[_entry(row) for row in rows[:limit]], next=pagination.encode([last]) if more else None)


async def entry(session: AsyncSession, actor: Actor, entry_id: UUID) -> Entry:
    """One line.

    Raises:
        NotFound: there is none that the actor may read.
    """
    policy.can_read_own_acts.check(actor)
    query = _LINE.outerjoin(EntryRow, EntryRow.fact_id == FactRow.id)
    row = (await session.execute(query.where(FactRow.id == entry_id, _readable(actor)))).one_or_none()
    if row is None:
        raise NotFound()
    return _entry(row)


async def numbered(session: AsyncSession, actor: Actor, wanted: Filter, *, after: int) -> Sequence[Exported]:
    """The next piece of an export, oldest first, with each fact as it was hashed."""
    policy.can_read_own_acts.check(actor)
    query = _filtered(_LINE.join(EntryRow, EntryRow.fact_id == FactRow.id), actor, wanted)
    rows = await session.execute(query.where(EntryRow.number > after).order_by(EntryRow.number).limit(PIECE))
    return [Exported(_entry(row), marks.canonical(told(row)), row.salt) for row in rows]


async def verify(
    session: AsyncSession, actor: Actor, *, after: int = 0, limit: int = MOST, expect: str | None = None
) -> Verification:
    """Follow the chain through `limit` lines after line `after`; at its end, look at what the log lacks.

    Args:
        expect: `NUMBER:HASH` as an earlier verification told it; the log must still have that line.

    Raises:
        BadRequest: there is no line `after`, or `expect` is no such pair.
    """
    policy.can_verify.check(actor)
    checker = Checker(after, await _hash_of(session, after))
    end, last = await _end(session)
    flaws: list[Finding] = []
    until = after + limit
    async for piece in _pieces(session, after, until):
        flaws.extend(checker.check(piece))
    goes_on = until < last
    if not goes_on:
        flaws.extend(chain.ends(checker, end.number, end.hash))
        flaws.extend(await _unlisted(session))
        flaws.extend(await _erased_by_nobody(session))
    if expect:
        flaws.extend(await _expected(session, expect))
    return Verification(
        checked=checker.number - after,
        number=checker.number,
        hash=checker.hash,
        next=checker.number if goes_on else None,
        waiting=await session.scalar(select(func.count()).select_from(Unnumbered)) or 0,
        flaws=[Flaw(wrong=each.wrong, number=each.number, says=each.says) for each in flaws[:SHOWN]],
    )


async def end(session: AsyncSession, actor: Actor) -> tuple[int, str]:
    """The number and the hash of the last line."""
    policy.can_verify.check(actor)
    found, _ = await _end(session)
    return found.number, found.hash


def sentence(kind: str, actor: str, data: Mapping[str, Any]) -> str:
    """A fact as people read it; its kind, when no fact of this version is called so."""
    fact = facts.kinds.get(kind)
    if fact is None:
        return kind
    try:
        values = fact.model_validate(data).model_dump(mode="json")
    except ValidationError:
        values = dict(data)
    return fact.says.format_map(_Words({**values, "actor": actor}))


class _Words(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def _filtered(query: Lines, actor: Actor, wanted: Filter) -> Lines:
    query = query.where(_readable(actor), *_who(actor, wanted.who))
    if wanted.kind:
        family = FactRow.kind.startswith(f"{wanted.kind}.", autoescape=True)
        query = query.where(or_(FactRow.kind == wanted.kind, family))
    if wanted.thing:
        query = query.where(FactRow.subject_id == wanted.thing)
    if wanted.project:
        query = query.where(FactRow.project_id == wanted.project)
    if wanted.begin:
        query = query.where(FactRow.created_at >= wanted.begin, FactRow.seq >= _seq_at(wanted.begin - SLACK))
    if wanted.end:
        query = query.where(FactRow.created_at < wanted.end, FactRow.seq <= _seq_at(wanted.end + SLACK))
    if wanted.text:
        places = (FactRow.actor_name, FactRow.kind, FactRow.address, cast(FactRow.data, String))
        query = query.where(or_(*(place.icontains(wanted.text, autoescape=True) for place in places)))
    return query


def _readable(actor: Actor) -> Any:
    """Administrators read all, managers their projects', everybody what they did themselves."""
    if policy.can_read_everything.allows(actor):
        return true()
    managed = [each for each in actor.roles if policy.can_read_a_project.allows(actor, each)]
    own = FactRow.actor_id == actor.id
    if actor.project:  # the credential is for one project only
        own = own & (FactRow.project_id == actor.project)
    return or_(own, FactRow.project_id.in_(managed)) if managed else own


def _who(actor: Actor, who: str) -> list[Any]:
    if not who:
        return []
    if who == "me":
        return [FactRow.actor_id == actor.id]
    try:
        return [FactRow.actor_id == UUID(who)]
    except ValueError:
        return [func.lower(FactRow.actor_name) == who.lower()]


def _seq_at(moment: datetime) -> Any:
    """About the `seq` of a moment, by an index: identifiers begin with the time. Past the end: the most."""
    milliseconds = max(0, int(moment.timestamp() * 1000)) & ((1 << 48) - 1)
    first = select(FactRow.seq).where(FactRow.id >= UUID(int=milliseconds << 80))
    return func.coalesce(first.order_by(FactRow.id).limit(1).scalar_subquery(), (1 << 63) - 1)


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    return Entry(
        id=row.id,
        number=row.number,
        hash=row.hash,
        at=row.created_at,
        kind=row.kind,
        says=sentence(row.kind, row.actor_name, row.data),
        actor_id=row.actor_id,
        actor=row.actor_name,
        thing=row.subject_id,
        project=row.project_id,
        address=row.address,
        request=row.request_id,
        data=row.data,
    )


def _position(cursor: str) -> int:
    value = pagination.decode(cursor)[0]
    if not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise BadRequest("The cursor is not one of ours.", fix="Start again without `cursor`.")
    return value


async def _pieces(session: AsyncSession, after: int, until: int) -> AsyncIterator[list[Line]]:
    lines = select(EntryRow.number, EntryRow.hash, *FACT).outerjoin(FactRow, FactRow.id == EntryRow.fact_id)
    while True:
        part = lines.where(EntryRow.number > after, EntryRow.number <= until)
        rows = (await session.execute(part.order_by(EntryRow.number).limit(PIECE))).all()
        if not rows:
            return
        yield [Line(row.number, row.hash, marks.canonical(told(row)) if row.id else None) for row in rows]
        after = rows[-1].number


async def _end(session: AsyncSession) -> tuple[ChainRow, int]:
    """Where the chain says that it ends, and its last line, of one moment."""
    last = select(func.coalesce(func.max(EntryRow.number), 0)).scalar_subquery()
    found = (await session.execute(select(ChainRow, last))).one_or_none()
    if found is None:
        raise BadRequest("The audit log has no end any more: its row in `audit_chain` is gone.")
    return found[0], found[1]


async def _hash_of(session: AsyncSession, number: int) -> str:
    if number == 0:
        return chain.BEGINNING
    found = await session.scalar(select(EntryRow.hash).where(EntryRow.number == number))
    if found is None:
        raise BadRequest(f"The audit log has no line {number}.", fix="Begin at 0.")
    return found


async def _unlisted(session: AsyncSession) -> list[Finding]:
    """Facts that have no line and wait for none: somebody took them off the list, or their line."""
    known = exists().where(EntryRow.fact_id == FactRow.id)
    waits = exists().where(Unnumbered.fact_id == FactRow.id)
    rows = await session.execute(
        select(FactRow.seq, FactRow.id).where(~known, ~waits).order_by(FactRow.seq).limit(SHOWN)
    )
    return [Finding(Wrong.UNLISTED, 0, f"The fact {id} (seq {seq}) has no line.") for seq, id in rows]


async def _erased_by_nobody(session: AsyncSession) -> list[Finding]:
    """Lines whose actor is gone though nobody erased them: a name was hidden."""
    fact = aliased(FactRow)
    told = exists().where(fact.kind == PersonErased.kind, fact.subject_id == FactRow.actor_id)
    hidden = select(EntryRow.number).join(FactRow, EntryRow.fact_id == FactRow.id)
    hidden = hidden.where(FactRow.mark.is_not(None), FactRow.salt.is_(None), ~told)
    numbers = await session.scalars(hidden.order_by(EntryRow.number).limit(SHOWN))
    return [Finding(Wrong.HIDDEN, each, f"Line {each} does not say any more who it was.") for each in numbers]


async def _expected(session: AsyncSession, expect: str) -> list[Finding]:
    number, _, hash = expect.partition(":")
    if not number.isdigit() or len(number) > 18 or len(hash) != len(chain.BEGINNING):
        raise BadRequest("Write what is expected as NUMBER:HASH.")
    found = await session.scalar(select(EntryRow.hash).where(EntryRow.number == int(number)))
    if found == hash.lower():
        return []
    says = f"Line {number} is {'gone' if found is None else 'another one'}: it was written down as {hash}."
    return [Finding(Wrong.UNEXPECTED, int(number), says)]
