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
    _ways_in()
    _brands()


def downgrade() -> None:
    for table in ("accepted_terms", "hosts", "brands", "service_accounts", "invitations"):
        op.drop_table(table)
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
    op.add_column("projects", sa.Column("engines", postgresql.JSONB(), nullable=True))
    op.add_column("projects", sa.Column("catalog", postgresql.JSONB(), nullable=False, server_default="{}"))
    op.add_column("memberships", sa.Column("source", sa.String(), nullable=False, server_default="manual"))
    op.add_column("memberships", sa.Column("level", sa.String(), nullable=True))
    for role, name in ROLES.items():
        op.execute(
            sa.text("UPDATE memberships SET level = :name WHERE role = :role").bindparams(
                name=name, role=role
            )
        )
    op.alter_column("memberships", "level", nullable=False)
    op.alter_column("memberships", "source", server_default=None)
    op.drop_column("memberships", "role")
    op.drop_constraint("uq_memberships_project_id_person_id", "memberships")
    op.create_unique_constraint(
        op.f("uq_memberships_project_id_person_id_source"),
        "memberships",
        ["project_id", "person_id", "source"],
    )


def _ways_in() -> None:
    op.create_table(
        "invitations",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("inviter_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        *_entity("invitations"),
        _belongs("invitations", "project_id", "projects"),
        _belongs("invitations", "inviter_id", "people"),
        sa.UniqueConstraint("digest", name=op.f("uq_invitations_digest")),
    )
    op.create_index(op.f("ix_invitations_project_id"), "invitations", ["project_id"])
    op.create_table(
        "service_accounts",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        _belongs("service_accounts", "person_id", "people"),
        _belongs("service_accounts", "project_id", "projects"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_service_accounts")),
    )
    op.create_index(op.f("ix_service_accounts_project_id"), "service_accounts", ["project_id"])


def _brands() -> None:
    op.create_table(
        "brands",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("accent_light", sa.String(), nullable=True),
        sa.Column("accent_dark", sa.String(), nullable=True),
        sa.Column("links", postgresql.JSONB(), nullable=False),
        sa.Column("acknowledgement", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("logo", sa.String(), nullable=True),
        sa.Column("logo_type", sa.String(), nullable=True),
        _belongs("brands", "project_id", "projects"),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_brands")),
    )
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        _belongs("hosts", "project_id", "projects"),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_index(op.f("ix_hosts_project_id"), "hosts", ["project_id"])
    op.create_table(
        "accepted_terms",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        _belongs("accepted_terms", "person_id", "people"),
        _belongs("accepted_terms", "project_id", "projects"),
        sa.PrimaryKeyConstraint("person_id", "project_id", "version", name=op.f("pk_accepted_terms")),
    )


def _levels_undone() -> None:
    op.add_column("memberships", sa.Column("role", sa.Integer(), nullable=False, server_default="10"))
    for role, name in ROLES.items():
        op.execute(
            sa.text("UPDATE memberships SET role = :role WHERE level = :name").bindparams(
                name=name, role=role
            )
        )
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
    for column in ("catalog", "engines", "archived_at"):
        op.drop_column("projects", column)
    op.drop_table("levels")


def _entity(table: str) -> list[Any]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _belongs(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{to}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="CASCADE")
