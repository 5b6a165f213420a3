"""The pytest plugin: `pytest_plugins = ["fairhaven.core.testing.plugin"]` in a conftest gives its fixtures.

Async tests run by anyio's plugin (`anyio_mode = "auto"`); each test has a database of its own.
"""

import inspect
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from fairhaven import app as application
from fairhaven.core.config import Settings
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor, Role
from fairhaven.core.testing import make, servers
from fairhaven.core.testing.jobs import drain
from fairhaven.identity import service as identity
from fairhaven.projects import service as projects

__all__ = ["drain"]


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once, in the process that pytest was started in (not in its workers)."""
    # Drawing a traceback with every local variable takes seconds.
    drawn = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], drawn])
    if hasattr(config, "workerinput") or config.option.collectonly or servers.DATABASE in os.environ:
        return
    running = servers.running()
    running.__enter__()
    config.add_cleanup(partial(_end, running))


def _end(running: AbstractContextManager[None]) -> None:
    running.__exit__(None, None, None)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str, obj: object) -> None:
    """Name the backend before parameters are worked out: later, anyio would replace them by its own."""
    if inspect.iscoroutinefunction(obj) and collector.istestfunction(obj, name):
        pytest.mark.usefixtures("anyio_backend")(obj)


@pytest.fixture
def database_url() -> Iterator[str]:
    """A database of the test's own, migrated."""
    name = "t" + os.urandom(6).hex()
    yield servers.new_database(name)
    servers.drop_database(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", log_level="warning")


@pytest.fixture
async def platform(settings: Settings, database_url: str) -> AsyncIterator[Platform]:
    """A whole platform on the test's own database, with its administrator and default project."""
    objects = os.environ[servers.OBJECTS]
    settings.data.mkdir(parents=True, exist_ok=True)
    async with application.opened(settings, database_url=database_url, objects_url=objects) as opened:
        opened.gateway_secret = "of the test"  # noqa: S105 - it protects nothing
        await application.first_start(opened)
        yield opened


@pytest.fixture
async def session(platform: Platform) -> AsyncIterator[AsyncSession]:
    """A unit of work of the platform itself; commit it yourself when others must see it."""
    async with platform.transaction() as opened:
        yield opened


@pytest.fixture
async def project_id(platform: Platform) -> Any:
    async with platform.transaction() as session:
        return (await projects.default_project(session)).id


@pytest.fixture
async def ada(platform: Platform) -> Actor:
    """The administrator, manager of the default project."""
    async with platform.transaction() as session:
        person = await identity.administrator(session)
        roles = await projects.roles_of(session, person.id)
    return Actor(id=person.id, name=person.name, administrator=True, roles=roles, via="token")


@pytest.fixture
async def grace(platform: Platform, project_id: Any) -> Actor:
    """A developer of the default project, no administrator."""
    return await make.person(platform, "Grace", project_id, Role.DEVELOPER)


@pytest.fixture
async def bob(platform: Platform) -> Actor:
    """Somebody known who is a member of nothing."""
    return await make.person(platform, "Bob")


@pytest.fixture
async def live(platform: Platform) -> AsyncIterator[Live]:
    async with make.listening(platform) as opened:
        yield opened


@pytest.fixture
async def api_for(platform: Platform, live: Live) -> AsyncIterator[Callable[..., Any]]:
    """`await api_for(actor)`: an HTTP client on the web application, with the actor's token (None: none)."""
    async with AsyncExitStack() as stack:
        app = application.web(platform, live)

        async def client(actor: Actor | None) -> httpx.AsyncClient:
            headers = {"Authorization": f"Bearer {await make.token(platform, actor)}"} if actor else {}
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://fairhaven.test", headers=headers)
            )

        yield client


@pytest.fixture
async def api(api_for: Callable[..., Any], ada: Actor) -> httpx.AsyncClient:
    """An HTTP client as ada."""
    client = await api_for(ada)
    assert isinstance(client, httpx.AsyncClient)
    return client
