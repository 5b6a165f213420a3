"""The served module as the front sees it: what it says of itself, predictions, trainings."""

from typing import Any

from fairhaven_runtime.errors import MetadataFailed, NotReady
from fairhaven_runtime.metrics import Metrics
from fairhaven_runtime.settings import Settings
from fairhaven_runtime.workers.device import Device
from fairhaven_runtime.workers.messages import Answer, Call
from fairhaven_runtime.workers.place import Gone
from fairhaven_runtime.workers.pool import Pool, as_value
from fairhaven_runtime.workers.process import Starter, WorkerSpec
from fairhaven_runtime.workers.trainings import Trainings
from fairhaven_runtime.workers.workdir import WorkDir


class Module:
    """One module and the processes that run it."""

    def __init__(self, settings: Settings, workdir: WorkDir, metrics: Metrics) -> None:
        spec = WorkerSpec(
            python=settings.python,
            model=settings.model,
            spool=workdir.answers,
            tmp=workdir.tmp,
            timeout=settings.startup_timeout,
            preload=settings.preload,
        )
        self._starter = Starter(spec, nursery=True)
        self._starter.prepare()
        self._device = Device(settings.device_lock)
        self._pool = Pool(
            self._starter,
            metrics,
            size=settings.workers,
            queue=settings.queue,
            batch=settings.batch_size,
            warm=settings.warm,
        )
        folder = settings.state_dir and settings.state_dir / "trainings"
        self.trainings = Trainings(Starter(spec), self._device, at_once=settings.trainings, folder=folder)

    def start(self) -> None:
        """Begin to load it; returns at once."""
        self._pool.start()

    async def stop(self) -> None:
        """End all its processes."""
        await self.trainings.stop()
        await self._pool.stop()
        await self._starter.stop()

    @property
    def ready(self) -> bool:
        """Whether predictions can be answered."""
        return self._pool.ready

    @property
    def failure(self) -> str:
        """Why it did not load, at the last attempt; empty when it did."""
        return self._pool.failure

    @property
    def name(self) -> str:
        """Its name in paths; empty until it has been loaded once."""
        return str((self._pool.document or {}).get("name", ""))

    @property
    def document(self) -> dict[str, Any]:
        """Name, metadata and JSON Schemas of the arguments, as `describe` prints them.

        Raises:
            NotReady: it has not been loaded yet.
        """
        if self._pool.document is None:
            raise NotReady(self._pool.failure or "The module is being loaded; try again shortly.")
        return self._pool.document

    @property
    def headers(self) -> list[str]:
        """The headers that arguments are read from."""
        return (self._pool.document or {}).get("headers", [])  # type: ignore[no-any-return]

    async def metadata(self) -> dict[str, Any]:
        """What it says about itself: of an idle worker, since it may change; else what is known.

        Raises:
            MetadataFailed: its function raised an exception.
        """
        answer = await self._pool.ask_if_idle({"op": "metadata"})
        if answer is not None and answer.status != 200:
            raise MetadataFailed(as_value(answer)["detail"], answer.status)
        if answer is None and "problem" in self.document:
            raise MetadataFailed(self.document["problem"])
        return as_value(answer) if answer is not None else dict(self.document["metadata"])

    async def ask(self, call: Call, gone: Gone | None = None) -> Answer:
        """The answer to a prediction (`predict`) or a check of a training's arguments (`validate`).

        Raises:
            Refusal: there is none; see `Pool.ask`, and `Device.held`.
        """
        async with self._device.held(within=call.within):
            return await self._pool.ask(call, gone)

    def numbers(self) -> dict[str, int]:
        """Gauges."""
        return {**self._pool.numbers(), "trainings_running": self.trainings.running}
