"""What is used and what may be: balances and limits."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from fairhaven.core.schemas import RESOURCE, Reading, Schema


class Level(StrEnum):
    """Who a limit is for: all together, a project, each of its people, or one of them."""

    INSTALLATION = "installation"
    PROJECT = "project"
    EVERYONE = "everyone"
    PERSON = "person"


class Limit(Schema):
    """A limit to set."""

    resource: str = Field(
        pattern=RESOURCE,
        description="`cpu`, `memory_mb`, `gpu`, `gpu:<model>`, `disk_mb`, `storage_mb`, `workloads` or "
        "`services` at once; `cpu_hours` or `gpu_hours` in a calendar month (UTC).",
    )
    amount: float | None = Field(None, ge=0, le=1e12, description="The most; nothing: no limit.")
    level: Level = Level.PROJECT
    person_id: UUID | None = Field(None, description="Of one person in the project, with `level: person`.")


class Balance(Reading):
    """How much of a resource is in use, and how much may be."""

    level: Level
    person_id: UUID | None = None
    resource: str
    used: float
    limit: float | None
