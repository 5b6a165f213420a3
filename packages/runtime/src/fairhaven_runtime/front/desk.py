"""The counter at which requests become calls: read, limited, asked, recorded; their files cleared away."""

import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from fairhaven_runtime.errors import Malformed, Refusal, TooMany
from fairhaven_runtime.front import body
from fairhaven_runtime.front.jobs import Jobs
from fairhaven_runtime.front.payload import Payload
from fairhaven_runtime.front.records import Records
from fairhaven_runtime.front.web import Request
from fairhaven_runtime.metrics import Metrics
from fairhaven_runtime.settings import Settings
from fairhaven_runtime.workers.messages import Answer, Call
from fairhaven_runtime.workers.module import Module
from fairhaven_runtime.workers.workdir import WorkDir

DEADLINE = "x-request-timeout"
SHORTEST = 1.0
"""Seconds: a deadline ends the worker, and nobody may have it ended in the midst of a short answer."""

Then = Callable[[Answer], Awaitable[Answer]]


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
        within = self.within(request)
        payload = await self.receive(request)
        head = {"op": op, "query": request.query, "body": payload.head()}
        if "accept" in request.headers:
            head["accept"] = request.headers["accept"]
        if wanted := self.module.headers:
            head["headers"] = {name: request.headers[name] for name in wanted if name in request.headers}
        return payload.call(head, within)

    async def receive(self, request: Request, kind: str = "") -> Payload:
        """The request's body, as its content type says it is, or as the `kind` of payload that is given.

        Raises:
            TooLarge: it has more bytes than `max_upload`.
            Malformed: it is not what its type says.
        """
        wanted = self.records is not None
        return await body.read(request, self._uploads, self.settings.max_upload, kind=kind, digest=wanted)

    def within(self, request: Request) -> float:
        """The seconds that the client gives us: one at least, at most those of the server.

        Raises:
            Malformed: it gives no number, or no time at all.
        """
        told = request.headers.get(DEADLINE)
        if told is None:
            return self.settings.timeout
        within = _number(told)
        if not within:
            raise Malformed(f"In {told} seconds nothing can be answered.")
        return min(max(within, SHORTEST), self.settings.timeout)

    async def predict(self, request: Request, call: Call, then: Then | None = None) -> Answer:
        """The answer to a prediction, retold by `then`: now, or (`Prefer: respond-async`) where it will be.

        Raises:
            Refusal: there is none.
        """
        preferred = request.prefers() if "prefer" in request.headers else {}
        try:
            if "respond-async" in preferred:
                wait = _number(preferred.get("wait", "0"))
                return await self.jobs.begin(self._retold(request, call, then), wait=wait)
            with self._counted(request.client):
                return await self._retold(request, call, then, patient=False)
        except BaseException:
            call.discard()
            raise

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

    async def _retold(
        self, request: Request, call: Call, then: Then | None, *, patient: bool = True
    ) -> Answer:
        answer = await self.ask(request, call, patient=patient)
        return answer if then is None else await then(answer)

    def _counted(self, client: str) -> AbstractContextManager[None]:
        """The client's requests are counted where there is a limit to them."""
        return self._counting(client, self.settings.per_client) if self.settings.per_client else nullcontext()

    @contextmanager
    def _counting(self, client: str, most: int) -> Iterator[None]:
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
