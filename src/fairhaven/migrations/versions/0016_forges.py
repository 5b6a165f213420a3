"""Trust, modules that wait for their metadata to be right, and what forges say of repositories."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0016"
down_revision: str | Sequence[str] | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)
# What modules have that were registered before: all of them had sound metadata then.
ADDED = (
    ("trust", sa.String(), "'built'"),
    ("hidden", sa.Boolean(), "false"),
    ("filled", JSONB(), "'{}'"),
)


def upgrade() -> None:
    for name, kind, value in ADDED:
        op.add_column("modules", sa.Column(name, kind, nullable=False, server_default=sa.text(value)))
        op.alter_column("modules", name, server_default=None)
    op.add_column("modules", sa.Column("withheld_at", TIME, nullable=True))
    op.add_column("modules", sa.Column("readme", JSONB(), nullable=True))
    op.create_table(
        "forges",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("learned_at", TIME, nullable=True),
        sa.Column("paused_until", TIME, nullable=True),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_forges")),
    )
    op.create_table(
        "forge_looks",
        sa.Column("module_id", sa.Uuid(), nullable=False),
        sa.Column("answers", JSONB(), nullable=False),
        sa.Column("surveyed", sa.String(), nullable=True),
        sa.Column("survey", JSONB(), nullable=False),
        sa.Column("asked_at", TIME, nullable=True),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("module_id", name=op.f("pk_forge_looks")),
        sa.ForeignKeyConstraint(
            ["module_id"],
            ["modules.id"],
            name=op.f("fk_forge_looks_module_id_modules"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_forge_looks_next_at"), "forge_looks", ["next_at"])
    op.execute(
        "INSERT INTO forge_looks (module_id, answers, survey, next_at, failures) "
        "SELECT id, '{}', '{}', now(), 0 FROM modules WHERE removed_at IS NULL"
    )


def downgrade() -> None:
    op.drop_table("forge_looks")
    op.drop_table("forges")
    op.drop_column("modules", "readme")
    op.drop_column("modules", "withheld_at")
    for name, _, _ in reversed(ADDED):
        op.drop_column("modules", name)
