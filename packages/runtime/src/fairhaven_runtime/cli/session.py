"""A module without a server: one worker, asked by one command, gone with it."""

import mimetypes
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairhaven_runtime.errors import WorkerCrashed
from fairhaven_runtime.workers.channel import WorkerGone
from fairhaven_runtime.workers.messages import Answer
from fairhaven_runtime.workers.process import Starter, Worker, WorkerSpec
from fairhaven_runtime.workers.workdir import WorkDir


@dataclass(frozen=True)
class Given:
    """Arguments of a command line: values as JSON knows them, and files by the paths that were typed."""

    values: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


class Session:
    """A worker whose module is loaded."""

    def __init__(self, worker: Worker, folder: WorkDir) -> None:
        self._worker = worker
        self._folder = folder
        self._copies: dict[tuple[str, str], str] = {}

    @property
    def document(self) -> dict[str, Any]:
        """Name, metadata and JSON Schemas of the module, as `describe` prints them."""
        return self._worker.document

    async def ask(self, op: str, given: Given | None = None, **head: Any) -> Answer:
        """The module's answer.

        Raises:
            WorkerCrashed: its process ended first.
        """
        body = self._body(given or Given())
        try:
            frame = await self._worker.ask({"op": op, "body": body, **head})
        except WorkerGone:
            raise WorkerCrashed(f"The module's process ended: {await self._worker.ended()}.") from None
        answer = Answer.of(frame)
        if frame[0].get("stream"):
            answer.pieces = self._pieces()
        return answer

    def _body(self, given: Given) -> dict[str, Any]:
        """The kind of body whose values keep their types and can come with files."""
        files = [self._upload(name, path) for name, path in given.files.items()]
        return {"kind": "tensors", "values": dict(given.values), "arrays": [], "files": files}

    def _upload(self, name: str, path: str) -> dict[str, str]:
        """A copy, since a module may change or delete what is uploaded to it."""
        if (name, path) not in self._copies:
            copy = self._folder.uploads / str(len(self._copies))
            self._copies[name, path] = str(shutil.copyfile(path, copy))
        media = mimetypes.guess_type(path)[0] or "application/octet-stream"
        filename = self._copies[name, path]
        return {"name": name, "filename": filename, "content_type": media, "original_filename": path}

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        while True:
            try:
                head, piece = await self._worker.more()
            except WorkerGone:
                raise WorkerCrashed(f"The module's process ended: {await self._worker.ended()}.") from None
            if piece:
                yield piece
            if head.get("end"):
                return


@asynccontextmanager
async def session(
    python: Path, model: str, *, patience: float, prints: bool = False
) -> AsyncIterator[Session]:
    """A session with the module in the environment of `python`; `prints`: what it prints is output.

    Raises:
        LoadFailed: there is no module, it fails, or takes longer than `patience` seconds.
    """
    temporary = Path(tempfile.gettempdir())
    folder = WorkDir.create(temporary)
    spec = WorkerSpec(
        python=python, model=model, spool=folder.answers, tmp=temporary, timeout=patience, prints=prints
    )
    try:
        worker = await Starter(spec).start(warm=False)
        try:
            yield Session(worker, folder)
        finally:
            await worker.stop()
    finally:
        folder.remove()
