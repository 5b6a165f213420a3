"""`fairhaven installation show`: the administrator's overview."""

from typing import Annotated

import typer
from rich.table import Table

from fairhaven.cli.context import client, out, show_json, tells_failures

app = typer.Typer(help="The whole installation, for administrators.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The whole installation, for administrators."""


@app.command()
@tells_failures
def show(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show what there is, and how well it is."""
    with client() as platform:
        found = platform.overview()
    if json:
        return show_json(found)
    table = Table("What", "How many", box=None)
    for group, figures in (
        ("people", found.people),
        ("catalog", found.catalog),
        ("workloads", found.workloads),
        ("builds", found.builds),
    ):
        for name, count in figures.items():
            table.add_row(name if name == group else f"{group}: {name.replace('_', ' ')}", str(count))
    table.add_row("projects", str(found.projects))
    table.add_row("lines in the audit log", str(found.audit_lines))
    table.add_row("facts that wait for their line", str(found.facts_waiting))
    table.add_row("deliveries under way", str(found.deliveries_waiting))
    table.add_row("deliveries given up", str(found.deliveries_given_up))
    return out.print(table)
