"""A depository that checks every call (`core.testing.invenio`), and releases to deposit there."""

import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from fairhaven.catalog import service
from fairhaven.catalog.schemas import Deposit, NewDeposit, NewRelease, Release, SourceSpec
from fairhaven.core.bundles import archive, key
from fairhaven.core.config import Settings
from fairhaven.core.depositories import Depository
from fairhaven.core.errors import NotFound
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing import invenio
from fairhaven.secrets import service as secrets

METADATA = Path(__file__).with_name("ai4-metadata.yml")


@pytest.fixture
def there() -> Iterator[invenio.Served]:
    """The depository."""
    with invenio.running() as served:
        yield served


@pytest.fixture
def settings(tmp_path: Path, there: invenio.Served) -> Settings:
    place = Depository(name="archive", label="The Archive", url=f"inveniordm+{there.url}", settles=0)
    return Settings(
        data=tmp_path / "data", log_level="error", outbound_allow=["127.0.0.0/8"], depositories=[place]
    )


@pytest.fixture
async def token(platform: Platform, ada: Actor, project_id: UUID, there: invenio.Served) -> None:
    """The project has the depository's token."""
    value = SecretStr(there.token)
    await secrets.put(platform, ada, secrets.of_project(project_id), "deposit-token", value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The module's repository."""
    made = tmp_path / "finder"
    made.mkdir()
    shutil.copyfile(METADATA, made / "ai4-metadata.yml")
    (made / "README.md").write_text("# Finder\n")
    return made


@pytest.fixture
def released(
    platform: Platform, ada: Actor, project_id: UUID, folder: Path, tmp_path: Path
) -> Callable[[str], Awaitable[Release]]:
    """Release the module as it is in the folder, with its bundle in the object store."""

    async def release(version: str) -> Release:
        spec = SourceSpec(url=str(folder))
        inspected = await service.inspect(platform, spec)
        digest = await bundled(platform, folder, tmp_path)
        async with platform.transaction(ada) as session:
            try:
                module_id = (await service.module(session, ada, "finder")).id
            except NotFound:
                module_id = (await service.register(session, ada, project_id, spec, inspected)).id
            new = NewRelease(
                module_id=module_id,
                version=version,
                commit=inspected.revision.commit,
                digest=f"{digest}{version}",
                bundle=digest,
                metadata=inspected.metadata.model_dump(mode="json"),
            )
            return await service.publish(session, new)

    return release


@pytest.fixture
def begun(platform: Platform, ada: Actor) -> Callable[..., Awaitable[Deposit]]:
    """Begin a deposit as ada, or somebody else."""

    async def begin(release: Release, *, publish: bool = True, actor: Actor = ada) -> Deposit:
        async with platform.transaction(actor) as session:
            spec = NewDeposit(release_id=release.id, depository="archive", publish=publish)
            return await service.start_deposit(session, actor, spec, platform.settings.depositories)

    return begin


async def seen(platform: Platform, deposit: Deposit, actor: Actor) -> Deposit:
    """How a deposit stands now."""
    async with platform.transaction(actor) as session:
        return await service.deposit(session, actor, deposit.id)


async def bundled(platform: Platform, folder: Path, tmp_path: Path) -> str:
    packed = tmp_path / f"{os.urandom(4).hex()}.tar.gz"
    digest = archive.write(packed, folder, {"bundle.json": "{}"}, {})
    await platform.objects.put(key(digest), packed)
    return digest
