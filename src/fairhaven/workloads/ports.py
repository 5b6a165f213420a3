"""The port of engines: what runs workloads, on this machine or elsewhere.

A run is one life of a workload, named by the workload's id and a generation that only grows. Engines keep
what they know of a run outside of the platform's process, so that another process can go on with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from fairhaven.core.errors import UpstreamFailed
from fairhaven.workloads.schemas import LogPart, Resources

SECRETS = "FAIRHAVEN_SECRETS"
"""The variable that names the folder of secret files."""


class EngineFailed(UpstreamFailed):
    """An engine could not do what it was asked."""

    title: ClassVar[str] = "The engine did not do it"


@dataclass(frozen=True)
class Run:
    """What an engine is to run.

    Attributes:
        generation: a new one replaces an earlier one of the same id.
        command: the program and its arguments. In them `{python}` is the bundle's interpreter, `{runtime}`
            an interpreter that has `fairhaven_runtime`, `{host}` and `{port}` where it must listen, `{work}`
            its working folder.
        bundle: digest of the release's bundle (`core.bundles`), or None.
        environment: variables beside the engine's own.
        secrets: more variables, whose values the engine hands over and writes down nowhere.
        secret_files: texts by file name, as secret. Only the program sees them, in the folder that the
            variable `FAIRHAVEN_SECRETS` names.
    """

    id: UUID
    generation: int
    command: Sequence[str]
    bundle: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret_files: Mapping[str, str] = field(default_factory=dict, repr=False)
    resources: Resources = field(default_factory=Resources)


class Phase(StrEnum):
    """Where a run is: unknown to the engine, on its way, alive, or over."""

    ABSENT = "absent"
    PREPARING = "preparing"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True)
class Observed:
    """What an engine saw of the latest generation of a run.

    Attributes:
        exit_code: how it ended, 128 + n after signal n; None when nobody knows.
        reason: a sentence about what is happening, or why it ended.
        addresses: where it listens, by name (`http`), as the platform reaches it.
    """

    phase: Phase
    generation: int = 0
    exit_code: int | None = None
    reason: str | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def alive(self) -> bool:
        return self.phase in (Phase.PREPARING, Phase.RUNNING)


@dataclass(frozen=True)
class Offer:
    """The most that an engine could give to one workload; memory and storage in bytes.

    `place` names where that is in a sentence: “this machine has 8 processors”.
    """

    place: str
    cpu: float
    memory: int
    storage: int
    gpu: int = 0


class Engine(Protocol):
    """Runs programs. Every verb may be repeated without harm; `EngineFailed` when it cannot be done now."""

    async def start(self, run: Run) -> None:
        """Begin to start it and return soon; a generation that was started once is never started again."""
        ...

    async def look(self, run_id: UUID) -> Observed:
        """Say how it is now, whoever started it."""
        ...

    async def stop(self, run_id: UUID) -> None:
        """Ask it to end and return soon; five seconds later it is killed, with all that it started."""
        ...

    async def delete(self, run_id: UUID) -> None:
        """Forget it: its folder, its log; end it first if it is alive."""
        ...

    async def log(self, run_id: UUID, offset: int, limit: int) -> LogPart:
        """Read its output, errors included, of all generations; a negative offset counts from the end."""
        ...

    async def offers(self) -> Offer:
        """Say what it could give to one workload; answers at once, from what it knows."""
        ...
