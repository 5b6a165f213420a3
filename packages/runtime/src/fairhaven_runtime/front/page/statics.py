"""The page's files: read once, told apart by their content, asked for again only by `If-None-Match`."""

import hashlib
from pathlib import Path

from fairhaven_runtime.front.routing import Handler, Routes
from fairhaven_runtime.front.web import Request
from fairhaven_runtime.workers.messages import Answer

FOLDER = Path(__file__).parent / "static"
KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def routes() -> Routes:
    """One path for each file, below `/ui/`."""
    files = (path for path in sorted(FOLDER.iterdir()) if path.suffix in KINDS)
    return {f"/ui/{path.name}": {"GET": _serve(path)} for path in files}


def _serve(path: Path) -> Handler:
    content = path.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    headers = [
        ("content-type", KINDS[path.suffix]),
        ("etag", tag),
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
    ]

    async def handler(request: Request) -> Answer:
        known = request.headers.get("if-none-match", "")
        if known == "*" or tag in (each.strip().removeprefix("W/") for each in known.split(",")):
            return Answer(304, headers=headers[1:])
        return Answer(200, content, list(headers))

    return handler
