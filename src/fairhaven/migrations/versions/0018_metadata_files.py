"""Keep the text of metadata files: an edited one shall differ only where it was changed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | Sequence[str] | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Known from the next commit on: until then an edited file is written anew.
    op.add_column("modules", sa.Column("file", sa.String(), nullable=False, server_default=""))
    op.alter_column("modules", "file", server_default=None)
    # Beside the row: lists and ranking read thousands of rows, and never this.
    op.execute("ALTER TABLE modules ALTER COLUMN file SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_column("modules", "file")
