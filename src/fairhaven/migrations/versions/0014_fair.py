"""Keep what a robot finds FAIR, and what a release holds for it to find."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | Sequence[str] | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "fair_assessments",
        sa.Column("module_id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=True),
        sa.Column("commit", sa.String(), nullable=False),
        sa.Column("rubric", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("percentage", sa.Float(), nullable=False),
        sa.Column("principles", JSON, nullable=False),
        sa.Column("software", sa.Float(), nullable=False),
        sa.Column("metrics", JSON, nullable=False),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["module_id"], ["modules.id"], name=op.f("fk_fair_assessments_module_id_modules")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_fair_assessments_release_id_releases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_assessments")),
    )
    op.create_index(
        "ix_fair_assessments_module_id_created_at", "fair_assessments", ["module_id", "created_at"]
    )
    op.add_column("modules", sa.Column("fair_score", sa.Integer(), nullable=True))
    op.add_column("modules", sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("releases", sa.Column("holdings", JSON, nullable=True))


def downgrade() -> None:
    op.drop_column("releases", "holdings")
    op.drop_column("modules", "assessed_at")
    op.drop_column("modules", "fair_score")
    op.drop_index("ix_fair_assessments_module_id_created_at", table_name="fair_assessments")
    op.drop_table("fair_assessments")
