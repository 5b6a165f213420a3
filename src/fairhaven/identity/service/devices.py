"""Signing in a device that has no browser (RFC 8628)."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import credentials
from fairhaven.core.db import now
from fairhaven.core.errors import BadRequest, NotFound, Problem
from fairhaven.core.policy import Actor
from fairhaven.identity import policy
from fairhaven.identity.models import DeviceLoginRow
from fairhaven.identity.schemas import DeviceLogin, NewToken, TokenSpec
from fairhaven.identity.service.people import person
from fairhaven.identity.service.tokens import mint_for

DEVICE_LIFE = timedelta(minutes=10)
DEVICE_INTERVAL = 2  # seconds between two questions of a device
CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628 §6.1: no vowels, no digits


class LoginPending(Problem):
    status = 428
    title = "Not approved yet"
    fix = "Open the address in a browser where you are signed in, and approve."


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
    owner = await person(session, row.person_id)
    return await mint_for(session, owner, TokenSpec(name="fairhaven login", days=90))
