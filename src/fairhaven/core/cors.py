"""Pages of other sites that may ask the REST interface: none, unless a setting names them.

Those that are named ask with a token that their reader gave them. A cookie never comes along: browsers are
not allowed to send it (`Access-Control-Allow-Credentials` is never said), and were one sent, it is taken
out before anybody looks at it.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
TAKEN = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match")
SHOWN = ("ETag", "Location", "Retry-After", "X-Request-ID")


class ForeignPages:
    """Answers the questions of browsers on behalf of pages at `origins`, for `/api/` only."""

    def __init__(self, app: ASGIApp, *, origins: Sequence[str]) -> None:
        self._app, self._origins = app, frozenset(origins)
        self._cors = CORSMiddleware(
            app,
            allow_origins=sorted(origins),
            allow_methods=METHODS,
            allow_headers=TAKEN,
            expose_headers=SHOWN,
            allow_credentials=False,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        foreign = scope["type"] == "http" and Headers(scope=scope).get("origin") in self._origins
        if not foreign or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"cookie"]
        await self._cors(scope, receive, send)
