"""From a path to its handler: templates with `{names}` in them, slashes put right."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fairhaven_runtime.front.web import Request, plain
from fairhaven_runtime.workers.messages import Answer

Handler = Callable[[Request], Awaitable[Answer]]
Routes = dict[str, dict[str, Handler]]
"""Handlers by path and method. `{name}` stands for the served module's name, other braces for anything."""

IN_PATHS = "/:@!$&'()*+,;=~"
"""What a path may hold as it is (RFC 3986 §3.3), beside letters, digits and `_.-`."""


class Router:
    """Finds handlers below a base path; `operations` answer without it as well."""

    def __init__(self, base: str, routes: Routes, operations: Routes) -> None:
        self._base = base
        self._routes = {**routes, **operations}
        self._patterns = [(path, _pattern(path)) for path in self._routes if "{" in path]
        self._fixed = {path for path in self._routes if "{" not in path}
        self._bare = operations if base else {}

    def find(self, request: Request, model: str) -> tuple[str, Handler]:
        """The template of the request's path, for counting, and its handler; every request gets one."""
        name, request.params = self._match(request.path, model)
        methods = self._routes.get(name)
        if methods is None:
            name, methods = request.path, self._bare.get(request.path)
        if methods is None:
            return "other", self._elsewhere(request, model)
        handler = methods.get(request.method)
        return name, handler or _always(plain(405, ("allow", ",".join(sorted(methods)))))

    def names_a_model(self, path: str) -> bool:
        """Whether the path lies where only the loaded module can tell what is there."""
        return path.startswith(self._base + "/v2/models/") and not self._match(path, "")[0]

    def _match(self, path: str, model: str) -> tuple[str, dict[str, str]]:
        """The path as the table has it, with what stands for its names; empty if it is not there."""
        if not path.startswith(self._base):
            return "", {}
        path = path[len(self._base) :] or "/"
        if path in self._fixed:
            return path, {}
        for template, pattern in self._patterns:
            found = pattern.fullmatch(path)
            if found is not None and found.groupdict().get("name", model) == model:
                return template, found.groupdict()
        return "", {}

    def _elsewhere(self, request: Request, model: str) -> Handler:
        """308 to the path with its slashes put right, when that answers the method; else 404."""
        merged = re.sub("//+", "/", request.path)
        for path in (merged, merged + "/"):
            there = self._routes.get(self._match(path, model)[0], {})
            if path != request.path and request.method in there:
                query = "?" + request.query if request.query else ""
                return _always(plain(308, ("location", quote(path, safe=IN_PATHS) + query)))
        return _always(plain(404))


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)))


def _always(answer: Answer) -> Handler:
    async def handler(request: Request) -> Answer:
        return answer

    return handler
