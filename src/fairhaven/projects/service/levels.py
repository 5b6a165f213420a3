"""Levels: a role and limits under one name, as the settings give them.

The settings are copied into a table at every start, so that one statement answers what somebody may, and
all processes agree. Whoever has a level that the settings name no more counts as a viewer.
"""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import config
from fairhaven.core.facts import emit
from fairhaven.core.policy import Role
from fairhaven.facts.projects import LevelSet
from fairhaven.identity import service as identity
from fairhaven.projects.models import LevelRow, MembershipRow
from fairhaven.projects.schemas import AccessLevel

ROLES: Mapping[str, Role] = {each.name.lower(): each for each in Role}


async def align(session: AsyncSession, configured: Mapping[str, config.Level]) -> None:
    """Make the levels be those of the settings; whoever has one that changed is looked at anew."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("levels", 0))))
    present = {row.name: row for row in await session.scalars(select(LevelRow))}
    wanted = {name: _told(rank, level) for rank, (name, level) in enumerate(configured.items())}
    changed = [name for name in {*present, *wanted} if _of(present.get(name)) != wanted.get(name)]
    for name in sorted(changed):
        await _set(session, name, present.get(name), wanted.get(name))
    having = select(MembershipRow.person_id).where(MembershipRow.level.in_(changed)).distinct()
    for person_id in (await session.scalars(having)).all():
        await identity.forget(session, person_id)


async def known(session: AsyncSession) -> Mapping[str, Role]:
    """The role of every level, and of every role, by its name."""
    rows = await session.execute(select(LevelRow.name, LevelRow.role).order_by(LevelRow.rank))
    return {**ROLES, **{name: Role(role) for name, role in rows}}


def role_of(level: str, role: int | None) -> Role:
    """The role of a membership, given what the table of levels says of its level."""
    return ROLES.get(level) or Role(role or Role.VIEWER)


def height(level: str, role: int | None, rank: int | None) -> tuple[int, float]:
    """How high a membership is: by its role; of the same role, the later in the settings.

    A role by itself has no limits: it is the highest of those that give it.
    """
    return role_of(level, role), inf if level in ROLES else -1 if rank is None else rank


async def all_levels(session: AsyncSession) -> Sequence[AccessLevel]:
    """What can be given: roles first, then levels as they stand in the settings."""
    rows = await session.scalars(select(LevelRow).order_by(LevelRow.rank))
    roles = [AccessLevel(name=name, role=name) for name in ROLES]
    named = [
        AccessLevel(name=row.name, role=Role(row.role).name.lower(), limits=row.limits, says=row.says)
        for row in rows
    ]
    return [*roles, *named]


async def limits_of(
    session: AsyncSession, project_id: UUID, person_id: UUID
) -> tuple[str, Mapping[str, float]]:
    """The level that counts for somebody in a project, and what each person who has it may use."""
    rows = await session.execute(
        select(MembershipRow.level, LevelRow.role, LevelRow.rank, LevelRow.limits)
        .outerjoin(LevelRow, LevelRow.name == MembershipRow.level)
        .where(MembershipRow.project_id == project_id, MembershipRow.person_id == person_id)
    )
    best = max(rows, key=lambda row: height(row.level, row.role, row.rank), default=None)
    return (best.level, best.limits or {}) if best else ("", {})


async def _set(session: AsyncSession, name: str, row: LevelRow | None, wanted: dict[str, Any] | None) -> None:
    before = _of(row)
    if row is None:
        assert wanted is not None
        row = LevelRow(name=name, **wanted)
        session.add(row)
    elif wanted is None:
        await session.delete(row)
    else:
        for column, value in wanted.items():
            setattr(row, column, value)
    await session.flush()
    await emit(session, LevelSet(level=row.id, name=name, before=before, after=wanted))


def _told(rank: int, level: config.Level) -> dict[str, Any]:
    return {"role": int(ROLES[level.role]), "rank": rank, "limits": dict(level.limits), "says": level.says}


def _of(row: LevelRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {"role": row.role, "rank": row.rank, "limits": row.limits, "says": row.says}
