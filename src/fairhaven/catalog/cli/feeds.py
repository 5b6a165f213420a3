"""`fairhaven feed …`: follow lists of modules elsewhere."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from fairhaven.catalog.schemas import Feed, FeedItemState, FeedPreview, Trust, Visibility
from fairhaven.cli.context import client, fail, out, project_option, show_json, tells_failures

app = typer.Typer(help="Lists of modules elsewhere that the catalog follows.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Id = Annotated[UUID, typer.Argument(help="Id of the feed; `feed list` shows it.")]


@app.command()
@tells_failures
def add(
    address: Annotated[str, typer.Argument(help="Address of the list, or KIND+ADDRESS.")],
    kind: Annotated[
        str | None, typer.Option(help="Kind of list, if its address does not show it; `feed kinds`.")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", "-o", help="NAME=VALUE; may be repeated.")
    ] = None,
    project: Annotated[
        UUID | None,
        project_option("Its short name or id; else the default one."),
    ] = None,
    visibility: Annotated[Visibility | None, typer.Option(help="Who may see its modules.")] = None,
    listed: Annotated[bool, typer.Option("--listed", help="List its modules only, build none.")] = False,
    remove_gone: Annotated[
        bool, typer.Option("--remove-gone", help="Remove modules that are gone from the list.")
    ] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only show its first entries.")] = False,
    as_json: Json = False,
) -> None:
    """Follow a list: what it names becomes modules."""
    options = dict(_pair(each) for each in option or [])
    with client() as platform:
        if preview:
            seen = platform.feeds.preview(_absolute(address), kind=kind, options=options)
            show_json(seen) if as_json else _print_preview(seen)
            return
        made = platform.feeds.add(
            _absolute(address),
            kind=kind,
            options=options,
            project_id=project,
            visibility=visibility,
            trust=Trust.LISTED if listed else Trust.BUILT,
            keep=not remove_gone,
        )
    show_json(made) if as_json else _print(made)


@app.command()
@tells_failures
def kinds(as_json: Json = False) -> None:
    """List the kinds of lists that can be followed, with their options."""
    with client() as platform:
        found = platform.feeds.kinds()
    if as_json:
        show_json(list(found))
        return
    table = Table("Kind", "Is", "Example", "Options", box=None)
    for each in found:
        options = ", ".join(option.name for option in each.options)
        table.add_row(*(escape(text) for text in (each.kind, each.label, each.example, options)))
    out.print(table)


@app.command("list")
@tells_failures
def list_feeds(as_json: Json = False) -> None:
    """List the feeds of your projects."""
    with client() as platform:
        found = list(platform.feeds.every())
    if as_json:
        show_json(found)
        return
    table = Table("Id", "List", "State", "Modules", "Not imported", box=None)
    for each in found:
        counts = str(each.counts.imported), str(each.counts.refused)
        table.add_row(str(each.id), escape(f"{each.kind}+{each.address}"), str(each.state), *counts)
    out.print(table if found else "No list is followed.")


@app.command()
@tells_failures
def show(
    feed_id: Id,
    state: Annotated[FeedItemState | None, typer.Option(help="Only entries in this state.")] = None,
    as_json: Json = False,
) -> None:
    """Show one feed, and its entries with what became of them."""
    with client() as platform:
        found, items = platform.feeds.get(feed_id), list(platform.feeds.items(feed_id, state))
    if as_json:
        show_json({"feed": found, "items": items})
        return
    _print(found)
    table = Table("Entry", "State", "Module", "Why", box=None)
    for each in items:
        name = each.title or each.key
        table.add_row(escape(name), str(each.state), each.module or "–", escape(each.problem or ""))
    out.print(table)


@app.command()
@tells_failures
def check(feed_id: Id) -> None:
    """Read the list now, and try refused entries again."""
    with client() as platform:
        platform.feeds.check(feed_id)
    out.print("The list is being read; `feed show` tells what comes of it.")


@app.command()
@tells_failures
def remove(feed_id: Id, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Stop following a list; its modules stay."""
    if not yes and not typer.confirm("Its modules stay, and are followed one by one. Go on?"):
        fail("Nothing was removed.")
    with client() as platform:
        platform.feeds.remove(feed_id)
    out.print("The list is not followed any more.")


def _pair(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark:
        fail(f"{text} is no NAME=VALUE.")
    return name.strip(), value.strip()


def _absolute(address: str) -> str:
    """A folder named from here becomes its whole path; addresses stay as they are."""
    kind, mark, place = address.partition("+")
    folder = Path(place if mark else address).expanduser()
    if "://" in address or not folder.is_dir():
        return address
    return f"{kind}+{folder.resolve()}" if mark else str(folder.resolve())


def _print(feed: Feed) -> None:
    facts = {
        "Feed": str(feed.id),
        "List": f"{feed.kind}+{feed.address}",
        "Options": ", ".join(f"{name}={value}" for name, value in feed.options.items()) or "none",
        "State": str(feed.state),
        "Imported": f"{feed.counts.imported} of {feed.total or feed.counts.present}",
        "Not imported": str(feed.counts.refused),
        "Gone": str(feed.counts.gone),
    }
    table = Table(box=None, show_header=False)
    for word, value in facts.items():
        table.add_row(word, escape(value))
    out.print(table)
    if feed.problem:
        out.print(feed.problem, style="yellow", markup=False)


def _print_preview(seen: FeedPreview) -> None:
    out.print(f"{escape(seen.kind)}+{escape(seen.address)}")
    table = Table("Entry", "Source, or why it is no module", box=None)
    for each in seen.entries:
        table.add_row(escape(each.title or each.key), escape(each.problem or each.source))
    out.print(table)
    if seen.more:
        out.print("… and more.")
