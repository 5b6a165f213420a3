"""Facts about workloads."""

from uuid import UUID

from fairhaven.core.facts import Fact


class WorkloadQueued(Fact, kind="workload.queued", about="workload", says="{actor} started {name}"):
    workload: UUID
    name: str


class WorkloadChanged(Fact, kind="workload.changed", about="workload", says="{name} is {state}"):
    """The state that was seen changed: starting, running, succeeded, failed, stopped."""

    workload: UUID
    name: str
    state: str
    reason: str | None = None


class WorkloadAsked(Fact, kind="workload.asked", about="workload", says="{actor} asked {name} to {verb}"):
    """Somebody asked for it to stop, start again, restart."""

    workload: UUID
    name: str
    verb: str


class WorkloadDeleted(Fact, kind="workload.deleted", about="workload", says="{actor} deleted {name}"):
    workload: UUID
    name: str
