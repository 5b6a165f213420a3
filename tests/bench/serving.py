"""Serves what is measured in processes of their own, so that what asks does not share their time.

python -m tests.bench.serving --database URL --port PORT
"""

import argparse
import asyncio
import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

import psutil
import uvicorn

from fairhaven import app as application
from fairhaven import up
from fairhaven.core.config import Limits, Settings
from fairhaven.core.live import Live
from fairhaven.core.testing import servers

UNLIMITED = Limits(actor_rate=0, address_rate=0, refused_rate=0)


@dataclass(frozen=True)
class Served:
    """A web application in a process of its own."""

    port: int
    process: psutil.Process

    def cpu_seconds(self) -> float:
        spent = self.process.cpu_times()
        return spent.user + spent.system


@contextmanager
def platform_served(url: str) -> Iterator[Served]:
    """The whole web application in one process, on a database that is there."""
    with serving("tests.bench.serving", "--database", url) as served:
        yield served


@contextmanager
def serving(module: str, *arguments: str, given: bytes = b"") -> Iterator[Served]:
    """A module in another process, serving what the arguments say; `given` is its standard input."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", module, *arguments, "--port", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        assert process.stdin
        process.stdin.write(given)
        process.stdin.close()
        _wait_for(port)
        yield Served(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            if time.monotonic() > until:
                raise
        time.sleep(0.1)


async def serve(url: str, objects: str, port: int) -> None:
    """The web process: the whole application, one worker."""
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(data=Path(data), log_level="error", engines=[], limits=UNLIMITED)
        async with application.opened(settings, database_url=url, objects_url=objects) as platform:
            live = Live(platform.database)
            listening = asyncio.create_task(live.run())
            config = uvicorn.Config(
                application.web(platform, live), port=port, log_level="error", access_log=False
            )
            up.settle_memory()  # as `fairhaven up` and `serve` do
            await uvicorn.Server(config).serve()
            listening.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--port", type=int, required=True)
    told = parser.parse_args()
    asyncio.run(serve(told.database, os.environ[servers.OBJECTS], told.port))
