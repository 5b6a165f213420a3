"""Trainings: each in a worker process of its own, so predictions go on; remembered while the server runs."""

import asyncio
import json
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fairhaven_runtime.channel import WorkerGone
from fairhaven_runtime.errors import LoadFailed
from fairhaven_runtime.payload import Payload
from fairhaven_runtime.process import Worker, WorkerSpec
from fairhaven_runtime.worker.frames import Head


@dataclass
class Training:
    """One training and what became of it; dates are naive local times, as the contract has them."""

    args: Any
    started: datetime = field(default_factory=datetime.now)
    finished: datetime | None = None
    output: Any = None
    error: str | None = None
    task: asyncio.Task[None] | None = None

    @property
    def status(self) -> str:
        """The contract's word: running, done, error or cancelled."""
        if self.error is not None:
            return "error"
        if self.finished is not None:
            return "done"
        return "cancelled" if self.task is not None and self.task.done() else "running"

    def report(self, name: str) -> dict[str, Any]:
        """The training as the contract shows it."""
        report = {"date": str(self.started), "args": self.args, "uuid": name, "status": self.status}
        if self.error is not None:
            report["message"] = self.error
        elif self.finished is not None:
            duration = str(self.finished - self.started)
            report["result"] = {
                "output": self.output,
                "finish_date": str(self.finished),
                "duration": duration,
            }
        return report


class Trainings:
    """All trainings of this server; at most `at_once` run, others wait for their turn."""

    def __init__(self, spec: WorkerSpec, *, at_once: int = 1) -> None:
        self._spec = spec
        self._slots = asyncio.Semaphore(at_once)
        self._all: dict[str, Training] = {}

    def start(self, head: Head, payload: Payload, args: Any) -> dict[str, Any]:
        """Begin a training with checked arguments; its uploads are deleted when it ends."""
        name, training = uuid.uuid4().hex, Training(args)
        training.task = asyncio.create_task(self._run(training, head, payload))
        self._all[name] = training
        return training.report(name)

    def listing(self) -> list[dict[str, Any]]:
        """All trainings, oldest first."""
        return [training.report(name) for name, training in self._all.items()]

    def get(self, name: str) -> dict[str, Any] | None:
        """One training, or None when there is none of that name."""
        training = self._all.get(name)
        return training.report(name) if training else None

    async def cancel(self, name: str) -> dict[str, Any] | None:
        """End a training and forget it; returns its last state, or None when there is none of that name."""
        training = self._all.pop(name, None)
        if training is None:
            return None
        await _end(training)
        return training.report(name)

    @property
    def running(self) -> int:
        """How many have not ended."""
        return sum(training.status == "running" for training in self._all.values())

    async def stop(self) -> None:
        """End all trainings."""
        await asyncio.gather(*(_end(training) for training in self._all.values()))

    async def _run(self, training: Training, head: Head, payload: Payload) -> None:
        try:
            async with self._slots:
                await self._train(training, head, payload)
        finally:
            payload.discard()

    async def _train(self, training: Training, head: Head, payload: Payload) -> None:
        try:
            worker = await Worker.start(self._spec, warm=False)
        except LoadFailed as error:
            training.error = str(error)
            return
        try:
            answer, body = await worker.ask(head, payload.body)
            _conclude(training, answer, body)
        except WorkerGone:
            training.error = f"The training's process ended: {await worker.ended()}."
        finally:
            await worker.stop()


def _conclude(training: Training, answer: Head, body: bytes) -> None:
    if answer["status"] == 200:
        training.output = json.loads(body)
        training.finished = datetime.now()  # the contract's dates are naive local times
    else:
        training.error = str(answer.get("message") or json.loads(body))


async def _end(training: Training) -> None:
    if training.task is None:
        return
    training.task.cancel()
    with suppress(asyncio.CancelledError):
        await training.task
