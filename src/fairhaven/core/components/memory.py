"""How much memory a process and all its descendants use."""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class ProcessTree:
    """A process with its descendants; `pss_bytes` counts shared memory once (Linux only)."""

    pids: tuple[int, ...]
    rss_bytes: int
    pss_bytes: int | None


def process_tree(pid: int) -> ProcessTree:
    """The tree below `pid`; empty when it has ended."""
    try:
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return ProcessTree((), 0, 0)
    sizes = [size for process in processes if (size := _memory(process)) is not None]
    shares = [pss for _, pss in sizes if pss is not None]
    return ProcessTree(
        pids=tuple(process.pid for process in processes),
        rss_bytes=sum(rss for rss, _ in sizes),
        pss_bytes=sum(shares) if len(shares) == len(sizes) else None,
    )


def _memory(process: psutil.Process) -> tuple[int, int | None] | None:
    try:
        memory = process.memory_full_info()
        return memory.rss, getattr(memory, "pss", None)
    except psutil.AccessDenied:
        return process.memory_info().rss, None
    except psutil.NoSuchProcess:
        return None
