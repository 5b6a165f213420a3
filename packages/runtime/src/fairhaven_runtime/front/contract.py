"""The paths of DEEPaaS v2, row by row as the contract has them."""

import html
from typing import Any

from fairhaven_runtime.front import swagger
from fairhaven_runtime.front.desk import Desk
from fairhaven_runtime.front.routing import Routes
from fairhaven_runtime.front.web import Request, as_json, as_text, plain
from fairhaven_runtime.workers.messages import Answer, Call
from fairhaven_runtime.workers.pool import as_value


class Contract:
    """The contract's answers; each method takes a request and returns an answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._settings = desk.settings
        self._module = desk.module
        self._base = desk.settings.base_path

    def routes(self) -> Routes:
        """Its paths, with a handler for each method."""
        return {
            "/": {"GET": self.versions},
            "/api": {"GET": self.docs},
            "/swagger.json": {"GET": self.swagger},
            "/v2/": {"GET": self.version},
            "/v2/debug/": {"GET": self.debug},
            "/v2/models/": {"GET": self.models},
            "/v2/models/{name}/": {"GET": self.model},
            "/v2/models/{name}/predict/": {"POST": self.predict},
            "/v2/models/{name}/train/": {"GET": self.trainings, "POST": self.train},
            "/v2/models/{name}/train/{uuid}": {
                "GET": self.training,
                "POST": self.resume_training,
                "DELETE": self.cancel_training,
            },
        }

    async def versions(self, request: Request) -> Answer:
        """The API's versions and where its documentation is."""
        links = [
            {"rel": "help", "type": "text/html", "href": self._base + "/api"},
            {"rel": "describedby", "type": "application/json", "href": self._base + "/swagger.json"},
        ]
        links = links if self._settings.docs else links[1:]
        return as_json({"versions": [self._version()], "links": links})

    async def version(self, request: Request) -> Answer:
        """The one version that is served."""
        return as_json(self._version())

    async def docs(self, request: Request) -> Answer:
        """A small page that names the module and its paths."""
        spec = swagger.document(self._module.document, self._base)
        rows = "".join(f"<li><code>{html.escape(path)}</code></li>" for path in spec["paths"])
        title = html.escape(self._module.name)
        page = f'<!doctype html><html lang="en"><title>{title}</title><h1>{title}</h1><ul>{rows}</ul>'
        link = f'<p><a href="{html.escape(self._base)}/swagger.json">swagger.json</a></p></html>'
        return as_text(page + link, media="text/html; charset=utf-8")

    async def swagger(self, request: Request) -> Answer:
        """Swagger 2.0."""
        enabled = {"predict": self._settings.predict, "train": self._settings.train}
        return as_json(swagger.document(self._module.document, self._base, **enabled))

    async def debug(self, request: Request) -> Answer:
        """The contract's answer when its debug output is off, which here it always is."""
        return Answer(204)

    async def models(self, request: Request) -> Answer:
        """The list of the one module."""
        return as_json({"models": [await self._model()]})

    async def model(self, request: Request) -> Answer:
        """The module's metadata."""
        return as_json(await self._model())

    async def predict(self, request: Request) -> Answer:
        """A prediction by the next free worker."""
        if not self._settings.predict:
            return plain(402)
        return await self._desk.predict(request, await self._desk.take(request, "predict"))

    async def train(self, request: Request) -> Answer:
        """Start a training, once a worker has checked its arguments."""
        if not self._settings.train:
            return plain(402)
        return await self.begin(request, await self._desk.take(request, "validate"))

    async def begin(self, request: Request, call: Call) -> Answer:
        """Start the training that a `validate` call asks for, or tell what is wrong with its arguments."""
        try:
            checked = await self._module.ask(call, request.gone)
        except BaseException:
            call.discard()
            raise
        if checked.status != 200:
            call.discard()
            return checked
        call.head["op"] = "train"
        return as_json(self._module.trainings.start(call, as_value(checked)))

    async def trainings(self, request: Request) -> Answer:
        """All trainings."""
        return as_json(self._module.trainings.listing()) if self._settings.train else plain(402)

    async def training(self, request: Request) -> Answer:
        """One training."""
        return self._told(self._module.trainings.get(request.params["uuid"]))

    async def resume_training(self, request: Request) -> Answer:
        """Start a training again that failed or was interrupted, with the same arguments."""
        return self._told(self._module.trainings.resume(request.params["uuid"]))

    async def cancel_training(self, request: Request) -> Answer:
        """End a training."""
        return self._told(await self._module.trainings.cancel(request.params["uuid"]))

    def _version(self) -> dict[str, Any]:
        link = {"rel": "self", "type": "application/json", "href": self._base + "/v2/"}
        return {"version": "stable", "id": "v2", "links": [link]}

    async def _model(self) -> dict[str, Any]:
        """Metadata merged over id, name and link."""
        metadata, name = await self._module.metadata(), self._module.name
        link = {"rel": "self", "href": f"{self._base}/v2/models/{name}"}
        return {"id": name, "name": name, "links": [link], **metadata}

    def _told(self, training: dict[str, Any] | None) -> Answer:
        if not self._settings.train:
            return plain(402)
        return plain(404) if training is None else as_json(training)
