"""Runs the front on uvicorn: binds first, says where it listens, drains on SIGTERM."""

import logging
import signal
import socket
from collections.abc import Callable
from functools import partial
from types import FrameType

import uvicorn

from fairhaven_runtime.front.app import App
from fairhaven_runtime.settings import Settings
from fairhaven_runtime.workers.workdir import WorkDir


def announce(address: str) -> None:
    """Say on standard output where the server listens: whoever started us waits for this line."""
    print(f"listening on {address}", flush=True)


class Server(uvicorn.Server):
    """uvicorn, which tells when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._listening()


def serve(settings: Settings, announce: Callable[[str], None] = announce) -> None:
    """Serve the module until SIGTERM or SIGINT; running predictions get `drain_timeout` seconds to finish.

    Raises:
        OSError: the address is taken or not ours, or the work folder cannot be written.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    workdir = WorkDir.create(settings.work_dir)
    try:
        config = _config(App(settings, workdir), settings)
        if settings.uds is not None:
            Server(config, partial(announce, f"unix:{settings.uds}")).run()
            return
        with _bind(settings.host, settings.port) as bound:
            Server(config, partial(announce, _url(bound))).run([bound])
    finally:
        workdir.remove()


def _leave(number: int, frame: FrameType | None) -> None:
    """uvicorn raises the signal again after its drain: leave in good order, so that files are removed."""
    raise SystemExit(0)


def _config(app: App, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        uds=settings.uds,
        access_log=False,
        server_header=False,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=max(1, round(settings.drain_timeout)),
    )


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)


def _url(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
