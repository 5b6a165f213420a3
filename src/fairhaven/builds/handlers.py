"""What builds do when something happened: build a commit, run what was queued, forget a module."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven.builds import service, tasks
from fairhaven.catalog import service as catalog
from fairhaven.core import jobs
from fairhaven.core.errors import NotFound
from fairhaven.core.facts import Told, on
from fairhaven.core.platform import Platform
from fairhaven.facts.builds import BuildQueued
from fairhaven.facts.catalog import ModuleChanged, ModuleRegistered, ModuleRemoved, ModuleTrustChanged


@on(ModuleRegistered)
async def build_new_module(platform: Platform, session: AsyncSession, told: Told[ModuleRegistered]) -> None:
    await _queue(session, told.fact.module, told.fact.commit, told.actor_id)


@on(ModuleChanged)
async def build_change(platform: Platform, session: AsyncSession, told: Told[ModuleChanged]) -> None:
    await _queue(session, told.fact.module, told.fact.commit, told.actor_id)


@on(ModuleTrustChanged)
async def build_trusted(platform: Platform, session: AsyncSession, told: Told[ModuleTrustChanged]) -> None:
    try:
        module = await catalog.module_by_id(session, told.fact.module)
    except NotFound:
        return  # removed in the meantime
    await _queue(session, module.id, module.commit, told.actor_id)


@on(BuildQueued)
async def run_build(platform: Platform, session: AsyncSession, told: Told[BuildQueued]) -> None:
    await jobs.enqueue(session, tasks.run, build_id=told.fact.build)


@on(ModuleRemoved)
async def forget_builds(platform: Platform, session: AsyncSession, told: Told[ModuleRemoved]) -> None:
    for build_id in await service.forget_module(session, told.fact.module):
        await jobs.enqueue(session, tasks.forget, build_id=build_id)


async def _queue(session: AsyncSession, module_id: UUID, commit: str, owner_id: UUID | None) -> None:
    try:
        module = await catalog.module_by_id(session, module_id)
        catalog.check_builds(module, commit)
    except (NotFound, catalog.ListedOnly, catalog.MetadataWrong):
        return  # removed in the meantime, or not one to build: its page says so
    await service.queue(session, module, commit, owner_id=owner_id)
