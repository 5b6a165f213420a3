"""Keep what a module said of itself at each release, and deposits of releases with their DOIs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0015"
down_revision: str | Sequence[str] | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("modules", sa.Column("doi", sa.String(), nullable=True))
    op.add_column("releases", sa.Column("doi", sa.String(), nullable=True))
    op.add_column("releases", sa.Column("metadata", JSONB(), nullable=True))
    # What a module said at the time was not kept: what it says now is the best that is known.
    op.execute("UPDATE releases SET metadata = m.metadata FROM modules m WHERE m.id = releases.module_id")
    op.alter_column("releases", "metadata", nullable=False)
    _deposits()


def _deposits() -> None:
    op.create_table(
        "deposits",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("module_id", sa.Uuid(), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("depository", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("publishing", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=True),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.Column("page", sa.String(), nullable=True),
        sa.Column("doi", sa.String(), nullable=True),
        sa.Column("concept_doi", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("published_at", _TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_deposits_project_id_projects"),
        sa.ForeignKeyConstraint(["module_id"], ["modules.id"], name="fk_deposits_module_id_modules"),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name="fk_deposits_release_id_releases"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_deposits_person_id_people", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deposits"),
    )
    op.create_index("ix_deposits_project_id", "deposits", ["project_id"])
    op.create_index("ix_deposits_person_id", "deposits", ["person_id"])
    op.create_index(
        "uq_deposits_open",
        "deposits",
        ["module_id", "depository"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('published', 'discarded')"),
    )
    op.create_index(
        "uq_deposits_release",
        "deposits",
        ["release_id", "depository"],
        unique=True,
        postgresql_where=sa.text("state <> 'discarded'"),
    )


def downgrade() -> None:
    op.drop_table("deposits")
    op.drop_column("releases", "metadata")
    op.drop_column("releases", "doi")
    op.drop_column("modules", "doi")
