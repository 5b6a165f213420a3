"""Let the name and the address of who acted be erased."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | Sequence[str] | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("facts", sa.Column("mark", sa.String(), nullable=True))
    op.add_column("facts", sa.Column("salt", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("facts", "salt")
    op.drop_column("facts", "mark")
