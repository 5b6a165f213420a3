"""Background jobs of builds."""

from uuid import UUID

from fairhaven.builds import logs, pipeline, progress
from fairhaven.core import jobs
from fairhaven.core.jobs import task
from fairhaven.core.platform import Platform


@task("builds.run", queue="builds")
async def run(platform: Platform, *, build_id: str) -> None:
    """Run one build, or continue one that was interrupted."""
    await pipeline.run(platform, UUID(build_id))


@task("builds.forget")
async def forget(platform: Platform, *, build_id: str) -> None:
    """Remove what is left of a build whose module is gone."""
    await logs.delete(platform, UUID(build_id))


@task("builds.tidy", every="* * * * *")
async def tidy(platform: Platform) -> None:
    """Continue builds that nobody runs any more, and remove work folders that nobody needs."""
    for build_id in await progress.abandoned(platform):
        async with platform.transaction() as session:
            await jobs.enqueue(session, run, build_id=build_id)
    await progress.sweep(platform)
