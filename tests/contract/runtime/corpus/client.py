"""Sends the entries of a corpus to a server, and tells what it did with them.

A corpus is a file `*.toml` beside this one. An entry is a request, sent byte by byte as it stands there:
`send` (method and target, `{names}` filled in), `headers`, and a body: `json`, `form` or `body` (text), `hex`
(bytes) or `parts` (multipart; `text` or a `file` of the repository). `keep` remembers the answer's uuid under
a name; `until_ended` asks again while the status is "running"; `within` is how long to wait, in seconds, for
a stock server that will not answer.

An entry whose answers differ names a row of the table of improvements in `differs`, and both statuses; of a
Swagger document, `but` names rows whose parts, listed in parts.json, differ, and nothing else does.
"""

import http.client
import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[4]
PATIENCE = 30.0
COMPARED = ("allow", "content-disposition", "content-type", "location", "retry-after")
VOLATILE = (
    (rb"[0-9a-f]{32}", b"<uuid>"),
    (rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", b"<date>"),
    (rb"\d+:\d\d:\d\d(\.\d+)?", b"<duration>"),
)
BOUNDARY = "boundary-of-the-corpus"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"

Entry = dict[str, Any]


class Outcome(NamedTuple):
    """What a server did with a request: the status, or "no answer"; headers that matter; the body."""

    status: int | str
    headers: dict[str, str]
    body: bytes


class Client:
    """Sends the entries of one file to one server, in their order."""

    def __init__(self, port: int, *, patient: bool = True) -> None:
        self._port = port
        self._patient = patient
        self._known: dict[str, str] = {}

    def outcome(self, entry: Entry) -> Outcome:
        """What becomes of one entry, with all that changes from run to run taken out."""
        outcome = self._send(entry)
        deadline = time.monotonic() + PATIENCE
        while entry.get("until_ended") and b'"running"' in outcome.body and time.monotonic() < deadline:
            threading.Event().wait(0.02)
            outcome = self._send(entry)
        if "keep" in entry:
            self._known[entry["keep"]] = json.loads(outcome.body)["uuid"]
        body = outcome.body
        for pattern, word in VOLATILE:
            body = re.sub(pattern, word, body)
        return outcome._replace(body=body)

    def _send(self, entry: Entry) -> Outcome:
        method, target = entry["send"].split(" ", 1)
        for name, value in self._known.items():
            target = target.replace(f"{{{name}}}", value)
        body, headers = _message(entry)
        within = PATIENCE if self._patient else entry.get("within", PATIENCE)
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=within)) as connection:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            try:
                connection.endheaders(body)
                return _received(connection.getresponse())
            except (TimeoutError, http.client.RemoteDisconnected):
                return Outcome("no answer", {}, b"")


def _received(response: http.client.HTTPResponse) -> Outcome:
    told = {name.lower(): value for name, value in response.getheaders()}
    return Outcome(response.status, {name: told[name] for name in COMPARED if name in told}, response.read())


def _message(entry: Entry) -> tuple[bytes | None, dict[str, str]]:
    """Body and headers of an entry."""
    kinds: dict[str, tuple[Callable[[Any], bytes], dict[str, str]]] = {
        "json": (str.encode, {"content-type": "application/json"}),
        "form": (str.encode, {"content-type": "application/x-www-form-urlencoded"}),
        "parts": (_multipart, {"content-type": MULTIPART}),
        "body": (str.encode, {}),
        "hex": (bytes.fromhex, {}),
    }
    for name, (encode, headers) in kinds.items():
        if name in entry:
            body = encode(entry[name])
            return body, {"content-length": str(len(body)), **headers, **entry.get("headers", {})}
    return None, entry.get("headers", {})


def _multipart(parts: list[dict[str, Any]]) -> bytes:
    return b"".join(map(_part, parts)) + f"--{BOUNDARY}--\r\n".encode()


def _part(part: dict[str, Any]) -> bytes:
    disposition = f'form-data; name="{part["name"]}"'
    if "filename" in part:
        disposition += f'; filename="{part["filename"]}"'
    head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n"
    if "type" in part:
        head += f"Content-Type: {part['type']}\r\n"
    content = (ROOT / part["file"]).read_bytes() if "file" in part else part["text"].encode()
    return f"{head}\r\n".encode() + content * part.get("times", 1) + b"\r\n"
