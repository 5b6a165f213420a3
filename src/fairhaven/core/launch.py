"""Writes the command line of `launcher.py`: how a child program is started with its limits, its user and
the promise that it ends with its parent.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, Signals

LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True)
class Identity:
    """Who a program runs as: another user, or (`mapped`) the present user under another number."""

    uid: int
    gid: int
    mapped: bool = False


@dataclass(frozen=True)
class Limits:
    """Upper bounds of one program and each process it starts; `None` leaves a bound as it is.

    Attributes:
        memory: bytes of private memory of one process (RLIMIT_DATA: numerical libraries reserve far more
            address space than they use, so the address space itself stays free).
        processes: processes and threads of the user; the kernel does not count those of root.
        file_size: bytes of one file.
        cpu_seconds: seconds of processor time of one process.
        open_files: file descriptors of one process.
    """

    memory: int | None = None
    processes: int | None = None
    file_size: int | None = None
    cpu_seconds: int | None = None
    open_files: int | None = None

    def rlimits(self) -> dict[str, int]:
        """The bounds by their names in setrlimit(2); core dumps are always off."""
        wanted = {
            "DATA": self.memory,
            "NPROC": self.processes,
            "FSIZE": self.file_size,
            "CPU": self.cpu_seconds,
            "NOFILE": self.open_files,
            "CORE": 0,
        }
        return {name: value for name, value in wanted.items() if value is not None}


@dataclass(frozen=True)
class Launch:
    """How to start a program.

    Attributes:
        parent: the process id whose end ends the program (Linux; elsewhere use `guard`).
        death_signal: what the program gets then.
        guard: a file descriptor whose end of file ends the program and all it started; a small Python
            process stays as its parent.
        identity: whom it runs as; `None` leaves the user as it is.
        environment: variables set on top of the inherited ones. They show in the process list: no secrets.
    """

    parent: int | None = None
    death_signal: Signals = SIGKILL
    guard: int | None = None
    identity: Identity | None = None
    limits: Limits | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def command(self, argv: Sequence[str]) -> list[str]:
        """`argv` with the launcher in front of it."""
        return [str(interpreter()), "-I", "-S", str(LAUNCHER), *self._options(), "--", *argv]

    def _options(self) -> list[str]:
        options = {"death": str(int(self.death_signal))}
        if self.parent is not None:
            options["parent"] = str(self.parent)
        if self.guard is not None:
            options["guard"] = str(self.guard)
        if self.identity is not None:
            key = "map" if self.identity.mapped else "user"
            options[key] = f"{self.identity.uid}:{self.identity.gid}"
        if self.limits is not None:
            options |= {f"limit.{name}": str(value) for name, value in self.limits.rlimits().items()}
        options |= {f"set.{name}": value for name, value in self.environment.items()}
        return [f"{key}={value}" for key, value in options.items()]


def interpreter() -> Path:
    """The Python program itself, not the link to it in a virtual environment."""
    return Path(sys.executable).resolve()
