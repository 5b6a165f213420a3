"""`python -m fairhaven.migrations.new "Add the owner of a module"`: write the next revision.

It compares the tables of the code with a database that has all revisions so far, made for the purpose.
Read what it wrote before you commit it.
"""

import sys
from pathlib import Path

from alembic import command

from fairhaven.core.testing import servers
from fairhaven.migrations import config

VERSIONS = Path(__file__).parent / "versions"


def write(message: str) -> None:
    number = len(list(VERSIONS.glob("[0-9]*.py"))) + 1
    with servers.running():
        made = config(servers.database_url(servers.TEMPLATE))
        command.revision(made, message, autogenerate=True, rev_id=f"{number:04}")


if __name__ == "__main__":
    write(" ".join(sys.argv[1:]) or "Change")
