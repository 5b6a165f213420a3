"""Whose turn it is to be asked for, and writing down what was learnt."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import policy
from fairhaven.catalog.models import ForgeLookRow, ModuleRow
from fairhaven.catalog.schemas import ForgeLook
from fairhaven.catalog.service.counting import forget_counts
from fairhaven.catalog.service.filling.merging import exported_by, keep
from fairhaven.catalog.service.filling.told import Due, Filling
from fairhaven.catalog.service.reading import row_named
from fairhaven.catalog.service.searching import index
from fairhaven.core.db import now
from fairhaven.core.policy import Actor

MOST_OFTEN = timedelta(hours=1)  # after pushes


async def claim(session: AsyncSession, *, interval: float, limit: int) -> Sequence[Due]:
    """What is due, the longest waiting first; nobody else gets it for `interval` seconds."""
    moment = now()
    present = select(ModuleRow.id).where(ModuleRow.removed_at.is_(None))
    due = (
        select(ForgeLookRow.module_id)
        .where(ForgeLookRow.next_at <= moment, ForgeLookRow.module_id.in_(present))
        .order_by(ForgeLookRow.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    later = moment + timedelta(seconds=interval)
    claimed = update(ForgeLookRow).where(ForgeLookRow.module_id.in_(due)).values(next_at=later)
    ids = (await session.scalars(claimed.returning(ForgeLookRow.module_id))).all()
    rows = await session.execute(
        select(ModuleRow, ForgeLookRow)
        .join(ForgeLookRow, ForgeLookRow.module_id == ModuleRow.id)
        .where(ModuleRow.id.in_(ids))
    )
    return [_due(module, look) for module, look in rows]


def _due(module: ModuleRow, look: ForgeLookRow) -> Due:
    known = (module.id, module.source, module.branch, module.commit)
    return Due(*known, look.answers, look.surveyed, look.survey)


async def due_now(session: AsyncSession, module_id: UUID) -> None:
    """Ask for a module soon, because it changed; but not more often than once an hour."""
    look = await session.get(ForgeLookRow, module_id)
    if look is not None:
        earliest = look.asked_at + MOST_OFTEN if look.asked_at else now()
        look.next_at = min(look.next_at, max(earliest, now()))


async def forge_look(session: AsyncSession, actor: Actor, name: str) -> ForgeLook:
    """How asking others for what the authors of a module leave open goes.

    Raises:
        NotFound: there is no such module, or the actor may not know of it.
        NotAllowed: the actor is no developer of its project.
    """
    row = await row_named(session, actor, name)
    policy.can_check.check(actor, row)
    look = await session.get(ForgeLookRow, row.id)
    if look is None:  # a module that was made before forges were asked, and has no turn yet
        return ForgeLook(asked_at=None, next_at=now(), problem=None)
    return ForgeLook.model_validate(look)


async def apply(session: AsyncSession, module_id: UUID, made: Filling, *, interval: float) -> None:
    """Write down what was learnt; nothing happens when the module was removed in the meantime."""
    present = ModuleRow.removed_at.is_(None)
    row = await session.scalar(select(ModuleRow).where(ModuleRow.id == module_id, present).with_for_update())
    look = await session.get(ForgeLookRow, module_id)
    if row is None or look is None:
        return
    look.answers, look.survey, look.surveyed = made.answers, dict(made.survey), made.surveyed
    look.problem = made.problem
    look.failures = look.failures + 1 if made.problem else 0
    look.asked_at = now()
    look.next_at = made.again or look.asked_at + _wait(look.failures, interval)
    before = exported_by(row)
    keep(row, made.values)
    if exported_by(row) != before:
        # What is exported changed: harvesters are told, and filters find it.
        row.updated_at = now()
        index(row)
        await session.flush()
        forget_counts(session)


def _wait(failures: int, interval: float) -> timedelta:
    """Usually the interval; after failures an hour, two, four …, never longer than usual."""
    usual = timedelta(seconds=interval)
    return min(timedelta(hours=1) * 2 ** min(failures - 1, 10), usual) if failures else usual
