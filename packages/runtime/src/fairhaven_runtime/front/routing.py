"""From a path to its handler: templates with `{name}` (the module's) and `{uuid}`, slashes put right."""

import re
from collections.abc import Awaitable, Callable

from fairhaven_runtime.front.web import Request, plain
from fairhaven_runtime.workers.messages import Answer

Handler = Callable[[Request], Awaitable[Answer]]
Routes = dict[str, dict[str, Handler]]
"""Handlers by path and method."""

_UUID = re.compile(r"((?:/v2/models/\{name\}/train|/jobs)/)([^/]+)(/.+)?")


class Router:
    """Finds handlers below a base path; `operations` answer without it as well."""

    def __init__(self, base: str, routes: Routes, operations: Routes) -> None:
        self._base = base
        self._routes = {**routes, **operations}
        self._bare = operations if base else {}

    def find(self, request: Request, model: str) -> tuple[str, Handler]:
        """The template of the request's path, for counting, and its handler; every request gets one."""
        name = self._name(request.path, model, request)
        if (methods := self._routes.get(name)) is None:
            name, methods = request.path, self._bare.get(request.path)
        if methods is None:
            return "other", self._elsewhere(request, model)
        handler = methods.get(request.method)
        return name, handler or _always(plain(405, ("allow", ",".join(sorted(methods)))))

    def names_a_model(self, path: str) -> bool:
        """Whether the path lies where only the loaded module can tell what is there."""
        return path.startswith(self._base + "/v2/models/")

    def _name(self, path: str, model: str, request: Request | None = None) -> str:
        """The path as the table has it: without base path, with names in braces."""
        if not path.startswith(self._base):
            return ""
        name = path[len(self._base) :] or "/"
        below = f"/v2/models/{model}/"
        if model and name.startswith(below):
            name = "/v2/models/{name}/" + name[len(below) :]
        if name in self._routes or (found := _UUID.fullmatch(name)) is None:
            return name
        if request is not None:
            request.params["uuid"] = found[2]
        return f"{found[1]}{{uuid}}{found[3] or ''}"

    def _elsewhere(self, request: Request, model: str) -> Handler:
        """308 to the path with its slashes put right, when that exists; else 404."""
        merged = re.sub("//+", "/", request.path)
        for path in (merged, merged + "/"):
            if path != request.path and self._name(path, model) in self._routes:
                query = "?" + request.query if request.query else ""
                return _always(plain(308, ("location", path + query)))
        return _always(plain(404))


def _always(answer: Answer) -> Handler:
    async def handler(request: Request) -> Answer:
        return answer

    return handler
