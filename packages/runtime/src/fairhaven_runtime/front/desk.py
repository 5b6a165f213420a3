"""The counter at which requests become calls: read, limited, asked, recorded; their files cleared away."""

import time
import uuid
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path

from fairhaven_runtime.errors import Malformed, Refusal, TooMany
from fairhaven_runtime.front import body
from fairhaven_runtime.front.jobs import Jobs
from fairhaven_runtime.front.records import Records
from fairhaven_runtime.front.web import Request
from fairhaven_runtime.metrics import Metrics
from fairhaven_runtime.settings import Settings
from fairhaven_runtime.workers.messages import Answer, Call
from fairhaven_runtime.workers.module import Module
from fairhaven_runtime.workers.workdir import WorkDir

DEADLINE = "x-request-timeout"


class Desk:
    """What all handlers share: the module, and the one way to ask it."""

    def __init__(self, settings: Settings, module: Module, metrics: Metrics, workdir: WorkDir) -> None:
        self.settings = settings
        self.module = module
        self.metrics = metrics
        self.jobs = Jobs(settings.base_path, keep=settings.keep_jobs, most=settings.jobs)
        self.records = Records.of(settings, metrics)
        self._uploads: Path = workdir.uploads
        self._under_way: Counter[str] = Counter()

    async def take(self, request: Request, op: str) -> Call:
        """The request as a call; its files lie on disk until the call is discarded.

        Raises:
            TooLarge: the body has more bytes than `max_upload`.
            Malformed: the body is not what its type says, or the deadline is no number.
        """
        within = self._within(request)
        stem = self._uploads / uuid.uuid4().hex
        wanted = self.records is not None
        payload = await body.read(request, stem, self.settings.max_upload, digest=wanted)
        head = {"op": op, "query": request.query, "body": payload.head()}
        if "accept" in request.headers:
            head["accept"] = request.headers["accept"]
        digest = payload.digest.hexdigest() if payload.digest else ""
        return Call(head, payload.body, within, payload.paths, digest)

    async def predict(self, request: Request, call: Call) -> Answer:
        """The answer to a prediction: now, or (`Prefer: respond-async`) the address of a job.

        Raises:
            Refusal: there is none.
        """
        preferred = request.prefers()
        if "respond-async" in preferred:
            return await self.jobs.begin(self.ask(request, call), wait=_number(preferred.get("wait", "0")))
        with self._counted(request.client):
            return await self.ask(request, call, patient=False)

    async def ask(self, request: Request, call: Call, *, patient: bool = True) -> Answer:
        """Ask the module, and clear away; a `patient` call goes on when the client has gone."""
        begun = time.perf_counter()
        status = 500
        try:
            answer = await self.module.ask(call, None if patient else request.gone)
            status = answer.status
            if self.records is not None:
                self.records.note(call, answer, time.perf_counter() - begun)
        except Refusal as refusal:
            if self.records is not None:
                self.records.note(call, Answer(refusal.status), time.perf_counter() - begun)
            raise
        finally:
            if status != 200 or answer.pieces is None:
                call.discard()
            self.metrics.time(time.perf_counter() - begun)
        if answer.pieces is not None:
            answer.pieces = _then_discard(answer.pieces, call)
        return answer

    async def stop(self) -> None:
        """End what goes on beside requests."""
        await self.jobs.stop()
        if self.records is not None:
            self.records.stop()

    def _within(self, request: Request) -> float:
        """The seconds that the client gives us, at most those of the server."""
        told = request.headers.get(DEADLINE)
        return self.settings.timeout if told is None else min(_number(told), self.settings.timeout)

    @contextmanager
    def _counted(self, client: str) -> Iterator[None]:
        most = self.settings.per_client
        if not most:
            yield
            return
        if self._under_way[client] >= most:
            raise TooMany(f"{most} requests from your address are under way; wait for one of them.")
        self._under_way[client] += 1
        try:
            yield
        finally:
            self._under_way[client] -= 1
            if not self._under_way[client]:
                del self._under_way[client]


async def _then_discard(pieces: AsyncGenerator[bytes, None], call: Call) -> AsyncGenerator[bytes, None]:
    try:
        async for piece in pieces:
            yield piece
    finally:
        await pieces.aclose()
        call.discard()


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise Malformed(f"{text!r} is no number of seconds.") from None
    if not 0 <= number < float("inf"):
        raise Malformed(f"{text!r} is no number of seconds.")
    return number
