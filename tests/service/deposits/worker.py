"""A process of its own that carries a deposit on, to be killed in the middle."""

import asyncio
import os
from uuid import UUID

from fairhaven import app as application
from fairhaven.catalog import service
from fairhaven.core.config import Settings
from fairhaven.core.testing import servers


def carry_on(settings: str, database_url: str, objects: str, deposit_id: str) -> None:
    os.environ[servers.OBJECTS] = objects

    async def run() -> None:
        given = Settings.model_validate_json(settings)
        opened = application.opened(given, database_url=database_url, objects_url=objects)
        async with opened as platform:
            await service.carry_on(platform, UUID(deposit_id))

    asyncio.run(run())
