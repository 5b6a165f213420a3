"""Signing in and being recognised: links, sessions, tokens, devices."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import credentials
from fairhaven.core.db import now
from fairhaven.core.errors import BadRequest, Gone, NotFound, Problem, SignInNeeded
from fairhaven.core.facts import emit
from fairhaven.core.policy import Actor
from fairhaven.facts.identity import PersonJoined, PersonSignedIn, PersonSignedOut, TokenCreated, TokenRevoked
from fairhaven.identity import policy
from fairhaven.identity.models import DeviceLoginRow, PersonRow, SessionRow, SignInLinkRow, TokenRow
from fairhaven.identity.schemas import DeviceLogin, NewToken, Person, Token, TokenSpec

LINK_LIFE = timedelta(hours=24)
DEVICE_LIFE = timedelta(minutes=10)
DEVICE_INTERVAL = 2  # seconds between two questions of a device
CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628 §6.1: no vowels, no digits

# Every request asks one of these: they are built once.
_PERSON = (PersonRow.id, PersonRow.name, PersonRow.administrator)
_BY_SESSION = (
    select(*_PERSON)
    .join(SessionRow, SessionRow.person_id == PersonRow.id)
    .where(SessionRow.digest == bindparam("digest"), SessionRow.expires_at > bindparam("at"))
)
_BY_TOKEN = (
    select(*_PERSON, TokenRow.id.label("token_id"), TokenRow.last_used_at)
    .join(TokenRow, TokenRow.person_id == PersonRow.id)
    .where(TokenRow.digest == bindparam("digest"), TokenRow.expires_at > bindparam("at"))
    .where(TokenRow.revoked_at.is_(None))
)


class LinkUsed(Gone):
    title = "This sign-in link does not work any more"
    fix = "Links work once, for a day. `fairhaven sign-in-link` on the platform's machine makes a new one."


class TokenRefused(SignInNeeded):
    title = "This token is not valid"
    fix = "Mistyped, expired or revoked? Make a new one under your name → Tokens, or run `fairhaven login`."


class LoginPending(Problem):
    status = 428
    title = "Not approved yet"
    fix = "Open the address in a browser where you are signed in, and approve."


async def administrator(session: AsyncSession) -> Person:
    """Return the first administrator, made on first use."""
    row = await session.scalar(
        select(PersonRow).where(PersonRow.administrator).order_by(PersonRow.id).limit(1)
    )
    if row is None:
        return await add_person(session, "Administrator", administrator=True)
    return Person.model_validate(row)


async def add_person(session: AsyncSession, name: str, *, administrator: bool = False) -> Person:
    """Add somebody who can sign in; for the platform itself."""
    row = PersonRow(name=name, administrator=administrator)
    session.add(row)
    await session.flush()
    await emit(session, PersonJoined(person=row.id, name=name))
    return Person.model_validate(row)


async def has_anyone_signed_in(session: AsyncSession) -> bool:
    found = await session.scalar(select(PersonRow.id).where(PersonRow.signed_in_at.is_not(None)).limit(1))
    return found is not None


async def make_link(session: AsyncSession, person_id: UUID) -> str:
    """Return the secret of a one-time sign-in link; earlier unused links of the person stop working."""
    await session.execute(delete(SignInLinkRow).where(SignInLinkRow.person_id == person_id))
    secret = credentials.make()
    session.add(
        SignInLinkRow(person_id=person_id, digest=credentials.digest(secret), expires_at=now() + LINK_LIFE)
    )
    return secret


async def sign_in(session: AsyncSession, link_secret: str, *, agent: str, life: timedelta) -> str:
    """Use a link up and return the credential of a new session.

    Raises:
        LinkUsed: the link is unknown, used or expired.
    """
    policy.can_sign_in.check(session.info["actor"])
    used = (
        update(SignInLinkRow)
        .where(SignInLinkRow.digest == credentials.digest(link_secret))
        .where(SignInLinkRow.used_at.is_(None), SignInLinkRow.expires_at > now())
        .values(used_at=now())
    )
    person_id = await session.scalar(used.returning(SignInLinkRow.person_id))
    if person_id is None:
        raise LinkUsed()
    person = await session.get_one(PersonRow, person_id)
    person.signed_in_at = now()
    credential = credentials.make()
    session.add(
        SessionRow(
            person_id=person_id,
            digest=credentials.digest(credential),
            expires_at=now() + life,
            agent=agent[:200],
        )
    )
    session.info["actor"] = Actor(id=person.id, name=person.name)
    await emit(session, PersonSignedIn(person=person_id))
    return credential


async def sign_out(session: AsyncSession, credential: str) -> None:
    gone = delete(SessionRow).where(SessionRow.digest == credentials.digest(credential))
    person_id = await session.scalar(gone.returning(SessionRow.person_id))
    if person_id:
        await emit(session, PersonSignedOut(person=person_id))


async def person_of_session(session: AsyncSession, credential: str) -> Person | None:
    """Return who is signed in by a cookie's credential."""
    asked = {"digest": credentials.digest(credential), "at": now()}
    row = (await session.execute(_BY_SESSION, asked)).one_or_none()
    return Person.model_validate(row) if row else None


async def person_of_token(session: AsyncSession, credential: str) -> Person:
    """Return whose token it is.

    Raises:
        TokenRefused: it is unknown, expired or revoked.
    """
    asked = {"digest": credentials.digest(credential), "at": now()}
    found = (await session.execute(_BY_TOKEN, asked)).one_or_none()
    if found is None:
        raise TokenRefused("The token is not known, or it expired, or it was revoked.")
    used = found.last_used_at
    if used is None or asked["at"] - used > timedelta(minutes=1):
        await session.execute(
            update(TokenRow).where(TokenRow.id == found.token_id).values(last_used_at=now())
        )
    return Person.model_validate(found)


async def create_token(session: AsyncSession, actor: Actor, spec: TokenSpec) -> NewToken:
    policy.can_have_tokens.check(actor)
    assert actor.id is not None
    return await _mint(session, actor.id, spec)


async def mint_for(session: AsyncSession, person: Person, spec: TokenSpec) -> NewToken:
    """Make a token for somebody proven otherwise: the operator, on the platform's own machine."""
    return await _mint(session, person.id, spec)


async def tokens(session: AsyncSession, actor: Actor) -> Sequence[Token]:
    """The actor's tokens that still work, newest first."""
    policy.can_have_tokens.check(actor)
    rows = await session.scalars(
        select(TokenRow)
        .where(TokenRow.person_id == actor.id, TokenRow.revoked_at.is_(None))
        .order_by(TokenRow.id.desc())
    )
    return [Token.model_validate(row) for row in rows]


async def revoke_token(session: AsyncSession, actor: Actor, token_id: UUID) -> None:
    """Make a token stop working at once.

    Raises:
        NotFound: there is none of the actor's with this id.
    """
    policy.can_have_tokens.check(actor)
    row = await session.get(TokenRow, token_id)
    if row is None:
        raise NotFound("You have no such token.")
    policy.can_revoke_token.check(actor, row)
    if row.revoked_at is None:
        row.revoked_at = now()
        await emit(session, TokenRevoked(token=row.id, person=row.person_id, name=row.name))


async def begin_device_login(session: AsyncSession, actor: Actor, url: str) -> DeviceLogin:
    """Begin a sign-in for a device without a browser (RFC 8628)."""
    policy.can_sign_in.check(actor)
    await session.execute(delete(DeviceLoginRow).where(DeviceLoginRow.expires_at < now()))
    device_code = credentials.make()
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    user_code = f"{letters[:4]}-{letters[4:]}"
    session.add(
        DeviceLoginRow(
            digest=credentials.digest(device_code),
            user_code=user_code,
            expires_at=now() + DEVICE_LIFE,
            person_id=None,
        )
    )
    return DeviceLogin(
        device_code=device_code,
        user_code=user_code,
        verification_uri=f"{url}/device?code={user_code}",
        expires_in=int(DEVICE_LIFE.total_seconds()),
        interval=DEVICE_INTERVAL,
    )


async def approve_device(session: AsyncSession, actor: Actor, user_code: str) -> None:
    """Let the device with this code in, as the actor.

    Raises:
        NotFound: no device waits with this code.
    """
    policy.can_approve_device.check(actor)
    code = user_code.strip().upper()
    row = await session.scalar(
        select(DeviceLoginRow)
        .where(DeviceLoginRow.user_code == code, DeviceLoginRow.expires_at > now())
        .where(or_(DeviceLoginRow.person_id.is_(None), DeviceLoginRow.person_id == actor.id))
    )
    if row is None:
        raise NotFound(
            "No device waits with this code.", fix="Codes last ten minutes: run `fairhaven login` again."
        )
    row.person_id = actor.id


async def finish_device_login(session: AsyncSession, actor: Actor, device_code: str) -> NewToken:
    """Give an approved device its token.

    Raises:
        LoginPending: nobody has approved it yet.
        BadRequest: the code is unknown, expired or used.
    """
    policy.can_sign_in.check(actor)
    row = await session.scalar(
        select(DeviceLoginRow)
        .where(DeviceLoginRow.digest == credentials.digest(device_code))
        .with_for_update()
    )
    if row is None or row.expires_at < now():
        raise BadRequest("This device code is unknown, expired or used.", fix="Run `fairhaven login` again.")
    if row.person_id is None:
        raise LoginPending("Nobody has approved this device yet.")
    await session.delete(row)
    return await _mint(session, row.person_id, TokenSpec(name="fairhaven login", days=90))


async def _mint(session: AsyncSession, person_id: UUID, spec: TokenSpec) -> NewToken:
    secret = credentials.make(credentials.TOKEN_PREFIX)
    row = TokenRow(
        person_id=person_id,
        name=spec.name,
        prefix=secret[:9],
        digest=credentials.digest(secret),
        expires_at=now() + timedelta(days=spec.days),
    )
    session.add(row)
    await session.flush()
    await emit(session, TokenCreated(token=row.id, person=person_id, name=spec.name))
    return NewToken(**Token.model_validate(row).model_dump(), secret=secret)
