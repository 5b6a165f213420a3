"""Answers of servers elsewhere, recorded, and served again by a real HTTP server on this machine.

with recorded({"/api/items/7": Answer(body=b"{}")}) as server:
    ... ask f"{server.url}/api/items/7" ...
    assert server.asked[0].headers["accept"] == "application/json"
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_TYPES = {
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".xml": "text/xml",
}


@dataclass(frozen=True)
class Answer:
    """What a server says; `cut` ends the connection after that many bytes of the body."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None

    @classmethod
    def json(cls, content: object, status: int = 200, **headers: str) -> "Answer":
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(json.dumps(content).encode(), status, {"Content-Type": "application/json", **named})

    @classmethod
    def file(cls, path: Path) -> "Answer":
        kind = _TYPES.get(path.suffix, "application/octet-stream")
        return cls(path.read_bytes(), headers={"Content-Type": kind})


@dataclass(frozen=True)
class Asked:
    """A request as it came; names of headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path


Said: TypeAlias = Answer | Callable[[Asked], Answer]
NOT_FOUND = Answer(b"not found", 404, {"Content-Type": "text/plain"})


@dataclass
class Recorded:
    """The server: what it answers (by target with query, else by path, may be changed), what it was asked."""

    url: str
    answers: MutableMapping[str, Said]
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        said = (
            self.answers.get(asked.target) or self.answers.get(asked.path) or self.answers.get("*", NOT_FOUND)
        )
        return said if isinstance(said, Answer) else said(asked)


@contextmanager
def recorded(answers: Mapping[str, Said]) -> Iterator[Recorded]:
    """Serve the answers at a free port of this machine until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            self.say(told.answer(asked))

        def say(self, answer: Answer) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body[: answer.cut])
            self.close_connection = self.close_connection or answer.cut is not None

        def log_message(self, format: str, *arguments: object) -> None:
            """Tests say themselves what went wrong."""

    for method in METHODS:
        setattr(Handler, f"do_{method}", Handler.do)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = Recorded(f"http://127.0.0.1:{server.server_port}", dict(answers))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="recorded", daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
