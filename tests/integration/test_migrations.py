"""The migrations make exactly the tables that the code describes."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from fairhaven.migrations import upgrade
from fairhaven.migrations.tables import metadata


def test_migrations_and_tables_agree(database_url):
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _ours})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_an_upgrade_of_the_newest_shape_changes_nothing(database_url):
    upgrade(database_url)


def _ours(name: str | None, kind: str, parents: object) -> bool:
    return not (kind == "table" and (name or "").startswith("procrastinate_"))
