"""Facts about builds and their stages."""

from uuid import UUID

from fairhaven.core.facts import Fact


class BuildQueued(Fact, kind="build.queued", about="build", says="a build of {commit} was queued"):
    build: UUID
    module: UUID
    commit: str


class StageStarted(Fact, kind="stage.started", about="build", says="stage {stage} started"):
    build: UUID
    stage: str


class StageEnded(Fact, kind="stage.ended", about="build", says="stage {stage} {state}"):
    build: UUID
    stage: str
    state: str


class BuildEnded(Fact, kind="build.ended", about="build", says="the build {state}"):
    build: UUID
    module: UUID
    state: str
    reason: str | None = None
