"""What goes to the module and what comes back, whatever way it came and goes."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairhaven_runtime.worker.frames import Frame, Head


@dataclass
class Call:
    """One thing asked of the module.

    Attributes:
        head: the message's head: `op`, and for arguments `query`, `body` (its kind, fields, files), `accept`,
            `headers`.
        body: raw bytes of a small body; a large one lies in a file that `head` names.
        within: seconds until the answer is of no use any more, waiting for a worker included.
        files: uploads on disk, deleted by `discard`.
        digest: SHA-256 of what the client sent, when somebody wants to know.
    """

    head: Head
    body: bytes = b""
    within: float = 600.0
    files: list[Path] = field(default_factory=list)
    digest: str = ""

    @property
    def op(self) -> str:
        return str(self.head["op"])

    def discard(self) -> None:
        """Delete every file that came with it."""
        for path in self.files:
            path.unlink(missing_ok=True)

    @classmethod
    def of_json(cls, op: str, arguments: bytes, *, within: float, files: list[Path] | None = None) -> "Call":
        """A call whose arguments are one JSON object."""
        head = {"op": op, "query": "", "body": {"kind": "json"}}
        return cls(head, arguments, within, files or [])


@dataclass
class Answer:
    """What is answered: bytes in memory, a file that is deleted once sent, or pieces as they are made.

    Attributes:
        message: the text of the module's own exception, if that is the answer.
        facts: what the worker tells beside it: `pid`, `cpu` (seconds), `waited` (seconds).
    """

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    file: Path | None = None
    pieces: AsyncGenerator[bytes, None] | None = None
    message: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, frame: Frame) -> "Answer":
        head, body = frame
        headers = [(name, value) for name, value in head.get("headers", [])]
        file = Path(head["path"]) if "path" in head else None
        message, facts = str(head.get("message", "")), head.get("facts", {})
        return cls(head["status"], body, headers, file, None, message, facts)

    def discard(self) -> None:
        """Delete the file of an answer that nobody will be sent."""
        if self.file is not None:
            self.file.unlink(missing_ok=True)
