"""Keep no secrets of push hooks: they are made of a key of the installation, and copied anew.

Going back, each gets a secret that nobody knows.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.drop_column("modules", "hook_secret")
    op.add_column("modules", sa.Column("hook_key", sa.String(), nullable=True))
    op.add_column("modules", sa.Column("hook_number", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("modules", "hook_number", server_default=None)


def downgrade() -> None:
    made = sa.text("gen_random_uuid()::text || gen_random_uuid()::text")
    op.add_column("modules", sa.Column("hook_secret", sa.String(), nullable=False, server_default=made))
    op.alter_column("modules", "hook_secret", server_default=None)
    op.drop_column("modules", "hook_number")
    op.drop_column("modules", "hook_key")
