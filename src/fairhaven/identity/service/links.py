"""Sign-in links: one person, once."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core import credentials
from fairhaven.core.db import now
from fairhaven.core.errors import Gone
from fairhaven.identity import policy
from fairhaven.identity.models import SignInLinkRow
from fairhaven.identity.service.sessions import begin_session

LINK_LIFE = timedelta(hours=24)


class LinkUsed(Gone):
    title = "This sign-in link does not work any more"
    fix = "Links work once, for a day. `fairhaven sign-in-link` on the platform's machine makes a new one."


async def make_link(session: AsyncSession, person_id: UUID) -> str:
    """Return the secret of a one-time sign-in link; earlier unused links of the person stop working."""
    await session.execute(delete(SignInLinkRow).where(SignInLinkRow.person_id == person_id))
    secret = credentials.make()
    session.add(
        SignInLinkRow(person_id=person_id, digest=credentials.digest(secret), expires_at=now() + LINK_LIFE)
    )
    return secret


async def sign_in(
    session: AsyncSession, link_secret: str, *, agent: str, life: timedelta, address: str = ""
) -> str:
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
    return await begin_session(session, person_id, agent=agent, life=life, address=address)
