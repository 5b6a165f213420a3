"""What notices tell and take over the wire."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from fairhaven.core.schemas import Reading, Schema


class Severity(StrEnum):
    """How much it matters; it decides the colour and the icon."""

    INFO = "info"
    WARNING = "warning"
    URGENT = "urgent"


class Audience(StrEnum):
    """Whom it concerns."""

    EVERYBODY = "everybody"
    SIGNED_IN = "signed_in"
    PROJECT = "project"


def _with_zone(given: datetime) -> datetime:
    if not 2000 <= given.year <= 2999:
        raise ValueError("the year must lie between 2000 and 2999")
    return given if given.tzinfo else given.replace(tzinfo=UTC)


Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]+$"),
]
Moment = Annotated[datetime, AfterValidator(_with_zone)]


class NewNotice(Schema):
    """A notice to post; plain words, in which addresses (`https://…`) become links."""

    text: Words
    severity: Severity = Severity.INFO
    audience: Audience = Audience.EVERYBODY
    project: UUID | None = Field(None, description="Whose members it concerns, for the audience `project`.")
    starts_at: Moment | None = Field(None, description="From when on it is shown; at once, unless told.")
    ends_at: Moment | None = Field(None, description="When it goes by itself; never, unless told.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.audience is Audience.PROJECT) != (self.project is not None):
            raise ValueError("name a project for the audience `project`, and for no other")
        if self.ends_at and self.ends_at <= (self.starts_at or datetime.now(UTC)):
            raise ValueError("it would end before it starts")
        return self


class Notice(Reading):
    """What is said to whom, from when to when."""

    id: UUID
    created_at: datetime
    text: str
    severity: Severity
    audience: Audience
    project: UUID | None = Field(None, validation_alias="project_id")
    starts_at: datetime
    ends_at: datetime | None
    withdrawn_at: datetime | None

    def shown_at(self, moment: datetime) -> bool:
        over = self.withdrawn_at or self.ends_at
        return self.starts_at <= moment and (over is None or moment < over)
