"""Assessments: what a robot found FAIR at a module's public address, each time that it looked."""

from typing import Any
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core.db import Entity


class AssessmentRow(Entity):
    """One visit of the robot; never changed. Its `created_at` is when it was there."""

    __tablename__ = "fair_assessments"
    __table_args__ = (Index("ix_fair_assessments_module_id_created_at", "module_id", "created_at"),)

    module_id: Mapped[UUID] = mapped_column(ForeignKey("modules.id"))
    release_id: Mapped[UUID | None] = mapped_column(ForeignKey("releases.id"))
    commit: Mapped[str]
    # Which rubric it was judged by: figures of two rubrics are not to be compared.
    rubric: Mapped[str]
    # Why the robot saw nothing; the figures are then nothing's.
    problem: Mapped[str | None]
    percentage: Mapped[float] = mapped_column(Float)
    # Percentages of F, A, I and R.
    principles: Mapped[dict[str, Any]]
    # The percentage of the metrics for software.
    software: Mapped[float] = mapped_column(Float)
    # Every test with its points and its evidence; titles and fixes are the rubric's.
    metrics: Mapped[list[dict[str, Any]]]
    # What was asked, and what was answered, in order.
    asked: Mapped[list[dict[str, Any]]]
