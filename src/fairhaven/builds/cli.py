"""Commands of builds: `fairhaven build list | show | start | retry | stop | log | watch`."""

from typing import Annotated
from uuid import UUID

import typer
from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from fairhaven.builds.schemas import Build, StageName, State
from fairhaven.cli.context import client, fail, out, show_json, tells_failures

app = typer.Typer(help="Builds: from a commit to a release, stage by stage.", no_args_is_help=True)

Which = Annotated[str, typer.Argument(help="Id of a build, or name of a module (its newest build).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

COLOURS = {
    State.SUCCEEDED: "green",
    State.RUNNING: "cyan",
    State.FAILED: "red",
    State.INTERRUPTED: "yellow",
    State.QUEUED: "dim",
    State.STOPPED: "dim",
    State.SKIPPED: "dim",
}


@app.command("list")
@tells_failures
def list_(
    module: Annotated[str | None, typer.Option(help="Only of this module.")] = None,
    state: Annotated[State | None, typer.Option(help="Only in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Most builds to show.")] = 20,
    json: AsJson = False,
) -> None:
    """List builds, newest first."""
    found = client().builds.list(module=module, state=state, limit=limit)
    if json:
        return show_json(found)
    table = Table("Build", "Module", "Commit", "State", "Duration", "Why")
    for each in found.items:
        table.add_row(
            str(each.id),
            each.module,
            _short(each.commit),
            _word(each.state),
            _time(each.seconds),
            each.reason or "",
        )
    return out.print(table)


@app.command()
@tells_failures
def show(build: Which, json: AsJson = False) -> None:
    """Show one build with its stages."""
    found = client().builds.get(_id(build))
    if json:
        return show_json(found)
    return out.print(_table(found))


@app.command()
@tells_failures
def start(
    module: Annotated[str, typer.Argument(help="Name of the module.")],
    commit: Annotated[str | None, typer.Option(help="The whole commit; default: the newest.")] = None,
    wait: Annotated[bool, typer.Option("--watch/--no-watch", help="Watch it to its end.")] = True,
) -> None:
    """Build a commit of a module."""
    _follow(client().builds.start(module, commit=commit), wait=wait)


@app.command()
@tells_failures
def retry(
    build: Which,
    wait: Annotated[bool, typer.Option("--watch/--no-watch", help="Watch it to its end.")] = True,
) -> None:
    """Run a build that did not succeed again."""
    _follow(client().builds.retry(_id(build)), wait=wait)


@app.command()
@tells_failures
def stop(build: Which) -> None:
    """Ask a build to stop."""
    found = client().builds.cancel(_id(build))
    out.print(f"{found.module}: {'stopping' if found.stopping else found.state}")


@app.command()
@tells_failures
def log(
    build: Which,
    stage: Annotated[StageName | None, typer.Argument(help="Default: the last that began.")] = None,
) -> None:
    """Print the log of a stage."""
    builds = client().builds
    found = builds.get(_id(build))
    begun = [each.name for each in found.stages if each.started_at]
    if stage is None and not begun:
        fail("No stage has begun yet.")
    for line in builds.log_lines(found.id, stage or begun[-1]):
        out.print(line, markup=False, highlight=False, soft_wrap=True)


@app.command()
@tells_failures
def watch(build: Which) -> None:
    """Watch a build to its end; the exit code says whether it succeeded."""
    _follow(client().builds.get(_id(build)), wait=True)


def _follow(build: Build, *, wait: bool) -> None:
    if wait and not build.state.ended:
        build = _watched(build)
    out.print(_table(build))
    if build.reason:
        out.print(
            build.reason, style="red" if build.state == State.FAILED else "", markup=False, highlight=False
        )
    if wait and build.state != State.SUCCEEDED:
        raise typer.Exit(1)


def _watched(build: Build) -> Build:
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )
    bar = progress.add_task(build.module, total=len(build.stages))
    with Live(console=out, refresh_per_second=8, transient=True) as live:

        def tell(now: Build) -> None:
            _advance(progress, bar, now)
            live.update(Group(progress, _table(now)))

        return client().builds.wait(build.id, timeout=24 * 3600.0, tell=tell)


def _advance(progress: Progress, bar: TaskID, build: Build) -> None:
    running = next((each.name for each in build.stages if each.state == State.RUNNING), build.state)
    done = sum(each.state.ended for each in build.stages)
    progress.update(bar, completed=done, description=f"{build.module}: {running}")


def _table(build: Build) -> Table:
    table = Table("Stage", "State", "Duration", "Why", title=f"{build.module} {_short(build.commit)}")
    for stage in build.stages:
        table.add_row(stage.name, _word(stage.state), _time(stage.seconds), Text(stage.reason or ""))
    return table


def _id(which: str) -> UUID:
    """The build of that id, or the newest of that module."""
    try:
        return UUID(which)
    except ValueError:
        found = client().builds.list(module=which, limit=1).items
    if not found:
        fail(f"The module {which} has no build that you may see.")
    return found[0].id


def _word(state: State) -> Text:
    return Text(state, style=COLOURS[state])


def _time(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.1f} s"


def _short(commit: str) -> str:
    return commit.removeprefix("sha256-")[:10]
