"""Modules and their releases, as tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Computed, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core import sealing
from fairhaven.core.db import Entity, now

_PRESENT = text("removed_at IS NULL")
_DATESTAMP = """CASE WHEN (visibility = 'public' OR withheld_at IS NOT NULL) AND NOT hidden
THEN date_trunc('second', coalesce(removed_at, withheld_at, updated_at) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
END"""


class ModuleRow(Entity):
    """A module; one that was removed stays as the origin of its releases, and frees its name and source."""

    __tablename__ = "modules"
    __table_args__ = (
        Index("uq_modules_name", "name", unique=True, postgresql_where=_PRESENT),
        Index("uq_modules_source", "project_id", "source_key", unique=True, postgresql_where=_PRESENT),
        Index("ix_modules_next_check_at", "next_check_at", postgresql_where=_PRESENT),
        Index("ix_modules_terms", "terms", postgresql_using="gin"),
        Index("ix_modules_search", "search", postgresql_using="gin"),
        Index("ix_modules_updated_at_id", "updated_at", "id", postgresql_where=_PRESENT),
        Index("ix_modules_name_removed_at", "name", "removed_at"),
        Index("ix_modules_datestamp_id", "datestamp", "id", postgresql_include=["removed_at", "name"]),
        # Long texts lie beside the table, so that lists and counts read a tenth of the pages.
        {"postgresql_with": {"toast_tuple_target": 1280}},
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), index=True)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    name: Mapped[str]
    visibility: Mapped[str]
    # Whether it is built and run, or only listed.
    trust: Mapped[str] = mapped_column(default="built")
    # Until its metadata was valid once, only those see it who can mend it.
    hidden: Mapped[bool] = mapped_column(default=False)
    # Since when it is public no more: harvesters are told that its record went.
    withheld_at: Mapped[datetime | None]
    source: Mapped[str]
    # The same for all spellings of one source, with the branch that is followed.
    source_key: Mapped[str]
    branch: Mapped[str | None]
    commit: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    license: Mapped[str | None]
    valid: Mapped[bool]
    tags: Mapped[list[str]]
    libraries: Mapped[list[str]]
    tasks: Mapped[list[str]]
    categories: Mapped[list[str]]
    data_type: Mapped[list[str]]
    # "tasks=Classification", …: every facet's values in one column, so that one index serves all filters.
    terms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    # Whether somebody's service of it runs that everybody may call.
    served: Mapped[bool] = mapped_column(default=False)
    # By which rules `terms` and `search` were written; see `service.searching.INDEXED`.
    indexed: Mapped[int] = mapped_column(default=0)
    # Written by `service.search_vector` whenever the words change.
    search: Mapped[Any] = mapped_column(TSVECTOR, deferred=True)
    # The same without the description: small enough to stay in the row, where ranking reads thousands.
    ranking: Mapped[Any] = mapped_column(
        TSVECTOR, Computed("ts_filter(search, '{a,b,c}')", persisted=True), deferred=True
    )
    description: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column("metadata")
    problems: Mapped[list[dict[str, Any]]]
    # What its forge or its history says where the authors are silent: field -> {value, source, at}.
    filled: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The text of its README with the file's name and the commit; long, so it is read when asked for.
    readme: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    # The text of its metadata file, for who edits it; empty where it is not known.
    file: Mapped[str] = mapped_column(default="", deferred=True)
    # No foreign key: releases refer to modules already, and are never deleted.
    latest_release_id: Mapped[UUID | None]
    updated_at: Mapped[datetime] = mapped_column(default=now)
    # The DOI of all its releases together, once one was deposited.
    doi: Mapped[str | None]
    checked_at: Mapped[datetime] = mapped_column(default=now)
    next_check_at: Mapped[datetime] = mapped_column(default=now)
    check_problem: Mapped[str | None]
    check_failures: Mapped[int] = mapped_column(default=0)
    # What the push hook's secret is made of, with the module's id; no key: nobody was told it yet.
    hook_key: Mapped[str | None]
    hook_number: Mapped[int]
    # Percentage of F-UJI's points at the last visit of our robot; none where it was never.
    fair_score: Mapped[int | None]
    # When the robot was last sent there, or is about to be.
    assessed_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    # When its record for harvesters, who know seconds, changed last; none if it never was public.
    datestamp: Mapped[datetime | None] = mapped_column(Computed(_DATESTAMP, persisted=True))


class ReleaseRow(Entity):
    """A release; never deleted, nor changed but for its DOI. Its `created_at` is when it was published."""

    __tablename__ = "releases"
    __table_args__ = (
        UniqueConstraint("module_id", "version"),
        UniqueConstraint("module_id", "commit", "digest"),
    )

    module_id: Mapped[UUID] = mapped_column(ForeignKey("modules.id"))
    version: Mapped[str]
    commit: Mapped[str]
    digest: Mapped[str]
    # JSON, not JSONB: people wrote their arguments in an order, and forms keep it.
    description: Mapped[dict[str, Any]] = mapped_column(JSON)
    bundle: Mapped[str]
    build_id: Mapped[UUID | None]
    # What its bundle holds, once that was looked at: files that can be had, and facts of the repository.
    holdings: Mapped[dict[str, Any] | None]
    # What the module said of itself at that commit. Lists do without it, so it is read when asked for.
    content: Mapped[dict[str, Any]] = mapped_column("metadata", deferred=True)
    doi: Mapped[str | None]


sealing.opened_by(ModuleRow.hook_key)
