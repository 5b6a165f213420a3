"""`pip install fairhaven` is the client and the commands: nothing of the platform may be needed for them."""

import subprocess
import sys

HEAVY = ("alembic", "fastapi", "jinja2", "obstore", "procrastinate", "psycopg", "sqlalchemy", "starlette",
         "structlog", "uvicorn", "pydantic_settings", "opentelemetry")  # fmt: skip

PROGRAM = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {heavy!r}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Missing())
import fairhaven.client, fairhaven.cli.main
from typer.testing import CliRunner
helped = CliRunner().invoke(fairhaven.cli.main.app, ["--help"])
assert helped.exit_code == 0 and "workload" in helped.output, helped.output
refused = CliRunner().invoke(fairhaven.cli.main.app, ["up"])
assert refused.exit_code == 1, refused.output
print(refused.output)
"""


def test_client_and_commands_need_nothing_of_the_platform():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(heavy=HEAVY)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "fairhaven[platform]" in done.stdout + done.stderr
