"""Invitations, settings and branding of projects."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | Sequence[str] | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLES = {10: "viewer", 20: "member", 30: "developer", 40: "manager"}


def upgrade() -> None:
    _levels()


def downgrade() -> None:
    _levels_undone()


def _levels() -> None:
    op.create_table(
        "levels",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("limits", postgresql.JSONB(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        *_entity("levels"),
        sa.UniqueConstraint("name", name=op.f("uq_levels_name")),
    )
    op.add_column("projects", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("memberships", sa.Column("source", sa.String(), nullable=False, server_default="manual"))
    op.add_column("memberships", sa.Column("level", sa.String(), nullable=True))
    for role, name in ROLES.items():
        op.execute(sa.text("UPDATE memberships SET level = :name WHERE role = :role").bindparams(
            name=name, role=role
        ))
    op.alter_column("memberships", "level", nullable=False)
    op.alter_column("memberships", "source", server_default=None)
    op.drop_column("memberships", "role")
    op.drop_constraint("uq_memberships_project_id_person_id", "memberships")
    op.create_unique_constraint(
        op.f("uq_memberships_project_id_person_id_source"), "memberships", ["project_id", "person_id", "source"]
    )


def _levels_undone() -> None:
    op.add_column("memberships", sa.Column("role", sa.Integer(), nullable=False, server_default="10"))
    for role, name in ROLES.items():
        op.execute(sa.text("UPDATE memberships SET role = :role WHERE level = :name").bindparams(
            name=name, role=role
        ))
    op.alter_column("memberships", "role", server_default=None)
    # One membership a person: that of the highest role.
    op.execute(
        "DELETE FROM memberships a USING memberships b WHERE a.project_id = b.project_id "
        "AND a.person_id = b.person_id AND (a.role, a.id) < (b.role, b.id)"
    )
    op.drop_constraint("uq_memberships_project_id_person_id_source", "memberships")
    op.create_unique_constraint(
        op.f("uq_memberships_project_id_person_id"), "memberships", ["project_id", "person_id"]
    )
    op.drop_column("memberships", "level")
    op.drop_column("memberships", "source")
    op.drop_column("projects", "archived_at")
    op.drop_table("levels")


def _entity(table: str) -> list[Any]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
