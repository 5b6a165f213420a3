"""`fairhaven workload …`: start, watch, ask and end what runs."""

import mimetypes
import time
from pathlib import Path
from typing import Annotated
from uuid import UUID

import httpx
import typer
from rich.markup import escape
from rich.table import Table

from fairhaven.cli.context import client, fail, out, show_json, tells_failures
from fairhaven.client.fairhaven import Fairhaven
from fairhaven.client.workloads import PAUSE, WorkloadEnded
from fairhaven.workloads.schemas import Kind, Resources, State, Workload

app = typer.Typer(help="What runs for you and your projects.", no_args_is_help=True)

Id = Annotated[UUID, typer.Argument(help="The workload's identifier.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
COLOURS = {
    "running": "green",
    "succeeded": "green",
    "failed": "red",
    "interrupted": "yellow",
    "starting": "blue",
}


@app.command("list")
@tells_failures
def list_workloads(
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    json: AsJson = False,
) -> None:
    """List workloads, newest first."""
    with client() as platform:
        found = list(platform.workloads.every(state=state))
    if json:
        show_json([each.model_dump(mode="json") for each in found])
        return
    table = Table("Name", "State", "Kind", "Module", "Identifier", box=None)
    for each in found:
        table.add_row(
            escape(each.name), _coloured(each), each.kind, f"{each.module} {each.version}", str(each.id)
        )
    out.print(table if found else "Nothing runs yet: `fairhaven workload start MODULE`.")


@app.command()
@tells_failures
def start(
    module: Annotated[
        str, typer.Argument(help="A module's name (its latest release), or a release's identifier.")
    ],
    name: Annotated[str | None, typer.Option(help="How to call it.")] = None,
    kind: Annotated[Kind, typer.Option(help="What it is for.")] = Kind.SERVICE,
    cpu: Annotated[float, typer.Option(help="Processors.")] = 1,
    memory: Annotated[int, typer.Option(help="Memory of each process, MiB.")] = 2048,
    secret: Annotated[
        list[str] | None,
        typer.Option(help="VARIABLE=SECRET: a secret of yours, or `project/SECRET`. May be repeated."),
    ] = None,
    secret_file: Annotated[
        list[str] | None, typer.Option(help="A secret that it gets as a file. May be repeated.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What it may do on the platform in your name, such as workloads:call; repeat it."),
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait until it runs.")] = True,
    json: AsJson = False,
) -> None:
    """Start a module's latest release, or a given release."""
    with client() as platform:
        release = _release(module) or _latest(platform, module)
        made = platform.workloads.start(
            release,
            name=name,
            kind=kind,
            resources=Resources(cpu=cpu, memory_mb=memory),
            secrets=_named(secret or []),
            secret_files=secret_file or [],
            scopes=scope or [],
        )
        if wait:
            with out.status(f"{escape(made.name)} starts …"):
                made = _waited(platform, made)
    show_json(made) if json else _show(made)


@app.command()
@tells_failures
def show(workload: Id, json: AsJson = False) -> None:
    """Show one workload."""
    with client() as platform:
        found = platform.workloads.get(workload)
    show_json(found) if json else _show(found)


@app.command()
@tells_failures
def log(
    workload: Id,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on as it grows, until the workload ends.")
    ] = False,
) -> None:
    """Print what a workload wrote."""
    with client() as platform:
        for text in platform.workloads.follow(workload, follow=follow):
            typer.echo(text, nl=False)


@app.command()
@tells_failures
def stop(workload: Id) -> None:
    """Ask a workload to end, and wait until it has."""
    with client() as platform, out.status("It ends …"):
        platform.workloads.stop(workload)
        while not (found := platform.workloads.get(workload)).settled:
            time.sleep(PAUSE)
    _show(found)


@app.command()
@tells_failures
def restart(workload: Id) -> None:
    """End a workload's present run and start a new one; also starts one that has ended."""
    with client() as platform, out.status("It starts anew …"):
        found = _waited(platform, platform.workloads.restart(workload))
    _show(found)


@app.command()
@tells_failures
def delete(workload: Id) -> None:
    """End a workload and forget it, with its log."""
    with client() as platform:
        platform.workloads.delete(workload)
    out.print("Deleted.")


@app.command()
@tells_failures
def predict(
    workload: Id,
    arguments: Annotated[
        list[str] | None, typer.Argument(help="NAME=VALUE, or NAME=@FILE to send a file.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the answer to this file.")
    ] = None,
    accept: Annotated[str, typer.Option(help="Media type of the answer.")] = "*/*",
) -> None:
    """Ask a running workload for a prediction."""
    files, values = _parted(arguments or [])
    with client() as platform, out.status("The module works on it …"):
        try:
            answer = platform.workloads.predict(workload, files=files, values=values, accept=accept)
        except WorkloadEnded as ended:
            fail(str(ended))
    _give(answer, output)


def _give(answer: httpx.Response, output: Path | None) -> None:
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    if output is not None:
        output.write_bytes(answer.content)
        out.print(f"{len(answer.content)} bytes of {media_type} are in {output}.", highlight=False)
    elif media_type == "application/json":
        out.print_json(answer.text)
    elif media_type.startswith("text/"):
        typer.echo(answer.text)
    else:
        ending = mimetypes.guess_extension(media_type) or ".bin"
        fail(f"The answer is {media_type}: write it to a file, for example with `--output answer{ending}`.")


def _parted(arguments: list[str]) -> tuple[dict[str, str | Path], dict[str, str]]:
    files: dict[str, str | Path] = {}
    values: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals:
            fail(f"`{argument}` is not understood: write NAME=VALUE, or NAME=@FILE.")
        if value.startswith("@"):
            if not Path(value[1:]).is_file():
                fail(f"There is no file {value[1:]}.")
            files[name] = Path(value[1:])
        else:
            values[name] = value
    return files, values


def _named(secrets: list[str]) -> dict[str, str]:
    """`VARIABLE=SECRET` parted; what is wrong with them is told by the platform."""
    found: dict[str, str] = {}
    for each in secrets:
        variable, equals, name = each.partition("=")
        if not equals or not name:
            fail(f"`{variable}` names no secret: write VARIABLE=SECRET.")
        found[variable] = name
    return found


def _release(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _latest(platform: Fairhaven, module: str) -> UUID:
    release = platform.modules.get(module).latest_release
    if release is None:
        fail(f"{module} has no release yet: `fairhaven build list` shows how its builds go.")
    return release.id


def _waited(platform: Fairhaven, workload: Workload) -> Workload:
    try:
        return platform.workloads.wait(workload.id, State.RUNNING)
    except (WorkloadEnded, TimeoutError) as error:
        fail(f"{error}\n`fairhaven workload log {workload.id}` tells more.")


def _show(workload: Workload) -> None:
    table = Table(box=None, show_header=False)
    rows = [("Name", escape(workload.name)), ("State", _coloured(workload))]
    rows += [("Reason", escape(workload.reason))] if workload.reason else []
    rows += [("Module", f"{workload.module} {workload.version}"), ("Identifier", str(workload.id))]
    rows += [("Secret", f"{variable}: {name}") for variable, name in workload.secrets.items()]
    rows += [("Secret", f"file: {name}") for name in workload.secret_files]
    rows += [("Endpoint", endpoint.url) for endpoint in workload.endpoints]
    rows += [("Exit code", str(workload.exit_code))] if workload.exit_code is not None else []
    for word, value in rows:
        table.add_row(word, value)
    out.print(table)


def _coloured(workload: Workload) -> str:
    colour = COLOURS.get(workload.state)
    return f"[{colour}]{workload.shown_state}[/]" if colour else workload.shown_state
