"""Small real modules, sound and broken, and a platform that builds them."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from textwrap import dedent
from typing import Any
from uuid import UUID

import pytest

from fairhaven.builds import service
from fairhaven.builds.schemas import Build
from fairhaven.catalog import service as catalog
from fairhaven.catalog.schemas import Module, SourceSpec
from fairhaven.core.config import Settings
from fairhaven.core.platform import Platform
from fairhaven.core.policy import SYSTEM

EXAMPLES = Path(__file__).parents[3] / "examples" / "modules"
API = """
    def predict():
        return {"answer": 42}
"""
PYPROJECT = """
    [build-system]
    requires = ["hatchling>=1.26,<2"]
    build-backend = "hatchling.build"

    [project]
    name = "small-module"
    version = "1.2.3"
    requires-python = "{python}"
    dependencies = {dependencies}

    [project.entry-points."deepaas.v2.model"]
    small = "small.api"

    [tool.hatch.build.targets.wheel]
    packages = ["small"]
"""

MakeModule = Callable[..., Path]
Register = Callable[[Path], Awaitable[Module]]
Queued = Callable[[Path], Awaitable[UUID]]
Look = Callable[[UUID], Awaitable[Build]]


@pytest.fixture
def settings_changes(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Settings of one test: `@pytest.mark.parametrize("settings_changes", [{…}], indirect=True)`."""
    return getattr(request, "param", {})


@pytest.fixture
def settings(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, settings_changes: dict[str, Any]
) -> Settings:
    """As everywhere, with one package cache for all tests here."""
    data, cache = tmp_path / "data", tmp_path_factory.getbasetemp() / "cache"
    data.mkdir()
    cache.mkdir(exist_ok=True)
    (data / "cache").symlink_to(cache)
    return Settings(data=data, log_level="warning", **settings_changes)


@pytest.fixture
def examples() -> Path:
    """The folder of the example modules."""
    assert (EXAMPLES / "digits" / "pyproject.toml").is_file()
    return EXAMPLES


@pytest.fixture
def make_module(tmp_path: Path) -> MakeModule:
    """Write the folder of a module: `make_module(api="…", tests="…", dependencies=["…"])`."""

    def make(
        *,
        api: str = API,
        tests: str | None = None,
        dependencies: tuple[str, ...] = (),
        python: str = ">=3.11",
        **files: str,
    ) -> Path:
        folder = tmp_path / "small"
        content = {
            "small/__init__.py": "",
            "small/api.py": api,
            "pyproject.toml": PYPROJECT.format(python=python, dependencies=list(dependencies)),
            "ai4-metadata.yml": (EXAMPLES / "digits" / "ai4-metadata.yml").read_text(),
        }
        if tests is not None:
            content["tests/test_small.py"] = tests
        for name, text in (content | files).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        return folder

    return make


@pytest.fixture
def register(platform: Platform, project_id: Any) -> Register:
    """Register a folder as a module of the default project."""

    async def registered(folder: Path) -> Module:
        spec = SourceSpec(url=str(folder))
        inspected = await catalog.inspect(platform, spec)
        async with platform.transaction() as session:
            return await catalog.register(session, SYSTEM, project_id, spec, inspected)

    return registered


@pytest.fixture
def queued(platform: Platform, register: Register) -> Queued:
    """Register a folder and queue the build of what it holds; returns the build's id."""

    async def queue(folder: Path) -> UUID:
        module = await register(folder)
        async with platform.transaction() as session:
            await service.queue(session, module, module.commit, owner_id=None)
        async with platform.transaction(SYSTEM) as session:
            return (await service.builds(session, SYSTEM, module=module.name)).items[0].id

    return queue


@pytest.fixture
def look(platform: Platform) -> Look:
    """The build as it stands now."""

    async def looked(build_id: UUID) -> Build:
        async with platform.transaction(SYSTEM) as session:
            return await service.build(session, SYSTEM, build_id)

    return looked
