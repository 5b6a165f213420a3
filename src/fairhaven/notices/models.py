"""The table of notices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core.db import Entity


class NoticeRow(Entity):
    """What is said to whom, from when to when."""

    __tablename__ = "notices"

    text: Mapped[str]
    severity: Mapped[str]
    audience: Mapped[str]
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    owner_id: Mapped[UUID | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
