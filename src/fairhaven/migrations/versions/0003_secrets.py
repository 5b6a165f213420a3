"""Keep secrets, and let workloads refer to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "secrets",
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (project_id IS NULL)", name=op.f("ck_secrets_one_owner")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_secrets_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_secrets_project_id_projects"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secrets")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_secrets_person_id_name")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_secrets_project_id_name")),
    )
    op.create_table(
        "secret_values",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_kind", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place_id", "version", name=op.f("pk_secret_values")),
    )
    op.create_index(op.f("ix_secret_values_key_id"), "secret_values", ["key_id"], unique=False)
    for name, empty in (("secrets", "{}"), ("secret_files", "[]")):
        column = sa.Column(
            name, postgresql.JSONB(astext_type=sa.Text()), server_default=empty, nullable=False
        )
        op.add_column("workloads", column)
        op.alter_column("workloads", name, server_default=None)


def downgrade() -> None:
    op.drop_column("workloads", "secret_files")
    op.drop_column("workloads", "secrets")
    op.drop_index(op.f("ix_secret_values_key_id"), table_name="secret_values")
    op.drop_table("secret_values")
    op.drop_table("secrets")
