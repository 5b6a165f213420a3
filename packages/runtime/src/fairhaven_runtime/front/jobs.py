"""Predictions that outlive their request: `Prefer: respond-async` (RFC 7240) makes a job to come back for."""

import asyncio
import time
import uuid
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from fairhaven_runtime.errors import QueueFull, Refusal
from fairhaven_runtime.front.routing import Routes
from fairhaven_runtime.front.web import Request, as_json, plain, problem
from fairhaven_runtime.workers.messages import Answer


class Job:
    """One prediction under way, or its answer."""

    def __init__(self, coming: Coroutine[Any, Any, Answer]) -> None:
        self.name = uuid.uuid4().hex
        self.begun = time.time()
        self.ended: float | None = None
        self.answer: Answer | None = None
        self._coming = coming
        self.task = asyncio.create_task(self._live())

    @property
    def status(self) -> str:
        if self.answer is None:
            return "cancelled" if self.task.done() else "running"
        return "done" if self.answer.status < 400 else "error"

    def report(self, base: str) -> dict[str, Any]:
        """The job as clients see it; times are seconds since 1970."""
        report = {"id": self.name, "status": self.status, "begun": self.begun, "ended": self.ended}
        if self.answer is not None:
            report["result"] = f"{base}/jobs/{self.name}/result"
        return report

    async def _live(self) -> None:
        try:
            answer = await self._coming
            if answer.pieces is not None:
                answer.body = b"".join([piece async for piece in answer.pieces])
                answer.pieces = None
        except Refusal as refusal:
            answer = problem(refusal)
        except ConnectionResetError as error:
            answer = problem(Refusal(str(error)))
        self.answer, self.ended = answer, time.time()


class Jobs:
    """The jobs of this server: `most` at once, each kept for `keep` seconds after its end."""

    def __init__(self, base: str, *, keep: float, most: int) -> None:
        self._base = base
        self._keep = keep
        self._most = most
        self._all: dict[str, Job] = {}

    async def begin(self, coming: Coroutine[Any, Any, Answer], *, wait: float) -> Answer:
        """Begin a job; its answer if it is there within `wait` seconds, else 202 and where it will be.

        Raises:
            QueueFull: there are as many jobs as the server keeps.
        """
        self._sweep()
        if len(self._all) >= self._most:
            coming.close()
            raise QueueFull(f"This server keeps {self._most} jobs; delete some, or try again later.")
        job = Job(coming)
        self._all[job.name] = job
        await asyncio.wait([job.task], timeout=wait)
        if job.answer is not None:
            del self._all[job.name]
            return job.answer
        answer = as_json(job.report(self._base), 202)
        answer.headers += [
            ("location", f"{self._base}/jobs/{job.name}"),
            ("preference-applied", "respond-async"),
            ("retry-after", "1"),
        ]
        return answer

    def routes(self) -> Routes:
        """Where jobs are found."""
        return {
            "/jobs/": {"GET": self.listing},
            "/jobs/{uuid}": {"GET": self.show, "DELETE": self.cancel},
            "/jobs/{uuid}/result": {"GET": self.result},
        }

    async def listing(self, request: Request) -> Answer:
        """All jobs, oldest first."""
        self._sweep()
        return as_json([job.report(self._base) for job in self._all.values()])

    async def show(self, request: Request) -> Answer:
        """One job."""
        job = self._all.get(request.params["uuid"])
        return plain(404) if job is None else as_json(job.report(self._base))

    async def result(self, request: Request) -> Answer:
        """The answer of a job, once; a job that has given it is forgotten."""
        job = self._all.get(request.params["uuid"])
        if job is None:
            return plain(404)
        if job.answer is None:
            return plain(409, ("retry-after", "1"))
        del self._all[job.name]
        return job.answer

    async def cancel(self, request: Request) -> Answer:
        """End a job and forget it; a worker that is busy with it is replaced."""
        job = self._all.pop(request.params["uuid"], None)
        if job is None:
            return plain(404)
        await _end(job)
        return as_json(job.report(self._base))

    async def stop(self) -> None:
        """End all jobs."""
        await asyncio.gather(*(_end(job) for job in self._all.values()))

    def _sweep(self) -> None:
        """Forget jobs that ended long ago."""
        late = time.time() - self._keep
        for job in [job for job in self._all.values() if job.ended is not None and job.ended < late]:
            del self._all[job.name]
            if job.answer is not None:
                job.answer.discard()


async def _end(job: Job) -> None:
    job.task.cancel()
    with suppress(asyncio.CancelledError):
        await job.task
    if job.answer is not None:
        job.answer.discard()
