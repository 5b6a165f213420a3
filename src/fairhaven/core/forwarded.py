"""Believes what stands in front of us, and nobody else, about where a request comes from.

The gateway shows a secret with every request that it passes on (its routes, told by `/internal/gateway`,
make it). Without it X-Forwarded-For is what anybody may have written: the connection's own address counts.
"""

from starlette.datastructures import Headers
from starlette.types import Scope

from fairhaven.core import addresses, credentials
from fairhaven.core.platform import Platform

GATEWAY_HEADER = "X-Fairhaven-Gateway"


class Door:
    """Knows the gateway's secret and the proxies in front of it."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._proxies = addresses.networks(platform.settings.proxies)

    def settle(self, scope: Scope) -> str | None:
        """The client's address; the scope then says it too, and whether it came by https."""
        headers = Headers(scope=scope)
        if self._is_gateway(headers.get(GATEWAY_HEADER, "")):
            forwarded = ",".join(headers.getlist("x-forwarded-for"))
            if told := addresses.client_of(forwarded, self._proxies):
                scope["client"] = (told, 0)
            if headers.get("x-forwarded-proto") in ("http", "https"):
                scope["scheme"] = headers["x-forwarded-proto"]
        client = scope.get("client")
        return str(client[0]) if client else None

    def _is_gateway(self, shown: str) -> bool:
        secret = self._platform.gateway_secret
        return bool(secret and shown) and credentials.same(shown, secret)
