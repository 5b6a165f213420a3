"""Keep quotas and reservations."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | Sequence[str] | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


AMOUNT = sa.Numeric(20, 3)


def upgrade() -> None:
    op.create_table(
        "quotas",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("amount", AMOUNT, nullable=False),
        *_entity("quotas"),
        sa.UniqueConstraint("holder", "resource", name=op.f("uq_quotas_holder_resource")),
    )
    op.create_table(
        "balances",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("used", AMOUNT, nullable=False),
        sa.PrimaryKeyConstraint("holder", "resource", name=op.f("pk_balances")),
    )
    op.create_table(
        "spent",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", AMOUNT, nullable=False),
        sa.PrimaryKeyConstraint("holder", "resource", "month", name=op.f("pk_spent")),
    )
    op.create_table(
        "reservations",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("amounts", postgresql.JSONB(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        *_entity("reservations"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_reservations_project_id_projects"),
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_reservations_project_id", "reservations", ["project_id"])
    op.create_index(
        "uq_reservations_active",
        "reservations",
        ["subject_id"],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )


def downgrade() -> None:
    for table in ("reservations", "spent", "balances", "quotas"):
        op.drop_table(table)


def _entity(table: str) -> list[Any]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
