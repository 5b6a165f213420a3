"""Limits and balances, as people see and set them."""

from collections.abc import Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.core.errors import BadRequest
from fairhaven.core.facts import emit
from fairhaven.core.ids import new_id
from fairhaven.core.policy import Actor
from fairhaven.facts.projects import QuotaSet
from fairhaven.projects import policy
from fairhaven.projects.models import BalanceRow, QuotaRow, SpentRow
from fairhaven.projects.schemas import Balance, Level, Limit
from fairhaven.projects.service.levels import limits_of
from fairhaven.projects.service.membership import project
from fairhaven.projects.service.reserving import HOURLY, exact, holder, month_of, running_hours

Row = TypeVar("Row", QuotaRow, BalanceRow, SpentRow)


async def balances(session: AsyncSession, actor: Actor, project_id: UUID) -> Sequence[Balance]:
    """What the project and the actor in it use and may use, also by their level; managers see everybody."""
    found = await project(session, actor, project_id)
    names = [holder(Level.PROJECT, found.id), holder(Level.EVERYONE, found.id)]
    me = holder(Level.PERSON, found.id, actor.id)
    of_level = (await limits_of(session, found.id, actor.id))[1] if actor.id else {}
    given = {(me, name): amount for name, amount in of_level.items()}
    if policy.can_see_everybodys_quotas.allows(actor, found.id):
        return await _told(session, names, people_of=found.id, given=given)
    return await _told(session, [*names, me], given=given)


async def installation_balances(session: AsyncSession, actor: Actor) -> Sequence[Balance]:
    """What all projects together use and may use."""
    policy.can_limit_projects.check(actor)
    return await _told(session, [holder(Level.INSTALLATION)])


async def set_limit(session: AsyncSession, actor: Actor, project_id: UUID | None, limit: Limit) -> None:
    """Set or lift a limit; what runs already goes on, even above it.

    Raises:
        NotFound: there is no such project.
        BadRequest: the level does not fit what is given.
    """
    _check(actor, project_id, limit)
    if project_id is not None:
        await project(session, actor, project_id)
    name = holder(limit.level, project_id, limit.person_id)
    where = (QuotaRow.holder == name, QuotaRow.resource == limit.resource)
    present = select(QuotaRow.id, QuotaRow.amount).where(*where).with_for_update()
    row = (await session.execute(present)).first()
    quota_id, before = (row.id, float(row.amount)) if row else (new_id(), None)
    if limit.amount is None:
        await session.execute(delete(QuotaRow).where(*where))
    else:
        amount = exact(limit.amount)
        made = insert(QuotaRow).values(id=quota_id, holder=name, resource=limit.resource, amount=amount)
        await session.execute(
            made.on_conflict_do_update(index_elements=["holder", "resource"], set_={"amount": amount})
        )
    told = QuotaSet(
        quota=quota_id,
        holder=name,
        resource=limit.resource,
        before=before,
        after=limit.amount,
        project=project_id,
    )
    await emit(session, told)


def _check(actor: Actor, project_id: UUID | None, limit: Limit) -> None:
    if limit.level in (Level.EVERYONE, Level.PERSON) and project_id is not None:
        policy.can_limit_people.check(actor, project_id)
    else:
        policy.can_limit_projects.check(actor)
    if (limit.level is Level.INSTALLATION) != (project_id is None):
        raise BadRequest("A limit is either of the installation or of a project.")
    if (limit.level is Level.PERSON) != (limit.person_id is not None):
        raise BadRequest("`person_id` goes with `level: person`, and only with it.")


async def _told(
    session: AsyncSession,
    names: Sequence[str],
    *,
    people_of: UUID | None = None,
    given: Mapping[tuple[str, str], float] | None = None,
) -> Sequence[Balance]:
    """Each resource that is limited or in use, by holder."""
    limited = await _rows(session, QuotaRow, names, people_of)
    limits = {**(given or {}), **{(row.holder, row.resource): float(row.amount) for row in limited}}
    reserved = await _rows(session, BalanceRow, names, people_of)
    used = {(row.holder, row.resource): float(row.used) for row in reserved}
    used |= await _hours_used(session, names, people_of)
    return [
        Balance(
            level=Level(name.partition(":")[0]),
            person_id=UUID(name.split(":")[2]) if name.startswith("person:") else None,
            resource=resource,
            used=used.get((name, resource), 0.0),
            limit=limits.get((name, resource)),
        )
        for name, resource in sorted({*limits, *(key for key, amount in used.items() if amount)})
    ]


async def _hours_used(
    session: AsyncSession, names: Sequence[str], people_of: UUID | None
) -> dict[tuple[str, str], float]:
    at = now()
    rows = await _rows(session, SpentRow, names, people_of)
    hours = {(row.holder, row.resource): float(row.amount) for row in rows if row.month == month_of(at)}
    for name in {*names, *(row.holder for row in rows)}:
        for resource, amount in (await running_hours(session, name, at)).items():
            hours[name, resource] = hours.get((name, resource), 0.0) + float(amount)
    return {key: amount for key, amount in hours.items() if key[1] in HOURLY}


async def _rows(
    session: AsyncSession, table: type[Row], names: Sequence[str], people_of: UUID | None
) -> Sequence[Row]:
    wanted: list[ColumnElement[bool]] = [table.holder.in_(names)]
    if people_of is not None:
        wanted.append(table.holder.startswith(f"person:{people_of}:", autoescape=True))
    return (await session.scalars(select(table).where(or_(*wanted)))).all()
