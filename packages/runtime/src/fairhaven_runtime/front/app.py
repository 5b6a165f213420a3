"""The front: an ASGI application that speaks HTTP and leaves the module's work to workers."""

from contextlib import suppress

from fairhaven_runtime.errors import ClientGone, NotReady, Refusal, TooLarge
from fairhaven_runtime.front.contract import Contract
from fairhaven_runtime.front.desk import Desk
from fairhaven_runtime.front.inference.routes import Inference
from fairhaven_runtime.front.operations import Operations
from fairhaven_runtime.front.page.routes import Page
from fairhaven_runtime.front.routing import Handler, Router
from fairhaven_runtime.front.web import (
    Receive,
    Request,
    Scope,
    Send,
    as_problem,
    deliver,
    deliver_early,
)
from fairhaven_runtime.metrics import Metrics
from fairhaven_runtime.settings import Settings
from fairhaven_runtime.workers.messages import Answer
from fairhaven_runtime.workers.module import Module
from fairhaven_runtime.workers.workdir import WorkDir

PAGES = ("/api", "/ui")
"""What paths of pages begin with."""


class App:
    """One server of one module, as an ASGI application; starts its workers with the lifespan protocol."""

    def __init__(self, settings: Settings, workdir: WorkDir) -> None:
        self._base = settings.base_path
        self._metrics = Metrics()
        self._module = Module(settings, workdir, self._metrics)
        self._desk = Desk(settings, self._module, self._metrics, workdir)
        contract, operations = Contract(self._desk), Operations(self._desk)
        pages = Page(self._desk, contract).routes()
        inference = Inference(self._desk).routes()
        routes = {**contract.routes(), **self._desk.jobs.routes(), **pages, **inference}
        if not settings.docs:
            routes = {path: each for path, each in routes.items() if not path.startswith(PAGES)}
        self._router = Router(self._base, routes, operations.routes())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            await self._serve(Request(scope, receive), send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._module.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._desk.stop()
        await self._module.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, request: Request, send: Send) -> None:
        route, handler = self._find(request)
        try:
            answer = await handler(request)
        except TooLarge as refusal:
            self._metrics.count(route, refusal.status)
            await deliver_early(request.refuse(refusal), request.receive, send)
            return
        except (ClientGone, ConnectionResetError):
            self._metrics.count(route, ClientGone.status)
            return  # nobody is there to read an answer
        except Refusal as refusal:
            answer = request.refuse(refusal)
        if answer.status >= 400 and "application/problem+json" in request.headers.get("accept", ""):
            answer = as_problem(answer)
        self._metrics.count(route, answer.status)
        with suppress(ClientGone, ConnectionResetError):  # uvicorn closes what was not answered whole
            await deliver(answer, request, send)

    def _find(self, request: Request) -> tuple[str, Handler]:
        if not self._module.name and self._router.names_a_model(request.path):
            return "/v2/models/", self._not_ready
        return self._router.find(request, self._module.name)

    async def _not_ready(self, request: Request) -> Answer:
        raise NotReady(self._module.failure or "The module is being loaded; try again shortly.")
