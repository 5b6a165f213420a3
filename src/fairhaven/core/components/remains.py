"""Finds and ends what is left of a component's earlier run, and nothing else.

A note beside the program says which process it was and which program file it ran. Left over is that very
process (same id and same start) and any process of the same program file that works inside the
component's folder: PostgreSQL's processes, for one, leave the group and the session of their parent.
"""

import json
import math
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from fairhaven.core.components.component import Program
from fairhaven.core.components.folders import write_private

NOTE = "process.json"
CLEAN_END = 2.0
"""Seconds that remains get to end cleanly before they are killed."""


@dataclass(frozen=True)
class _Note:
    pid: int
    created: float
    executable: str
    stop_signal: int


def remember(folder: Path, pid: int, program: Program) -> None:
    """Note the process, so that a later run can recognise it."""
    with suppress(psutil.NoSuchProcess):  # it has already ended: nothing to remember
        note = {
            "pid": pid,
            "created": psutil.Process(pid).create_time(),
            "executable": str(Path(program.argv[0]).resolve()),
            "stop_signal": int(program.stop_signal),
        }
        write_private(folder / NOTE, json.dumps(note))


def end_remains(folder: Path) -> int:
    """End what an earlier run left behind; blocks for a few seconds at most.

    Returns: how many processes were ended.
    """
    note = _read(folder / NOTE)
    if note is None:
        return 0
    found = _remains(folder, note)
    first = [process for process in found if process.pid == note.pid]
    _signal(first, note.stop_signal)
    psutil.wait_procs(first, timeout=CLEAN_END)
    while left := _remains(folder, note):
        _signal(left, signal.SIGKILL)
        psutil.wait_procs(left, timeout=1)
    (folder / NOTE).unlink(missing_ok=True)
    return len(found)


def _remains(folder: Path, note: _Note) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _belongs(process, folder, note)]


def _belongs(process: psutil.Process, folder: Path, note: _Note) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if process.pid == note.pid:
            return math.isclose(process.create_time(), note.created, abs_tol=0.1)
        if process.exe() != note.executable:
            return False
        return Path(process.cwd()).is_relative_to(folder)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _signal(processes: Iterable[psutil.Process], number: int) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _read(file: Path) -> _Note | None:
    try:
        return _Note(**json.loads(file.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
