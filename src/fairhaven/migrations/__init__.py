"""The history of the database's shape (Alembic). `upgrade` brings a database to the newest."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def config(url: str) -> Config:
    """Alembic's settings for a database; there is no alembic.ini."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["url"] = url
    return made


def upgrade(url: str) -> None:
    """Bring the database to the newest shape; safe to call at every start, by several processes at once."""
    command.upgrade(config(url), "head")
