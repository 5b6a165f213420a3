"""Feeds and their entries, as tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core.db import Base, Entity, now


class FeedRow(Entity):
    """A list of modules elsewhere that the catalog follows."""

    __tablename__ = "feeds"
    __table_args__ = (UniqueConstraint("project_id", "list_key"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    # Which driver reads it, and what is behind the `+`.
    kind: Mapped[str]
    address: Mapped[str]
    options: Mapped[dict[str, Any]]
    # The same for all spellings of one list with the same options.
    list_key: Mapped[str]
    visibility: Mapped[str]
    trust: Mapped[str]
    # Whether modules stay whose entries are gone from the list.
    keep: Mapped[bool]
    # Which look at the list is under way, or was the last; and whether it is under way.
    look: Mapped[int] = mapped_column(default=0)
    reading: Mapped[bool] = mapped_column(default=False)
    cursor: Mapped[str | None]
    # How many entries the list has, when it says so.
    total: Mapped[int | None]
    # Until when nobody else works on it.
    busy_until: Mapped[datetime] = mapped_column(default=now)
    # What was last told of it: how many entries are in which state.
    told: Mapped[dict[str, Any]] = mapped_column(default=dict)
    checked_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime] = mapped_column(default=now, index=True)
    problem: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)


class FeedItemRow(Base):
    """An entry of a list, and what became of it."""

    __tablename__ = "feed_items"
    __table_args__ = (
        # What is due, and how many there are of each state.
        Index("ix_feed_items_due", "feed_id", "state", "next_try_at"),
    )

    feed_id: Mapped[UUID] = mapped_column(ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    branch: Mapped[str | None]
    title: Mapped[str]
    name: Mapped[str]
    # What the list says of where the entry stands; with it, nobody else needs to look whether it changed.
    revision: Mapped[str]
    module_id: Mapped[UUID | None] = mapped_column(ForeignKey("modules.id"), index=True)
    # Whether the module was in the catalog before: it does not go with the entry.
    linked: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str]
    problem: Mapped[str | None]
    failures: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(default=now)
    # The last look that found it.
    seen: Mapped[int]
