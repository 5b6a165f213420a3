"""`fairhaven tool …`: what tools there are and what they would run; and checking a folder on this machine."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from fairhaven.catalog.cli.metadata import needs_platform
from fairhaven.catalog.schemas import Plan, Tool
from fairhaven.cli.context import client, err, fail, out, show_json, tells_failures

app = typer.Typer(help="Tools: applications that are described by a folder.", no_args_is_help=True)

FILE = "tool.yaml"
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Name = Annotated[str, typer.Argument(help="Name of the tool.")]


@app.command("list")
@tells_failures
def list_tools(
    q: Annotated[str, typer.Argument(help="Words that all occur.")] = "",
    category: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    as_json: Json = False,
) -> None:
    """List tools by name."""
    with client() as platform:
        found = platform.tools.list(q or None, category=category)
    if as_json:
        show_json(found)
        return
    table = Table("Name", "Title", "Version", "For", box=None)
    for each in found:
        table.add_row(each.name, escape(each.title), each.version, escape(each.summary))
    out.print(table if found else "No tool fits.")


@app.command()
@tells_failures
def show(name: Name, as_json: Json = False) -> None:
    """Show one tool with the fields of its form."""
    with client() as platform:
        found = platform.tools.get(name)
        address = platform.connection.url
    show_json(found) if as_json else _print(found, address)


@app.command()
@needs_platform
def check(
    folders: Annotated[list[Path] | None, typer.Argument(help=f"Folders that hold {FILE}.")] = None,
    as_json: Json = False,
) -> None:
    """Check folders on this machine; every problem with file, line and column. Exit code 1 on errors."""
    from fairhaven.catalog.toolbox.reading import read_folder

    found = {str(folder): read_folder(folder) for folder in _folders(folders or [Path()])}
    if as_json:
        show_json(
            [
                {
                    "folder": name,
                    "valid": read.valid,
                    "problems": [each.model_dump() for each in read.problems],
                }
                for name, read in found.items()
            ]
        )
    for name, read in found.items() if not as_json else ():
        for problem in read.problems:
            style = "red" if problem.severity == "error" else "yellow"
            out.print(f"{name}/{problem}", style=style, markup=False, highlight=False, soft_wrap=True)
        if read.valid:
            out.print(f"{name} is right.", markup=False, highlight=False)
    if not all(read.valid for read in found.values()):
        raise typer.Exit(1)


@app.command()
@needs_platform
@tells_failures
def plan(
    name: Annotated[str, typer.Argument(help="Name of the tool; or a folder on this machine.")],
    values: Annotated[
        list[str] | None, typer.Option("--set", "-s", help="A value of the form: `cpu=4`; may be repeated.")
    ] = None,
    module: Annotated[str | None, typer.Option(help="Module that it is to be used for.")] = None,
    as_json: Json = False,
) -> None:
    """Show what would run, without starting it: commands, ports, resources."""
    given = dict(_pair(each) for each in values or [])
    if Path(name).is_dir():
        made = _planned_here(Path(name), given)
    else:
        with client() as platform:
            form = platform.tools.get(name).form
            made = platform.tools.plan(name, _typed(form, given), module=module)
    show_json(made) if as_json else _print_plan(made)


def _folders(given: list[Path]) -> list[Path]:
    """Folders of tools; a folder of such folders stands for those in it."""
    found: list[Path] = []
    for folder in given:
        inside = sorted(each.parent for each in folder.glob(f"*/{FILE}"))
        found += [folder.resolve()] if (folder / FILE).is_file() or not inside else inside
    return found


def _planned_here(folder: Path, given: dict[str, str]) -> Plan:
    from fairhaven.catalog.toolbox import planning, reading
    from fairhaven.catalog.toolbox.values import FormInvalid

    read = reading.read_folder(folder.resolve())
    if read.tool is None:
        fail("\n".join(map(str, read.errors)))
    try:
        return planning.plan(read.tool, _typed(read.tool.form, given))
    except FormInvalid as wrong:
        fail("\n".join(f"{each.field}: {each.message}" for each in wrong.errors))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        fail(f"Write --set NAME=VALUE, not {text}.")
    return name, value


def _typed(form: Any, given: dict[str, str]) -> dict[str, Any]:
    """Texts as the form's types; what cannot be one stays text, so that the check names it."""
    fields = form["properties"]
    return {name: _as(fields.get(name, {}).get("type", "string"), text) for name, text in given.items()}


def _as(kind: str, text: str) -> Any:
    if kind == "string":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text.split(",") if kind == "array" else text


def _print(found: Tool, address: str) -> None:
    out.print(f"[bold]{escape(found.title)}[/bold] {escape(found.version)}  {escape(found.license)}")
    out.print(escape(found.summary))
    for problem in found.problems if not found.valid else ():
        err.print(str(problem), markup=False, highlight=False, soft_wrap=True)
    table = Table("Field", "Type", "Default", "Meaning", box=None)
    needed = found.form.get("required", ())
    for name, field in found.form["properties"].items():
        default = field.get("default", "needed" if name in needed else "")
        words = f"{field['title']}. {field.get('description', '')}"
        table.add_row(name, field["type"], escape(str(default)), escape(words))
    out.print(table)
    out.print(f"{address}/tools/{found.name}", highlight=False, soft_wrap=True)


def _print_plan(made: Plan) -> None:
    if made.opens:
        out.print(made.opens, markup=False, highlight=False, soft_wrap=True)
    for task in made.tasks:
        out.print(f"[bold]{escape(task.title)}[/bold]  {escape(task.image or '')}")
        for argument in task.command:
            out.print(f"  {argument}", markup=False, highlight=False, soft_wrap=True)
        for variable in task.environment:
            value = f"(the secret {variable.secret})" if variable.secret else variable.value
            out.print(f"  {variable.name}={value}", markup=False, highlight=False, soft_wrap=True)
    for line in (*made.notes, *made.by_hand):
        out.print(f"\n{line}", markup=False, highlight=False, soft_wrap=True)
