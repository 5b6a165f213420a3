"""The front: an ASGI application that speaks DEEPaaS v2 and leaves the module's work to workers."""

import re
from collections.abc import Awaitable, Callable

from fairhaven_runtime.errors import NotReady, Refusal, TooLarge
from fairhaven_runtime.handlers import Handlers
from fairhaven_runtime.metrics import Metrics
from fairhaven_runtime.pool import Pool
from fairhaven_runtime.process import WorkerSpec
from fairhaven_runtime.settings import Settings
from fairhaven_runtime.training import Trainings
from fairhaven_runtime.web import (
    Receive,
    Request,
    Response,
    Scope,
    Send,
    deliver,
    deliver_early,
    plain,
    problem,
)
from fairhaven_runtime.workdir import WorkDir

Handler = Callable[[Request], Awaitable[Response]]


class App:
    """One server of one module, as an ASGI application; starts its workers with the lifespan protocol."""

    def __init__(self, settings: Settings, workdir: WorkDir) -> None:
        spec = WorkerSpec(
            python=settings.python,
            model=settings.model,
            spool=workdir.answers,
            tmp=workdir.tmp,
            timeout=settings.startup_timeout,
        )
        self._base = settings.base_path
        self._metrics = Metrics()
        self._pool = Pool(spec, self._metrics, size=settings.workers, queue=settings.queue)
        self._trainings = Trainings(spec)
        handlers = Handlers(settings, self._pool, self._trainings, self._metrics, workdir.uploads)
        self._routes = routes(handlers)
        self._operations = operations(handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            await self._serve(Request(scope, receive), send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._pool.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._trainings.stop()
        await self._pool.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, request: Request, send: Send) -> None:
        route, handler = self._find(request)
        try:
            response = await handler(request)
        except TooLarge as refusal:
            self._metrics.count(route, refusal.status)
            await deliver_early(problem(refusal), request.receive, send)
            return
        except Refusal as refusal:
            response = problem(refusal)
        except ConnectionResetError:
            return  # nobody is there to read an answer
        self._metrics.count(route, response.status)
        await deliver(response, send)

    def _find(self, request: Request) -> tuple[str, Handler]:
        """The route's name and its handler; wrong paths and methods have handlers too."""
        path = request.path
        if (operation := self._operations.get(path.removeprefix(self._base))) is not None:
            return path.removeprefix(self._base), operation
        if path.startswith(self._base + "/v2/models/") and self._pool.document is None:
            return "/v2/models/", self._not_ready
        name = self._name(path, request)
        if name in self._routes:
            return name, _by_method(self._routes[name], request.method)
        return "other", self._elsewhere(request)

    def _name(self, path: str, request: Request | None = None) -> str:
        """The path as the table of routes has it: without base path, with names in braces."""
        if not path.startswith(self._base):
            return ""
        name = path[len(self._base) :] or "/"
        model = f"/v2/models/{(self._pool.document or {}).get('name')}/"
        if not name.startswith(model):
            return name
        name = "/v2/models/{name}/" + name[len(model) :]
        training = re.fullmatch(r"(/v2/models/\{name\}/train/)([^/]+)", name)
        if training is None:
            return name
        if request is not None:
            request.params["uuid"] = training[2]
        return training[1] + "{uuid}"

    def _elsewhere(self, request: Request) -> Handler:
        """308 to the path with its slashes put right, when that exists; else 404."""
        merged = re.sub("//+", "/", request.path)
        for path in (merged, merged + "/"):
            if path != request.path and self._name(path) in self._routes:
                query = "?" + request.query if request.query else ""
                return _always(plain(308, ("location", path + query)))
        return _always(plain(404))

    async def _not_ready(self, request: Request) -> Response:
        raise NotReady(self._pool.failure or "The module is being loaded; try again shortly.")


def routes(handlers: Handlers) -> dict[str, dict[str, Handler]]:
    """The contract's paths, with a handler for each method."""
    return {
        "/": {"GET": handlers.versions},
        "/ui": {"GET": handlers.ui},
        "/api": {"GET": handlers.docs},
        "/swagger.json": {"GET": handlers.swagger},
        "/v2/": {"GET": handlers.version},
        "/v2/debug/": {"GET": handlers.debug},
        "/v2/models/": {"GET": handlers.models},
        "/v2/models/{name}/": {"GET": handlers.model},
        "/v2/models/{name}/predict/": {"POST": handlers.predict},
        "/v2/models/{name}/train/": {"GET": handlers.trainings, "POST": handlers.train},
        "/v2/models/{name}/train/{uuid}": {"GET": handlers.training, "DELETE": handlers.cancel_training},
    }


def operations(handlers: Handlers) -> dict[str, Handler]:
    """Paths for those who run the server; they answer with and without the base path, whatever the method."""
    return {
        "/healthz": handlers.healthz,
        "/readyz": handlers.readyz,
        "/metrics": handlers.metrics,
        "/description": handlers.description,
    }


def _by_method(methods: dict[str, Handler], method: str) -> Handler:
    return methods.get(method) or _always(plain(405, ("allow", ",".join(sorted(methods)))))


def _always(response: Response) -> Handler:
    async def answer(request: Request) -> Response:
        return response

    return answer
