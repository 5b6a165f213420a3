"""What the catalog does when something happened to a module: send the FAIR robot there."""

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.catalog import tasks
from fairhaven.core.facts import Told, on
from fairhaven.core.platform import Platform
from fairhaven.facts.catalog import DepositPublished, ModuleVisibilityChanged, ReleasePublished


@on(ReleasePublished)
async def assess_release(platform: Platform, session: AsyncSession, told: Told[ReleasePublished]) -> None:
    await tasks.enqueue_assessment(session, told.fact.module)


@on(DepositPublished)
async def assess_deposit(platform: Platform, session: AsyncSession, told: Told[DepositPublished]) -> None:
    await tasks.enqueue_assessment(session, told.fact.module)


@on(ModuleVisibilityChanged)
async def assess_seen(platform: Platform, session: AsyncSession, told: Told[ModuleVisibilityChanged]) -> None:
    await tasks.enqueue_assessment(session, told.fact.module)
