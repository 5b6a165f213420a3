"""The HTTP of the stand-in: routes, tokens, content types, and the faults that a test wants."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from fairhaven.core.testing.invenio.depository import Refused, TestInvenio

Json = dict[str, Any]
JSON, BYTES = "application/json", "application/octet-stream"


class Fault(Enum):
    """What goes wrong with a call: it is not done, or it is done and the answer is lost, or comes never."""

    BEFORE = "the connection breaks before anything is done"
    AFTER = "it is done, and the connection breaks before the answer"
    BUSY = "it is not done: 503"
    ERROR = "it is done, and 500 is answered all the same"
    SILENT_BEFORE = "it is not done, and no answer comes"
    SILENT_AFTER = "it is done, and no answer comes"


_DRAFT = r"/records/(?P<id>[^/]+)/draft"
_FILE = rf"{_DRAFT}/files/(?P<key>[^/]+)"
# Method, path, name of the deed, content type of its body, and the scope that it needs.
ROUTES: tuple[tuple[str, str, str, str | None, str], ...] = (
    ("POST", r"/records", "create", JSON, "deposit:write"),
    ("GET", r"/records", "listing", None, ""),
    ("GET", r"/user/records", "search", None, "deposit:write"),
    ("GET", r"/records/(?P<id>[^/]+)", "read", None, ""),
    ("GET", _DRAFT, "read_draft", None, "deposit:write"),
    ("PUT", _DRAFT, "update", JSON, "deposit:write"),
    ("DELETE", _DRAFT, "discard", None, "deposit:write"),
    ("POST", rf"{_DRAFT}/pids/doi", "reserve", None, "deposit:write"),
    ("POST", rf"{_DRAFT}/actions/publish", "publish", None, "deposit:actions"),
    ("POST", r"/records/(?P<id>[^/]+)/versions", "new_version", None, "deposit:write"),
    ("POST", r"/records/(?P<id>[^/]+)/communities", "submit", JSON, "deposit:write"),
    ("GET", rf"{_DRAFT}/files", "list_files", None, "deposit:write"),
    ("POST", rf"{_DRAFT}/files", "begin_files", JSON, "deposit:write"),
    ("PUT", rf"{_FILE}/content", "put_file", BYTES, "deposit:write"),
    ("POST", rf"{_FILE}/commit", "commit_file", None, "deposit:write"),
    ("DELETE", _FILE, "delete_file", None, "deposit:write"),
)


class Served(TestInvenio):
    """The depository as it is served.

    Attributes:
        deeds: what was asked of it, in order, by name: "create", "put_file" …
        fault: what goes wrong with the call of this number (from 0) and deed.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.deeds: list[str] = []
        self.fault: Callable[[int, str], Fault | None] = lambda number, deed: None
        self.lock = threading.RLock()
        self.waiting, self.over = threading.Event(), threading.Event()


@contextmanager
def running() -> Iterator[Served]:
    """Serve a depository until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        found = Served(f"http://127.0.0.1:{server.server_address[1]}")
        server.depository = found  # type: ignore[attr-defined]
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield found
        finally:
            found.over.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._handle()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the library's names

    def _handle(self) -> None:
        place: Served = self.server.depository  # type: ignore[attr-defined]
        self.close_connection = True
        try:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
        except OSError:
            return
        if len(body) < length:
            return  # whoever sent it is gone
        with place.lock:
            deed = self._deed()
            fault = place.fault(len(place.deeds), deed[0] if deed else "")
            place.deeds.append(deed[0] if deed else "")
        self._with_fault(place, fault, deed, body)

    def _with_fault(self, place: Served, fault: Fault | None, deed: Any, body: bytes) -> None:
        if fault in (Fault.BEFORE, Fault.SILENT_BEFORE):
            self._be_silent(place, fault)
            return
        if fault is Fault.BUSY:
            self._answer(503, {"status": 503, "message": "Service Unavailable"})
            return
        with place.lock:
            status, said = self._done(place, deed, body)
        if fault in (Fault.AFTER, Fault.SILENT_AFTER):
            self._be_silent(place, fault)
        elif fault is Fault.ERROR:
            self._answer(500, {"status": 500, "message": "Internal Server Error"})
        else:
            self._answer(status, said)

    def _be_silent(self, place: Served, fault: Fault) -> None:
        if fault in (Fault.SILENT_BEFORE, Fault.SILENT_AFTER):
            place.waiting.set()
            place.over.wait(30)
        self.connection.close()

    def _deed(self) -> tuple[str, str | None, str, dict[str, str]] | None:
        path = urlsplit(self.path).path
        for method, pattern, name, kind, scope in ROUTES:
            found = re.fullmatch(f"/api{pattern}", path)
            if found and method == self.command:
                return name, kind, scope, {key: unquote(value) for key, value in found.groupdict().items()}
        return None

    def _done(self, place: Served, deed: Any, body: bytes) -> tuple[int, Json]:
        try:
            if deed is None:
                raise Refused(404, "The requested URL was not found on the server.")
            name, kind, scope, given = deed
            self._check_token(place, scope)
            act = getattr(place, name)
            if name == "search":
                return act(urlsplit(self.path).query)  # type: ignore[no-any-return]
            return act(**given, **self._body(kind, body))  # type: ignore[no-any-return]
        except Refused as refused:
            return refused.status, refused.body

    def _check_token(self, place: Served, scope: str) -> None:
        said = self.headers.get("Authorization")
        if said is None and scope:
            raise Refused(403, "Permission denied.")
        if said is not None and said != f"Bearer {place.token}":
            raise Refused(401, "The server could not verify that you are authorized to access the URL.")
        if scope and scope not in place.scopes:
            raise Refused(403, "Permission denied.")

    def _body(self, kind: str | None, body: bytes) -> dict[str, Any]:
        if kind is None:
            return {}
        told = (self.headers.get("Content-Type") or "").partition(";")[0].strip()
        if told != kind:
            raise Refused(415, f"Invalid 'Content-Type' header. Expected one of: {kind}")
        if kind == BYTES:
            return {"content": body}
        try:
            return {"body": json.loads(body)}
        except ValueError:
            raise Refused(400, "Unable to decode JSON data in request body.") from None

    def _answer(self, status: int, said: Json) -> None:
        content = b"" if status == 204 else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.inveniordm.v1+json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the tests look at the records."""
