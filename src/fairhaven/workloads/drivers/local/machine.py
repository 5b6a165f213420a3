"""What this machine could give to one workload."""

import os
import shutil
from pathlib import Path

import psutil

from fairhaven.workloads.ports import Offer

_MEMORY_LIMIT = Path("/sys/fs/cgroup/memory.max")  # cgroup v2: of the container, if we are in one


def offer(folder: Path) -> Offer:
    """Processors that we may use, memory, and the space that is free where runs have their folders.

    Graphics cards are not given into the sandbox, so there are none.
    """
    while not folder.exists():
        folder = folder.parent
    return Offer("this machine", _processors(), _memory(), shutil.disk_usage(folder).free)


def _processors() -> int:
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def _memory() -> int:
    there = int(psutil.virtual_memory().total)
    try:
        return min(there, int(_MEMORY_LIMIT.read_text()))
    except (OSError, ValueError):  # no such file, or "max"
        return there
