"""The ledger of reservations: what is started is reserved first, so concurrent starts never overshoot.

Every reservation counts three times: for the installation, for its project, for its person there. Their
balances are locked in one order, compared with the limits, and written in the caller's transaction: with
the row of what was started, or not at all.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_UP, Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.core.errors import Problem
from fairhaven.projects.models import BalanceRow, QuotaRow, ReservationRow, SpentRow
from fairhaven.projects.schemas import Level
from fairhaven.projects.service.levels import limits_of

Amounts = Mapping[str, Decimal]
Changes = dict[tuple[str, str], Decimal]
"""Amounts by holder and resource."""
Whose = dict[tuple[str, str], str]
"""Whose a limit is, in words, where its holder does not tell."""

HOURLY = {"cpu_hours": "cpu", "gpu_hours": "gpu"}
"""Resources that time uses up, and of what."""
_THOUSANDTH = Decimal("0.001")


class QuotaReached(Problem):
    """Something was not started, because it would use more than somebody may."""

    status: ClassVar[int] = 409
    title: ClassVar[str] = "This would be more than the quota allows"
    fix: ClassVar[str] = "Stop something, ask for less, or ask a manager of the project for more."


def holder(level: Level, project_id: UUID | None = None, person_id: UUID | None = None) -> str:
    """The name by which balances and limits are kept."""
    match level:
        case Level.INSTALLATION:
            return "installation"
        case Level.PERSON:
            return f"person:{project_id}:{person_id}"
    return f"{level}:{project_id}"


async def reserve(
    session: AsyncSession,
    subject_id: UUID,
    project_id: UUID,
    person_id: UUID | None,
    amounts: Mapping[str, float],
) -> None:
    """Reserve resources for something, in place of what it had reserved before.

    Raises:
        QuotaReached: somebody's limit would be passed; the detail gives the numbers.
    """
    wanted = {name: exact(amount) for name, amount in amounts.items() if amount > 0}
    before = await _active(session, subject_id)
    holders = _holders(project_id, person_id)
    changes = _changes(holders, wanted)
    if before is not None:
        _add(changes, _held(before), sign=-1)
    async with session.begin_nested():
        used = await _apply(session, changes)
        limits, whose = await _limits(session, project_id, person_id)
        _check(used, limits, changes, whose)
        await _check_hours(session, holders, limits, wanted, whose)
    if before is not None:
        await _close(session, before)
    session.add(
        ReservationRow(
            subject_id=subject_id,
            project_id=project_id,
            person_id=person_id,
            amounts={name: str(amount) for name, amount in wanted.items()},
            since=now(),
        )
    )
    await session.flush()


async def release(session: AsyncSession, subject_id: UUID) -> bool:
    """Give back what something had reserved; whether it had. Doing so twice changes nothing."""
    row = await _active(session, subject_id)
    if row is None:
        return False
    changes: Changes = {}
    _add(changes, _held(row), sign=-1)
    await _apply(session, changes)
    await _close(session, row)
    return True


async def reclaim(session: AsyncSession, subjects: Iterable[UUID], *, older: timedelta) -> int:
    """Give back what things have reserved that are not among the living `subjects`; how many there were."""
    living = set(subjects)
    rows = await session.scalars(
        select(ReservationRow.subject_id).where(
            ReservationRow.released_at.is_(None), ReservationRow.since < now() - older
        )
    )
    lost = [subject_id for subject_id in rows if subject_id not in living]
    return sum([await release(session, subject_id) for subject_id in lost])


async def verify(session: AsyncSession) -> list[str]:
    """Balances that are not the sum of their active reservations, in words; none, if all is well."""
    told = {
        (row.holder, row.resource): row.used for row in await session.scalars(select(BalanceRow)) if row.used
    }
    summed: Changes = {}
    for row in await session.scalars(select(ReservationRow).where(ReservationRow.released_at.is_(None))):
        _add(summed, _held(row))
    keys = sorted({*told, *summed})
    return [
        f"{key}: {told.get(key, 0)} told, {summed.get(key, 0)} reserved"
        for key in keys
        if told.get(key, 0) != summed.get(key, 0)
    ]


async def running_hours(session: AsyncSession, of: str, at: datetime) -> dict[str, Decimal]:
    """Hours of this month that active reservations have used so far, by the name of the resource."""
    rows = await session.scalars(select(ReservationRow).where(ReservationRow.released_at.is_(None)))
    hours: dict[str, Decimal] = {}
    for row in rows:
        if of in _holders(row.project_id, row.person_id):
            for name, amount in _hours(row, max(row.since, _month_begin(at)), at).items():
                hours[name] = hours.get(name, Decimal(0)) + amount
    return hours


# --- the steps ---------------------------------------------------------------------------------------


def exact(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(_THOUSANDTH, rounding=ROUND_UP)


def _holders(project_id: UUID, person_id: UUID | None) -> list[str]:
    """Whose balances count: always in this order, in which they are locked."""
    both = [holder(Level.INSTALLATION), holder(Level.PROJECT, project_id)]
    return [*both, holder(Level.PERSON, project_id, person_id)] if person_id else both


async def _active(session: AsyncSession, subject_id: UUID) -> ReservationRow | None:
    found: ReservationRow | None = await session.scalar(
        select(ReservationRow)
        .where(ReservationRow.subject_id == subject_id, ReservationRow.released_at.is_(None))
        .with_for_update()
    )
    return found


def _changes(holders: list[str], amounts: Amounts) -> Changes:
    return {(each, name): amount for each in holders for name, amount in amounts.items()}


def _held(row: ReservationRow) -> Changes:
    """What a reservation adds to each balance."""
    amounts = {name: Decimal(amount) for name, amount in row.amounts.items()}
    return _changes(_holders(row.project_id, row.person_id), amounts)


def _add(to: Changes, more: Changes, *, sign: int = 1) -> None:
    for key, amount in more.items():
        to[key] = to.get(key, Decimal(0)) + sign * amount


async def _apply(session: AsyncSession, changes: Changes) -> Changes:
    """Add the changes to the balances, locked in one order; returns what they are now."""
    if not changes:
        return {}
    rows = [
        {"holder": each, "resource": name, "used": amount} for (each, name), amount in sorted(changes.items())
    ]
    made = insert(BalanceRow).values(rows)
    added = made.on_conflict_do_update(
        index_elements=["holder", "resource"], set_={"used": BalanceRow.used + made.excluded.used}
    ).returning(BalanceRow.holder, BalanceRow.resource, BalanceRow.used)
    found = await session.execute(added, execution_options={"populate_existing": True})
    return {(each, name): used for each, name, used in found}


async def _limits(session: AsyncSession, project_id: UUID, person_id: UUID | None) -> tuple[Changes, Whose]:
    """The limits that count, and whose they are. A person has their own, else those of their level, else
    those of everyone in the project.
    """
    everyone, person = holder(Level.EVERYONE, project_id), holder(Level.PERSON, project_id, person_id)
    names = [*_holders(project_id, person_id), everyone]
    rows = await session.execute(
        select(QuotaRow.holder, QuotaRow.resource, QuotaRow.amount).where(QuotaRow.holder.in_(names))
    )
    limits = {(each, name): amount for each, name, amount in rows}
    level, of_level = await limits_of(session, project_id, person_id) if person_id else ("", {})
    whose: Whose = {}
    for name, amount in of_level.items():
        if (person, name) not in limits:
            limits[person, name] = exact(amount)
            whose[person, name] = f"Each person with the level {level}, and so you,"
    for each, name in list(limits):
        if each == everyone:
            limits.setdefault((person, name), limits[each, name])
    return limits, whose


def _check(used: Changes, limits: Changes, changes: Changes, whose: Whose) -> None:
    for key, limit in sorted(limits.items()):
        more = changes.get(key, Decimal(0))
        if more > 0 and used[key] > limit:
            whom, before = whose.get(key) or _whose(key[0]), _said(used[key] - more)
            raise QuotaReached(
                f"{whom} may use {_said(limit)} {_words(key[1])} at once; {before} are in use, "
                f"and this asks for {_said(more)} more."
            )


async def _check_hours(
    session: AsyncSession, holders: list[str], limits: Changes, wanted: Amounts, whose: Whose
) -> None:
    """Nothing that uses up hours is begun when a month's hours are used up."""
    at = now()
    for (each, name), limit in sorted(limits.items()):
        if name not in HOURLY or HOURLY[name] not in wanted or each not in holders:
            continue
        spent = await session.get(SpentRow, (each, name, month_of(at)))
        ended = spent.amount if spent else Decimal(0)
        gone = ended + (await running_hours(session, each, at)).get(name, Decimal(0))
        if gone >= limit:
            whom = whose.get((each, name)) or _whose(each)
            raise QuotaReached(
                f"{whom} may use {_said(limit)} {_words(name)} a month; {_said(gone)} are used up."
            )


async def _close(session: AsyncSession, row: ReservationRow) -> None:
    """End a reservation, and note the hours that it used, month by month."""
    row.released_at = now()
    await session.flush()
    holders, begin = _holders(row.project_id, row.person_id), row.since
    while begin < row.released_at:
        end = min(_next_month(begin), row.released_at)
        for name, amount in _hours(row, begin, end).items():
            rows = [
                {"holder": each, "resource": name, "month": month_of(begin), "amount": amount}
                for each in holders
            ]
            added = insert(SpentRow)
            await session.execute(
                added.on_conflict_do_update(
                    index_elements=["holder", "resource", "month"],
                    set_={"amount": SpentRow.amount + added.excluded.amount},
                ),
                rows,
            )
        begin = end


def _hours(row: ReservationRow, begin: datetime, end: datetime) -> dict[str, Decimal]:
    seconds = Decimal(max((end - begin).total_seconds(), 0))
    return {
        name: (Decimal(row.amounts[of]) * seconds / 3600).quantize(_THOUSANDTH, rounding=ROUND_UP)
        for name, of in HOURLY.items()
        if of in row.amounts
    }


def month_of(at: datetime) -> date:
    return date(at.year, at.month, 1)


def _month_begin(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next_month(at: datetime) -> datetime:
    return _month_begin(_month_begin(at) + timedelta(days=32))


def _whose(each: str) -> str:
    return {"installation": "The whole installation", "project": "The project"}.get(
        each.partition(":")[0], "Each person, and so you,"
    )


def _words(name: str) -> str:
    words = {"cpu": "processors", "memory_mb": "MiB of memory", "gpu": "GPUs"}
    return words.get(name, name.replace("_", " "))


def _said(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
