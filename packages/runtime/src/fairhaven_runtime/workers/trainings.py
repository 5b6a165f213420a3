"""Trainings: each in a worker process of its own, so predictions go on; remembered across restarts.

With a folder, every training is a file of JSON there beside a folder of its uploads. One that a restart
interrupted is listed as an error that says so, and can be started again with the same arguments.
"""

import asyncio
import json
import shutil
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from fairhaven_runtime.errors import LoadFailed, Refusal
from fairhaven_runtime.workers.channel import WorkerGone
from fairhaven_runtime.workers.device import Device
from fairhaven_runtime.workers.messages import Answer, Call
from fairhaven_runtime.workers.process import Starter

INTERRUPTED = "The server was stopped before the training ended; start it again with POST to this address."


@dataclass
class Training:
    """One training and what became of it; dates are naive local times as text, as the contract has them."""

    name: str
    args: Any
    head: dict[str, Any]
    date: str = field(default_factory=lambda: str(datetime.now()))
    status: str = "running"
    message: str = ""
    result: dict[str, Any] | None = None

    def report(self) -> dict[str, Any]:
        """The training as the contract shows it: running, done (with its result), error or cancelled."""
        report = {"date": self.date, "args": self.args, "uuid": self.name, "status": self.status}
        if self.status == "error":
            report["message"] = self.message
        elif self.result is not None:
            report["result"] = self.result
        return report

    def fail(self, message: str) -> None:
        self.status, self.message = "error", message

    def finish(self, output: Any) -> None:
        now = datetime.now()  # the contract's dates are naive local times
        duration = str(now - datetime.fromisoformat(self.date))
        self.status = "done"
        self.result = {"output": output, "finish_date": str(now), "duration": duration}


class Trainings:
    """All trainings of this server; at most `at_once` run, others wait for their turn."""

    def __init__(self, starter: Starter, device: Device, *, at_once: int, folder: Path | None) -> None:
        self._starter = starter
        self._device = device
        self._slots = asyncio.Semaphore(at_once)
        self._folder = folder
        self._all = {each.name: each for each in _remembered(folder)}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, call: Call, args: Any) -> dict[str, Any]:
        """Begin a training with checked arguments; its uploads are deleted when it has ended well."""
        name = uuid.uuid4().hex
        call = self._adopted(call, name)
        training = self._all[name] = Training(name, args, call.head)
        self._write(training)
        self._begin(training, call)
        return training.report()

    def resume(self, name: str) -> dict[str, Any] | None:
        """Start a training again that ended in an error; None when there is none of that name."""
        training = self._all.get(name)
        if training is None:
            return None
        if training.status == "error" and self._folder is not None:
            again = Training(name, training.args, training.head)
            self._all[name] = again
            self._write(again)
            self._begin(again, self._kept(again))
            return again.report()
        return training.report()

    def listing(self) -> list[dict[str, Any]]:
        """All trainings, oldest first."""
        return [training.report() for training in self._all.values()]

    def get(self, name: str) -> dict[str, Any] | None:
        """One training, or None when there is none of that name."""
        training = self._all.get(name)
        return training.report() if training else None

    async def cancel(self, name: str) -> dict[str, Any] | None:
        """End a training and forget it; returns its last state, or None when there is none of that name."""
        training = self._all.pop(name, None)
        if training is None:
            return None
        await self._end(name)
        self._forget(name)
        if training.status == "running":
            training.status = "cancelled"
        return training.report()

    @property
    def running(self) -> int:
        """How many have not ended."""
        return sum(training.status == "running" for training in self._all.values())

    async def stop(self) -> None:
        """End all trainings; those that run are remembered as interrupted."""
        await asyncio.gather(*(self._end(name) for name in list(self._tasks)))

    # --- running -----------------------------------------------------------------------------------------

    def _begin(self, training: Training, call: Call) -> None:
        task = asyncio.create_task(self._run(training, call))
        self._tasks[training.name] = task
        task.add_done_callback(lambda _: self._tasks.pop(training.name, None))

    async def _run(self, training: Training, call: Call) -> None:
        try:
            async with self._slots, self._device.held():
                answer = await self._train(call)
            if answer.status == 200:
                training.finish(json.loads(answer.body))
            else:
                training.fail(answer.message or str(json.loads(answer.body)))
        except Refusal as refusal:
            training.fail(refusal.detail)
        finally:
            if self._folder is None:
                call.discard()
        self._write(training)
        if training.status == "done" and self._folder is not None:
            shutil.rmtree(self._folder / training.name, ignore_errors=True)

    async def _train(self, call: Call) -> Answer:
        try:
            worker = await self._starter.start(warm=False)
        except LoadFailed as error:
            raise Refusal(str(error)) from error
        try:
            return Answer.of(await worker.ask(call.head, call.body))
        except WorkerGone:
            raise Refusal(f"The training's process ended: {await worker.ended()}.") from None
        finally:
            await worker.stop()

    async def _end(self, name: str) -> None:
        task = self._tasks.get(name)
        if task is None:
            return
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    # --- remembering -------------------------------------------------------------------------------------

    def _write(self, training: Training) -> None:
        if self._folder is None or training.name not in self._all:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        new = self._folder / f".{training.name}.new"
        new.write_text(json.dumps(asdict(training)))
        new.replace(self._folder / f"{training.name}.json")

    def _adopted(self, call: Call, name: str) -> Call:
        """The call with its files in our folder, where they outlive the server."""
        if self._folder is None:
            return call
        home = self._folder / name
        home.mkdir(parents=True, exist_ok=True)
        text = json.dumps(call.head)
        for path in call.files:
            shutil.move(path, home / path.name)
            text = text.replace(json.dumps(str(path)), json.dumps(str(home / path.name)))
        (home / "body").write_bytes(call.body)
        return Call(json.loads(text), call.body, call.within, [home / path.name for path in call.files])

    def _kept(self, training: Training) -> Call:
        assert self._folder is not None
        home = self._folder / training.name
        files = [path for path in home.iterdir() if path.name != "body"]
        return Call(training.head, (home / "body").read_bytes(), files=files)

    def _forget(self, name: str) -> None:
        if self._folder is not None:
            (self._folder / f"{name}.json").unlink(missing_ok=True)
            shutil.rmtree(self._folder / name, ignore_errors=True)


def _remembered(folder: Path | None) -> list[Training]:
    """The trainings of servers before us, oldest first; one that ran is an error now."""
    if folder is None or not folder.is_dir():
        return []
    found = [Training(**json.loads(path.read_text())) for path in folder.glob("*.json")]
    for training in found:
        if training.status == "running":
            training.fail(INTERRUPTED)
    return sorted(found, key=lambda training: training.date)
