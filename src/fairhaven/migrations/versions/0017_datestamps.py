"""Find what harvesters ask for by an index: a page took as long as sorting the whole catalog."""

from collections.abc import Sequence

from alembic import op

revision: str = "0017"
down_revision: str | Sequence[str] | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DATESTAMP = """
ALTER TABLE modules ADD COLUMN datestamp timestamptz GENERATED ALWAYS AS (
    CASE WHEN (visibility = 'public' OR withheld_at IS NOT NULL) AND NOT hidden
    THEN date_trunc('second', coalesce(removed_at, withheld_at, updated_at) AT TIME ZONE 'UTC')
        AT TIME ZONE 'UTC'
    END
) STORED
"""


def upgrade() -> None:
    op.execute(DATESTAMP)
    op.create_index(
        "ix_modules_datestamp_id", "modules", ["datestamp", "id"], postgresql_include=["removed_at", "name"]
    )
    op.create_index("ix_modules_name_removed_at", "modules", ["name", "removed_at"])


def downgrade() -> None:
    op.drop_index("ix_modules_name_removed_at", table_name="modules")
    op.drop_index("ix_modules_datestamp_id", table_name="modules")
    op.drop_column("modules", "datestamp")
