"""A request's body as workers take it, and how its bytes are kept: a few in memory, many in a file."""

import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from fairhaven_runtime.worker.frames import Head
from fairhaven_runtime.workers.messages import Call

IN_MEMORY = 1024 * 1024
"""Bytes of a body, or of all text fields together, that are kept in memory."""


@dataclass
class Payload:
    """A body as workers take it: `kind` is none, json, form or multipart."""

    kind: str
    folder: Path
    body: bytes = b""
    path: Path | None = None
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[dict[str, str | None]] = field(default_factory=list)
    digest: Any = None
    paths: list[Path] = field(default_factory=list)
    opened: list[IO[bytes]] = field(default_factory=list)
    charset: str = ""

    def head(self) -> dict[str, Any]:
        """The part of the message that tells a worker what came and where it lies."""
        head: dict[str, Any] = {"kind": self.kind}
        if self.charset:
            head["charset"] = self.charset
        if self.path is not None:
            head["path"] = str(self.path)
        if self.kind == "multipart" or self.files:
            head |= {"fields": self.fields, "files": self.files}
        return head

    def call(self, head: Head, within: float) -> Call:
        """The call that takes it along."""
        digest = self.digest.hexdigest() if self.digest else ""
        return Call(head, self.body, within, self.paths, digest)

    def new_file(self) -> Path:
        """A fresh path for an upload of this request."""
        self.paths.append(self.folder / f"{uuid.uuid4().hex}-{len(self.paths)}")
        return self.paths[-1]

    def open_file(self) -> IO[bytes]:
        """A fresh file for an upload of this request."""
        self.opened.append(self.new_file().open("xb"))
        return self.opened[-1]

    def discard(self) -> None:
        """Delete every file that came with the request."""
        for file in self.opened:
            file.close()
        for path in self.paths:
            path.unlink(missing_ok=True)


class Sink:
    """Collects bytes in memory and moves to a file when they are many."""

    def __init__(self, payload: Payload, *, to_file: bool = False) -> None:
        self._payload = payload
        self._buffer = bytearray()
        self._file = payload.open_file() if to_file else None

    def write(self, data: bytes) -> None:
        """Take some bytes. Writing to the page cache is quick; a thread per chunk would cost more."""
        if self._file is not None:
            self._file.write(data)
            return
        self._buffer += data
        if len(self._buffer) > IN_MEMORY:
            self._file = self._payload.open_file()
            self._file.write(self._buffer)

    def close(self) -> tuple[Path | None, bytes]:
        """Where the bytes are: in a file, or in memory."""
        if self._file is None:
            return None, bytes(self._buffer)
        self._file.close()
        return Path(self._file.name), b""
