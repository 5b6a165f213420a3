"""The workers that predict: kept alive, handed out one request at a time, with a bounded queue in front."""

import asyncio
import logging
from collections import deque
from typing import Any

from fairhaven_runtime.channel import WorkerGone
from fairhaven_runtime.errors import DeadlinePassed, LoadFailed, NotReady, QueueFull, Refusal, WorkerCrashed
from fairhaven_runtime.metrics import Metrics
from fairhaven_runtime.process import Worker, WorkerSpec
from fairhaven_runtime.worker.frames import Frame, Head

log = logging.getLogger(__name__)

HEARTBEAT = 10.0
LONGEST_PAUSE = 30.0


class Pool:
    """`size` workers for predictions; at most `queue` requests wait for one."""

    def __init__(self, spec: WorkerSpec, metrics: Metrics, *, size: int, queue: int) -> None:
        self._spec = spec
        self._metrics = metrics
        self._size = size
        self._queue = queue
        self._idle: deque[Worker] = deque()
        self._waiting: deque[asyncio.Future[Worker]] = deque()
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
        """Gauges: workers that are ready, of these busy, and requests that wait."""
        busy = len(self._workers) - len(self._idle)
        return {"workers_ready": len(self._workers), "workers_busy": busy, "queue_length": len(self._waiting)}

    async def ask(self, head: Head, body: bytes = b"", *, within: float) -> Frame:
        """Have the next free worker answer one message in `within` seconds, waiting included.

        Raises:
            NotReady: the module is not loaded and its last attempt failed.
            QueueFull: `queue` requests wait already, or this one waited until its deadline.
            WorkerCrashed: the worker ended meanwhile; another takes its place.
            DeadlinePassed: the worker took too long and was ended.
        """
        deadline = asyncio.get_running_loop().time() + within
        worker = await self._borrow(deadline)
        try:
            async with asyncio.timeout_at(deadline):
                answer = await worker.ask(head, body)
        except WorkerGone:
            reason = await worker.ended()
            raise WorkerCrashed(
                f"The process running the module ended ({reason}); it is being replaced."
            ) from None
        except TimeoutError:
            worker.kill()
            raise DeadlinePassed(f"No answer within {within:g} s; the module's process was ended.") from None
        except asyncio.CancelledError:
            worker.kill()  # it is busy with an answer that nobody will read
            raise
        self._give_back(worker)
        return answer

    async def ask_if_idle(self, head: Head) -> Frame | None:
        """The answer of a worker that has nothing to do; None when all are busy or it fails."""
        if not self._idle:
            return None
        try:
            return await self.ask(head, within=HEARTBEAT)
        except Refusal:
            return None

    async def _borrow(self, deadline: float) -> Worker:
        while self._idle:
            if (worker := self._idle.pop()).alive:
                return worker
        if self.failure and not self._workers:
            raise NotReady(self.failure)
        if len(self._waiting) >= self._queue:
            raise QueueFull(f"{self._queue} requests wait already; try again shortly.")
        return await self._wait_for_worker(deadline)

    async def _wait_for_worker(self, deadline: float) -> Worker:
        place: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout_at(deadline):
                return await place
        except TimeoutError:
            raise QueueFull("No worker became free before the request's deadline.") from None
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._give_back(place.result())
            raise
        finally:
            if place in self._waiting:
                self._waiting.remove(place)

    def _give_back(self, worker: Worker) -> None:
        if not worker.alive:
            return
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(worker)
                return
        self._idle.append(worker)

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
            worker = await Worker.start(self._spec, warm=True)
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
        """Answer requests with `reason` until a worker gets ready, instead of letting them wait."""
        self.failure = reason
        if self._workers:
            return
        for place in self._waiting:
            if not place.done():
                place.set_exception(NotReady(reason))

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
