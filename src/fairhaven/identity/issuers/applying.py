"""Making memberships from what an issuer says, in the name of the platform."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.core.db import now
from fairhaven.core.issuers import Issuer
from fairhaven.core.policy import SYSTEM
from fairhaven.identity.issuers.claims import Claims, outcome
from fairhaven.identity.issuers.memberships import Projects
from fairhaven.identity.models import IdentityRow


async def apply(
    session: AsyncSession,
    projects: Projects,
    issuer: Issuer,
    identity: IdentityRow,
    sources: Sequence[Claims],
) -> None:
    """Make the memberships by this issuer exactly those that the claims give; no claims, none."""
    found = outcome(issuer, sources, await projects.levels(session))
    actor = session.info.get("actor")
    session.info["actor"] = SYSTEM
    try:
        await projects.grant(session, identity.person_id, issuer.source, found.memberships)
    finally:
        session.info["actor"] = actor
    identity.confirmed_at = now()
