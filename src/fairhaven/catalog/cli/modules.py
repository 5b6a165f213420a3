"""`fairhaven module …`: find, register and follow modules."""

import json
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from fairhaven.catalog.cli import fair as fairness
from fairhaven.catalog.cli.metadata import check as check_metadata
from fairhaven.catalog.schemas import Module, ModuleSummary, Sort, Trust, Visibility
from fairhaven.catalog.schemas.searching import FACETS
from fairhaven.cli.context import client, err, fail, out, project_option, show_json, tells_failures

app = typer.Typer(help="Modules: repositories with a model and an ai4-metadata.yml.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
_SEEN_BY = {Visibility.PUBLIC: "everybody", Visibility.PROJECT: "members of its project"}
Name = Annotated[str, typer.Argument(help="Name of the module.")]

app.command("fair")(fairness.fair)
app.command("assess")(fairness.assess)


@app.command("list")
@tells_failures
def list_modules(
    q: Annotated[str, typer.Argument(help='Words to look for; "a phrase", -without.')] = "",
    task: Annotated[list[str] | None, typer.Option(help="Only this task; may be repeated.")] = None,
    library: Annotated[list[str] | None, typer.Option(help="Only this library; may be repeated.")] = None,
    facet: Annotated[
        list[str] | None, typer.Option(help="FACET=VALUE, such as license=MIT or has=doi; may be repeated.")
    ] = None,
    sort: Annotated[Sort | None, typer.Option(help="Order; else the best match, or the newest.")] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Do not correct misspelt words.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Most modules to show.")] = 50,
    as_json: Json = False,
) -> None:
    """List modules: best match first, or the newest."""
    facets = _facets(facet or [], tasks=task or [], libraries=library or [])
    with client() as platform:
        found = platform.modules.list(q or None, sort=sort, limit=limit, exact=exact or None, **facets)
    if as_json:
        show_json(found)
        return
    if found.corrected or found.suggested:
        said = "Showing results for" if found.corrected else "Did you mean"
        err.print(f"{said}: {found.corrected or found.suggested}", markup=False)
    out.print(_table(list(found.items)) if found.items else "No module fits.")
    if found.next:
        err.print(f"There are more: raise --limit (now {limit}) or add words.")


@app.command()
@tells_failures
def show(name: Name, as_json: Json = False) -> None:
    """Show one module."""
    with client() as platform:
        found = platform.modules.get(name)
        address = platform.connection.url
    show_json(found) if as_json else _print(found, address)


@app.command()
@tells_failures
def similar(
    name: Name,
    limit: Annotated[int, typer.Option(min=1, max=24, help="Most modules to show.")] = 6,
    as_json: Json = False,
) -> None:
    """List the modules most like one."""
    with client() as platform:
        found = platform.modules.similar(name, limit=limit)
    if as_json:
        show_json(found)
        return
    table = Table("Name", "Title", "Likeness", "Both have", box=None)
    for each in found.items:
        likeness = "–" if each.likeness is None else f"{each.likeness:.2f}"
        table.add_row(escape(each.name), escape(each.title), likeness, escape(", ".join(each.shared)))
    out.print(table if found.items else "No module is like it.")


@app.command()
@tells_failures
def register(
    url: Annotated[
        str, typer.Argument(help="Address of the repository, or a folder of the platform's machine.")
    ],
    branch: Annotated[str | None, typer.Option(help="Branch to follow; else the default branch.")] = None,
    project: Annotated[
        UUID | None,
        project_option("Project it belongs to, by short name or id; else the default one."),
    ] = None,
    visibility: Annotated[
        Visibility | None, typer.Option(help="Who may see it; else as is usual in the project.")
    ] = None,
    trust: Annotated[Trust, typer.Option(help="Whether it is built and run, or listed only.")] = Trust.BUILT,
    allow_invalid: Annotated[
        bool, typer.Option("--allow-invalid", help="Register it though its metadata has errors.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Register a repository, a folder or an item of a catalog as a module; its first build follows."""
    with client() as platform:
        made = platform.modules.register(
            _absolute(url),
            branch,
            project_id=project,
            visibility=visibility,
            trust=trust,
            allow_invalid=allow_invalid,
        )
        address = platform.connection.url
    show_json(made) if as_json else _print(made, address)


@app.command()
@tells_failures
def trust(name: Name, trust: Annotated[Trust, typer.Argument(help="`built`, or `listed` only.")]) -> None:
    """Decide whether a module is built and run, or listed only."""
    with client() as platform:
        changed = platform.modules.change(name, trust=trust)
    out.print(f"{changed.name} is {changed.trust}.")


@app.command()
@tells_failures
def visibility(
    name: Name, visibility: Annotated[Visibility, typer.Argument(help="`public`, or its `project` only.")]
) -> None:
    """Decide who may see a module: everybody, or the members of its project."""
    with client() as platform:
        changed = platform.modules.change(name, visibility=visibility)
    out.print(f"{changed.name} is seen by {_SEEN_BY[changed.visibility]}.")


@app.command()
@tells_failures
def readme(name: Name) -> None:
    """Print the README of a module's repository."""
    with client() as platform:
        typer.echo(platform.modules.readme(name).text)


@app.command()
@tells_failures
def check(name: Name) -> None:
    """Look at the module's repository now."""
    with client() as platform:
        before = platform.modules.get(name).commit
        seen = platform.modules.check(name)
        asked = platform.modules.forge_look(name)
    if seen.check_problem:
        fail(seen.check_problem)
    out.print(
        "No new commit." if seen.commit == before else f"New commit {seen.commit[:17]}: its build begins."
    )
    if asked.problem:
        err.print(f"What the authors leave open: {asked.problem}", style="yellow", markup=False)
    _print_problems(seen)


@app.command()
@tells_failures
def hook(
    name: Name, rotate: Annotated[bool, typer.Option("--rotate", help="Make another secret first.")] = False
) -> None:
    """Show the address and secret with which a git server tells of pushes."""
    with client() as platform:
        found = platform.modules.rotate_hook(name) if rotate else platform.modules.hook(name)
    told = {
        "Address": found.url,
        "Secret": found.secret,
        "The same for GitLab's signing": found.signing_token,
    }
    for word, value in told.items():
        out.print(f"{word:<30}{value}", highlight=False, soft_wrap=True)


@app.command()
@tells_failures
def export(
    name: Name,
    format_: Annotated[
        str, typer.Option("--format", "-f", help="Format; `module formats` lists them.")
    ] = "jsonld",
    profile: Annotated[
        str | None, typer.Option(help="Vocabulary of JSON-LD, Turtle and RDF/XML; else mldcat-ap.")
    ] = None,
    release: Annotated[str | None, typer.Option(help="Version of a release; else the module.")] = None,
    dataset: Annotated[int | None, typer.Option(min=1, help="Which data set Croissant tells.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; else print.")] = None,
) -> None:
    """Write a module or release in a format: Turtle, DataCite, CITATION.cff, BibTeX, RO-Crate …"""
    with client() as platform:
        text = platform.modules.export(name, format_, profile=profile, release=release, dataset=dataset)
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        typer.echo(text, nl=False)


@app.command()
@tells_failures
def changes(
    name: Name,
    before: Annotated[str | None, typer.Argument(help="Version; else the release before the other.")] = None,
    after: Annotated[str | None, typer.Argument(help="Version; else the latest release.")] = None,
    as_json: Json = False,
) -> None:
    """Show what changed between two releases."""
    with client() as platform:
        found = platform.modules.changes(name, before, after)
    if as_json:
        show_json(found)
        return
    table = Table("Field", "What", found.before, found.after, box=None)
    for each in found.fields:
        table.add_row(each.field, each.kind.value, escape(_short(each.before)), escape(_short(each.after)))
    out.print(table if found.fields else "The metadata says the same.")
    if found.compare_url:
        out.print(f"Code: {found.compare_url}", highlight=False, soft_wrap=True)


@app.command()
@tells_failures
def formats(name: Name) -> None:
    """List the formats that a module can be had in, and why not in others."""
    with client() as platform:
        found = platform.modules.formats(name)
    table = Table("Format", "Profile", "Tells", "Where, or why not", box=None)
    for each in found:
        table.add_row(
            each.format, each.profile or "", escape(each.label), escape(each.url or each.reason or "")
        )
    out.print(table)


@app.command()
@tells_failures
def remove(name: Name, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Take a module out of the catalog; what runs of it keeps running."""
    if not yes and typer.prompt(f"Type {name} to remove it") != name:
        fail("Nothing was removed.")
    with client() as platform:
        platform.modules.remove(name)
    out.print(f"{name} was removed.")


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(help="The file, or a folder that holds ai4-metadata.yml.")],
) -> None:
    """Check a metadata file on this machine, as `fairhaven metadata check` does."""
    check_metadata([file])


def _facets(chosen: list[str], **others: list[str]) -> dict[str, Any]:
    """Values by facet; `chosen` are FACET=VALUE."""
    facets = {name: list(values) for name, values in others.items()}
    for each in chosen:
        name, equals, value = each.partition("=")
        if not equals or name not in FACETS:
            fail(f"`{each}` is no FACET=VALUE, such as license=MIT. Facets are {', '.join(FACETS)}.")
        facets.setdefault(name, []).append(value)
    return facets


def _absolute(url: str) -> str:
    """A folder named from here becomes its whole path; addresses stay as they are."""
    folder = Path(url).expanduser()
    return str(folder.resolve()) if "://" not in url and folder.is_dir() else url


def _short(value: object) -> str:
    text = "–" if value in (None, []) else value if isinstance(value, str) else json.dumps(value)
    return text if len(text) < 80 else f"{text[:79]}…"


def _table(modules: list[ModuleSummary]) -> Table:
    table = Table("Name", "Title", "Release", "Libraries", box=None)
    for each in modules:
        release = each.latest_release.version if each.latest_release else "–"
        table.add_row(*(escape(text) for text in (each.name, each.title, release, ", ".join(each.libraries))))
    return table


def _print(module: Module, address: str) -> None:
    out.print(f"[bold]{escape(module.title)}[/] ({escape(module.name)})")
    out.print(escape(module.summary))
    facts = {
        "Release": module.latest_release.version if module.latest_release else "none yet",
        "Source": module.source + (f" ({module.branch})" if module.branch else ""),
        "Commit": module.commit,
        "Licence": module.license or "not said",
        "Seen by": "those who can mend it" if module.hidden else _SEEN_BY[module.visibility],
        "Trust": "built and run" if module.trust is Trust.BUILT else "listed only",
        "Page": f"{address}/catalog/{module.name}",
    }
    table = Table(box=None, show_header=False)
    for word, value in facts.items():
        table.add_row(word, escape(value))
    out.print(table)
    _print_problems(module)


def _print_problems(module: Module) -> None:
    for problem in module.problems:
        err.print(str(problem), style="red" if problem.severity == "error" else "yellow", markup=False)
