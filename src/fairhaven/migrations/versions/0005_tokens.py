"""Scope tokens; service accounts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("people", sa.Column("kind", sa.String(), server_default="person", nullable=False))
    op.add_column("people", sa.Column("email", sa.String(), nullable=True))
    op.add_column("people", sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sessions", sa.Column("address", sa.String(), server_default="", nullable=False))
    op.add_column("sessions", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tokens", sa.Column("scopes", postgresql.JSONB(), nullable=True))
    op.add_column("tokens", sa.Column("project_id", sa.Uuid(), nullable=True))
    op.add_column("tokens", sa.Column("workload_id", sa.Uuid(), nullable=True))
    op.create_index("ix_tokens_workload_id", "tokens", ["workload_id"])


def downgrade() -> None:
    op.drop_index("ix_tokens_workload_id", "tokens")
    for column in ("workload_id", "project_id", "scopes"):
        op.drop_column("tokens", column)
    for column in ("seen_at", "address"):
        op.drop_column("sessions", column)
    for column in ("disabled_at", "email", "kind"):
        op.drop_column("people", column)
