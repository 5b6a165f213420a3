"""What workloads tell and take over the wire."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from fairhaven.core.schemas import Line, Reading, Schema
from fairhaven.identity.schemas import Scope
from fairhaven.secrets.schemas import SecretRef


class Kind(StrEnum):
    """What a workload is for: a service runs until stopped, batch until done, a trial is one person's try."""

    SERVICE = "service"
    BATCH = "batch"
    TRIAL = "trial"


class State(StrEnum):
    """What was seen of a workload; `interrupted`: it ended without telling how."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


class Wanted(StrEnum):
    """What its people want of it; the platform makes it so."""

    RUNNING = "running"
    STOPPED = "stopped"
    DELETED = "deleted"


SETTLED = frozenset({State.SUCCEEDED, State.FAILED, State.STOPPED, State.INTERRUPTED})

TOKEN, URL = "FAIRHAVEN_TOKEN", "FAIRHAVEN_URL"
"""The variables by which a workload with scopes finds the platform, as its client and commands do."""

VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
VariableValue = Annotated[str, StringConstraints(max_length=8192, pattern=r"^[^\x00]*$")]


class Resources(Schema):
    """What a workload may use of a machine."""

    cpu: float = Field(1, gt=0, le=1024, description="Processors.")
    memory_mb: int = Field(2048, ge=64, le=16 << 20, description="Memory of each of its processes, MiB.")


class WorkloadSpec(Schema):
    """A workload to start."""

    release: UUID = Field(description="Which release of a module to run.")
    name: Line | None = Field(None, description="How people call it; the module's name when absent.")
    kind: Kind = Kind.SERVICE
    resources: Resources = Resources()
    environment: dict[VariableName, VariableValue] = Field(
        default={}, max_length=100, description="Variables of its environment; not for secrets."
    )
    secrets: dict[VariableName, SecretRef] = Field(
        default={},
        max_length=100,
        description="Names of secrets by the variable that gets their value: your own, or `project/NAME`.",
    )
    secret_files: list[SecretRef] = Field(
        default=[],
        max_length=100,
        description="Names of secrets that it gets as files, in the folder that FAIRHAVEN_SECRETS names.",
    )
    scopes: list[Scope] = Field(
        default=[],
        max_length=50,
        description="What it may do on the platform in your name, in its project, while it runs, as "
        "`resource:verb`; with any, it gets a token (FAIRHAVEN_TOKEN) and the address (FAIRHAVEN_URL).",
    )
    project_id: UUID | None = Field(
        None, description="Project it belongs to; default: the module's, or else the first one of yours."
    )

    @model_validator(mode="after")
    def _each_name_once(self) -> "WorkloadSpec":
        if twice := self.environment.keys() & self.secrets.keys():
            raise ValueError(f"environment and secrets both set {', '.join(sorted(twice))}")
        if self.scopes and (ours := {TOKEN, URL} & (self.environment.keys() | self.secrets.keys())):
            raise ValueError(f"with scopes, the platform itself sets {', '.join(sorted(ours))}")
        files = [each.rpartition("/")[2] for each in self.secret_files]
        if len(set(files)) < len(files):
            raise ValueError("two secret_files have the same name")
        return self

    @property
    def references(self) -> list[str]:
        """Every secret that it refers to."""
        return [*self.secrets.values(), *self.secret_files]


class Endpoint(Reading):
    """An address at which a workload answers, to those who may use it."""

    name: str
    url: str


class Workload(Reading):
    """Something that runs, ran, or will run for somebody.

    `generation` counts its runs: each start and each restart is a new one. Of secrets it tells the names.
    """

    id: UUID
    name: str
    kind: Kind
    state: State
    reason: str | None
    wanted: Wanted
    generation: int
    release_id: UUID
    module: str
    version: str
    project_id: UUID
    owner_id: UUID
    engine: str | None
    resources: Resources
    secrets: dict[str, str] = {}
    secret_files: Sequence[str] = ()
    scopes: Sequence[str] = ()
    endpoints: Sequence[Endpoint]
    exit_code: int | None
    restarts: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def settled(self) -> bool:
        """Whether nothing happens with it until somebody asks."""
        return self.state in SETTLED

    @property
    def shown_state(self) -> str:
        """The state as people read it: `stopping` while it is on its way to an end."""
        return self.state if self.settled or self.wanted is Wanted.RUNNING else "stopping"


class LogPart(Reading):
    """Bytes `offset` to `next` of a log of `size` bytes, as text.

    Old output is forgotten when a log grows long: `offset` may be later than what was asked for.
    """

    text: str
    offset: int
    next: int
    size: int
