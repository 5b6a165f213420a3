"""What a FAIR assessment tells."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from fairhaven.core.schemas import Reading


class Outcome(StrEnum):
    """How a metric ended."""

    PASSED = "passed"
    PARTLY = "partly"
    FAILED = "failed"


class FairTest(Reading):
    """One practical test: what was asked, what was seen, and how to mend it if it failed."""

    id: str
    asks: str
    passed: bool
    points: float
    control: str = Field(
        description="Who can earn it: `platform`, `author`, `doi` (needs a deposit), or `nobody`."
    )
    evidence: str
    fix: str | None
    edit: str | None = Field(None, description="Field of the metadata that mends it.")
    note: str = Field("", description="Where it differs from the original.")


class FairMetric(Reading):
    """A metric with its points; `before` are its identifiers in F-UJI 0.5."""

    id: str
    title: str
    principle: str
    before: Sequence[str]
    software: bool
    earned: float
    points: float
    outcome: Outcome
    tests: Sequence[FairTest]


class FairPoints(Reading):
    """Points that are in somebody's hands."""

    earned: float
    points: float


class FairAnswer(Reading):
    """One question of the robot, and what came of it."""

    method: str
    url: str
    accept: str
    answer: str
    led_to: str | None


class AssessmentMark(Reading):
    """The little that a list says of an assessment."""

    id: UUID
    assessed_at: datetime
    release: str | None
    commit: str
    rubric: str
    problem: str | None = Field(description="Why the robot saw nothing; figures are 0 then.")
    percentage: float = Field(description="Share of F-UJI's points.")
    software: float = Field(description="Share of the points for research software.")


class Assessment(AssessmentMark):
    """One visit of the robot: `principles` are shares of F, A, I and R, `points` by who can earn them."""

    principles: Mapping[str, float]
    points: Mapping[str, FairPoints]
    metrics: Sequence[FairMetric]
    asked: Sequence[FairAnswer]


class Assessments(Reading):
    """The latest assessment of a module, and those before, newest first."""

    module: str
    public: bool = Field(description="A robot sees nothing of what is not public.")
    latest: Assessment | None
    history: Sequence[AssessmentMark]
