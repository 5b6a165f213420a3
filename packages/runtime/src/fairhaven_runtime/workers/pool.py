"""The workers that predict: kept alive, handed out one call at a time, with a bounded queue in front.

A call that finds a worker idle is sent at once. One that waits becomes, with the worker that is free
next, the leader of a batch: it takes along others that wait and may go with it, if the module can
answer many at once. Nobody ever waits for a batch to fill.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

from fairhaven_runtime.errors import (
    DeadlinePassed,
    LoadFailed,
    NotReady,
    QueueFull,
    Refusal,
    WorkerCrashed,
)
from fairhaven_runtime.metrics import Metrics
from fairhaven_runtime.worker.frames import Frame, Head
from fairhaven_runtime.workers import batches
from fairhaven_runtime.workers.channel import WorkerGone
from fairhaven_runtime.workers.messages import Answer, Call
from fairhaven_runtime.workers.place import Gone, Place
from fairhaven_runtime.workers.process import Starter, Worker

log = logging.getLogger(__name__)

HEARTBEAT = 10.0
LONGEST_PAUSE = 30.0
LETTING_STOP = 1.0
"""Seconds that a module gets to stop a stream that nobody reads any more."""


class Pool:
    """`size` workers for predictions; at most `queue` calls wait for one; `batch` at most go together."""

    def __init__(
        self, starter: Starter, metrics: Metrics, *, size: int, queue: int, batch: int, warm: bool
    ) -> None:
        self._starter = starter
        self._metrics = metrics
        self._size = size
        self._queue = queue
        self._batch = batch
        self._warm = warm
        self._idle: deque[Worker] = deque()
        self._waiting: deque[Place] = deque()
        self._workers: set[Worker] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self.failure = ""
        self.document: dict[str, Any] | None = None

    def start(self) -> None:
        """Begin to start workers; returns at once."""
        self._tasks = [asyncio.create_task(self._keep_one()) for _ in range(self._size)]
        self._tasks.append(asyncio.create_task(self._feel_pulses()))

    async def stop(self) -> None:
        """End all workers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.stop() for worker in list(self._workers)))

    @property
    def ready(self) -> bool:
        """Whether some worker has its module loaded."""
        return bool(self._workers)

    def numbers(self) -> dict[str, int]:
        """Gauges: workers that are ready, of these busy, and calls that wait."""
        busy = len(self._workers) - len(self._idle)
        return {"workers_ready": len(self._workers), "workers_busy": busy, "queue_length": len(self._waiting)}

    async def ask(self, call: Call, gone: Gone | None = None) -> Answer:
        """Have the next free worker answer; `gone` returns when nobody waits for the answer any more.

        Raises:
            NotReady: the module is not loaded and its last attempt failed.
            QueueFull: `queue` calls wait already, or this one waited until its deadline.
            ClientGone: it waited, and nobody wants the answer any more.
            WorkerCrashed: the worker ended meanwhile; another takes its place.
            DeadlinePassed: the worker took too long and was ended.
        """
        begun = asyncio.get_running_loop().time()
        place = Place(call, begun + call.within)
        turn = self._idle_worker() or await self._wait(place, gone)
        if isinstance(turn, Answer):
            return turn
        waited = asyncio.get_running_loop().time() - begun
        company = self._company(place)
        answer = await (self._lead(turn, company) if len(company) > 1 else self._serve(turn, place))
        answer.facts["waited"] = waited
        return answer

    async def ask_if_idle(self, head: Head) -> Answer | None:
        """The answer of a worker that has nothing to do; None when all are busy or it fails."""
        if not self._idle:
            return None
        try:
            return await self.ask(Call(head, within=HEARTBEAT))
        except Refusal:
            return None

    # --- waiting -----------------------------------------------------------------------------------------

    def _idle_worker(self) -> Worker | None:
        while self._idle:
            if (worker := self._idle.pop()).alive:
                return worker
        return None

    async def _wait(self, place: Place, gone: Gone | None) -> Worker | Answer:
        if self.failure and not self._workers:
            raise NotReady(self.failure)
        if len(self._waiting) >= self._queue:
            raise QueueFull(f"{self._queue} requests wait already; try again shortly.")
        self._waiting.append(place)
        try:
            return await place.wait(gone)
        except BaseException:
            self._leave(place)
            raise

    def _leave(self, place: Place) -> None:
        """Out of the queue; a worker that came too late for it goes to the next."""
        if place in self._waiting:
            self._waiting.remove(place)
        if place.turn.done() and not place.turn.cancelled() and not place.turn.exception():
            turn = place.turn.result()
            self._give_back(turn) if isinstance(turn, Worker) else turn.discard()

    def _give_back(self, worker: Worker) -> None:
        if not worker.alive:
            return
        while self._waiting:
            place = self._waiting.popleft()
            if not place.turn.done():
                place.turn.set_result(worker)
                return
        self._idle.append(worker)

    # --- one call ----------------------------------------------------------------------------------------

    async def _serve(self, worker: Worker, place: Place) -> Answer:
        frame = await self._exchange(worker, place.call.head, place.call.body, place)
        answer = Answer.of(frame)
        answer.facts["pid"] = worker.pid
        if frame[0].get("stream"):
            answer.pieces = self._pieces(worker, place)
        else:
            self._give_back(worker)
        return answer

    async def _exchange(self, worker: Worker, head: Head, body: bytes, place: Place) -> Frame:
        """Send one message and take one; a worker that fails to answer is lost."""
        try:
            async with asyncio.timeout_at(place.deadline):
                return await worker.ask(head, body)
        except WorkerGone:
            raise await _crashed(worker) from None
        except TimeoutError:
            worker.kill()
            within = place.call.within
            raise DeadlinePassed(f"No answer within {within:g} s; the module's process was ended.") from None
        except asyncio.CancelledError:
            worker.kill()  # it is busy with an answer that nobody will read
            raise

    async def _pieces(self, worker: Worker, place: Place) -> AsyncGenerator[bytes, None]:
        """The pieces of a stream until its end; a reader that leaves before makes the module stop."""
        whole = False
        try:
            async with asyncio.timeout_at(place.deadline):
                while not whole:
                    head, body = await worker.more()
                    whole = bool(head.get("end"))
                    if body:
                        yield body
        except (WorkerGone, TimeoutError):
            worker.kill()  # the answer is cut off: its reader sees that the end is missing
            raise ConnectionResetError("the module did not finish its answer") from None
        finally:
            if whole or await _stopped(worker):
                self._give_back(worker)

    # --- many at once ------------------------------------------------------------------------------------

    def _company(self, leader: Place) -> list[Place]:
        """The leader, and those waiting who may be answered together with it.

        Only those that were given as much time: who is in a hurry may cost nobody else their answer.
        """
        company = [leader]
        if self._batch < 2 or not batches.may_join(self.document, leader.call):
            return company
        for place in list(self._waiting):
            if len(company) == self._batch:
                break
            alike = place.call.within == leader.call.within
            if alike and not place.turn.done() and batches.may_join(self.document, place.call):
                self._waiting.remove(place)
                company.append(place)
        return company

    async def _lead(self, worker: Worker, company: list[Place]) -> Answer:
        """Have all answered by one message; hand the others their answers, or what went wrong."""
        soonest = min(company, key=lambda place: place.deadline)
        try:
            head, body = batches.joined([place.call for place in company])
            frame = await self._exchange(worker, head, body, soonest)
            answers = batches.parted(frame)
        except BaseException as error:
            for place in company[1:]:
                _tell(place, error)
            raise
        self._metrics.batch(len(company))
        for answer, place in zip(answers, company, strict=True):
            answer.facts["pid"] = worker.pid
            if place is not company[0] and not _hand(place, answer):
                answer.discard()
        self._give_back(worker)
        return answers[0]

    # --- keeping workers ---------------------------------------------------------------------------------

    async def _keep_one(self) -> None:
        """Keep one worker running: start, wait for its end, pause longer after each failure in a row."""
        failures = 0
        while True:
            failures = await self._one_life(failures)
            if failures:
                await asyncio.sleep(min(LONGEST_PAUSE, 0.1 * 2 ** (failures - 1)))

    async def _one_life(self, failures: int) -> int:
        """Run one worker to its end; how many in a row have now failed (0: it had answered something)."""
        try:
            worker = await self._starter.start(warm=self._warm)
        except LoadFailed as error:
            log.error("%s", error)
            self._metrics.loads_failed += 1
            if self.document is not None and failures < 2:
                return failures + 1  # it has loaded before: something hit this one process
            self._refuse(str(error))
            return failures + 3
        self._welcome(worker)
        reason = await worker.ended()
        self._part_from(worker)
        log.warning("worker %s ended: %s", worker.pid, reason)
        return 0 if worker.served > 1 else failures + 1

    def _welcome(self, worker: Worker) -> None:
        self.failure = ""
        self.document = worker.document
        self._workers.add(worker)
        self._metrics.workers_started += 1
        log.info("worker %s is ready", worker.pid)
        self._give_back(worker)

    def _part_from(self, worker: Worker) -> None:
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)

    def _refuse(self, reason: str) -> None:
        """Answer calls with `reason` until a worker gets ready, instead of letting them wait."""
        self.failure = reason
        if self._workers:
            return
        for place in self._waiting:
            _tell(place, NotReady(reason))

    async def _feel_pulses(self) -> None:
        """Ask idle workers for a sign of life now and then; one that is stuck is ended and so replaced."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            for worker in list(self._idle):
                await self._feel_pulse(worker)

    async def _feel_pulse(self, worker: Worker) -> None:
        if worker not in self._idle:
            return
        self._idle.remove(worker)
        try:
            async with asyncio.timeout(HEARTBEAT):
                await worker.ask({"op": "ping"})
        except (TimeoutError, WorkerGone):
            log.warning("worker %s gives no sign of life", worker.pid)
            worker.kill()
        else:
            self._give_back(worker)


def as_value(answer: Answer) -> Any:
    """The JSON of an answer whose body is small."""
    return json.loads(answer.body)


def _hand(place: Place, answer: Answer) -> bool:
    """Give a waiting call its answer; whether it was still there to take it."""
    if place.turn.done():
        return False
    place.turn.set_result(answer)
    return True


def _tell(place: Place, error: BaseException) -> None:
    if isinstance(error, Refusal):
        place.refuse(type(error)(error.detail))
    else:
        place.refuse(WorkerCrashed("The request beside this one was broken off."))


async def _crashed(worker: Worker) -> WorkerCrashed:
    reason = await worker.ended()
    return WorkerCrashed(f"The process running the module ended ({reason}); it is being replaced.")


async def _stopped(worker: Worker) -> bool:
    """Ask a worker to stop its stream, and read on to the end of it; one that does not listen is ended."""
    try:
        async with asyncio.timeout(LETTING_STOP):
            worker.tell({"op": "stop"})
            while not (await worker.more())[0].get("end"):
                continue
    except (TimeoutError, WorkerGone, asyncio.CancelledError):
        worker.kill()
        return False
    return True
