"""Sessions: browsers that are signed in."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import credentials
from fairhaven.core.db import now
from fairhaven.core.errors import NotFound, SignInNeeded
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor
from fairhaven.facts.identity import PersonSignedIn, PersonSignedOut
from fairhaven.identity import policy
from fairhaven.identity.models import PersonRow, SessionRow
from fairhaven.identity.schemas import Session
from fairhaven.identity.service.recognising import forget


async def begin_session(
    session: AsyncSession,
    person_id: UUID,
    *,
    agent: str,
    life: timedelta,
    address: str = "",
    by: str = "link",
) -> str:
    """Sign somebody in whose identity is proven; returns the credential of their new session.

    Raises:
        SignInNeeded: the person is let in no more.
    """
    person = await session.get_one(PersonRow, person_id)
    if person.disabled_at is not None:
        raise SignInNeeded("This account has been closed.", fix="Ask an administrator.")
    person.signed_in_at = now()
    credential = credentials.make()
    session.add(
        SessionRow(
            person_id=person_id,
            digest=credentials.digest(credential),
            expires_at=now() + life,
            agent=agent[:200],
            address=address[:100],
        )
    )
    session.info["actor"] = Actor(id=person.id, name=person.name)
    await emit(session, PersonSignedIn(person=person_id, by=by))
    return credential


async def sessions(session: AsyncSession, actor: Actor) -> Sequence[Session]:
    """Where the actor is signed in, the latest first."""
    policy.can_have_tokens.check(actor)
    rows = await session.scalars(
        select(SessionRow)
        .where(SessionRow.person_id == actor.id, SessionRow.expires_at > now())
        .order_by(SessionRow.id.desc())
    )
    return [_told(row, actor) for row in rows]


async def end_session(session: AsyncSession, actor: Actor, session_id: UUID) -> None:
    """Sign a browser of the actor's out, wherever it is.

    Raises:
        NotFound: there is none of the actor's with this id.
    """
    policy.can_have_tokens.check(actor)
    gone = delete(SessionRow).where(SessionRow.id == session_id, SessionRow.person_id == actor.id)
    if await session.scalar(gone.returning(SessionRow.id)) is None:
        raise NotFound("You have no such session.")
    assert actor.id is not None
    await emit(session, PersonSignedOut(person=actor.id))
    await forget(session, actor.id)


async def sign_out(session: AsyncSession, credential: str) -> None:
    """End the session of this credential; one that is unknown changes nothing."""
    gone = delete(SessionRow).where(SessionRow.digest == credentials.digest(credential))
    person_id = await session.scalar(gone.returning(SessionRow.person_id))
    if person_id:
        await emit(session, PersonSignedOut(person=person_id))
        await forget(session, person_id)


async def end_others(session: AsyncSession, person_id: UUID, present: str = "") -> None:
    """Sign a person out everywhere but where `present`, the digest of a credential, is used."""
    gone = delete(SessionRow).where(SessionRow.person_id == person_id, SessionRow.digest != present)
    if (await session.scalars(gone.returning(SessionRow.id))).all():
        await emit(session, PersonSignedOut(person=person_id))
        await forget(session, person_id)


def _told(row: SessionRow, actor: Actor) -> Session:
    told = Session.model_validate(row)
    return told.model_copy(update={"present": row.digest == actor.credential})
