"""What others may want to know of each prediction: a record of it, and now and then a sample of its content.

Both are off unless asked for, and cost nothing then. When they are on, they never hold a request up: what
cannot be written as fast as it comes is dropped, and counted.
"""

import json
import os
import queue
import random
import shutil
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairhaven_runtime.metrics import Metrics
from fairhaven_runtime.settings import Settings
from fairhaven_runtime.workers.messages import Answer, Call

WAITING = 1000
"""Records that may wait to be written; more are dropped."""
SAMPLES_KEPT = 1000
LARGEST_SAMPLE = 8 * 1024 * 1024
"""Bytes of an input or an answer in a sample; what is larger is left out of it."""


@dataclass
class _Sample:
    """One prediction's content, to be written to a folder of its own; uploads are linked there already."""

    home: Path
    call: Call
    answer: bytes

    @classmethod
    def of(cls, folder: Path, call: Call, answer: Answer) -> "_Sample | None":
        """Take what will soon be gone; None when the disk has no place for it."""
        home = folder / f"{time.time_ns()}-{uuid.uuid4().hex[:8]}"
        try:
            home.mkdir(parents=True)
            for path in call.files:
                if path.stat().st_size <= LARGEST_SAMPLE:
                    os.link(path, home / path.name)
        except OSError:  # it is full, or on another disk than uploads: a sample less
            shutil.rmtree(home, ignore_errors=True)
            return None
        return cls(home, call, answer.body)

    def write(self, record: dict[str, Any]) -> None:
        """Write it beside its record, and forget the oldest of too many."""
        for name, content in (("body", self.call.body), ("answer", self.answer)):
            if content and len(content) <= LARGEST_SAMPLE:
                (self.home / name).write_bytes(content)
        told = self.home / ".record.json"
        told.write_text(json.dumps({**record, "call": self.call.head}))
        told.rename(self.home / "record.json")  # the last: where it is, the sample is whole
        for old in sorted(self.home.parent.iterdir())[:-SAMPLES_KEPT]:
            shutil.rmtree(old, ignore_errors=True)


_Item = tuple[dict[str, Any], _Sample | None]


class Records:
    """Writes JSON lines to a file, and samples to a folder, from a thread of its own."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._file, self._folder = settings.record, settings.tap
        self._release, self._rate = settings.release, settings.tap_rate
        self._metrics = metrics
        self._waiting: queue.Queue[_Item | None] = queue.Queue(WAITING)
        self._dice = random.Random()  # noqa: S311 - it chooses samples, no secrets
        self._thread = threading.Thread(target=self._write_all, name="records", daemon=True)
        self._thread.start()

    @classmethod
    def of(cls, settings: Settings, metrics: Metrics) -> "Records | None":
        """The records that the settings ask for; None when they ask for none."""
        return cls(settings, metrics) if settings.record or settings.tap else None

    def note(self, call: Call, answer: Answer, seconds: float) -> None:
        """One prediction was answered; called in the request's path, so it only puts the facts down."""
        record = {
            "time": time.time(),
            "release": self._release,
            "input": call.digest,
            "status": answer.status,
            "seconds": round(seconds, 6),
            "waited": round(answer.facts.get("waited", 0.0), 6),
            "cpu": answer.facts.get("cpu"),
            "worker": answer.facts.get("pid"),
        }
        sample = None
        if self._folder is not None and answer.status == 200 and self._dice.random() < self._rate:
            sample = _Sample.of(self._folder, call, answer)
        try:
            self._waiting.put_nowait((record, sample))
        except queue.Full:
            self._drop(sample)

    def stop(self) -> None:
        """Write what waits, and end."""
        with suppress(queue.Full):
            self._waiting.put(None, timeout=1)
            self._thread.join(timeout=2)

    def _write_all(self) -> None:
        while (taken := self._waiting.get()) is not None:
            record, sample = taken
            try:
                self._write(record, sample)
            except OSError:
                self._drop(sample)

    def _write(self, record: dict[str, Any], sample: _Sample | None) -> None:
        if self._file is not None:
            with self._file.open("a") as file:
                file.write(json.dumps(record) + "\n")
        if sample is not None:
            sample.write(record)

    def _drop(self, sample: _Sample | None) -> None:
        self._metrics.records_dropped += 1
        if sample is not None:
            shutil.rmtree(sample.home, ignore_errors=True)
