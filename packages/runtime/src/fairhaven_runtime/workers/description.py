"""Describes a module without serving it: starts one worker, takes its description, ends it."""

from pathlib import Path
from typing import Any

from fairhaven_runtime.errors import LoadFailed
from fairhaven_runtime.workers.process import Starter, WorkerSpec
from fairhaven_runtime.workers.workdir import WorkDir


async def describe(python: Path, model: str, work_dir: Path, *, patience: float) -> dict[str, Any]:
    """Name, metadata and argument schemas of the module in the environment of `python`.

    Raises:
        LoadFailed: there is no module, it fails, or takes longer than `patience` seconds.
    """
    folder = WorkDir.create(work_dir)
    try:
        spec = WorkerSpec(python=python, model=model, spool=folder.answers, tmp=folder.tmp, timeout=patience)
        worker = await Starter(spec).start(warm=False)
        await worker.stop()
        if "problem" in worker.document:
            raise LoadFailed(worker.document["problem"])
        return worker.document
    finally:
        folder.remove()
