"""Tables of builds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairhaven.builds.schemas import StageName, State
from fairhaven.core.db import Entity


class BuildRow(Entity):
    """One build. The module's name is kept here: a build tells its story after the module was renamed."""

    __tablename__ = "builds"
    __table_args__ = (
        UniqueConstraint("module_id", "commit"),
        Index("ix_builds_project_id_id", "project_id", "id"),
        Index("ix_builds_state", "state"),
    )

    module_id: Mapped[UUID]
    module: Mapped[str]
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    owner_id: Mapped[UUID | None]
    commit: Mapped[str]
    state: Mapped[str] = mapped_column(default=State.QUEUED)
    reason: Mapped[str | None]
    attempt: Mapped[int] = mapped_column(default=1)
    interruptions: Mapped[int] = mapped_column(default=0)
    stopping: Mapped[bool] = mapped_column(default=False)
    release_id: Mapped[UUID | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    stages: Mapped[list["StageRow"]] = relationship(
        order_by="StageRow.position", cascade="all, delete-orphan", passive_deletes=True, lazy="raise"
    )


class StageRow(Entity):
    __tablename__ = "build_stages"
    __table_args__ = (UniqueConstraint("build_id", "name"),)

    build_id: Mapped[UUID] = mapped_column(ForeignKey("builds.id", ondelete="CASCADE"))
    name: Mapped[str]
    position: Mapped[int]
    state: Mapped[str] = mapped_column(default=State.QUEUED)
    reason: Mapped[str | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


def new_stages(build_id: UUID) -> list[StageRow]:
    """The stages of a build that begins."""
    return [
        StageRow(build_id=build_id, name=name, position=position) for position, name in enumerate(StageName)
    ]
