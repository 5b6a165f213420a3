"""A transport for httpx that connects to the address that was checked, whatever a name server says next."""

import ssl

import httpx

from fairhaven.core.outbound.guard import Guard
from fairhaven.core.outbound.problems import AddressRefused

PORTS = {"http": 80, "https": 443}
MOST_PLACES = 4  # addresses of one machine that are tried


class Pinned(httpx.AsyncBaseTransport):
    """Every request is checked by itself, redirects too. The `Host` header and the name that TLS asks for
    and that the certificate must bear stay those of the address that was given.
    """

    def __init__(self, guard: Guard, *, verify: ssl.SSLContext | bool = True) -> None:
        self._guard = guard
        # No connection is used twice: two names may share an address, but not a certificate.
        alone = httpx.Limits(max_keepalive_connections=0)
        self._inner = httpx.AsyncHTTPTransport(
            verify=verify, trust_env=False, limits=alone, proxy=guard.proxy
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        if url.scheme not in PORTS or url.userinfo:
            raise AddressRefused(f"`{url.scheme}:` addresses, and those with a password, are not asked.")
        places = await self._guard.places(url.host, url.port or PORTS[url.scheme])
        *others, last = places[:MOST_PLACES]
        for place in others:
            try:
                return await self._inner.handle_async_request(_at(request, place))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing was sent yet: the next address of the same machine may answer
        return await self._inner.handle_async_request(_at(request, last))

    async def aclose(self) -> None:
        await self._inner.aclose()


def _at(request: httpx.Request, place: str) -> httpx.Request:
    extensions = dict(request.extensions)
    if place != request.url.host:
        extensions["sni_hostname"] = request.url.host
    return httpx.Request(
        request.method,
        request.url.copy_with(host=place),
        headers=request.headers,
        stream=request.stream,
        extensions=extensions,
    )
