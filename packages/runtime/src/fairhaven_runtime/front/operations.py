"""Paths beside the contract: for those who run the server, and for jobs."""

from fairhaven_runtime.front import openapi
from fairhaven_runtime.front.desk import Desk
from fairhaven_runtime.front.routing import Routes
from fairhaven_runtime.front.web import Request, as_json, as_text
from fairhaven_runtime.workers.messages import Answer


class Operations:
    """Health, readiness, numbers, the module's description and the server's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._module = desk.module

    def routes(self) -> Routes:
        """They answer with and without the base path."""
        return {
            "/healthz": {"GET": self.healthz},
            "/readyz": {"GET": self.readyz},
            "/metrics": {"GET": self.metrics},
            "/description": {"GET": self.description},
            "/openapi.json": {"GET": self.openapi},
        }

    async def healthz(self, request: Request) -> Answer:
        """The server itself lives."""
        return as_json({"status": "ok"})

    async def readyz(self, request: Request) -> Answer:
        """Whether predictions can be answered, and if not, why."""
        if self._module.ready:
            return as_json({"status": "ready"})
        reason = self._module.failure or "The module is being loaded."
        status = "failed" if self._module.failure else "loading"
        return as_json({"status": status, "reason": reason}, 503)

    async def metrics(self, request: Request) -> Answer:
        """Numbers for Prometheus."""
        text = self._desk.metrics.text(self._module.numbers())
        return as_text(text, media="text/plain; version=0.0.4; charset=utf-8")

    async def description(self, request: Request) -> Answer:
        """The module's description: metadata and JSON Schemas of its arguments."""
        return as_json(self._module.document)

    async def openapi(self, request: Request) -> Answer:
        """OpenAPI 3.1 of all that is served."""
        return as_json(openapi.document(self._module.document, self._desk.settings.base_path))
