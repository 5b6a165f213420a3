"""A real module to run: `digits` in an environment of its own, released, kept by the local engine."""

import asyncio
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn

from fairhaven import app as application
from fairhaven.catalog import service as catalog
from fairhaven.catalog.schemas import NewRelease, Release, SourceSpec
from fairhaven.core.bundles import Bundle
from fairhaven.core.components.gateway import EmbeddedGateway
from fairhaven.core.components.ports import LOOPBACK, free_port
from fairhaven.core.components.supervisor import Supervisor
from fairhaven.core.config import Settings
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing.make import until
from fairhaven.workloads import service
from fairhaven.workloads.drivers.local import LocalEngine
from fairhaven.workloads.drivers.local.engine import LocalSettings
from fairhaven.workloads.reconcile import reconciler
from fairhaven.workloads.schemas import Workload

DIGITS = Path(__file__).parents[3] / "examples" / "modules" / "digits"


@pytest.fixture(scope="session")
def digits_environment(request: pytest.FixtureRequest) -> Path:
    """The environment of the module; made once and kept in pytest's cache."""
    cache = request.config.cache
    assert cache is not None
    folder = cache.mkdir("workloads-digits")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _make_environment(folder / "env")
            (folder / "complete").touch()
    return folder / "env"


@pytest.fixture(scope="session")
def digits_description(digits_environment: Path) -> dict[str, Any]:
    python = str(digits_environment / "bin" / "python")
    command = [sys.executable, "-m", "fairhaven_runtime", "describe", "--python", python]
    done = subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.fixture
async def release(
    platform: Platform, ada: Actor, project_id: UUID, digits_description: dict[str, Any]
) -> Release:
    """A release of `digits`."""
    spec = SourceSpec(url=str(DIGITS))
    inspected = await catalog.inspect(platform, spec)
    async with platform.transaction(ada) as session:
        module = await catalog.register(session, ada, project_id, spec, inspected)
        made = NewRelease(
            module_id=module.id,
            version="1.0.0",
            commit=inspected.revision.commit,
            digest="d" * 64,
            bundle="b" * 64,
            description=digits_description,
        )
        return await catalog.publish(session, made)


@pytest.fixture
async def engine(platform: Platform, digits_environment: Path) -> AsyncIterator[LocalEngine]:
    """The local engine; bundles are the environment that the tests share."""
    python = digits_environment / "bin" / "python"

    async def materialise(digest: str) -> Bundle:
        return Bundle(root=digits_environment, source=DIGITS, python=python)

    home = platform.data / "workloads"
    engine = LocalEngine(home, materialise, settings=LocalSettings(grace=5.0))
    platform.drivers = {**platform.drivers, "engines": {"local": engine}}
    yield engine
    for folder in home.glob("*"):
        await engine.delete(UUID(folder.name))


@pytest.fixture
async def working(platform: Platform, engine: LocalEngine, live: Live) -> AsyncIterator[None]:
    """The reconciler runs, as it does in a worker."""
    task = asyncio.create_task(reconciler.run(platform, live, interval=0.2))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture
def reaches(platform: Platform, ada: Actor) -> Callable[..., Any]:
    """`await reaches(id, "running")`: wait until a workload is seen in a state, and return it."""

    async def reached(workload_id: UUID, state: str, *, seconds: float = 40.0) -> Workload:
        async def look() -> Workload | None:
            async with platform.transaction(ada) as session:
                found = await service.workload(session, ada, workload_id)
            return found if found.state == state else None

        try:
            found = await until(look, seconds=seconds)
        except TimeoutError:
            async with platform.transaction(ada) as session:
                raise AssertionError(await service.workload(session, ada, workload_id)) from None
        assert isinstance(found, Workload)
        return found

    return reached


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", log_level="warning", listen=f"{LOOPBACK}:{free_port()}")


@pytest.fixture
async def gateway(platform: Platform, live: Live, tmp_path: Path) -> AsyncIterator[str]:
    """The platform behind Traefik; the address of the one door."""
    port = free_port()
    platform.web_url = f"http://{LOOPBACK}:{port}"
    door = EmbeddedGateway(
        platform.settings.listen,
        provider_url=f"{platform.web_url}/internal/gateway",
        provider_headers={"X-Fairhaven-Gateway": platform.gateway_secret},
    )
    async with served(application.web(platform, live), port), Supervisor(tmp_path / "components", [door]):
        await until(lambda: answers(door.url + "/healthz"))
        yield door.url


@pytest.fixture
def serves() -> Callable[..., Any]:
    """`async with serves(app, port)`: an ASGI application on a port of this machine."""
    return served


@asynccontextmanager
async def served(app: Any, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, host=LOOPBACK, port=port, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def answers(url: str) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            return (await client.get(url)).status_code == 200
        except httpx.TransportError:
            return False


def _make_environment(folder: Path) -> None:
    uv = [sys.executable, "-m", "uv"]
    make = [*uv, "venv", "--clear", "--python", sys.executable, str(folder)]
    install = [*uv, "pip", "install", "--python", str(folder / "bin" / "python"), str(DIGITS)]
    for command in (make, install):
        subprocess.run(command, check=True, timeout=300, env=os.environ)
