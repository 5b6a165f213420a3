"""The table of workloads; private to the domain."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from fairhaven.core.reconcile import Reconciled


class WorkloadRow(Reconciled):
    """One workload: what is wanted of it, and what was last seen.

    No foreign key to its release: that is another domain's table, and releases are never deleted.
    """

    __tablename__ = "workloads"
    __table_args__ = (Index("ix_workloads_project_id_id", "project_id", "id"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    release_id: Mapped[UUID] = mapped_column(index=True)
    module: Mapped[str]
    version: Mapped[str]
    bundle: Mapped[str]
    resources: Mapped[dict[str, Any]]
    environment: Mapped[dict[str, Any]]
    # Names of secrets, by variable; and of those that it gets as files. Values are nowhere here.
    secrets: Mapped[dict[str, Any]] = mapped_column(default=dict)
    secret_files: Mapped[list[str]] = mapped_column(default=list)
    # What its token may do on the platform; none: it gets no token.
    scopes: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))

    wanted: Mapped[str]
    generation: Mapped[int] = mapped_column(default=1)
    engine: Mapped[str | None]

    state: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str | None]
    addresses: Mapped[dict[str, Any]] = mapped_column(default=dict)
    endpoints: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    exit_code: Mapped[int | None]
    restarts: Mapped[int] = mapped_column(default=0)
    # Deaths in a row, since it last ran well.
    failures: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
