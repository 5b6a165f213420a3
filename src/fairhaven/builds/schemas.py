"""What builds tell and take over the wire."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints, computed_field

from fairhaven.core.schemas import Reading, Schema, Slug

Commit = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64}|sha256-[0-9a-f]{64})$")]


class State(StrEnum):
    """Where a build or one of its stages stands; only stages are skipped."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    SKIPPED = "skipped"

    @property
    def ended(self) -> bool:
        return self not in (State.QUEUED, State.RUNNING)


class StageName(StrEnum):
    """The stages of every build, in their order."""

    CHECKOUT = "checkout"
    METADATA = "metadata"
    ENVIRONMENT = "environment"
    TESTS = "tests"
    PROBE = "probe"
    PUBLISH = "publish"


class BuildSpec(Schema):
    """A build to start."""

    module: Slug = Field(description="Name of the module.")
    commit: Commit | None = Field(None, description="The whole commit; by default the newest that is known.")


class Stage(Reading):
    """One step of a build: what happened, and what was found (its shape depends on the stage)."""

    name: StageName
    state: State
    reason: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    evidence: dict[str, Any] = {}

    @computed_field(description="How long it took, seconds.")  # type: ignore[prop-decorator]
    @property
    def seconds(self) -> float | None:
        return _seconds(self.started_at, self.ended_at)


class BuildSummary(Reading):
    """A build as lists show it."""

    id: UUID
    module_id: UUID
    module: str
    project_id: UUID
    owner_id: UUID | None = Field(
        None, description="Who asked for it; nobody when a change of the source did."
    )
    commit: str
    state: State
    reason: str | None = None
    attempt: int
    stopping: bool = Field(description="Somebody asked it to stop, and it has not yet.")
    release_id: UUID | None = None
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @computed_field(description="How long it took, seconds.")  # type: ignore[prop-decorator]
    @property
    def seconds(self) -> float | None:
        return _seconds(self.started_at, self.ended_at)


class Build(BuildSummary):
    """One run for one commit of a module."""

    stages: Sequence[Stage]

    def stage(self, name: StageName) -> Stage:
        return next(stage for stage in self.stages if stage.name == name)


class LogPart(Reading):
    """A piece of a stage's log; read on from `next`. `complete`: nothing more will come."""

    text: str
    offset: int = Field(description="Where the piece begins, bytes.")
    next: int = Field(description="Where the following piece begins, bytes.")
    complete: bool


def _seconds(started: datetime | None, ended: datetime | None) -> float | None:
    return round((ended - started).total_seconds(), 3) if started and ended else None
