"""A platform behind a real HTTP server, and commands that speak to it."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from fairhaven import app as application
from fairhaven import up
from fairhaven.core.live import Live
from fairhaven.core.platform import Platform
from fairhaven.core.policy import Actor
from fairhaven.core.testing import make


@pytest.fixture
async def served_url(platform: Platform, live: Live) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        async with up.serving(application.web(platform, live), listening):
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def command(platform: Platform, served_url: str, ada: Actor, tmp_path: Path) -> Callable[..., Any]:
    """`await command("audit", "list")`: run the command as ada, or `actor`; return what it printed."""

    async def run(*arguments: str, code: int = 0, actor: Actor = ada) -> str:
        token = await make.token(platform, actor)
        environment = {**os.environ, "FAIRHAVEN_URL": served_url, "FAIRHAVEN_TOKEN": token, "COLUMNS": "200"}
        argv = [sys.executable, "-m", "fairhaven", *arguments]
        done = await asyncio.to_thread(
            subprocess.run, argv, env=environment, capture_output=True, text=True, cwd=tmp_path, timeout=90
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run
