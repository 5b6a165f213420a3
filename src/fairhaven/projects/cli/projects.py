"""Projects and their settings."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairhaven.cli.context import client, out, show_json, tells_failures
from fairhaven.projects.cli.groups import AsJson, Name, Project, app, say


@app.command("list")
@tells_failures
def list_(json: AsJson = False) -> None:
    """List the projects that you are in."""
    found = client().projects.list()
    if json:
        return show_json(found)
    table = Table("Project", "Name", "Id", "")
    for each in found:
        table.add_row(each.slug, escape(each.name), str(each.id), "archived" if each.archived_at else "")
    return out.print(table)


@app.command()
@tells_failures
def create(
    slug: Annotated[str, typer.Argument(help="Its short name, for addresses and claims; it never changes.")],
    name: Name,
) -> None:
    """Make a project; for administrators."""
    made = client().projects.create(slug, name)
    say(f"{made.name} is there: {made.id}")


@app.command()
@tells_failures
def rename(project: Project, name: Name) -> None:
    """Give a project another name; its short name never changes."""
    say(f"It is called {client().projects.rename(project, name).name} now.")


@app.command()
@tells_failures
def archive(
    project: Project, undo: Annotated[bool, typer.Option("--undo", help="Take it back.")] = False
) -> None:
    """Let nothing be started or changed in a project any more; nothing is lost."""
    client().projects.archive(project, archived=not undo)
    say("It is back." if undo else "It is archived.")


@app.command()
@tells_failures
def engines(
    project: Project,
    engine: Annotated[list[str] | None, typer.Argument(help="Such as local; none: all of them.")] = None,
) -> None:
    """Set the engines on which a project's workloads may run."""
    client().projects.allow_engines(project, engine or None)
    say("It is changed.")


@app.command()
@tells_failures
def catalog(
    project: Project,
    tag: Annotated[list[str] | None, typer.Option(help="Modules with one of these tags.")] = None,
    module: Annotated[list[str] | None, typer.Option(help="And these modules.")] = None,
) -> None:
    """Set what a project's own pages show of the catalog at first; nothing: everything."""
    client().projects.show(project, tags=tag or [], names=module or [])
    say("It is changed.")


@app.command()
@tells_failures
def levels(json: AsJson = False) -> None:
    """List what can be given to members."""
    found = client().projects.levels()
    if json:
        return show_json(found)
    table = Table("Level", "Role", "Limits", "")
    for each in found:
        limits = ", ".join(f"{name} {amount:g}" for name, amount in each.limits.items())
        table.add_row(each.name, each.role, limits, escape(each.says))
    return out.print(table)
