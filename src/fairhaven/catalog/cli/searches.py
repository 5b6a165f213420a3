"""`fairhaven search …`: filters of the catalog that you keep."""

from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import typer
from rich.markup import escape
from rich.table import Table

from fairhaven.catalog.schemas import SavedSearch, Sort
from fairhaven.catalog.schemas.searching import FACETS
from fairhaven.cli.context import client, fail, out, show_json, tells_failures
from fairhaven.client import Fairhaven

app = typer.Typer(help="Saved searches: filters of the catalog that you keep.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Name = Annotated[str, typer.Argument(help="Name of the search.")]
Values = Annotated[list[str] | None, typer.Option(help="FACET=VALUE, such as has=doi; may be repeated.")]


@app.command("list")
@tells_failures
def list_searches(as_json: Json = False) -> None:
    """List your searches, and how many modules came since you looked."""
    with client() as platform:
        found = platform.searches.list()
    if as_json:
        show_json(found)
        return
    table = Table("Name", "New", "Filter", box=None)
    for each in found:
        table.add_row(escape(each.name), str(each.new), escape(each.query))
    out.print(table if found else "You keep no search yet: `fairhaven search save NAME WORDS`.")


@app.command()
@tells_failures
def save(
    name: Name,
    words: Annotated[str, typer.Argument(help="Words to look for, or the address of a catalog page.")] = "",
    facet: Values = None,
    sort: Annotated[Sort | None, typer.Option(help="Order of the list.")] = None,
) -> None:
    """Keep a filter under a name."""
    with client() as platform:
        made = platform.searches.save(name, _query(words, facet or [], sort))
    out.print(f"Kept as {escape(made.name)}: {escape(made.query)}")


@app.command("open")
@tells_failures
def open_search(name: Name, as_json: Json = False) -> None:
    """List what a search finds, and note that you looked."""
    with client() as platform:
        search = _named(platform, name)
        query: dict[str, Any] = parse_qs(search.query)
        words, sort = query.pop("q", [""])[0], query.pop("sort", [None])[0]
        found = platform.modules.list(words or None, sort=Sort(sort) if sort else None, limit=50, **query)
        platform.searches.look(search.id)
    if as_json:
        show_json(found)
        return
    table = Table("Name", "Title", "Registered", box=None)
    for each in found.items:
        fresh = " (new)" if each.created_at > search.looked_at else ""
        table.add_row(escape(each.name), escape(each.title), f"{each.created_at:%Y-%m-%d}{fresh}")
    out.print(table if found.items else "Nothing fits it now.")


@app.command()
@tells_failures
def rename(name: Name, to: Annotated[str, typer.Argument(help="Its new name.")]) -> None:
    """Call a search by another name."""
    with client() as platform:
        platform.searches.rename(_named(platform, name).id, to)
    out.print(f"{escape(name)} is called {escape(to)} now.")


@app.command()
@tells_failures
def delete(name: Name) -> None:
    """Forget a search."""
    with client() as platform:
        platform.searches.delete(_named(platform, name).id)
    out.print(f"{escape(name)} was deleted.")


def _named(platform: Fairhaven, name: str) -> SavedSearch:
    found = next((each for each in platform.searches.list() if each.name == name), None)
    if found is None:
        fail(f"You keep no search of the name {name}: `fairhaven search list` shows them.")
    return found


def _query(words: str, facets: list[str], sort: Sort | None) -> str:
    """A filter as an address has it; words that are an address are one already."""
    address = urlsplit(words)
    if address.scheme in ("http", "https") and address.query:
        return address.query
    pairs = [("q", words)] if words else []
    for each in facets:
        name, equals, value = each.partition("=")
        if not equals or name not in FACETS:
            fail(f"`{each}` is no FACET=VALUE, such as tasks=Classification. Facets are {', '.join(FACETS)}.")
        pairs.append((name, value))
    return urlencode([*pairs, *([("sort", sort.value)] if sort else [])])
