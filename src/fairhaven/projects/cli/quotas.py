"""Limits and balances."""

from typing import Annotated
from uuid import UUID

import typer
from rich.table import Table

from fairhaven.cli.context import client, out, project_id, project_option, show_json, tells_failures
from fairhaven.projects.cli.groups import AsJson, app, say
from fairhaven.projects.schemas import Level


@app.command()
@tells_failures
def quotas(
    project: Annotated[
        UUID | None,
        typer.Argument(
            parser=project_id, metavar="PROJECT", help="Short name or id; none: the installation."
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Show what is in use, and what may be."""
    found = client().projects.quotas(project)
    if json:
        return show_json(found)
    table = Table("Resource", "Of", "In use", "Most")
    for each in found:
        of = str(each.person_id) if each.person_id else each.level.value
        table.add_row(each.resource, of, f"{each.used:g}", "" if each.limit is None else f"{each.limit:g}")
    return out.print(table)


@app.command()
@tells_failures
def limit(
    resource: Annotated[str, typer.Argument(help="Such as cpu, gpu, workloads, cpu_hours.")],
    amount: Annotated[float | None, typer.Argument(help="The most; nothing lifts the limit.")] = None,
    project: Annotated[
        UUID | None,
        project_option("Short name or id; none: the installation."),
    ] = None,
    person: Annotated[UUID | None, typer.Option(help="Id of one person in the project.")] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="For each person in the project.")] = False,
) -> None:
    """Set or lift a limit."""
    level = Level.PERSON if person else Level.EVERYONE if everyone else Level.PROJECT
    client().projects.limit(resource, amount, project_id=project, level=level, person_id=person)
    say("The limit is lifted." if amount is None else "The limit is set.")
