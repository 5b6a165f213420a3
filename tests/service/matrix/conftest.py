"""One platform and one world for the whole matrix."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.service.matrix.asking import Matrix
from tests.service.matrix.world import ISSUER, built

from fairhaven import app as application
from fairhaven.core.config import Limits, Settings
from fairhaven.core.testing import make, servers


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="package")
def matrix_database() -> Iterator[str]:
    name = "matrix" + os.urandom(6).hex()
    yield servers.new_database(name)
    servers.drop_database(name)


@pytest.fixture(scope="package")
async def matrix(matrix_database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Matrix]:
    """The application in its world, ready to be asked."""
    folder = tmp_path_factory.mktemp("matrix")
    # Thousands of requests in seconds, many with nothing or nonsense for a credential.
    settings = Settings(
        data=folder / "data",
        log_level="error",
        local_accounts=True,
        issuers=[ISSUER],
        limits=Limits(actor_rate=0, address_rate=0, refused_rate=0, sign_in_address=0, sign_in_account=0),
    )
    settings.data.mkdir()
    objects = os.environ[servers.OBJECTS]
    async with application.opened(settings, database_url=matrix_database, objects_url=objects) as platform:
        platform.gateway_secret = "of the test"
        await application.first_start(platform)
        async with make.listening(platform) as live:
            app = application.web(platform, live)
            yield Matrix(await built(app, platform, folder / "modules"))
