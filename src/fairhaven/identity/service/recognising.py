"""Recognising who asks by a credential, and telling every process when that has changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID
from weakref import WeakSet

from sqlalchemy import bindparam, event, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import credentials, live
from fairhaven.core.db import now
from fairhaven.core.errors import SignInNeeded
from fairhaven.identity.models import IssuerSessionRow, PersonRow, SessionRow, TokenRow
from fairhaven.identity.schemas import Person

TOPIC = "person"
"""What processes hear of (`core.live`) when they must look anew who somebody is."""
TOUCHED = timedelta(minutes=1)
"""How exact the times of last use are."""

# Requests ask one of these: they are built once.
_PERSON = (PersonRow.id, PersonRow.name, PersonRow.administrator, PersonRow.kind)
# When the first issuer that gave tokens in the session is to be asked again.
_NEXT_AT = (
    select(func.min(IssuerSessionRow.next_at))
    .where(IssuerSessionRow.session_id == SessionRow.id)
    .scalar_subquery()
)
_BY_SESSION = (
    select(
        *_PERSON,
        func.least(SessionRow.expires_at, _NEXT_AT).label("expires_at"),
        SessionRow.seen_at.label("used_at"),
    )
    .join(SessionRow, SessionRow.person_id == PersonRow.id)
    .where(SessionRow.digest == bindparam("digest"), SessionRow.expires_at > bindparam("at"))
    .where(PersonRow.disabled_at.is_(None))
)
_BY_TOKEN = (
    select(
        *_PERSON,
        TokenRow.expires_at,
        TokenRow.last_used_at.label("used_at"),
        TokenRow.scopes,
        TokenRow.project_id,
    )
    .join(TokenRow, TokenRow.person_id == PersonRow.id)
    .where(TokenRow.digest == bindparam("digest"), TokenRow.expires_at > bindparam("at"))
    .where(TokenRow.revoked_at.is_(None), PersonRow.disabled_at.is_(None))
)


class TokenRefused(SignInNeeded):
    title = "This token is not valid"
    fix = "Mistyped, expired or revoked? Make a new one under your name → Tokens, or run `fairhaven login`."


@dataclass(frozen=True)
class Recognised:
    """Whose a credential is, until when, and how little of what they may do it may.

    Attributes:
        digest: of the credential, by which it is kept.
        expires_at: until when this may be believed without looking again.
        scopes: `resource:verb` each; None: everything that the person may.
        project: the only project that it is for; None: all of the person's.
        used_at: when it was last noted as used.
    """

    person: Person
    digest: str
    expires_at: datetime
    used_at: datetime | None
    scopes: frozenset[str] | None = None
    project: UUID | None = None


async def of_session(session: AsyncSession, credential: str) -> Recognised | None:
    """Who is signed in by a cookie's credential."""
    digest = credentials.digest(credential)
    row = (await session.execute(_BY_SESSION, {"digest": digest, "at": now()})).one_or_none()
    if row is None:
        return None
    return Recognised(Person.model_validate(row), digest, row.expires_at, row.used_at)


async def of_token(session: AsyncSession, credential: str) -> Recognised:
    """Whose token it is.

    Raises:
        TokenRefused: it is unknown, expired or revoked, or its person is let in no more.
    """
    digest = credentials.digest(credential)
    row = (await session.execute(_BY_TOKEN, {"digest": digest, "at": now()})).one_or_none()
    if row is None:
        raise TokenRefused("The token is not known, or it expired, or it was revoked.")
    scopes = None if row.scopes is None else frozenset(row.scopes)
    person = Person.model_validate(row)
    return Recognised(person, digest, row.expires_at, row.used_at, scopes, row.project_id)


async def touch(session: AsyncSession, digest: str, via: str) -> None:
    """Note that a credential is in use."""
    if via == "session":
        await session.execute(update(SessionRow).where(SessionRow.digest == digest).values(seen_at=now()))
    else:
        await session.execute(update(TokenRow).where(TokenRow.digest == digest).values(last_used_at=now()))


class Listener(Protocol):
    """Who keeps something of people in this process."""

    def changed(self, person: UUID) -> None: ...


_here: "WeakSet[Listener]" = WeakSet()


def listen(listener: Listener) -> None:
    """Tell the listener of changes made by this process, as soon as they are committed."""
    _here.add(listener)


async def forget(session: AsyncSession, person_id: UUID) -> None:
    """Have every process look anew who this person is and what they may, once this transaction is there.

    Others hear of it by NOTIFY a moment later; this process does not even need that moment.
    """

    def tell(_: object) -> None:
        for listener in list(_here):
            listener.changed(person_id)

    await live.say(session, TOPIC, str(person_id))
    event.listen(session.sync_session, "after_commit", tell, once=True)
