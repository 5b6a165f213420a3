"""People and service accounts."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.core.errors import NotFound
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor
from fairhaven.facts.identity import PersonDisabled, PersonJoined
from fairhaven.identity import policy
from fairhaven.identity.models import PersonRow
from fairhaven.identity.schemas import Kind, Person
from fairhaven.identity.service.recognising import forget


async def administrator(session: AsyncSession) -> Person:
    """Return the first administrator, made on first use."""
    row = await session.scalar(
        select(PersonRow).where(PersonRow.administrator).order_by(PersonRow.id).limit(1)
    )
    if row is None:
        return await add_person(session, "Administrator", administrator=True)
    return Person.model_validate(row)


async def add_person(
    session: AsyncSession, name: str, *, administrator: bool = False, email: str | None = None
) -> Person:
    """Add somebody who can sign in; for the platform itself."""
    return await _add(session, PersonRow(name=name, administrator=administrator, email=email))


async def add_service_account(session: AsyncSession, name: str) -> Person:
    """Add an account for a program: it has tokens and memberships, and never signs in."""
    return await _add(session, PersonRow(name=name, kind=Kind.SERVICE))


async def person(session: AsyncSession, person_id: UUID) -> Person:
    """One person or service account; for other domains, after their own policy.

    Raises:
        NotFound: there is none.
    """
    return Person.model_validate(await _found(session, person_id))


async def disable(session: AsyncSession, actor: Actor, person_id: UUID) -> None:
    """Let a person or service account in no more, by whatever way, from now on."""
    policy.can_disable.check(actor, person_id)
    row = await _found(session, person_id)
    if row.disabled_at is None:
        row.disabled_at = now()
        await emit(session, PersonDisabled(person=row.id))
        await forget(session, row.id)


async def has_anyone_signed_in(session: AsyncSession) -> bool:
    found = await session.scalar(select(PersonRow.id).where(PersonRow.signed_in_at.is_not(None)).limit(1))
    return found is not None


async def _add(session: AsyncSession, row: PersonRow) -> Person:
    session.add(row)
    await session.flush()
    await emit(session, PersonJoined(person=row.id))
    return Person.model_validate(row)


async def _found(session: AsyncSession, person_id: UUID) -> PersonRow:
    row = await session.get(PersonRow, person_id)
    if row is None:
        raise NotFound("There is no such person.")
    return row
