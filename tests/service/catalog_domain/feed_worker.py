"""Works on one feed until it is done, in a process that can be killed: database, data folder, feed."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from fairhaven import domains
from fairhaven.catalog.service import feeds
from fairhaven.core.config import Settings
from fairhaven.core.db import Database
from fairhaven.core.platform import Platform


async def main(database_url: str, data: str, feed_id: str) -> None:
    assert domains.BACKGROUND  # whoever hears of modules is told
    platform = Platform(Settings(data=Path(data), log_level="error"), Database(database_url))
    while await feeds.step(platform, UUID(feed_id)) is not None:
        pass
    await platform.database.close()


asyncio.run(main(*sys.argv[1:]))
