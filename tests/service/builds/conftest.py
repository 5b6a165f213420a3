"""A registered module, whose builds are queued and looked at here, but not run."""

from pathlib import Path

import pytest

from fairhaven.builds import service
from fairhaven.catalog import service as catalog
from fairhaven.catalog.schemas import SourceSpec
from fairhaven.core.policy import SYSTEM

DIGITS = Path(__file__).parents[3] / "examples" / "modules" / "digits"


@pytest.fixture
async def module(platform, project_id):
    """The example module `digits`, registered in the default project."""
    spec = SourceSpec(url=str(DIGITS))
    inspected = await catalog.inspect(platform, spec)
    async with platform.transaction() as session:
        return await catalog.register(session, SYSTEM, project_id, spec, inspected)


@pytest.fixture
async def build(platform, module):
    """A build of that module, queued by nobody in particular."""
    async with platform.transaction() as session:
        await service.queue(session, module, module.commit, owner_id=None)
    async with platform.transaction(SYSTEM) as session:
        return (await service.builds(session, SYSTEM)).items[0]
