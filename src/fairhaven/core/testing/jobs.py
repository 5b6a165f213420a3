"""Running what is queued in a test: deliveries of facts, and jobs."""

from fairhaven.core.deliveries import deliver
from fairhaven.core.jobs import Worker
from fairhaven.core.platform import Platform


async def drain(platform: Platform) -> None:
    """Deliver facts and run jobs until neither is due, those that they cause included."""
    while await deliver(platform) or await _jobs(platform):
        continue


async def _jobs(platform: Platform) -> int:
    return await Worker(platform, concurrency=4).run_until_idle()
