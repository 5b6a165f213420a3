"""A worker process of its own, for tests that kill it: `worker.py <settings> <database> <objects>`."""

import asyncio
import sys

from fairhaven import app as application
from fairhaven.core.config import Settings
from fairhaven.core.jobs import Worker


async def main(settings: str, database_url: str, objects_url: str) -> None:
    """Adopt what the one before left, and work until killed."""
    chosen = Settings.model_validate_json(settings)
    async with application.opened(chosen, database_url=database_url, objects_url=objects_url) as platform:
        worker = Worker(platform, concurrency=2)
        await worker.adopt(alone=True)
        await worker.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
