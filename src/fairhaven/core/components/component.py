"""What the supervisor needs to know of an embedded program, and what it tells about it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

from fairhaven.core.launch import Identity


@dataclass(frozen=True)
class Program:
    """One program to run as a child.

    Attributes:
        argv: the program's full path and its arguments; no secrets, they show in the process list.
        env: its whole environment, nothing is inherited.
        cwd: where it runs: the component's folder or one inside it (so its remains are recognised).
        identity: whom it runs as; `None` is the present user.
        stop_signal: asks it to end cleanly.
        death_signal: what it gets when the supervisor dies without stopping it.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    identity: Identity | None = None
    stop_signal: Signals = SIGTERM
    death_signal: Signals = SIGKILL


class Component(ABC):
    """An embedded program: prepared before each start, then asked whether it works."""

    name: str
    start_limit: float = 20.0
    """Seconds from the start until it must be ready."""

    @abstractmethod
    async def prepare(self, home: Path) -> Program:
        """Write what the program needs into `home`, its own folder (absolute), and say how to run it.

        Called before every start while nothing of an earlier run is alive.

        Raises:
            ComponentFailed: the program cannot run here; its remedy says what would help.
        """

    @abstractmethod
    async def ready(self) -> bool:
        """Whether it serves now. Quick; may raise OSError when it does not."""

    @abstractmethod
    def version(self) -> str:
        """The program's own version."""

    @property
    @abstractmethod
    def url(self) -> str:
        """Where it serves, without secrets; empty before the first `prepare`."""


class State(StrEnum):
    """What a component is doing."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    """It failed and will be started again after a pause."""


@dataclass(frozen=True)
class ComponentStatus:
    """How a component is.

    Attributes:
        pids: the program and its descendants.
        restarts: how often it was started again since the supervisor started.
        rss_bytes: resident memory of all its processes; what they share counts once for each.
        pss_bytes: the same with shared memory counted once; `None` where the system does not tell.
        problem: what went wrong last; stays after it healed.
    """

    name: str
    version: str
    state: State
    url: str
    pids: tuple[int, ...]
    restarts: int
    rss_bytes: int
    pss_bytes: int | None
    started_at: datetime | None
    log: Path
    problem: str | None
