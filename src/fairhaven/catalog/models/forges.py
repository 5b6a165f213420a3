"""What was learnt of forges, and of repositories by them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core.db import Base


class ForgeRow(Base):
    """A machine that holds repositories: which API it speaks, and until when it is not asked."""

    __tablename__ = "forges"

    host: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str | None]
    learned_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    # Refusals in a row that did not say when to come back.
    refusals: Mapped[int] = mapped_column(default=0)


class ForgeLookRow(Base):
    """What one module's forge answered last, and when it is asked again."""

    __tablename__ = "forge_looks"

    module_id: Mapped[UUID] = mapped_column(ForeignKey("modules.id", ondelete="CASCADE"), primary_key=True)
    # By question: the answer's ETag, and what it said.
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # What the repository itself says of its dates, people and licence, at a commit.
    surveyed: Mapped[str | None]
    survey: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asked_at: Mapped[datetime | None]
    next_at: Mapped[datetime] = mapped_column(index=True)
    problem: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)
