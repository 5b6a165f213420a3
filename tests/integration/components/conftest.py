"""What the tests of embedded programs share: small real programs, and waiting for conditions."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from fairhaven.core.components.component import Component, Program
from fairhaven.core.components.ports import LOOPBACK, remembered_ports
from fairhaven.core.components.probes import http_status
from fairhaven.core.processes import safe_environment

Until = Callable[..., Awaitable[None]]


class WebServer(Component):
    """Python's own web server: a small real program with a port."""

    name = "web"

    def __init__(self, script: str = "") -> None:
        self._port = 0
        self._argv = ["-c", script] if script else []

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    def version(self) -> str:
        return sys.version.split()[0]

    async def prepare(self, home: Path) -> Program:
        self._port = remembered_ports(home, ["http"])["http"]
        serve = ["-m", "http.server", str(self._port), "--bind", LOOPBACK]
        return Program((sys.executable, *(self._argv or serve)), cwd=home, env=safe_environment())

    async def ready(self) -> bool:
        return await http_status(self.url) == 200


@pytest.fixture
def web_server() -> type[WebServer]:
    return WebServer


@pytest.fixture
def until() -> Until:
    """`await until(condition, seconds)`: come back when it holds; fail when it never does."""

    async def wait(condition: Callable[[], object], seconds: float = 5) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.02)

    return wait
