"""Gathers the figures of an installation; each domain counts its own."""

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven import __version__
from fairhaven.administration import policy
from fairhaven.administration.schemas import Overview
from fairhaven.audit import appending as audit
from fairhaven.builds import service as builds
from fairhaven.catalog import service as catalog
from fairhaven.core import deliveries
from fairhaven.core.policy import Actor
from fairhaven.identity import service as identity
from fairhaven.projects import service as projects
from fairhaven.workloads import service as workloads


async def overview(session: AsyncSession, actor: Actor) -> Overview:
    """The installation as it is now."""
    policy.can_see_overview.check(actor)
    lines, unnumbered = await audit.pending(session)
    waiting, given_up = await deliveries.pending(session)
    return Overview(
        version=__version__,
        people=await identity.figures(session),
        projects=len(await projects.projects(session, actor)),
        catalog=await catalog.figures(session),
        workloads=await workloads.by_state(session),
        builds=await builds.by_state(session),
        quotas=await projects.installation_balances(session, actor),
        audit_lines=lines,
        facts_waiting=unnumbered,
        deliveries_waiting=waiting,
        deliveries_given_up=given_up,
    )
