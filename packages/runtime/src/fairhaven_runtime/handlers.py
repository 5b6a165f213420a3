"""What each path of the front does."""

import asyncio
import html
import json
import uuid
from pathlib import Path
from typing import Any

from fairhaven_runtime import payload, swagger
from fairhaven_runtime.errors import NotReady
from fairhaven_runtime.metrics import Metrics
from fairhaven_runtime.pool import Pool
from fairhaven_runtime.settings import Settings
from fairhaven_runtime.training import Trainings
from fairhaven_runtime.web import Request, Response, as_json, as_text, plain
from fairhaven_runtime.worker.frames import Frame, Head


class Handlers:
    """The front's answers; each method takes a request and returns a response."""

    def __init__(
        self, settings: Settings, pool: Pool, trainings: Trainings, metrics: Metrics, uploads: Path
    ) -> None:
        self._settings = settings
        self._base = settings.base_path
        self._pool = pool
        self._trainings = trainings
        self._metrics = metrics
        self._uploads = uploads

    async def versions(self, request: Request) -> Response:
        """The API's versions and where its documentation is."""
        links = [
            {"rel": "help", "type": "text/html", "href": self._base + "/api"},
            {"rel": "describedby", "type": "application/json", "href": self._base + "/swagger.json"},
        ]
        return as_json({"versions": [self._version()], "links": links})

    async def version(self, request: Request) -> Response:
        """The one version that is served."""
        return as_json(self._version())

    async def ui(self, request: Request) -> Response:
        """A redirect to the documentation."""
        return plain(302, ("location", self._base + "/api"))

    async def docs(self, request: Request) -> Response:
        """A small page that names the module and its paths."""
        spec = swagger.document(self._document(), self._base)
        rows = "".join(f"<li><code>{html.escape(path)}</code></li>" for path in spec["paths"])
        title = html.escape(self._document()["name"])
        page = f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1><ul>{rows}</ul>'
        link = f'<p><a href="{html.escape(self._base)}/swagger.json">swagger.json</a></p></html>'
        return as_text(page + link, media="text/html; charset=utf-8")

    async def swagger(self, request: Request) -> Response:
        """Swagger 2.0."""
        return as_json(swagger.document(self._document(), self._base))

    async def debug(self, request: Request) -> Response:
        """The contract's answer when its debug output is off, which here it always is."""
        return Response(204)

    async def models(self, request: Request) -> Response:
        """The list of the one module."""
        return as_json({"models": [await self._model()]})

    async def model(self, request: Request) -> Response:
        """The module's metadata."""
        return as_json(await self._model())

    async def predict(self, request: Request) -> Response:
        """A prediction by the next free worker."""
        taken = await self._read(request)
        begun = asyncio.get_running_loop().time()
        try:
            frame = await self._pool.ask(
                _head("predict", request, taken), taken.body, within=self._settings.timeout
            )
        finally:
            taken.discard()
            self._metrics.time(asyncio.get_running_loop().time() - begun)
        return _response(frame)

    async def train(self, request: Request) -> Response:
        """Start a training, once a worker has checked its arguments."""
        if not self._settings.train:
            return plain(402)
        taken = await self._read(request)
        try:
            checked = await self._pool.ask(
                _head("validate", request, taken), taken.body, within=self._settings.timeout
            )
        except BaseException:
            taken.discard()
            raise
        if checked[0]["status"] != 200:
            taken.discard()
            return _response(checked)
        return as_json(self._trainings.start(_head("train", request, taken), taken, json.loads(checked[1])))

    async def trainings(self, request: Request) -> Response:
        """All trainings."""
        return as_json(self._trainings.listing()) if self._settings.train else plain(402)

    async def training(self, request: Request) -> Response:
        """One training."""
        return self._told(self._trainings.get(request.params["uuid"]))

    async def cancel_training(self, request: Request) -> Response:
        """End a training."""
        return self._told(await self._trainings.cancel(request.params["uuid"]))

    async def healthz(self, request: Request) -> Response:
        """The server itself lives."""
        return as_json({"status": "ok"})

    async def readyz(self, request: Request) -> Response:
        """Whether predictions can be answered, and if not, why."""
        if self._pool.ready:
            return as_json({"status": "ready"})
        reason = self._pool.failure or "The module is being loaded."
        status = "failed" if self._pool.failure else "loading"
        return as_json({"status": status, "reason": reason}, 503)

    async def metrics(self, request: Request) -> Response:
        """Numbers for Prometheus."""
        gauges = {**self._pool.numbers(), "trainings_running": self._trainings.running}
        return as_text(self._metrics.text(gauges), media="text/plain; version=0.0.4; charset=utf-8")

    async def description(self, request: Request) -> Response:
        """The module's description: metadata and JSON Schemas of its arguments."""
        return as_json(self._document())

    def _version(self) -> dict[str, Any]:
        link = {"rel": "self", "type": "application/json", "href": self._base + "/v2/"}
        return {"version": "stable", "id": "v2", "links": [link]}

    async def _model(self) -> dict[str, Any]:
        """Metadata merged over id, name and link; asked anew of an idle worker, since it may change."""
        document = self._document()
        name, metadata = document["name"], document["metadata"]
        frame = await self._pool.ask_if_idle({"op": "metadata"})
        if frame is not None and frame[0]["status"] == 200:
            metadata = json.loads(frame[1])
        link = {"rel": "self", "href": f"{self._base}/v2/models/{name}"}
        return {"id": name, "name": name, "links": [link], **metadata}

    def _document(self) -> dict[str, Any]:
        if self._pool.document is None:
            raise NotReady(self._pool.failure or "The module is being loaded; try again shortly.")
        return self._pool.document

    async def _read(self, request: Request) -> payload.Payload:
        return await payload.read(request, self._uploads / uuid.uuid4().hex, self._settings.max_upload)

    def _told(self, training: dict[str, Any] | None) -> Response:
        if not self._settings.train:
            return plain(402)
        return plain(404) if training is None else as_json(training)


def _head(verb: str, request: Request, taken: payload.Payload) -> Head:
    head = {"op": verb, "query": request.query, "body": taken.head()}
    return {**head, "accept": request.headers["accept"]} if "accept" in request.headers else head


def _response(frame: Frame) -> Response:
    head, body = frame
    headers = [(name, value) for name, value in head.get("headers", [])]
    return Response(head["status"], body, headers, Path(head["path"]) if "path" in head else None)
