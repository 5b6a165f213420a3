"""Find modules by what they have, by misspelt words and by likeness; keep people's searches."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | Sequence[str] | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Without the extension, or the right to make it, modules are alike by their words alone.
VECTORS = """
DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE TABLE module_vectors (
        module_id uuid NOT NULL,
        space_id uuid NOT NULL,
        "of" timestamptz NOT NULL,
        place vector(64) NOT NULL,
        CONSTRAINT pk_module_vectors PRIMARY KEY (module_id),
        CONSTRAINT fk_module_vectors_module_id_modules
            FOREIGN KEY (module_id) REFERENCES modules (id) ON DELETE CASCADE
    );
    CREATE INDEX ix_module_vectors_place ON module_vectors USING hnsw (place vector_cosine_ops);
EXCEPTION WHEN undefined_file OR feature_not_supported OR insufficient_privilege OR undefined_object THEN
    RAISE NOTICE 'pgvector is not there: modules are alike by their words alone';
END $$
"""


def upgrade() -> None:
    op.add_column("modules", sa.Column("served", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("modules", sa.Column("indexed", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("modules", "served", server_default=None)
    op.alter_column("modules", "indexed", server_default=None)
    # Ranking reads them of a thousand rows: out of the row, they cost more than all the rest of a search.
    for column in ("ranking", "terms"):
        op.execute(f"ALTER TABLE modules ALTER COLUMN {column} SET STORAGE MAIN")
    op.create_index(
        "ix_modules_updated_at_id",
        "modules",
        ["updated_at", "id"],
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "module_words",
        sa.Column("scope", sa.Uuid(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("modules", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "word", name=op.f("pk_module_words")),
    )
    op.create_table(
        "catalog_learnt",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("learnt_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_catalog_learnt")),
    )
    op.create_table(
        "text_spaces",
        sa.Column("modules", sa.Integer(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("directions", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_spaces")),
    )
    op.create_table(
        "saved_searches",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_saved_searches_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_searches_person_id_name")),
    )
    op.execute(VECTORS)


def downgrade() -> None:
    op.execute("DROP TABLE IF EXISTS module_vectors")
    op.drop_table("saved_searches")
    op.drop_table("text_spaces")
    op.drop_table("catalog_learnt")
    op.drop_table("module_words")
    op.drop_index("ix_modules_updated_at_id", table_name="modules")
    op.drop_column("modules", "indexed")
    op.drop_column("modules", "served")
    for column in ("ranking", "terms"):
        op.execute(f"ALTER TABLE modules ALTER COLUMN {column} SET STORAGE EXTENDED")
