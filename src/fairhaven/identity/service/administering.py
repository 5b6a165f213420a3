"""People as administrators look after them: who there is, closed and opened, and who administers."""

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import pagination
from fairhaven.core.db import now
from fairhaven.core.errors import Conflict, NotFound
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor
from fairhaven.core.schemas import Page
from fairhaven.facts.identity import AdministratorSet, PersonDisabled, PersonEnabled
from fairhaven.identity import policy
from fairhaven.identity.models import PersonRow
from fairhaven.identity.schemas import Kind, PersonChange, PersonDetail
from fairhaven.identity.service.recognising import forget


class LastAdministrator(Conflict):
    title = "Nobody else administers this installation"
    fix = "Make somebody else an administrator first."


async def list_people(
    session: AsyncSession, actor: Actor, *, q: str = "", limit: int, cursor: str | None
) -> Page[PersonDetail]:
    """People and service accounts, newest first; `q` is in the name or the e-mail address."""
    policy.can_see_people.check(actor)
    query = select(PersonRow)
    if q.strip():
        places = (PersonRow.name, PersonRow.email)
        query = query.where(or_(*(each.icontains(q.strip(), autoescape=True) for each in places)))
    return await pagination.page(session, query, PersonRow.id, _detail, limit=limit, cursor=cursor)


async def change_person(
    session: AsyncSession, actor: Actor, person_id: UUID, change: PersonChange
) -> PersonDetail:
    """Close an account or open it again; make its person an administrator, or no more.

    Raises:
        NotFound: there is no such person.
        LastAdministrator: nobody would be left to administer.
        Conflict: a service account cannot administer; a person who left cannot come back.
    """
    policy.can_disable.check(actor, person_id)
    await one_by_one(session)
    row = await session.get(PersonRow, person_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such person.")
    if change.closed is not None:
        await _close(session, row, change.closed)
    if change.administrator is not None:
        await _promote(session, row, change.administrator)
    return _detail(row)


async def _close(session: AsyncSession, row: PersonRow, closed: bool) -> None:
    if closed == (row.disabled_at is not None):
        return
    if closed and row.administrator:
        await keep_an_administrator(session, row)
    row.disabled_at = now() if closed else None
    await emit(session, PersonDisabled(person=row.id) if closed else PersonEnabled(person=row.id))
    await forget(session, row.id)


async def _promote(session: AsyncSession, row: PersonRow, administrator: bool) -> None:
    if administrator == row.administrator:
        return
    if administrator and (row.kind != Kind.PERSON or row.disabled_at is not None):
        raise Conflict("Only somebody who can sign in can be an administrator.")
    if not administrator:
        await keep_an_administrator(session, row)
    before, row.administrator = row.administrator, administrator
    await emit(session, AdministratorSet(person=row.id, before=before, after=administrator))
    await forget(session, row.id)


async def one_by_one(session: AsyncSession) -> None:
    """Until this transaction ends, nobody else closes, demotes or erases: two at once leave one of them."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("administrators", 0))))


async def keep_an_administrator(session: AsyncSession, row: PersonRow) -> None:
    """Raises: LastAdministrator: nobody else would be left to administer."""
    others = select(func.count()).where(
        PersonRow.administrator, PersonRow.id != row.id, PersonRow.disabled_at.is_(None)
    )
    if not await session.scalar(others):
        raise LastAdministrator(f"{row.name} is the only administrator.")


def _detail(row: PersonRow) -> PersonDetail:
    return PersonDetail.model_validate(row)
