"""Deposits of releases, as a table."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core.db import Entity, now


class DepositRow(Entity):
    """A deposit of a release; kept for ever once it was published, for its DOI is."""

    __tablename__ = "deposits"
    __table_args__ = (
        # A depository has one draft of a module's next version at a time.
        Index(
            "uq_deposits_open",
            "module_id",
            "depository",
            unique=True,
            postgresql_where=text("state NOT IN ('published', 'discarded')"),
        ),
        Index(
            "uq_deposits_release",
            "release_id",
            "depository",
            unique=True,
            postgresql_where=text("state <> 'discarded'"),
        ),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), index=True)
    module_id: Mapped[UUID] = mapped_column(ForeignKey("modules.id"))
    release_id: Mapped[UUID] = mapped_column(ForeignKey("releases.id"))
    # Who asked last: whether they may use the project's token is asked again at each step.
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    depository: Mapped[str]
    state: Mapped[str]
    # What is under way, or comes next: `schemas.Step`.
    step: Mapped[str]
    # Whether it goes on to be published, once all is there.
    publishing: Mapped[bool]
    done: Mapped[int]
    total: Mapped[int]
    # When a draft was asked for: from then on there may be one that no answer told us of.
    asked_at: Mapped[datetime | None]
    remote_id: Mapped[str | None]
    page: Mapped[str | None]
    doi: Mapped[str | None]
    concept_doi: Mapped[str | None]
    problem: Mapped[str | None]
    failures: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None]
