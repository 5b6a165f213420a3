"""`fairhaven secret …`: put, list and delete what programs need to know and people need not see."""

import sys
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from fairhaven.cli.context import client, out, project_option, show_json, tells_failures
from fairhaven.secrets.schemas import Secret

app = typer.Typer(help="Secrets of yours and your projects; values are never shown.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What it is called.")]
Project = Annotated[
    UUID | None,
    project_option("The project that it belongs to, by short name or id; default: it is your own."),
]


@app.command()
@tells_failures
def put(name: Name, project: Project = None) -> None:
    """Keep a value: asked for without showing it, or read from the standard input."""
    value = _value()
    with client() as platform:
        kept = platform.secrets.put(name, value, project_id=project)
    out.print(
        f"{kept.name} is kept, in version {kept.version}. Refer to it as {kept.reference}.",
        markup=False, highlight=False,
    )  # fmt: skip


@app.command("list")
@tells_failures
def list_secrets(
    project: Project = None, json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """List names and times."""
    with client() as platform:
        found = platform.secrets.list(project_id=project)
    if json:
        show_json([each.model_dump(mode="json") for each in found])
        return
    out.print(_table(found) if found else "No secrets yet: `fairhaven secret put NAME`.")


@app.command()
@tells_failures
def delete(name: Name, project: Project = None) -> None:
    """Forget a secret and erase its value."""
    with client() as platform:
        platform.secrets.delete(name, project_id=project)
    out.print("Deleted.")


def _value() -> str:
    """What is typed unseen, or comes by the standard input: then without the end of its only line."""
    if sys.stdin.isatty():
        return str(typer.prompt("Value", hide_input=True, confirmation_prompt=True))
    given = sys.stdin.read()
    return given.rstrip("\r\n") if given.count("\n") <= 1 else given


def _table(found: Sequence[Secret]) -> Table:
    table = Table("Name", "Version", "Stored", "Last delivered", box=None)
    for each in found:
        delivered = f"{each.delivered_at:%Y-%m-%d %H:%M}" if each.delivered_at else "never"
        table.add_row(
            escape(each.reference), str(each.version), f"{each.updated_at:%Y-%m-%d %H:%M}", delivered
        )
    return table
